"""`solve`: all isolated complex solutions of a polynomial system by homotopy continuation."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from polysolv.errors import InputError, require_integer, unknown_name
from polysolv.homotopy.results import PathResult, SolveResult
from polysolv.homotopy.return_codes import AT_INFINITY, EXCESS, FAILED, INTERRUPTED, SUCCESS
from polysolv.polynomials.generic_system import GenericSystem, generic

if TYPE_CHECKING:
    from polysolv.homotopy.engine import Engine, Progress
    from polysolv.homotopy.problem import Problem
    from polysolv.homotopy.starts.choose import Outcome

STARTS = ("auto", "total-degree", "weighted", "polyhedral", "monodromy")
MAX_PATHS = 200_000
_REGULAR_DISTANCE = 1e-8
_POLISHED_DISTANCE = 1e-12
_PRECISE_DISTANCE = 1e-10  # of singular points that were found with multiple precision
_SINGULAR_DISTANCE = 1e-4


def solve(
    system: object,
    start: str = "auto",
    seed: int = 0,
    tol: float = 1e-8,
    max_paths: int = MAX_PATHS,
    jobs: int = 1,
    *,
    timeout: float | None = None,
    progress: Progress | None = None,
    scheduler: str | None = None,
    resume: str | os.PathLike[str] | None = None,
) -> SolveResult:
    """Find all isolated complex solutions of a polynomial system.

    Args:
        system: a `GenericSystem`, a `PolynomialSystem`, or equations as text (see `GenericSystem.parse`).
        start: start system: ``auto``, ``total-degree`` (Bézout), ``weighted`` (weighted-homogeneous),
            ``polyhedral`` (mixed cells, Bernstein–Kushnirenko–Khovanskii) or ``monodromy`` (loops in the
            space of coefficients until the trace test holds).
        seed: a non-negative integer; fixes every random choice.
        tol: relative accuracy on the way, and relative size below which an imaginary part counts as zero;
            1e-14 to 1e-3.
        max_paths: refuse to start with more paths than this.
        jobs: number of threads, from 1 to 256; the result does not depend on it.
        timeout: seconds after which the remaining paths are left untracked; ``None`` for no limit.
        progress: called with (paths done, failed, total, seconds).
        scheduler: address of a dask scheduler whose workers track chunks of paths, or "current" for the
            active dask client; needs the extra ``dask``. The result is the same.
        resume: a folder that keeps finished chunks of runs of more than 10,000 paths; a later call with the
            same system and arguments takes them from there.

    Returns:
        A `SolveResult` with one `PathResult` for each path. On Ctrl-C it holds what was finished.

    Raises:
        InputError: for a system that cannot be read, bad arguments, or more paths than ``max_paths``.

    With fewer equations than unknowns random real hyperplanes are added and the result is a witness set; with
    more, random combinations are solved and the excess is sorted out.

    Mathematics: H(x, s) = s·γ·G(x) + (1−s)·F(x) in projective coordinates, s from 1 to 0; Padé predictor of
    order 4, Newton corrector with double-double residuals where doubles do not converge, Cauchy's endgame.
    Sommese and Wampler (2005), chapters 2, 8 and 10; Telen, Van Barel and Verschelde (2020) for the step
    size.

    >>> result = solve(["x^2 + y^2 - 5", "x*y - 2"])
    >>> result.counts
    {'solutions': 4, 'real': 4, 'singular': 0, 'at_infinity': 0, 'failed': 0}
    """
    equations = generic(system)
    if start not in STARTS:
        raise unknown_name("start", start, list(STARTS))
    require_integer("seed", seed, 0, 2**63)
    require_integer("max_paths", max_paths, 1, 10**9)
    require_integer("jobs", jobs, 1, 256)
    if isinstance(tol, bool) or not isinstance(tol, int | float) or not 1e-14 <= tol <= 1e-3:
        raise InputError("tol", tol, "a number from 1e-14 to 1e-3")
    deadline = None
    if timeout is not None:
        if isinstance(timeout, bool) or not isinstance(timeout, int | float) or not timeout > 0:
            raise InputError("timeout", timeout, "a positive number of seconds")
        deadline = time.monotonic() + timeout

    from polysolv.homotopy.engine import Engine

    engine = Engine(jobs, deadline, progress)
    with _distributed(engine, scheduler, resume), engine.interruptible():
        return _solved(equations, start, seed, float(tol), max_paths, engine)


@contextmanager
def _distributed(
    engine: Engine, scheduler: str | None, resume: str | os.PathLike[str] | None
) -> Iterator[None]:
    """Have long runs tracked on a cluster, or kept, if that was asked for."""
    if scheduler is None and resume is None:
        yield
        return
    from pathlib import Path

    from polysolv.homotopy.chunks import Chunks

    with Chunks(None if resume is None else Path(resume), scheduler).open() as chunks:
        engine.distribution = chunks
        yield


def _solved(
    equations: GenericSystem, start: str, seed: int, tol: float, max_paths: int, engine: Engine
) -> SolveResult:
    import numpy as np

    from polysolv.homotopy.problem import prepare
    from polysolv.homotopy.starts import tracked_from

    rng = np.random.default_rng(seed)
    problem = prepare(equations, rng)
    if problem is None:
        note = "an equation is a non-zero constant: there are no solutions"
        return SolveResult(equations, (), "none", seed, tol, notes=(note,))
    if not any(len(row) > 1 or max(row) != () for row in problem.exact):
        return SolveResult(equations, (), "none", seed, tol)
    outcome = tracked_from(problem, start, rng, engine, tol, max_paths)
    return _result(equations, problem, outcome, seed, tol)


def _result(
    system: GenericSystem,
    problem: Problem,
    outcome: Outcome,
    seed: int,
    tol: float,
) -> SolveResult:
    """Polish, sort end points into distinct solutions, and name what became of each path."""
    import numpy as np

    from polysolv.homotopy.closeness import close_in_own_units
    from polysolv.homotopy.compiled import codes
    from polysolv.homotopy.problem import look_real, relative_residuals
    from polysolv.homotopy.tracker import has_converged, is_regular

    tracked = outcome.tracked
    outcomes, facts = tracked.codes, tracked.facts
    finite = np.flatnonzero((outcomes == codes.SUCCESS) | (outcomes == codes.SINGULAR))
    logarithms = outcome.units[finite]
    units = np.exp2(logarithms)
    scaled = tracked.points[finite, :-1] / tracked.points[finite, -1:]
    points = scaled * units
    labels = {
        codes.AT_INFINITY: AT_INFINITY,
        codes.INTERRUPTED: INTERRUPTED,
        **dict.fromkeys(codes.FAILURES, FAILED),
    }
    excess = np.zeros(len(finite), bool)
    if problem.combined:
        given = [{m: complex(c) for m, c in polynomial.items()} for polynomial in system.equations]
        excess = relative_residuals(given, points, units) > 1e-7
    kept = np.flatnonzero(~excess)
    precise = tracked.precise[finite]
    singular = (outcomes[finite] == codes.SINGULAR) | ~(is_regular(facts[finite]) | precise)
    converged = has_converged(facts[finite]) & ~(singular & precise)
    blurred = singular & ~precise
    distances = np.where(converged, _POLISHED_DISTANCE, _REGULAR_DISTANCE)
    distances[singular] = np.where(precise[singular], 0.0, np.inf)
    # Regular points are known to many digits, singular ones to few.
    groups = []
    for group in close_in_own_units(points[kept], logarithms[kept], _REGULAR_DISTANCE, 1e-3):
        rows = kept[group]
        groups += _same_coordinates(points[rows], units[rows], distances[rows], group)
    loose = [i for i in range(len(kept)) if singular[kept[i]]]
    rows = kept[loose]
    for distance in (_PRECISE_DISTANCE, _SINGULAR_DISTANCE):
        for group in close_in_own_units(points[rows], logarithms[rows], distance, 1.0):
            if distance == _PRECISE_DISTANCE or blurred[rows[group]].any():
                groups.append([loose[i] for i in group])
    member = list(range(len(kept)))
    for group in groups:
        first = min(member[i] for i in group)
        for label in {member[i] for i in group}:
            member = [first if value == label else value for value in member]
    multiplicity = np.bincount(member, minlength=len(kept)) if len(kept) else np.zeros(0, int)
    numbers = {label: k for k, label in enumerate(sorted(set(member)))}
    doubtful = singular.copy()
    doubtful[kept] |= multiplicity[member] > 1
    real = look_real(scaled, np.where(doubtful, max(tol, 1e-5), tol), converged & ~doubtful)
    by_row: dict[int, PathResult] = {}
    for position, row in enumerate(finite.tolist()):
        common: dict[str, Any] = {
            "solution": tuple(complex(z) for z in points[position]),
            "residual": float(facts[row, codes.BACKWARD_ERROR]),
            "condition": float(facts[row, codes.CONDITION]),
            "winding_number": int(facts[row, codes.WINDING]) or None,
            "steps": int(facts[row, codes.STEPS]),
            "retracked": int(tracked.levels[row]),
        }
        if excess[position]:
            by_row[row] = PathResult(row, EXCESS, **common)
    for place, position in enumerate(kept.tolist()):
        row = int(finite[position])
        many = int(multiplicity[member[place]])
        bad = bool(singular[position]) or many > 1
        by_row[row] = PathResult(
            row,
            SUCCESS,
            solution=tuple(complex(z) for z in points[position]),
            residual=float(facts[row, codes.BACKWARD_ERROR]),
            condition=float(facts[row, codes.CONDITION])
            if math.isfinite(facts[row, codes.CONDITION])
            else math.inf,
            winding_number=int(facts[row, codes.WINDING]) or None,
            multiplicity=many,
            distinct=numbers[member[place]],
            singular=bad,
            real=bool(real[position]),
            steps=int(facts[row, codes.STEPS]),
            retracked=int(tracked.levels[row]),
        )
    paths = tuple(
        by_row.get(row)
        or PathResult(
            row,
            labels[int(outcomes[row])],
            winding_number=int(facts[row, codes.WINDING]) or None,
            steps=int(facts[row, codes.STEPS]),
            retracked=int(tracked.levels[row]),
        )
        for row in range(len(outcomes))
    )
    notes = (*_notes(problem, paths), *outcome.notes)
    return SolveResult(system, paths, outcome.start, seed, tol, problem.slices, notes)


def _same_coordinates(points: Any, units: Any, distances: Any, names: list[int]) -> list[list[int]]:
    """Split a group of close points into those that agree in every coordinate, as polished ones do.

    ``distances`` are relative: infinity for a point of which little is known, zero for one that is compared
    elsewhere. A coordinate's rounding error is relative to the largest one in the units of the points.
    """
    import numpy as np

    groups: list[list[int]] = []
    for i in range(len(names)):
        for group in groups:
            j = group[0]
            pair = np.abs(points[[i, j]])
            noise = 1e-17 * np.maximum(1.0, (pair / units[[i, j]]).max()) * units[[i, j]].min(axis=0)
            distance = max(distances[i], distances[j])
            close = np.abs(points[i] - points[j]) <= np.minimum(distance, 1.0) * pair.max(axis=0) + noise
            either = min(distances[i], distances[j])
            # Next to a precise singular point one that Newton's method did not settle is that point, too.
            same = bool(close.all()) if either > 0 else distance >= _REGULAR_DISTANCE
            if distance == np.inf or same:
                group.append(i)
                break
        else:
            groups.append([i])
    return [[names[i] for i in group] for group in groups if len(group) > 1]


def _notes(problem: Problem, paths: tuple[PathResult, ...]) -> tuple[str, ...]:
    notes = []
    if problem.slices:
        notes.append(
            f"fewer equations than unknowns: {problem.slices} random real hyperplanes were added; "
            "the solutions are a witness set"
        )
    if problem.combined:
        notes.append(
            "more equations than unknowns: random combinations were solved and the excess was sorted out"
        )
    left = sum(path.return_code == INTERRUPTED for path in paths)
    if left:
        notes.append(f"{left} paths were left untracked: the time limit or an interrupt came first")
    return tuple(notes)
