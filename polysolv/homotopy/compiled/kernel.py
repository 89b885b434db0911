"""The compiled tracker: many paths a call."""

from __future__ import annotations

import numpy as np
from numba import carray

from polysolv.homotopy.compiled.codes import (
    BACKWARD_ERROR,
    CONDITION,
    CORRECTION,
    FACTS,
    INTERRUPTED,
    LINEAR,
    POLISH,
    REACHED,
    RUNNING,
    SINGULAR,
    STEP_TOO_SMALL,
    STEPS,
    STRAIGHT,
    SUCCESS,
    WINDING,
)
from polysolv.homotopy.compiled.kernel_algebra import (
    EXACT,
    Homotopy,
    condition,
    derivatives,
    factor,
    jacobian,
    relative_residual,
    weights,
)
from polysolv.homotopy.compiled.kernel_endgame import finish
from polysolv.homotopy.compiled.kernel_steps import (
    OWN,
    ZERO,
    copy,
    correct,
    floor_at,
    normalize,
    polish,
    residual,
    track,
)
from polysolv.homotopy.compiled.straightline import Program
from polysolv.homotopy.compiled.tuning import Tuning
from polysolv.homotopy.compiled.workspace import (
    AT_RE,
    DELTA,
    DERIVED,
    END_FLOOR,
    EXTENDED,
    FLOOR,
    LAST,
    LIPSCHITZ,
    MATRIX,
    MEMORY,
    ORDER,
    SAVED,
    STATE,
    STOP_AT,
    TRIED,
    WEIGHT,
    WIDE_RE,
    Work,
)


@EXACT
def inspect(p, h, w, x, s, facts):
    """Fill in the condition number and backward error for an end point."""
    residual(p, h, w, x, s)
    weights(x, floor_at(w, s), w.r[WEIGHT])
    facts[BACKWARD_ERROR] = relative_residual(p, w)
    jacobian(p, w)
    facts[CONDITION] = np.inf
    if factor(w) != 0.0:
        facts[CONDITION] = condition(p, w)


@EXACT
def settle(p, h, w, x, s, facts):
    """Polish an end point, and again with small coordinates in their own units where it looks singular."""
    facts[CORRECTION] = polish(p, h, w, x, s)
    inspect(p, h, w, x, s, facts)
    if facts[CONDITION] > 1e10:
        saved = w.z[SAVED]
        copy(x, saved)
        before = w.facts
        copy(facts, before)
        w.state[END_FLOOR] = OWN
        facts[CORRECTION] = polish(p, h, w, x, s)
        inspect(p, h, w, x, s, facts)
        w.state[END_FLOOR] = ZERO
        if not (facts[CORRECTION] < 1e-8 and facts[CONDITION] < before[CONDITION]):
            copy(saved, x)
            copy(before, facts)


@EXACT
def run_batch(p, h, lifts, owner, tune, mode, s_from, s_to, xs, middles, codes, facts, stop, w):
    """Track, finish or polish every row of xs in place.

    owner: row of ``lifts`` for each path, where the homotopy is polyhedral. middles: points at
    s = tune.boundary (mode TO_ZERO). facts: the columns that `codes` names.
    """
    state = w.state
    if h.kind == LINEAR:
        derivatives(h, w)
    for q in range(xs.shape[0]):
        if stop[0] != 0:
            codes[q] = INTERRUPTED
            continue
        x = xs[q]
        own = Homotopy(h.kind, h.table, lifts[owner[q]])
        state[LIPSCHITZ] = 2.0
        state[TRIED] = 0.0
        state[LAST] = 1.0
        state[EXTENDED] = 1e9 if tune.extended else 0.0
        state[END_FLOOR] = ZERO
        state[FLOOR] = tune.floor
        state[STOP_AT] = tune.max_steps
        state[AT_RE] = np.nan
        state[WIDE_RE] = np.nan
        state[DERIVED] = 1.0 if h.kind == LINEAR else 0.0
        normalize(p, w, x)
        winding = 0
        reached = 0.0
        if mode == POLISH:
            code = SUCCESS
            settle(p, own, w, x, s_to, facts[q])
        elif mode == STRAIGHT:
            code = track(p, own, w, tune, x, s_from, s_to, True, stop)
            if code == RUNNING:
                # Points are only as accurate as the next step needs; who asks for this end wants all digits.
                state[EXTENDED] = max(state[EXTENDED], 1.0)
                polish(p, own, w, x, s_to)
                code = SUCCESS
                winding = 1
        else:
            code = RUNNING
            if not correct(p, own, w, tune, x, s_from, 0.1):
                code = STEP_TOO_SMALL
            if code == RUNNING:
                code = track(p, own, w, tune, x, s_from, complex(tune.boundary, 0.0), True, stop)
            if code == RUNNING:
                copy(x, middles[q])
                code, winding, reached = finish(p, own, w, tune, x, stop)
            else:
                reached = 1.0
        if mode != POLISH and code in (SUCCESS, SINGULAR):
            inspect(p, own, w, x, s_to, facts[q])
        if mode != POLISH:
            facts[q, STEPS] = state[TRIED]
            facts[q, WINDING] = winding
            facts[q, REACHED] = reached
            facts[q, CORRECTION] = 1.0  # unknown until the point is polished
        codes[q] = code


# Types of the arguments of `entry`: sizes, the program, the homotopy, the tuning, the paths, scratch arrays.
ARGUMENTS = (
    *("int64",) * 12,
    *("uint64*",) * 5,
    *("complex128*", "float64*", "uint64*"),
    *("float64*", "complex128*"),
    *("complex128*", "complex128*", "int64*", "float64*", "int64*"),
    *("complex128*", "complex128*", "complex128*"),
    *("float64*", "int64*", "float64*", "float64*", "float64*", "float64*", "float64*"),
)


def entry(
    count,
    kind,
    mode,
    extended,
    max_steps,
    unknowns,
    nodes_of_values,
    nodes,
    equations,
    terms,
    entries,
    summands,
    link,
    term_start,
    term_node,
    entry_of,
    summand,
    table,
    lifts,
    owner,
    numbers,
    ends,
    xs,
    middles,
    codes,
    facts,
    stop,
    c,
    node,
    z,
    r,
    pivot,
    wide,
    wide_c,
    state,
    memory,
    spare,
):
    """`run_batch` with bare pointers: what `engine` calls."""
    if count == 0:
        return
    p = Program(
        unknowns,
        nodes_of_values,
        carray(link, (2, nodes)),
        carray(term_start, (equations + 1,)),
        carray(term_node, (terms,)),
        carray(entry_of, (3, entries + 1)),
        carray(summand, (3, summands)),
    )
    rows = carray(owner, (count,))
    most = 0
    for q in range(count):
        most = max(most, np.int64(rows[q]) + 1)
    heights = carray(lifts, (most, terms))
    h = Homotopy(kind, carray(table, (3, terms)), heights[0])
    v = carray(numbers, (7,))
    tune = Tuning(extended != 0, v[0], v[1], v[2], max_steps, v[3], v[4], v[5], v[6])
    w = Work(
        carray(c, (ORDER + 1, terms)),
        carray(node, (DELTA + 1, nodes)),
        carray(z, (MATRIX + unknowns, unknowns)),
        carray(r, (4, unknowns)),
        carray(pivot, (unknowns,)),
        carray(wide, (nodes, 4)),
        carray(wide_c, (terms, 4)),
        carray(state, (STATE,)),
        carray(memory, (MEMORY,)),
        carray(spare, (FACTS,)),
    )
    s = carray(ends, (2,))
    run_batch(
        p,
        h,
        heights,
        rows,
        tune,
        mode,
        s[0],
        s[1],
        carray(xs, (count, unknowns)),
        carray(middles, (count, unknowns)),
        carray(codes, (count,)),
        carray(facts, (count, FACTS)),
        carray(stop, (1,)),
        w,
    )
