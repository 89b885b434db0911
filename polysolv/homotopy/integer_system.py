"""The noun `IntegerSystem`: polynomials on a lattice of Gaussian integers, evaluated without any rounding."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from math import isqrt, lcm
from typing import TypeVar

from polysolv.polynomials.gaussian_rational import parts
from polysolv.polynomials.polynomial import ComplexPolynomial, Monomial

Gaussian = tuple[int, int]  # real and imaginary part
_Terms = tuple[tuple[int, Monomial], ...]
_T = TypeVar("_T")


@dataclass(frozen=True)
class IntegerSystem:
    """G_k(u) = N_k · f_k(x) with u_i = 2^scales[i] · x_i: integer polynomials in u with the same zeros.

    Args:
        terms: for each equation the real parts of its terms as (integer coefficient, monomial in u).
        imaginary: for each equation the imaginary parts, in the same form.
        exponents: for each unknown the powers that occur in the equations or their derivatives, ascending.
    """

    terms: tuple[_Terms, ...]
    imaginary: tuple[_Terms, ...]
    exponents: tuple[tuple[int, ...], ...]

    @staticmethod
    def on_lattice(equations: Sequence[ComplexPolynomial], scales: Sequence[int]) -> IntegerSystem:
        """Clear the denominators of the equations on the lattice x_i = u_i / 2^scales[i].

        >>> from fractions import Fraction
        >>> IntegerSystem.on_lattice([{((0, 2),): Fraction(1, 3), (): Fraction(-1)}], [4]).terms
        (((1, ((0, 2),)), (-768, ())),)
        """
        rows: list[list[_Terms]] = [[], []]
        occurring: list[set[int]] = [set() for _ in scales]
        for polynomial in equations:
            split = {m: parts(c) for m, c in polynomial.items()}
            common = lcm(*(part.denominator for both in split.values() for part in both))
            heights = {m: sum(e * scales[i] for i, e in m) for m in polynomial}
            top = max(heights.values(), default=0)
            for part, side in enumerate(rows):
                row = []
                for monomial, both in split.items():
                    c = both[part]
                    if c:
                        lifted = c.numerator * (common // c.denominator) << (top - heights[monomial])
                        row.append((lifted, monomial))
                side.append(tuple(row))
            for monomial in polynomial:
                for i, e in monomial:
                    occurring[i] |= {e - 1, e}
        powers = tuple(tuple(sorted(found - {0})) for found in occurring)
        return IntegerSystem(tuple(rows[0]), tuple(rows[1]), powers)

    def values(self, point: Sequence[Gaussian]) -> list[Gaussian]:
        """Return G(u), exactly."""
        powers = self._powers(point, _times)
        result = _values(self.terms, powers)
        if any(self.imaginary):
            turned = _values(self.imaginary, powers)
            result = [(re - q, im + p) for (re, im), (p, q) in zip(result, turned, strict=True)]
        return result

    def jacobian(self, point: Sequence[Gaussian]) -> list[list[Gaussian]]:
        """Return the matrix of the ∂G_k/∂u_j, exactly."""
        powers = self._powers(point, _times)
        result = _jacobian(self.terms, powers)
        if any(self.imaginary):
            turned = _jacobian(self.imaginary, powers)
            result = [
                [(re - q, im + p) for (re, im), (p, q) in zip(row, other, strict=True)]
                for row, other in zip(result, turned, strict=True)
            ]
        return result

    def growth(self, centre: Sequence[Gaussian], radii: Sequence[int]) -> tuple[list[int], list[int]]:
        """Bounds for the change of G and of its Jacobian over the discs |u_i − c_i| ≤ radii[i].

        Returns:
            For each k a bound of |G_k(u) − G_k(c)|, and one of Σ_j |∂_j G_k(u) − ∂_j G_k(c)| · radii[j].

        With P_k the polynomial of the |re| + |im| of the coefficients, A_i ≥ |c_i| and
        φ_k(t) = P_k(A + t·radii) these are φ_k(1) − φ_k(0) and φ_k'(1) − φ_k'(0): expand G_k(c + h) in
        powers of h.
        """
        sizes = [isqrt(x * x + y * y) + 1 for x, y in centre]
        # Powers of a + b·ε with ε² = 0 are values of φ and φ' together.
        near = self._powers(list(zip(sizes, radii, strict=True)), _dual)
        far = self._powers([(a + r, r) for a, r in zip(sizes, radii, strict=True)], _dual)
        changes, slopes = [], []
        for row, turned in zip(self.terms, self.imaginary, strict=True):
            change = slope = 0
            for c, monomial in chain(row, turned):
                a, b, p, q = 1, 0, 1, 0
                for i, e in monomial:
                    x, y = near[i][e]
                    a, b = a * x, a * y + b * x
                    x, y = far[i][e]
                    p, q = p * x, p * y + q * x
                change += abs(c) * (p - a)
                slope += abs(c) * (q - b)
            changes.append(change)
            slopes.append(slope)
        return changes, slopes

    def _powers(self, bases: Sequence[_T], times: Callable[[_T, _T], _T]) -> list[dict[int, _T]]:
        tables = []
        for base, exponents in zip(bases, self.exponents, strict=True):
            table: dict[int, _T] = {1: base}
            reached = 1
            for e in exponents:
                if e > reached:
                    table[e] = times(table[reached], _power(base, e - reached, times))
                    reached = e
            tables.append(table)
        return tables


def _values(rows: Sequence[_Terms], powers: Sequence[dict[int, Gaussian]]) -> list[Gaussian]:
    result = []
    for row in rows:
        re = im = 0
        for c, monomial in row:
            a, b = 1, 0
            for i, e in monomial:
                x, y = powers[i][e]
                a, b = a * x - b * y, a * y + b * x
            re += c * a
            im += c * b
        result.append((re, im))
    return result


def _jacobian(rows: Sequence[_Terms], powers: Sequence[dict[int, Gaussian]]) -> list[list[Gaussian]]:
    one = (1, 0)
    result = []
    for row in rows:
        entries = [[0, 0] for _ in powers]
        for c, monomial in row:
            # before[v]·after[v] is the product over all unknowns of the monomial but the v-th.
            before = [one]
            for i, e in monomial[:-1]:
                before.append(_times(before[-1], powers[i][e]))
            after = one
            for v in range(len(monomial) - 1, -1, -1):
                i, e = monomial[v]
                a, b = _times(before[v], after)
                if e > 1:
                    a, b = _times((a, b), powers[i][e - 1])
                entries[i][0] += c * e * a
                entries[i][1] += c * e * b
                after = _times(after, powers[i][e])
        result.append([(a, b) for a, b in entries])
    return result


def _power(base: _T, exponent: int, times: Callable[[_T, _T], _T]) -> _T:
    result = base
    for bit in bin(exponent)[3:]:
        result = times(result, result)
        if bit == "1":
            result = times(result, base)
    return result


def _times(x: Gaussian, y: Gaussian) -> Gaussian:
    return x[0] * y[0] - x[1] * y[1], x[0] * y[1] + x[1] * y[0]


def _dual(x: tuple[int, int], y: tuple[int, int]) -> tuple[int, int]:
    return x[0] * y[0], x[0] * y[1] + x[1] * y[0]
