"""`evaluate` (power series) agrees with substitution into the expanded equations, and refuses floats."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polysolv import InputError, build_system, families

RATIONALS = st.fractions(min_value=-3, max_value=3, max_denominator=7)


@st.composite
def _points(draw):
    name = draw(st.sampled_from(families.names()[:6]))
    family = families.get(name)
    d = draw(st.integers(1, 3)) if family.dimension else 1
    m, degree = draw(st.integers(1, 3)), draw(st.integers(1, 5))
    system = build_system(name, m, degree, d)
    weights = [draw(RATIONALS) for _ in range(m)]
    atoms = []
    for _ in range(m):
        atom = {}
        for parameter in system.family.parameters:
            values = tuple(draw(RATIONALS) for _ in parameter.components)
            atom[parameter.name] = values if len(values) > 1 or draw(st.booleans()) else values[0]
        atoms.append(atom)
    return system, weights, atoms


@settings(max_examples=60, deadline=None)
@given(_points())
def test_two_ways_to_evaluate(point):
    system, weights, atoms = point
    values = dict(zip(system.weights, weights, strict=True))
    for number, atom in enumerate(atoms, start=1):
        for parameter in system.family.parameters:
            given_value = atom[parameter.name]
            entries = given_value if isinstance(given_value, tuple) else (given_value,)
            for component, entry in zip(parameter.components, entries, strict=True):
                values[f"{component}_{number}"] = entry
    result = system.evaluate(weights, atoms)
    assert result == system.substitute(values)
    assert all(type(value) is Fraction for value in result.values())


def test_the_published_rational_solution_of_degree_five():
    """w = (5/6, 1, 5/6), location (1, 0, −1), half scale (−1/4, −5/12, −1/4) solves P(3, 5) but not P(3, 6)."""
    weights = (Fraction(5, 6), 1, Fraction(5, 6))
    atoms = [
        {"mu": mu, "sigma": 2 * half}
        for mu, half in ((1, Fraction(-1, 4)), (0, Fraction(-5, 12)), (-1, Fraction(-1, 4)))
    ]
    assert not any(build_system("location-scale-gaussian", 3, 5).evaluate(weights, atoms).values())
    assert any(build_system("location-scale-gaussian", 3, 6).evaluate(weights, atoms).values())


def test_high_degree_needs_no_expansion():
    system = build_system("location-scale-gaussian", 2, 40)
    half = Fraction(1, 2)
    values = system.evaluate((half, half), [{"mu": 1, "sigma": -1}, {"mu": -1, "sigma": -1}])
    assert values[(4,)] == Fraction(-1, 12)


@pytest.mark.parametrize(
    ("weights", "atoms", "word"),
    [
        ((1,), [{"mu": 0}] * 2, "weights"),
        ((1, 1), [{"mu": 0}], "perturbations"),
        ((1, 0.5), [{"mu": 0}] * 2, "weights"),
        ((1, 1), [{"mu": 0.5}] * 2, "mu"),
        ((1, 1), [{"nu": 0}] * 2, "nu"),
        ((1, 1), [{}] * 2, "mu"),
        ((1, 1), [{"mu": (1, 2)}] * 2, "mu"),
        ((1, True), [{"mu": 1}] * 2, "weights"),
        ("11", [{"mu": 1}] * 2, "weights"),
        ((1, 1), [3, 4], "perturbations"),
    ],
)
def test_wrong_points_are_refused(weights, atoms, word):
    system = build_system("location-gaussian", 2, 2)
    with pytest.raises(InputError, match=word):
        system.evaluate(weights, atoms)


def test_substitution_asks_for_every_unknown():
    with pytest.raises(InputError, match="mu_2"):
        build_system("location-gaussian", 2, 2).substitute({"w_1": 1, "w_2": 1, "mu_1": 1})
