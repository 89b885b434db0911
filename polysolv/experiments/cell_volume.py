"""The distance V of a cell of atoms whose means are eliminated, for many cells at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from polysolv.families import Family
from polysolv.moe.likelihood import Array

_LEAST_WEIGHT = 0.1
_REACH = 1.0

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


def _indices(size: int, degree: int) -> list[Index]:
    found: list[Index] = [()]
    for _ in range(size):
        found = [(*index, k) for index in found for k in range(degree - sum(index) + 1)]
    return sorted((index for index in found if any(index)), key=lambda index: (sum(index), index))
