"""Units for unknowns and equations: powers of two that bring all coefficients near 1."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from polysolv.systems.polynomial import Polynomial


@dataclass(frozen=True)
class Scaling:
    """x_i = 2^unknowns[i] · y_i; equation j is multiplied by 2^equations[j]. Exact, as only powers of two
    occur."""

    unknowns: tuple[int, ...]
    equations: tuple[int, ...]

    def apply(self, polynomials: Sequence[Polynomial]) -> list[dict[tuple[tuple[int, int], ...], Fraction]]:
        """Return the polynomials in the scaled unknowns."""
        result = []
        for polynomial, shift in zip(polynomials, self.equations, strict=True):
            scaled = {}
            for monomial, coefficient in polynomial.items():
                power = shift + sum(self.unknowns[i] * e for i, e in monomial)
                scaled[monomial] = coefficient * (Fraction(2) ** power)
            result.append(scaled)
        return result


def find_scaling(polynomials: Sequence[Polynomial], unknowns: int) -> Scaling:
    """Choose units by least squares on the logarithms of the coefficients (Morgan 1987, SCLGEN).

    Minimises the spread of log2|coefficient| over all terms, with a mild pull towards no scaling.

    >>> find_scaling([{((0, 1),): Fraction(10) ** 12, (): Fraction(-1)}], 1).unknowns
    (-39,)
    """
    rows, right = [], []
    for j, polynomial in enumerate(polynomials):
        for monomial, coefficient in polynomial.items():
            row = np.zeros(unknowns + len(polynomials))
            for i, exponent in monomial:
                row[i] = exponent
            row[unknowns + j] = 1.0
            rows.append(row)
            right.append(-_log2(coefficient))
    if max((abs(value) for value in right), default=0.0) <= 2.0:
        chosen = [0] * unknowns
    else:
        pull = 1e-3 * np.eye(unknowns + len(polynomials))
        solution = np.linalg.lstsq(
            np.vstack([*rows, pull]), np.array([*right, *([0.0] * len(pull))]), rcond=None
        )[0]
        chosen = [round(float(value)) for value in solution[:unknowns]]
    shifts = []
    for polynomial in polynomials:
        largest = max(_log2(c) + sum(chosen[i] * e for i, e in m) for m, c in polynomial.items())
        shifts.append(-round(largest))
    return Scaling(tuple(chosen), tuple(shifts))


def _log2(value: Fraction) -> float:
    return math.log2(abs(value.numerator)) - math.log2(value.denominator)
