"""Homotopies in floating-point numbers of any precision, with any exponents: Arb's, by python-flint."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from polysolv.polynomials.ball_precision import precision
from polysolv.polynomials.polynomial import Monomial

Exponents = tuple[int, ...]


class BallHomotopy:
    """s·G + (1−s)·F with its derivatives, evaluated by two products of matrices with all monomials.

    Args:
        target: F, its coefficients as pairs of fractions, as many equations as unknowns.
        start: G.

    Made and used inside `precision`. Numbers are midpoints: nothing is enclosed.
    """

    def __init__(
        self,
        target: Sequence[Mapping[Monomial, tuple[Fraction, Fraction]]],
        start: Sequence[Mapping[Monomial, complex]],
    ) -> None:
        import flint

        self.unknowns = n = len(target)
        rows = _with_derivatives(
            [{_exponents(m, n): flint.acb(*map(_real, c)) for m, c in row.items()} for row in target]
        )
        others = _with_derivatives(
            [{_exponents(m, n): flint.acb(c) for m, c in row.items()} for row in start]
        )
        self.steps, place = _table([*rows, *others], n)
        self.target = _matrix(rows, range(len(place)), place)
        few = sorted({place[m] for row in others for m in row})
        self.few = few
        self.start = _matrix(others, few, place)

    def tangent(self, x: Sequence[Any], s: Any) -> tuple[list[Any], list[Any]] | None:
        """Return Newton's correction at (x, s) and dx/ds there; ``None`` where the Jacobian is singular."""
        import flint

        n = self.unknowns
        values = [flint.acb(1)]
        for before, i in self.steps:
            values.append((values[before] * x[i]).mid())
        of_target = self.target * flint.acb_mat(len(values), 1, values)
        of_start = self.start * flint.acb_mat(len(self.few), 1, [values[k] for k in self.few])
        change = of_start - of_target
        both = of_target + change * s
        size = n + 1
        matrix = [both[k * size + 1 + i, 0].mid() for k in range(n) for i in range(n)]
        right = [side[k * size, 0].mid() for k in range(n) for side in (both, change)]
        try:
            solved = flint.acb_mat(n, n, matrix).solve(flint.acb_mat(n, 2, right), algorithm="approx")
        except ZeroDivisionError:
            return None
        columns = [[-solved[i, side].mid() for i in range(n)] for side in range(2)]
        return (columns[0], columns[1]) if all(z.is_finite() for z in columns[0]) else None


def _real(value: Fraction) -> Any:
    import flint

    return flint.arb(flint.fmpq(value.numerator, value.denominator)).mid()


def _exponents(monomial: Monomial, unknowns: int) -> Exponents:
    powers = dict(monomial)
    return tuple(powers.get(i, 0) for i in range(unknowns))


def _with_derivatives(rows: list[dict[Exponents, Any]]) -> list[dict[Exponents, Any]]:
    """Each polynomial, followed by its derivatives with respect to every unknown."""
    result = []
    for row in rows:
        result.append(row)
        for i in range(len(next(iter(row), ()))):
            result.append({(*m[:i], m[i] - 1, *m[i + 1 :]): c * m[i] for m, c in row.items() if m[i]})
    return result


def _table(
    rows: list[dict[Exponents, Any]], unknowns: int
) -> tuple[list[tuple[int, int]], dict[Exponents, int]]:
    """How monomials come from 1 by one product each: (place of a factor, unknown); and the place of each."""
    wanted = {m for row in rows for m in row}
    every = {(0,) * unknowns}
    for m in wanted:
        while m not in every:
            every.add(m)
            m = _parent(m)[0]
    place: dict[Exponents, int] = {}
    steps = []
    for m in sorted(every, key=lambda m: (sum(m), m)):
        place[m] = len(place)
        if sum(m):
            parent, i = _parent(m)
            steps.append((place[parent], i))
    return steps, place


def _parent(m: Exponents) -> tuple[Exponents, int]:
    """The monomial without one of its last unknown, and that unknown."""
    i = max(k for k, e in enumerate(m) if e)
    return (*m[:i], m[i] - 1, *m[i + 1 :]), i


def _matrix(rows: list[dict[Exponents, Any]], columns: Sequence[int], place: Mapping[Exponents, int]) -> Any:
    import flint

    position = {column: k for k, column in enumerate(columns)}
    result = flint.acb_mat(len(rows), len(position))
    for k, row in enumerate(rows):
        for m, c in row.items():
            result[k, position[place[m]]] = c
    return result


def log2_size(value: Any) -> float:
    """Return log₂ of the modulus of a number, which may be beyond the range of doubles; −∞ for 0."""
    import flint

    modulus = abs(value).mid()
    if modulus == 0:
        return -math.inf
    with precision(64):
        return float(modulus.log().mid() / flint.arb.const_log2())
