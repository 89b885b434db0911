"""Ascent of a log-likelihood over very many rows in few passes over them.

One evaluation of value, gradient and Hessian over n = 10^9 rows costs as much as 10^5 over the first 10^4.
So the search runs over nested prefixes of the rows: a few steps of the plain trust region over the first
10^5, then a few of :func:`calibrated_ascent` over the first 10^7, then all it needs over all rows. Each of
the latter maximises a surrogate that is made of a hundredth of the rows and agrees with the evaluation just
made to second order (:mod:`~polysolv.moe.calibration`), in a box that is the trust region (Conn, Gould and
Toint 2000, "Trust-region methods", chapter 6: any such model will do). Only an evaluation over all rows
accepts a step, and only it says that the end is stationary, with the tolerances of
:mod:`~polysolv.moe.trust_region`.

Interface for engines: a function ``evaluate(vector, m)`` that returns the log-likelihood of the first m
rows, summed, with gradient and Hessian, for any m up to n; and a :class:`~polysolv.moe.calibration.Sample`,
the first few thousand rows (:func:`~polysolv.moe.calibration.sample_rows`) as arrays, whatever engine
evaluates. Both in one standardisation, that of box and start. For rows made on the fly::

    end = nested_ascent(engine.evaluate, n, Sample(Z[:, :c], y[:c], k), start, box, weights, tol, max_iter)
    end.ascent.status, end.passes  # "stationary", {100000: 13, 10000000: 3, 1000000000: 5}

:func:`stored_rows` makes both of a problem whose rows are stored.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from polysolv.moe.calibration import Sample, calibrated, sample_rows
from polysolv.moe.likelihood import Array, Evaluation
from polysolv.moe.problem import Problem
from polysolv.moe.trust_region import Ascent, Box, ascend

PREFIXES = (10**5, 10**7)
# A surrogate is made of this share of the rows, or of the sample alone if that is no less.
_SHARE = 100
_INNER_STEPS, _INNER_TOLERANCE = 100, 1e-3
# So many of the last evaluations at other vectors take part in a calibration.
_OTHERS = 2
# Evaluations after the first over a prefix. No ascent goes to its end there: what fewer rows say of nearly
# singular directions is noise, and leads to lower maxima of all rows.
FIRST_STEPS, MIDDLE_STEPS = 12, 2

Engine = Callable[[Array, int], Evaluation]
Report = Callable[[int, float, float], None]


@dataclass(frozen=True)
class NestedAscent:
    """Where the ascent over all rows ended, and how many evaluations there were over each number of rows."""

    ascent: Ascent
    passes: dict[int, int]


def prefixes(rows: int, wanted: Sequence[int] = PREFIXES) -> tuple[int, ...]:
    """Return on how many rows to ascend, one after the other: those wanted below half of all, then all.

    >>> prefixes(10**6), prefixes(10**9), prefixes(5000)
    ((100000, 1000000), (100000, 10000000, 1000000000), (5000,))
    """
    return (*(size for size in sorted(wanted) if 2 * size < rows), rows)


def stored_rows(problem: Problem) -> tuple[Engine, Sample]:
    """Return an engine and the sample of a problem whose rows are stored, in the order of its rows."""

    def first(rows: int) -> Problem:
        return (
            problem if rows >= problem.rows else replace(problem, Z=problem.Z[:, :rows], y=problem.y[:rows])
        )

    few = first(sample_rows(problem.box.lower.size))
    return lambda vector, rows: first(rows).evaluate(vector), Sample(few.Z, few.y, problem.k)


def nested_ascent(
    evaluate: Engine,
    rows: int,
    sample: Sample,
    start: Array,
    box: Box,
    weights: Array,
    tol: float,
    max_iter: int,
    report: Report | None = None,
    wanted: Sequence[int] = PREFIXES,
    first_steps: int = FIRST_STEPS,
) -> NestedAscent:
    """Maximise a log-likelihood over all rows, from the end over fewer of them.

    Args:
        evaluate: returns the log-likelihood of the first m rows, summed, with its derivatives.
        rows: number n of all rows.
        sample: the first few thousand rows.
        start: first parameter vector.
        box, weights, tol: see :func:`polysolv.moe.trust_region.ascend`.
        max_iter: bound on the number of evaluations over all rows after the first.
        report: called with (iteration, value, gradient norm) of all rows.
        wanted: on how many rows to ascend before all; the first is the plain trust region's.
        first_steps: bound on the evaluations after the first over the fewest rows.
    """
    first, *others = prefixes(rows, wanted)
    limit = min(max_iter, first_steps) if others else max_iter
    told = None if others else report
    ascent = ascend(lambda at: evaluate(at, first), start, box, first, weights, tol, limit, told)
    passes = {first: ascent.evaluations}
    for count in others:
        limit, told = (max_iter, report) if count == rows else (min(max_iter, MIDDLE_STEPS), None)
        ascent = calibrated_ascent(evaluate, count, sample, ascent.vector, box, weights, tol, limit, told)
        passes[count] = ascent.evaluations
    return NestedAscent(ascent, passes)


def calibrated_ascent(
    evaluate: Engine,
    rows: int,
    sample: Sample,
    start: Array,
    box: Box,
    weights: Array,
    tol: float,
    max_iter: int,
    report: Report | None = None,
) -> Ascent:
    """Maximise a log-likelihood by surrogates of it; arguments as :func:`nested_ascent`'s.

    ``evaluations`` of the result counts those over all ``rows``.
    """
    few = rows // _SHARE
    seen: list[tuple[Array, Evaluation]] = []

    def full(vector: Array) -> Evaluation:
        found = evaluate(vector, rows)
        if found.finite:
            seen.append((vector, _per_row(found, rows)))
        return found

    def base(vector: Array) -> Evaluation:
        return _per_row(evaluate(vector, few), few)

    def propose(vector: Array, found: Evaluation, radius: float) -> tuple[Array, float]:
        low, high = np.maximum(box.lower, vector - radius), np.minimum(box.upper, vector + radius)
        around = Box(low, high, box.gauge)
        mean = _per_row(found, rows)
        others = [pair for pair in seen[-1 - _OTHERS :] if pair[0] is not vector][-_OTHERS:]
        surrogate = calibrated(sample, vector, mean, base if few > sample.rows else None, others)
        end = ascend(surrogate, vector, around, 1, weights, _INNER_TOLERANCE * tol, _INNER_STEPS)
        return end.vector - vector, (end.evaluation.value - end.values[0]) * rows

    return ascend(full, start, box, rows, weights, tol, max_iter, report, propose)


def _per_row(found: Evaluation, rows: int) -> Evaluation:
    hessian = None if found.hessian is None else found.hessian / rows
    return Evaluation(found.value / rows, found.gradient / rows, hessian)
