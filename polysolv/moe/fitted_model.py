"""The noun `FittedModel`: the parameters where they were found, in standardised coordinates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

import numpy as np
from numpy.typing import ArrayLike

from polysolv.errors import InputError
from polysolv.moe import likelihood
from polysolv.moe.arrays import as_numpy
from polysolv.moe.coordinates import Coordinates
from polysolv.moe.likelihood import Array, unpack
from polysolv.moe.mixing_measure import MixingMeasure

# From row and column of covariates to where the field stands.
Place = Callable[[int, int], str]

# Covariates beyond this are multiplied by a power of two first.
_FAR = 1e100
_SHRUNK = 2.0**-600
# Standardised means whose squares over variances are within double precision.
_SQUARED = 1e140


@dataclass(frozen=True, eq=False)
class FittedModel:
    """A parameter vector with its coordinates.

    Args:
        coordinates: of the columns kept.
        vector: parameters in the layout of :mod:`polysolv.moe.likelihood`, shape (k (2 len(kept) + 3),).
        k: number of atoms.
        kept: indices of the covariates that the model uses; the others are determined by them.
        d: number of covariates given.

    The mixing measure in the user's units says the same, but where a covariate is far from 0 (years, Unix
    time) its intercepts cancel most of ``a.x``, and digits with it. Predictions are made here.
    """

    coordinates: Coordinates
    vector: Array
    k: int
    kept: tuple[int, ...]
    d: int

    def measure(self) -> MixingMeasure:
        """Return the mixing measure in the user's units; slopes of columns left out are 0."""
        G = self.coordinates.outward(self.vector, self.k)
        if len(self.kept) == self.d:
            return G
        beta1, a = np.zeros((self.k, self.d)), np.zeros((self.k, self.d))
        beta1[:, list(self.kept)], a[:, list(self.kept)] = G.beta1, G.a
        return MixingMeasure(G.beta0, beta1, a, G.b, G.sigma)

    def gate(self, X: Array) -> Array:
        """Return the gate probabilities, shape (n, k)."""
        gate, _, _ = unpack(self.vector, self.k)
        logits, shrunk = self._applied(gate, X)
        with np.errstate(over="ignore"):
            below = (logits - logits.max(axis=0)) / shrunk
        probabilities: Array = np.exp(likelihood.log_softmax(below)).T
        return probabilities

    def means(self, X: Array) -> Array:
        """Return the mean of each expert, shape (n, k); infinite where double precision does not reach."""
        _, expert, _ = unpack(self.vector, self.k)
        values, shrunk = self._applied(expert, X)
        with np.errstate(over="ignore"):
            means: Array = (self.coordinates.y_mean + self.coordinates.y_scale * values / shrunk).T
        return means

    def farthest(self, x: Array) -> int:
        """Return the covariate of a row, shape (d,), that moves gate and means most."""
        gate, expert, _ = unpack(self.vector, self.k)
        steps = np.abs(x[list(self.kept)] * _SHRUNK / self.coordinates.x_scale)
        return self.kept[int((np.abs(np.concatenate([gate, expert])[:, 1:]) * steps).max(axis=0).argmax())]

    def log_density(self, X: Array, y: ArrayLike) -> Array:
        """Return the log conditional density of each row, shape (n,)."""
        Z, response = self._near(X), self._responses(X, y)
        density = likelihood.log_density(self.vector, self.k, Z, response)
        return density - float(np.log(self.coordinates.y_scale))

    def responsibilities(self, X: Array, y: ArrayLike) -> Array:
        """Return the posterior probability of each expert, shape (n, k)."""
        Z, response = self._near(X), self._responses(X, y)
        return likelihood.responsibilities(self.vector, self.k, Z, response).T

    def _applied(self, coefficients: Array, X: Array) -> tuple[Array, Array]:
        """Return coefficients @ (1, x) times a power of two for each row, shape (k, n), and these, (n,).

        They keep far rows from overflowing; elsewhere they are 1.
        """
        kept = X[:, list(self.kept)]
        shrunk = np.where(np.abs(kept).max(axis=1, initial=0.0) > _FAR, _SHRUNK, 1.0)
        by = shrunk[:, None]
        Z = likelihood.design((kept * by - self.coordinates.x_mean * by) / self.coordinates.x_scale)
        Z[0] = shrunk
        return coefficients @ Z, shrunk

    def _near(self, X: Array) -> Array:
        """Return the design of rows at which gate and means are within double precision, or refuse one."""
        kept = X[:, list(self.kept)]
        gate, expert, _ = unpack(self.vector, self.k)
        with np.errstate(over="ignore", invalid="ignore"):
            Z = likelihood.design((kept - self.coordinates.x_mean) / self.coordinates.x_scale)
            outside = ~np.isfinite(gate @ Z).all(axis=0) | ~(np.abs(expert @ Z) < _SQUARED).all(axis=0)
        if outside.any():
            self.refuse_row(X, int(outside.argmax()))
        return Z

    def refuse_row(self, X: Array, row: int, place: Place | None = None) -> NoReturn:
        """Refuse a row of covariates at which predictions leave double precision.

        Args:
            X: covariates, shape (n, d).
            row: its number.
            place: from row and column to where the field stands, for the message; None for their numbers.
        """
        column = self.farthest(X[row])
        where = f"X: row {row}, column {column}" if place is None else place(row, column)
        raise InputError(where, float(X[row, column]), "a number at which double precision can predict")

    def _responses(self, X: Array, y: ArrayLike) -> Array:
        try:
            response = np.asarray(as_numpy(y, "y"), dtype=np.float64)
        except (TypeError, ValueError):
            raise InputError("y", y, "an array of real numbers") from None
        if response.shape != (X.shape[0],):
            raise InputError("y", response.shape, f"one response for each row of X, shape ({X.shape[0]},)")
        if not np.isfinite(response).all():
            raise InputError("y", float(response[~np.isfinite(response)].flat[0]), "finite responses")
        standard: Array = (response - self.coordinates.y_mean) / self.coordinates.y_scale
        return standard
