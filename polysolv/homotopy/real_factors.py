"""The real factors of polynomials with complex coefficients."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from polysolv.polynomials.gaussian_rational import parts
from polysolv.polynomials.polynomial import ComplexPolynomial, Monomial


def real_factors(equations: Sequence[ComplexPolynomial], unknowns: int) -> list[dict[Monomial, Fraction]]:
    """Return the greatest common divisor of the real and the imaginary part of each polynomial.

    At zeros of these real divisors the polynomials vanish, too; a polynomial that is real up to a factor is
    its own divisor.

    Args:
        equations: polynomials with coefficients in Q(i), none of them zero.
        unknowns: number of unknowns.

    >>> from polysolv.polynomials.generic_system import GenericSystem
    >>> real_factors(GenericSystem.parse("(x^2-2)*(x-i)").equations, 1) == [{((0, 2),): 1, (): -2}]
    True
    """
    from sympy import QQ
    from sympy.polys.rings import PolyRing

    ring = PolyRing([f"x{i}" for i in range(unknowns)], QQ, "lex")
    result = []
    for polynomial in equations:
        both: tuple[dict[Any, Any], dict[Any, Any]] = {}, {}
        for monomial, coefficient in polynomial.items():
            powers = [0] * unknowns
            for i, e in monomial:
                powers[i] = e
            for terms, part in zip(both, parts(coefficient), strict=True):
                if part:
                    terms[tuple(powers)] = QQ(part.numerator, part.denominator)
        divisor = ring.from_dict(both[0]).gcd(ring.from_dict(both[1]))
        result.append(
            {
                tuple((i, int(e)) for i, e in enumerate(powers) if e): Fraction(
                    int(QQ.numer(c)), int(QQ.denom(c))
                )
                for powers, c in divisor.items()
            }
        )
    return result
