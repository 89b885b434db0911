"""The system equals a transcription of the published formula (theory page §2, sum over α ∈ I(ℓ1, ℓ2))."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import comb, factorial, prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polysolv import InputError, build_system


def _vectors(d, total):
    return [v for v in product(range(total + 1), repeat=d) if sum(v) <= total]


def _published(m, degree, d):
    """Σ_l Σ_{α ∈ I} p5² p1^α1 p2^α2 p3^α3 p4^α4 / α! with w = p5², p4 = σ/2, by brute force."""
    atom = {}
    for a1, a2 in product(_vectors(d, degree), repeat=2):
        for a3, a4 in product(range(degree + 1), range(degree // 2 + 1)):
            index = (*(i + j for i, j in zip(a1, a2, strict=True)), sum(a2) + a3 + 2 * a4)
            if not 1 <= sum(index) <= degree:
                continue
            factorials = prod(map(factorial, (*a1, *a2, a3, a4)))
            coefficient = Fraction(1, factorials * 2**a4)
            atom.setdefault(index, {})[(*a1, *a2, a3, a4)] = coefficient
    equations = {}
    for index, terms in atom.items():
        equation = equations[index] = {}
        for atom_number in range(m):
            for powers, coefficient in terms.items():
                monomial = ((atom_number, 1),) + tuple(
                    (m + m * position + atom_number, e) for position, e in enumerate(powers) if e
                )
                equation[monomial] = coefficient
    return equations


@settings(max_examples=40, deadline=None)
@given(m=st.integers(1, 4), degree=st.integers(1, 5), d=st.integers(1, 3))
def test_softmax_system_is_the_published_one(m, degree, d):
    degree = min(degree, 4) if d == 3 else degree
    system = build_system("softmax-gaussian", m, degree, d)
    assert {k: dict(v) for k, v in system.equations.items()} == _published(m, degree, d)


@pytest.mark.parametrize(("degree", "d"), [(6, 1), (12, 1), (8, 2)])
def test_larger_systems_agree_too(degree, d):
    system = build_system("softmax-gaussian", 2, degree, d)
    assert {k: dict(v) for k, v in system.equations.items()} == _published(2, degree, d)


@given(degree=st.integers(1, 8), d=st.integers(1, 4))
@settings(max_examples=25, deadline=None)
def test_number_of_equations(degree, d):
    degree = min(degree, 5) if d == 4 else degree
    assert len(build_system("softmax-gaussian", 1, degree, d)) == comb(degree + d + 1, d + 1) - 1


def test_a_system_is_indexed_by_l():
    system = build_system("softmax-gaussian", 2, 3)
    assert list(system) == list(system.equations)
    assert all(system[index] is system.equations[index] for index in system)


def test_counts_printed_in_the_paper():
    assert len(build_system("softmax-gaussian", 2, 6)) == 27
    assert len(build_system("softmax-gaussian", 2, 4, d=2)) == 34


@pytest.mark.parametrize(
    ("name", "d", "degree"),
    [("softmax-gaussian", 2, 5), ("gaussian-experts-free-gate", 2, 6), ("location-scale-gaussian", 1, 8)],
)
def test_equations_are_homogeneous_and_linear_in_the_weights(name, d, degree):
    system = build_system(name, 3, degree, d)
    weights = range(len(system.weights))
    for index, polynomial in system.equations.items():
        for monomial in polynomial:
            assert sum(system.grading[i] * e for i, e in monomial) == sum(index)
            assert sum(e for i, e in monomial if i in weights) == 1


def test_the_slip_in_the_printed_list_is_not_copied():
    """|ℓ1| = ℓ2 = 2: β1²b²/4 + β1²(σ/2)/2 + β1 a b + a²/2 (theory page §8)."""
    system = build_system("softmax-gaussian", 1, 4)
    w, beta1, a, b, sigma = range(5)
    assert dict(system.equations[(2, 2)]) == {
        ((w, 1), (beta1, 2), (b, 2)): Fraction(1, 4),
        ((w, 1), (beta1, 2), (sigma, 1)): Fraction(1, 4),
        ((w, 1), (beta1, 1), (a, 1), (b, 1)): Fraction(1),
        ((w, 1), (a, 2)): Fraction(1, 2),
    }


def test_equations_that_vanish_identically_are_left_out():
    assert set(build_system("gaussian-experts-free-gate", 2, 2).equations) == {(0, 1), (1, 1), (0, 2)}


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"m": 0, "degree": 3}, "m"),
        ({"m": 2, "degree": 0}, "degree"),
        ({"m": 2, "degree": -1}, "degree"),
        ({"m": 2.0, "degree": 3}, "m"),
        ({"m": 2, "degree": 3, "d": 0}, "d"),
        ({"m": True, "degree": 3}, "m"),
        ({"m": 2, "degree": 10**9}, "degree"),
        ({"m": 2, "degree": 300}, "degree"),
    ],
)
def test_bad_arguments_name_the_field(arguments, field):
    with pytest.raises(InputError) as caught:
        build_system("softmax-gaussian", **arguments)
    assert caught.value.field == field
    assert "\n" not in str(caught.value)
