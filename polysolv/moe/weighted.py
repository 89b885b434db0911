"""Means, deviations and quantiles of rows that count several times."""

from __future__ import annotations

import numpy as np

from polysolv.moe.likelihood import Array


def mean(values: Array, weights: Array | None) -> Array:
    """Return the mean over the last axis.

    Args:
        values: shape (..., n).
        weights: how often each row counts, positive, shape (n,); None for once.
    """
    if weights is None:
        return np.asarray(values.mean(axis=-1))
    return np.asarray(values @ weights / weights.sum())


def deviation(values: Array, weights: Array | None) -> float:
    """Return the standard deviation, shape (n,)."""
    if weights is None:
        return float(values.std())
    return float(np.sqrt(mean((values - mean(values, weights)) ** 2, weights)))


def quantile(values: Array, share: float, weights: Array | None) -> float:
    """Return a quantile of the rows written out as often as they count, by numpy's default rule.

    >>> values, weights = np.array([3.0, 1.0, 2.0]), np.array([1.0, 4.0, 1.0])
    >>> quantile(values, 0.75, weights), float(np.quantile([1.0, 1, 1, 1, 2, 3], 0.75))
    (1.75, 1.75)
    """
    if weights is None:
        return float(np.quantile(values, share))
    order = np.argsort(values, kind="stable")
    ends = np.cumsum(weights[order])
    place = max(share * (float(ends[-1]) - 1.0), 0.0)
    below = np.floor(place)
    ranks = np.minimum(np.searchsorted(ends, [below, below + 1.0], side="right"), values.size - 1)
    low, high = values[order][ranks].tolist()
    return float(low + (high - low) * (place - below))


def median(values: Array, weights: Array | None) -> float:
    """Return the median."""
    return float(np.median(values)) if weights is None else quantile(values, 0.5, weights)
