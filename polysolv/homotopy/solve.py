"""`solve`: all isolated complex solutions of a polynomial system by homotopy continuation."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from polysolv.display.counted import counted
from polysolv.errors import InputError, require_integer, unknown_name
from polysolv.homotopy.results import PathResult, SolveResult
from polysolv.homotopy.return_codes import AT_INFINITY, EXCESS, FAILED, INTERRUPTED, SUCCESS
from polysolv.homotopy.sensitivity import sensitive_ends
from polysolv.polynomials.generic_system import GenericSystem, generic
from polysolv.polynomials.joined_names import joined_names_notes

if TYPE_CHECKING:
    from polysolv.homotopy.ends import Ends
    from polysolv.homotopy.engine import Engine, Progress
    from polysolv.homotopy.problem import Problem
    from polysolv.homotopy.starts.choose import Outcome

STARTS = ("auto", "total-degree", "weighted", "polyhedral", "monodromy")
MAX_PATHS = 200_000


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

    from polysolv.homotopy.engine import Engine, Halted

    engine = Engine(jobs, deadline, progress)
    with _distributed(engine, scheduler, resume), engine.interruptible():
        try:
            return _solved(equations, start, seed, float(tol), max_paths, engine)
        except Halted:
            if engine.deadline is None or time.monotonic() < engine.deadline:
                raise KeyboardInterrupt from None
            raise InputError("timeout", "passed while the system was prepared", "more seconds") from None


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
    equations: GenericSystem,
    start: str,
    seed: int,
    tol: float,
    max_paths: int,
    engine: Engine,
    complete: bool = True,
) -> SolveResult:
    """Solve; with ``complete`` look for sets of positive dimension that no path comes to, too."""
    import numpy as np

    from polysolv.homotopy.problem import prepare
    from polysolv.homotopy.starts import tracked_from

    rng = np.random.default_rng(seed)
    with engine.breakable():
        problem = prepare(equations, rng)
    if problem is None:
        note = "an equation is a non-zero constant: there are no solutions"
        return SolveResult(
            equations, (), "none", seed, tol, notes=(*joined_names_notes(equations.unknowns), note)
        )
    if not any(len(row) > 1 or max(row) != () for row in problem.exact):
        notes = joined_names_notes(equations.unknowns)
        return SolveResult(equations, (), "none", seed, tol, notes=notes)
    outcome = tracked_from(problem, start, rng, engine, tol, max_paths)
    solver = partial(
        _solved, start="auto", seed=seed, tol=tol, max_paths=max_paths, engine=engine, complete=False
    )
    return _result(equations, problem, outcome, seed, tol, engine, solver if complete else None)


def _result(
    system: GenericSystem,
    problem: Problem,
    outcome: Outcome,
    seed: int,
    tol: float,
    engine: Engine,
    solver: Callable[..., SolveResult] | None,
) -> SolveResult:
    """Sort end points into distinct solutions, and name what became of each path."""
    from polysolv.homotopy.compiled import codes

    outcome, ends = _classified(system, problem, outcome, tol, engine, solver)
    tracked = outcome.tracked
    labels = {
        codes.AT_INFINITY: AT_INFINITY,
        codes.INTERRUPTED: INTERRUPTED,
        **dict.fromkeys(codes.FAILURES, FAILED),
    }
    places = {int(row): place for place, row in enumerate(ends.rows)}
    paths = []
    for row, facts in enumerate(tracked.facts):
        common: dict[str, Any] = {
            "winding_number": int(facts[codes.WINDING]) or None,
            "steps": int(facts[codes.STEPS]),
            "retracked": int(tracked.levels[row]),
        }
        place = places.get(row)
        if place is None or ends.beyond[place]:
            paths.append(
                PathResult(row, labels[int(tracked.codes[row])] if place is None else FAILED, **common)
            )
            continue
        common["solution"] = tuple(complex(z) for z in ends.points[place])
        common["residual"] = float(facts[codes.BACKWARD_ERROR])
        condition = float(facts[codes.CONDITION])
        common["condition"] = condition if math.isfinite(condition) else math.inf
        if ends.excess[place]:
            paths.append(PathResult(row, EXCESS, **common))
            continue
        dimension, singular = int(ends.dimension[place]), bool(ends.singular[place])
        many = int(ends.paths[place])
        if singular:
            # A singular isolated zero has multiplicity 2 or more, whatever became of the other paths.
            many = max(many, 2) if dimension == 0 else 0
        paths.append(
            PathResult(
                row,
                SUCCESS,
                multiplicity=many,
                distinct=int(ends.member[place]),
                singular=singular,
                real=bool(ends.real[place]),
                dimension=None if dimension < 0 else dimension,
                **common,
            )
        )
    notes = (*_notes(system, problem, tuple(paths), int(ends.beyond.sum())), *outcome.notes)
    return SolveResult(
        system, tuple(paths), outcome.start, seed, tol, problem.slices, notes, outcome.trace_test
    )


def _classified(
    system: GenericSystem,
    problem: Problem,
    outcome: Outcome,
    tol: float,
    engine: Engine,
    solver: Callable[..., SolveResult] | None,
) -> tuple[Outcome, Ends]:
    """Classify the end points, and those of sets of positive dimension that the paths missed."""
    from polysolv.homotopy.ends import classify_ends
    from polysolv.homotopy.engine import Halted

    ends = classify_ends(system, problem, outcome, tol, engine)
    if solver is None or outcome.start == "linear":
        return outcome, ends
    from polysolv.homotopy import missed_sets

    try:
        with engine.breakable():
            known = missed_sets.KnownSets.of(system, problem)
    except Halted:
        return outcome, ends
    if not known.sets:
        return outcome, ends
    known.correct_dimensions(outcome, ends)
    reached, doubtful, more = [], [], 0
    for one in known.missed(ends):
        points = None if engine.is_over() else missed_sets.points_of(one, problem.unknowns, solver)
        if points is None:
            doubtful.append(one)
        elif len(points):
            reached.append(one)
            more += len(points)
            outcome = missed_sets.with_points(outcome, problem, points)
    notes = []
    if reached:
        places = missed_sets.described(reached, system.unknowns)
        notes.append(
            f"{counted(more, 'end point')} of sets that no path of the start system came to "
            f"{'were' if more != 1 else 'was'} found apart, where {places}"
        )
        ends = classify_ends(system, problem, outcome, tol, engine)
        known.correct_dimensions(outcome, ends)
    if doubtful:
        places = missed_sets.described(doubtful, system.unknowns)
        notes.append(
            f"there may be infinitely many solutions where {places}: "
            "the time limit, an interrupt or the limit of paths came before an answer"
        )
        outcome = missed_sets.with_failures(outcome, problem, len(doubtful), engine.interrupted)
    return outcome._replace(notes=(*outcome.notes, *notes)), ends


def _notes(
    system: GenericSystem, problem: Problem, paths: tuple[PathResult, ...], beyond: int
) -> tuple[str, ...]:
    notes = list(joined_names_notes(system.unknowns))
    if problem.slices:
        one = problem.slices == 1
        notes.append(
            f"fewer equations than unknowns: {problem.slices} random real hyperplane"
            f"{' was' if one else 's were'} added; the solutions are a witness set"
        )
    if problem.combined:
        notes.append(
            "more equations than unknowns: random combinations were solved and the excess was sorted out"
        )
    curves = {path.distinct: path.dimension for path in paths if path.dimension}
    if curves:
        # Hyperplanes in general position take one dimension each.
        dimensions = sorted({dimension + problem.slices for dimension in curves.values()})
        notes.append(
            f"infinitely many solutions: {len(curves)} of the end points "
            f"{'lies' if len(curves) == 1 else 'lie'} on solution sets of dimension "
            f"{', '.join(map(str, dimensions))} and no isolated solution"
        )
    if beyond:
        notes.append(
            "end points with coordinates beyond double precision, above 1.8e308, or not zero and below "
            f"2.2e-308 in size: {beyond}"
        )
    if sensitive := sensitive_ends(system, paths):
        notes.append(
            f"{sensitive} end point{'s are' if sensitive != 1 else ' is'} sensitive to the last digits of "
            "the coefficients: small changes of these, and so the seed, may change the counts"
        )
    left = sum(path.return_code == INTERRUPTED for path in paths)
    if left:
        notes.append(
            f"{left} path{'s were' if left != 1 else ' was'} left untracked: "
            "the time limit or an interrupt came first"
        )
    return tuple(notes)
