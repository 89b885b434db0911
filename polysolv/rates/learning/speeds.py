"""How fast equations vanish where each perturbation does at a speed of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from polysolv.families.log_symbol import Exponents
from polysolv.systems.expansion import AtomMonomial, AtomPolynomial

Slacks = dict[Exponents, Fraction]


def speed(monomial: AtomMonomial, speeds: Sequence[Fraction]) -> Fraction:
    """Return the exponent of η in a monomial whose perturbation s is of the size η^(speeds[s])."""
    return sum((speeds[s] * power for s, power in monomial), Fraction(0))


def speeds_of(
    polynomials: Mapping[Exponents, AtomPolynomial], speeds: Sequence[Fraction]
) -> tuple[dict[Exponents, Fraction], Slacks]:
    """Return the speed of each equation, and the slacks 1 - speed that are positive."""
    least = {j: min(speed(monomial, speeds) for monomial in part) for j, part in polynomials.items()}
    return least, {j: 1 - value for j, value in least.items() if value < 1}


def leading_part(polynomial: AtomPolynomial, speeds: Sequence[Fraction], least: Fraction) -> AtomPolynomial:
    """Return the terms of the least speed.

    >>> square = {((0, 2),): Fraction(1, 2), ((1, 1),): Fraction(1)}
    >>> leading_part(square, [Fraction(1, 4), Fraction(1, 2)], Fraction(1, 2)) == square
    True
    """
    return {monomial: c for monomial, c in polynomial.items() if speed(monomial, speeds) == least}
