"""Moves out of local maxima: many new divisions of the rows, made from those of the ends found so far.

Split and merge moves (Ueda, Nakano, Ghahramani and Hinton 2000, Neural Computation 12), crossings of two ends
(some atoms of the one, some of the other, anywhere or on either side of a cut), softened and hardened gates,
walls moved and tilted (:mod:`~polysolv.moe.walls`), and atoms put elsewhere by a scan of lines
(:mod:`~polysolv.moe.scan`). They are raced as fresh starts are, so that the ones that run into exact
alignments lose.
"""

from __future__ import annotations

import numpy as np

from polysolv.moe import likelihood
from polysolv.moe.batch import distinct, first_vectors, m_steps, mapped, raced
from polysolv.moe.likelihood import Array, Indices, pack, unpack
from polysolv.moe.merge import dropped
from polysolv.moe.problem import Problem
from polysolv.moe.scan import inserted, lines
from polysolv.moe.starts import cut, local_line
from polysolv.moe.walls import neighbours, slid, tilted, widened

_PER_ATOM, _FEWEST, _WORK, _POOL = 12, 10, 9000, 10
_INSERTED, _MAPS = 6, 5
# The gates of so many ends are scaled by each of these; random factors are at most the last number.
_SCALED, _FACTORS, _HARDEST = 3, (0.1, 2.5, 6.0), 6.0
# Spurious ends of which atoms of too few rows are widened.
_WIDENED = 3


def moved(problem: Problem, pool: list[Array], rng: np.random.Generator) -> list[Array]:
    """Return the best of the pool and of many moves of its members, best first.

    Args:
        problem: data, box and number of atoms k >= 2; a sample of the rows where they are many.
        pool: ends found so far, best first.
        rng: source of randomness.
    """
    pool = distinct(problem, pool, len(pool))
    joints = [likelihood.log_joint(vector, problem.k, problem.Z, problem.y) for vector in pool]
    starts, labels = [], []
    for index in range(max(_FEWEST, min(_PER_ATOM * problem.k, _WORK // problem.rows))):
        # The better, the more often.
        one, other = sorted(rng.integers(len(pool), size=2).tolist())
        if index % 2 == 0:
            kind = (_loosened, slid)[index % 4 // 2]
            starts.append(problem.clip(kind(problem, pool[one], rng)))
        else:
            division = (_crossed, _replaced, _split, _grafted)[index // 2 % 4]
            labels.append(division(problem, joints[one], joints[other], rng))
    starts += first_vectors(problem, np.array(labels))
    starts += _rescanned(problem, pool, rng)
    starts += [_scaled(problem, vector, factor) for vector in pool[:_SCALED] for factor in _FACTORS]
    starts += neighbours(problem, pool[0]) + tilted(problem, pool[0], rng)
    spurious = [] if problem.boxed else [vector for vector in pool if problem.spurious(vector)]
    starts += [start for vector in spurious[:_WIDENED] for start in widened(problem, vector)]
    known = [problem.objective(vector) for vector in pool]
    return distinct(problem, [*pool, *raced(problem, starts, _POOL, known)], _POOL)


def _rescanned(problem: Problem, pool: list[Array], rng: np.random.Generator) -> list[Array]:
    """Drop each atom of an end in turn, and put a new one where a scan of lines finds most to gain."""
    k, small = problem.k, problem.without_atom()
    vector = pool[int(rng.integers(1 + rng.integers(len(pool))))]
    bases = [dropped(vector, k, atom) for atom in range(k)]
    bases = distinct(small, mapped(small, np.array(bases), _MAPS), len(bases))
    through = lines(problem, rng)
    squares = (problem.y - through @ problem.Z) ** 2
    found = [inserted(problem, base, through, squares, _INSERTED) for base in bases]
    return m_steps(problem, [tau for taus in found for tau in taus])


def _crossed(problem: Problem, joint: Array, other: Array, rng: np.random.Generator) -> Indices:
    """Return the division by k atoms of two ends."""
    chosen = rng.choice(2 * problem.k, problem.k, replace=False)
    return np.asarray(np.concatenate([joint, other])[chosen].argmax(axis=0))


def _grafted(problem: Problem, joint: Array, other: Array, rng: np.random.Generator) -> Indices:
    """Return the division by atoms of one end on the one side of a cut, of another end on the other side."""
    k, above = problem.k, cut(problem.Z, rng)
    left = int(rng.integers(1, k))
    labels = np.empty(problem.rows, dtype=np.intp)
    for first, count, rows, ends in ((0, left, ~above, joint), (left, k - left, above, other)):
        here = ends[:, rows]
        atoms = np.argsort(-np.bincount(here.argmax(axis=0), minlength=k), kind="stable")[:count]
        labels[rows] = first + here[atoms].argmax(axis=0)
    return labels


def _replaced(problem: Problem, joint: Array, other: Array, rng: np.random.Generator) -> Indices:
    """Drop an atom, and give some rows beside a line through a few neighbours to a new one."""
    atom = int(rng.integers(problem.k))
    left = joint.copy()
    left[atom] = -np.inf
    near, line = local_line(problem.em(), rng, 1.0 / problem.k)
    residual = np.abs(problem.y[near] - line @ problem.Z[:, near])
    labels = left.argmax(axis=0)
    labels[near[residual <= np.quantile(residual, rng.uniform(0.5, 1.0))]] = atom
    return np.asarray(labels)


def _split(problem: Problem, joint: Array, other: Array, rng: np.random.Generator) -> Indices:
    """Drop an atom, and split the rows of another: by a covariate, or above from below its line."""
    atom, halved = rng.choice(problem.k, 2, replace=False).tolist()
    left = joint.copy()
    left[atom] = -np.inf
    labels = left.argmax(axis=0)
    mine = np.flatnonzero(labels == halved)
    if mine.size > 2 * problem.Z.shape[0]:
        coordinate = int(rng.integers(problem.Z.shape[0]))
        along = problem.Z[coordinate, mine]
        if coordinate == 0:
            line = np.linalg.lstsq(problem.Z[:, mine].T, problem.y[mine], rcond=1e-9)[0]
            along = problem.y[mine] - line @ problem.Z[:, mine]
        labels[mine[along > np.quantile(along, rng.uniform(0.2, 0.8))]] = atom
    return np.asarray(labels)


def _scaled(problem: Problem, vector: Array, factor: float) -> Array:
    """Soften or harden the gate alone: a soft wall and a hard one may both be maxima."""
    gate, expert, log_variance = unpack(vector, problem.k)
    return problem.clip(pack(factor * (gate - gate.mean(axis=0)), expert, log_variance))


def _loosened(problem: Problem, vector: Array, rng: np.random.Generator) -> Array:
    """Soften the gate, or harden it, and soften a little else.

    A gate that is all but a jump lies between two rows, and no ascent moves it past one: the maxima left and
    right of a row are different ones. Softened by random factors, it slides.
    """
    gate, expert, log_variance = unpack(vector, problem.k)
    soft = (gate - gate.mean(axis=0)) * np.exp(rng.uniform(np.log(0.01), np.log(_HARDEST)))
    soft = soft + rng.normal(size=gate.shape) * np.abs(soft).max() * rng.choice([0.03, 0.1, 0.3])
    spread = np.exp(0.5 * log_variance)[:, None] * rng.choice([0.1, 0.3, 1.0])
    wide = log_variance + rng.uniform(0.0, 1.5)
    return pack(soft, expert + spread * rng.normal(size=expert.shape), wide)
