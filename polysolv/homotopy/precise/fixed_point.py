"""Complex numbers as pairs of integers with a common number of binary places, and homotopies in them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from polysolv.polynomials.polynomial import Monomial

Fixed = tuple[int, int]  # (re, im) stands for (re + i·im) / 2^bits


@dataclass(frozen=True)
class FixedHomotopy:
    """s·G + (1−s)·F with ``bits`` binary places.

    Args:
        bits: binary places of all numbers.
        terms: for each equation its terms as (coefficient of F, of G, monomial).
        powers: for each unknown its highest exponent.
    """

    bits: int
    terms: tuple[tuple[tuple[Fixed, Fixed, Monomial], ...], ...]
    powers: tuple[int, ...]

    @staticmethod
    def of(
        target: Sequence[Mapping[Monomial, tuple[Fraction, Fraction]]],
        start: Sequence[Mapping[Monomial, complex]],
        bits: int,
        unknowns: int | None = None,
    ) -> FixedHomotopy:
        """Round the coefficients of F = ``target`` and G = ``start``; without ``unknowns`` a square system.

        >>> one = {((0, 1),): (Fraction(1), Fraction(0)), (): (Fraction(-1, 3), Fraction(0))}
        >>> FixedHomotopy.of([one], [{((0, 1),): 1j}], 4).terms
        ((((-5, 0), (0, 0), ()), ((16, 0), (0, 16), ((0, 1),))),)
        """
        rows = []
        count = len(target) if unknowns is None else unknowns
        highest: dict[int, int] = {}
        for row, first in zip(target, start, strict=True):
            terms = []
            for monomial in sorted({*row, *first}):
                re, im = row.get(monomial, (Fraction(0), Fraction(0)))
                g = first.get(monomial, 0j)
                terms.append(
                    (
                        (_fixed(re, bits), _fixed(im, bits)),
                        (_fixed(Fraction(g.real), bits), _fixed(Fraction(g.imag), bits)),
                        monomial,
                    )
                )
                for i, e in monomial:
                    highest[i] = max(highest.get(i, 0), e)
            rows.append(tuple(terms))
        return FixedHomotopy(bits, tuple(rows), tuple(highest.get(i, 0) for i in range(count)))

    def rounded(self, bits: int) -> FixedHomotopy:
        """Return the same with fewer binary places.

        >>> FixedHomotopy(4, ((((24, 0), (0, 8), ()),),), (0,)).rounded(3).terms
        ((((12, 0), (0, 4), ()),),)
        """
        less = self.bits - bits
        terms = tuple(
            tuple(
                ((f0 >> less, f1 >> less), (g0 >> less, g1 >> less), monomial)
                for (f0, f1), (g0, g1), monomial in row
            )
            for row in self.terms
        )
        return FixedHomotopy(bits, terms, self.powers)

    def fixed(self, value: complex) -> Fixed:
        """Return the number with this many places."""
        return _fixed(Fraction(value.real), self.bits), _fixed(Fraction(value.imag), self.bits)

    def number(self, value: Fixed) -> complex:
        """Return the nearest complex number in double precision."""
        return complex(*(float(Fraction(part, 1 << self.bits)) for part in value))

    def power(self, sigma: float) -> int:
        """Return 2^−sigma, for sigma >= 0."""
        whole = math.floor(sigma)
        return (
            round(math.ldexp(2.0 ** (whole - sigma), 60))
            << max(0, self.bits - 60 - whole)
            >> max(0, whole + 60 - self.bits)
        )

    def evaluate(self, x: Sequence[Fixed], s: int) -> tuple[list[Fixed], list[list[Fixed]], list[Fixed]]:
        """Return H(x, s), its Jacobian in x and its derivative in s."""
        bits = self.bits
        one = (1 << bits, 0)
        tables = []
        for z, highest in zip(x, self.powers, strict=True):
            table = [one]
            for e in range(highest):
                table.append(times(table[-1], z, bits) if e else z)
            tables.append(table)
        values, matrix, changes = [], [], []
        for row in self.terms:
            entries = [[0, 0] for _ in x]
            re = im = fre = fim = 0
            for (f0, f1), (g0, g1), monomial in row:
                # before[v]·after is the product over all unknowns of the monomial but the v-th. Products with
                # one, of which there are many, are left out.
                before = [one]
                for i, e in monomial:
                    factor = tables[i][e]
                    before.append(times(before[-1], factor, bits) if len(before) > 1 else factor)
                p, q = before[-1]
                d0, d1 = g0 - f0, g1 - f1
                c = f0 + (d0 * s >> bits), f1 + (d1 * s >> bits)
                re += c[0] * p - c[1] * q
                im += c[0] * q + c[1] * p
                fre += d0 * p - d1 * q
                fim += d0 * q + d1 * p
                after = c
                for v in range(len(monomial) - 1, -1, -1):
                    i, e = monomial[v]
                    others = times(before[v], after, bits) if v else after
                    a, b = times(others, tables[i][e - 1], bits) if e > 1 else others
                    entries[i][0] += e * a
                    entries[i][1] += e * b
                    if v:
                        after = times(after, tables[i][e], bits)
            values.append((re >> bits, im >> bits))
            changes.append((fre >> bits, fim >> bits))
            matrix.append([(a, b) for a, b in entries])
        return values, matrix, changes


def times(x: Fixed, y: Fixed, bits: int) -> Fixed:
    """Return the product.

    >>> times((24, 0), (8, 16), 4)
    (12, 24)
    """
    a, b = x
    c, d = y
    return a * c - b * d >> bits, a * d + b * c >> bits


def largest(values: Sequence[Fixed]) -> int:
    """Return the largest real or imaginary part, by modulus."""
    return max((max(abs(a), abs(b)) for a, b in values), default=0)


def solve_linear(
    matrix: Sequence[Sequence[Fixed]], columns: Sequence[Sequence[Fixed]], bits: int
) -> list[list[Fixed]] | None:
    """Solve matrix·x = column for each column, by elimination with pivots; ``None`` where no pivot is left.

    >>> solve_linear([[(32, 0)]], [[(16, 0)]], 4)
    [[(8, 0)]]
    """
    n = len(matrix)
    rows = [[*row, *(column[k] for column in columns)] for k, row in enumerate(matrix)]
    for k in range(n):
        pivot = max(range(k, n), key=lambda i: abs(rows[i][k][0]) + abs(rows[i][k][1]))
        rows[k], rows[pivot] = rows[pivot], rows[k]
        re, im = rows[k][k]
        size = re * re + im * im
        if size == 0:
            return None
        lead = rows[k]
        for i in range(k + 1, n):
            a, b = rows[i][k]
            if a or b:
                # Quotients may be large where pivots are small.
                factor = ((a * re + b * im) << bits) // size, ((b * re - a * im) << bits) // size
                row = rows[i]
                for j in range(k + 1, len(row)):
                    p, q = times(factor, lead[j], bits)
                    row[j] = row[j][0] - p, row[j][1] - q
    result = []
    for column in range(n, n + len(columns)):
        x: list[Fixed] = [(0, 0)] * n
        for k in range(n - 1, -1, -1):
            a, b = rows[k][column]
            for j in range(k + 1, n):
                p, q = times(rows[k][j], x[j], bits)
                a, b = a - p, b - q
            re, im = rows[k][k]
            size = re * re + im * im
            x[k] = ((a * re + b * im) << bits) // size, ((b * re - a * im) << bits) // size
        result.append(x)
    return result


def _fixed(value: Fraction, bits: int) -> int:
    return round(value * (1 << bits)) if value else 0
