"""Trust-region Newton ascent in a box, with exact eigendecompositions.

The dimension is tiny (k (2 d + 3)) and the rows are many, so all the care goes into the step and none into
its cost. Negative curvature is followed, which is how saddles are left; singular directions (an over-fitted
model has them) only bound the step by the radius.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from polysolv.moe.likelihood import Array, Evaluation, Mask

# (vector, what was found there, radius) -> a step in the box, and the gain it promises
Proposal = Callable[[Array, Evaluation, float], tuple[Array, float]]

CURVATURE_TOLERANCE = 1e-9
_RADIUS, _MAX_RADIUS, _MIN_RADIUS = 1.0, 1e8, 1e-12
_MAX_STALLS = 3
_NO_CURVATURE, _NO_SLOPE = 1e-13, 1e-12


@dataclass(frozen=True)
class Ascent:
    """Where an ascent ended.

    ``status`` is "stationary" (projected gradient within the tolerance, no negative curvature), "rounding"
    (no further progress in double precision) or "iterations" (the limit was reached).
    """

    vector: Array
    evaluation: Evaluation
    values: list[float]
    smallest_eigenvalue: float
    status: str
    evaluations: int


@dataclass(frozen=True)
class Box:
    """The feasible box, and the gauge: groups of coordinates that may be shifted together at no change."""

    lower: Array
    upper: Array
    gauge: tuple[tuple[int, ...], ...]

    def clip(self, vector: Array) -> Array:
        """Return the nearest point of the box."""
        clipped: Array = np.clip(vector, self.lower, self.upper)
        return clipped

    def held(self, vector: Array, ascent: Array) -> Mask:
        """Return which coordinates are at a bound that the direction ``ascent`` would cross."""
        held: Mask = ((vector <= self.lower) & (ascent < 0)) | ((vector >= self.upper) & (ascent > 0))
        return held


def smallest_eigenvalue(found: Evaluation, vector: Array, box: Box, rows: float) -> float:
    """Return the smallest eigenvalue of the information per row, free coordinates only, gauge apart."""
    if found.hessian is None:
        return float("nan")
    free = ~box.held(vector, found.gradient)
    return _extreme_eigenvalues(-found.hessian / rows, free, box.gauge)[0]


def projected(gradient: Array, vector: Array, box: Box) -> Array:
    """Return the gradient with the entries that push out of the box set to 0."""
    return np.where(box.held(vector, gradient), 0.0, gradient)


def ascend(
    evaluate: Callable[[Array], Evaluation],
    start: Array,
    box: Box,
    rows: float,
    weights: Array,
    tol: float,
    max_iter: int,
    report: Callable[[int, float, float], None] | None = None,
    propose: Proposal | None = None,
) -> Ascent:
    """Maximise a log-likelihood from ``start``.

    Args:
        evaluate: returns value, gradient and Hessian of the total log-likelihood.
        start: first parameter vector; clipped to the box.
        box: feasible set.
        rows: number of observations; gradients and curvatures are judged per observation.
        weights: factors of the entries of the gradient that are compared with ``tol``.
        tol: bound on the largest entry of the projected gradient per observation.
        max_iter: bound on the number of evaluations after the first.
        report: called with (iteration, value, gradient norm).
        propose: makes the steps; None for those of the quadratic model.

    That step minimises the quadratic model on the intersection of box and ball (More and Sorensen 1983, by
    eigendecomposition; bounds by an active-set method, with the projected-gradient point as the fallback, so
    the usual convergence theory of trust regions holds).
    """
    vector = box.clip(start)
    found = evaluate(vector)
    values = [found.value]
    radius, stalls, status = _RADIUS, 0, "iterations"
    smallest = np.nan
    iteration = 0
    for iteration in range(max_iter + 1):
        if not found.finite or found.hessian is None:
            status = "rounding"
            break
        slope, curvature = -found.gradient / rows, -found.hessian / rows
        free = ~box.held(vector, -slope)
        smallest, largest = _extreme_eigenvalues(curvature, free, box.gauge)
        size = norm(found.gradient, vector, box, rows, weights)
        if report is not None:
            report(iteration, found.value, size)
        if size <= tol and smallest >= -CURVATURE_TOLERANCE * max(1.0, largest):
            status = "stationary"
            break
        if stalls >= _MAX_STALLS or radius < _MIN_RADIUS:
            status = "rounding"
            break
        if iteration == max_iter:
            break
        if propose is None:
            step, gain = box_step(slope, curvature, box.lower - vector, box.upper - vector, radius, box.gauge)
            gain *= rows
        else:
            step, gain = propose(vector, found, radius)
        length = float(np.linalg.norm(step))
        proposal = box.clip(vector + step)
        tried = evaluate(proposal)
        noise = 1e-13 * (abs(found.value) + rows)
        if gain <= noise:
            # Values can no longer tell: the gradient decides.
            better = tried.finite and (
                norm(tried.gradient, proposal, box, rows, weights) < size or tried.value > found.value + noise
            )
            quality = 1.0 if better else 0.0
            stalls = 0 if better else stalls + 1
        else:
            quality = (tried.value - found.value) / gain if tried.finite else -1.0
            stalls = 0
        if quality < 0.25:
            radius = 0.25 * min(radius, length)
        elif quality > 0.75 and length > 0.8 * radius:
            radius = min(2.5 * radius, _MAX_RADIUS)
        if quality > 1e-4:
            vector, found = proposal, tried
            values.append(found.value)
    return Ascent(vector, found, values, smallest, status, iteration + 1)


def box_step(
    slope: Array, curvature: Array, low: Array, high: Array, radius: float, gauge: tuple[tuple[int, ...], ...]
) -> tuple[Array, float]:
    """Return a step that minimises slope.s + s'curvature s/2, low <= s <= high, |s| <= radius, and its gain.

    The exact minimiser when no bound is met; otherwise a primal active-set method (Nocedal and Wright 2006,
    section 16.5): the minimiser on the current face is approached as far as the bounds allow, a bound that
    stops it joins the face, and at the minimiser of a face the bound with the most inward slope leaves it.
    The gain is never less than that of the best point on the projected-gradient path.
    """
    fixed = ((low >= 0) & (slope > 0)) | ((high <= 0) & (slope < 0))
    step = np.zeros(slope.size)
    met = bool(fixed.any())
    for _ in range(2 * slope.size + 2):
        move = _face_minimiser(slope, curvature, step, fixed, radius, gauge) - step
        ahead, blocking = _advance(step, move, low, high)
        if blocking.any():
            met = True
            fixed |= blocking
            if _gain(slope, curvature, ahead) >= _gain(slope, curvature, step):
                step = ahead
            continue
        step = ahead
        inward = _inward_slope(slope + curvature @ step, step, fixed, low, high)
        if not met or inward.max() <= 1e-12 * np.abs(slope).max():
            break
        fixed[int(inward.argmax())] = False
    best, gain = step, _gain(slope, curvature, step)
    if met:
        scale = radius / max(float(np.linalg.norm(slope)), 1e-300)
        for halving in range(12):
            path = np.clip(-slope * scale * 0.5**halving, low, high)
            path_gain = _gain(slope, curvature, path)
            if path_gain > gain:
                best, gain = path, path_gain
    return best, gain


def _face_minimiser(
    slope: Array,
    curvature: Array,
    step: Array,
    fixed: Mask,
    radius: float,
    gauge: tuple[tuple[int, ...], ...],
) -> Array:
    """Minimise the model over the free coordinates in the ball, the fixed ones as they are in ``step``."""
    free = ~fixed
    target = step.copy()
    if free.any():
        rest = slope[free] + curvature[np.ix_(free, fixed)] @ step[fixed]
        room = np.sqrt(max(radius**2 - float(step[fixed] @ step[fixed]), 0.01 * radius**2))
        eigenvalues, Q = np.linalg.eigh(_pinned(curvature, free, gauge))
        target[free] = Q @ ball_step(eigenvalues, Q.T @ rest, float(room))
    return target


def _advance(step: Array, move: Array, low: Array, high: Array) -> tuple[Array, Mask]:
    """Return where the largest share of ``move`` that stays in the box ends, and what stops it."""
    wall = np.where(move < 0, low, high)
    share = np.ones(move.size)
    with np.errstate(over="ignore"):
        np.divide(wall - step, move, out=share, where=move != 0)
    least = min(max(float(share.min()), 0.0), 1.0)
    blocking = (share <= least) & (least < 1.0)
    # Exactly on the bound: a coordinate next to it would never be let go again.
    return np.where(blocking, wall, np.clip(step + least * move, low, high)), blocking


def _inward_slope(gradient: Array, step: Array, fixed: Mask, low: Array, high: Array) -> Array:
    """Return by how much the model falls when a fixed coordinate leaves its bound, 0 for the others."""
    free = ~fixed
    length = float(step[free] @ step[free])
    # On the sphere the ball's multiplier takes part.
    multiplier = max(0.0, -float(gradient[free] @ step[free]) / length) if length > 0 else 0.0
    total = gradient + multiplier * step
    inward = np.where(step <= low, -total, np.where(step >= high, total, 0.0))
    return np.where(fixed & (low < high), inward, 0.0)


def ball_step(eigenvalues: Array, slope: Array, radius: float) -> Array:
    """Minimise slope.z + sum(eigenvalues z^2)/2 over the ball |z| <= radius, in the eigenbasis.

    The secular equation |z(mu)| = radius is solved by safeguarded Newton steps on 1/|z(mu)|; in the hard case
    (no slope along the most negative direction) the step goes to the sphere along that direction. Directions
    with neither slope nor curvature above rounding are left alone: a gate that is all but a jump has them,
    and a long step along rounding errors would move the jump over an observation.

    >>> ball_step(np.array([2.0, 4.0]), np.array([2.0, -4.0]), 10.0).tolist()
    [-1.0, 1.0]
    >>> ball_step(np.array([-1.0, 1.0]), np.array([0.0, 0.0]), 2.0).tolist()
    [-2.0, -0.0]
    """
    scale = max(1.0, float(np.abs(eigenvalues).max()))
    idle = (np.abs(eigenvalues) <= _NO_CURVATURE * scale) & (np.abs(slope) <= _NO_SLOPE)
    if idle.any():
        z = np.zeros_like(slope)
        if not idle.all():
            z[~idle] = ball_step(eigenvalues[~idle], slope[~idle], radius)
        return z
    least = float(eigenvalues[0])
    if least > 1e-14 * scale:
        z = -slope / eigenvalues
        if float(np.linalg.norm(z)) <= radius:
            return z
    low = max(0.0, -least) + 1e-14 * scale
    if float(np.linalg.norm(slope / (eigenvalues + low))) <= radius:
        z = -slope / (eigenvalues + low)
        z[0] = 0.0
        across = np.sqrt(max(radius**2 - float(z @ z), 0.0))
        z[0] = -across if slope[0] >= 0 else across
        return z
    high = low + float(np.linalg.norm(slope)) / radius
    mu = high
    for _ in range(100):
        shifted = eigenvalues + mu
        length = float(np.linalg.norm(slope / shifted))
        if abs(length - radius) <= 1e-3 * radius:
            break
        if length > radius:
            low = mu
        else:
            high = mu
        change = float((slope**2 / shifted**3).sum()) / length
        newton = mu + (length / radius - 1.0) * length / change
        mu = newton if low < newton < high else 0.5 * (low + high)
    z = -slope / (eigenvalues + mu)
    # Next to the hard case the secular equation cannot be met in double precision.
    return z * min(1.0, radius / max(float(np.linalg.norm(z)), 1e-300))


def _gain(slope: Array, curvature: Array, step: Array) -> float:
    return -float(slope @ step + 0.5 * step @ curvature @ step)


def _pinned(curvature: Array, free: Mask, gauge: tuple[tuple[int, ...], ...]) -> Array:
    """Return the free part of the curvature, with curvature 1 put on the gauge directions that are free."""
    matrix = curvature.copy()
    for group in gauge:
        index = np.array(group)
        if free[index].all():
            matrix[np.ix_(index, index)] += 1.0 / index.size
    part: Array = matrix[np.ix_(free, free)]
    return part


def _extreme_eigenvalues(
    curvature: Array, free: Mask, gauge: tuple[tuple[int, ...], ...]
) -> tuple[float, float]:
    if not free.any():
        return 0.0, 0.0
    eigenvalues = np.linalg.eigvalsh(_pinned(curvature, free, gauge))
    return float(eigenvalues[0]), float(eigenvalues[-1])


def norm(gradient: Array, vector: Array, box: Box, rows: float, weights: Array) -> float:
    """Largest weighted entry of the projected gradient per observation."""
    return float(np.abs(projected(gradient, vector, box) * weights).max()) / rows
