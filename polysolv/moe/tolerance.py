"""The noun `Tolerance`: how far each covariate may be moved, and whether a polynomial vanishes there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from polysolv.groebner.vanishing_ideal import Generator
from polysolv.moe.likelihood import Array, Indices
from polysolv.polynomials.polynomial import Monomial

_SAME_DIRECTION = 1e-6


@dataclass(frozen=True, eq=False)
class Tolerance:
    """Covariates and how far each may be moved, in the data's units, with the map to [-1, 1].

    Args:
        X: covariates, shape (n, d).
        allowed: tolerances, shape (n, d).
        middle, reach: (x - middle)/reach lies between -1 and 1; shape (d,).
        tangents: projections onto the directions that known relations leave free, in units of the
            tolerances; shape (n, d, d), or ``None`` if all are free.
    """

    X: Array
    allowed: Array
    middle: Array
    reach: Array
    tangents: Array | None = None

    @staticmethod
    def of(X: Array, places: Sequence[int], relative: float, rounding: float) -> Tolerance:
        """Return the tolerances of data.

        Args:
            X: covariates, no column constant.
            places: decimal places of each column.
            relative: how far, in units of a column's spread or of a value's distance from the median.
            rounding: the last printed unit counts as a tolerance where it is at most so much of the spread.
        """
        spread = _spread(X)
        away = np.abs(X - np.median(X, axis=0))
        unit = 10.0 ** -np.minimum(np.array(places, dtype=float), 300.0)
        # Where all decimals of a float are printed, the last unit is far below the relative tolerance.
        printed = np.where(unit <= rounding * spread, unit, 0.0)
        low, high = X.min(axis=0), X.max(axis=0)
        allowed = np.maximum(relative * np.maximum(spread, away), printed)
        return Tolerance(X, allowed, low + (high - low) / 2.0, (high - low) / 2.0)

    def along(self, relations: Sequence[Generator]) -> Tolerance:
        """Return the tolerances within the zero set of relations: only tangents of it count."""
        if not relations:
            return replace(self, tangents=None)
        n, d = self.X.shape
        normals = np.empty((n, len(relations), d))
        with np.errstate(over="ignore", invalid="ignore"):
            for i, relation in enumerate(relations):
                for j in range(d):
                    normals[:, i, j] = _derivative(self.X, relation, j) * self.allowed[:, j]
            normals = np.nan_to_num(normals)
            normals /= np.maximum(np.linalg.norm(normals, axis=2, keepdims=True), 1e-300)
        _, sizes, directions = np.linalg.svd(normals, full_matrices=False)
        normal = directions * (sizes > _SAME_DIRECTION)[:, :, None]
        return replace(self, tangents=np.eye(d) - np.swapaxes(normal, 1, 2) @ normal)

    def scaled(self, rows: Indices) -> Array:
        """Return the covariates of some rows on the scale of [-1, 1]."""
        scaled: Array = (self.X[rows] - self.middle) / self.reach
        return scaled

    def reached(self, rows: Indices, values: Array, slopes: Mapping[int, Array], scaled: bool = True) -> bool:
        """Return whether a polynomial vanishes, to first order, within the tolerance of every row.

        Args:
            rows: which rows.
            values: of the polynomial there.
            slopes: column -> derivatives there; 0 for the others.
            scaled: whether the derivatives are by covariates on the scale of [-1, 1].

        |p| <= sqrt(d) |P (h_j dp/dx_j)_j| with P the projection onto the tangents. A small |p| alone says
        little: the eighth power of the difference of two correlated columns is small.
        """
        gradient = np.zeros((len(rows), self.X.shape[1]))
        for j, slope in slopes.items():
            gradient[:, j] = slope * self.allowed[rows, j] / (self.reach[j] if scaled else 1.0)
        if self.tangents is not None:
            gradient = np.einsum("nij,nj->ni", self.tangents[rows], gradient)
        moved = np.sqrt(len(slopes)) * np.linalg.norm(gradient, axis=1)
        return bool((np.abs(values) <= moved).all())


def _spread(X: Array) -> Array:
    """Return the narrowest range between symmetric quantiles that is not zero, for each column."""
    spread: Array = np.ptp(X, axis=0)
    for tail in (5.0, 10.0, 25.0):
        low, high = np.percentile(X, [tail, 100.0 - tail], axis=0)
        spread = np.where(high > low, high - low, spread)
    return spread


def monomial_at(X: Array, monomial: Monomial) -> Array:
    """Return the values of a monomial at rows.

    >>> monomial_at(np.array([[2.0, 3.0]]), ((0, 2), (1, 1))).tolist()
    [12.0]
    """
    value = np.ones(len(X))
    for i, e in monomial:
        value = value * X[:, i] ** e
    return value


def monomial_slope(X: Array, monomial: Monomial, j: int) -> Array:
    """Return the derivatives of a monomial by column j at rows."""
    powers = dict(monomial)
    e = powers.pop(j, 0)
    if not e:
        return np.zeros(len(X))
    if e > 1:
        powers[j] = e - 1
    slope: Array = e * monomial_at(X, tuple(powers.items()))
    return slope


def _derivative(X: Array, polynomial: Generator, j: int) -> Array:
    total = np.zeros(len(X))
    for monomial, value in polynomial.items():
        total += float(value) * monomial_slope(X, monomial, j)
    return total
