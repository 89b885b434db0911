"""A penalty on the variances that makes the likelihood bounded and its maximum consistent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from polysolv.moe.likelihood import Array

PENALTIES = ("none", "chen-tan")


@dataclass(frozen=True)
class Penalty:
    """The sum over the experts of -weight (s^2 / sigma_i + log(sigma_i / s^2)), sigma_i a variance.

    Args:
        weight: n^(-1/2) for "chen-tan": next to the likelihood it vanishes, and the estimator is consistent.
        log_scale: log s^2, s a robust standard deviation of y around one line.

    Chen and Tan (2009, J. Multivariate Anal. 100, 1367-1383), their penalty in one dimension; for univariate
    mixtures Chen, Tan and Zhang (2008, Statist. Sinica 18, 443-465). Functions take log variances.
    """

    weight: float
    log_scale: float

    def value(self, log_variance: Array) -> float:
        """Return the penalty, at most -weight for each expert."""
        return float(self.values(log_variance))

    def values(self, log_variances: Array) -> Array:
        """Return the penalties of several vectors of log variances, shape (..., k)."""
        t = log_variances - self.log_scale
        return np.asarray(-self.weight * (np.exp(-t) + t).sum(axis=-1))

    def gradient(self, log_variance: Array) -> Array:
        """Return the derivative with respect to each log variance."""
        gradient: Array = self.weight * (np.exp(self.log_scale - log_variance) - 1.0)
        return gradient

    def curvature(self, log_variance: Array) -> Array:
        """Return the second derivative with respect to each log variance."""
        curvature: Array = -self.weight * np.exp(self.log_scale - log_variance)
        return curvature

    def variances(self, squares: Array, mass: Array) -> Array:
        """Return the variances that maximise the expected log-likelihood plus penalty of an EM map.

        Args:
            squares: weighted sum of squared residuals of each expert.
            mass: total responsibility of each expert.
        """
        scale = 2.0 * self.weight
        variances: Array = (squares + scale * np.exp(self.log_scale)) / (mass + scale)
        return variances
