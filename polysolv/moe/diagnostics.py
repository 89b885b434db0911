"""What a fit says about itself: which atoms look like one, what is degenerate."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from polysolv.moe.coordinates import Bounds
from polysolv.moe.em import run
from polysolv.moe.ends import End
from polysolv.moe.likelihood import Array, Mask
from polysolv.moe.merge import merged
from polysolv.moe.mixing_measure import MixingMeasure
from polysolv.moe.problem import Problem

_MERGE_EVALUATIONS, _MERGE_MAPS, _PAIR_ROWS = 60, 3, 2000
_MERGE_TOLERANCE = 1e-6
_SINGULAR = 1e-3
SPURIOUS, HARD_GATE, NEAR_SINGULAR = "spurious end", "the gate is a hard split", "near-singular information"
SERIOUS = (SPURIOUS, HARD_GATE)
_NOT_CONVERGED = {
    "iterations": "not converged: the iteration limit was reached before the gradient tolerance",
    "saddle": "not converged: this is a saddle, which plain EM does not leave",
    "rounding": "not converged: double precision allows no step that brings the gradient to the tolerance",
}


@dataclass(frozen=True)
class Merge:
    """One merge of the search for atoms that look like one.

    ``drop`` is what the log-likelihood loses when the groups ``left`` and ``right`` become one atom;
    ``price`` is what BIC charges for keeping them apart, (2 d + 3)/2 log n in the model with all parameters.
    """

    left: tuple[int, ...]
    right: tuple[int, ...]
    drop: float
    price: float


def parameter_count(k: int, d: int) -> int:
    """Return the number of free parameters, k (2 d + 3) - (d + 1): one atom's gate is fixed."""
    return k * (2 * d + 3) - (d + 1)


def aic(log_likelihood: float, count: int) -> float:
    """Return Akaike's criterion of a fit with ``count`` free parameters."""
    return 2.0 * count - 2.0 * log_likelihood


def bic(log_likelihood: float, count: int, n: float) -> float:
    """Return Schwarz's criterion of a fit with ``count`` free parameters to n rows."""
    return count * float(np.log(n)) - 2.0 * log_likelihood


def inferred_cells(
    G: MixingMeasure, X: Array, y: Array, min_variance: float, bounds: Bounds | None = None
) -> tuple[list[tuple[int, ...]], list[Merge]]:
    """Group the fitted atoms of a measure that the data cannot tell apart; see :func:`cells_of`.

    Args:
        G: a fitted measure.
        X, y: the data it was fitted to.
        min_variance, bounds: those of the fit.
    """
    problem = Problem.of(X, y, G.k, min_variance, bounds)
    return cells_of(problem, problem.coordinates.inward(G))


def cells_of(problem: Problem, vector: Array) -> tuple[list[tuple[int, ...]], list[Merge]]:
    """Group the fitted atoms that the data cannot tell apart.

    Args:
        problem: data and box.
        vector: a solution.

    Returns:
        The groups (tuples of atom indices, sorted) and the merge tried at each level. Backward selection: of
        all pairs, merged by matching moments and three EM maps, the one of highest likelihood is refitted,
        and kept merged if that costs less log-likelihood than BIC charges for the extra atom.
    """
    groups: list[tuple[int, ...]] = [(i,) for i in range(problem.k)]
    merges: list[Merge] = []
    current = vector
    value = problem.evaluate(current, second=False).value
    price = 0.5 * problem.restriction.structure.per_expert * float(np.log(problem.total))
    centre = problem.centre
    while problem.k > 1:
        k, mass, problem = problem.k, problem.mass(current), problem.without_atom()
        # Which pair is a matter of comparison: a sample of the rows tells.
        em = problem.every(max(1, problem.rows // _PAIR_ROWS)).em()
        pairs = []
        for i, j in combinations(range(k), 2):
            start = merged(current, k, i, j, mass, centre)
            vector, values = run(em, start, _MERGE_MAPS, lambda vector, values: False)
            pairs.append((-values[-1] if np.isfinite(values[-1]) else np.inf, i, j, vector))
        _, i, j, start = min(pairs, key=lambda pair: pair[:3])
        ascent = problem.ascend(start, _MERGE_TOLERANCE, _MERGE_EVALUATIONS)
        found = ascent.evaluation.value
        if not np.isfinite(found):
            break
        merges.append(Merge(groups[i], groups[j], value - found, price))
        if value - found > price:
            break
        groups[i] = tuple(sorted(groups[i] + groups[j]))
        del groups[j]
        current, value = ascent.vector, found
    return sorted(groups), merges


def entropy(tau: Array, row_weights: Array | None = None) -> float:
    """Return the total entropy of the responsibilities, shape (n, k), the extra penalty of ICL.

    ``row_weights`` says how often each row counts, shape (n,); None for once.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(tau > 0, tau * np.log(tau), 0.0)
    return -float(terms.sum() if row_weights is None else row_weights @ terms.sum(axis=1))


def relative_curvature(problem: Problem, end: End) -> float:
    """Return the smallest eigenvalue of the information scaled to unit diagonal (0 to 1), one gate fixed.

    Over the coordinates that count (:meth:`End.counted`), spurious atoms' apart.
    """
    k, p = problem.k, problem.Z.shape[0]
    owner = np.concatenate([np.repeat(np.arange(k), p), np.repeat(np.arange(k), p), np.arange(k)])
    free = end.counted(problem) & ~np.isin(owner, list(end.spurious))
    free[(k - 1) * p : k * p] = False
    some: Mask = problem.restriction.gradient(free.astype(np.float64)) > 0
    information = -problem.restriction.hessian(end.hessian)[np.ix_(some, some)]
    scale = np.sqrt(np.abs(np.diag(information)))
    if not some.any():
        return 1.0
    if (scale == 0).any():
        return 0.0
    return max(0.0, float(np.linalg.eigvalsh(information / np.outer(scale, scale))[0]))


def warnings_of(
    problem: Problem, end: End, at_bound: list[str], resolution: float, stopped: int | None
) -> list[str]:
    """Return the plain-words warnings of a fit, those about merged atoms apart.

    Args:
        problem: data and box.
        end: the best end.
        at_bound: names of the coordinates at a bound.
        resolution: step of the grid of y, 0 for none.
        stopped: number of starts that were finished when the fit was stopped, None if all were.
    """
    found = []
    if stopped is not None:
        found.append(f"stopped early: this is the best of the {stopped} starts that were finished")
    if not end.converged:
        found.append(_NOT_CONVERGED.get(end.run.status, _NOT_CONVERGED["rounding"]))
    if end.spurious:
        why = "; ".join(f"atom {i}: {text}" for i, text in end.why_spurious(problem, resolution).items())
        rest = "" if problem.boxed else "; no start ended without such an atom"
        found.append(f"{SPURIOUS}: {why}{rest}")
    if at_bound:
        found.append(f"at a bound: {', '.join(at_bound)}; the likelihood may grow further beyond it")
    for i in np.flatnonzero(end.mass < problem.restriction.structure.per_expert):
        if i not in end.spurious:
            found.append(
                f"atom {i} is nearly empty: it holds {end.mass[i]:.3g} rows, fewer than it has parameters"
            )
    if end.gate_separated:
        found.append(
            f"{HARD_GATE}: the experts' rows are separated, so the likelihood rises for ever as its slopes "
            "grow; its estimates, errors and rates are withheld (bounds on beta1 make a maximum exist)"
        )
    if end.converged and relative_curvature(problem, end) < _SINGULAR:
        value = relative_curvature(problem, end)
        found.append(
            f"{NEAR_SINGULAR}: smallest relative eigenvalue {value:.2g}; some direction in the "
            "parameters is hardly determined, as in an over-specified model"
        )
    return found


def over_specified(cells: list[tuple[int, ...]], spurious: tuple[int, ...]) -> list[str]:
    """Return the warnings about groups of atoms that look like one; spurious atoms are not counted."""
    found = []
    for cell in cells:
        members = [i for i in cell if i not in spurious]
        if len(members) > 1:
            names = ", ".join(str(i) for i in members)
            found.append(f"over-specified: atoms {names} look like one (BIC prefers them merged)")
    return found
