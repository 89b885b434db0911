"""The compiled endgame: Cauchy loops about s = 0, winding numbers, paths to infinity."""

from __future__ import annotations

import numpy as np

from polysolv.homotopy.compiled.codes import (
    AT_INFINITY,
    DIVERGING,
    ENDGAME_FAILED,
    INTERRUPTED,
    RUNNING,
    SINGULAR,
    STEP_TOO_SMALL,
    SUCCESS,
    TOO_MANY_STEPS,
)
from polysolv.homotopy.compiled.kernel_algebra import (
    EXACT,
    condition,
    factor,
    jacobian,
    largest,
    modulus,
    relative_residual,
    solve_factored,
    weights,
)
from polysolv.homotopy.compiled.kernel_steps import (
    ZERO,
    advance,
    copy,
    correct,
    infinite,
    land,
    residual,
    sharpen,
    track,
)
from polysolv.homotopy.compiled.workspace import (
    BEFORE,
    CANDIDATE,
    DISTANCE,
    LOOP,
    MAX_WINDING,
    MEAN,
    SAMPLES,
    SAVED,
    STOP_AT,
    TRIAL,
    TRIED,
    WEIGHT,
    B,
)

FIRST_LOOP = 1e-3  # largest radius of a Cauchy loop where one branch point at s = 0 is all there seems to be
ANY_LOOP = 1e-10  # largest radius otherwise; near s = 0 there may be branch points of regular end points
EARLY, LATE, DEEPER = 120.0, 1000.0, 300.0  # steps that a loop at these radii, and a closer look, may take
# Value of s down to which a path is followed before its end point is called singular; with extended residuals
# it is Tuning.closest.
DEPTH = 1e-18
VANISHED = 1e-12  # a mean with a homogenising coordinate below this, relative to the largest, is at infinity
STUCK = 500.0  # steps without coming closer after which a path's Jacobian is singular to double precision
# Beyond this s a path that rounding errors stop is on its way to infinity if the logarithm of its norm grew
# by so much by a stable power of s.
FAR, GROWN = 1e-11, 2.3
RELIABLE = 1e12  # condition number up to which Newton's step at s = 0 is believed
CLOSED = 1e-12  # smallest unit of error, relative to the largest coordinate, when a loop closes


@EXACT
def cauchy(p, h, w, tune, x, radius, stop):
    """Walk around s = 0 on |s| = radius until the path closes.

    Returns (code, winding number): SINGULAR with the mean in w.z[TRIAL], RUNNING where the mean is not
    reliable.
    """
    n = x.size
    s = radius + 0.0j
    sharpen(p, h, w, x, s)
    for i in range(n):
        w.z[SAMPLES, i] = x[i]
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
            sharpen(p, h, w, x, s)
            for i in range(n):
                w.z[SAMPLES + (turn - 1) * LOOP + k, i] = x[i]
        weights(x, CLOSED, w.r[WEIGHT])
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
def holds(p, h, w, x):
    """Whether x satisfies H(·, 0) = 0 up to the accuracy of an end point found by averaging."""
    residual(p, h, w, x, 0.0 + 0.0j)
    weights(x, ZERO, w.r[WEIGHT])
    if not relative_residual(p, w) < 1e-7:
        return False
    # Far from a root of high multiplicity residuals are small, too, but Newton's step is not.
    jacobian(p, w)
    if factor(w) == 0.0 or not condition(p, w) < RELIABLE:
        return True
    solve_factored(w, w.z[B])
    return largest(w.z[B]) < 1e-5


@EXACT
def try_loop(p, h, w, tune, x, s, memory, stop):
    """One Cauchy loop at radius s; returns (code or RUNNING, winding number) and puts x back where undecided.

    ``memory[4]`` keeps the homogenising coordinate of the last mean, relative to the largest.
    """
    saved = w.z[SAVED]
    copy(x, saved)
    w.state[STOP_AT] = min(w.state[TRIED] + (LATE if s < ANY_LOOP else EARLY), tune.max_steps)
    code, winding = cauchy(p, h, w, tune, x, s, stop)
    w.state[STOP_AT] = tune.max_steps
    if code == SINGULAR:
        copy(w.z[TRIAL], x)
        memory[4] = modulus(x[x.size - 1]) / largest(x)
        if winding == 1:
            copy(x, w.z[MEAN])
            if correct(p, h, w, tune, x, 0.0 + 0.0j, 0.1) and land(p, h, w, tune, x):
                return SUCCESS, 1
            copy(w.z[MEAN], x)
        if infinite(p, x, VANISHED):
            return AT_INFINITY, winding
        # A large norm may still be an infinite one: go closer.
        if not infinite(p, x, 1e-6) and holds(p, h, w, x):
            return SINGULAR, winding
    elif code == INTERRUPTED or w.state[TRIED] >= tune.max_steps:
        return code, winding
    copy(saved, x)
    return RUNNING, winding


@EXACT
def vanishes(x, s, memory):
    """Compare the homogenising coordinate ~ s^v with the last comparison: is v > 0 established?

    ``memory``: 0 = s, 1 = modulus, 2 = v of the last comparison, 3 = how often in a row v was stable,
    5 = by how much the logarithm of the modulus fell meanwhile.
    """
    if s > 0.3 * memory[0]:
        return False
    size = max(modulus(x[x.size - 1]), 1e-100)
    fall = np.log(memory[1] / size)
    value = fall / np.log(memory[0] / s)
    stable = value > 0.05 and abs(value - memory[2]) < 0.03 * value and s < 3e-2 and size < 1e-2
    memory[0] = s
    memory[1] = size
    memory[2] = value
    memory[3] = memory[3] + 1.0 if stable else 0.0
    memory[5] = memory[5] + fall if stable else 0.0
    return memory[3] >= 3.0


@EXACT
def agree(a, b):
    """Whether two means are the same point."""
    gap = 0.0
    for i in range(a.size):
        gap = max(gap, modulus(a[i] - b[i]))
    return gap < 1e-6 * largest(b)


@EXACT
def finish(p, h, w, tune, x, stop):
    """The endgame, from s = tune.boundary to s = 0; returns (code, winding number, s reached)."""
    s = tune.boundary
    next_loop = FIRST_LOOP
    memory = w.memory
    memory[2] = 0.0
    memory[3] = 0.0
    memory[0] = s
    memory[1] = modulus(x[x.size - 1])
    memory[4] = 1.0
    memory[5] = 0.0
    before = w.z[BEFORE]
    may_land = True
    confined = 0
    steady = 0
    ratio = 0.0
    candidate = RUNNING
    turns = 0
    depth = tune.closest if tune.extended else DEPTH
    mark = w.state[TRIED]
    level = s
    while s > (depth if candidate == SINGULAR else tune.closest):
        copy(x, before)
        goal = 0.0 if may_land else 0.1 * s
        code, length = advance(p, h, w, tune, x, complex(goal, 0.0), -1.0 + 0.0j, s - goal, stop)
        if code == STEP_TOO_SMALL and (s < 1e-3 or infinite(p, x, 1e-12)):
            if candidate == RUNNING and memory[3] >= 3.0 and infinite(p, x, 1e-10):
                return AT_INFINITY, 0, s
            break
        if code != RUNNING:
            if candidate != RUNNING and code in (STEP_TOO_SMALL, TOO_MANY_STEPS):
                break
            return code, 0, s
        if s < 0.3 * level:
            level = s
            mark = w.state[TRIED]
        elif w.state[TRIED] - mark > STUCK:
            break
        confined = confined + 1 if w.state[DISTANCE] < 3.0 * s else 0
        steady = steady + 1 if abs(w.state[DISTANCE] - ratio * s) < 0.1 * w.state[DISTANCE] else 0
        ratio = w.state[DISTANCE] / s
        if may_land and length >= s:
            if land(p, h, w, tune, x):
                return SUCCESS, 1, 0.0
            copy(before, x)
            may_land = False
            next_loop = s
        else:
            s -= length
            # A finite end point with |x_0| = δ looks divergent until |x_0(s)| is near δ: be patient.
            if vanishes(x, s, memory) and confined >= 3 and infinite(p, x, VANISHED):
                return AT_INFINITY, 0, s
        # A path whose homogenising coordinate vanishes like s or faster shows it soon enough without a loop.
        fast = memory[3] >= 3.0 and memory[2] > 0.9 and s > 10.0 * tune.closest
        alone = steady >= 4 or s <= ANY_LOOP
        if (
            (candidate == RUNNING or turns == 1)
            and s <= next_loop
            and not fast
            and ((confined >= 3 and alone) or not may_land)
        ):
            before_loop = w.state[TRIED]
            code, winding = try_loop(p, h, w, tune, x, s, memory, stop)
            mark += w.state[TRIED] - before_loop
            next_loop = 1e-3 * s
            if code == SINGULAR and winding == 1 and s > 100.0 * tune.closest:
                # A pole of the path just outside the loop may look like this: a second, smaller loop tells.
                if turns == 1 and agree(w.z[CANDIDATE], x):
                    return code, winding, s
                candidate, turns, next_loop = code, 1, 1e-2 * s
                copy(x, w.z[CANDIDATE])
                copy(w.z[SAVED], x)
            elif code in (SINGULAR, AT_INFINITY) and winding > 1 and s > 100.0 * tune.closest:
                # Regular end points that are close to each other, or to infinity, look like one singular
                # point from here. Only a singular one still confines the path much closer to s = 0.
                candidate, turns, may_land = code, winding, True
                w.state[STOP_AT] = min(w.state[TRIED] + DEEPER, tune.max_steps)
                copy(x, w.z[CANDIDATE])
                copy(w.z[SAVED], x)
            elif code != RUNNING:
                return code, winding, s
    if candidate != RUNNING:
        copy(w.z[CANDIDATE], x)
        return candidate, turns, s
    if infinite(p, x, 0.1 * VANISHED) or memory[4] < VANISHED:
        return AT_INFINITY, 0, s
    if tune.extended and s < FAR and memory[5] > GROWN:
        return DIVERGING, 0, s
    return ENDGAME_FAILED, 0, s
