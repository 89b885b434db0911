"""Small systems of normal equations, many at once, singular ones too."""

from __future__ import annotations

import numpy as np

from polysolv.moe.likelihood import Array


def solve_stacked(matrices: Array, right: Array) -> Array:
    """Return x with matrix x = right for a stack of symmetric matrices; where one is singular, least squares.

    Args:
        matrices: shape (…, p, p), symmetric, positive semidefinite up to rounding.
        right: shape (…, p).

    >>> solve_stacked(np.array([[[1.0, 1.0], [1.0, 1.0]]]), np.array([[2.0, 2.0]])).round(12)
    array([[1., 1.]])
    """
    try:
        return np.asarray(np.linalg.solve(matrices, right[..., None])[..., 0])
    except np.linalg.LinAlgError:
        finite = np.where(np.isfinite(matrices), matrices, 0.0)
        return np.asarray((np.linalg.pinv(finite, hermitian=True) @ right[..., None])[..., 0])
