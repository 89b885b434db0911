"""Polynomials with rational coefficients, written by the exponents of all their variables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import prod

from polysolv.polynomials.algebra import Poly

# Exponents of all variables -> coefficient, zeros left out.
Exponents = tuple[int, ...]
Vector = dict[Exponents, Fraction]


def divides(left: Exponents, right: Exponents) -> bool:
    """Return whether one monomial divides another.

    >>> divides((1, 0), (1, 2)), divides((2, 0), (1, 2))
    (True, False)
    """
    return all(a <= b for a, b in zip(left, right, strict=True))


def multiply(left: Mapping[Exponents, Fraction], right: Mapping[Exponents, Fraction]) -> Vector:
    """Return the product of two polynomials.

    >>> multiply({(1,): Fraction(1), (0,): Fraction(1)}, {(1,): Fraction(1), (0,): Fraction(-1)})
    {(2,): Fraction(1, 1), (0,): Fraction(-1, 1)}
    """
    total: Vector = {}
    for a, x in left.items():
        for b, y in right.items():
            key = tuple(map(sum, zip(a, b, strict=True)))
            total[key] = total.get(key, Fraction(0)) + x * y
    return {e: c for e, c in total.items() if c}


def substituted(
    polynomial: Mapping[Exponents, Fraction], values: Mapping[int, Mapping[Exponents, Fraction]]
) -> Vector:
    """Return the polynomial with polynomials in the same variables put for some of them.

    >>> substituted({(2, 0): Fraction(1)}, {0: {(0, 1): Fraction(3)}})
    {(0, 2): Fraction(9, 1)}
    """
    total: Vector = {}
    for e, c in polynomial.items():
        product: Vector = {tuple(0 if i in values else k for i, k in enumerate(e)): c}
        for i, value in values.items():
            for _ in range(e[i]):
                product = multiply(product, value)
        for key, x in product.items():
            total[key] = total.get(key, Fraction(0)) + x
    return {e: c for e, c in total.items() if c}


def evaluate(polynomial: Mapping[Exponents, Fraction], point: Sequence[Fraction]) -> Fraction:
    """Return the value of a polynomial.

    >>> evaluate({(2, 1): Fraction(1, 2)}, [Fraction(2), Fraction(3)])
    Fraction(6, 1)
    """
    terms = (
        c * prod((v**k for v, k in zip(point, e, strict=True) if k), start=Fraction(1))
        for e, c in polynomial.items()
    )
    return sum(terms, Fraction(0))


def sparse(polynomial: Mapping[Exponents, Fraction]) -> Poly:
    """Return the polynomial with monomials as pairs of a variable and its exponent.

    >>> sparse({(2, 0, 1): Fraction(1)})
    {((0, 2), (2, 1)): Fraction(1, 1)}
    """
    return {tuple((i, k) for i, k in enumerate(e) if k): c for e, c in polynomial.items()}
