"""The search of a fit: starts, moves out of local maxima, and which end is the best."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from polysolv.moe import moves
from polysolv.moe.mixing_measure import MixingMeasure
from polysolv.moe.optimise import Run, optimise, ranking
from polysolv.moe.problem import Problem
from polysolv.moe.relocate import relocate
from polysolv.moe.starts import starting_vectors

_RESCUES, _SAMPLE = 6, 1000


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
        init: kind of the starts, or a measure (of the columns kept): then there is one start, and if its end
            holds a spurious atom, further ones in which an atom is moved until an end is regular.
        n_init: number of starts. Three fifths are the best of many fresh ones, the others of moves of what is
            known by then (:mod:`~polysolv.moe.moves`).
        method, tol, max_iter: see :func:`~polysolv.moe.optimise.optimise`.
        rng: source of randomness.
        report: called with the number of each start; returns the report of :func:`optimise`.
    """
    runs: list[Run] = []

    def ended(start: Any, how: str) -> Run:
        runs.append(optimise(problem, start, how, tol, max_iter, report(len(runs))))
        return runs[-1]

    moved = "em" if method == "em" else "newton"
    if isinstance(init, MixingMeasure):
        yield ended(problem.box.clip(problem.coordinates.inward(init)), method)
        for index in range(_RESCUES if problem.k > 1 else 0):
            best = best_of(problem, runs)
            if problem.merit(best.vector, best.value)[0]:
                return
            if index % 2 == 0:
                start = relocate(problem, best.vector, rng)
            else:
                start = starting_vectors("em-short", 1, problem, rng)[0]
            yield ended(start, moved)
        return
    wanted = n_init - max(2 * n_init // 5, min(n_init - 1, 1))
    starts = starting_vectors(init, wanted, problem, rng)
    for start in starts[:wanted]:
        yield ended(start, "newton" if method == "auto" and init == "em-short" else method)
    if problem.k == 1:
        return
    sample = problem.every(max(1, problem.rows // _SAMPLE))
    pool = [run.vector for run in runs] + starts[wanted:]
    tried = [run.vector for run in runs]
    while len(runs) < n_init:
        pool = moves.moved(sample, pool, rng)
        new = [vector for vector in pool if not any(vector is other for other in tried)]
        start = (new or pool)[0]
        run = ended(start, moved)
        tried += [start, run.vector]
        pool = [run.vector, *(vector for vector in pool if vector is not start)]
        yield run


def best_of(problem: Problem, runs: list[Run]) -> Run:
    """Return the best end: regular ones first, then by the objective."""
    return runs[ranking([problem.merit(run.vector, run.value) for run in runs])[0]]
