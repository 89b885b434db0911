"""The arcs that the prover prints modulo relations, put into real densities on a grid: slopes of V, or V = 0."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import trapezoid

from polysolv import Family, exponents, families

GRID = np.linspace(-14.0, 14.0, 4001)


def nodes_of(arc):
    """Return the nodes and weights of an arc by an eigenvalue problem (Golub and Welsch)."""
    matrix = np.diag([float(a) for a in arc.nodes.shifts])
    for k, norm in enumerate(arc.nodes.norms):
        matrix[k, k + 1] = matrix[k + 1, k] = float(norm) ** 0.5
    z, vectors = np.linalg.eigh(matrix)
    return z, vectors[0] ** 2


def at(arc, eps):
    """Return component -> its values at the atoms, and the weights."""
    z, weights = nodes_of(arc)
    values = {name: np.zeros_like(z) for name in arc.log_symbol.perturbations}
    for name, series in arc.paths.items():
        for key, vector in series.items():
            values[name] = values[name] + eps ** key[0] * sum(float(c) * z**i for i, c in enumerate(vector))
    return values, weights


def normal(y, mean, variance):
    return np.exp(-((y - mean) ** 2) / (2 * variance)) / np.sqrt(2 * np.pi * variance)


def mixture_distance(delta, weights, levels):
    """Return V for a softmax mixture of experts, its first cell split, the second exactly fitted.

    ``delta`` has beta1, a, b, sigma of the atoms; the covariate takes the levels with equal probability. The
    level 0 need not occur: the truth's gate is 1 + exp(0.3 + 0.2 x), experts 0.5 x − 1 and 2 − x.
    """
    total = 0.0
    for x in levels:
        raw = weights * np.exp(delta["beta1"] * x)
        gate = np.exp(0.3 + 0.2 * x)
        second = normal(GRID, 2 - x, 0.7)
        means, variances = 0.5 * x - 1 + delta["a"] * x + delta["b"], 1 + delta["sigma"]
        split = sum(r * normal(GRID, mu, v) for r, mu, v in zip(raw, means, variances, strict=True))
        fitted = (split + gate * second) / (raw.sum() + gate)
        truth = (normal(GRID, 0.5 * x - 1, 1.0) + gate * second) / (1 + gate)
        total += trapezoid(np.abs(fitted - truth), GRID)
    return total / len(levels)


def slope_of(distance, arc, sizes):
    values = [distance(*at(arc, eps)) for eps in sizes]
    return float(np.log(values[0] / values[1]) / np.log(sizes[0] / sizes[1]))


@pytest.mark.parametrize("levels", [(0, 1), (-1, 3), (0, 1, 2), (-1, 0, 1, 2)])
@pytest.mark.parametrize("m", [2, 3])
def test_slopes_where_the_covariate_has_levels(levels, m):
    relation = "*".join(f"(x - ({level}))" for level in levels)
    found = exponents(families.get("softmax-gaussian").observed_modulo([relation]), m)
    for name, bounds in found.items():
        if bounds.lower is None:
            continue
        contact = float(bounds.lower * bounds.arc.order(name))
        sizes = (0.05, 0.03) if contact > 4 else (0.02, 0.01)
        seen = slope_of(lambda d, w: mixture_distance(d, w, levels), bounds.arc, sizes)
        assert seen == pytest.approx(contact, abs=0.15), (name, levels, m)


@pytest.mark.parametrize("levels", [(0, 1), (-1, 3), (2, 5)])
def test_slopes_of_the_gate_do_not_change_a_density_at_two_levels(levels):
    low, high = levels
    found = exponents(families.get("softmax-gaussian").observed_modulo([f"(x - ({low}))*(x - ({high}))"]), 2)[
        "beta1"
    ]
    assert found.status == "not identifiable"
    for eps in (0.3, 0.1):
        delta, weights = at(found.arc, eps)
        middle = (low + high) / 2
        adjusted = weights * np.exp(-delta["beta1"] * middle)  # the weights of an atom are free
        adjusted /= sum(adjusted * np.exp(delta["beta1"] * low))
        assert max(abs(delta["beta1"])) > 0.05
        assert mixture_distance(delta, adjusted, levels) < 1e-13


def test_linear_experts_under_least_squares_are_not_identifiable():
    family = Family.from_log_symbol("ls", "b*y + a*x*y", ["b", "a"], ["x"], relations=["y^2"])
    found = exponents(family, 2)
    x = np.linspace(-2, 2, 41)
    for name in ("b", "a"):
        assert found[name].status == "not identifiable"
        delta, weights = at(found[name].arc, 0.3)
        assert max(abs(delta[name])) > 0.1
        means = sum(
            w * ((0.5 + a) * x + 1 + b) for w, a, b in zip(weights, delta["a"], delta["b"], strict=True)
        )
        assert np.abs(means - (0.5 * x + 1)).max() < 1e-15


def test_pinned_parameters_in_a_cell_of_one_atom():
    first = Family.from_log_symbol("p1", "b*y + c^2*y + 1/2*s*y^2", ["b", "c", "s"])
    second = Family.from_log_symbol("p2", "b*y + c^2*y + c^3*y^2", ["b", "c"])
    found = exponents(first, 1)
    assert [str(found[n]) for n in "bcs"] == ["not identifiable", "not identifiable", "1"]
    for name in "bc":
        delta, _ = at(found[name].arc, 0.3)
        mean, variance = delta["b"] + delta["c"] ** 2, 1 + delta["s"]
        assert abs(delta[name][0]) > 0.05
        assert np.abs(normal(GRID, mean[0], variance[0]) - normal(GRID, 0, 1)).max() < 1e-15
    found = exponents(second, 1)
    assert [str(found[n]) for n in "bc"] == ["3/2", "3"]

    def distance(delta, _):
        mean, variance = delta["b"] + delta["c"] ** 2, 1 + 2 * delta["c"] ** 3
        return trapezoid(np.abs(normal(GRID, mean[0], variance[0]) - normal(GRID, 0, 1)), GRID)

    for name in "bc":
        contact = float(found[name].lower * found[name].arc.order(name))
        sizes = (10 ** (-5 / contact), 10 ** (-6 / contact))
        assert slope_of(distance, found[name].arc, sizes) == pytest.approx(contact, rel=0.02)
