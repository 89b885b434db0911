"""One atom less: merging two atoms of a parameter vector, or dropping one."""

from __future__ import annotations

import numpy as np

from polysolv.moe.likelihood import Array, pack, unpack


def dropped(vector: Array, k: int, i: int) -> Array:
    """Return the vector of k - 1 atoms without atom i."""
    return pack(*(np.delete(part, i, axis=0) for part in unpack(vector, k)))


def merged(vector: Array, k: int, i: int, j: int, mass: Array, centre: Array) -> Array:
    """Return the vector of k - 1 atoms in which atom j is folded into atom i.

    Args:
        vector: parameters of k atoms.
        k: number of atoms.
        i, j: indices, i < j.
        mass: total responsibility of each atom, shape (k,): what the averages are weighted with.
        centre: point (1, x) at which gate weight, mean and variance of the pair are matched, shape (p,).
    """
    gate, expert, log_variance = (part.copy() for part in unpack(vector, k))
    share = np.array([mass[i], mass[j]])
    share = share / share.sum() if share.sum() > 0 else np.array([0.5, 0.5])
    pair = [i, j]
    logits, means = gate[pair] @ centre, expert[pair] @ centre
    variances = np.exp(log_variance[pair])
    gate[i] = share @ gate[pair]
    gate[i, 0] += np.logaddexp(*logits) - gate[i] @ centre
    expert[i] = share @ expert[pair]
    log_variance[i] = np.log(share @ variances + share @ (means - share @ means) ** 2)
    return dropped(pack(gate, expert, log_variance), k, j)
