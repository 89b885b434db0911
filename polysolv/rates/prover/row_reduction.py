"""Exact Gaussian elimination of small dense matrices."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction


def row_reduced(rows: Sequence[Sequence[Fraction]], count: int) -> tuple[list[list[Fraction]], list[int]]:
    """Return the reduced row echelon form, and the columns of its pivots.

    Args:
        rows: the matrix.
        count: pivots are sought in so many columns, the first ones; further columns are carried along.

    >>> row_reduced([[Fraction(2), Fraction(4)], [Fraction(1), Fraction(2)]], 2)
    ([[Fraction(1, 1), Fraction(2, 1)], [Fraction(0, 1), Fraction(0, 1)]], [0])
    """
    table = [list(row) for row in rows]
    pivots: list[int] = []
    for column in range(count):
        k = len(pivots)
        place = next((r for r in range(k, len(table)) if table[r][column]), None)
        if place is None:
            continue
        table[k], table[place] = table[place], table[k]
        scale = table[k][column]
        table[k] = [value / scale for value in table[k]]
        for r in range(len(table)):
            if r != k and table[r][column]:
                factor = table[r][column]
                table[r] = [a - factor * b for a, b in zip(table[r], table[k], strict=True)]
        pivots.append(column)
    return table, pivots


def solve_exactly(rows: Sequence[Sequence[Fraction]], right: Sequence[Fraction]) -> list[Fraction] | None:
    """Return a solution of the linear system, free unknowns 0, or ``None``.

    >>> solve_exactly([[Fraction(1), Fraction(2)]], [Fraction(4)])
    [Fraction(4, 1), Fraction(0, 1)]
    """
    count = len(rows[0]) if rows else 0
    table, pivots = row_reduced([[*row, value] for row, value in zip(rows, right, strict=True)], count)
    if any(row[-1] for row in table[len(pivots) :]):
        return None
    solution = [Fraction(0)] * count
    for k, column in enumerate(pivots):
        solution[column] = table[k][-1]
    return solution
