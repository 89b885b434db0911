"""Reductions recorded step by step, and the multipliers of the sums of squares, expanded again with SymPy."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy

from polysolv import build_system
from polysolv.decisions.normal_form import reduce_system, restricted_cases
from polysolv.decisions.positivity import decide_by_positivity
from polysolv.decisions.square_forms import atom_form, find_square_form
from polysolv.decisions.symmetric import under_ansatz
from polysolv.groebner.budget import budget


@pytest.mark.parametrize("d", [1, 2, 3])
def test_softmax_drops_the_gate_at_two_and_the_slope_at_four(d):
    gate = ["beta1"] if d == 1 else [f"beta1_{i}" for i in range(1, d + 1)]
    slope = ["a"] if d == 1 else [f"a_{i}" for i in range(1, d + 1)]
    assert list(reduce_system(build_system("softmax-gaussian", 2, 1, d)).dropped) == []
    assert sorted(reduce_system(build_system("softmax-gaussian", 2, 2, d)).dropped) == gate
    assert sorted(reduce_system(build_system("softmax-gaussian", 2, 4, d)).dropped) == sorted(gate + slope)


def test_reductions_are_reversible():
    system = build_system("softmax-gaussian", 3, 5)
    reduced = reduce_system(system)
    (case,) = reduced.cases
    names = [step["step"] for step in case.steps]
    assert names == ["drop", "drop", "unit-weight", "unit-unknown"]
    values = {name: Fraction(i + 2, 3) for i, name in enumerate(case.unknowns)}
    whole = case.complete(values)
    assert set(whole) == set(system.unknowns)
    # the equations of the case at the values are those of the system at the completed point
    at_point = system.substitute(whole)
    for index, polynomial in case.equations.items():
        total = sum(
            (c * sympy.prod([values[case.unknowns[i]] ** e for i, e in m]) for m, c in polynomial.items()),
            Fraction(0),
        )
        assert total == at_point[index]
    assert all(at_point[index] == 0 for index in system.equations if index not in case.equations)


def test_restricted_cases_say_so():
    (case,) = reduce_system(build_system("softmax-gaussian", 2, 3)).cases
    easy = restricted_cases(case)
    assert easy
    assert all(c.restricted and len(c.unknowns) < len(case.unknowns) for c in easy)


def test_reductions_are_logged():
    limits = budget(10)
    decide_by_positivity(build_system("softmax-gaussian", 2, 4), limits)
    assert limits.log["dropped"] == {"beta1": [2, 0], "a": [2, 2]}


def test_atom_forms_are_the_exponential_series():
    b, s, y = sympy.symbols("b s y")
    series = sympy.expand(sum((b * y + s * y**2) ** n / sympy.factorial(n) for n in range(7)))
    for k in range(1, 7):
        expected = sympy.Poly(series.coeff(y, k), b, s)
        assert {e: Fraction(int(c.p), int(c.q)) for e, c in expected.terms()} == atom_form(k)


def test_the_square_form_of_two_atoms_is_an_identity():
    form = find_square_form(lambda key, value: None, 2, 0)
    b1, b2, s1, s2 = variables = sympy.symbols("b1 b2 s1 s2")

    def spell(terms):
        return sympy.Add(
            *(
                sympy.Rational(c.numerator, c.denominator)
                * sympy.prod([v**n for v, n in zip(variables, e, strict=True)])
                for e, c in terms.items()
            )
        )

    left = sum(
        spell(c)
        * sum(
            sympy.Rational(v.numerator, v.denominator) * b1**i * s1**j for (i, j), v in atom_form(k).items()
        )
        for k, c in form.multipliers.items()
    )
    squares = sum(sympy.Rational(d.numerator, d.denominator) * spell(root) ** 2 for d, root in form.squares)
    assert all(d > 0 for d, _ in form.squares)
    assert (
        sympy.expand(
            left - squares - sympy.Rational(form.reserve.numerator, form.reserve.denominator) * b1**6
        )
        == 0
    )
    for k, c in form.multipliers.items():  # symmetric in the atoms, so it serves both
        assert (
            sympy.expand(spell(c) - spell(c).subs({b1: b2, b2: b1, s1: s2, s2: s1}, simultaneous=True)) == 0
        ), k


def test_the_symmetric_ansatz_keeps_solutions():
    (case,) = reduce_system(build_system("location-scale-gaussian", 3, 5)).cases
    smaller, complete = under_ansatz(case)
    # the Gauss–Hermite rule scaled to b = (1, −1, 0): weights 1 : 1 : 4, s = −1/6 each, sigma = 2 s
    values = complete({"sigma_1": Fraction(-1, 3), "sigma_3": Fraction(-1, 3), "w_3": Fraction(4)})
    assert not any(case.system.substitute(case.complete(values)).values())
    assert len(smaller.equations) == 2
