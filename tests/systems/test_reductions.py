"""Reductions: found for every family and dimension, true of the system, reversible."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polysolv import build_system, families
from polysolv.families.log_symbol import linear_log_symbol
from polysolv.systems.reductions import find_reduction, location_scale_pair


@pytest.mark.parametrize("d", [1, 2, 3, 7])
def test_softmax_drops_gate_slopes_at_degree_two_and_expert_slopes_at_four(d):
    family = families.get("softmax-gaussian", d)
    gate, slopes = (family.parameter(name).components for name in ("beta1", "a"))

    def dropped(degree):
        return {step.component for step in find_reduction(family.log_symbol, degree).steps}

    assert dropped(1) == set()
    assert dropped(2) == dropped(3) == set(gate)
    assert dropped(4) == dropped(9) == set(gate) | set(slopes)
    assert find_reduction(family.log_symbol, 4).location_scale == ("b", "sigma")


@pytest.mark.parametrize(("name", "d"), [("softmax-gaussian", 2), ("gaussian-experts-free-gate", 1)])
def test_each_step_is_a_sum_of_squares_in_the_built_system(name, d):
    m, degree = 3, 5
    system = build_system(name, m, degree, d)
    zeroed = set()
    for step in find_reduction(system.family.log_symbol, degree).steps:
        equation = {
            monomial: c
            for monomial, c in system.equations[step.equation].items()
            if not any(system.unknowns[i].rsplit("_", 1)[0] in zeroed for i, _ in monomial)
        }
        position = system.family.components.index(step.component)
        assert equation == {((i, 1), (m + m * position + i, 2)): step.coefficient for i in range(m)}
        assert step.coefficient > 0
        zeroed.add(step.component)


def test_location_gaussian_is_forced_to_zero_at_degree_two():
    log_symbol = families.get("location-gaussian").log_symbol
    assert find_reduction(log_symbol, 1).steps == ()
    assert [step.component for step in find_reduction(log_symbol, 2).steps] == ["mu"]


def test_a_symbol_whose_square_has_another_factorisation_stays():
    log_symbol = linear_log_symbol(
        ("x",), ("y",), {"p": (1, {"x": 1}), "q": (1, {"x": 2}), "r": (1, {"y": 1})}
    )
    assert [step.component for step in find_reduction(log_symbol, 2).steps] == ["r"]


@given(st.lists(st.fractions(max_denominator=9), min_size=6, max_size=6))
def test_invert_puts_zeros_where_apply_drops(values):
    log_symbol = families.get("softmax-gaussian", 2).log_symbol
    reduction = find_reduction(log_symbol, 4)
    core = [dict(zip(("b", "sigma"), values[i : i + 2], strict=True)) for i in (0, 2, 4)]
    full = reduction.invert(core)
    assert reduction.apply(full) == core
    assert all(set(atom) == set(log_symbol.perturbations) for atom in full)
    assert all(atom[step.component] == 0 for atom in full for step in reduction.steps)


def test_a_solution_of_the_core_solves_the_whole_system():
    reduction = find_reduction(families.get("softmax-gaussian").log_symbol, 5)
    core = [
        {"b": Fraction(b), "sigma": 2 * s}
        for b, s in ((1, Fraction(-1, 4)), (0, Fraction(-5, 12)), (-1, Fraction(-1, 4)))
    ]
    weights = (Fraction(5, 6), 1, Fraction(5, 6))
    assert not any(build_system("softmax-gaussian", 3, 5).evaluate(weights, reduction.invert(core)).values())


def test_core_recognition_wants_one_variable_and_its_square():
    def pair(**symbols):
        return location_scale_pair(linear_log_symbol(("x",), ("y",), symbols))

    assert pair(scale=(1, {"y": 2}), place=(3, {"y": 1})) == ("place", "scale")
    assert pair(place=(1, {"y": 1}), scale=(1, {"x": 2})) is None
    assert pair(place=(1, {"y": 2}), scale=(1, {"y": 4})) is None
    assert pair(place=(1, {"y": 1})) is None
