"""What a fit says about itself: which atoms look like one, which standard errors hold, what is degenerate."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from polysolv.moe import likelihood, trust_region
from polysolv.moe.coordinates import Bounds
from polysolv.moe.em import ExpectationMaximisation, run
from polysolv.moe.likelihood import Array, Indices, Mask
from polysolv.moe.merge import merged
from polysolv.moe.mixing_measure import PARAMETERS, MixingMeasure
from polysolv.moe.optimise import Problem

_MERGE_EVALUATIONS, _MERGE_MAPS = 60, 3
_MERGE_TOLERANCE = 1e-6
_SINGULAR = 1e-3
_STEEP = 500.0


@dataclass(frozen=True)
class Merge:
    """One merge of the search for atoms that look like one.

    ``drop`` is what the log-likelihood loses when the groups ``left`` and ``right`` become one atom;
    ``price`` is what BIC charges for keeping them apart, (2 d + 3)/2 log n.
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


def bic(log_likelihood: float, count: int, n: int) -> float:
    """Return Schwarz's criterion of a fit with ``count`` free parameters to n rows."""
    return count * float(np.log(n)) - 2.0 * log_likelihood


def inferred_cells(
    G: MixingMeasure, X: Array, y: Array, min_variance: float, bounds: Bounds | None = None
) -> tuple[list[tuple[int, ...]], list[Merge]]:
    """Group the fitted atoms that the data cannot tell apart.

    Args:
        G: a fitted measure.
        X, y: the data it was fitted to.
        min_variance, bounds: those of the fit.

    Returns:
        The groups (tuples of atom indices, sorted) and the merge tried at each level. Backward selection: of
        all pairs, merged by matching moments and three EM maps, the one of highest likelihood is refitted,
        and kept merged if that costs less log-likelihood than BIC charges for the extra atom.
    """
    groups: list[tuple[int, ...]] = [(i,) for i in range(G.k)]
    merges: list[Merge] = []
    problem = Problem.of(X, y, G.k, min_variance, bounds)
    current = problem.coordinates.inward(G)
    value = problem.evaluate(current).value
    price = 0.5 * (2 * G.d + 3) * float(np.log(y.size))
    centre = problem.Z.mean(axis=1)
    while problem.k > 1:
        k, problem = problem.k, problem.without_atom()
        mass = likelihood.responsibilities(current, k, problem.Z, problem.y).sum(axis=1)
        em = ExpectationMaximisation(problem.Z, problem.y, problem.k, problem.box)
        pairs = []
        for i, j in combinations(range(k), 2):
            start = merged(current, k, i, j, mass, centre)
            vector, values = run(em, start, _MERGE_MAPS, lambda vector, values: False)
            pairs.append((-values[-1] if np.isfinite(values[-1]) else np.inf, i, j, vector))
        _, i, j, start = min(pairs, key=lambda pair: pair[:3])
        ascent = trust_region.ascend(
            problem.evaluate,
            start,
            problem.box,
            problem.rows,
            problem.raw,
            _MERGE_TOLERANCE,
            _MERGE_EVALUATIONS,
        )
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


@dataclass(frozen=True)
class StandardErrors:
    """Standard errors from the observed information, for atoms that look exactly fitted.

    Arrays have the shapes of the measure's, with NaN where withheld; ``withheld`` gives the reason per atom.
    Gate parameters are relative to atom ``reference`` (whose own are 0), the only ones that are identified.
    """

    beta0: Array
    beta1: Array
    a: Array
    b: Array
    sigma: Array
    reference: int | None
    withheld: dict[int, str]


def standard_errors(
    G: MixingMeasure, X: Array, y: Array, cells: list[tuple[int, ...]], held: Mask, converged: bool
) -> StandardErrors:
    """Return the standard errors of the atoms that are alone in their inferred cell.

    Args:
        G: fitted measure.
        X, y: its data.
        cells: groups of :func:`inferred_cells`.
        held: which coordinates (order of :meth:`MixingMeasure.score`) are at a bound.
        converged: whether the fit is stationary; nothing is given otherwise.

    The inverse of the observed information over the free coordinates, the gate of one exactly fitted atom
    fixed.
    """
    k, d = G.k, G.d
    owner = atom_of(k, d)
    withheld: dict[int, str] = {}
    for cell in cells:
        for i in cell if len(cell) > 1 else ():
            others = ", ".join(str(other) for other in cell if other != i)
            withheld[i] = f"looks like one atom together with {others}: its errors are not of order n^(-1/2)"
    for i in sorted(set(owner[held].tolist())):
        withheld.setdefault(i, "a parameter is at its bound")
    if not converged:
        withheld = dict.fromkeys(range(k), "the fit is not a stationary point")
    exact = [i for i in range(k) if i not in withheld]
    errors = np.full(k * (2 * d + 3), np.nan)
    reference = exact[-1] if exact else None
    if reference is not None:
        free = ~held
        gate = np.arange(owner.size) < k * (d + 1)
        free[gate & (owner == reference)] = False
        information = -G.hessian(X, y)[np.ix_(free, free)]
        scale = np.sqrt(np.abs(np.diag(information)))
        scale[scale == 0] = 1.0
        eigenvalues, Q = np.linalg.eigh(information / np.outer(scale, scale))
        if eigenvalues[0] > 1e-10:
            variances = np.zeros(owner.size)
            variances[free] = ((Q / eigenvalues) * Q).sum(axis=1) / scale**2
            known = np.isin(owner, exact)
            errors[known] = np.sqrt(variances[known])
        else:
            withheld.update(dict.fromkeys(exact, "the observed information is singular"))
            reference = None
    parts = np.split(errors, np.cumsum([k, k * d, k * d, k]))
    shapes = ((k,), (k, d), (k, d), (k,), (k,))
    shaped = [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]
    named = dict(zip(PARAMETERS, shaped, strict=True))
    return StandardErrors(**named, reference=reference, withheld=dict(sorted(withheld.items())))


def atom_of(k: int, d: int) -> Indices:
    """Return the atom that each coordinate of the score belongs to."""
    atoms = np.arange(k)
    return np.concatenate([atoms, np.repeat(atoms, d), np.repeat(atoms, d), atoms, atoms])


def entropy(tau: Array) -> float:
    """Return the total entropy of the responsibilities, the extra penalty of ICL."""
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(tau > 0, tau * np.log(tau), 0.0)
    return -float(terms.sum())


def relative_curvature(G: MixingMeasure, X: Array, y: Array, held: Mask) -> float:
    """Return the smallest eigenvalue of the information scaled to unit diagonal (0 to 1), one gate fixed."""
    d = G.d
    owner = atom_of(G.k, d)
    free = ~held
    free[(np.arange(owner.size) < G.k * (d + 1)) & (owner == G.k - 1)] = False
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    gate_shift = G.beta1 @ X.mean(axis=0)
    centred = MixingMeasure(
        G.beta0 + gate_shift,
        G.beta1 * X.std(axis=0),
        G.a * X.std(axis=0),
        G.b + G.a @ X.mean(axis=0),
        G.sigma,
    )
    information = -centred.hessian(Z, y)[np.ix_(free, free)]
    scale = np.sqrt(np.abs(np.diag(information)))
    if (scale == 0).any():
        return 0.0
    return float(np.linalg.eigvalsh(information / np.outer(scale, scale))[0])


def warnings_of(
    G: MixingMeasure,
    mass: Array,
    gate_size: float,
    curvature: float,
    at_bound: list[str],
    status: str,
    cells: list[tuple[int, ...]],
) -> list[str]:
    """Return the plain-words warnings of a fit.

    Args:
        G: fitted measure.
        mass: total responsibility of each atom, in rows.
        gate_size: largest gate slope per standard deviation of a covariate.
        curvature: result of :func:`relative_curvature`.
        at_bound: names of the coordinates at a bound.
        status: of the optimiser.
        cells: inferred cells.
    """
    found = []
    if status == "iterations":
        found.append("not converged: the iteration limit was reached before the gradient tolerance")
    if at_bound:
        found.append(f"at a bound: {', '.join(at_bound)}; the likelihood may grow further beyond it")
    for i in np.flatnonzero(mass < 2 * G.d + 3):
        found.append(f"atom {i} is nearly empty: it holds {mass[i]:.3g} rows, fewer than it has parameters")
    if gate_size > _STEEP:
        found.append(
            "the gate is a hard split (its slopes grow without end); bounds on beta1 make the maximum exist"
        )
    if curvature < _SINGULAR:
        found.append(
            f"near-singular information: smallest relative eigenvalue {curvature:.2g}; some direction in the "
            "parameters is hardly determined, as in an over-specified model"
        )
    for cell in cells:
        if len(cell) > 1:
            names = ", ".join(str(i) for i in cell)
            found.append(f"over-specified: atoms {names} look like one (BIC prefers them merged)")
    return found
