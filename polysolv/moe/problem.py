"""The noun `Problem`: what is maximised, in standardised coordinates, and which ends count."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from polysolv.moe import likelihood, trust_region
from polysolv.moe.coordinates import Bounds, Coordinates, interval
from polysolv.moe.em import ExpectationMaximisation
from polysolv.moe.engines.engine import Engine
from polysolv.moe.likelihood import Array, pack, unpack
from polysolv.moe.penalty import Penalty
from polysolv.moe.scale import residual_scale, resolution
from polysolv.moe.spurious import spurious_atoms
from polysolv.moe.trust_region import Box

_LEAST_SHARE = 1e-6


@dataclass(frozen=True)
class Problem:
    """A data set in standardised coordinates with its feasible box.

    Args:
        coordinates: the way to standardised units and back.
        Z: transposed design, shape (p, n), first row ones.
        y: standardised responses, shape (n,).
        k: number of experts.
        box: feasible set.
        boxed: whether the user bounds the variances from below: then every end in the box counts.
        penalty: what is added to the log-likelihood, or None.
        engine: what evaluates the log-likelihood of these rows; None for :mod:`~polysolv.moe.likelihood`.
    """

    coordinates: Coordinates
    Z: Array
    y: Array
    k: int
    box: Box
    boxed: bool
    penalty: Penalty | None = None
    engine: Engine | None = None

    @classmethod
    def of(
        cls,
        X: Array,
        y: Array,
        k: int,
        min_variance: float,
        bounds: Bounds | None,
        penalty: str | None = None,
    ) -> Problem:
        """Standardise the data and translate the bounds; ``min_variance`` in squared units of y."""
        coordinates = Coordinates.of(X, y, bounds)
        Z, response = coordinates.data(X, y)
        box = Box(*coordinates.box(k, min_variance, bounds), _gauge(k, Z.shape[0]))
        least, _ = interval("sigma", (bounds or {}).get("sigma"), 1)
        added = None
        if penalty == "chen-tan":
            added = Penalty(response.size**-0.5, 2.0 * float(np.log(residual_scale(Z, response))))
        return cls(coordinates, Z, response, k, box, bool(least[0] > 0), added)

    def thinned(self, rows: int, rng: np.random.Generator) -> Problem:
        """Return the problem with at most ``rows`` rows, chosen at random."""
        if self.rows <= rows:
            return self
        chosen = np.sort(rng.choice(self.rows, rows, replace=False))
        return replace(self, Z=np.ascontiguousarray(self.Z[:, chosen]), y=self.y[chosen], engine=None)

    def every(self, step: int) -> Problem:
        """Return the problem with every ``step``-th row."""
        if step == 1:
            return self
        return replace(self, Z=np.ascontiguousarray(self.Z[:, ::step]), y=self.y[::step], engine=None)

    def without_atom(self) -> Problem:
        """Return the problem with one atom less."""
        k = self.k - 1
        lower, upper = (
            pack(*(part[:k] for part in unpack(end, self.k))) for end in (self.box.lower, self.box.upper)
        )
        return replace(self, k=k, box=Box(lower, upper, _gauge(k, self.Z.shape[0])), engine=None)

    @property
    def rows(self) -> int:
        """Number of observations."""
        return self.y.size

    @property
    def weights(self) -> Array:
        """What entries of the gradient are judged by: the inverse size of each coordinate's column."""
        column = 1.0 / np.maximum(1.0, np.sqrt((self.Z**2).mean(axis=1)))
        return np.concatenate([np.tile(column, 2 * self.k), np.ones(self.k)])

    def em(self) -> ExpectationMaximisation:
        """Return the EM map of these data."""
        return ExpectationMaximisation(self.Z, self.y, self.k, self.box, self.penalty)

    def evaluate(self, vector: Array, second: bool = True) -> likelihood.Evaluation:
        """Return the objective (log-likelihood plus penalty) with its derivatives."""
        if self.engine is None:
            found = likelihood.evaluate(vector, self.k, self.Z, self.y, second)
        else:
            found = self.engine.evaluate(vector, second)
        if self.penalty is None:
            return found
        log_variance = unpack(vector, self.k)[2]
        gradient = found.gradient.copy()
        gradient[-self.k :] += self.penalty.gradient(log_variance)
        hessian = found.hessian
        if hessian is not None:
            hessian = hessian.copy()
            last = np.arange(gradient.size - self.k, gradient.size)
            hessian[last, last] += self.penalty.curvature(log_variance)
        return likelihood.Evaluation(found.value + self.penalty.value(log_variance), gradient, hessian)

    def derivatives(self, vectors: Array) -> tuple[Array, Array, Array]:
        """Return objectives, gradients and Hessians at several vectors, shape (c, k (2 p + 1)), at once."""
        values, gradients, hessians = likelihood.derivatives(vectors, self.k, self.Z, self.y)
        if self.penalty is not None:
            log_variances = vectors[:, -self.k :]
            values += self.penalty.values(log_variances)
            gradients[:, -self.k :] += self.penalty.gradient(log_variances)
            last = np.arange(vectors.shape[1] - self.k, vectors.shape[1])
            hessians[:, last, last] += self.penalty.curvature(log_variances)
        return values, gradients, hessians

    def objective(self, vector: Array) -> float:
        """Return the objective alone."""
        value = float(likelihood.log_density(vector, self.k, self.Z, self.y).sum())
        return value if self.penalty is None else value + self.penalty.value(unpack(vector, self.k)[2])

    def log_likelihood(self, vector: Array, objective: float) -> float:
        """Return the log-likelihood of a vector with this objective: without the penalty."""
        if self.penalty is None:
            return objective
        return objective - self.penalty.value(unpack(vector, self.k)[2])

    def responsibilities(self, vector: Array) -> Array:
        """Return the responsibilities, shape (k, n)."""
        return likelihood.responsibilities(vector, self.k, self.Z, self.y)

    def gradient_norm(self, vector: Array) -> float:
        """Return the largest entry of the projected gradient per observation."""
        gradient = self.evaluate(vector, second=False).gradient
        return trust_region.norm(gradient, vector, self.box, self.rows, self.weights)

    @property
    def floor(self) -> float:
        """Variance at which an atom depends on the floor alone; 0 where the user's box sets it."""
        return 0.0 if self.boxed else float(np.exp(self.box.lower[-1]))

    def spurious(self, vector: Array) -> tuple[int, ...]:
        """Return the spurious atoms (:mod:`~polysolv.moe.spurious`)."""
        mass = self.responsibilities(vector).sum(axis=1)
        return spurious_atoms(mass, np.exp(unpack(vector, self.k)[2]), self.Z.shape[0], self.floor)

    def merit(self, vector: Array, value: float) -> tuple[bool, float]:
        """Return what ends are ranked by: regular ends first, unless the user's box bounds the variances."""
        if not np.isfinite(value):
            return (False, -np.inf)
        return (self.boxed or not self.spurious(vector), value)


def default_min_variance(X: Array, y: Array) -> float:
    """Return the least variance that the data can tell: max(r^2/12, 1e-6 s^2), in squared units of y.

    Args:
        X: covariates, shape (n, d).
        y: responses, shape (n,).

    r is the step of the grid that y lies on (:func:`~polysolv.moe.scale.resolution`), s the robust standard
    deviation of y around one line.
    """
    coordinates = Coordinates.of(X, y)
    Z, response = coordinates.data(X, y)
    by_scale = max(_LEAST_SHARE * residual_scale(Z, response) ** 2, 1e-14) * coordinates.y_scale**2
    return float(max(by_scale, resolution(y) ** 2 / 12.0))


def _gauge(k: int, p: int) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(range(j, k * p, p)) for j in range(p))
