"""The compiled tracker, one path: predictor, corrector, step control, regular end points."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from polysolv.decisions.homotopy.kernel_algebra import (
    EXACT,
    LOW,
    PATCH,
    PATH,
    TRIAL,
    WEIGHT,
    B,
    coefficients,
    condition,
    dd_subtract,
    evaluate,
    factor,
    jacobian,
    largest,
    modulus,
    patch_value,
    solve_factored,
    taylor,
    values,
    values_extended,
    weights,
)

# Return codes of one path.
RUNNING = 0
SUCCESS = 1  # end point reached by tracking, Jacobian regular
SINGULAR = 2  # end point found by Cauchy's integral
AT_INFINITY = 3
STEP_TOO_SMALL = 4
TOO_MANY_STEPS = 5
ENDGAME_FAILED = 6
INTERRUPTED = 7
FAILURES = (STEP_TOO_SMALL, TOO_MANY_STEPS, ENDGAME_FAILED)

EXTENDED_STEPS = 40.0

# Smallest unit of error, relative to the largest coordinate. At an end point coordinates may vanish, so they
# are measured in units of ZERO; where that looks singular, small ones are tried in units of their own.
ZERO, OWN = 1e-5, 1e-30


class Tuning(NamedTuple):
    """Numbers that steer one tracking run; smaller ``reach`` and ``error`` are safer and slower."""

    extended: bool  # residuals in double-double
    reach: float  # largest step as a part of the estimated distance to the next singularity
    error: float  # largest predicted correction, in units of the Newton basin
    accuracy: float  # relative correction at which Newton stops
    max_steps: int
    boundary: float  # value of s at which the endgame begins
    max_condition: float  # Jacobians beyond this are treated as singular
    floor: float  # smallest unit of error on the way; small coordinates carry the path's future
    closest: float  # smallest s of the endgame


class Work(NamedTuple):
    """Scratch arrays of one thread; the rows of ``z`` and ``r`` are named in kernel_algebra."""

    c: np.ndarray  # Taylor coefficients in s of the homotopy's coefficients
    nodes: np.ndarray  # Taylor coefficients of the program's nodes
    z: np.ndarray
    r: np.ndarray
    pivot: np.ndarray
    wide: np.ndarray  # nodes in double-double
    scratch: np.ndarray
    # 0: Lipschitz estimate ω, 1: steps, 2: distance to the nearest singularity, 3: condition number,
    # 4: last correction, 5: how many more steps use extended precision, 6: smallest unit of error at s = 0,
    # 7: elsewhere, 8: number of steps at which to stop
    state: np.ndarray


class Homotopy(NamedTuple):
    """Coefficients of one homotopy: kind 0 is s·G + (1−s)·(F + F_LOW), kind 1 is F·exp(LIFT·s); rows of
    ``table``."""

    kind: int
    table: np.ndarray


@EXACT
def residual(p, h, w, x, s):
    """Row B of w.z = H(x, s); also leaves coefficients and all nodes in the work arrays."""
    coefficients(h, s, w.c)
    evaluate(p, x, w.nodes, p.link.shape[1])
    if w.state[5] > 0.0 and h.kind == 0:
        values_extended(p, h, s, x, w)
        patch_value(p, w)
    else:
        values(p, w)


@EXACT
def floor_at(w, s):
    """Smallest unit of error at s."""
    return w.state[6] if s == 0.0 else w.state[7]


@EXACT
def correct(p, h, w, tune, x, s, limit):
    """Newton's method at s, in place; returns whether it converged without leaving its basin.

    ``limit`` bounds the first correction. Leaves the Lipschitz estimate in w.state[0].
    """
    previous = 0.0
    w.z[LOW, :] = 0.0
    for k in range(6):
        residual(p, h, w, x, s)
        if k < 2:
            weights(x, floor_at(w, s), w.r[WEIGHT])
            jacobian(p, w)
            if factor(w) == 0.0:
                return False
        solve_factored(w, w.z[B])
        size = largest(w.z[B])
        if not size < limit:
            if k > 1 and size < 1e-4:
                # Rounding errors keep Newton's method from converging: go on with twice the digits.
                w.state[5] = max(w.state[5], EXTENDED_STEPS)
            return False
        dd_subtract(x, w)
        w.state[4] = size
        if k == 0:
            if size < 1e-3 * tune.accuracy:
                break
        else:
            if k == 1 and previous > 1e-6 and size > 1e-13:
                w.state[0] = max(0.5 * w.state[0], min(2.0 * size / (previous * previous), 1e6))
            if size < tune.accuracy:
                break
            if size > 0.3 * previous:
                if size < 1e-4:
                    w.state[5] = max(w.state[5], EXTENDED_STEPS)
                return False
        previous = size
        limit = size
    else:
        return False
    w.z[LOW, :] = 0.0
    w.state[5] = max(w.state[5] - 1.0, 0.0)
    return True


@EXACT
def predict(w, x, step, out):
    """Padé (3,1) where the Taylor coefficients allow it, else the Taylor polynomial."""
    for i in range(x.size):
        third = w.z[PATH + 3, i]
        fourth = w.z[PATH + 4, i]
        size = third.real * third.real + third.imag * third.imag
        tail = third * step
        if size > 0.0:
            ratio = fourth * step / third
            if ratio.real * ratio.real + ratio.imag * ratio.imag < 0.81:
                tail = tail / (1.0 - ratio)
            else:
                tail += fourth * step * step
        else:
            tail += fourth * step * step
        out[i] = x[i] + step * (w.z[PATH + 1, i] + step * (w.z[PATH + 2, i] + tail))


@EXACT
def prepare(p, h, w, x, s):
    """Taylor coefficients of the path at (x, s); returns False where the Jacobian is singular."""
    coefficients(h, s, w.c)
    evaluate(p, x, w.nodes, p.link.shape[1])
    weights(x, floor_at(w, s), w.r[WEIGHT])
    jacobian(p, w)
    if factor(w) == 0.0:
        return False
    taylor(p, h.kind, w)
    return True


@EXACT
def step_length(w, tune, n):
    """A step that keeps within ``reach`` of the nearest singularity and ``error`` of the Newton basin."""
    s1 = 0.0
    s2 = 0.0
    s3 = 0.0
    s4 = 0.0
    for i in range(n):
        unit = 1.0 / w.r[WEIGHT, i]
        s1 = max(s1, modulus(w.z[PATH + 1, i]) * unit)
        s2 = max(s2, modulus(w.z[PATH + 2, i]) * unit)
        s3 = max(s3, modulus(w.z[PATH + 3, i]) * unit)
        s4 = max(s4, modulus(w.z[PATH + 4, i]) * unit)
    if not s4 < 1e280:
        return 0.0
    s4 = max(s4, 1e-280)
    # Coefficients of order k grow like radius^-k; the least of three estimates is used.
    radius = s3 / s4
    radius = min(radius, np.sqrt(s2 / s4))
    radius = min(radius, (s1 / s4) ** (1.0 / 3.0))
    w.state[2] = radius
    if s1 == 0.0:
        return 1e300
    basin = tune.error / max(w.state[0], 2.0)
    by_error = (basin * radius / s4) ** 0.2
    return min(tune.reach * radius, by_error)


@EXACT
def advance(p, h, w, tune, x, target, direction, remaining, stop):
    """One accepted step from target − direction·remaining; returns (code, length of the step)."""
    s = target - direction * remaining
    if not prepare(p, h, w, x, s):
        return STEP_TOO_SMALL, 0.0
    length = step_length(w, tune, x.size)
    least = 1e-13 * remaining
    if h.kind == 1:
        least = 1e-10
    for _ in range(60):
        if stop[0] != 0:
            return INTERRUPTED, 0.0
        if w.state[1] >= w.state[8]:
            return TOO_MANY_STEPS, 0.0
        w.state[1] += 1
        if not length > least:
            return STEP_TOO_SMALL, 0.0
        if length >= remaining:
            length = remaining
            end = target
        else:
            end = target - direction * (remaining - length)
        predict(w, x, direction * length, w.z[TRIAL])
        if correct(p, h, w, tune, w.z[TRIAL], end, 0.1):
            for i in range(x.size):
                x[i] = w.z[TRIAL, i]
            return RUNNING, length
        length *= 0.4
    return STEP_TOO_SMALL, 0.0


@EXACT
def track(p, h, w, tune, x, start, target, moving, stop):
    """Follow the path from s = start to s = target along a straight segment of the complex plane.

    ``moving``: in projective coordinates the patch follows the path.
    """
    remaining = modulus(target - start)
    if remaining == 0.0:
        return RUNNING
    direction = (target - start) / remaining
    while remaining > 0.0:
        code, length = advance(p, h, w, tune, x, target, direction, remaining, stop)
        if code != RUNNING:
            return code
        remaining = 0.0 if length >= remaining else remaining - length
        if moving:
            normalize(p, w, x)
    return RUNNING


@EXACT
def land(p, h, w, tune, x):
    """Whether x is a regular zero of H(·, 0), polished in place; its condition number is left in state[3]."""
    for floor in (ZERO, OWN):
        residual(p, h, w, x, 0.0 + 0.0j)
        weights(x, floor, w.r[WEIGHT])
        jacobian(p, w)
        if factor(w) == 0.0:
            return False
        w.state[3] = condition(p, w)
        if not w.state[3] < tune.max_condition:
            continue
        solve_factored(w, w.z[B])
        # A coordinate that tends to zero never settles in its own units.
        if largest(w.z[B]) < (max(tune.accuracy, 1e-14 * w.state[3]) if floor == ZERO else 1e-6):
            for i in range(x.size):
                x[i] -= w.z[B, i] * w.r[WEIGHT, i]
            return True
    return False


@EXACT
def copy(source, target):
    """Copy a vector."""
    for i in range(source.size):
        target[i] = source[i]


@EXACT
def normalize(p, w, x):
    """In projective coordinates, scale x to norm 1 and take the patch orthogonal to it."""
    if p.term_start.size == p.unknowns:
        total = 0.0
        for i in range(x.size):
            total += x[i].real * x[i].real + x[i].imag * x[i].imag
        scale = 1.0 / np.sqrt(total)
        for i in range(x.size):
            x[i] *= scale
            w.z[PATCH, i] = x[i].conjugate()


@EXACT
def infinite(p, x, tolerance):
    """Whether the homogenising coordinate, the last one, vanishes."""
    return p.term_start.size == p.unknowns and modulus(x[x.size - 1]) < tolerance * largest(x)
