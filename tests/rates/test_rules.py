"""Rules P1 and P2 on the shipped families and on log-symbols where they must stay silent."""

from __future__ import annotations

from fractions import Fraction

import pytest

from polysolv import families
from polysolv.families.log_symbol import linear_log_symbol
from polysolv.rates.rules import exponents_by_rules


def _found(log_symbol, m):
    return {name: rule.exponent for name, rule in exponents_by_rules(log_symbol, m).items()}


@pytest.mark.parametrize("m", [2, 3, 5, 50])
@pytest.mark.parametrize("d", [1, 2, 3])
def test_softmax_refined_exponents(m, d):
    family = families.get("softmax-gaussian", d)
    expected = {c: 2 for p in ("beta1", "a") for c in family.parameter(p).components}
    assert _found(family.log_symbol, m) == {**expected, "b": 2 * m, "sigma": m}


@pytest.mark.parametrize("m", [2, 3, 4])
def test_other_families(m):
    assert _found(families.get("location-gaussian").log_symbol, m) == {"mu": 2}
    assert _found(families.get("location-scale-gaussian").log_symbol, m) == {"mu": 2 * m, "sigma": m}
    free = families.get("gaussian-experts-free-gate").log_symbol
    assert _found(free, m) == {"b": 2 * m, "a": 2, "sigma": m}


def test_exactly_fitted_cells_have_exponent_one():
    assert set(_found(families.get("softmax-gaussian").log_symbol, 1).values()) == {Fraction(1)}


def test_only_gate_dependent_proofs_need_an_exactly_fitted_cell():
    rules = exponents_by_rules(families.get("softmax-gaussian").log_symbol, 2)
    assert {name for name, rule in rules.items() if rule.needs_exactly_fitted} == {"beta1", "a"}
    free = exponents_by_rules(families.get("gaussian-experts-free-gate").log_symbol, 2)
    assert not any(rule.needs_exactly_fitted for rule in free.values())


def test_three_powers_of_one_variable_are_left_undecided():
    """y² and y⁴ interact with y, y³, so neither rule may speak."""
    log_symbol = linear_log_symbol((), ("y",), {"p": (1, {"y": 1}), "q": (1, {"y": 2}), "r": (1, {"y": 3})})
    assert exponents_by_rules(log_symbol, 2) == {}


def test_an_interaction_that_is_dominated_is_accepted():
    """For s = xy the square is also x²·y² and x·x·y²; all have S ≥ 1 once x, x², y² are known."""
    log_symbol = linear_log_symbol(
        ("x",),
        ("y",),
        {"a": (1, {"x": 1, "y": 1}), "q": (1, {"x": 2}), "s": (1, {"y": 2}), "g": (1, {"x": 1})},
    )
    assert _found(log_symbol, 2) == {"g": 4, "q": 2, "s": 2, "a": 2}
    assert exponents_by_rules(log_symbol, 2)["a"].needs_exactly_fitted


def test_an_interaction_that_is_not_dominated_is_left_undecided():
    """For s = xy the square is also (x²y)·y with S = 1/2 + 1/4 < 1."""
    log_symbol = linear_log_symbol(
        ("x",),
        ("y",),
        {"a": (1, {"x": 1, "y": 1}), "q": (1, {"x": 2, "y": 1}), "b": (1, {"y": 1}), "s": (1, {"y": 2})},
    )
    assert _found(log_symbol, 2) == {"b": 4, "s": 2, "q": 2}
