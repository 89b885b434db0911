"""Tracks a problem from the start system that was asked for, or that promises the least work."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from polysolv.display.counted import counted
from polysolv.errors import InputError
from polysolv.homotopy.closeness import close_in_own_units, in_units
from polysolv.homotopy.compiled import codes
from polysolv.homotopy.compiled.straightline import Complexes, Floats
from polysolv.homotopy.engine import Engine, Halted
from polysolv.homotopy.precise.confirmation import confirm_regular
from polysolv.homotopy.problem import Coefficients, Problem, homogeneous, linear_homotopy
from polysolv.homotopy.scaling import is_unbalanced
from polysolv.homotopy.starts.linear import solve_linear
from polysolv.homotopy.tracker import (
    Tracked,
    end_diverging_paths,
    has_converged,
    is_plain,
    is_regular,
    joined,
    track_paths,
    untracked,
)
from polysolv.polynomials.generic_system import degree_of
from polysolv.polynomials.polynomial import Monomial

# Multiplications that the search for mixed cells may take for each path of the total-degree homotopy that
# it saves.
_BUDGET = 3e5
_SMALL = 100  # up to this many paths every path saved is worth the search
_WORTHWHILE = 0.8
_UNLIMITED = 1e13
_SAME = 1e-8  # distance of end points that are counted once
_RETRIES, _FEW = 4, 100  # of monodromy whose trace test fails, and solutions up to which it is tried again
_MOST_FACES = 16  # unknowns up to which all coordinate subspaces are looked at


class Outcome(NamedTuple):
    """What became of the paths of a start system.

    Args:
        start: the start system's name.
        tracked: the end points.
        units: base-2 logarithms of the units of their coordinates, one path a row.
        notes: what a reader should know.
        trace_test: whether the trace test of monodromy held, ``None`` for other starts.
    """

    start: str
    tracked: Tracked
    units: Floats
    notes: tuple[str, ...]
    trace_test: bool | None = None


def tracked_from(
    problem: Problem, start: str, rng: np.random.Generator, engine: Engine, tol: float, max_paths: int
) -> Outcome:
    """Track all paths.

    Raises:
        InputError: if there are more paths than ``max_paths``, or the start system does not apply.
    """
    solved = solve_linear(problem, engine) if start == "auto" else None
    if solved is not None:
        return Outcome("linear", *solved)
    own = _in_own_units(problem, start, rng, engine, tol, max_paths)
    if own is not None and (engine.interrupted or _regular(own) == len(own.tracked.codes)):
        return own
    try:
        common = _in_common_units(problem, start, rng, engine, tol, max_paths)
    except Halted:
        if own is None:
            raise
        return own
    if own is None:
        return common
    if engine.interrupted:
        return own
    # A regular end point that Newton's method confirms is there, whoever misses it.
    return max(own, common, key=lambda outcome: (_regular(outcome), -_failed(outcome)))


def _in_own_units(
    problem: Problem, start: str, rng: np.random.Generator, engine: Engine, tol: float, max_paths: int
) -> Outcome | None:
    """Track the paths from mixed cells in the units of each, if the coefficients ask for it."""
    if start not in ("auto", "polyhedral") or not is_unbalanced(problem.rows):
        return None
    from polysolv.homotopy.starts import tropical

    most = min(tropical.MOST_PATHS, max_paths)
    result = tropical.track_in_own_units(problem, rng, engine, tol, _BUDGET * most, most)
    if result is None:
        return None
    tracked, units, lost = result
    tracked = _with_missing(tracked, lost, engine.interrupted)
    units = np.vstack([units, np.tile(np.array(problem.scaling.unknowns, np.float64), (lost, 1))])
    return Outcome(
        "polyhedral", tracked, units, ("each mixed cell's paths were tracked in units of their own",)
    )


def _in_common_units(
    problem: Problem, start: str, rng: np.random.Generator, engine: Engine, tol: float, max_paths: int
) -> Outcome:
    from polysolv.homotopy.starts.total_degree import start_polynomials

    wanted = start
    general = False
    bezout = math.prod(problem.degrees)
    supports = [tuple(row) for row in problem.rows]
    missing = 0
    trace_test = None
    polynomials: list[Coefficients]
    points: Complexes
    notes: tuple[str, ...] = ()
    found = None
    if start == "auto" and bezout > 1:
        with engine.breakable():
            general = bezout_is_generic(supports, problem.degrees, problem.unknowns)
    if start == "polyhedral" or (start == "auto" and bezout > 1 and not general):
        from polysolv.homotopy.starts import polyhedral

        budget = _UNLIMITED if start == "polyhedral" else min(_BUDGET * bezout, _UNLIMITED)
        found = polyhedral.find_mixed_cells(supports, problem.unknowns, rng, budget, engine)
        if found is None and engine.interrupted:
            if bezout > max_paths:
                if engine.deadline is None or time.monotonic() < engine.deadline:
                    raise KeyboardInterrupt
                raise InputError("timeout", "passed while start paths were chosen", "more seconds")
            start = "total-degree"
        if found is None and start == "polyhedral":
            raise InputError("start", start, "a system with fewer mixed cells; use total-degree or monodromy")
    if start == "auto":
        # Paths to infinity are not only wasted: next to them finite solutions of large norm are hard to see.
        enough = bezout if bezout <= _SMALL or bezout > max_paths else _WORTHWHILE * bezout
        better = found is not None and found.mixed_volume < enough
        start = "polyhedral" if better else "total-degree"
    if start == "weighted":
        from polysolv.homotopy.starts import weighted

        weights = weighted.find_weights(supports, problem.unknowns)
        degrees = weighted.weighted_degrees(supports, weights)
        require_paths(math.prod(degrees) // math.prod(weights), max_paths)
        polynomials, points, missing = weighted.solve_product(degrees, weights, rng, engine)
        notes = (f"weights of the unknowns: {', '.join(map(str, weights))}",)
    elif start == "monodromy":
        from polysolv.homotopy.starts import monodromy

        polynomials, points, held = monodromy.solve_generic(supports, problem.unknowns, rng, engine)
        for _ in range(_RETRIES):
            # An unlucky curve; with few points another one costs little.
            if held or engine.interrupted or len(points) > _FEW:
                break
            other = monodromy.solve_generic(supports, problem.unknowns, rng, engine)
            if other[2] or len(other[1]) > len(points):
                polynomials, points, held = other
        require_paths(len(points), max_paths)
        trace_test = held
        passed = "passed" if held else "did not pass, so that solutions may be missing"
        notes = (
            f"monodromy found {counted(len(points), 'solution')} of the generic system; "
            f"the trace test {passed}",
        )
    elif found is not None and start == "polyhedral":
        from polysolv.homotopy.starts import polyhedral

        require_paths(found.mixed_volume, max_paths)
        polynomials, points, missing = polyhedral.solve_generic(found, rng, engine)
    else:
        require_paths(bezout, max_paths)
        polynomials, points = start_polynomials(problem.degrees, rng)
    outcome = _followed(problem, start, polynomials, points, missing, notes, engine, tol)
    outcome = outcome._replace(trace_test=trace_test)
    cells_save = wanted == "auto" and found is not None and found.mixed_volume < bezout
    if start == "total-degree" and cells_save and _failed(outcome) and not engine.interrupted:
        # What no endgame could tell was at infinity may not even be a path from mixed cells.
        assert found is not None
        from polysolv.homotopy.starts import polyhedral

        polynomials, points, missing = polyhedral.solve_generic(found, rng, engine)
        again = _followed(problem, "polyhedral", polynomials, points, missing, notes, engine, tol)
        if not engine.interrupted and _failed(again) < _failed(outcome):
            return again
    return outcome


def _followed(
    problem: Problem,
    start: str,
    polynomials: list[Coefficients],
    points: Complexes,
    missing: int,
    notes: tuple[str, ...],
    engine: Engine,
    tol: float,
) -> Outcome:
    starts = homogeneous(points)
    try:
        with engine.breakable():
            tracking = linear_homotopy(problem.rows, polynomials, problem.unknowns)
        tracked = track_paths(tracking, starts, engine, tol)
    except Halted:
        tracked = untracked(starts)
    if not is_plain(tracked):
        from polysolv.homotopy.precise.diverging_ends import settle_diverging
        from polysolv.homotopy.precise.doubtful_ends import settle_doubtful

        settle_doubtful(lambda _: (problem, polynomials), tracked.points, tracked, engine)
        settle_diverging(lambda _: (problem, polynomials), tracked, engine)
    end_diverging_paths(tracked)
    confirm_regular(lambda _: problem, tracked, engine)
    tracked = _with_missing(tracked, missing, engine.interrupted)
    units = np.tile(np.array(problem.scaling.unknowns, np.float64), (len(tracked.codes), 1))
    return Outcome(start, tracked, units, notes)


def _failed(outcome: Outcome) -> int:
    return int(np.isin(outcome.tracked.codes, codes.FAILURES).sum())


def _regular(outcome: Outcome) -> int:
    """The number of different regular end points."""
    tracked = outcome.tracked
    regular = tracked.precise | is_regular(tracked.facts)
    finite = (tracked.codes == codes.SUCCESS) & has_converged(tracked.facts) & regular
    rows = np.flatnonzero(finite)
    points = in_units(tracked.points[rows, :-1] / tracked.points[rows, -1:], outcome.units[rows])
    same = close_in_own_units(points, outcome.units[rows], _SAME, 1e-3)
    return len(rows) - sum(len(group) - 1 for group in same)


def bezout_is_generic(supports: Sequence[Sequence[Monomial]], degrees: Sequence[int], unknowns: int) -> bool:
    """Whether a system with these monomials and general coefficients has as many zeros as Bézout's number.

    True is a proof: for every set S of unknowns at least |S| equations have a monomial of highest degree in S
    alone, so that their general leading forms have no common zero with exactly the unknowns in S not zero, a
    torus of dimension |S| − 1. Then no zero lies at infinity, and no search for mixed cells saves a path.
    False says nothing; it is the answer for more than 16 unknowns.

    >>> circle = [((0, 2),), ((1, 2),), ()]
    >>> bezout_is_generic([circle, circle], [2, 2], 2)
    True
    >>> bezout_is_generic([circle, [((0, 1), (1, 1)), ()]], [2, 2], 2)
    True
    >>> bezout_is_generic([[((0, 1), (1, 1)), ()]] * 2, [2, 2], 2)
    False
    """
    if unknowns > _MOST_FACES:
        return False
    faces = np.arange(1, 1 << unknowns)
    enough = np.zeros(len(faces), np.int64)
    for support, degree in zip(supports, degrees, strict=True):
        leading = {sum(1 << i for i, _ in m) for m in support if degree_of(m) == degree}
        enough += np.any([face & ~faces == 0 for face in leading], axis=0)
    sizes = sum((faces >> i) & 1 for i in range(unknowns))
    return bool((enough >= sizes).all())


def require_paths(count: int, max_paths: int) -> None:
    """Refuse more paths than allowed.

    Raises:
        InputError: if ``count`` exceeds ``max_paths``.
    """
    if count > max_paths:
        raise InputError(
            "max_paths", max_paths, f"at least {count}, the number of paths of this start system"
        )


def _with_missing(tracked: Tracked, missing: int, interrupted: bool) -> Tracked:
    """Append paths that were lost before the last homotopy: none is dropped silently."""
    if not missing:
        return tracked
    code = codes.INTERRUPTED if interrupted else codes.STEP_TOO_SMALL
    nowhere = np.zeros((missing, tracked.points.shape[1]), np.complex128)
    lost = Tracked(
        nowhere,
        nowhere,
        np.full(missing, code),
        np.zeros((missing, tracked.facts.shape[1])),
        np.zeros(missing, np.int64),
    )
    return joined([tracked, lost])
