from fractions import Fraction
from itertools import product
from math import prod

import numpy as np
import pytest
import sympy

from polysolv.groebner.modular_elimination import column_dependences
from polysolv.groebner.rational_points import RationalPoints
from polysolv.groebner.reduced_generators import reduced_generators
from polysolv.groebner.vanishing_ideal import (
    dense,
    monomial_count,
    monomial_order,
    standard_monomials,
    vanishing_ideal,
)
from polysolv.polynomials.exponent_vectors import divides


def value(polynomial, point):
    return sum(c * prod(point[i] ** e for i, e in monomial) for monomial, c in polynomial.items())


def random_points(rng):
    d, n = int(rng.integers(1, 4)), int(rng.integers(1, 15))
    if rng.random() < 0.5:
        return [tuple(Fraction(int(v)) for v in row) for row in rng.integers(-1, 2, size=(n, d))]
    return [
        tuple(Fraction(int(a), int(b)) for a, b in zip(top, bottom, strict=True))
        for top, bottom in zip(
            rng.integers(-9, 10, size=(n, d)), rng.integers(1, 8, size=(n, d)), strict=True
        )
    ]


def assert_reduced_basis(points, degree, generators):
    """Check the definition: with exact ranks by SymPy, not by elimination modulo primes."""
    d = len(points[0])
    everything = standard_monomials(d, degree)
    assert len(everything) == monomial_count(d, degree) == len(set(everything))
    standard = [m for m in everything if not any(divides(lead, m) for lead in generators)]
    matrix = sympy.Matrix(
        [
            [
                sympy.Rational(
                    *prod((x**e for x, e in zip(p, m, strict=True)), start=Fraction(1)).as_integer_ratio()
                )
                for m in standard
            ]
            for p in set(points)
        ]
    )
    # Independent, and spanning: the standard monomials are a basis of the functions of that degree.
    assert matrix.rank() == len(standard)
    for lead, generator in generators.items():
        assert all(value(generator, point) == 0 for point in points)
        monomials = [dense(monomial, d) for monomial in generator]
        assert monomials[0] == lead == max(monomials, key=monomial_order)
        assert next(iter(generator.values())) == 1
        assert all(m in standard for m in monomials[1:])
        assert not any(divides(other, lead) for other in generators if other != lead)


@pytest.mark.parametrize("seed", range(40))
def test_the_generators_are_the_reduced_basis_up_to_the_degree(seed):
    points = random_points(np.random.default_rng(seed))
    for degree in (1, 2, 4):
        ideal = vanishing_ideal(RationalPoints.of(points), degree)
        assert ideal.not_lifted == ()
        assert_reduced_basis(points, degree, ideal.generators)


def test_further_points_leave_what_holds_there():
    square = RationalPoints.of(list(product((0, 1), repeat=2)))
    line = RationalPoints.of([(0, 5), (1, 7), (0, 6)])
    found = vanishing_ideal(square, 2, also_at=line).generators
    assert found == {(2, 0): {((0, 2),): 1, ((0, 1),): -1}}


def test_a_rare_point_is_not_overlooked():
    # All but one of 5,000 points lie on a parabola: the elimination starts from a few rows.
    points = [(Fraction(t), Fraction(t * t)) for t in range(5000)]
    found = vanishing_ideal(RationalPoints.of(points), 2).generators
    assert found == {(2, 0): {((0, 2),): 1, ((1, 1),): -1}}
    assert vanishing_ideal(RationalPoints.of([*points, (Fraction(3), Fraction(8))]), 2).generators == {}


def test_large_and_small_numbers_are_exact():
    levels = [Fraction(10**30 + 1), Fraction(-1, 10**25), Fraction(1, 3)]
    (generator,) = vanishing_ideal(RationalPoints.of([(level,) for level in levels]), 5).generators.values()
    x = sympy.Symbol("x")
    expected = sympy.Poly(sympy.prod(x - sympy.Rational(v.numerator, v.denominator) for v in levels), x)
    assert [Fraction(int(c.p), int(c.q)) for c in expected.all_coeffs()] == list(generator.values())


def test_coefficients_beyond_the_primes_are_named_and_not_guessed():
    rng = np.random.default_rng(0)
    table = rng.integers(-(10**16), 10**16, size=(30, 3)).astype(object)
    ideal = vanishing_ideal(RationalPoints.from_integers(table, (10**16,) * 3), 4)
    assert ideal.generators == {}
    assert all(sum(lead) == 4 for lead in ideal.not_lifted)
    assert len(ideal.not_lifted) == monomial_count(3, 4) - 30


def test_known_leading_monomials_and_variables_limit_the_search():
    points = RationalPoints.of([(a, b, a) for a in (0, 1) for b in (0, 2)])
    assert list(vanishing_ideal(points, 2).generators) == [(0, 0, 1), (2, 0, 0), (0, 2, 0)]
    assert list(vanishing_ideal(points, 2, leading=[(0, 0, 1)]).generators) == [(2, 0, 0), (0, 2, 0)]
    assert list(vanishing_ideal(points, 2, variables=(1,)).generators) == [(0, 2, 0)]


@pytest.mark.parametrize("seed", range(20))
def test_column_dependences_against_sympy(seed):
    rng = np.random.default_rng(seed)
    matrix = rng.integers(0, 4, size=(5, 8)) % 101
    independent, dependent, coefficients = column_dependences(matrix.astype(np.int64), 101)
    assert sorted([*independent, *dependent]) == list(range(8))
    assert ((matrix[:, independent] @ coefficients - matrix[:, dependent]) % 101 == 0).all()
    field = sympy.GF(101, symmetric=False)
    _, pivots = sympy.polys.matrices.DomainMatrix(
        [[field(int(v)) for v in row] for row in matrix], matrix.shape, field
    ).rref()
    assert list(pivots) == independent


@pytest.mark.parametrize("seed", range(10))
def test_reduction_keeps_the_ideal(seed):
    rng = np.random.default_rng(seed)
    points = random_points(rng)
    d = len(points[0])
    found = vanishing_ideal(RationalPoints.of(points), 6).generators
    # Multiples and sums of generators reduce to the generators.
    longer = [*found.items()]
    for lead, generator in list(found.items())[:3]:
        shifted = (lead[0] + 1, *lead[1:])
        longer.append(
            (
                shifted,
                {
                    tuple(sorted(({**dict(m), 0: dict(m).get(0, 0) + 1}).items())): c
                    for m, c in generator.items()
                },
            )
        )
    order = rng.permutation(len(longer))
    assert reduced_generators([longer[i] for i in order]) == dict(
        sorted(found.items(), key=lambda p: monomial_order(p[0]))
    )
    assert all(dense(next(iter(g)), d) == lead for lead, g in found.items())
