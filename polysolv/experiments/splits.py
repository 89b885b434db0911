"""Minimising the population distance V over everything but an enforced split."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import joblib
import numpy as np

from polysolv.moe.likelihood import Array
from polysolv.moe.threads import one_thread

_REWEIGHTINGS = 12


class Problem(Protocol):
    """Quadrature nodes, and the change of the density there as a function of free deviations."""

    @property
    def weights(self) -> Array:
        """Weights of the nodes."""

    @property
    def density(self) -> Array:
        """The true density at the nodes."""

    def residual(self, vector: Array, epsilon: float) -> tuple[Array, Array]:
        """Return g_G - g_G* at the nodes and its Jacobian in the free vector."""

    def scales(self, epsilon: float) -> Array:
        """Return the natural size of each free deviation at a split ε."""

    def bounds(self) -> tuple[Array, Array]:
        """Return the box of the free deviations."""

    def starts(self, epsilon: float, rng: np.random.Generator, previous: Array | None) -> list[Array]:
        """Return points to start from; ``previous`` is the last solution over its scales."""


def along(
    problem: Problem,
    steps: tuple[float, ...],
    rng: np.random.Generator,
    parallel: joblib.Parallel,
    progress: Callable[[int, int], None] | None,
) -> tuple[list[tuple[Array, float]], list[float]]:
    """Return for each split the best (vector, root of chi-square) found, and V.

    Args:
        problem: what is minimised.
        steps: the splits, ascending.
        rng: for random starts.
        parallel: where the starts of a split run.
        progress: called with (splits done, all splits).
    """
    found: list[tuple[Array, float]] = []
    for epsilon in reversed(steps):
        previous = found[0][0] / problem.scales(steps[len(steps) - len(found)]) if found else None
        starts = problem.starts(epsilon, rng, previous)
        ends = parallel(joblib.delayed(_minimise_alone)(problem, epsilon, start) for start in starts)
        found.insert(0, min(ends, key=lambda end: end[1]))
        if progress is not None:
            progress(len(found), len(steps))
    # A better solution found at one split is tried, scaled, at its neighbours: up, then down again.
    pairs = [(i - 1, i) for i in range(1, len(steps))]
    for near, i in [*pairs, *((i, near) for near, i in reversed(pairs))]:
        start = found[near][0] / problem.scales(steps[near]) * problem.scales(steps[i])
        found[i] = min(found[i], minimise(problem, steps[i], start), key=lambda end: end[1])
    distances = [reweighted(problem, e, vector) for e, (vector, _) in zip(steps, found, strict=True)]
    return found, distances


def _minimise_alone(problem: Problem, epsilon: float, start: Array) -> tuple[Array, float]:
    """Minimise on one thread, wherever this runs."""
    with one_thread():
        return minimise(problem, epsilon, start)


def minimise(
    problem: Problem, epsilon: float, start: Array, importance: Array | None = None, steps: int = 100
) -> tuple[Array, float]:
    """Minimise sum weights importance (g_G - g_G*)^2 from one start; return the end and the root of it.

    Levenberg-Marquardt in scaled, clipped coordinates, by singular values: the problem is nearly singular by
    its nature. ``importance`` None means 1 / g_G*: chi-square.
    """
    root = np.sqrt(problem.weights * (1.0 / problem.density if importance is None else importance))
    lower, upper = problem.bounds()
    vector, damping, slow = start, 1e-2, 0
    residual, jacobian = problem.residual(vector, epsilon)
    value = float(((residual * root) ** 2).sum())
    for _ in range(steps):
        weighted = jacobian * root
        outward = weighted @ (residual * root)
        held = ((vector <= lower) & (outward > 0)) | ((vector >= upper) & (outward < 0))
        weighted[held] = 0.0
        units = 1.0 / (np.sqrt((weighted**2).sum(axis=1)) + 1e-300)
        units[held] = 0.0
        left, singular, right = np.linalg.svd((weighted * units[:, None]).T, full_matrices=False)
        target = left.T @ (residual * root)
        for _ in range(14):
            move = -units * (right.T @ (singular / (singular**2 + damping) * target))
            trial = np.clip(vector + move, lower, upper)
            found, following = problem.residual(trial, epsilon)
            reached = float(((found * root) ** 2).sum())
            if reached < value:
                break
            damping *= 4.0
        else:
            break
        slow = slow + 1 if value - reached <= 1e-4 * value else 0
        vector, residual, jacobian, value = trial, found, following, reached
        damping = max(damping / 5.0, 1e-12)
        if slow == 3:
            break
    return vector, float(np.sqrt(value))


def reweighted(problem: Problem, epsilon: float, vector: Array) -> float:
    """Return the smallest V found from the chi-square minimiser on, by reweighted least squares."""

    def distance(at: Array) -> float:
        return 0.5 * float(problem.weights @ np.abs(problem.residual(at, epsilon)[0]))

    best = distance(vector)
    for _ in range(_REWEIGHTINGS):
        size = np.abs(problem.residual(vector, epsilon)[0])
        floor = 1e-2 * float(problem.weights @ size)
        vector, _ = minimise(problem, epsilon, vector, 1.0 / np.maximum(size, floor), steps=8)
        found = distance(vector)
        if found > best * (1.0 - 1e-4):
            best = min(best, found)
            break
        best = found
    return best
