"""The compiled tracker: many paths a call."""

from __future__ import annotations

import numpy as np

from polysolv.decisions.homotopy.kernel_algebra import (
    EXACT,
    LOW,
    MATRIX,
    ORDER,
    SAVED,
    WEIGHT,
    B,
    condition,
    dd_subtract,
    factor,
    jacobian,
    largest,
    relative_residual,
    solve_factored,
    weights,
)
from polysolv.decisions.homotopy.kernel_endgame import (
    finish,
)
from polysolv.decisions.homotopy.kernel_steps import (
    AT_INFINITY,
    FAILURES,
    INTERRUPTED,
    OWN,
    RUNNING,
    SINGULAR,
    STEP_TOO_SMALL,
    SUCCESS,
    ZERO,
    Homotopy,
    Tuning,
    Work,
    copy,
    correct,
    floor_at,
    normalize,
    residual,
    track,
)

__all__ = [
    "AT_INFINITY",
    "FAILURES",
    "INTERRUPTED",
    "POLISH",
    "SINGULAR",
    "STEP_TOO_SMALL",
    "STRAIGHT",
    "SUCCESS",
    "TO_ZERO",
    "Homotopy",
    "Tuning",
    "run_batch",
    "stamped",
    "workspace",
]

# Modes of a call.
STRAIGHT = 0  # from s_from to s_to, both regular
TO_ZERO = 1  # from s = 1 to s = 0 with an endgame
POLISH = 2  # Newton steps at s_to with extended residuals


@EXACT
def polish(p, h, w, x, s):
    """Newton steps with extended residuals while they shrink; returns the last relative correction."""
    best = 1e300
    w.z[LOW, :] = 0.0
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
    w.z[LOW, :] = 0.0
    return best


@EXACT
def inspect(p, h, w, x, s, facts):
    """Fill in the columns 3 and 4 of ``facts`` for an end point."""
    residual(p, h, w, x, s)
    weights(x, floor_at(w, s), w.r[WEIGHT])
    facts[4] = relative_residual(p, w)
    jacobian(p, w)
    facts[3] = np.inf
    if factor(w) != 0.0:
        facts[3] = condition(p, w)


@EXACT
def settle(p, h, w, x, s, facts):
    """Polish an end point, and again with small coordinates in their own units where it looks singular."""
    facts[5] = polish(p, h, w, x, s)
    inspect(p, h, w, x, s, facts)
    if facts[3] > 1e10:
        saved = w.z[SAVED]
        copy(x, saved)
        before = facts.copy()
        w.state[6] = OWN
        facts[5] = polish(p, h, w, x, s)
        inspect(p, h, w, x, s, facts)
        w.state[6] = ZERO
        if not (facts[5] < 1e-8 and facts[3] < before[3]):
            copy(saved, x)
            copy(before, facts)


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
        np.zeros(9),
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
        w.state[6] = ZERO
        w.state[7] = tune.floor
        w.state[8] = tune.max_steps
        normalize(p, w, x)
        winding = 0
        reached = 0.0
        if mode == POLISH:
            code = SUCCESS
            settle(p, h, w, x, s_to, facts[q])
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
        w.z[LOW, :] = 0.0
        if mode != POLISH and code in (SUCCESS, SINGULAR):
            inspect(p, h, w, x, s_to, facts[q])
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
