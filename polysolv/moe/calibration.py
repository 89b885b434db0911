"""A stand-in for a log-likelihood over very many rows: made of fewer, exact to second order at one vector.

A log-likelihood over n rows is known at a vector theta by its value, gradient and Hessian, and so is that
over the first m of them, the base. Each of c stored rows gets a weight such that the base and the weighted
rows have together, per observation, the three numbers of all n; of all such weights the ones of least
squares are taken. They are calibration estimators of survey sampling (Deville and Saerndal 1992, J. Amer.
Statist. Assoc. 87, 376-382), the auxiliary variables being each row's log density, score and second
derivatives; and kriging: the difference of the two log-likelihoods is a random function of theta whose
covariances the rows tell.

Next to an over-fitted truth this knows much more than a Taylor polynomial: derivatives of a row up to order
2 at theta span its derivatives in mean and variance up to order 4, which is what the likelihood along the
valley of nearly singular parameters is made of.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from polysolv.moe.likelihood import Array, Evaluation
from polysolv.moe.row_derivatives import entries, flattened, row_derivatives, weighted_sum

Mean = Callable[[Array], Evaluation]

# Directions of the auxiliary variables with less than this share of the largest variance are left alone.
_LEAST_VARIANCE = 1e-8
_LEAST_ROWS, _ROWS_AN_ENTRY = 32_768, 8
_BLOCK = 8192


@dataclass(frozen=True)
class Sample:
    """Some rows that are stored.

    Args:
        Z: transposed design, shape (p, c), first row ones, in the coordinates of the fit.
        y: responses, shape (c,).
        k: number of experts.
    """

    Z: Array
    y: Array
    k: int

    @property
    def rows(self) -> int:
        """Number of rows."""
        return self.y.size

    def derivatives(self, vector: Array, start: int, second: bool = True) -> Array:
        """Return the derivatives of a block of rows (:mod:`~polysolv.moe.row_derivatives`)."""
        rows = slice(start, start + _BLOCK)
        return row_derivatives(vector, self.k, self.Z[:, rows], self.y[rows], second)

    def weighted(self, vector: Array, weights: Array) -> Evaluation:
        """Return the sum of weights times the log-likelihood of the rows."""
        return weighted_sum(vector, self.k, self.Z, self.y, weights)


def sample_rows(size: int) -> int:
    """Return how many rows a sample should hold for ``size`` parameters: enough for the least squares.

    >>> sample_rows(15), sample_rows(40)
    (32768, 32768)
    """
    return max(_LEAST_ROWS, _ROWS_AN_ENTRY * entries(size))


@dataclass(frozen=True)
class Surrogate:
    """A stand-in for the mean log-likelihood of all rows; exact to second order at a vector.

    Args:
        sample: the rows that have weights.
        weights: their weights, shape (c,).
        base: what is added to the weighted rows, per observation, or None.
        centre: the vector.
        rest: what base and weights leave of value, gradient and Hessian there.
    """

    sample: Sample
    weights: Array
    base: Mean | None
    centre: Array
    rest: Evaluation

    def __call__(self, vector: Array) -> Evaluation:
        """Return value, gradient and Hessian per observation."""
        move = vector - self.centre
        bent = _hessian(self.rest) @ move
        value = self.rest.value + float((self.rest.gradient + 0.5 * bent) @ move)
        rest = Evaluation(value, self.rest.gradient + bent, self.rest.hessian)
        weighted = _sum(self.sample.weighted(vector, self.weights), rest)
        return weighted if self.base is None else _sum(self.base(vector), weighted)


def calibrated(
    sample: Sample,
    vector: Array,
    found: Evaluation,
    base: Mean | None = None,
    others: Sequence[tuple[Array, Evaluation]] = (),
) -> Surrogate:
    """Return the surrogate of a log-likelihood that is known at a vector.

    Args:
        sample: rows to weigh.
        vector: parameters in the layout of :mod:`~polysolv.moe.likelihood`.
        found: the log-likelihood of all rows per observation, with its Hessian.
        base: returns that of the first rows per observation; None for the mean over the sample.
        others: further vectors with their evaluations per observation; values and gradients there take part.

    Raises:
        FloatingPointError: if squares of a row's derivatives overflow.
    """
    points = [vector, *(other for other, _ in others)]
    wanted = _columns([found, *(there for _, there in others)])
    mean, covariance = _moments(sample, points)
    based = None
    if base is None:
        wanted -= mean
    else:
        based = base(vector)
        wanted -= _columns([based, *(base(other) for other, _ in others)])
    factors = _least_squares(covariance, mean, wanted)
    weights = np.concatenate([factors @ _variables(sample, points, start) for start in _blocks(sample)])
    weights = (weights - factors @ mean + (1.0 if base is None else 0.0)) / sample.rows
    reached = sample.weighted(vector, weights)
    if based is not None:
        reached = _sum(based, reached)
    rest = _sum(found, Evaluation(-reached.value, -reached.gradient, -_hessian(reached)))
    return Surrogate(sample, weights, base, vector, rest)


def _blocks(sample: Sample) -> range:
    return range(0, sample.rows, _BLOCK)


def _variables(sample: Sample, points: list[Array], start: int) -> Array:
    """Return the auxiliary variables of a block of rows: all derivatives at the first point, then slopes."""
    first, *others = points
    known = [sample.derivatives(first, start)]
    known += [sample.derivatives(other, start, second=False) for other in others]
    return np.concatenate(known)


def _columns(evaluations: list[Evaluation]) -> Array:
    """Return evaluations in the order of the auxiliary variables."""
    first, *others = evaluations
    return np.concatenate([flattened(first), *(np.append(each.value, each.gradient) for each in others)])


def _moments(sample: Sample, points: list[Array]) -> tuple[Array, Array]:
    """Return mean and covariance matrix of the auxiliary variables over the sample."""
    total: Array = np.zeros(())
    products: Array = np.zeros(())
    for start in _blocks(sample):
        own = _variables(sample, points, start)
        total = total + own.sum(axis=1)
        products = products + own @ own.T
    mean = total / sample.rows
    return mean, products / sample.rows - np.outer(mean, mean)


def _least_squares(covariance: Array, mean: Array, wanted: Array) -> Array:
    """Return factors of the auxiliary variables: the smallest ones with covariance @ factors = wanted."""
    unit = np.sqrt(np.maximum(np.diagonal(covariance), 0.0))
    unit[unit <= _LEAST_VARIANCE * np.abs(mean)] = np.inf
    correlation = covariance / np.outer(unit, unit)
    if not np.isfinite(correlation).all():
        raise FloatingPointError("derivatives of rows overflow")
    eigenvalues, Q = np.linalg.eigh(correlation)
    kept = eigenvalues > _LEAST_VARIANCE * eigenvalues[-1]
    factors: Array = (Q[:, kept] @ ((Q[:, kept].T @ (wanted / unit)) / eigenvalues[kept])) / unit
    return factors


def _sum(left: Evaluation, right: Evaluation) -> Evaluation:
    return Evaluation(
        left.value + right.value, left.gradient + right.gradient, _hessian(left) + _hessian(right)
    )


def _hessian(found: Evaluation) -> Array:
    if found.hessian is None:
        raise ValueError("an evaluation without its Hessian")
    return found.hessian
