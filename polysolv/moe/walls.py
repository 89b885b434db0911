"""Moves of hard walls: where the gate is all but a jump, no ascent moves it past a row.

A wall between two atoms is a hyperplane in the covariates. The maxima left and right of a row are different
ones, so walls are moved over rows, tilted past single ones, and those around too few rows are widened.
"""

from __future__ import annotations

from itertools import combinations
from math import comb

import numpy as np

from polysolv.moe import likelihood
from polysolv.moe.batch import m_steps
from polysolv.moe.likelihood import Array, Indices, pack, unpack
from polysolv.moe.problem import Problem
from polysolv.moe.spurious import LEAST_ROWS

# A wall is hard where no row's log odds are below; it is moved over so many rows.
_HARD, _NEXT = 5.0, 2
# Of so many rows nearest to a wall the wall is tilted past a few, to an odds of this power of what they were.
_NEAR, _TILTS, _PAST = 12, 3, 0.3
# So many walls through rows near a wall are scored, and so many of them tried; rows on one are moved off it.
_TURNS, _TURNED, _NUDGE = 100, 6, 1e-3
# A soft wall may hide a hard one of higher likelihood: for so many in all, this hard, divisions are tried.
_HARDENED, _HARDNESS = 18, 100.0
# How many rows beyond the least an atom of too few is given.
_MORE = (1, 2)


def neighbours(problem: Problem, vector: Array) -> list[Array]:
    """Move each hard wall over a few rows, to either side."""
    logits = unpack(vector, problem.k)[0] @ problem.Z
    order = np.argsort(logits, axis=0)[-2:]
    moved = []
    for pair in combinations(range(problem.k), 2):
        ahead = _ahead(logits, order, *pair)
        wall = int(np.searchsorted(ahead, 0.0))
        if 0 < wall < ahead.size and min(-ahead[wall - 1], ahead[wall]) > _HARD:
            for place in {*range(wall - _NEXT, wall + _NEXT + 1)} - {wall}:
                if 0 < place < ahead.size:
                    moved.append(_with_wall(problem, vector, pair[0], ahead, place))
    return moved


def slid(problem: Problem, vector: Array, rng: np.random.Generator) -> Array:
    """Move the wall between two atoms over some rows, as hard as it is."""
    logits = unpack(vector, problem.k)[0] @ problem.Z
    order = np.argsort(logits, axis=0)[-2:]
    one, other = order[:, rng.integers(problem.rows)].tolist()
    ahead = _ahead(logits, order, one, other)
    if ahead.size < 2:
        return vector
    far = max(1, ahead.size // 10)
    place = int(np.searchsorted(ahead, 0.0)) + int(rng.choice([-1, 1]) * rng.integers(1, far + 1))
    return _with_wall(problem, vector, one, ahead, int(np.clip(place, 1, ahead.size - 1)))


def tilted(problem: Problem, vector: Array, rng: np.random.Generator) -> list[Array]:
    """Tilt walls in two or more covariates: hard ones past single rows near them, to either side.

    The step is that of the perceptron, w - (1 + e) (w.z) D z / (z.D z), with random weights D. Of the rows
    near the wall those are passed that fit best into the atom on the other side. Of all walls, soft ones too,
    hard ones through rows near them are made: every division of the rows by a plane is that by one through
    some of them.
    """
    Z, k = problem.Z, problem.k
    seen = np.isin(np.arange(Z.shape[0]), problem.restriction.gate_rows)
    if seen.sum() < 3:
        return []
    gate, expert, log_variance = unpack(vector, k)
    logits = gate @ Z
    order = np.argsort(logits, axis=0)[-2:]
    density = -0.5 * ((problem.y - expert @ Z) ** 2 * np.exp(-log_variance)[:, None] + log_variance[:, None])
    moved = []
    for one, other in combinations(range(k), 2):
        rows = np.flatnonzero(np.isin(order, (one, other)).all(axis=0))
        margin = (logits[one] - logits[other])[rows]
        if not rows.size:
            continue
        between, odds = (gate[one] - gate[other])[seen], (density[one] - density[other])[rows]
        is_hard = np.abs(margin).min() > _HARD
        count = _TURNED if is_hard else _HARDENED // comb(k, 2)
        for wall in _turned(Z[seen][:, rows], between, odds, rng, count, 0.0 if is_hard else _HARDNESS):
            turned = gate.copy()
            turned[one, seen] = gate[other, seen] + wall
            moved.append(problem.clip(pack(turned, expert, log_variance)))
        if not is_hard:
            continue
        for side in (-1.0, 1.0):
            there = rows[side * margin > 0]
            near = there[np.argsort(np.abs((logits[one] - logits[other])[there]))[:_NEAR]]
            gain = side * (density[other] - density[one])[near]
            for row in near[np.argsort(-gain)[:_TILTS]]:
                z = Z[:, row]
                direction = rng.exponential(size=z.size) * z * seen
                turned = gate.copy()
                step = (1.0 + _PAST) * ((gate[one] - gate[other]) @ z) / (direction @ z)
                turned[one] -= step * direction
                moved.append(problem.clip(pack(turned, expert, log_variance)))
    return moved


def _turned(
    Z: Array, wall: Array, odds: Array, rng: np.random.Generator, count: int, hardness: float
) -> list[Array]:
    """Return walls through d rows near a wall, of many the few that divide the rows best by their odds.

    Args:
        Z: transposed design of the rows that the two atoms share, shape (p, m).
        wall: difference of the two gates, shape (p,).
        odds: log odds of the rows under the two experts, shape (m,).
        rng: source of randomness.
        count: how many at most.
        hardness: median size of the log odds of the gate, at least; at least as it was.
    """
    p = Z.shape[0]
    margin = wall @ Z
    near = np.argsort(np.abs(margin), kind="stable")[: 2 * _NEAR]
    if near.size < p or not count:
        return []
    chosen = near[rng.permuted(np.tile(np.arange(near.size), (_TURNS, 1)), axis=1)[:, : p - 1]]
    through = Z[:, chosen].transpose(1, 2, 0)
    planes = np.linalg.svd(through)[2][:, -1]
    margins = planes @ Z
    planes *= np.where((margins * np.sign(margin)).sum(axis=1) >= 0, 1.0, -1.0)[:, None]
    # The rows on the plane go to either side.
    size = np.median(np.abs(planes @ Z), axis=1)
    sides = rng.choice([-_NUDGE, _NUDGE], size=(_TURNS, p - 1)) * size[:, None]
    planes += (np.linalg.pinv(through) @ sides[:, :, None])[:, :, 0]
    above = planes @ Z > 0
    kept: list[int] = []
    for index in np.argsort(-np.where(above, odds, 0.0).sum(axis=1), kind="stable").tolist():
        others = [margin > 0, *(above[n] for n in kept)]
        if size[index] > 0 and all((above[index] != other).any() for other in others):
            kept.append(index)
        if len(kept) == count:
            break
    hardness = max(hardness, float(np.median(np.abs(margin))))
    return [planes[index] * (hardness / size[index]) for index in kept]


def widened(problem: Problem, vector: Array) -> list[Array]:
    """Give each atom of too few rows some more: those next by the gate, and those next by its line.

    Ascents shrink an atom onto about as many aligned rows as its line has parameters, where the rule for
    spurious atoms takes it out; with a row or two more it may have a maximum of its own.
    """
    k, p = problem.k, len(problem.restriction.expert_rows)
    gate = unpack(vector, k)[0]
    tau = problem.responsibilities(vector)
    logits = gate @ problem.Z
    joint = likelihood.log_joint(vector, k, problem.Z, problem.y)
    found = []
    often = problem.often(np.ones(problem.rows))
    for atom in np.flatnonzero(problem.mass(vector) < p + LEAST_ROWS).tolist():
        others = [i for i in range(k) if i != atom]
        for by_gate, lead in enumerate((joint, logits)):
            ahead = lead[atom] - lead[others].max(axis=0)
            order = np.argsort(-ahead, kind="stable")
            for more in _MORE:
                rows = 1 + int(np.searchsorted(np.cumsum(often[order]), p + int(LEAST_ROWS) + more))
                if rows >= problem.rows:
                    continue
                shares = np.exp(likelihood.log_softmax(joint[others]))
                given = np.zeros_like(tau)
                given[others] = shares
                given[:, order[:rows]] = 0.0
                given[atom, order[:rows]] = 1.0
                (start,) = m_steps(problem, [given])
                if by_gate:
                    _, expert, log_variance = unpack(start, k)
                    hard = gate.copy()
                    hard[atom, 0] -= 0.5 * (ahead[order[rows - 1]] + ahead[order[rows]])
                    start = problem.clip(pack(hard, expert, log_variance))
                found.append(start)
    return found


def _ahead(logits: Array, order: Indices, one: int, other: int) -> Array:
    """Return, sorted, how far an atom's gate is ahead of another's in the rows that both lead."""
    between = np.isin(order, (one, other)).all(axis=0)
    return np.sort((logits[one] - logits[other])[between])


def _with_wall(problem: Problem, vector: Array, atom: int, ahead: Array, place: int) -> Array:
    """Shift an atom's gate so that its wall lies between two rows."""
    gate, expert, log_variance = (part.copy() for part in unpack(vector, problem.k))
    gate[atom, 0] -= 0.5 * (ahead[place - 1] + ahead[place])
    return pack(gate, expert, log_variance)
