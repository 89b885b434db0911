"""The search of a fit: starts, moves out of local maxima, and which end is the best."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from polysolv.moe.likelihood import Array
from polysolv.moe.mixing_measure import MixingMeasure
from polysolv.moe.optimise import Run, optimise, ranking
from polysolv.moe.problem import Problem
from polysolv.moe.relocate import grow, loosened, relocate
from polysolv.moe.starts import starting_vectors

_RESCUES = 6
_ALIKE = 0.99
_REPEATED, _SAME = 2, 1e-8


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
        n_init: number of starts. Three fifths are fresh ones, taken from more in reserve: those that divide
            the rows as an earlier end does come last. The others loosen the best end, move one of its atoms,
            or grow.
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
                start = relocate(problem, best.vector, rng, rank=0)
            else:
                start = starting_vectors("em-short", 1, problem, rng)[0]
            yield ended(start, moved)
        return
    wanted = n_init - max(2 * n_init // 5, min(n_init - 1, 1))
    spare = []
    for start in starting_vectors(init, wanted, problem, rng):
        if init == "em-short" and any(_alike(problem, start, run.vector) for run in runs):
            spare.append(start)
        elif len(runs) < wanted and _repeated(runs) < _REPEATED:
            yield ended(start, method)
    for start in spare[: max(0, wanted - len(runs)) // 2 if _repeated(runs) < _REPEATED else 0]:
        yield ended(start, method)
    for index in range(n_init - len(runs) if problem.k > 1 else 0):
        vector = best_of(problem, runs).vector
        if index % 4 == 0:
            start = loosened(problem, vector, rng)
        elif index % 4 == 3:
            start = grow(problem, rng)
        else:
            start = relocate(problem, vector, rng, rank=0)
        if index % 4 == 2:
            # One move may have to get worse before the second makes up for it.
            start = relocate(problem, start, rng, rank=1)
        yield ended(start, moved)


def _repeated(runs: list[Run]) -> int:
    """Return how many ends have the objective of an earlier one: fresh starts then find nothing new."""
    values = [run.value for run in runs]
    return sum(
        any(abs(value - other) <= _SAME * (1.0 + abs(value)) for other in values[:index])
        for index, value in enumerate(values)
    )


def _alike(problem: Problem, one: Array, other: Array) -> bool:
    """Return whether two vectors divide the rows among their atoms in all but the same way."""
    labels = [problem.responsibilities(vector).argmax(axis=0) for vector in (one, other)]
    counts = np.zeros((problem.k, problem.k))
    np.add.at(counts, (labels[0], labels[1]), 1.0)
    shared = min(counts.max(axis=0).sum(), counts.max(axis=1).sum())
    return bool(shared >= _ALIKE * problem.rows)


def best_of(problem: Problem, runs: list[Run]) -> Run:
    """Return the best end: regular ones first, then by the objective."""
    return runs[ranking([problem.merit(run.vector, run.value) for run in runs])[0]]
