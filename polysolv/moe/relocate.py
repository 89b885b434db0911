"""Moves out of a local maximum: two atoms become one, a new one comes where the data ask for it."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from polysolv.moe import likelihood
from polysolv.moe.batch import raced
from polysolv.moe.likelihood import Array, pack, unpack
from polysolv.moe.merge import dropped, merged
from polysolv.moe.problem import Problem

_ROWS, _TRIALS, _WORK = 50_000, 10, 400_000
# Rows at a time when many candidates are scored: their products should stay in the cache.
_SLICE = 256
_FINALISTS, _RACE_ROWS = 3, 1000


def relocate(problem: Problem, vector: Array, rng: np.random.Generator) -> Array:
    """Return a new start made from a solution by moving one of its atoms.

    Args:
        problem: data (at most 50,000 random rows are used), box and number of atoms k >= 2.
        vector: a solution.
        rng: source of the candidate atoms.

    An atom of log-weight beta0 = log e added to a model g of the other atoms with gate numerators' sum Z
    changes the log-likelihood by about e D - e^2 V / 2, D = sum s, V = sum s^2, s = exp(beta1.x)/Z(x)
    (N(y)/g(y|x) - 1). Among random atoms the ones with the largest gain D^2/(2 V), D > 0, are tried by some
    EM maps.
    """
    problem = problem.thinned(_ROWS, rng)
    return _inserted(problem, _reduced(problem, problem.without_atom(), vector), rng)


def _inserted(problem: Problem, base: Array, rng: np.random.Generator) -> Array:
    """Add the best of several atoms to a vector of one atom less."""
    starts = [_joined(base, atom, problem.k) for atom in _ranked(problem, base, rng)]
    if not starts:  # no atom gains anything: double the first
        starts = [pack(*(np.concatenate([part[:1], part]) for part in unpack(base, problem.k - 1)))]
    return _race(problem, starts)[0]


def _reduced(problem: Problem, small: Problem, vector: Array) -> Array:
    """Drop an atom or merge two, whichever costs least."""
    k = problem.k
    mass, centre = problem.mass(vector), problem.centre
    starts = [dropped(vector, k, i) for i in range(k)]
    starts += [merged(vector, k, i, j, mass, centre) for i, j in combinations(range(k), 2)] if k > 2 else []
    return _race(small, starts)[0]


def _race(problem: Problem, starts: list[Array]) -> list[Array]:
    """Take all starts some EM maps on a sample of the rows; return the ends of the best, best first."""
    sample = problem.every(max(1, problem.rows // _RACE_ROWS))
    return raced(sample, starts, _FINALISTS)


def _ranked(problem: Problem, base: Array, rng: np.random.Generator) -> list[tuple[Array, Array, float]]:
    Z, y, p, k = problem.Z, problem.y, problem.Z.shape[0], problem.k - 1
    gate, expert, log_variance = unpack(base, k)
    count = _TRIALS * int(np.clip(_WORK // y.size, 20, 160))
    owner = rng.integers(k, size=count)
    centre = rng.integers(y.size, size=count)
    # Half of the groups stay away from narrow atoms, which gain most where rows are tied or aligned.
    narrowest = np.where(np.arange(count) < count // 2, -4.0, -1.0)
    log_sd = 0.5 * log_variance[owner] + rng.uniform(narrowest, 0.5)
    slopes = (
        expert[owner, 1:]
        + rng.standard_normal((count, p - 1))
        * rng.choice([0.0, 1.0, 4.0], size=(count, 1))
        * np.exp(0.5 * log_variance[owner])[:, None]
    )
    slopes *= np.isin(np.arange(1, p), problem.restriction.expert_rows)
    level = y[centre] - np.einsum("cj,jc->c", slopes, Z[1:, centre])
    experts = np.concatenate([level[:, None], slopes], axis=1)
    gates = gate[owner, 1:] + rng.standard_normal((count, p - 1)) * rng.choice(
        [0.0, 1.0, 4.0, 16.0], size=(count, 1)
    )
    gates *= np.isin(np.arange(1, p), problem.restriction.gate_rows)
    # Scaled so that the new atom's gate is that of its neighbour at the centre.
    level = np.einsum("cj,jc->c", gate[owner], Z[:, centre]) - np.einsum("cj,jc->c", gates, Z[1:, centre])
    gates = np.concatenate([level[:, None], gates], axis=1)
    D, V = np.zeros(count), np.zeros(count)
    for start in range(0, y.size, _SLICE):
        rows = slice(start, start + _SLICE)
        z, response = Z[:, rows], y[rows]
        density = likelihood.log_density(base, k, z, response)
        logits = gate @ z
        top = logits.max(axis=0)
        log_total = top + np.log(np.exp(logits - top).sum(axis=0))
        ratio = np.exp(np.minimum(gates @ z - log_total, 50.0))
        residual = (response - experts @ z) * np.exp(-log_sd)[:, None]
        excess = -0.5 * residual**2 - log_sd[:, None] - 0.5 * np.log(2 * np.pi) - density
        s = ratio * np.expm1(np.minimum(excess, 50.0))
        often = np.ones(s.shape[1]) if problem.row_weights is None else problem.row_weights[rows]
        D += s @ often
        V += (s * s) @ often
    gain = np.where((D > 0) & (V > 1e-200) & np.isfinite(V), D * D / np.maximum(V, 1e-200), -np.inf)
    # The best of each of ten groups: the best of all are often the same atom over and over.
    groups = gain.reshape(_TRIALS, -1)
    winners = groups.argmax(axis=1) + np.arange(_TRIALS) * groups.shape[1]
    found = []
    for c in winners[np.isfinite(gain[winners])]:
        new_gate = gates[c].copy()
        new_gate[0] += np.log(min(max(D[c] / V[c], 1e-6), 1.0))
        found.append((new_gate, experts[c], 2.0 * float(log_sd[c])))
    return found


def _joined(base: Array, atom: tuple[Array, Array, float], k: int) -> Array:
    gate, expert, log_variance = unpack(base, k - 1)
    return pack(np.vstack([gate, atom[0]]), np.vstack([expert, atom[1]]), np.append(log_variance, atom[2]))
