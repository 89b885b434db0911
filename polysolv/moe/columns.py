"""Columns of the covariates that are linear combinations of those before them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from polysolv.moe.likelihood import Array
from polysolv.moe.weighted import mean

_DEPENDENT = 1e-9
_ROUNDING = 64.0


def independent_columns(X: Array, row_weights: Array | None = None) -> tuple[int, ...]:
    """Return the columns that a constant and the columns before them do not determine.

    Args:
        X: covariates, shape (n, d), no column constant.
        row_weights: how often each row counts, positive; None for once.

    A column is left out if what the kept ones leave of it is below 1e-9 of its standard deviation, or below
    the rounding errors of its values. A copy, a sum, the last of a full set of dummies: the fit without it is
    the same model.

    >>> independent_columns(np.array([[0.0, 1, 0], [0, 2, 2], [1, 5, 5], [1, 3, 0]]))
    (0, 1, 2)
    >>> independent_columns(np.array([[0.0, 2, 1], [0, 2, 1], [1, 7, 0], [3, 3, -2]]))
    (0, 1)
    """
    basis: list[Array] = []
    kept = []
    root = None if row_weights is None else np.sqrt(row_weights / row_weights.max())
    for j, column in enumerate(X.T):
        centred = column - mean(column, row_weights)
        centred = centred - mean(centred, row_weights)
        if root is not None:
            centred, column = centred * root, column * root
        size = float(np.linalg.norm(centred))
        rest = centred / size
        for _ in range(2):  # twice is enough
            for direction in basis:
                rest = rest - direction * float(direction @ rest)
        left = float(np.linalg.norm(rest))
        noise = _ROUNDING * float(np.finfo(float).eps) * float(np.linalg.norm(column)) / size
        if left > max(_DEPENDENT, noise):
            basis.append(rest / left)
            kept.append(j)
    return tuple(kept)


def bounds_of(bounds: Any, kept: tuple[int, ...], d: int) -> Any:
    """Return the user's bounds for the kept columns alone."""
    if not bounds or len(kept) == d:
        return bounds
    index = list(kept)
    reduced = dict(bounds)
    for name in ("beta1", "a"):
        if reduced.get(name) is not None:
            reduced[name] = tuple(
                end if end is None or np.ndim(end) == 0 else np.asarray(end, dtype=float)[index]
                for end in reduced[name]
            )
    return reduced


def spread(values: NDArray[Any], kept: tuple[int, ...], k: int, d: int, fill: float) -> NDArray[Any]:
    """Return values in the order of the score for d columns from those for the kept columns alone.

    Args:
        values: shape (k (2 len(kept) + 3),), in the order beta0, beta1, a, b, sigma.
        kept: columns kept.
        k, d: number of atoms, and of all columns.
        fill: value of the coordinates of the columns left out.
    """
    few = len(kept)
    parts = np.split(values, np.cumsum([k, k * few, k * few, k]))
    for place in (1, 2):
        whole = np.full((k, d), fill, dtype=values.dtype)
        whole[:, list(kept)] = parts[place].reshape(k, few)
        parts[place] = whole.ravel()
    return np.concatenate(parts)
