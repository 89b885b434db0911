"""The noun `Problem`: what is maximised, in standardised coordinates, and which ends count."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from polysolv.moe import likelihood, trust_region, weighted
from polysolv.moe.coordinates import Bounds, Coordinates, interval
from polysolv.moe.em import ExpectationMaximisation
from polysolv.moe.engines.engine import Engine
from polysolv.moe.likelihood import Array, Mask, pack, unpack
from polysolv.moe.penalty import Penalty
from polysolv.moe.restriction import Restriction
from polysolv.moe.scale import residual_scale, resolution
from polysolv.moe.spurious import spurious_atoms
from polysolv.moe.structure import Structure
from polysolv.moe.trust_region import Ascent, Box

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
        restriction: which parameter vectors are allowed. Vectors, gradients and Hessians have the layout of
            :mod:`~polysolv.moe.likelihood` everywhere; Newton steps, curvatures and covariances are made in
            the free coordinates phi, theta = E phi.
        penalty: what is added to the log-likelihood, or None.
        row_weights: how often each row counts, positive numbers, shape (n,); None for once. Everything is as
            if the rows were repeated so often: n is then :attr:`total`.
        engine: what evaluates the log-likelihood of these rows; None for :mod:`~polysolv.moe.likelihood`.
    """

    coordinates: Coordinates
    Z: Array
    y: Array
    k: int
    box: Box
    boxed: bool
    restriction: Restriction
    penalty: Penalty | None = None
    row_weights: Array | None = None
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
        structure: Structure | None = None,
        row_weights: Array | None = None,
    ) -> Problem:
        """Standardise the data and translate the bounds.

        Args:
            X, y: data, shapes (n, d) and (n,).
            k: number of experts.
            min_variance: least variance, in squared units of y.
            bounds: the user's box, or None.
            penalty: None or "chen-tan".
            structure: what the model leaves out, None for nothing.
            row_weights: how often each row counts, positive; None for once.
        """
        coordinates = Coordinates.of(X, y, bounds, row_weights)
        Z, response = coordinates.data(X, y)
        restriction = Restriction(structure or Structure.whole(X.shape[1]), k, Z.shape[0])
        box = Box(*coordinates.box(k, min_variance, bounds, structure), _gauge(restriction))
        least, _ = interval("sigma", (bounds or {}).get("sigma"), 1)
        added = None
        if penalty == "chen-tan":
            total = response.size if row_weights is None else float(row_weights.sum())
            scale = residual_scale(Z, response, row_weights)
            added = Penalty(total**-0.5, 2.0 * float(np.log(scale)))
        return cls(coordinates, Z, response, k, box, bool(least[0] > 0), restriction, added, row_weights)

    def thinned(self, rows: int, rng: np.random.Generator) -> Problem:
        """Return the problem with at most ``rows`` rows, chosen at random, by weight if they have one."""
        if self.rows <= rows:
            return self
        if self.row_weights is None:
            chosen = np.sort(rng.choice(self.rows, rows, replace=False))
            return replace(self, Z=np.ascontiguousarray(self.Z[:, chosen]), y=self.y[chosen], engine=None)
        share = self.row_weights / self.total
        return self.counted(rng.multinomial(rows, share / share.sum()).astype(np.float64))

    def every(self, step: int) -> Problem:
        """Return the problem with every ``step``-th row; of rows with weights as many, evenly by weight."""
        if step == 1:
            return self
        if self.row_weights is None:
            return replace(self, Z=np.ascontiguousarray(self.Z[:, ::step]), y=self.y[::step], engine=None)
        rows = -(-self.rows // step)
        ends = np.cumsum(self.row_weights)
        places = np.searchsorted(ends, np.arange(rows) * (float(ends[-1]) / rows), side="right")
        return self.counted(np.bincount(places, minlength=self.rows)[: self.rows].astype(np.float64))

    def counted(self, counts: Array) -> Problem:
        """Return the problem with these weights, shape (n,), the rows that count for nothing left out."""
        rows = np.flatnonzero(counts)
        return replace(
            self,
            Z=np.ascontiguousarray(self.Z[:, rows]),
            y=self.y[rows],
            row_weights=counts[rows],
            engine=None,
        )

    def without_atom(self) -> Problem:
        """Return the problem with one atom less."""
        k = self.k - 1
        lower, upper = (
            pack(*(part[:k] for part in unpack(end, self.k))) for end in (self.box.lower, self.box.upper)
        )
        restriction = self.restriction.of(k)
        box = Box(lower, upper, _gauge(restriction))
        return replace(self, k=k, box=box, restriction=restriction, engine=None)

    @property
    def rows(self) -> int:
        """Number of rows that are held, whatever their weights: what work is measured by."""
        return self.y.size

    @cached_property
    def total(self) -> float:
        """Number of observations n: the sum of the weights."""
        return float(self.rows) if self.row_weights is None else float(self.row_weights.sum())

    @property
    def centre(self) -> Array:
        """Mean of the design, shape (p,)."""
        return weighted.mean(self.Z, self.row_weights)

    @cached_property
    def weights(self) -> Array:
        """What entries of the gradient are judged by: the inverse size of each coordinate's column."""
        column = 1.0 / np.maximum(1.0, np.sqrt(weighted.mean(self.Z**2, self.row_weights)))
        return np.concatenate([np.tile(column, 2 * self.k), np.ones(self.k)])

    @cached_property
    def free_box(self) -> Box:
        """The box of the free coordinates, with their gauge."""
        if self.restriction.whole:
            return self.box
        lower, upper = (self.restriction.reduced(end) for end in (self.box.lower, self.box.upper))
        return Box(lower, upper, self.restriction.gauge)

    def clip(self, vector: Array) -> Array:
        """Return the nearest allowed vector in the box."""
        return self.restriction.project(self.box.clip(vector))

    def often(self, values: Array) -> Array:
        """Return values of each row, shape (..., n), times its weight."""
        return values if self.row_weights is None else values * self.row_weights

    def em(self) -> ExpectationMaximisation:
        """Return the EM map of these data."""
        return ExpectationMaximisation(
            self.Z, self.y, self.k, self.box, self.penalty, self.row_weights, self.restriction
        )

    def ascend(
        self,
        start: Array,
        tol: float,
        max_iter: int,
        report: Callable[[int, float, float], None] | None = None,
    ) -> Ascent:
        """Maximise the objective over the free coordinates from a vector; see :func:`trust_region.ascend`."""
        restriction = self.restriction
        whole = restriction.whole
        ascent = trust_region.ascend(
            self.evaluate if whole else lambda free: self._in_free(self.evaluate(restriction.expanded(free))),
            restriction.reduced(self.clip(start)),
            self.free_box,
            self.total,
            restriction.reduced(self.weights),
            tol,
            max_iter,
            report,
        )
        if whole:
            return ascent
        vector = restriction.expanded(ascent.vector)
        return replace(ascent, vector=vector, evaluation=self.evaluate(vector, second=False))

    def evaluate(self, vector: Array, second: bool = True) -> likelihood.Evaluation:
        """Return the objective (log-likelihood plus penalty) with its derivatives."""
        if self.engine is None:
            found = likelihood.evaluate(vector, self.k, self.Z, self.y, second, self.row_weights)
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
        values, gradients, hessians = likelihood.derivatives(
            vectors, self.k, self.Z, self.y, True, self.row_weights
        )
        if self.penalty is not None:
            log_variances = vectors[:, -self.k :]
            values += self.penalty.values(log_variances)
            gradients[:, -self.k :] += self.penalty.gradient(log_variances)
            last = np.arange(vectors.shape[1] - self.k, vectors.shape[1])
            hessians[:, last, last] += self.penalty.curvature(log_variances)
        return values, gradients, hessians

    def free_derivatives(self, free: Array) -> tuple[Array, Array, Array]:
        """Return objectives with derivatives by the free coordinates, at several points, shape (c, size)."""
        restriction = self.restriction
        values, gradients, hessians = self.derivatives(restriction.expanded(free))
        return values, restriction.gradient(gradients), restriction.hessian(hessians)

    def objective(self, vector: Array) -> float:
        """Return the objective alone."""
        value = float(self.often(likelihood.log_density(vector, self.k, self.Z, self.y)).sum())
        return value if self.penalty is None else value + self.penalty.value(unpack(vector, self.k)[2])

    def log_likelihood(self, vector: Array, objective: float) -> float:
        """Return the log-likelihood of a vector with this objective: without the penalty."""
        if self.penalty is None:
            return objective
        return objective - self.penalty.value(unpack(vector, self.k)[2])

    def responsibilities(self, vector: Array) -> Array:
        """Return the responsibilities of the rows, whatever their weights, shape (k, n)."""
        return likelihood.responsibilities(vector, self.k, self.Z, self.y)

    def mass(self, vector: Array) -> Array:
        """Return the effective rows of each atom: its responsibilities times the weights, summed."""
        return np.asarray(self.often(self.responsibilities(vector)).sum(axis=1))

    def held(self, vector: Array, gradient: Array) -> Mask:
        """Return which coordinates are at a bound that the gradient would cross; absent slopes are not."""
        restriction = self.restriction
        if restriction.whole:
            return self.box.held(vector, gradient)
        held = self.free_box.held(restriction.reduced(vector), restriction.gradient(gradient))
        return np.asarray(restriction.matrix @ held > 0)

    def norm(self, vector: Array, gradient: Array) -> float:
        """Return the largest weighted entry of a projected gradient per observation, in free coordinates."""
        reduce = self.restriction.reduced
        slope = self.restriction.gradient(gradient)
        return trust_region.norm(slope, reduce(vector), self.free_box, self.total, reduce(self.weights))

    def gradient_norm(self, vector: Array) -> float:
        """Return the largest entry of the projected gradient per observation."""
        return self.norm(vector, self.evaluate(vector, second=False).gradient)

    def smallest_eigenvalue(self, found: likelihood.Evaluation, vector: Array) -> float:
        """Return the smallest eigenvalue of the information per observation over the free coordinates."""
        free = self._in_free(found)
        return trust_region.smallest_eigenvalue(
            free, self.restriction.reduced(vector), self.free_box, self.total
        )

    @property
    def floor(self) -> float:
        """Variance at which an atom depends on the floor alone; 0 where the user's box sets it."""
        return 0.0 if self.boxed else float(np.exp(self.box.lower[-1]))

    def spurious(self, vector: Array) -> tuple[int, ...]:
        """Return the spurious atoms (:mod:`~polysolv.moe.spurious`)."""
        variance = np.exp(unpack(vector, self.k)[2])
        return spurious_atoms(self.mass(vector), variance, len(self.restriction.expert_rows), self.floor)

    def merit(self, vector: Array, value: float) -> tuple[bool, float]:
        """Return what ends are ranked by: regular ends first, unless the user's box bounds the variances."""
        if not np.isfinite(value):
            return (False, -np.inf)
        return (self.boxed or not self.spurious(vector), value)

    def _in_free(self, found: likelihood.Evaluation) -> likelihood.Evaluation:
        """Return an evaluation with its derivatives by the free coordinates."""
        restriction = self.restriction
        hessian = None if found.hessian is None else restriction.hessian(found.hessian)
        return likelihood.Evaluation(found.value, restriction.gradient(found.gradient), hessian)


def default_min_variance(
    X: Array, y: Array, row_weights: Array | None = None, structure: Structure | None = None
) -> float:
    """Return the least variance that the data can tell: max(r^2/12, 1e-6 s^2), in squared units of y.

    Args:
        X: covariates, shape (n, d).
        y: responses, shape (n,).
        row_weights: how often each row counts, positive; None for once.
        structure: columns that the experts see; None for all.

    r is the step of the grid that y lies on (:func:`~polysolv.moe.scale.resolution`), s the robust standard
    deviation of y around one line.
    """
    coordinates = Coordinates.of(X, y, None, row_weights)
    Z, response = coordinates.data(X, y)
    if structure is not None:
        Z = Z[[0, *(j + 1 for j in structure.experts)]]
    by_scale = max(_LEAST_SHARE * residual_scale(Z, response, row_weights) ** 2, 1e-14)
    return float(max(by_scale * coordinates.y_scale**2, resolution(y) ** 2 / 12.0))


def _gauge(restriction: Restriction) -> tuple[tuple[int, ...], ...]:
    kp, p = restriction.k * restriction.p, restriction.p
    return tuple(tuple(range(j, kp, p)) for j in restriction.gate_rows)
