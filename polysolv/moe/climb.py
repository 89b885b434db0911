"""Many ascents at once: Newton steps of a whole batch of parameter vectors.

On a few hundred rows a Newton step of :mod:`polysolv.moe.trust_region` costs more in calls than in
arithmetic. Here the steps of all vectors are made together: Newton steps damped as Levenberg and Marquardt
do, each vector with a damping of its own. What comes out is near a maximum; the trust region does the last
steps.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg.lapack import dposv

from polysolv.moe.likelihood import Array, Indices, Mask
from polysolv.moe.problem import Problem
from polysolv.moe.stacked import solve_stacked

_DAMPING, _LEAST_DAMPING, _LARGEST_DAMPING, _FACTOR = 0.1, 1e-12, 1e6, 5.0
# Gains of the log-likelihood below this are left to the trust region.
_GAIN = 1e-6
_ENTRIES = 400_000


class Ascents:
    """Newton ascents of many vectors, a few steps at a time; no objective falls.

    Args:
        problem: data and box.
        vectors: parameter vectors, at least one.

    What is known at a vector is kept between the steps: those left after :meth:`keep` go on where they were.
    """

    def __init__(self, problem: Problem, vectors: list[Array]) -> None:
        self.problem, self._pinned = problem, _pin(problem)
        self._free = problem.restriction.reduced(problem.clip(np.array(vectors)))
        c, m = self._free.shape
        self._size = max(1, _ENTRIES // (m * min(problem.rows, 256)))
        self._value, self._gradient, self._hessian = np.empty(c), np.empty((c, m)), np.empty((c, m, m))
        self._damping, self._going = np.full(c, _DAMPING), np.ones(c, dtype=bool)
        for first in range(0, c, self._size):
            rows = slice(first, first + self._size)
            found = problem.free_derivatives(self._free[rows])
            self._value[rows], self._gradient[rows], self._hessian[rows] = found

    @property
    def vectors(self) -> Array:
        """Where they are, parameter vectors, shape (c, k (2 p + 1))."""
        return self.problem.restriction.expanded(self._free)

    def climb(self, steps: int) -> None:
        """Make at most so many steps with each vector that still gains."""
        active = np.flatnonzero(self._going)
        for first in range(0, active.size, self._size):
            part = active[first : first + self._size]
            for _ in range(steps):
                part = self._stepped(part)
                if part.size == 0:
                    break

    def keep(self, chosen: list[int]) -> None:
        """Go on with the vectors of these indices, in this order."""
        for name in ("_free", "_value", "_gradient", "_hessian", "_damping", "_going"):
            setattr(self, name, getattr(self, name)[chosen])

    def _stepped(self, part: Indices) -> Indices:
        """Make one step with the vectors of these indices; return those that gained enough to go on."""
        n, box = self.problem.total, self.problem.free_box
        x, gradient = self._free[part], self._gradient[part]
        free = ~(((x <= box.lower) & (gradient < 0)) | ((x >= box.upper) & (gradient > 0)))
        slope = np.where(free, -gradient / n, 0.0)
        curvature = self._hessian[part] / -n + self._pinned
        step, gain, damping = _steps(slope, curvature, free, self._damping[part])
        gain *= n
        going = (gain > _GAIN) & (damping < _LARGEST_DAMPING) & np.isfinite(self._value[part])
        self._going[part[~going]] = False
        part = part[going]
        if part.size == 0:
            return part
        proposal = np.clip(x[going] + step[going], box.lower, box.upper)
        value, gradient, hessian = self.problem.free_derivatives(proposal)
        with np.errstate(invalid="ignore"):
            quality = np.where(np.isfinite(value), (value - self._value[part]) / gain[going], -1.0)
        factor = np.where(quality < 0.25, _FACTOR, np.where(quality > 0.75, 1.0 / _FACTOR, 1.0))
        self._damping[part] = np.maximum(damping[going] * factor, _LEAST_DAMPING)
        better = quality > 1e-4
        up = part[better]
        self._free[up], self._value[up] = proposal[better], value[better]
        self._gradient[up], self._hessian[up] = gradient[better], hessian[better]
        return part


def climbed(problem: Problem, vectors: list[Array], steps: int) -> list[Array]:
    """Return where each vector gets by at most so many Newton steps; no objective falls.

    Args:
        problem: data and box.
        vectors: parameter vectors.
        steps: number of steps.
    """
    if not vectors:
        return []
    ascents = Ascents(problem, vectors)
    ascents.climb(steps)
    return list(ascents.vectors)


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
    slope = np.where(usable[:, None], slope, 0.0)
    damping = damping.copy()
    step, indefinite = np.empty_like(slope), []
    damped = matrix + damping[:, None, None] * np.eye(m)
    for index in range(slope.shape[0]):
        _, step[index], failed = dposv(damped[index], -slope[index])
        if failed:
            indefinite.append(index)
    if indefinite:
        # Twice the most negative curvature: such steps are long, and pass over walls between two rows.
        least = -2.0 * np.linalg.eigvalsh(matrix[indefinite])[:, 0]
        damping[indefinite] = np.maximum(damping[indefinite], least)
        damped = matrix[indefinite] + damping[indefinite, None, None] * np.eye(m)
        step[indefinite] = solve_stacked(damped, -slope[indefinite])
    gain = -(step * (slope + 0.5 * (matrix @ step[:, :, None])[:, :, 0])).sum(axis=1)
    return step, gain, damping
