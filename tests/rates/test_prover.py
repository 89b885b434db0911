"""Exponents by the prover: against print, against the short rules, and on log-symbols worked out by hand."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from polysolv import Family, InputError, explain, exponents, families
from polysolv.rates.prover.arc import Arc
from polysolv.rates.prover.corrections import corrected
from polysolv.rates.prover.linear_program import minimise
from polysolv.rates.prover.nodes import Nodes, gauss_hermite
from polysolv.rates.prover.probe import probe
from polysolv.rates.prover.symbol_bounds import symbol_speeds
from polysolv.rates.rules import exponents_by_rules


def _pairs(family, m):
    return {name: (b.lower, b.upper) for name, b in exponents(family, m).items()}


def _exact(**values):
    return {name: (value, value) for name, value in values.items()}


@pytest.mark.parametrize("m", [2, 3, 4, 9, 57])
def test_exponents_that_are_proved_in_print(m):
    assert _pairs("location-gaussian", m) == _exact(mu=2)  # Chen 1995
    assert _pairs("location-scale-gaussian", m) == _exact(mu=2 * m, sigma=m)  # Ho and Nguyen 2016
    assert _pairs("gaussian-experts-free-gate", m) == _exact(
        b=2 * m, a=2, sigma=m
    )  # Ho, Yang and Jordan 2022


@pytest.mark.parametrize("name", families.names()[:6])
@pytest.mark.parametrize("d", [1, 2])
@pytest.mark.parametrize("m", [2, 3, 8])
def test_the_prover_agrees_with_the_short_rules(name, d, m):
    if name.startswith("location") and d > 1:
        return
    family = families.get(name, d)
    rules = exponents_by_rules(family.log_symbol, m)
    for parameter in family.parameters:
        found = exponents(family, m)[parameter.name]
        if all(c in rules for c in parameter.components):
            expected = max(rules[c].exponent for c in parameter.components)
            assert (found.lower, found.upper, found.proved) == (expected, expected, True)
            assert found.needs_exactly_fitted == any(
                rules[c].needs_exactly_fitted for c in parameter.components
            )


@pytest.mark.parametrize("m", [2, 3, 4, 5])
def test_gates_of_degree_two_interact_with_slopes(m):
    found = _pairs("softmax-polynomial-2-1", m)
    assert found == _exact(g_1=2 * m, g_2=m, b=2 * m, a_1=m, sigma=m)
    assert _pairs("softmax-gaussian", m)["a"] == (2, 2)
    fitted = exponents("softmax-polynomial-2-1", m)
    assert fitted["a_1"].needs_exactly_fitted
    assert not fitted["b"].needs_exactly_fitted


@pytest.mark.parametrize("m", [2, 3, 5])
def test_variances_that_depend_on_the_covariate(m):
    assert _pairs("free-gate-variance-x2", m) == _exact(b=2, a=2 * m, sigma=m)
    assert _pairs("free-gate-variance-affine", m) == _exact(b=2 * m, a=2 * m, sigma1=m, sigma2=m)


@pytest.mark.parametrize("name", [n for n in families.names() if n.startswith("gaussian-gated")])
@pytest.mark.parametrize("m", [2, 3, 5])
def test_gaussian_gates_do_not_care_where_the_truth_is(name, m):
    assert _pairs(name, m) == _exact(c=2 * m, Gamma=m, a=m, b=2 * m, nu=m)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_full_covariance(d):
    assert _pairs(families.get("multivariate-gaussian", d), 3) == _exact(mu=6, Sigma=3)


def test_a_fraction_comes_out():
    """Quadratic means, three atoms: P1 alone gives 2 / (1/2 + 1/6) = 3; the truth is 8/3."""
    found = exponents("softmax-polynomial-0-2", 3)["a_1"]
    assert found.lower == found.upper == Fraction(8, 3)
    assert any(step.rule == "three atoms" for step in found.trace)
    assert exponents("softmax-polynomial-1-2", 3)["a_1"].upper == Fraction(8, 3)
    assert found.arc.contact(20) == found.lower * found.arc.order("a_1")


def test_two_atoms_bootstrap_products_of_bounds():
    """α² = 2βγ + O(V), αβ = O(V), αγ = O(V) give α = O(V^(1/2)); P1 alone says 8/3."""
    found = exponents("softmax-polynomial-0-2", 2)["a_1"]
    assert (found.lower, found.upper) == (2, 2)
    assert any(step.rule == "two atoms" for step in found.trace)
    speeds, _ = symbol_speeds([(0, 1), (1, 1), (2, 1), (0, 2)], 1, 2, ("x", "y"))
    assert speeds[1, 1] == Fraction(3, 8)


def test_changes_of_variables_where_k_is_not_linear():
    family = Family.from_log_symbol("f", "(p + q)*y + (p - q)*y^2", ["p", "q"])
    assert _pairs(family, 3) == _exact(p=6, q=6)
    family = Family.from_log_symbol("f", "(p + q)*y + p*y^2", ["p", "q"])
    assert _pairs(family, 3) == _exact(p=3, q=6)
    family = Family.from_log_symbol("f", "(b + a*c)*y + c*x + a*x*y + s*y^2", ["a", "b", "c", "s"], ["x"])
    assert _pairs(family, 3) == _exact(a=2, b=6, c=2, s=3)
    assert _pairs(Family.from_log_symbol("f", "p*y + p^2*y^2", ["p"]), 4) == _exact(p=2)


def test_linear_changes_of_the_dual_variables():
    family = Family.from_log_symbol("f", "p*(u + v) + q*(u - v)^2", ["p", "q"], duals=["u", "v"])
    for m in (2, 3, 5):
        assert _pairs(family, m) == _exact(p=2, q=2)
    family = Family.from_log_symbol(
        "f", "p*(u + 2*v) + q*(u + 2*v)^2/2 + r*v", ["p", "q", "r"], duals=["u", "v"]
    )
    for m in (2, 3, 5):
        assert _pairs(family, m) == _exact(p=2 * m, q=m, r=2)
    assert any(step.rule == "coordinates" for step in exponents(family, 3)["r"].trace)


def test_a_parameter_that_is_not_identified_gets_no_upper_bound():
    family = Family.from_log_symbol("f", "p*y + p*q*y^2", ["p", "q"])
    found = exponents(family, 2)
    assert found["q"].upper is None
    assert not found["q"].proved
    assert found["q"].status == "not identifiable"  # with p = 0 it does nothing


def test_gate_equations_are_used_only_next_to_an_exactly_fitted_cell():
    symbols = [(1, 0), (1, 1), (0, 1), (0, 2)]
    with_fitted, _ = symbol_speeds(symbols, 1, 3, ("x", "y"), True)
    without, _ = symbol_speeds(symbols, 1, 3, ("x", "y"), False)
    assert with_fitted[1, 1] == Fraction(1, 2)
    assert (1, 0) not in without
    assert without[1, 1] == Fraction(1, 6)
    assert without[0, 1] == Fraction(1, 6)


def test_cubic_symbols_are_bounded_by_the_wronskian():
    family = Family.from_log_symbol("cubic", "b*y + s*y^2 + k*y^3", ["b", "s", "k"])
    found = exponents(family, 2)
    assert found["b"].upper == 8
    assert found["b"].lower >= 6
    assert "Wronskian" in found["b"].trace[0].reason


def test_nodes_are_real_and_their_weights_positive():
    import numpy as np

    nodes = Nodes((0, 1, Fraction(1, 2)), (2, Fraction(1, 3)))
    matrix = np.array([[0, 2**0.5, 0], [2**0.5, 1, 3**-0.5], [0, 3**-0.5, 0.5]])
    z, vectors = np.linalg.eigh(matrix)
    for power in range(3):
        assert float(nodes.means[power]) == pytest.approx(float((vectors[0] ** 2) @ z**power))
    cube = nodes.product(nodes.powers[1], nodes.powers[2])
    assert np.allclose(sum(float(c) * z**i for i, c in enumerate(cube)), z**3)
    with pytest.raises(ValueError, match="norms"):
        Nodes((0, 0), (0,))


@pytest.mark.parametrize("m", [2, 3, 4, 5])
def test_the_gauss_hermite_arc_has_contact_2m_and_no_more(m):
    zero, one = Fraction(0), Fraction(1)
    pad = (zero,) * (m - 2)
    paths = {"mu": {(1,): (zero, one, *pad)}, "sigma": {(2,): (-one, zero, *pad)}}
    arc = Arc(families.get("location-scale-gaussian").log_symbol, gauss_hermite(m), paths)
    assert arc.contact(2 * m + 4) == 2 * m
    assert (arc.order("mu"), arc.order("sigma")) == (1, 2)
    assert corrected(arc.log_symbol, arc.nodes, {"mu": paths["mu"]}, 2 * m).paths == paths


def test_linear_programs():
    assert minimise([Fraction(1)], [({0: 1}, Fraction(1)), ({0: -1}, Fraction(0))]) is None
    value, point = minimise([Fraction(2), Fraction(3)], [({0: 1, 1: 1}, Fraction(4)), ({0: 1}, Fraction(1))])
    assert (value, point) == (8, [4, 0])


def test_the_probe_sees_the_slopes():
    symbol = families.get("location-scale-gaussian").log_symbol
    assert probe(symbol, "sigma", 2) == pytest.approx(2, abs=0.2)
    assert probe(symbol, "sigma", 4) is None


def test_explanations_say_what_is_published_and_what_holds_here():
    one = explain("softmax-gaussian", "beta1", 3)[0]
    assert "published 6 (Nguyen, Nguyen and Ho 2023, Theorem 2), here 2" in one.to_text()
    assert "exactly fitted" in one.to_text()
    assert "as well" in explain("location-scale-gaussian", "mu", 3)[0].to_text()
    assert [e.bounds.name for e in explain("softmax-gaussian")] == ["beta1", "a", "b", "sigma"]
    data = explain("softmax-polynomial-0-2", "a_1", 3)[0].to_data()
    assert data["schema"] == "polysolv/explain/1"
    assert data["lower"] == "8/3"
    with pytest.raises(InputError, match="did you mean beta1"):
        explain("softmax-gaussian", "beta")


def test_bounds_are_printed_and_stored():
    found = exponents("softmax-gaussian", 2)
    assert str(found["b"]) == "4"
    data = found["b"].to_data()
    assert (data["lower"], data["upper"], data["proved"]) == ("4", "4", True)
    assert all(step["claim"] and step["rule"] and step["reason"] for step in data["trace"])


def test_speeds_are_iterated_as_the_inequalities_say():
    """The rounds in integers against the definition: 2v(s) >= min(1, p = 0 terms), v(s) >= p = 1 rests."""
    from polysolv.rates.prover.symbol_bounds import _SymbolProver

    symbols = [(0, 1), (0, 2), (1, 1), (2, 1), (1, 0), (3, 1)]
    prover = _SymbolProver(symbols, 1, 3, ("x", "y"), True)
    generator = random.Random(4)
    for _ in range(20):
        speeds = {s: Fraction(generator.randint(0, 6), generator.randint(8, 14)) for s in symbols}
        following = prover.round(speeds)
        for s, terms in prover.squares.items():
            sums = [(p, sum(e * speeds[t] for t, e in others.items())) for p, others in terms]
            slowest = min([Fraction(1, 2), *(total if p else total / 2 for p, total in sums)])
            assert following[s] == max(slowest, prover.base.get(s, 0))


@pytest.mark.parametrize("zero_centre", [False, True])
def test_the_slope_under_a_gaussian_gate_in_print_and_in_floating_point(zero_centre):
    """Three atoms around a true one, with their densities on a grid: V = O(eps^6) while a moves by eps^2."""
    import numpy as np

    name = "gaussian-gated-c0" if zero_centre else "gaussian-gated"
    one = explain(name, "a", 3)[0]
    assert one.bounds.proved
    assert one.bounds.lower == 3
    assert one.published.exponent == (3 if zero_centre else 2)
    assert ("as well" if zero_centre else "the arc decides against") in one.comparison()
    assert explain(name, "a", 2)[0].published.exponent == explain(name, "c", 2)[0].published.exponent / 2 == 2

    true = {"c": 0.0 if zero_centre else 1.0, "Gamma": 1.0, "a": 2.0, "b": -1.0, "nu": 1.0}
    constants = {"a_star": true["a"], "c_star": true["c"]}
    x, y = np.meshgrid(np.linspace(-9, 11, 401), np.linspace(-40, 40, 801), indexing="ij")

    def density(p):
        gate = np.exp(-((x - p["c"]) ** 2) / (2 * p["Gamma"])) / np.sqrt(p["Gamma"])
        return gate * np.exp(-((y - p["a"] * x - p["b"]) ** 2) / (2 * p["nu"])) / np.sqrt(p["nu"])

    arc = one.bounds.arc
    z, w = np.polynomial.hermite_e.hermegauss(3)
    ratios = []
    for eps in (0.3, 0.15):
        total = np.zeros_like(x)
        for node, weight in zip(z, w / w.sum(), strict=True):
            moved = dict(true)
            for component, series in arc.paths.items():
                for key, vector in series.items():
                    factor = eps ** key[0]
                    for constant, power in zip(one.family.log_symbol.constants, key[1:], strict=True):
                        factor *= constants[constant] ** power
                    moved[component] += factor * sum(float(c) * node**i for i, c in enumerate(vector))
            assert 1 < (moved["a"] - true["a"]) / eps**2 < 3
            total += weight * density(moved)
        ratios.append(np.abs(total - density(true)).sum() / density(true).sum() / eps**6)
    assert 0.3 < ratios[1] / ratios[0] < 3


def test_a_coefficient_that_may_vanish_pins_nothing():
    """1 + c may be zero where c != 0 is all that is assumed; s is not, so it is divided by."""
    maybe = Family.from_log_symbol("f", "(a + c*a)*y + b*y^2", ["a", "b"], assumptions=["c != 0"])
    assert exponents(maybe, 2)["a"].upper is None
    assert exponents(maybe, 1)["a"].upper is None
    assert exponents(maybe, 1)["b"].upper == 1
    sure = Family.from_log_symbol("f", "c*a*y + c_2*b*y^2", ["a", "b"], assumptions=["c != 0", "c_2 = 3"])
    assert _pairs(sure, 3) == _exact(a=6, b=3)
    assert _pairs(sure, 1) == _exact(a=1, b=1)


@pytest.mark.parametrize("m", [4, 6, 8])
def test_two_atoms_on_one_gauss_hermite_node(m):
    """Slopes of quadratic means: kappa >= 4(m - 1)/m, from nodes that are m - 1 Gauss-Hermite ones."""
    import numpy as np

    bounds = exponents("softmax-polynomial-0-2", m)["a_1"]
    assert bounds.lower == Fraction(4 * (m - 1), m)
    assert bounds.upper == Fraction(4 * m, m + 1)
    assert exponents("softmax-polynomial-0-2", m + 1)["a_1"].lower == bounds.lower
    arc = bounds.arc
    assert arc.contact(2 * m) == 2 * m - 2
    matrix = np.diag(np.sqrt([float(b) for b in arc.nodes.norms]), 1)
    z, vectors = np.linalg.eigh(matrix + matrix.T)
    location = sum(float(c) * z**i for i, c in enumerate(arc.paths["b"][(1,)]))
    nodes, weights = np.polynomial.hermite_e.hermegauss(m - 1)
    for node, weight in zip(nodes, weights / weights.sum(), strict=True):
        here = abs(location - node) < 1e-6
        assert vectors[0][here] @ vectors[0][here] == pytest.approx(weight)
        assert here.sum() == (2 if abs(node) < 1e-9 else 1)
