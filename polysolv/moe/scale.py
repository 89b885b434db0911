"""How fine and how wide a response is: the grid that it was rounded to, and the spread around one line."""

from __future__ import annotations

import numpy as np

from polysolv.moe import weighted
from polysolv.moe.likelihood import Array

# A grid finer than this many rounding errors of the largest response cannot be told from none.
_FINEST = 1e3
_SLACK = 8.0
_SWEEPS = 40
_NORMAL = 1.4826


def resolution(y: Array) -> float:
    """Return the step r of the grid that the responses lie on, 0 if they lie on none.

    Args:
        y: responses, shape (n,).

    The greatest common divisor of the differences of y, by Euclid's algorithm up to rounding errors. A
    response that was rounded to a multiple of r carries an error of variance about r^2/12: smaller variances
    say nothing.

    >>> resolution(np.array([0.3, 1.7, 2.0, 0.9])), resolution(np.array([0.0, 1.0, 2**0.5]))
    (0.1, 0.0)
    """
    values = np.unique(y)
    slack = _SLACK * float(np.finfo(float).eps) * float(np.abs(values).max(initial=0.0))
    gaps = np.unique(np.diff(values)).tolist()
    step = gaps[0] if gaps else 0.0
    for gap in gaps:
        step = _common(step, gap, slack)
        if step <= _FINEST * slack:
            return 0.0
    if not gaps:
        return 0.0
    # Euclid's steps add up their rounding errors; the widest difference has the smallest relative one.
    width = float(values[-1] - values[0])
    step = width / round(width / step)
    offsets = (values - values[0]) / step
    off = np.abs(offsets - np.round(offsets)).max() * step
    return float(f"{step:.12g}") if off <= 4.0 * slack else 0.0


def _common(step: float, gap: float, slack: float) -> float:
    """Return the greatest common divisor of two lengths that are known up to ``slack``."""
    a, b = gap, step
    while b > 0.0:
        times = round(a / b)
        rest = abs(a - times * b)
        if rest <= (2.0 + times) * slack:
            return b
        a, b = b, rest
    return a


def residual_scale(Z: Array, y: Array, row_weights: Array | None = None) -> float:
    """Return a robust standard deviation of y around one line: one gross error hardly moves it.

    Args:
        Z: transposed design, shape (p, n), first row ones.
        y: responses, shape (n,).
        row_weights: how often each row counts, positive, shape (n,); None for once.

    The median absolute residual of the line of least absolute deviations (by reweighted least squares), made
    consistent for the normal law; where half of the rows lie on the line, the next quantiles that are not 0.
    """
    residual: Array = np.asarray(y - weighted.median(y, row_weights))
    sizes = np.abs(residual)
    width = weighted.median(sizes, row_weights) or float(weighted.mean(sizes, row_weights))
    least = 1e-6 * width
    line: Array = np.zeros(Z.shape[0])
    for _ in range(_SWEEPS):
        weights = 1.0 / np.maximum(np.abs(residual), least)
        if row_weights is not None:
            weights *= row_weights
        products = Z * weights
        solved = np.linalg.lstsq(products @ Z.T, products @ y, rcond=1e-12)[0]
        new: Array = np.asarray(solved, dtype=np.float64)
        residual = np.asarray(y - new @ Z, dtype=np.float64)
        change, line = float(np.abs(new - line).max()), new
        if change <= 1e-6 * width:
            break
    sizes = np.abs(residual)
    for share, factor in ((0.5, _NORMAL), (0.75, 0.87), (0.9, 0.61), (0.99, 0.39)):
        found = factor * weighted.quantile(sizes, share, row_weights)
        if found > 1e-9 * width:
            return found
    return float(np.sqrt(weighted.mean(sizes**2, row_weights)))
