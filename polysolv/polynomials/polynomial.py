"""Exact sparse polynomials as plain mappings, the currency of all stations after `families`."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from polysolv.polynomials.gaussian_rational import Coefficient

# ((index of unknown, exponent ≥ 1), ...) with strictly increasing indices; () is the monomial 1.
Monomial = tuple[tuple[int, int], ...]

# Monomial -> non-zero rational coefficient.
Polynomial = Mapping[Monomial, Fraction]

# The same with coefficients that need not be real; what a user brings, and what is tracked.
ComplexPolynomial = Mapping[Monomial, Coefficient]

# Number of an equation in the system of a cell: (ℓ1_1, …, ℓ1_d, ℓ2).
Index = tuple[int, ...]


def multiply_monomials(left: Monomial, right: Monomial) -> Monomial:
    """Return the product of two sparse monomials.

    >>> multiply_monomials(((0, 1),), ((0, 1), (2, 3)))
    ((0, 2), (2, 3))
    """
    if not left:
        return right
    powers = dict(left)
    for position, exponent in right:
        powers[position] = powers.get(position, 0) + exponent
    return tuple(sorted(powers.items()))


def add(left: Polynomial, right: Polynomial, factor: int | Fraction = 1) -> dict[Monomial, Fraction]:
    """Return ``left + factor · right``.

    >>> add({(): Fraction(1)}, {(): Fraction(2)}, -1)
    {(): Fraction(-1, 1)}
    """
    total = dict(left)
    for monomial, coefficient in right.items():
        value = total.get(monomial, Fraction(0)) + factor * coefficient
        if value:
            total[monomial] = value
        else:
            total.pop(monomial, None)
    return total
