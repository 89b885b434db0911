"""New atoms along lines through a few rows: many lines are scored at once against a mixture without them."""

from __future__ import annotations

import numpy as np

from polysolv.moe import likelihood
from polysolv.moe.likelihood import Array, unpack
from polysolv.moe.problem import Problem
from polysolv.moe.spurious import spurious_atoms, weighted_median
from polysolv.moe.stacked import solve_stacked

# Lines scored: so many entries of lines by rows, within limits.
_ENTRIES, _FEWEST, _MOST = 40_000, 100, 400
_RATIOS = (1e-3, 1e-2, 6e-2, 0.4)
_SWEEPS, _FIRST_WEIGHT = 3, 0.1
_ALIKE, _TRIED = 0.8, 4
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


def inserted(problem: Problem, base: Array, squares: Array, count: int) -> list[Array]:
    """Return responsibilities, shape (k, n) each, of a mixture with one more atom along a line.

    Args:
        problem: data and number of atoms k, with the new one.
        base: parameters of k - 1 atoms.
        squares: squared residuals of the lines, shape (c, n).
        count: how many at most.

    An atom of density N added to the mixture g with weight e gains sum log(1 + e (N/g - 1)); e is raised by
    EM maps, and N has one of a few variances relative to those of the mixture. Of the atoms that would not be
    spurious the ones of largest gain are taken, and none that holds much the same rows as a better one.
    """
    joint = likelihood.log_joint(base, problem.k - 1, problem.Z, problem.y)
    top = joint.max(axis=0)
    density = top + np.log(np.exp(joint - top).sum(axis=0))
    tau = np.exp(joint - density)
    mass, variance = problem.often(tau).sum(axis=1), np.exp(unpack(base, problem.k - 1)[2])
    reference = weighted_median(variance, mass)
    found: list[tuple[float, float, Array]] = []
    for ratio in _RATIOS:
        width = max(ratio * reference, 4.0 * problem.floor)
        exponent = squares * (-0.5 / width)
        exponent -= 0.5 * np.log(2.0 * np.pi * width) + density
        excess = np.expm1(np.minimum(exponent, 50.0, out=exponent), out=exponent)
        weight = np.full((squares.shape[0], 1), _FIRST_WEIGHT)
        for _ in range(_SWEEPS):
            share = weight * (excess + 1.0) / (1.0 + weight * excess)
            weight = problem.often(share).sum(axis=1, keepdims=True) / problem.total
        gain = problem.often(np.log1p(weight * excess)).sum(axis=1)
        found += [(gain[c], width, share[c]) for c in np.argsort(-gain)[: _TRIED * count]]
    kept: list[Array] = []
    for _, width, share in sorted(found, key=lambda atom: -atom[0]):
        if any(share @ other > _ALIKE * np.sqrt((share @ share) * (other @ other)) for other in kept):
            continue
        if not spurious_atoms(
            np.append(mass, problem.often(share).sum()),
            np.append(variance, width),
            len(problem.restriction.expert_rows),
            0.0,
        ):
            kept.append(share)
        if len(kept) == count:
            break
    return [np.vstack([tau * (1.0 - share), share]) for share in kept]
