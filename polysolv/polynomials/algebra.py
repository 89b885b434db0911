"""Exact arithmetic on sparse polynomials with rational coefficients, just what the methods need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import gcd, lcm

from polysolv.polynomials.polynomial import Monomial, Polynomial, multiply_monomials

Poly = dict[Monomial, Fraction]
ONE: Poly = {(): Fraction(1)}


def multiply(left: Polynomial, right: Polynomial) -> Poly:
    """Return the product."""
    total: Poly = {}
    for a, x in left.items():
        for b, y in right.items():
            monomial = multiply_monomials(a, b)
            total[monomial] = total.get(monomial, Fraction(0)) + x * y
    return {monomial: value for monomial, value in total.items() if value}


def power(base: Polynomial, exponent: int) -> Poly:
    """Return ``base ** exponent``."""
    result = ONE
    for _ in range(exponent):
        result = multiply(result, base)
    return dict(result)


def variables(polynomial: Polynomial) -> set[int]:
    """Return the variables that occur."""
    return {i for monomial in polynomial for i, _ in monomial}


def degree_in(polynomial: Polynomial, variable: int) -> int:
    """Return the degree in one variable; 0 for the polynomial 0."""
    return max((e for monomial in polynomial for i, e in monomial if i == variable), default=0)


def coefficients_in(polynomial: Polynomial, variable: int) -> dict[int, Poly]:
    """Return exponent of ``variable`` -> its coefficient, a polynomial in the others."""
    parts: dict[int, Poly] = {}
    for monomial, value in polynomial.items():
        exponent = next((e for i, e in monomial if i == variable), 0)
        rest = tuple((i, e) for i, e in monomial if i != variable)
        parts.setdefault(exponent, {})[rest] = value
    return parts


def substitute(polynomial: Polynomial, values: Mapping[int, int | Fraction]) -> Poly:
    """Return the polynomial with some variables replaced by rationals."""
    total: Poly = {}
    for monomial, coefficient in polynomial.items():
        for i, e in monomial:
            if i in values:
                coefficient *= values[i] ** e
        if coefficient:
            rest = tuple((i, e) for i, e in monomial if i not in values)
            total[rest] = total.get(rest, Fraction(0)) + coefficient
    return {monomial: value for monomial, value in total.items() if value}


def renumber(polynomial: Polynomial, numbers: Mapping[int, int]) -> Poly:
    """Return the polynomial with other numbers for its variables."""
    return {
        tuple(sorted((numbers[i], e) for i, e in monomial)): value for monomial, value in polynomial.items()
    }


def primitive(polynomial: Polynomial) -> Poly:
    """Return the multiple by a positive rational that has coprime integer coefficients.

    >>> primitive({(): Fraction(-2, 3), ((0, 1),): Fraction(4)})
    {(): Fraction(-1, 1), ((0, 1),): Fraction(6, 1)}
    """
    if not polynomial:
        return {}
    denominator = lcm(*(value.denominator for value in polynomial.values()))
    content = gcd(*(int(value * denominator) for value in polynomial.values()))
    return {monomial: value * denominator / content for monomial, value in polynomial.items()}


def one_sign(coefficients: Iterable[Fraction]) -> int:
    """Return 1 or −1 if all coefficients have that sign, 0 otherwise or if there are none."""
    signs = {(value > 0) - (value < 0) for value in coefficients}
    return signs.pop() if len(signs) == 1 else 0


def is_homogeneous(polynomial: Polynomial, grades: Mapping[int, int]) -> bool:
    """Return whether all monomials have the same degree when variable i counts ``grades[i]``."""
    return len({sum(grades.get(i, 0) * e for i, e in monomial) for monomial in polynomial}) <= 1
