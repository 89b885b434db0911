"""Many starts at once: a few EM maps of a whole batch of parameter vectors, and the best of them.

A start on a few hundred rows costs more in calls than in arithmetic. Here all candidates go through each map
together, then through the Newton steps of :mod:`polysolv.moe.climb`, and successive halving (Karnin, Koren
and Somekh 2013) gives more steps to fewer of them. The maps are those of :mod:`polysolv.moe.em` but for the
gate, which takes one damped Newton step without a line search: what comes out is a start, not an end.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from polysolv.moe.climb import Ascents
from polysolv.moe.likelihood import Array, Indices, pack, stacked_parts
from polysolv.moe.optimise import ranking
from polysolv.moe.problem import Problem
from polysolv.moe.spurious import spurious_of_many
from polysolv.moe.stacked import solve_stacked

_MAPS = 6
# Pairs (Newton steps, divisor): after the steps a part 1/divisor of the vectors goes on.
_CLIMBS = ((2, 2), (4, 2), (8, 2), (20, 1))
_ENTRIES = 400_000
_LONGEST_STEP = 4.0
_RIDGE = 1e-9
_SOFTNESS, _GATE_STEPS = 0.1, 3
_SAME = 1e-3
_SMALLEST_MASS = 1e-8


def raced(problem: Problem, starts: list[Array], count: int, known: Sequence[float] = ()) -> list[Array]:
    """Return the best ``count`` of the starts, best first, after some EM maps and Newton steps.

    Args:
        problem: data and box.
        starts: parameter vectors.
        count: number of vectors wanted; of vectors of equal objective one is kept, so there may be fewer.
        known: objectives of ends found before; what runs into one of them goes no further.

    Vectors without spurious atoms come first. How far EM maps get tells little about where a start ends,
    Newton steps do.
    """
    left = [vector for batch in _batches(problem, starts) for vector in mapped(problem, batch, _MAPS)]
    if not left:
        return []
    ascents = Ascents(problem, left)
    for steps, divisor in _CLIMBS:
        ascents.climb(steps)
        wanted = max(count, -(-len(ascents.vectors) // divisor))
        ascents.keep(best_places(problem, list(ascents.vectors), wanted, known))
        if not len(ascents.vectors):
            break
    return list(ascents.vectors[:count])


def first_vectors(problem: Problem, labels: Indices) -> list[Array]:
    """Return what one M-step makes of rows divided among the atoms.

    Args:
        problem: data and box.
        labels: an atom for each row, shape (c, n).
    """
    return m_steps(problem, [softened(row, problem.k) for row in labels])


def m_steps(problem: Problem, taus: list[Array]) -> list[Array]:
    """Return the parameters that one M-step makes of each responsibilities, shape (k, n)."""
    k, Z = problem.k, problem.Z
    p, products = Z.shape[0], _products(problem)
    low, high = (stacked_parts(end[None], k) for end in (problem.box.lower, problem.box.upper))
    vectors: list[Array] = []
    size = max(1, _ENTRIES // (k * problem.rows))
    for first in range(0, len(taus), size):
        tau = np.array(taus[first : first + size])
        tau = problem.often(tau)
        mass = tau.sum(axis=2)
        expert, log_variance = _regressed(problem, tau, mass, products, np.zeros((*mass.shape, p)))
        gate = np.zeros((*mass.shape, p))
        gate[:, :, 0] = np.log(np.maximum(mass, _SMALLEST_MASS) / problem.total)
        for _ in range(_GATE_STEPS if k > 1 else 0):
            gate = np.clip(gate + _gate_step(problem, gate, tau, products), low[0], high[0])
        vectors += [pack(*parts) for parts in zip(gate, expert, log_variance, strict=True)]
    return vectors


def softened(labels: Indices, k: int) -> Array:
    """Return responsibilities, shape (k, n), that leave a tenth of each row to all atoms."""
    tau = np.full((k, labels.size), _SOFTNESS / k)
    tau[labels, np.arange(labels.size)] += 1.0 - _SOFTNESS
    return tau


def distinct(problem: Problem, vectors: list[Array], count: int) -> list[Array]:
    """Return the best ``count`` vectors, best first; of vectors of equal objective one is kept."""
    return [vectors[index] for index in best_places(problem, vectors, count)]


def best_places(problem: Problem, vectors: list[Array], count: int, known: Sequence[float] = ()) -> list[int]:
    """Return the indices of :func:`distinct`, without vectors of an objective in ``known``."""
    merits: list[tuple[bool, float]] = []
    for batch in _batches(problem, vectors):
        tau, values = _expected(problem, *stacked_parts(batch, problem.k))
        log_variances = batch[:, -problem.k :]
        if problem.penalty is not None:
            values = values + problem.penalty.values(log_variances)
        bad = spurious_of_many(
            tau.sum(axis=2), np.exp(log_variances), len(problem.restriction.expert_rows), problem.floor
        )
        regular = np.isfinite(values) & (~bad.any(axis=1) | problem.boxed)
        merits += zip(regular.tolist(), np.where(np.isfinite(values), values, -np.inf).tolist(), strict=True)
    kept: list[int] = []
    for index in ranking(merits):
        same = [n for n in kept if merits[n][0] == merits[index][0]]
        others = [*known, *(merits[n][1] for n in same)]
        if all(abs(other - merits[index][1]) > _SAME for other in others):
            kept.append(index)
        if len(kept) == count:
            break
    return kept


def _batches(problem: Problem, vectors: list[Array]) -> list[Array]:
    size = max(1, _ENTRIES // (problem.k * problem.rows))
    return [np.array(vectors[i : i + size]) for i in range(0, len(vectors), size)]


def _expected(problem: Problem, gate: Array, expert: Array, log_variance: Array) -> tuple[Array, Array]:
    """Return responsibilities times the rows' weights (c, k, n), and log-likelihoods (c,)."""
    logits = gate @ problem.Z
    top = logits.max(axis=1, keepdims=True)
    total = top + np.log(np.exp(logits - top).sum(axis=1, keepdims=True))
    residual = problem.y - expert @ problem.Z
    spread = log_variance[:, :, None]
    joint = logits - total - 0.5 * (residual**2 * np.exp(-spread) + spread + np.log(2 * np.pi))
    top = joint.max(axis=1, keepdims=True)
    tau = np.exp(joint - top)
    sums = tau.sum(axis=1, keepdims=True)
    return problem.often(tau / sums), problem.often(top + np.log(sums)).sum(axis=(1, 2))


def mapped(problem: Problem, vectors: Array, maps: int) -> list[Array]:
    """Apply EM maps to a batch of vectors."""
    k, products = problem.k, _products(problem)
    low, high = (stacked_parts(end[None], k)[0] for end in (problem.box.lower, problem.box.upper))
    gate, expert, log_variance = (part.copy() for part in stacked_parts(vectors, k))
    for _ in range(maps):
        tau, _ = _expected(problem, gate, expert, log_variance)
        expert, log_variance = _regressed(problem, tau, tau.sum(axis=2), products, expert)
        if k > 1:
            gate = np.clip(gate + _gate_step(problem, gate, tau, products), low, high)
    return [pack(*parts) for parts in zip(gate, expert, log_variance, strict=True)]


def _regressed(
    problem: Problem, tau: Array, mass: Array, products: Array, before: Array
) -> tuple[Array, Array]:
    """Return experts (c, k, p) and log variances (c, k) of an M-step; what rows leave open stays."""
    Z, y, k = problem.Z, problem.y, problem.k
    p = Z.shape[0]
    low, high = (stacked_parts(end[None], k) for end in (problem.box.lower, problem.box.upper))
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        zz = (tau @ products).reshape(*mass.shape, p, p)
        ridge = _RIDGE * np.trace(zz, axis1=2, axis2=3)[..., None, None] * np.eye(p) + 1e-12 * np.eye(p)
        zy = (tau * y) @ Z.T
        seen = list(problem.restriction.expert_rows)
        matrix, right = zz + ridge, zy + (ridge @ before[..., None])[..., 0]
        expert = np.zeros_like(right)
        expert[..., seen] = solve_stacked(matrix[..., seen, :][..., seen], right[..., seen])
        expert = np.clip(expert, low[1], high[1])
        squares = problem.restriction.pooled((tau * (y - expert @ Z) ** 2).sum(axis=2))
        mass = problem.restriction.pooled(mass)
        if problem.penalty is None:
            variance = squares / np.maximum(mass, 1e-8)
        else:
            variance = problem.penalty.variances(squares, mass)
        log_variance = np.clip(np.log(np.maximum(variance, 1e-300)), low[2], high[2])
    return expert, log_variance


def _products(problem: Problem) -> Array:
    """Return the products of all pairs of columns of each row, shape (n, p^2)."""
    Z = problem.Z
    return (Z[:, None, :] * Z).reshape(Z.shape[0] ** 2, -1).T


def _gate_step(problem: Problem, gate: Array, tau: Array, products: Array) -> Array:
    """Return a Newton step of the gates, the last one of each fixed, no longer than a bound.

    tau holds the rows' weights.
    """
    c, k, whole = gate.shape
    logits = gate @ problem.Z
    logits -= logits.max(axis=1, keepdims=True)
    pi = np.exp(logits)
    pi /= pi.sum(axis=1, keepdims=True)
    seen = list(problem.restriction.gate_rows)
    p, Z = len(seen), problem.Z
    if p < whole:
        Z = Z[seen]
        products = products[:, [i * whole + j for i in seen for j in seen]]
    slope = ((tau - problem.often(pi))[:, :-1] @ Z.T).reshape(c, -1)
    first = pi[:, :-1]
    often = problem.often(first)
    information = np.empty((c, k - 1, p, k - 1, p))
    for i in range(k - 1):
        weights = -often * first[:, i : i + 1]
        weights[:, i] += often[:, i]
        information[:, i] = (weights @ products).reshape(c, k - 1, p, p).transpose(0, 2, 1, 3)
    size = (k - 1) * p
    matrix = information.reshape(c, size, size) + (1e-6 * problem.total) * np.eye(size)
    step = solve_stacked(matrix, slope)
    length = np.linalg.norm(step, axis=1, keepdims=True)
    step *= np.minimum(1.0, _LONGEST_STEP / np.maximum(length, 1e-300))
    found = np.zeros_like(gate)
    found[:, :-1, seen] = step.reshape(c, k - 1, p)
    return np.where(np.isfinite(found), found, 0.0)
