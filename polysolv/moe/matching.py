"""Which atom of one fit is which of another: labels mean nothing, so those that agree best are taken."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment

from polysolv.moe.likelihood import Array, log_softmax, pack, unpack

_ROWS = 2000


def matched(vector: Array, base: Array, k: int, Z: Array) -> Array:
    """Return a parameter vector with its atoms in the order of another one.

    Args:
        vector: parameters.
        base: parameters whose order is wanted.
        k: number of atoms.
        Z: transposed design, shape (p, n); at most about 2,000 of its columns are used.

    Of all orders the one of least Hellinger distance between the two laws of (label, response), averaged over
    the covariates: the sum over the atoms of sqrt(pi_i pi'_i) times the Bhattacharyya coefficient of their
    normal laws is largest, a linear assignment problem.

    >>> base = np.array([0.0, 0.0, -1.0, 1.0, 0.0, 0.0])
    >>> matched(np.array([0.3, 0.0, 1.1, -0.9, 0.1, 0.2]), base, 2, np.ones((1, 5))).tolist()
    [0.0, 0.3, -0.9, 1.1, 0.2, 0.1]
    """
    z = Z[:, :: max(1, Z.shape[1] // _ROWS)]
    (one, means, log_s), (two, other_means, log_t) = (
        (np.exp(0.5 * log_softmax(gate @ z)), expert @ z, log_variance)
        for gate, expert, log_variance in (unpack(base, k), unpack(vector, k))
    )
    affinity = np.empty((k, k))
    for i in range(k):
        s, t = np.exp(log_s[i]), np.exp(log_t)
        height = np.sqrt(2.0 * np.sqrt(s * t) / (s + t))
        apart = (means[i] - other_means) ** 2 / (4.0 * (s + t))[:, None]
        affinity[i] = height * (one[i] * two * np.exp(-apart)).mean(axis=1)
    _, order = linear_sum_assignment(-affinity)
    gate, expert, log_variance = (part[order] for part in unpack(vector, k))
    return pack(gate, expert, log_variance)
