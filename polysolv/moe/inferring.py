"""Inference of a fit: covariance, intervals, bootstrap and likelihood-ratio tests."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from pathlib import Path
from typing import Any

from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted

from polysolv.errors import require_integer
from polysolv.moe.bootstrap import (
    Bootstrap,
    Draw,
    bootstrap_of,
    check_kind,
    digest,
    refuse_broken_weights,
    refuse_irregular,
)
from polysolv.moe.draws import DrawFile, Progress, Row, check_draws, drawn
from polysolv.moe.estimated import Estimated
from polysolv.moe.fitted_data import fitted_data
from polysolv.moe.fitted_model import FittedModel
from polysolv.moe.inference import Inference
from polysolv.moe.intervals import (
    Intervals,
    check_level,
    check_method,
    percentile_intervals,
    wald_intervals,
)
from polysolv.moe.likelihood import Array
from polysolv.moe.likelihood_ratio import LikelihoodRatioTest, RatioDraw
from polysolv.moe.mixing_measure import MixingMeasure
from polysolv.moe.problem import Problem
from polysolv.moe.profile import profile_intervals
from polysolv.moe.quantities import Reported
from polysolv.moe.row_weights import counted_rows
from polysolv.moe.standard_errors import StandardErrors, covariance_of, reported_of, standard_errors
from polysolv.moe.threads import one_thread

_DRAWS = 199


class InferenceMixin:
    """The methods of a fit that say how far its estimates may be off."""

    n_experts: int
    tol: float
    max_iter: int
    penalty: str | None
    inference_: Inference
    model_: FittedModel
    gate_separated_: bool
    gate_columns_: tuple[int, ...]
    expert_columns_: tuple[int, ...]
    sample_weight_: Array | None

    @cached_property
    def standard_errors_(self) -> StandardErrors:
        """Standard errors of exactly fitted atoms, NaN with a reason for the others; lazy."""
        with one_thread():
            return standard_errors(self._estimated())

    @cached_property
    def covariance_(self) -> Array:
        """Covariance matrix of the estimates in the order of the score: beta0, beta1, a, b, sigma; lazy.

        Shape (k (2 d + 3), k (2 d + 3)): the inverse of the observed information over the identified
        directions, in the user's units. NaN where ``standard_errors_.withheld`` has a reason; gates are
        relative to atom ``standard_errors_.reference``, whose rows are 0.
        """
        with one_thread():
            return covariance_of(self._estimated())

    def conf_int(self, level: float = 0.95, method: str = "wald") -> Intervals:
        """Return confidence intervals of all parameters that have an error of order n^(-1/2).

        Args:
            level: confidence level, above 0 and below 1.
            method: "wald" (estimate -/+ quantile times standard error, for variances on the log scale),
                "profile" (where the likelihood, maximised over all else, has fallen by the chi-squared
                quantile) or "bootstrap" (bias-corrected quantiles of the draws of the last
                :meth:`bootstrap`; without one, of 199 parametric draws).

        Raises:
            InputError: for another level or method, or too few draws for the level.

        Parameters of atoms that look like one, at a bound or spurious, and gates that are hard, are withheld:
        ``withheld`` of the answer has the reasons. ``summary``, ``to_json`` and reports then show these
        intervals, too. docs/inference.md compares the methods.

        >>> from polysolv import MixingMeasure, SoftmaxGaussianMoE
        >>> G = MixingMeasure([0.3, 0], [[1], [0]], [[1.5], [-1.5]], [1, -1], [0.4, 0.3])
        >>> fit = SoftmaxGaussianMoE(2, n_init=1, random_state=0).fit(*G.sample(2000, seed=0))
        >>> low, high = fit.conf_int(0.99, "profile")["sigma[1]"]
        >>> bool(low < fit.mixing_measure_.sigma[1] < high)
        True
        """
        check_is_fitted(self)
        level, method = check_level(level), check_method(method)
        if method == "wald":
            found = wald_intervals(self._reported(), self.standard_errors_, level)
        elif method == "profile":
            with one_thread():
                found = profile_intervals(self._estimated(), level)
        else:
            draws = self.inference_.bootstrap or self.bootstrap()
            found = percentile_intervals(self._reported(), draws.vectors, level, (draws.sentence,))
        self.inference_ = self.inference_.with_intervals(found)
        return found

    def bootstrap(
        self,
        n: int = _DRAWS,
        kind: str = "parametric",
        jobs: int = 1,
        seed: int = 0,
        *,
        file: str | Path | None = None,
        progress: Progress | None = None,
    ) -> Bootstrap:
        """Fit again on data drawn from the fit, or on rows drawn with replacement.

        Args:
            n: number of draws.
            kind: "parametric" (new responses at the same covariates) or "cases" (rows with replacement).
            jobs: number of processes, -1 for all cores; the draws do not depend on it.
            seed: of the draws.
            file: where finished draws are kept, one line each; what it holds is not made again, so that a
                bootstrap that was stopped, or one of fewer draws, goes on.
            progress: called with (draws done, wanted, come to nothing).

        Returns:
            the draws, atoms matched to those of the fit; ``conf_int(method="bootstrap")`` takes them.

        Raises:
            InputError: for a fit that is spurious or no stationary point, or a file of other data.

        Each draw starts from the estimate. Interrupted, the finished draws are kept in ``inference_``.
        """
        check_is_fitted(self)
        kind = check_kind(kind)
        n, jobs, seed = check_draws(n, jobs, seed)
        fit = self._estimated()
        refuse_irregular(fit, "bootstrap")
        if kind == "parametric":
            refuse_broken_weights(fit.problem)
        task = Draw(fit.problem, fit.model.vector, kind, seed, self.tol, self.max_iter)
        of = digest(kind, seed, *self._settings(fit))
        rows: list[Row] = []
        with _file(file, fit.problem) as stream:
            try:
                for row in drawn(task, n, jobs, stream, of, progress):
                    rows.append(row)
            finally:
                # Interrupted: what is finished is kept.
                found = bootstrap_of(kind, n, seed, rows, fit.model.vector.size)
                self.inference_ = self.inference_.with_bootstrap(found)
        return found

    def lr_test(
        self,
        k: int | None = None,
        k_alternative: int | None = None,
        n: int = _DRAWS,
        jobs: int = 1,
        seed: int = 0,
        *,
        n_init: int = 3,
        file: str | Path | None = None,
        progress: Progress | None = None,
    ) -> LikelihoodRatioTest:
        """Test k experts against more of them by the likelihood ratio, its law under k from a bootstrap.

        Args:
            k: number of experts under the hypothesis; None for that of this fit. Another number is fitted
                with the same settings.
            k_alternative: a larger number; None for k + 1.
            n: number of draws from the fit of k experts.
            jobs, seed, file, progress: see :meth:`bootstrap`.
            n_init: starts of each search with more experts, of the data and of every draw alike.

        Returns:
            the statistic 2 (l(k_alternative) - l(k)) with its p-value (1 + #)/(n + 1), # the number of draws
            that reach it. The chi-squared law does not hold here: under k experts the parameters of more are
            not identified (McLachlan 1987, Appl. Statist. 36, 318-324).
        """
        check_is_fitted(self)
        k_null = self.n_experts if k is None else require_integer("k", k, 1, 1000)
        more = k_null + 1 if k_alternative is None else k_alternative
        more = require_integer("k_alternative", more, k_null + 1, 1000)
        n, jobs, seed = check_draws(n, jobs, seed)
        starts = require_integer("n_init", n_init, 1, 10**6)
        fit = self._estimated_with(k_null)
        refuse_irregular(fit, "lr_test")
        refuse_broken_weights(fit.problem)
        larger = self._problem(more)
        task = RatioDraw(fit.problem, larger, fit.model.vector, starts, seed, self.tol, self.max_iter)
        of = digest("ratio", k_null, more, starts, seed, *self._settings(fit))
        rows: list[Row] = []
        with _file(file, fit.problem) as stream:
            with one_thread():
                statistic = task.observed()
            try:
                for row in drawn(task, n, jobs, stream, of, progress):
                    rows.append(row)
            finally:
                null = tuple(sorted(float(row["statistic"]) for row in rows if "statistic" in row))
                found = LikelihoodRatioTest(k_null, more, statistic, null, n, len(rows) - len(null), seed)
                self.inference_ = self.inference_.with_test(found)
        return found

    def _estimated(self) -> Estimated:
        raise NotImplementedError

    def _problem(self, k: int | None = None) -> Problem:
        raise NotImplementedError

    def _training(self) -> tuple[Array, Array]:
        raise NotImplementedError

    def _reported(self) -> Reported:
        return reported_of(self.model_, self.standard_errors_, self.gate_separated_)

    def _estimated_with(self, k: int) -> Estimated:
        """Return the fit of k experts, made with the same settings if it is another number."""
        if k == self.n_experts:
            return self._estimated()
        other = clone(self).set_params(n_experts=k, verbose=0)
        if isinstance(other.init, MixingMeasure):
            other.set_params(init="em-short")
        for name, columns in (
            ("gate_features", self.gate_columns_),
            ("expert_features", self.expert_columns_),
        ):
            # By number: the training data have no names.
            if getattr(self, name) is not None:
                other.set_params(**{name: list(columns)})
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            other.fit(*self._training(), sample_weight=self.sample_weight_)
        found: Estimated = other._estimated()
        return found

    def _settings(self, fit: Estimated) -> tuple[Any, ...]:
        """Return what draws from a fit depend on, beside its data."""
        box = fit.problem.box
        asked = [self.tol, self.max_iter, self.penalty, *map(int, fit.problem.restriction.places)]
        return fit.model.vector, box.lower, box.upper, asked


def require_draw_file(
    path: str | Path, settings: Mapping[str, Any], X: Array, y: Array, sample_weight: Array | None
) -> None:
    """Refuse a file that cannot keep the draws of a fit, before the fit is made; a missing one can.

    Args:
        path: the file.
        settings: setting of the estimator -> value, columns by number.
        X, y, sample_weight: the data of the fit.
    """
    if not Path(path).exists():
        return
    data = fitted_data(settings, *counted_rows(X, y, sample_weight), None)
    with _file(path, data.problem(settings["n_experts"], settings["bounds"], settings["penalty"])):
        pass


def _file(path: str | Path | None, problem: Problem) -> AbstractContextManager[DrawFile | None]:
    if path is None:
        return nullcontext()
    weights = [] if problem.row_weights is None else problem.row_weights.tolist()
    return DrawFile(path, digest(problem.Z, problem.y, weights))
