"""Numbers as the decimals they are printed as: the text of a file, else the shortest that reads back."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import numpy as np

from polysolv.groebner.rational_points import RationalPoints
from polysolv.moe.likelihood import Array

# (row, column) -> text, where the text says another number than the shortest decimal of the float.
Texts = Mapping[tuple[int, int], str]


def longer_text(text: str, value: float) -> bool:
    """Return whether the text of a finite number says another number than the float's shortest decimal.

    >>> longer_text("0.1", 0.1), longer_text("0.10000000000000000001", 0.1)
    (False, True)
    """
    return len(text) > 15 and Decimal(text) != Decimal(repr(value))


def decimal_columns(X: Array, texts: Texts | None = None) -> list[tuple[list[int], int]]:
    """Return for each column its numbers in units of the last decimal place that occurs, and that place.

    Args:
        X: finite numbers, shape (n, d).
        texts: exact texts of some entries.

    >>> decimal_columns(np.array([[0.1], [2.0], [-0.25]]))
    [([10, 200, -25], 2)]
    """
    columns = []
    for j in range(X.shape[1]):
        values, places = np.unique(X[:, j], return_inverse=True)
        shortest = [_parts(repr(value)) for value in values.tolist()]
        column = [shortest[place] for place in places.reshape(-1).tolist()]
        for (row, at), text in (texts or {}).items():
            if at == j:
                column[row] = _parts(text)
        last = max(0, -min(exponent for _, exponent in column))
        columns.append(([digits * 10 ** (exponent + last) for digits, exponent in column], last))
    return columns


def _parts(text: str) -> tuple[int, int]:
    """Return the integer n and the exponent e of a decimal n 10^e; zeros at its end are no places.

    >>> _parts("-1.250e-3"), _parts("2.0"), _parts("1e5")
    ((-125, -5), (2, 0), (1, 5))
    """
    mantissa, _, exponent = text.lower().partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = fraction.rstrip("0")
    digits = int(whole + fraction) if fraction else int(whole or 0)
    return digits, int(exponent or 0) - len(fraction) if digits else 0


def decimal_points(columns: list[tuple[list[int], int]], rows: list[int]) -> RationalPoints:
    """Return the distinct points in some rows of :func:`decimal_columns`."""
    table = np.empty((len(rows), len(columns)), dtype=object)
    for j, (integers, _) in enumerate(columns):
        table[:, j] = [integers[row] for row in rows]
    return RationalPoints.from_integers(table, tuple(10**place for _, place in columns))
