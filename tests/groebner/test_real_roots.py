"""Real roots, signs at them, squarefree parts and modular arithmetic, against SymPy and brute force."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from polysolv.groebner import modular
from polysolv.groebner.basis import squarefree_factors, squarefree_part
from polysolv.groebner.ideal import parse_polynomial, read_integer
from polysolv.groebner.real_roots import RealRoot, isolate, positive_roots

T = sympy.Symbol("t")
COEFFICIENTS = st.lists(st.integers(-9, 9), min_size=2, max_size=8)
PRIME = 1_000_003


def squarefree(coefficients):
    polynomial = sympy.Poly(list(reversed(coefficients)), T)
    assume(polynomial.degree() >= 1)
    return [int(c) for c in reversed(polynomial.sqf_part().all_coeffs())]


def products_of_linear_factors():
    pairs = st.tuples(st.integers(1, 4), st.integers(-6, 6))

    def expand(factors):
        polynomial = sympy.Poly(1, T)
        for a, b in factors:
            polynomial *= sympy.Poly(a * T - b, T)
        return [int(c) for c in reversed(polynomial.all_coeffs())]

    return st.lists(pairs, min_size=1, max_size=6).map(expand)


@settings(max_examples=60, deadline=None)
@given(st.one_of(COEFFICIENTS, products_of_linear_factors()))
def test_roots_are_isolated(coefficients):
    p = squarefree(coefficients)
    polynomial = sympy.Poly(list(reversed(p)), T)
    found = isolate(p)
    assert len(found) == polynomial.count_roots()
    expected = [float(r) for r in sympy.real_roots(polynomial)]
    identity = [Fraction(0), Fraction(1)]
    values = sorted(float(RealRoot(p, a, b).value(identity, [Fraction(1)])) for a, b in found)
    assert values == pytest.approx(sorted(expected), abs=1e-12)
    assert positive_roots(p) == sum(value > 1e-12 for value in expected)


def test_signs_of_fractions_at_a_root():
    root = RealRoot([-2, 0, 1], Fraction(1), Fraction(2))
    almost = Fraction(14142135623730950488, 10**19)
    assert root.sign([-almost, Fraction(1)], [Fraction(1)]) == 1
    assert root.sign([-almost - Fraction(1, 10**18), Fraction(1)], [Fraction(-1)]) == 1
    with pytest.raises(ArithmeticError):
        root.sign([Fraction(-2), Fraction(0), Fraction(1)], [Fraction(1)])


def test_squarefree_parts():
    p = sympy.Poly((T - 1) ** 3 * (T + 2) ** 2 * (T**2 + 1), T)
    coefficients = [Fraction(int(c)) for c in reversed(p.all_coeffs())]
    expected = sympy.Poly((T - 1) * (T + 2) * (T**2 + 1), T)
    assert squarefree_part(coefficients) == [int(c) for c in reversed(expected.all_coeffs())]
    assert sorted(k for _, k in squarefree_factors([int(c) for c in coefficients])) == [1, 2, 3]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, PRIME - 1), min_size=1, max_size=5),
    st.lists(st.integers(0, PRIME - 1), min_size=0, max_size=3).map(lambda p: [*p, 1]),
)
def test_rational_functions_are_recovered_modulo_a_prime(top, bottom):
    points = [c for c in range(2, 40) if modular.evaluate(bottom, c, PRIME)]
    values = [
        modular.evaluate(top, c, PRIME) * pow(modular.evaluate(bottom, c, PRIME), -1, PRIME) % PRIME
        for c in points
    ]
    found = modular.denominator(points, values, PRIME)
    assert found is not None
    assert len(found) <= len(bottom)
    cleared = [v * modular.evaluate(found, c, PRIME) % PRIME for c, v in zip(points, values, strict=True)]
    polynomial = modular.interpolate(points, cleared, PRIME)
    assert len(polynomial) <= len(points) - 10
    assert all(modular.evaluate(polynomial, c, PRIME) == v for c, v in zip(points, cleared, strict=True))


@given(st.fractions(min_value=-1000, max_value=1000, max_denominator=1000))
def test_fractions_are_recovered_from_residues(value):
    modulus = (1 << 61) - 1
    assert modular.rational(value.numerator * pow(value.denominator, -1, modulus) % modulus, modulus) == value


def test_what_engines_print_is_parsed_and_never_evaluated():
    assert parse_polynomial("x1^2*x2-2/3x2+1-x1", 2) == {
        ((0, 2), (1, 1)): 1,
        ((1, 1),): Fraction(-2, 3),
        (): 1,
        ((0, 1),): -1,
    }
    for text in ("", "x3", "x1**2", "__import__('os')", "x1 x2^", "1.5", "+", "x1++x2", "2^3"):
        with pytest.raises(ValueError, match=r"polynomial|variable"):
            parse_polynomial(text, 2)
    assert read_integer("-" + "9" * 9000) == -(10**9000 - 1)
    with pytest.raises(ValueError, match="integer"):
        read_integer("1e5")
