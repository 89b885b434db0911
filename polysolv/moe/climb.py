"""Many ascents at once: Newton steps of a whole batch of parameter vectors.

On a few hundred rows a Newton step of :mod:`polysolv.moe.trust_region` costs more in calls than in
arithmetic. Here the steps of all vectors are made together: Newton steps damped as Levenberg and Marquardt
do, each vector with a damping of its own. What comes out is near a maximum; the trust region does the last
steps.
"""

from __future__ import annotations

import numpy as np

from polysolv.moe.likelihood import Array, Mask
from polysolv.moe.problem import Problem

_DAMPING, _LEAST_DAMPING, _LARGEST_DAMPING, _FACTOR = 0.1, 1e-12, 1e6, 5.0
# Gains of the log-likelihood below this are left to the trust region.
_GAIN = 1e-6
_ENTRIES = 400_000


def climbed(problem: Problem, vectors: list[Array], steps: int) -> list[Array]:
    """Return where each vector gets by at most so many Newton steps; no objective falls.

    Args:
        problem: data and box.
        vectors: parameter vectors.
        steps: number of steps.
    """
    if not vectors:
        return []
    restriction = problem.restriction
    size = max(1, _ENTRIES // (vectors[0].size * min(problem.rows, 256)))
    ends: list[Array] = []
    for first in range(0, len(vectors), size):
        batch = problem.clip(np.array(vectors[first : first + size]))
        ends += list(restriction.expanded(_climbed(problem, restriction.reduced(batch), steps)))
    return ends


def _climbed(problem: Problem, vectors: Array, steps: int) -> Array:
    """Return where free coordinates get."""
    n, box, pin = problem.total, problem.free_box, _pin(problem)
    ends = np.clip(vectors, box.lower, box.upper)
    active = np.arange(ends.shape[0])
    x, damping = ends.copy(), np.full(active.size, _DAMPING)
    value, gradient, hessian = problem.free_derivatives(x)
    for _ in range(steps):
        slope, curvature = -gradient / n, -hessian / n
        free = ~(((x <= box.lower) & (gradient < 0)) | ((x >= box.upper) & (gradient > 0)))
        step, gain, damping = _steps(np.where(free, slope, 0.0), curvature + pin, free, damping)
        gain *= n
        going = (gain > _GAIN) & (damping < _LARGEST_DAMPING) & np.isfinite(value)
        ends[active[~going]] = x[~going]
        if not going.any():
            return ends
        active, damping, gain = active[going], damping[going], gain[going]
        x, step, value, gradient, hessian = (part[going] for part in (x, step, value, gradient, hessian))
        proposal = np.clip(x + step, box.lower, box.upper)
        tried = problem.free_derivatives(proposal)
        with np.errstate(invalid="ignore"):
            quality = np.where(np.isfinite(tried[0]), (tried[0] - value) / gain, -1.0)
        factor = np.where(quality < 0.25, _FACTOR, np.where(quality > 0.75, 1.0 / _FACTOR, 1.0))
        damping = np.maximum(damping * factor, _LEAST_DAMPING)
        better = quality > 1e-4
        x = np.where(better[:, None], proposal, x)
        value = np.where(better, tried[0], value)
        gradient = np.where(better[:, None], tried[1], gradient)
        hessian = np.where(better[:, None, None], tried[2], hessian)
    ends[active] = x
    return ends


def _pin(problem: Problem) -> Array:
    """Return curvature 1 along the translations of the gate, which change nothing."""
    matrix = np.zeros((problem.free_box.lower.size,) * 2)
    for group in problem.free_box.gauge:
        matrix[np.ix_(group, group)] = 1.0 / len(group)
    return matrix


def _steps(slope: Array, curvature: Array, free: Mask, damping: Array) -> tuple[Array, Array, Array]:
    """Return a step for each vector, the gain of its quadratic model, and the damping it needed.

    Args:
        slope, curvature: shapes (c, m) and (c, m, m).
        free: the coordinates that may move, shape (c, m).
        damping: what is added to the eigenvalues, shape (c,); raised where they are negative.
    """
    m = slope.shape[1]
    usable: Mask = np.asarray(np.isfinite(curvature).all(axis=(1, 2)) & np.isfinite(slope).all(axis=1))
    both = free[:, :, None] & free[:, None, :] & usable[:, None, None]
    matrix = np.where(both, curvature, 0.0)
    matrix[:, np.arange(m), np.arange(m)] += ~(free & usable[:, None])
    eigenvalues, Q = np.linalg.eigh(matrix)
    along = np.einsum("cij,ci->cj", Q, np.where(usable[:, None], slope, 0.0))
    # Twice the most negative curvature: such steps are long, and pass over walls between two rows.
    least = -2.0 * eigenvalues.min(axis=1)
    damping = np.where(damping <= 0.5 * least, least, damping)
    z = -along / (eigenvalues + damping[:, None])
    gain = -(along * z + 0.5 * eigenvalues * z * z).sum(axis=1)
    return np.einsum("cij,cj->ci", Q, z), gain, damping
