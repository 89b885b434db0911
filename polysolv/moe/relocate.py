"""Moves out of a local maximum: the least useful atom goes, a new one comes where the data ask for it."""

from __future__ import annotations

import numpy as np

from polysolv.moe import likelihood, trust_region
from polysolv.moe.likelihood import BLOCK, Array, pack, unpack
from polysolv.moe.optimise import Problem

_CANDIDATES, _ROWS, _TRIALS = 400, 50_000, 10
_SHORT, _ROUGH = 12, 1e-5


def relocate(problem: Problem, vector: Array, rng: np.random.Generator, rank: int = 0) -> Array:
    """Return a new start made from a solution by moving one of its atoms.

    Args:
        problem: data (at most 50,000 random rows are used), box and number of atoms k >= 2.
        vector: a solution.
        rng: source of the candidate atoms.
        rank: which atom goes: 0 for the one whose loss costs least, 1 for the next, ...

    An atom of log-weight beta0 = log e added to a model g of the other atoms with gate numerators' sum Z
    changes the log-likelihood by about e D - e^2 V / 2, D = sum s, V = sum s^2, s = exp(beta1.x)/Z(x)
    (N(y)/g(y|x) - 1). Among random atoms the ones with the largest gain D^2/(2 V), D > 0, are tried by a few
    trust-region steps.
    """
    problem = problem.thinned(_ROWS, rng)
    base = _reduced(problem, problem.without_atom(), vector, rank)
    candidates = _ranked(problem, base, rng)
    best, best_value = problem.box.clip(vector), -np.inf
    for atom in candidates[:_TRIALS]:
        start = _joined(base, atom, problem.k)
        ascent = trust_region.ascend(
            problem.evaluate, start, problem.box, problem.rows, problem.raw, _ROUGH, _SHORT
        )
        if ascent.evaluation.value > best_value:
            best, best_value = ascent.vector, ascent.evaluation.value
    return best


def _reduced(problem: Problem, small: Problem, vector: Array, rank: int) -> Array:
    """Drop one atom and refit the rest roughly."""
    ends = []
    for i in range(problem.k):
        kept = [np.delete(part, i, axis=0) for part in unpack(vector, problem.k)]
        ascent = trust_region.ascend(
            small.evaluate, pack(*kept), small.box, small.rows, small.raw, _ROUGH, _SHORT
        )
        ends.append((-ascent.evaluation.value, i, ascent.vector))
    ends.sort(key=lambda end: end[:2])
    return ends[min(rank, len(ends) - 1)][2]


def _ranked(problem: Problem, base: Array, rng: np.random.Generator) -> list[tuple[Array, Array, float]]:
    Z, y, p, k = problem.Z, problem.y, problem.Z.shape[0], problem.k - 1
    gate, expert, log_variance = unpack(base, k)
    owner = rng.integers(k, size=_CANDIDATES)
    centre = rng.integers(y.size, size=_CANDIDATES)
    log_sd = 0.5 * log_variance[owner] + rng.uniform(-4.0, 0.5, size=_CANDIDATES)
    slopes = (
        expert[owner, 1:]
        + rng.standard_normal((_CANDIDATES, p - 1))
        * rng.choice([0.0, 1.0, 4.0], size=(_CANDIDATES, 1))
        * np.exp(0.5 * log_variance[owner])[:, None]
    )
    level = y[centre] - np.einsum("cj,jc->c", slopes, Z[1:, centre])
    experts = np.concatenate([level[:, None], slopes], axis=1)
    gates = gate[owner, 1:] + rng.standard_normal((_CANDIDATES, p - 1)) * rng.choice(
        [0.0, 1.0, 4.0, 16.0], size=(_CANDIDATES, 1)
    )
    # Scaled so that the new atom's gate is that of its neighbour at the centre.
    level = np.einsum("cj,jc->c", gate[owner], Z[:, centre]) - np.einsum("cj,jc->c", gates, Z[1:, centre])
    gates = np.concatenate([level[:, None], gates], axis=1)
    D, V = np.zeros(_CANDIDATES), np.zeros(_CANDIDATES)
    for start in range(0, y.size, BLOCK):
        z, response = Z[:, start : start + BLOCK], y[start : start + BLOCK]
        density = likelihood.log_density(base, k, z, response)
        logits = gate @ z
        top = logits.max(axis=0)
        log_total = top + np.log(np.exp(logits - top).sum(axis=0))
        ratio = np.exp(np.minimum(gates @ z - log_total, 50.0))
        residual = (response - experts @ z) * np.exp(-log_sd)[:, None]
        excess = -0.5 * residual**2 - log_sd[:, None] - 0.5 * np.log(2 * np.pi) - density
        s = ratio * np.expm1(np.minimum(excess, 50.0))
        D += s.sum(axis=1)
        V += (s * s).sum(axis=1)
    gain = np.where((D > 0) & (V > 1e-200) & np.isfinite(V), D * D / np.maximum(V, 1e-200), -np.inf)
    found = []
    for c in np.argsort(-gain, kind="stable"):
        if not np.isfinite(gain[c]):
            break
        new_gate = gates[c].copy()
        new_gate[0] += np.log(min(max(D[c] / V[c], 1e-6), 1.0))
        found.append((new_gate, experts[c], 2.0 * float(log_sd[c])))
    return found


def _joined(base: Array, atom: tuple[Array, Array, float], k: int) -> Array:
    gate, expert, log_variance = unpack(base, k - 1)
    return pack(np.vstack([gate, atom[0]]), np.vstack([expert, atom[1]]), np.append(log_variance, atom[2]))
