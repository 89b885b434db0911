"""The noun `Predictive`: the distribution of the response at given covariates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from polysolv.errors import InputError
from polysolv.moe.arrays import as_numpy
from polysolv.moe.fitted_model import FittedModel, Place
from polysolv.moe.likelihood import Array, unpack

_STEPS = 80
_WIDE = 1e15
# No probability of a double is farther out, in standard deviations.
_REACH = 39.0
_ROUNDED = 1.0 + 1e-9


@dataclass(frozen=True, eq=False)
class Predictive:
    """A mixture of k Gaussians for each of n rows, the parameters taken as they were estimated.

    Args:
        gate: probabilities, shape (n, k).
        means: shape (n, k).
        deviations: standard deviations, shape (k,).

    >>> one = Predictive(np.array([[0.5, 0.5]]), np.array([[-1.0, 1.0]]), np.array([0.1, 0.1]))
    >>> float(one.mean()[0]), float(one.std()[0].round(6)), float(one.quantile(0.25).round(6)[0])
    (0.0, 1.004988, -1.0)
    """

    gate: Array
    means: Array
    deviations: Array

    def mean(self) -> Array:
        """Return the mean of the response, shape (n,)."""
        mean: Array = (self.gate * self.means).sum(axis=1)
        return mean

    def std(self) -> Array:
        """Return its standard deviation, shape (n,): variances of the experts and between them."""
        mean = self.mean()[:, None]
        with np.errstate(over="ignore", invalid="ignore"):
            apart = (self.means - mean) ** 2
            deviation: Array = np.sqrt((self.gate * (self.deviations**2 + apart)).sum(axis=1))
        far = ~np.isfinite(deviation)
        if far.any():
            # Squares overflow: in units of the largest part, half as long lest a difference overflows.
            used = self.gate[far] > 0
            parts = np.where(used, np.hypot(self.deviations / 2, self.means[far] / 2 - mean[far] / 2), 0.0)
            unit = parts.max(axis=1)
            squares = self.gate[far] * (parts / unit[:, None]) ** 2
            deviation[far] = 2 * (unit * np.sqrt(squares.sum(axis=1)))
        return deviation

    def density(self, y: ArrayLike) -> Array:
        """Return the density at y: a number, shape (n,), or (n, g) or (1, g) for g values in each row."""
        return self._at(y, lambda z: np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi), 1.0 / self.deviations)

    def cdf(self, y: ArrayLike) -> Array:
        """Return the probability of a response of at most y; shapes as for :meth:`density`."""
        return self._at(y, ndtr, np.ones_like(self.deviations))

    def quantile(self, q: ArrayLike) -> Array:
        """Return the value that the response stays below with probability q.

        Args:
            q: a probability above 0 and below 1, or m of them.

        Returns:
            shape (n,), or (n, m).

        The quantile of a mixture lies between those of its components; between them Newton's steps, or halves
        of the interval, follow the distribution function, in the tail that is smaller.
        """
        levels = np.asarray(as_numpy(q, "q"), dtype=np.float64)
        if levels.ndim > 1 or not ((levels > 0) & (levels < 1)).all():
            raise InputError("q", q, "a probability above 0 and below 1, or a sequence of them")
        columns = [self._quantile(float(level)) for level in levels.reshape(-1)]
        return columns[0] if levels.ndim == 0 else np.stack(columns, axis=1)

    def interval(self, coverage: float) -> Array:
        """Return the central interval of a probability, shape (n, 2)."""
        if isinstance(coverage, bool) or not isinstance(coverage, int | float | np.number):
            raise InputError("coverage", coverage, "a probability above 0 and below 1")
        if not 0 < coverage < 1:
            raise InputError("coverage", coverage, "a probability above 0 and below 1")
        tail = 0.5 * (1.0 - float(coverage))
        return np.stack([self._quantile(tail), self._quantile(tail, upper=True)], axis=1)

    def _quantile(self, level: float, upper: bool = False) -> Array:
        """Return where the lower, or the upper, tail has a probability."""
        if not upper and level > 0.5:
            level, upper = 1.0 - level, True
        sign = -1.0 if upper else 1.0
        # The upper tail of y is the lower one of -y.
        means, deviations = sign * self.means, self.deviations
        own = means + deviations * ndtri(level)
        used = self.gate > 0
        low = np.where(used, own, np.inf).min(axis=1)
        high = np.where(used, own, -np.inf).max(axis=1)
        if (high / 2 - low / 2 > _WIDE * deviations.min()).any():
            low, high = self._narrowed(level, means, low, high)
        value = (self.gate * own).sum(axis=1)
        for _ in range(_STEPS):
            value = np.clip(value, low, high)
            with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                z = (value[:, None] - means) / deviations
                excess = (self.gate * ndtr(z)).sum(axis=1) - level
                low, high = np.where(excess < 0, value, low), np.where(excess >= 0, value, high)
                slope = (self.gate * np.exp(-0.5 * z**2) / deviations).sum(axis=1) / np.sqrt(2 * np.pi)
                newton = value - excess / slope
            inside = (newton > low) & (newton < high)
            step = np.where(inside, newton, 0.5 * low + 0.5 * high)
            if (np.abs(step - value) <= 4 * np.finfo(float).eps * (np.abs(value) + deviations.min())).all():
                break
            value = step
        quantile: Array = sign * value
        return quantile

    def _narrowed(self, level: float, means: Array, low: Array, high: Array) -> tuple[Array, Array]:
        """Return ends around a quantile, told by the values where each expert's probability begins and ends.

        Halves of an interval that is wide beside the deviations would take too long.
        """
        for i in range(means.shape[1]):
            for reach in (-_REACH, _REACH):
                point = means[:, i] + reach * self.deviations[i]
                with np.errstate(over="ignore"):
                    z = (point[:, None] - means) / self.deviations
                below = (self.gate * ndtr(z)).sum(axis=1) < level
                inside = (point > low) & (point < high)
                low = np.where(inside & below, point, low)
                high = np.where(inside & ~below, point, high)
        return low, high

    def _at(self, y: ArrayLike, of: Callable[[Array], Array], factors: Array) -> Array:
        values = np.asarray(as_numpy(y, "y"), dtype=np.float64)
        n = self.gate.shape[0]
        if (
            values.ndim > 2
            or (values.ndim == 1 and values.size != n)
            or (values.ndim == 2 and values.shape[0] not in (1, n))
        ):
            raise InputError("y", values.shape, f"a number, or shape ({n},), ({n}, g) or (1, g)")
        if not np.isfinite(values).all():
            raise InputError("y", float(values[~np.isfinite(values)].flat[0]), "finite numbers")
        grid = values.reshape(1, 1) if values.ndim == 0 else values
        grid = grid[:, None] if grid.ndim == 1 else grid
        found = np.zeros((n, grid.shape[1]))
        for i in range(self.gate.shape[1]):
            with np.errstate(over="ignore"):
                z = (grid - self.means[:, i, None]) / self.deviations[i]
                found += (factors[i] * self.gate[:, i, None]) * of(z)
        answer: Array = found if values.ndim == 2 else found[:, 0]
        return answer


def predictive(model: FittedModel, X: Array, place: Place | None = None) -> Predictive:
    """Return the distribution of the response at rows of covariates, shape (n, d).

    Args:
        model: the fit.
        X: the covariates.
        place: from row and column to where the field stands, for error messages; None for their numbers.

    Raises:
        InputError: for a row at which double precision does not hold what is predicted.
    """
    _, _, log_variance = unpack(model.vector, model.k)
    gate, means = model.gate(X), model.means(X)
    deviations = np.exp(0.5 * log_variance) * model.coordinates.y_scale
    with np.errstate(over="ignore"):
        outside = ~np.isfinite(np.abs(means) * _ROUNDED + _REACH * deviations)
    # An expert without any probability says nothing, wherever its mean is.
    used = gate > 0
    wrong = (outside & used).any(axis=1)
    if wrong.any():
        model.refuse_row(X, int(wrong.argmax()), place)
    return Predictive(gate, np.where(outside & ~used, 0.0, means), deviations)
