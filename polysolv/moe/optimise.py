"""One fit from one start: EM, Newton, or first the one and then the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from polysolv.moe import trust_region
from polysolv.moe.em import ExpectationMaximisation, accelerate, run
from polysolv.moe.likelihood import Array
from polysolv.moe.problem import Problem

METHODS = ("em", "newton", "auto")
_WARM_UP_MAPS, _WARM_UP_GAIN = 6, 0.1
_EM_CHECK = 10
# Relative to the log-likelihood: less is rounding, which differs between machines.
_TIE = 1e-10

Report = Callable[[int, float, float], None]


@dataclass(frozen=True)
class Run:
    """The end of one start; values are objectives of the standardised data."""

    vector: Array
    value: float
    gradient: Array
    values: list[float]
    iterations: int
    status: str
    smallest_eigenvalue: float


def ranking(merits: list[tuple[bool, float]]) -> list[int]:
    """Return the indices of ends from best to worst; of ends that differ by rounding, the earlier first.

    Args:
        merits: what :meth:`Problem.merit` says of each end.

    Two starts often reach one maximum with the atoms in another order. Which of the two values is larger is
    then a matter of the last bit; the order of the atoms that a user sees should not be.

    >>> ranking([(True, -3.0), (True, -2.0 - 1e-14), (True, -2.0), (False, 7.0)])
    [1, 2, 0, 3]
    """
    left = sorted(range(len(merits)), key=lambda index: merits[index], reverse=True)
    order = []
    while left:
        clean, top = merits[left[0]]
        least = top - _TIE * max(1.0, abs(top)) if np.isfinite(top) else top
        ties = left[:1]
        for index in left[1:]:
            if merits[index][0] != clean or not merits[index][1] >= least:
                break
            ties.append(index)
        order.append(min(ties))
        left.remove(order[-1])
    return order


def optimise(
    problem: Problem, start: Array, method: str, tol: float, max_iter: int, report: Report | None = None
) -> Run:
    """Maximise the likelihood from one start.

    Args:
        problem: data and box.
        start: first vector.
        method: "em" (plain EM), "newton" (trust region from the start) or "auto" (six accelerated EM maps,
            then the trust region).
        tol: bound on the largest entry of the projected gradient per observation.
        max_iter: bound on EM maps plus trust-region evaluations.
        report: called with (iteration, value, gradient norm).
    """
    em = problem.em()
    start = problem.clip(start)
    if method == "em":
        return _plain_em(problem, em, start, tol, max_iter, report)
    warm: list[float] = []
    spent = 0
    if method == "auto":
        start, warm, spent = accelerate(em, start, min(_WARM_UP_MAPS, max_iter), _WARM_UP_GAIN)
    ascent = problem.ascend(start, tol, max(max_iter - spent, 1), report)
    return Run(
        ascent.vector,
        ascent.evaluation.value,
        ascent.evaluation.gradient,
        warm + ascent.values,
        spent + ascent.evaluations,
        ascent.status,
        ascent.smallest_eigenvalue,
    )


def _plain_em(
    problem: Problem,
    em: ExpectationMaximisation,
    start: Array,
    tol: float,
    max_iter: int,
    report: Report | None,
) -> Run:
    stationary = False

    def until(vector: Array, values: list[float]) -> bool:
        nonlocal stationary
        if len(values) % _EM_CHECK:
            return False
        norm = problem.gradient_norm(vector)
        if report is not None:
            report(len(values), values[-1], norm)
        stationary = norm <= tol
        return stationary

    vector, values = run(em, start, max_iter, until)
    final = problem.evaluate(vector)
    values = values if stationary else [*values, final.value]
    smallest = problem.smallest_eigenvalue(final, vector)
    saddle = smallest < -trust_region.CURVATURE_TOLERANCE
    status = ("saddle" if saddle else "stationary") if stationary else "iterations"
    return Run(vector, final.value, final.gradient, values, len(values), status, smallest)
