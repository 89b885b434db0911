"""Weights of rows: how often each one counts."""

from __future__ import annotations

import numpy as np

from polysolv.errors import InputError
from polysolv.moe.arrays import as_numpy
from polysolv.moe.likelihood import Array

_LARGEST = 1e15


def checked_weights(weights: object, n: int, field: str = "sample_weight") -> Array | None:
    """Return weights as an array, shape (n,), or None if every row counts once.

    Args:
        weights: a number for each row, one for all, or None.
        n: number of rows.
        field: name of the argument, for error messages.

    Raises:
        InputError: for another shape, for what is no finite number at least 0, and if all are 0.

    >>> checked_weights([2, 0.5], 2), checked_weights([1, 1], 2) is None
    (array([2. , 0.5]), True)
    """
    if weights is None:
        return None
    try:
        found = np.array(as_numpy(weights, field), dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(field, weights, "an array of real numbers") from None
    if found.ndim == 0:
        found = np.full(n, float(found))
    if found.shape != (n,):
        raise InputError(field, found.shape, f"one weight for each row, shape ({n},)")
    wrong = ~(np.isfinite(found) & (found >= 0))
    if wrong.any():
        row = int(wrong.argmax())
        raise InputError(f"{field}: row {row}", float(found[row]), "a finite number, at least 0")
    total = float(found.sum())
    if not 0 < total <= _LARGEST:
        what = "all zero" if total == 0 else f"a sum of {total:g}"
        raise InputError(field, what, f"some weight above 0, and a sum of at most {_LARGEST:g}")
    return None if (found == 1).all() else found


def counted_rows(X: Array, y: Array, weights: object) -> tuple[Array, Array, Array | None]:
    """Return the rows that count, and how often, None for once; arguments as in :func:`checked_weights`."""
    found = checked_weights(weights, y.size)
    if found is None:
        return X, y, None
    counts = found > 0
    left = found[counts]
    return X[counts], y[counts], None if (left == 1).all() else left


def count_of(weights: Array | None, n: int) -> int | float:
    """Return the number of observations: that of the rows, or the sum of their weights."""
    total = float(n) if weights is None else float(weights.sum())
    return int(total) if total.is_integer() else total


def distinct_rows(X: Array, y: Array, weights: Array | None) -> tuple[Array, Array, Array | None]:
    """Return each row once, with how often it counts; rows keep the order of their first copies.

    Args:
        X, y: shapes (n, d) and (n,).
        weights: positive, shape (n,); None for once.

    A fit of repeated rows is so the same as one with weights, start by start.

    >>> X, y, weights = distinct_rows(np.array([[1.0], [2.0], [1.0]]), np.array([5.0, 6.0, 5.0]), None)
    >>> X.tolist(), y.tolist(), weights
    ([[1.0], [2.0]], [5.0, 6.0], array([2., 1.]))
    """
    # Equal rows have equal keys; whether rows with equal keys are equal is looked at.
    key = y.copy()
    rng = np.random.default_rng(0)
    with np.errstate(over="ignore", invalid="ignore"):
        for column in X.T:
            key += rng.uniform(1.0, 2.0) * column
    order = np.argsort(key, kind="stable")
    one, other = order[:-1], order[1:]
    same = (key[one] == key[other]) & (y[one] == y[other])
    pairs = np.flatnonzero(same)
    same[pairs] &= (X[one[pairs]] == X[other[pairs]]).all(axis=1)
    # The layout in memory decides the last bits of sums.
    if not same.any():
        return np.ascontiguousarray(X), np.ascontiguousarray(y), weights
    group = np.concatenate([[0], np.cumsum(~same)])
    first = order[np.concatenate([[True], ~same])]
    counts = np.bincount(group, weights=None if weights is None else weights[order])
    place = np.argsort(first, kind="stable")
    rows = first[place]
    return np.ascontiguousarray(X[rows]), y[rows], counts[place].astype(np.float64)
