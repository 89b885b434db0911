"""Truths that are fixed, and truths that move with n along an arc on which the density hardly changes."""

from __future__ import annotations

import math

import numpy as np

from polysolv.decisions.contact_witness import kept_pair
from polysolv.errors import InputError, require_integer
from polysolv.moe import MixingMeasure

PATHS = ("fixed", "gauss-hermite", "split-beta1", "split-a", "merge")
_MOVED = {"gauss-hermite": "b", "split-beta1": "beta1", "split-a": "a", "merge": "b"}


def moved_parameter(path: str) -> str | None:
    """Return the parameter along which the atoms of a path are ordered, None for a fixed truth."""
    return _MOVED.get(path)


def standard_truth(k: int) -> MixingMeasure:
    """Return the truth that is used where none is given: k overlapping experts, d = 1.

    Args:
        k: number of atoms, 1 to 9.

    Neighbouring means cross inside [-1, 1] and the spread of an expert is about half the distance of its
    neighbours there, so that every cell sees the others.

    >>> standard_truth(2).b.tolist()
    [-1.0, 1.0]
    """
    k = require_integer("k_true", k, 1, 9)
    j = np.arange(k)
    centred = j - (k - 1) / 2
    return MixingMeasure(
        np.zeros(k),
        centred[:, None],
        np.where(j % 2 == 0, 1.0, -1.0)[:, None],
        2.0 * centred,
        0.5 + 0.25 * (j % 2),
    )


def step(path: str, n: int, m: int, scale: float, m_true: int = 1) -> float:
    """Return ε_n: scale n^(-1/(4m)) for "gauss-hermite", n^(-1/(2r)) for "merge", n^(-1/4) for a ± split.

    For "merge" r = 2(m + m_true − 1) is the order of contact of m and m_true atoms.

    Along either arc the densities of G_n and G* differ by V of order n^(-1/2), so that n observations cannot
    tell them apart.
    """
    rate = {"gauss-hermite": 1.0 / (4 * m), "merge": 1.0 / (4 * (m + m_true - 1))}.get(path, 0.25)
    return scale * math.exp(-rate * math.log(n))


def truth_at(
    path: str,
    truth: MixingMeasure,
    cells: tuple[int, ...],
    n: int,
    scale: float = 1.0,
    m_true: int | None = None,
) -> MixingMeasure:
    """Return the data-generating measure at sample size n.

    Args:
        path: "fixed" (the truth itself), "gauss-hermite", "split-beta1", "split-a" or "merge".
        truth: centre G* with k* atoms.
        cells: cell size of each true atom; the first of the largest cells moves.
        n: sample size.
        scale: the constant in ε_n, in units of the moving atom's standard deviation for b, σ and a.
        m_true: for "merge", how many true atoms the moving cell has.

    Returns:
        for a path sum(cells) atoms: atom j of the truth becomes cells[j] atoms, equal except in the moving
        cell. There, along "gauss-hermite" (theory page §3), atom l has b + s ε z_l, σ (1 - ε²) and the share
        w_l of the weight, (z_l, w_l) being the m-point Gauss-Hermite rule and s² = σ; along a split the
        first two of m equal shares are moved by ± ε in the first coordinate of β1, or ± s ε in that of a.
        Along "merge" the moving cell has m_true atoms, whatever its size m: those of a pair of mixtures of m
        and of m_true atoms that touch (docs/uniform.md), the outermost a distance s ε apart.

    Raises:
        InputError: if no cell holds two atoms, or ε_n >= 1 on the Gauss-Hermite arc (a variance would be 0).

    >>> G = truth_at("gauss-hermite", standard_truth(2), (2, 1), 256)
    >>> G.b.round(6).tolist(), G.sigma.round(6).tolist()
    ([-1.353553, -0.646447, 1.0], [0.375, 0.375, 0.75])
    """
    if path == "fixed":
        return truth
    if path == "merge":
        return _merging(truth, cells, n, scale, m_true or 2)
    m = max(cells)
    if m < 2:
        raise InputError("cells", cells, f"a cell of at least two atoms, which {path} can move")
    moving = cells.index(m)
    origin = np.repeat(np.arange(truth.k), cells)
    members = np.flatnonzero(origin == moving)
    shares = np.repeat(1.0 / np.asarray(cells, dtype=float), cells)
    beta1, a, b, sigma = (np.array(getattr(truth, name))[origin] for name in ("beta1", "a", "b", "sigma"))
    spread = math.sqrt(float(truth.sigma[moving]))
    epsilon = step(path, n, m, scale)
    if path == "gauss-hermite":
        if epsilon >= 1.0:
            raise InputError("path_scale", scale, f"less than {n ** (1 / (4 * m)):.6g} at n = {n}")
        nodes, weights = np.polynomial.hermite_e.hermegauss(m)
        shares[members] = weights / weights.sum()
        b[members] += spread * epsilon * nodes
        sigma[members] *= 1.0 - epsilon**2
    else:
        moved, unit = (beta1, 1.0) if path == "split-beta1" else (a, spread)
        moved[members[:2], 0] += unit * epsilon * np.array([-1.0, 1.0])
    return MixingMeasure(truth.beta0[origin] + np.log(shares), beta1, a, b, sigma)


def _merging(
    truth: MixingMeasure, cells: tuple[int, ...], n: int, scale: float, m_true: int
) -> MixingMeasure:
    m = max(cells)
    moving = cells.index(m)
    kept = kept_pair(m, m_true)
    if kept is None or m_true < 2:
        raise InputError("m_true", m_true, f"at least 2 and, with a cell of {m} atoms, at most {7 - m}")
    weights, locations, scales = (column[m:] for column in kept)
    shares = weights / weights.sum()
    locations, scales = locations - shares @ locations, scales - shares @ scales
    width = float(np.ptp(locations)) or float(np.ptp(scales)) ** 0.5
    epsilon = step("merge", n, m, scale, m_true)
    variances = 1.0 + (epsilon / width) ** 2 * scales
    if variances.min() <= 0.05:
        raise InputError("path_scale", scale, f"smaller: at n = {n} a variance would not be positive")
    counts = [m_true if j == moving else size for j, size in enumerate(cells)]
    origin = np.repeat(np.arange(truth.k), counts)
    members = np.flatnonzero(origin == moving)
    parts = np.repeat(1.0 / np.asarray(counts, dtype=float), counts)
    parts[members] = shares
    b, sigma = (np.array(getattr(truth, name))[origin] for name in ("b", "sigma"))
    b[members] += math.sqrt(float(truth.sigma[moving])) * epsilon / width * locations
    sigma[members] *= variances
    return MixingMeasure(truth.beta0[origin] + np.log(parts), truth.beta1[origin], truth.a[origin], b, sigma)
