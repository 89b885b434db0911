"""Many ascents at once: Newton steps of a whole batch of parameter vectors.

On a few hundred rows a Newton step of :mod:`polysolv.moe.trust_region` costs more in calls than in
arithmetic. Here the steps of all vectors are made together: saddle-free Newton steps (the absolute values of
the eigenvalues in place of the eigenvalues) within a radius for each vector. What comes out is near a
maximum; the trust region does the last steps.
"""

from __future__ import annotations

import numpy as np

from polysolv.moe.likelihood import Array, Mask
from polysolv.moe.problem import Problem

_RADIUS, _LEAST_RADIUS, _LARGEST_RADIUS = 1.0, 1e-6, 1e4
_FLAT = 1e-7
# Gains of the log-likelihood below this are left to the trust region.
_GAIN = 1e-6
_SECULAR_STEPS = 8
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
    size = max(1, _ENTRIES // (vectors[0].size * min(problem.rows, 256)))
    ends: list[Array] = []
    for first in range(0, len(vectors), size):
        ends += list(_climbed(problem, np.array(vectors[first : first + size]), steps))
    return ends


def _climbed(problem: Problem, vectors: Array, steps: int) -> Array:
    n, box, pin = problem.rows, problem.box, _pin(problem)
    ends = np.clip(vectors, box.lower, box.upper)
    active = np.arange(ends.shape[0])
    x, radius = ends.copy(), np.full(active.size, _RADIUS)
    value, gradient, hessian = problem.derivatives(x)
    for _ in range(steps):
        slope, curvature = -gradient / n, -hessian / n
        free = ~(((x <= box.lower) & (gradient < 0)) | ((x >= box.upper) & (gradient > 0)))
        step, gain = _steps(np.where(free, slope, 0.0), curvature + pin, free, radius)
        gain *= n
        going = (gain > _GAIN) & (radius > _LEAST_RADIUS) & np.isfinite(value)
        ends[active[~going]] = x[~going]
        if not going.any():
            return ends
        active, radius, gain = active[going], radius[going], gain[going]
        x, step, value, gradient, hessian = (part[going] for part in (x, step, value, gradient, hessian))
        proposal = np.clip(x + step, box.lower, box.upper)
        tried = problem.derivatives(proposal)
        with np.errstate(invalid="ignore"):
            quality = np.where(np.isfinite(tried[0]), (tried[0] - value) / gain, -1.0)
        length = np.linalg.norm(step, axis=1)
        radius = np.where(quality < 0.25, 0.25 * np.minimum(radius, length), radius)
        wide = (quality > 0.75) & (length > 0.8 * radius)
        radius = np.where(wide, np.minimum(2.5 * radius, _LARGEST_RADIUS), radius)
        better = quality > 1e-4
        x = np.where(better[:, None], proposal, x)
        value = np.where(better, tried[0], value)
        gradient = np.where(better[:, None], tried[1], gradient)
        hessian = np.where(better[:, None, None], tried[2], hessian)
    ends[active] = x
    return ends


def _pin(problem: Problem) -> Array:
    """Return curvature 1 along the translations of the gate, which change nothing."""
    matrix = np.zeros((problem.box.lower.size,) * 2)
    for group in problem.box.gauge:
        matrix[np.ix_(group, group)] = 1.0 / len(group)
    return matrix


def _steps(slope: Array, curvature: Array, free: Mask, radius: Array) -> tuple[Array, Array]:
    """Return a step for each vector, no longer than its radius, and the gains of the quadratic models.

    Args:
        slope, curvature: shapes (c, m) and (c, m, m).
        free: the coordinates that may move, shape (c, m).
        radius: longest steps, shape (c,).
    """
    m = slope.shape[1]
    usable: Mask = np.asarray(np.isfinite(curvature).all(axis=(1, 2)) & np.isfinite(slope).all(axis=1))
    both = free[:, :, None] & free[:, None, :] & usable[:, None, None]
    matrix = np.where(both, curvature, 0.0)
    matrix[:, np.arange(m), np.arange(m)] += ~(free & usable[:, None])
    eigenvalues, Q = np.linalg.eigh(matrix)
    along = np.einsum("cij,ci->cj", Q, np.where(usable[:, None], slope, 0.0))
    bend = np.abs(eigenvalues)
    bend = np.maximum(bend, _FLAT * np.maximum(bend.max(axis=1, keepdims=True), 1e-300))
    shift = np.zeros(slope.shape[0])
    for _ in range(_SECULAR_STEPS):
        # Newton's method on 1/length rises to the root from below.
        shifted = bend + shift[:, None]
        length = np.linalg.norm(along / shifted, axis=1)
        rate = (along**2 / shifted**3).sum(axis=1) / np.maximum(length, 1e-300)
        shift += np.where(length > radius, (length / radius - 1.0) * length / np.maximum(rate, 1e-300), 0.0)
    z = -along / (bend + shift[:, None])
    z *= np.minimum(1.0, radius / np.maximum(np.linalg.norm(z, axis=1), 1e-300))[:, None]
    gain = -(along * z + 0.5 * eigenvalues * z * z).sum(axis=1)
    return np.einsum("cij,cj->ci", Q, z), gain
