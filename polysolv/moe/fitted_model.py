"""The noun `FittedModel`: the parameters where they were found, in standardised coordinates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from polysolv.errors import InputError
from polysolv.moe import likelihood
from polysolv.moe.arrays import as_numpy
from polysolv.moe.coordinates import Coordinates
from polysolv.moe.likelihood import Array, unpack
from polysolv.moe.mixing_measure import MixingMeasure


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
        probabilities: Array = np.exp(likelihood.log_softmax(gate @ self._design(X))).T
        return probabilities

    def means(self, X: Array) -> Array:
        """Return the mean of each expert, shape (n, k)."""
        _, expert, _ = unpack(self.vector, self.k)
        means: Array = (self.coordinates.y_mean + self.coordinates.y_scale * (expert @ self._design(X))).T
        return means

    def log_density(self, X: Array, y: ArrayLike) -> Array:
        """Return the log conditional density of each row, shape (n,)."""
        Z, response = self._design(X), self._responses(X, y)
        density = likelihood.log_density(self.vector, self.k, Z, response)
        return density - float(np.log(self.coordinates.y_scale))

    def responsibilities(self, X: Array, y: ArrayLike) -> Array:
        """Return the posterior probability of each expert, shape (n, k)."""
        Z, response = self._design(X), self._responses(X, y)
        return likelihood.responsibilities(self.vector, self.k, Z, response).T

    def _design(self, X: Array) -> Array:
        kept = X[:, list(self.kept)]
        return likelihood.design((kept - self.coordinates.x_mean) / self.coordinates.x_scale)

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
