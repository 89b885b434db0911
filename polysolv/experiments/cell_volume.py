"""The distance V of a cell of atoms whose means are eliminated, for many cells at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from polysolv.errors import InputError
from polysolv.families import Family
from polysolv.moe.likelihood import Array
from polysolv.rates.learning.recognise import theorem_family
from polysolv.rates.learning.theorems import LOCATION, LOCATION_SCALE

_LEAST_WEIGHT = 0.1
_REACH = 1.0
_NODES, _LEAST_VARIANCE = 24, 0.2

Index = tuple[int, ...]


@dataclass(frozen=True)
class Cell:
    """A cell of m atoms in coordinates: m - 1 weights, then the differences of atoms 2, …, m from the first.

    Weights sum to 1 and are at least 0.1, differences at most 1 in size.
    """

    family: Family
    m: int
    gate: str

    @property
    def size(self) -> int:
        """Number of coordinates."""
        return (self.m - 1) * (1 + len(self.family.components))

    def draw(self, count: int, rng: np.random.Generator) -> Array:
        """Return cells, shape (count, size), uniform over all that are allowed."""
        shares = rng.dirichlet(np.ones(self.m), count) * (1 - self.m * _LEAST_WEIGHT) + _LEAST_WEIGHT
        differences = rng.uniform(-_REACH, _REACH, (count, self.size - self.m + 1))
        drawn: Array = np.hstack([shares[:, :-1], differences])
        return drawn

    def allowed(self, cells: Array) -> Array:
        """Return which cells are in the region that is drawn from."""
        shares, rest = cells[:, : self.m - 1], cells[:, self.m - 1 :]
        inside = (shares >= _LEAST_WEIGHT).all(axis=1) & (shares.sum(axis=1) <= 1 - _LEAST_WEIGHT)
        both: Array = inside & (np.abs(rest) <= _REACH).all(axis=1)
        return both

    def split(self, cells: Array) -> tuple[Array, Array]:
        """Return weights (count, m) and perturbations (count, m, D), those of the first atom 0."""
        count, shares = cells.shape[0], cells[:, : self.m - 1]
        weights = np.hstack([shares, 1 - shares.sum(axis=1, keepdims=True)])
        atoms = np.zeros((count, self.m, len(self.family.components)))
        atoms[:, 1:] = cells[:, self.m - 1 :].reshape(count, self.m - 1, -1)
        return weights, atoms


def cumulant_distance(cell: Cell, cells: Array) -> Array:
    """Return Σ |κ_ℓ| over the coefficients of log Σ w_l exp(K(δ_l)) that are no symbols, up to degree 2m.

    Once means are eliminated these generate the same ideal as the P_ℓ. Without an exactly fitted cell those
    without a dual variable are not seen.
    """
    symbol = cell.family.log_symbol
    weights, atoms = cell.split(cells)
    terms = [(monomial, float(c) * atoms[:, :, i]) for i, (c, monomial) in enumerate(symbol.symbols.values())]
    zero = (0,) * len(symbol.variables)
    series: dict[Index, Array] = {zero: np.ones(weights.shape)}
    moments: dict[Index, Array] = {}
    cumulants: dict[Index, Array] = {}
    total = np.zeros(cells.shape[0])
    symbols, duals = {monomial for monomial, _ in terms}, len(symbol.covariates)
    for index in _indices(len(zero), 2 * cell.m):
        degree = sum(index)
        parts = []
        for monomial, value in terms:
            rest = tuple(a - b for a, b in zip(index, monomial, strict=True))
            if rest in series:
                parts.append(sum(monomial) / degree * value * series[rest])
        if not parts:
            continue
        series[index] = np.sum(parts, axis=0)
        moments[index] = (weights * series[index]).sum(axis=1)
        value = moments[index].copy()
        for other, known in cumulants.items():
            rest = tuple(a - b for a, b in zip(index, other, strict=True))
            if rest in moments and rest != index:
                value -= sum(other) / degree * known * moments[rest]
        cumulants[index] = value
        if index not in symbols and (cell.gate == "exact" or any(index[duals:])):
            total += np.abs(value)
    return total


def divergence(cell: Cell, cells: Array) -> Array:
    """Return the root of the Kullback-Leibler divergence of a Gaussian mixture from N(0, 1).

    The mixture has mean 0 and, where the family has a scale, variance 1; infinite where a variance is small.
    """
    weights, atoms = cell.split(cells)
    means = atoms[:, :, 0] - (weights * atoms[:, :, 0]).sum(axis=1, keepdims=True)
    variances = np.ones_like(means)
    if len(cell.family.components) == 2:
        between = (weights * means**2).sum(axis=1, keepdims=True)
        scales = atoms[:, :, 1]
        variances = 1 + scales - (weights * scales).sum(axis=1, keepdims=True) - between
    found = np.full(cells.shape[0], np.inf)
    good = variances.min(axis=1) > _LEAST_VARIANCE
    # Gauss-Hermite: exact for the first terms of the difference in Hermite polynomials.
    nodes, shares = np.polynomial.hermite_e.hermegauss(_NODES)
    shares = shares / shares.sum()
    gap = np.full((int(good.sum()), _NODES), -1.0)
    for atom in range(cell.m):
        mean, variance = means[good, atom, None], variances[good, atom, None]
        bell = np.exp(0.5 * (nodes**2 - (nodes - mean) ** 2 / variance)) / np.sqrt(variance)
        gap += weights[good, atom, None] * bell
    gap = np.maximum(gap, -1 + 1e-12)  # far out the mixture may underflow
    found[good] = np.sqrt(np.maximum((gap - np.log1p(gap)) @ shares, 0.0))
    return found


def require_divergence(family: Family) -> None:
    """Refuse families whose true divergence is not at hand.

    Raises:
        InputError: unless the family is a location or a location-scale Gaussian mixture.
    """
    if theorem_family(family) not in ((LOCATION, 0), (LOCATION_SCALE, 0)):
        raise InputError(
            "distance", "divergence", f"cumulants for {family.name}; {LOCATION}, {LOCATION_SCALE} have both"
        )


def _indices(size: int, degree: int) -> list[Index]:
    found: list[Index] = [()]
    for _ in range(size):
        found = [(*index, k) for index in found for k in range(degree - sum(index) + 1)]
    return sorted((index for index in found if any(index)), key=lambda index: (sum(index), index))
