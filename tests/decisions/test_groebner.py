"""Gröbner engines side by side, the facts of the saturated ideals, elimination to the weights."""

from __future__ import annotations

import itertools
from fractions import Fraction

import pytest

from polysolv import build_system, decide
from polysolv.decisions.normal_form import reduce_system
from polysolv.decisions.saturation import saturate, subset_sums
from polysolv.decisions.ternary import positive_where_weights_are, vanishes_only_at_ties
from polysolv.groebner import available, get_engine
from polysolv.groebner.budget import budget
from polysolv.groebner.ideal import Ideal, satisfied_modulo
from polysolv.polynomials.algebra import substitute

ENGINES = available()
needs_msolve = pytest.mark.skipif("msolve" not in ENGINES, reason="msolve is not installed")
ONE = Fraction(1)


def only_case(m, degree, name="location-scale-gaussian"):
    (case,) = reduce_system(build_system(name, m, degree)).cases
    return case


@pytest.mark.parametrize("name", ENGINES)
def test_points_of_small_ideals(name):
    engine, limits = get_engine(name), budget(60)
    square = {((0, 2),): ONE, (): Fraction(-3)}
    line = {((1, 1),): ONE, ((0, 1),): Fraction(-2)}
    found = engine.points(Ideal(2, (square, line)), limits)
    assert found.kind == "finite"
    assert found.parametrization.degree == 2
    assert satisfied_modulo(Ideal(2, (square, line)), found.parametrization, 1_000_003)
    assert engine.points(Ideal(2, (line,)), limits).kind == "infinite"
    assert engine.points(Ideal(2, (line, square, {((1, 1),): ONE})), limits).kind == "none"
    double = Ideal(2, ({((0, 2),): ONE}, {((1, 2),): ONE, (): -ONE}))
    points = engine.points(double, limits)
    assert (points.kind, points.parametrization.degree) == ("finite", 2)


@pytest.mark.parametrize("name", ENGINES)
def test_two_atoms_at_degree_four_have_two_complex_solutions_and_none_at_five(name):
    verdict = decide(build_system("location-scale-gaussian", 2, 4), "groebner", engine=name, timeout=60)
    assert verdict.statistics["complex_solutions"] == 2
    assert (verdict.status, verdict.statistics["real_solutions"]) == ("UNSOLVABLE", 0)
    verdict = decide(build_system("location-scale-gaussian", 2, 5), "groebner", engine=name, timeout=60)
    assert (verdict.status, verdict.statistics["basis"]) == ("UNSOLVABLE", "{1}")


def test_weights_alone_do_not_make_the_ideal_trivial():
    """Equal atoms with opposite weights cancel at every degree: what saturating the sums removes."""
    case = only_case(2, 6)
    alone = [{((case.positions["w_2"], 1),): ONE}]
    points = get_engine("sympy").points(saturate(case, alone).ideal, budget(60))
    assert points.kind in ("finite", "infinite")
    assert get_engine("sympy").points(saturate(case).ideal, budget(60)).kind == "none"


def test_subset_sums_are_positive_where_weights_are():
    case = only_case(3, 4)
    sums = subset_sums(case)
    assert len(sums) == 6
    values = {case.positions[name]: Fraction(k, 7) for k, name in enumerate(case.weights, start=1)}
    assert all(substitute(total, values)[()] > 0 for total in sums)


@needs_msolve
def test_three_atoms_with_msolve():
    for degree, field, value in ((5, "status", "SOLVABLE"), (8, "status", "UNSOLVABLE")):
        verdict = decide(
            build_system("location-scale-gaussian", 3, degree), "groebner", engine="msolve", timeout=120
        )
        assert verdict.to_data()[field] == value
    assert verdict.statistics["basis"] == "{1}"
    assert verdict.evidence == "NUMERIC"


@needs_msolve
@pytest.mark.slow
def test_three_atoms_at_degree_seven_have_82_complex_solutions():
    verdict = decide(build_system("location-scale-gaussian", 3, 7), "groebner", engine="msolve", timeout=200)
    assert (verdict.status, verdict.statistics["complex_solutions"]) == ("UNSOLVABLE", 82)


@needs_msolve
@pytest.mark.slow
def test_three_atoms_at_degree_six_by_elimination_to_the_weights():
    system = build_system("location-scale-gaussian", 3, 6)
    verdict = decide(system, "groebner", engine="msolve", timeout=900, jobs=2)
    assert (verdict.status, verdict.evidence) == ("UNSOLVABLE", "NUMERIC")
    assert verdict.statistics["eliminant_degree"] == 66


def _symmetric(form):
    """Return the dehomogenised symmetrisation of a form in three weights."""
    total = {}
    for exponents, value in form.items():
        for p in itertools.permutations(exponents):
            total[p[1], p[2]] = total.get((p[1], p[2]), Fraction(0)) + value
    return {key: value for key, value in total.items() if value}


def test_where_symmetric_forms_vanish():
    discriminant = {}  # (x − y)² (y − z)² (z − x)²: zero at ties only
    for signs in itertools.product((0, 1, 2), repeat=3):
        # each square is a² − 2ab + b²: choose a term of each
        powers, value = [0, 0, 0], ONE
        for (a, b), choice in zip(((0, 1), (1, 2), (2, 0)), signs, strict=True):
            if choice == 1:
                value *= -2
                powers[a] += 1
                powers[b] += 1
            else:
                powers[a if choice == 0 else b] += 2
        key = (powers[1], powers[2])
        discriminant[key] = discriminant.get(key, Fraction(0)) + value
    discriminant = {key: value for key, value in discriminant.items() if value}
    assert not positive_where_weights_are(discriminant)
    assert vanishes_only_at_ties(discriminant)
    # x² + y² + z² − (some multiple) (xy + yz + zx): positive, touching zero at x = y = z, indefinite.
    for multiple, expected in ((Fraction(1, 2), True), (ONE, True), (Fraction(3, 2), False)):
        form = _symmetric({(2, 0, 0): Fraction(1, 2), (1, 1, 0): -multiple / 2})
        assert vanishes_only_at_ties(form) == expected
    assert not vanishes_only_at_ties({(0, 0): ONE, (1, 0): ONE})
