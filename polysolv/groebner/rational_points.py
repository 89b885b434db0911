"""The noun `RationalPoints`: finitely many points with rational coordinates, exact and modulo primes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from polysolv.groebner.modular_elimination import Residues
from polysolv.polynomials.polynomial import Polynomial


@dataclass(frozen=True, eq=False)
class RationalPoints:
    """Distinct points of Q^d.

    Args:
        numerators: integers of any size, shape (n, d), an array of Python integers; no two rows are equal.
        denominators: one positive integer for each coordinate.
    """

    numerators: NDArray[Any]
    denominators: tuple[int, ...]

    @staticmethod
    def of(points: Sequence[Sequence[Fraction | int]]) -> RationalPoints:
        """Return the distinct points among some, at least one.

        >>> len(RationalPoints.of([(0, 1), (Fraction(1, 2), 1), (0, 1)]))
        2
        """
        columns = list(zip(*points, strict=True))
        denominators = tuple(lcm(*(Fraction(value).denominator for value in column)) for column in columns)
        rows = [
            [int(value * denominator) for value, denominator in zip(point, denominators, strict=True)]
            for point in points
        ]
        return RationalPoints.from_integers(np.array(rows, dtype=object), denominators)

    @staticmethod
    def from_integers(numerators: NDArray[Any], denominators: tuple[int, ...]) -> RationalPoints:
        """Return the distinct rows of integers, divided by one denominator for each column."""
        distinct = list(dict.fromkeys(map(tuple, numerators.tolist())))
        table = np.empty((len(distinct), numerators.shape[1]), dtype=object)
        table[:] = distinct
        return RationalPoints(table, denominators)

    def __len__(self) -> int:
        return len(self.numerators)

    @property
    def dimension(self) -> int:
        """The number d of coordinates."""
        return int(self.numerators.shape[1])

    def modulo(self, prime: int) -> Residues:
        """Return the points modulo a prime that divides no denominator, shape (n, d)."""
        inverses = np.array([pow(denominator, -1, prime) for denominator in self.denominators], np.int64)
        residues: Residues = (self.numerators % prime).astype(np.int64) * inverses % prime
        return residues

    def are_zeros_of(self, polynomial: Polynomial) -> bool:
        """Return whether the polynomial vanishes at every point, in exact arithmetic.

        >>> RationalPoints.of([(0,), (Fraction(1, 3),)]).are_zeros_of(
        ...     {((0, 2),): Fraction(3), ((0, 1),): Fraction(-1)}
        ... )
        True
        """
        scaled = {
            monomial: value / prod(self.denominators[i] ** e for i, e in monomial)
            for monomial, value in polynomial.items()
        }
        common = lcm(*(value.denominator for value in scaled.values()))
        total = np.zeros(len(self), dtype=object)
        for monomial, value in scaled.items():
            term = np.full(len(self), int(value * common), dtype=object)
            for i, e in monomial:
                term = term * self.numerators[:, i] ** e
            total = total + term
        return not total.any()
