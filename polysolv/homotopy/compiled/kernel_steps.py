"""The compiled tracker, one path: predictor, corrector, step control, regular end points."""

from __future__ import annotations

import numpy as np

from polysolv.homotopy.compiled.codes import (
    INTERRUPTED,
    LINEAR,
    RUNNING,
    STEP_TOO_SMALL,
    TOO_MANY_STEPS,
)
from polysolv.homotopy.compiled.kernel_algebra import (
    EXACT,
    FAST,
    coefficients_at,
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
from polysolv.homotopy.compiled.workspace import (
    DISTANCE,
    END_FLOOR,
    EXTENDED,
    FLOOR,
    LAST,
    LIPSCHITZ,
    LOW,
    PATCH,
    PATH,
    REGULARITY,
    STOP_AT,
    TRIAL,
    TRIED,
    WEIGHT,
    B,
)

EXTENDED_STEPS = 40.0

# Smallest unit of error, relative to the largest coordinate. At an end point coordinates may vanish, so they
# are measured in units of ZERO; where that looks singular, small ones are tried in units of their own.
ZERO, OWN = 1e-5, 1e-30

ILL = 1e15  # Jacobians beyond this condition number are singular to double precision

# Newton's second correction takes the first one's Jacobian where the first is below this part of the basin.
CHORD = 0.02


@EXACT
def residual(p, h, w, x, s):
    """Row B of w.z = H(x, s); also leaves coefficients and all nodes in the work arrays."""
    coefficients_at(h, s, w, False)
    evaluate(p, x, w)
    if w.state[EXTENDED] > 0.0 and h.kind == LINEAR:
        values_extended(p, h, s, x, w)
        patch_value(p, w)
    else:
        values(p, w)


@EXACT
def floor_at(w, s):
    """Smallest unit of error at s."""
    return w.state[END_FLOOR] if s == 0.0 else w.state[FLOOR]


@FAST
def subtract(x, w):
    """x −= b · weight."""
    b = w.z[B]
    weight = w.r[WEIGHT]
    for i in range(x.size):
        x[i] -= b[i] * weight[i]


@FAST
def clear(v):
    """Zero a vector."""
    for i in range(v.size):
        v[i] = 0.0


@EXACT
def correct(p, h, w, tune, x, s, limit):
    """Newton's method at s, in place; returns whether it converged without leaving its basin.

    ``limit`` bounds the first correction. Leaves the Lipschitz estimate in w.state.
    """
    wide = w.state[EXTENDED] > 0.0
    if wide:
        clear(w.z[LOW])
    converged = newton(p, h, w, tune, x, s, limit, wide)
    if wide:
        clear(w.z[LOW])
    if converged:
        w.state[EXTENDED] = max(w.state[EXTENDED] - 1.0, 0.0)
    return converged


@EXACT
def newton(p, h, w, tune, x, s, limit, wide):
    """The iteration of `correct`; ``wide``: the low parts of x are kept."""
    state = w.state
    previous = 0.0
    for k in range(7):
        residual(p, h, w, x, s)
        if k == 0 or (k == 1 and previous * state[LIPSCHITZ] > CHORD):
            weights(x, floor_at(w, s), w.r[WEIGHT])
            jacobian(p, w)
            if factor(w) == 0.0:
                return False
        solve_factored(w, w.z[B])
        size = largest(w.z[B])
        if not size < limit:
            if k > 1 and size < 1e-4:
                # Rounding errors keep Newton's method from converging: go on with twice the digits.
                state[EXTENDED] = max(state[EXTENDED], EXTENDED_STEPS)
            return False
        if wide:
            dd_subtract(x, w)
        else:
            subtract(x, w)
        state[LAST] = size
        if k == 0:
            if size < 1e-3 * tune.accuracy:
                return True
        else:
            if k == 1 and previous > 1e-6 and size > 1e-13:
                state[LIPSCHITZ] = max(0.5 * state[LIPSCHITZ], min(2.0 * size / (previous * previous), 1e6))
            # The next correction would be at most about 2 size/previous times this one.
            if size < tune.accuracy or 2.0 * size * size < 0.1 * tune.accuracy * previous:
                return True
            if size > 0.3 * previous:
                if size < 1e-4:
                    state[EXTENDED] = max(state[EXTENDED], EXTENDED_STEPS)
                return False
        previous = size
        limit = size
    return False


@FAST
def predict(w, x, step, out):
    """Padé (3,1) where the Taylor coefficients allow it, else the Taylor polynomial."""
    for i in range(x.size):
        third = w.z[PATH + 3, i]
        fourth = w.z[PATH + 4, i] * step
        size = third.real * third.real + third.imag * third.imag
        change = fourth.real * fourth.real + fourth.imag * fourth.imag
        if change < 0.81 * size:
            # third / (1 − fourth/third)
            gap = third - fourth
            scale = 1.0 / (gap.real * gap.real + gap.imag * gap.imag)
            tail = (third * third) * complex(gap.real * scale, -gap.imag * scale)
        else:
            tail = third + fourth
        out[i] = x[i] + step * (w.z[PATH + 1, i] + step * (w.z[PATH + 2, i] + step * tail))


@EXACT
def prepare(p, h, w, x, s):
    """Taylor coefficients of the path at (x, s); returns False where the Jacobian is singular."""
    coefficients_at(h, s, w, True)
    evaluate(p, x, w)
    weights(x, floor_at(w, s), w.r[WEIGHT])
    jacobian(p, w)
    if factor(w) == 0.0:
        return False
    taylor(p, h.kind, w)
    return True


@FAST
def largest_coefficient(w, k, n):
    """Largest modulus of the path's k-th Taylor coefficient, in units of the weights."""
    row = w.z[PATH + k]
    weight = w.r[WEIGHT]
    result = 0.0
    for i in range(n):
        unit = 1.0 / weight[i]
        re = row[i].real * unit
        im = row[i].imag * unit
        size = re * re + im * im
        if not size <= result:
            result = size
    return np.sqrt(result)


@EXACT
def step_length(w, tune, n):
    """A step that keeps within ``reach`` of the nearest singularity and ``error`` of the Newton basin."""
    s1 = largest_coefficient(w, 1, n)
    s2 = largest_coefficient(w, 2, n)
    s3 = largest_coefficient(w, 3, n)
    s4 = largest_coefficient(w, 4, n)
    if not s4 < 1e280:
        return 0.0
    s4 = max(s4, 1e-280)
    # Coefficients of order k grow like radius^-k; the least of three estimates is used.
    radius = s3 / s4
    radius = min(radius, np.sqrt(s2 / s4))
    radius = min(radius, (s1 / s4) ** (1.0 / 3.0))
    w.state[DISTANCE] = radius
    if s1 == 0.0:
        return 1e300
    basin = tune.error / max(w.state[LIPSCHITZ], 2.0)
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
    if h.kind != LINEAR:
        least = 1e-10
    for _ in range(60):
        if stop[0] != 0:
            return INTERRUPTED, 0.0
        if w.state[TRIED] >= w.state[STOP_AT]:
            return TOO_MANY_STEPS, 0.0
        w.state[TRIED] += 1
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
def sharpen(p, h, w, x, s):
    """One more Newton step at (x, s): on the way points are only as accurate as the next step needs."""
    residual(p, h, w, x, s)
    weights(x, floor_at(w, s), w.r[WEIGHT])
    jacobian(p, w)
    if factor(w) != 0.0:
        solve_factored(w, w.z[B])
        if largest(w.z[B]) < 1e-6:
            subtract(x, w)


@EXACT
def polish(p, h, w, x, s):
    """Newton steps with extended residuals while they shrink; returns the last relative correction."""
    best = 1e300
    clear(w.z[LOW])
    for _ in range(8):
        residual(p, h, w, x, s)
        weights(x, floor_at(w, s), w.r[WEIGHT])
        jacobian(p, w)
        if factor(w) == 0.0:
            break
        solve_factored(w, w.z[B])
        size = largest(w.z[B])
        if not size < 0.5 * best:
            break
        best = size
        dd_subtract(x, w)
        if size < 1e-18:
            break
    clear(w.z[LOW])
    return best


@EXACT
def land(p, h, w, tune, x):
    """Whether x is a regular zero of H(·, 0), polished in place; its condition number is left in w.state."""
    ill = False
    for floor in (ZERO, OWN):
        residual(p, h, w, x, 0.0 + 0.0j)
        weights(x, floor, w.r[WEIGHT])
        jacobian(p, w)
        if factor(w) == 0.0:
            return False
        w.state[REGULARITY] = condition(p, w)
        ill = ill or w.state[REGULARITY] < ILL
        if not w.state[REGULARITY] < tune.max_condition:
            continue
        solve_factored(w, w.z[B])
        # A coordinate that tends to zero never settles in its own units.
        if largest(w.z[B]) < (max(tune.accuracy, 1e-14 * w.state[REGULARITY]) if floor == ZERO else 1e-6):
            subtract(x, w)
            return True
    return ill and lands_with_care(p, h, w, x)


@EXACT
def lands_with_care(p, h, w, x):
    """The same for larger condition numbers.

    With twice the digits Newton's method comes to rest at a regular zero, but not at a singular one.
    """
    before = w.z[TRIAL]
    copy(x, before)
    w.state[EXTENDED] = max(w.state[EXTENDED], 1.0)
    if polish(p, h, w, x, 0.0 + 0.0j) < 1e-13:
        top = largest(x)
        moved = 0.0
        for i in range(x.size):
            moved = max(moved, modulus(x[i] - before[i]))
        residual(p, h, w, x, 0.0 + 0.0j)
        weights(x, ZERO, w.r[WEIGHT])
        jacobian(p, w)
        if moved < 1e-6 * top and factor(w) != 0.0:
            w.state[REGULARITY] = condition(p, w)
            if w.state[REGULARITY] < ILL:
                return True
    copy(before, x)
    return False


@EXACT
def copy(source, target):
    """Copy a vector."""
    for i in range(source.size):
        target[i] = source[i]


@EXACT
def normalize(p, w, x):
    """In projective coordinates, scale x to a largest coordinate of 1 and take the patch orthogonal to it.

    High powers of smaller coordinates would vanish altogether.
    """
    if p.term_start.size == p.unknowns:
        scale = 1.0 / largest(x)
        total = 0.0
        for i in range(x.size):
            x[i] *= scale
            total += x[i].real * x[i].real + x[i].imag * x[i].imag
        for i in range(x.size):
            w.z[PATCH, i] = x[i].conjugate() / total


@EXACT
def infinite(p, x, tolerance):
    """Whether the homogenising coordinate, the last one, vanishes."""
    return p.term_start.size == p.unknowns and modulus(x[x.size - 1]) < tolerance * largest(x)
