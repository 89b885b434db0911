"""The compiled tracker: predictor, corrector, step control, endgame; many paths a call."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from polysolv.decisions.homotopy.kernel_algebra import (
    BEFORE,
    EXACT,
    LOOP,
    LOW,
    MATRIX,
    MAX_WINDING,
    ORDER,
    PATCH,
    PATH,
    SAMPLES,
    SAVED,
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
    relative_residual,
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

# Modes of a call.
STRAIGHT = 0  # from s_from to s_to, both regular
TO_ZERO = 1  # from s = 1 to s = 0 with an endgame
POLISH = 2  # Newton steps at s_to with extended residuals

EXTENDED_STEPS = 40.0


class Tuning(NamedTuple):
    """Numbers that steer one tracking run; smaller ``reach`` and ``error`` are safer and slower."""

    extended: bool  # residuals in double-double
    reach: float  # largest step as a part of the estimated distance to the next singularity
    error: float  # largest predicted correction, in units of the Newton basin
    accuracy: float  # relative correction at which Newton stops
    max_steps: int
    boundary: float  # value of s at which the endgame begins
    max_condition: float  # Jacobians beyond this are treated as singular


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
    # 4: last correction, 5: how many more steps use extended precision
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
def correct(p, h, w, tune, x, s, limit):
    """Newton's method at s, in place; returns whether it converged without leaving its basin.

    ``limit`` bounds the first correction. Leaves the Lipschitz estimate in w.state[0].
    """
    previous = 0.0
    w.z[LOW, :] = 0.0
    for k in range(6):
        residual(p, h, w, x, s)
        if k < 2:
            weights(x, s, w.r[WEIGHT])
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
    weights(x, s, w.r[WEIGHT])
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
        if w.state[1] >= tune.max_steps:
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
    residual(p, h, w, x, 0.0 + 0.0j)
    weights(x, 0.0j, w.r[WEIGHT])
    jacobian(p, w)
    if factor(w) == 0.0:
        return False
    w.state[3] = condition(p, w)
    if not w.state[3] < tune.max_condition:
        return False
    solve_factored(w, w.z[B])
    if not largest(w.z[B]) < max(tune.accuracy, 1e-14 * w.state[3]):
        return False
    for i in range(x.size):
        x[i] -= w.z[B, i] * w.r[WEIGHT, i]
    return True


@EXACT
def cauchy(p, h, w, tune, x, radius, stop):
    """Walk around s = 0 on |s| = radius until the path closes.

    Returns (code, winding number): SINGULAR with the mean in w.z[TRIAL], RUNNING where the mean is not
    reliable.
    """
    n = x.size
    for i in range(n):
        w.z[SAMPLES, i] = x[i]
    s = radius + 0.0j
    for turn in range(1, MAX_WINDING + 1):
        for k in range(1, LOOP + 1):
            angle = 2.0 * np.pi * k / LOOP
            end = (
                complex(radius * np.cos(angle), radius * np.sin(angle)) if k < LOOP else complex(radius, 0.0)
            )
            code = track(p, h, w, tune, x, s, end, False, stop)
            if code != RUNNING:
                return code, turn
            s = end
            for i in range(n):
                w.z[SAMPLES + (turn - 1) * LOOP + k, i] = x[i]
        weights(x, 1e-1 + 0.0j, w.r[WEIGHT])
        gap = 0.0
        for i in range(n):
            gap = max(gap, modulus(x[i] - w.z[SAMPLES, i]) / w.r[WEIGHT, i])
        if gap < 1e-7:
            return judge(w, n, turn)
    return ENDGAME_FAILED, 0


@EXACT
def judge(w, n, winding):
    """Average the samples of one closed loop; SINGULAR if they are those of a bounded function near s = 0."""
    count = winding * LOOP
    unresolved = 0.0
    for i in range(n):
        mean = 0.0 + 0.0j
        half = 0.0 + 0.0j
        for k in range(count):
            mean += w.z[SAMPLES + k, i]
            if k % 2 == 0:
                half += w.z[SAMPLES + k, i]
        mean /= count
        half /= (count + 1) // 2
        w.z[TRIAL, i] = mean
        unresolved = max(unresolved, modulus(mean - half))
        for order in range(1, min(count // 2, 4 * winding)):
            # Laurent coefficient of s^(-order/winding): zero unless another branch point lies inside.
            total = 0.0 + 0.0j
            for k in range(count):
                angle = 2.0 * np.pi * ((order * k) % count) / count
                total += w.z[SAMPLES + k, i] * complex(np.cos(angle), np.sin(angle))
            unresolved = max(unresolved, modulus(total) / count)
    return (SINGULAR if unresolved < 1e-6 * largest(w.z[TRIAL]) else RUNNING), winding


@EXACT
def copy(source, target):
    """Copy a vector."""
    for i in range(source.size):
        target[i] = source[i]


@EXACT
def holds(p, h, w, x):
    """Whether x satisfies H(·, 0) = 0 up to the accuracy of an end point found by averaging."""
    residual(p, h, w, x, 0.0 + 0.0j)
    weights(x, 0.0j, w.r[WEIGHT])
    return relative_residual(p, w) < 1e-7


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


@EXACT
def try_loop(p, h, w, tune, x, s, memory, stop):
    """One Cauchy loop at radius s; returns (code or RUNNING, winding number) and puts x back where undecided.

    ``memory[4]`` keeps the homogenising coordinate of the last mean, relative to the largest.
    """
    saved = w.z[SAVED]
    copy(x, saved)
    code, winding = cauchy(p, h, w, tune, x, s, stop)
    if code == SINGULAR:
        copy(w.z[TRIAL], x)
        memory[4] = modulus(x[x.size - 1]) / largest(x)
        if infinite(p, x, 1e-8):
            return AT_INFINITY, winding
        if winding == 1 and correct(p, h, w, tune, x, 0.0 + 0.0j, 0.1) and land(p, h, w, tune, x):
            return SUCCESS, 1
        copy(w.z[TRIAL], x)
        # A large norm may still be an infinite one: go closer.
        if not infinite(p, x, 1e-4) and holds(p, h, w, x):
            return SINGULAR, winding
    elif code in (INTERRUPTED, TOO_MANY_STEPS):
        return code, winding
    copy(saved, x)
    return RUNNING, winding


@EXACT
def vanishes(x, s, memory):
    """Compare the homogenising coordinate ~ s^v with the last comparison; returns whether v > 0 is
    established.

    ``memory``: 0 = s, 1 = modulus, 2 = v of the last comparison, 3 = how often in a row v was stable.
    """
    if s > 0.3 * memory[0]:
        return False
    size = max(modulus(x[x.size - 1]), 1e-100)
    value = np.log(size / memory[1]) / np.log(s / memory[0])
    stable = value > 0.05 and abs(value - memory[2]) < 0.03 * value and s < 3e-2 and size < 1e-2
    memory[0] = s
    memory[1] = size
    memory[2] = value
    memory[3] = memory[3] + 1.0 if stable else 0.0
    return memory[3] >= 3.0


@EXACT
def finish(p, h, w, tune, x, stop):
    """The endgame, from s = tune.boundary to s = 0; returns (code, winding number, s reached)."""
    s = tune.boundary
    next_loop = min(1e-3, 0.1 * tune.boundary)
    memory = np.zeros(5)
    memory[0] = s
    memory[1] = modulus(x[x.size - 1])
    memory[4] = 1.0
    before = w.z[BEFORE]
    may_land = True
    confined = 0
    while s > 1e-16:
        copy(x, before)
        goal = 0.0 if may_land else 0.1 * s
        code, length = advance(p, h, w, tune, x, complex(goal, 0.0), -1.0 + 0.0j, s - goal, stop)
        if code == STEP_TOO_SMALL and (s < 1e-3 or infinite(p, x, 1e-12)):
            break
        if code != RUNNING:
            return code, 0, s
        confined = confined + 1 if w.state[2] < 3.0 * s else 0
        if may_land and length >= s:
            if land(p, h, w, tune, x):
                return SUCCESS, 1, 0.0
            copy(before, x)
            may_land = False
            next_loop = s
        else:
            s -= length
            # A finite end point with |x_0| = δ looks divergent until |x_0(s)| is near δ: be patient.
            if vanishes(x, s, memory) and confined >= 3 and infinite(p, x, 1e-9):
                return AT_INFINITY, 0, s
        if s <= next_loop and (memory[2] < 0.05 or s < 1e-6) and (confined >= 3 or not may_land):
            code, winding = try_loop(p, h, w, tune, x, s, memory, stop)
            if code != RUNNING:
                return code, winding, s
            next_loop = 0.05 * s
    if infinite(p, x, 1e-9) or memory[4] < 1e-6:
        return AT_INFINITY, 0, s
    return ENDGAME_FAILED, 0, s


@EXACT
def polish(p, h, w, x, s):
    """Newton steps with extended residuals while they shrink; returns the last relative correction."""
    best = 1e300
    w.z[LOW, :] = 0.0
    for _ in range(8):
        residual(p, h, w, x, s)
        weights(x, s, w.r[WEIGHT])
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
    return best


@EXACT
def workspace(p, terms):
    """Scratch arrays for one thread."""
    n = p.unknowns
    count = p.link.shape[1]
    return Work(
        np.zeros((ORDER + 1, terms), np.complex128),
        np.zeros((ORDER + 1, count), np.complex128),
        np.zeros((MATRIX + n, n), np.complex128),
        np.ones((4, n)),
        np.zeros(n, np.int64),
        np.zeros((4, count)),
        np.zeros((4, 8)),
        np.zeros(6),
    )


@EXACT
def run_batch(p, h, tune, mode, s_from, s_to, xs, middles, codes, facts, stop):
    """Track, finish or polish every row of xs in place.

    middles: points at s = tune.boundary (mode TO_ZERO). facts columns: 0 steps, 1 winding number, 2 s
    reached,
    3 condition number of the scaled Jacobian at the end, 4 backward error there, 5 last relative correction.
    """
    w = workspace(p, h.table.shape[1])
    for q in range(xs.shape[0]):
        if stop[0] != 0:
            codes[q] = INTERRUPTED
            continue
        x = xs[q]
        w.state[0] = 2.0
        w.state[1] = 0.0
        w.state[4] = 1.0
        w.state[5] = 1e9 if tune.extended else 0.0
        normalize(p, w, x)
        winding = 0
        reached = 0.0
        if mode == POLISH:
            code = SUCCESS
            facts[q, 5] = polish(p, h, w, x, s_to)
        elif mode == STRAIGHT:
            code = track(p, h, w, tune, x, s_from, s_to, True, stop)
            if code == RUNNING:
                code = SUCCESS
                winding = 1
        else:
            code = RUNNING
            if not correct(p, h, w, tune, x, s_from, 0.1):
                code = STEP_TOO_SMALL
            if code == RUNNING:
                code = track(p, h, w, tune, x, s_from, complex(tune.boundary, 0.0), True, stop)
            if code == RUNNING:
                copy(x, middles[q])
                code, winding, reached = finish(p, h, w, tune, x, stop)
            else:
                reached = 1.0
        if code in (SUCCESS, SINGULAR) and mode == TO_ZERO and infinite(p, x, 1e-7):
            code = AT_INFINITY
        w.z[LOW, :] = 0.0
        if mode == POLISH or code in (SUCCESS, SINGULAR):
            residual(p, h, w, x, s_to)
            weights(x, s_to, w.r[WEIGHT])
            facts[q, 4] = relative_residual(p, w)
            jacobian(p, w)
            facts[q, 3] = np.inf
            if factor(w) != 0.0:
                facts[q, 3] = condition(p, w)
        codes[q] = code
        if mode != POLISH:
            facts[q, 0] = w.state[1]
            facts[q, 1] = winding
            facts[q, 2] = reached


def stamped(stamp):
    """Return a plain function that runs `run_batch` and carries ``stamp``, so that numba's cache is keyed
    by it."""

    # Only the number may be closed over: numba hashes closed-over objects, and a dispatcher differs each
    # time.
    def entry(p, h, tune, mode, s_from, s_to, xs, middles, codes, facts, stop):
        stop[1] = stamp
        run_batch(p, h, tune, mode, s_from, s_to, xs, middles, codes, facts, stop)

    return entry
