"""The volume probe: distances against other formulas, slopes within their error, the same for all jobs."""

import json

import numpy as np
import pytest
from scipy.optimize import minimize

from polysolv import InputError, volume_probe
from polysolv.experiments.cell_divergence import divergence
from polysolv.experiments.cell_volume import Cell, cumulant_distance
from polysolv.experiments.volume import _slopes
from polysolv.families import get


def test_cumulants_are_those_of_a_gaussian_mixture():
    cell = Cell(get("location-scale-gaussian"), 2, "exact")
    w, b, s = 0.3, 0.7, 0.4  # the second atom from the first
    found = cumulant_distance(cell, np.array([[1 - w, b, s]]))[0]
    p, q = 1 - w, w
    third = p * q * (p - q) * b**3 + 3 * p * q * b * s
    fourth = p * q * (1 - 6 * p * q) * b**4 + 6 * p * q * (p - q) * b**2 * s + 3 * p * q * s**2
    assert found == pytest.approx(abs(third) / 6 + abs(fourth) / 24)


# Slow: the first call compiles.
@pytest.mark.slow
def test_the_divergence_is_that_of_a_fine_grid():
    cell = Cell(get("location-scale-gaussian"), 2, "exact")
    w, b, s = 0.4, 0.3, 0.2
    found = divergence(cell, np.array([[1 - w, b, s]]))[0]
    grid = np.linspace(-9, 9, 200_001)
    means = np.array([0.0, b]) - w * b
    variances = 1 + np.array([0.0, s]) - w * s - ((1 - w) * means[0] ** 2 + w * means[1] ** 2)

    def bell(mean, variance):
        return np.exp(-0.5 * (grid - mean) ** 2 / variance) / np.sqrt(2 * np.pi * variance)

    truth = bell(0, 1)
    mixture = (1 - w) * bell(means[0], variances[0]) + w * bell(means[1], variances[1])
    exact = np.sqrt((truth * np.log(truth / mixture)).sum() * (grid[1] - grid[0]))
    assert found == pytest.approx(exact, rel=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("family", ["softmax-gaussian", "gaussian-experts-free-gate"])
@pytest.mark.parametrize("gate", ["exact", "kernel"])
def test_the_divergence_of_gated_experts_is_the_least_of_a_fine_grid(family, gate):
    """Densities written out, the exactly fitted expert 60 away; the least over what is regular by another optimiser."""
    cell = Cell(get(family), 2, gate)
    names = cell.family.components
    place = [("beta1", "a", "b", "sigma").index(name) for name in names]
    rng = np.random.default_rng(5)
    y, x = np.linspace(-9, 9, 4001), np.polynomial.legendre.leggauss(8)[0]
    shares = np.polynomial.legendre.leggauss(8)[1] / 2
    softmax, beside = "beta1" in names, gate == "exact" and "beta1" in names

    def distance(regular, weights, atoms):
        total = 0.0
        for at, share in zip(x, shares, strict=True):
            beta, slope, intercept, extra = (atoms + regular[1:]).T
            tilt = weights * np.exp(regular[0] + beta * at)
            mean, variance = slope * at + intercept, 1 + extra
            if variance.min() <= 0.2:
                return np.inf
            bells = np.exp(-0.5 * (y[:, None] - mean) ** 2 / variance) / np.sqrt(2 * np.pi * variance)
            truth = np.exp(-0.5 * y**2) / np.sqrt(2 * np.pi)
            whole = tilt.sum() + beside if softmax else 1.0
            found, true = bells @ tilt / whole, truth / (1 + beside)
            total += share * (true * np.log(true / found)).sum() * (y[1] - y[0])
            if beside:
                total += share * 0.5 * np.log(0.5 * whole)
        return total

    for size in (0.3, 0.7):
        w = rng.uniform(0.3, 0.7)
        difference = rng.uniform(-size, size, len(names))
        value = divergence(cell, np.array([[1 - w, *difference]]))[0]
        atoms = np.zeros((2, 4))
        atoms[1, place] = difference
        free = [0, *(1 + k for k in place)] if beside else [1 + k for k in place if k]

        def of(chosen, w=w, atoms=atoms, free=free):
            regular = np.zeros(5)
            regular[free] = chosen
            return distance(regular, np.array([1 - w, w]), atoms)

        start = [0.0 if k == 0 else -w * atoms[1, k - 1] for k in free]
        least = minimize(
            of, start, method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-12, "maxiter": 4000}
        )
        root = np.sqrt(least.fun)
        assert root * (1 - 1e-3) < value < 1.2 * root


@pytest.mark.slow
def test_the_divergence_has_digits_where_it_is_small():
    """Scaled by the speeds of the cell, V falls by a power, down to 1e-12: no floor of rounding."""
    cell = Cell(get("softmax-gaussian"), 2, "exact")
    values = []
    for t in (1e-3, 1e-4, 1e-5, 1e-6):
        values.append(divergence(cell, np.array([[0.6, 0.7 * t, -0.4 * t, 0.5 * t, 0.3 * t]]))[0])
    slopes = np.diff(np.log10(values))
    assert slopes == pytest.approx([-2.0] * 3, abs=0.01)
    assert values[-1] < 2e-12


def test_location_is_exactly_a_power():
    found = volume_probe("location-gaussian", 2, cells=400, runs=4, seed=1)
    value, error = found.estimate()
    assert found.complete
    assert abs(value - 0.25) < 4 * error + 0.004


@pytest.mark.slow
def test_the_answer_does_not_depend_on_the_jobs():
    one, two = (volume_probe("location-gaussian", 2, cells=100, runs=2, seed=3, jobs=jobs) for jobs in (1, 2))
    assert one == two
    assert json.loads(json.dumps(one.to_data()))["schema"] == "polysolv/volume-probe/1"


def test_what_is_finished_is_returned():
    found = volume_probe(m=3, cells=2000, timeout=0.2)
    assert not found.complete
    assert "time was up" in found.to_text()


def test_bad_arguments():
    for arguments in (
        {"m": 6},
        {"runs": 1},
        {"cells": 10},
        {"gate": "no"},
        {"distance": "far"},
        {"family": "gaussian-gated"},
    ):
        with pytest.raises(InputError, match=next(iter(arguments))):
            volume_probe(**arguments)
    for family, d in (("softmax-gaussian", 3), ("softmax-polynomial-1-2", None)):
        with pytest.raises(InputError, match="distance"):
            volume_probe(family, d=d, distance="divergence")


@pytest.mark.slow
def test_seven_eighths_is_told_from_one():
    for distance in ("cumulants", "divergence"):
        found = volume_probe(m=3, distance=distance, cells=1000)
        value, error = found.estimate()
        assert abs(value - 7 / 8) < 2 * error
        assert value + 3 * error < 0.97
        assert abs(found.limit[0] - 7 / 8) < 3 * found.limit[1] + 0.01


@pytest.mark.slow
@pytest.mark.parametrize(
    ("family", "m", "distance", "known", "mu"),
    [
        ("location-scale-gaussian", 2, "cumulants", 0.5, 2),
        ("location-scale-gaussian", 2, "divergence", 0.5, 2),
        ("location-gaussian", 3, "divergence", 0.5, 1),
        ("softmax-gaussian", 2, "cumulants", 1.0, 1),
        ("softmax-gaussian", 2, "divergence", 1.0, 1),
        ("gaussian-experts-free-gate", 2, "divergence", 0.75, 1),
    ],
)
def test_slopes_are_within_their_error(family, m, distance, known, mu):
    cells = 300 if "gate" in family or family == "softmax-gaussian" else 1000
    value, error = volume_probe(family, m, distance=distance, cells=cells, jobs=2).estimate(mu)
    assert abs(value - known) < 3 * error
    assert error < 0.06


def test_the_limit_is_read_off_a_known_volume():
    """vol = η^(2λ) (log 1/η)^(μ - 1) exactly: half-slopes are a line in 1 / log(1/η), up to their curvature."""
    volumes = np.log(0.2) * np.arange(1, 40)
    paths = []
    for run in range(4):
        logs = []
        for volume in volumes:
            eta = -1.0
            for _ in range(200):  # 2 λ log η + log log(1/η) = volume, λ = 0.7, μ = 2
                eta = (volume - np.log(-eta)) / 1.4
            logs.append(eta * (1 + 1e-4 * run))
        paths.append(logs)
    *_, limit = _slopes(paths)
    assert limit[0] == pytest.approx(0.7, abs=0.01)
    assert limit[1] < 1e-3
