"""Tracks all paths of a homotopy and re-tracks the doubtful ones at tighter tolerances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from polysolv.homotopy.closeness import coincident
from polysolv.homotopy.compiled import codes
from polysolv.homotopy.compiled.straightline import Complexes, Floats, Integers
from polysolv.homotopy.compiled.tuning import LEVELS
from polysolv.homotopy.engine import Batch, Engine
from polysolv.homotopy.problem import Tracking

_SAME = 1e-7  # relative distance below which two points of different paths are taken for one
_SAME_POLISHED = 1e-12
_SAME_SINGULAR = 1e-3
_CONVERGED = 1e-13  # last correction of a polished point, relative to its coordinates
_SINGULAR_CONDITION = 1e13  # end points beyond this count as singular
_ILL_CONDITION = 1e15  # those where Newton's method converges, beyond this
_VANISHED = 1e-14
_CLOSE = 1e-8  # value of s below which it is the digits of doubles that end a path, and not its steps
_DEEPEST = 1e-36  # smallest s when paths that wind about infinity are tracked once more
_INFINITE = 1e-18  # polished regular end points with a smaller homogenising coordinate are at infinity


@dataclass(eq=False)
class Tracked:
    """End points in projective coordinates with everything that is known about each path."""

    points: Complexes
    middles: Complexes  # those at the endgame's boundary, or zero
    codes: Integers
    facts: Floats
    levels: Integers  # how often the path was re-tracked
    precise: np.ndarray = field(init=False)  # whether the end was found with multiple precision

    def __post_init__(self) -> None:
        self.precise = np.zeros(len(self.codes), bool)


def track_paths(tracking: Tracking, starts: Complexes, engine: Engine, tol: float, level: int = 0) -> Tracked:
    """Track from s = 1 to s = 0 with the endgame; crossings and failures are re-tracked.

    Two paths that stand at the same point at the endgame's boundary, or end at the same regular point, have
    crossed: at least one of them jumped.

    Args:
        tracking: the homotopy; ``starts``: homogeneous start points, one a row.
        engine: threads, deadline and progress.
        tol: relative accuracy of Newton's method on the way.
        level: how careful to be at first, an index of `LEVELS`.
    """
    count = len(starts)
    levels = np.full(count, level, np.int64)
    total: Batch | None = None
    doubtful = np.arange(count)
    for number, tuning in list(enumerate(LEVELS))[level:]:
        if total is not None and not tuning.extended:
            # Where doubles ended close to s = 0 smaller steps end, too: these paths wait for more digits.
            failed = np.isin(total.codes[doubtful], codes.FAILURES)
            doubtful = doubtful[~(failed & (total.facts[doubtful, codes.REACHED] < _CLOSE))]
        batch = engine.run(
            tracking.program,
            tracking.table,
            tuning._replace(accuracy=min(tuning.accuracy, tol)),
            codes.TO_ZERO,
            starts[doubtful],
        )
        _polish(batch, tracking, engine)
        if total is None:
            total = batch
        else:
            kept = batch.codes != codes.INTERRUPTED
            rows = doubtful[kept]
            total.points[rows] = batch.points[kept]
            total.middles[rows] = batch.middles[kept]
            total.codes[rows] = batch.codes[kept]
            total.facts[rows] = batch.facts[kept]
            levels[rows] = number
        doubtful = _doubtful(total)
        if not len(doubtful) or engine.interrupted:
            break
    assert total is not None
    _look_closer(total, tracking, engine)
    # What is left at a tiny s with a large and growing norm diverges slowly.
    stuck = np.isin(total.codes, codes.FAILURES) & (total.facts[:, codes.REACHED] < 1e-12)
    total.codes[stuck & (np.abs(total.points[:, -1]) < 1e-6 * np.abs(total.points).max(axis=1))] = (
        codes.AT_INFINITY
    )
    return Tracked(total.points, total.middles, total.codes, total.facts, levels)


def end_diverging_paths(tracked: Tracked) -> None:
    """Let paths that doubles lead no further, and no other means either, be at infinity; in place."""
    tracked.codes[tracked.codes == codes.DIVERGING] = codes.AT_INFINITY


def untracked(starts: Complexes) -> Tracked:
    """Return the outcome of paths that were left where they start."""
    count = len(starts)
    return Tracked(
        starts.astype(np.complex128),
        np.zeros(starts.shape, np.complex128),
        np.full(count, codes.INTERRUPTED),
        np.zeros((count, codes.FACTS)),
        np.zeros(count, np.int64),
    )


def joined(parts: Sequence[Tracked]) -> Tracked:
    """Return the paths of all parts, one part after another."""
    result = Tracked(
        np.vstack([part.points for part in parts]),
        np.vstack([part.middles for part in parts]),
        np.concatenate([part.codes for part in parts]),
        np.vstack([part.facts for part in parts]),
        np.concatenate([part.levels for part in parts]),
    )
    result.precise = np.concatenate([part.precise for part in parts])
    return result


def _look_closer(total: Batch, tracking: Tracking, engine: Engine) -> None:
    """Track once more, from the endgame's boundary to much smaller s, the paths that wind about infinity.

    Finite solutions of large norm belong to the same cycle as far as s = 1e-16 can tell. Where nothing finite
    is found the first answer stays.
    """
    rows = np.flatnonzero((total.codes == codes.AT_INFINITY) & (total.facts[:, codes.WINDING] > 1))
    if not len(rows) or engine.interrupted:
        return
    deeper = LEVELS[2]._replace(floor=LEVELS[-1].floor, closest=_DEEPEST)
    batch = engine.run(
        *(tracking.program, tracking.table, deeper, codes.TO_ZERO, total.middles[rows], deeper.boundary)
    )
    _polish(batch, tracking, engine)
    finite = batch.codes == codes.SUCCESS
    taken = total.points[total.codes == codes.SUCCESS]
    found = np.flatnonzero(finite)
    for group in coincident(np.vstack([batch.points[found], taken]), _SAME):
        # A path that ends where another one did has jumped.
        finite[found[[i for i in group if i < len(found)]]] = False
    total.points[rows[finite]] = batch.points[finite]
    total.codes[rows[finite]] = codes.SUCCESS
    total.facts[rows[finite]] = batch.facts[finite]


def _polish(batch: Batch, tracking: Tracking, engine: Engine) -> None:
    """Refine end points with double-double residuals, in place.

    An end point that Cauchy's integral found with winding number 1 becomes a regular one if Newton's method
    converges to it and its Jacobian is regular.
    """
    averaged = (batch.codes == codes.SINGULAR) & (batch.facts[:, codes.WINDING] == 1)
    rows = np.flatnonzero((batch.codes == codes.SUCCESS) | averaged)
    if not len(rows) or engine.interrupted:
        return
    careful = LEVELS[-1]
    fine = engine.run(tracking.program, tracking.table, careful, codes.POLISH, batch.points[rows], 0.0)
    moved = _angle(fine.points, batch.points[rows])
    close = has_converged(fine.facts) & (moved < 1e-4)
    done = (fine.codes == codes.SUCCESS) & ((is_regular(fine.facts) & close) | ~averaged[rows])
    batch.points[rows[done]] = fine.points[done]
    batch.facts[rows[done], codes.CONDITION :] = fine.facts[done, codes.CONDITION :]
    batch.codes[rows[done]] = codes.SUCCESS
    # Residuals had twice the digits, so that even norms of 1e17 are told from infinite ones.
    last = np.abs(batch.points[rows, -1]) / np.abs(batch.points[rows]).max(axis=1)
    limit = np.maximum(_INFINITE, fine.facts[:, codes.CORRECTION])
    batch.codes[rows[(batch.codes[rows] == codes.SUCCESS) & (last < limit)]] = codes.AT_INFINITY


def is_regular(facts: Floats) -> np.ndarray:
    """Whether end points look regular, by condition numbers: larger ones pass where Newton converged."""
    limit = np.where(has_converged(facts), _ILL_CONDITION, _SINGULAR_CONDITION)
    return np.asarray(facts[:, codes.CONDITION] < limit)


def is_plain(tracked: Tracked) -> bool:
    """Whether all paths ended at infinity, or at regular points where Newton's method came to rest."""
    ended = np.isin(tracked.codes, (codes.AT_INFINITY, codes.INTERRUPTED))
    regular = (tracked.codes == codes.SUCCESS) & is_regular(tracked.facts) & has_converged(tracked.facts)
    return bool((ended | regular).all())


def has_converged(facts: Floats) -> np.ndarray:
    """Whether Newton's method came to rest at the end points, up to the accuracy of doubles."""
    return np.asarray(facts[:, codes.CORRECTION] < _CONVERGED)


def _angle(a: Complexes, b: Complexes) -> np.ndarray:
    """Distance of the rows as points of projective space."""
    a = a / np.linalg.norm(a, axis=1, keepdims=True)
    b = b / np.linalg.norm(b, axis=1, keepdims=True)
    return np.asarray(np.linalg.norm(a - b * (np.conj(b) * a).sum(axis=1, keepdims=True), axis=1))


def _doubtful(batch: Batch) -> Integers:
    """Paths that failed, and all members of every pair that cannot be told apart.

    Paths whose homogenising coordinate is below `_VANISHED` have an affine norm beyond any use: they count as
    diverged, and need not be told apart from each other.
    """
    vanished = np.abs(batch.points[:, -1]) < _VANISHED * np.abs(batch.points).max(axis=1)
    batch.codes[np.isin(batch.codes, codes.FAILURES) & vanished] = codes.AT_INFINITY
    suspicious = np.isin(batch.codes, codes.FAILURES)
    sizes = np.abs(batch.middles).max(axis=1)
    apart = np.flatnonzero((sizes > 0) & (np.abs(batch.middles[:, -1]) > _VANISHED * sizes))
    for group in coincident(batch.middles[apart], _SAME):
        suspicious[apart[group]] = True
    ends = np.flatnonzero(batch.codes == codes.SUCCESS)
    for group in coincident(batch.points[ends], _SAME):
        rows = ends[group]
        if has_converged(batch.facts[rows]).all():
            # Polished points are known to so many digits that close ones can be told apart.
            for same in coincident(batch.points[rows], _SAME_POLISHED):
                suspicious[rows[same]] = True
        else:
            suspicious[rows] = True
    suspicious |= _incomplete_cycles(batch)
    return np.flatnonzero(suspicious)


def _incomplete_cycles(batch: Batch) -> np.ndarray:
    """Which paths end in a finite singular point with a winding number above the number of paths there.

    A cycle of w paths ends in one point. Where fewer do, the loop was about the end points of several paths,
    as where a finite one and some at infinity are close to each other.
    """
    incomplete = np.zeros(len(batch.codes), bool)
    winding = batch.facts[:, codes.WINDING]
    singular = np.flatnonzero((batch.codes == codes.SINGULAR) & (winding > 1))
    alone = set(range(len(singular)))
    for group in coincident(batch.points[singular], _SAME_SINGULAR):
        alone -= set(group)
        rows = singular[group]
        incomplete[rows] = winding[rows] > len(rows)
    incomplete[singular[sorted(alone)]] = True
    return incomplete
