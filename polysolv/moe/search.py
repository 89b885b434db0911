"""The search of a fit: starts, moves out of local maxima, and which end is the best."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from polysolv.moe import moves
from polysolv.moe.likelihood import Array
from polysolv.moe.mixing_measure import MixingMeasure
from polysolv.moe.optimise import Run, optimise, ranking
from polysolv.moe.problem import Problem
from polysolv.moe.relocate import relocate
from polysolv.moe.starts import starting_vectors

_RESCUES, _SAMPLE = 6, 1000
# Of so many starts one draws from the seed.
_OWN = 5


def runs_of(
    problem: Problem,
    init: str | MixingMeasure,
    n_init: int,
    method: str,
    tol: float,
    max_iter: int,
    rng: np.random.Generator,
    report: Callable[[int], Any],
) -> Iterator[Run]:
    """Yield the end of each start.

    Args:
        problem: data and box.
        init: kind of the starts, or a measure (of the columns kept): then there is one start.
        n_init: number of starts; while every end holds a spurious atom there are more, up to six, in which an
            atom is moved. Three fifths are the best of many fresh ones, the others of moves of what is known
            by then (:mod:`~polysolv.moe.moves`). With "em-short" the first four fifths are the same for every
            seed, so that seeds differ only where their own starts find something better.
        method, tol, max_iter: see :func:`~polysolv.moe.optimise.optimise`.
        rng: source of randomness of the other starts.
        report: called with the number of each start; returns the report of :func:`optimise`.
    """
    runs: list[Run] = []

    def ended(start: Any, how: str) -> Run:
        runs.append(optimise(problem, start, how, tol, max_iter, report(len(runs))))
        return runs[-1]

    moved = "em" if method == "em" else "newton"
    if isinstance(init, MixingMeasure):
        yield ended(problem.clip(problem.coordinates.inward(init)), method)
        yield from _rescued(problem, runs, lambda start: ended(start, moved), rng)
        return
    sample = problem.every(max(1, problem.rows // _SAMPLE))
    pool: list[Array] = []
    tried: list[Array] = []
    for source, count in _sources(init, n_init, rng):
        fresh = count - max(2 * count // 5, min(count - 1, 1))
        starts = starting_vectors(init, fresh, problem, source)
        for start in starts[:fresh]:
            run = ended(start, "newton" if method == "auto" and init == "em-short" else method)
            tried.append(run.vector)
            yield run
        if problem.k == 1:
            return
        pool = tried + starts[fresh:] + pool
        moves_left = count - fresh
        for _ in range(count - min(fresh, len(starts))):
            if moves_left:
                pool, moves_left = moves.moved(sample, pool, source), moves_left - 1
            new = [vector for vector in pool if not any(vector is other for other in tried)]
            start = (new or pool)[0]
            run = ended(start, moved)
            tried += [start, run.vector]
            pool = [run.vector, *(vector for vector in pool if vector is not start)]
            yield run
    yield from _rescued(problem, runs, lambda start: ended(start, moved), rng)


def _rescued(
    problem: Problem, runs: list[Run], climb: Callable[[Any], Run], rng: np.random.Generator
) -> Iterator[Run]:
    """Yield ends of further starts while every end holds a spurious atom; ``climb`` adds to ``runs``."""
    for index in range(_RESCUES if problem.k > 1 else 0):
        best = best_of(problem, runs)
        if problem.merit(best.vector, best.value)[0]:
            return
        if index % 2 == 0:
            start = relocate(problem, best.vector, rng)
        else:
            start = starting_vectors("em-short", 1, problem, rng)[0]
        yield climb(start)


def _sources(init: str, n_init: int, rng: np.random.Generator) -> Iterator[tuple[np.random.Generator, int]]:
    """Yield what randomness starts draw from, and how many: four in five are the same for every seed."""
    own = n_init // _OWN if init == "em-short" else n_init
    if own < n_init:
        yield np.random.default_rng(0), n_init - own
    if own:
        yield rng, own


def best_of(problem: Problem, runs: list[Run]) -> Run:
    """Return the best end: regular ones first, then by the objective."""
    return runs[ranking([problem.merit(run.vector, run.value) for run in runs])[0]]
