"""Predictions of a fit: what the estimator answers for new covariates."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from polysolv.moe.design import Design
from polysolv.moe.frames import as_came
from polysolv.moe.predictive import Predictive


class PredictionMixin:
    """The methods of a fit that predict; pandas in, pandas out."""

    column_names_: tuple[tuple[str, ...], str]
    formula_: Design | None = None

    def predict(self, X: ArrayLike, return_std: bool = False) -> Any:
        """Return the conditional mean of the response, shape (n,), with ``return_std`` also its deviation.

        Args:
            X: covariates, shape (n, d); for a pandas data frame the answer is a series with its index.
            return_std: whether to return a pair, means and standard deviations. A deviation holds the
                variance of the experts and the one between them, not the error of the estimates.
        """
        found = self._predictive(X)
        mean = as_came(X, found.mean(), self.column_names_[1])
        return (mean, as_came(X, found.std(), "std")) if return_std else mean

    def predict_density(self, X: ArrayLike, y: ArrayLike) -> Any:
        """Return the conditional density of the response.

        Args:
            X: covariates, shape (n, d).
            y: a number or shape (n,), for an answer of shape (n,); or shape (n, g), or (1, g) for the same
                grid of g values in every row, for an answer of shape (n, g).
        """
        return as_came(X, self._predictive(X).density(y), "density")

    def cdf(self, X: ArrayLike, y: ArrayLike) -> Any:
        """Return the probability of a response of at most y; shapes as in :meth:`predict_density`."""
        return as_came(X, self._predictive(X).cdf(y), "cdf")

    def quantile(self, X: ArrayLike, q: ArrayLike) -> Any:
        """Return conditional quantiles of the response.

        Args:
            X: covariates, shape (n, d).
            q: a probability above 0 and below 1, for an answer of shape (n,), or m of them, for shape (n, m).
        """
        found = self._predictive(X).quantile(q)
        return as_came(X, found, f"quantile {q!r}" if found.ndim == 1 else np.asarray(q).tolist())

    def predict_interval(self, X: ArrayLike, coverage: float = 0.9) -> Any:
        """Return central intervals for new responses, rows of lower and upper end, shape (n, 2).

        Args:
            X: covariates, shape (n, d); for a pandas data frame the answer has columns lower and upper.
            coverage: the probability that an interval holds its response, above 0 and below 1, if the
                estimates are taken for the truth.

        >>> from polysolv import MixingMeasure, SoftmaxGaussianMoE
        >>> G = MixingMeasure([0.3, 0], [[1], [0]], [[1.5], [-1.5]], [1, -1], [0.4, 0.3])
        >>> fit = SoftmaxGaussianMoE(2, n_init=1, random_state=0).fit(*G.sample(2000, seed=0))
        >>> fit.predict_interval([[0.0]]).round(1).tolist()
        [[-1.6, 1.8]]
        """
        return as_came(X, self._predictive(X).interval(coverage), ("lower", "upper"))

    def _predictive(self, X: ArrayLike) -> Predictive:
        raise NotImplementedError
