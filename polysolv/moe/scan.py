"""New atoms along lines through a few rows: many lines are scored at once against a mixture without them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from polysolv.moe import likelihood
from polysolv.moe.likelihood import Array, unpack
from polysolv.moe.problem import Problem
from polysolv.moe.spurious import spurious_of_many, weighted_median
from polysolv.moe.stacked import solve_stacked

# Lines scored: so many entries of lines by rows, within limits.
_ENTRIES, _FEWEST, _MOST = 50_000, 150, 500
_RATIOS = (1e-3, 1e-2, 6e-2, 0.4)
_SWEEPS, _FIRST_WEIGHT = 4, 0.05
_ALIKE = 0.8
# All lines are scored in single precision with one weight; so many of the best go through the sweeps.
_REFINED, _CAP = 16, 50.0
# Nearest rows that a local line goes through: a part of all rows.
_NEAR = 20


def lines(problem: Problem, rng: np.random.Generator) -> Array:
    """Return lines through p rows, shape (c, p): half of them through any, half through neighbours.

    Args:
        problem: data.
        rng: source of randomness; neighbours are so in (x, y), the coordinates weighted at random.
    """
    Z, y, n = problem.Z, problem.y, problem.rows
    p = Z.shape[0]
    count = int(np.clip(_ENTRIES // n, _FEWEST, _MOST))
    chosen = rng.integers(n, size=(count, p))
    half = count // 2
    points = np.vstack([Z[1:], y])
    weights = rng.exponential(size=(half, p))
    distance = np.zeros((half, n))
    for coordinate in range(p):
        gap = points[coordinate] - points[coordinate, chosen[:half, :1]]
        distance += weights[:, [coordinate]] * gap * gap
    near = min(n - 1, max(p + 2, n // _NEAR))
    nearest = np.argpartition(distance, near, axis=1)[:, : near + 1]
    places = rng.integers(near + 1, size=(half, p - 1))
    chosen[:half, 1:] = np.take_along_axis(nearest, places, axis=1)
    seen = list(problem.restriction.expert_rows)
    z = Z[:, chosen].transpose(1, 0, 2)[:, seen]
    zz = z @ z.transpose(0, 2, 1) + 1e-6 * np.eye(len(seen))
    found = np.zeros((count, p))
    found[:, seen] = solve_stacked(zz, (z @ y[chosen][..., None])[..., 0])
    return found


def inserted(problem: Problem, base: Array, through: Array, squares: Array, count: int) -> list[Array]:
    """Return responsibilities, shape (k, n) each, of a mixture with one more atom along a line.

    Args:
        problem: data and number of atoms k, with the new one.
        base: parameters of k - 1 atoms.
        through: lines, shape (c, p).
        squares: their squared residuals, shape (c, n).
        count: how many at most.

    An atom of density N added to the mixture g with weight e gains sum log(1 + e (N/g - 1)). All lines are
    scored with one weight; the best go through EM maps in which e rises and the line follows its rows. N has
    one of a few variances relative to those of the mixture. Of the atoms that would not be spurious the ones
    of largest gain are taken, and none that holds much the same rows as a better one.
    """
    joint = likelihood.log_joint(base, problem.k - 1, problem.Z, problem.y)
    top = joint.max(axis=0)
    density = top + np.log(np.exp(joint - top).sum(axis=0))
    tau = np.exp(joint - density)
    mass, variance = problem.often(tau).sum(axis=1), np.exp(unpack(base, problem.k - 1)[2])
    reference = weighted_median(variance, mass)
    rough = squares.astype(np.float32)
    widths = [max(ratio * reference, 4.0 * problem.floor) for ratio in _RATIOS]
    found = [_refined(problem, density, through, rough, width) for width in widths]
    gains, shares = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.argsort(-gains, kind="stable")
    share = shares[order]
    width = np.repeat(widths, [part.size for part, _ in found])[order]
    shape = (order.size, mass.size)
    masses = np.hstack([np.broadcast_to(mass, shape), problem.often(share).sum(axis=1, keepdims=True)])
    variances = np.hstack([np.broadcast_to(variance, shape), width[:, None]])
    left = ~spurious_of_many(masses, variances, len(problem.restriction.expert_rows), 0.0).any(axis=1)
    unit = share / np.maximum(np.linalg.norm(share, axis=1, keepdims=True), 1e-300)
    kept: list[int] = []
    while left.any() and len(kept) < count:
        kept.append(int(left.argmax()))
        left &= unit @ unit[kept[-1]] <= _ALIKE
        left[kept[-1]] = False
    return [np.vstack([tau * (1.0 - share[index]), share[index]]) for index in kept]


def _refined(
    problem: Problem, density: Array, through: Array, squares: NDArray[np.float32], width: float
) -> tuple[Array, Array]:
    """Return gains (c,) and shares (c, n) of the best atoms of one variance along the lines, after EM maps.

    Args:
        problem: data.
        density: log density of the mixture without the atom, shape (n,).
        through, squares: lines and their squared residuals.
        width: the variance.
    """
    level = 0.5 * np.log(2.0 * np.pi * width) + density
    quotient = squares * np.float32(-0.5 / width)
    quotient -= level.astype(np.float32)
    quotient = np.exp(np.minimum(quotient, np.float32(_CAP), out=quotient), out=quotient)
    quotient *= np.float32(_FIRST_WEIGHT)
    quotient += np.float32(1.0 - _FIRST_WEIGHT)
    score = problem.often(np.log(quotient, out=quotient)).sum(axis=1)
    line = through[np.argsort(-score, kind="stable")[:_REFINED]]
    weight: Array = np.full((line.shape[0], 1), _FIRST_WEIGHT)
    for sweep in range(_SWEEPS):
        near = (problem.y - line @ problem.Z) ** 2
        density_ratio = np.exp(np.minimum(near * (-0.5 / width) - level, _CAP))
        mixed = 1.0 - weight + weight * density_ratio
        share = weight * density_ratio / mixed
        if sweep < _SWEEPS - 1:
            line = _refitted(problem, share, line)
            weight = problem.often(share).sum(axis=1, keepdims=True) / problem.total
    return problem.often(np.log(mixed)).sum(axis=1), share


def _refitted(problem: Problem, weights: Array, before: Array) -> Array:
    """Return the lines of least weighted squares, shape (c, p); what the rows leave open stays."""
    seen = list(problem.restriction.expert_rows)
    Z, p = problem.Z[seen], len(seen)
    weights = problem.often(weights)
    products = (Z[:, None, :] * Z).reshape(p * p, -1).T
    ridge = 1e-6 * np.eye(p)
    zz = (weights @ products).reshape(-1, p, p) + ridge
    found = np.zeros_like(before)
    found[:, seen] = solve_stacked(zz, (weights * problem.y) @ Z.T + before[:, seen] @ ridge)
    return found
