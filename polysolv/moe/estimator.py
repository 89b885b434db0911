"""The maximum-likelihood fitter as a scikit-learn estimator."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from polysolv.errors import InputError
from polysolv.moe import diagnostics
from polysolv.moe.arrays import as_numpy
from polysolv.moe.columns import spread
from polysolv.moe.coordinates import coordinate_names
from polysolv.moe.covariate_relations import CovariateRelations
from polysolv.moe.covariate_search import find_relations
from polysolv.moe.decimals import Texts
from polysolv.moe.ends import settled
from polysolv.moe.engines.choice import on_device
from polysolv.moe.estimated import Estimated
from polysolv.moe.fit_record import LEARNED, SETTINGS, FitRecord
from polysolv.moe.fit_warning import FitWarning
from polysolv.moe.fitted_data import FittedData, fitted_data, problem_of, snapped
from polysolv.moe.fitted_model import FittedModel
from polysolv.moe.frames import columns_named, is_frame
from polysolv.moe.inference import Inference
from polysolv.moe.inferring import InferenceMixin
from polysolv.moe.likelihood import Array
from polysolv.moe.mixing_measure import MixingMeasure, natural_order
from polysolv.moe.optimise import Run
from polysolv.moe.prediction import PredictionMixin
from polysolv.moe.predictive import Predictive, predictive
from polysolv.moe.problem import Problem
from polysolv.moe.row_weights import checked_weights, count_of, counted_rows
from polysolv.moe.scale import resolution
from polysolv.moe.search import best_of, runs_of
from polysolv.moe.structure import Structure
from polysolv.moe.threads import one_thread

if TYPE_CHECKING:
    from polysolv.display.pictures import Picture
    from polysolv.moe.dendrogram import Dendrogram
    from polysolv.moe.summary import FitSummary

_LAZY = (
    "inferred_cells_",
    "standard_errors_",
    "covariance_",
    "warnings_",
    "entropy_",
    "covariate_relations_",
)


class SoftmaxGaussianMoE(InferenceMixin, PredictionMixin, RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """Maximum-likelihood fit of a softmax-gated Gaussian mixture of linear experts.

    Args:
        n_experts: number of experts k, at least 1.
        n_init: number of starts, of which the best end is kept: three fifths afresh, the others moves of the
            ends known by then (:mod:`~polysolv.moe.moves`). With ``init`` a measure there is one start, and
            more only if it ends in a spurious atom, which is then moved.
        init: "em-short" (many divisions of at most 1,000 rows, each taken some EM maps and Newton steps, the
            best kept), "kmeans", "random", or a :class:`MixingMeasure`.
        tol: bound on ``gradient_norm_``, the largest entry of the projected score divided by n.
        max_iter: bound on EM maps plus trust-region evaluations of one start.
        method: "auto" (a few accelerated EM maps, then a trust-region Newton method on the full likelihood),
            "newton" (trust region from the start) or "em" (plain EM).
        min_variance: smallest variance allowed, in squared units of y; None for max(r^2/12, 1e-6 s^2), r the
            step of the grid that y was rounded to and s a robust residual scale of one line.
        penalty: None, or "chen-tan" for the likelihood with a penalty that makes it bounded and its maximum
            consistent (:class:`~polysolv.moe.penalty.Penalty`); the score, curvatures and ``converged_`` are
            then those of the penalised likelihood, ``log_likelihood_`` and the criteria are without it.
        variance: "free" (each expert has its own) or "equal" (all share one).
        gate_features: columns that the gate depends on, by name or number; None for all, () for weights that
            depend on no covariate.
        expert_features: columns that the means of the experts depend on, likewise; () for constant means.
        bounds: compact box of the parameters: a mapping from "beta0", "beta1", "a", "b", "sigma" to a pair
            (low, high) (for slopes also of arrays of length d); None, or a missing name, leaves them free.
            It does not concern slopes that gate or experts lack, which are 0.
        warm_start: whether a second ``fit`` starts from the last solution; afresh if its shape has changed.
        random_state: seed of the starts; with "em-short" of the last fifth of them, the others are the same
            for every seed.
        device: "cpu", "cuda" (extra ``gpu``: the trust region's evaluations run on the GPU) or "auto": cuda
            if there is one. On a GPU at most 8 experts and 3 covariates.
        verbose: 0 for silence; 1 reports each start, 2 each iteration, on standard error.

    Attributes:
        mixing_measure_: the fitted :class:`MixingMeasure`; the last atom's gate is 0 unless the gate is
            bounded.
        n_iter_: EM maps plus trust-region evaluations of the best start.
        converged_: whether the fit is a stationary point without negative curvature.
        status_: "stationary", "rounding" (no further progress in double precision), "saddle" (method "em"
            only) or "iterations".
        lower_bound_, lower_bounds_: mean log-likelihood per observation at the end, and along the way.
        log_likelihood_: total log-likelihood.
        gradient_norm_: largest entry of the score per observation, entries that push out of the box apart;
            like all statements about curvature it is made in standardised coordinates (logged variances), so
            that it does not depend on units.
        information_eigenvalues_: eigenvalues, ascending, of the observed information per observation, over
            the coordinates that are not at a bound, without the d + 1 zeros that belong to translations of
            the gate, and without the gate where it is separated.
        smallest_curvature_: smallest of these.
        spurious_: indices of the atoms that say nothing about the data: a few aligned or tied rows
            (:mod:`~polysolv.moe.spurious`); () if there are none. Ends without such atoms come first whatever
            the likelihood.
        effective_rows_: total responsibility of each atom.
        resolution_: step of the grid that y lies on, 0 for none.
        gate_separated_: whether the gate has no maximum (:mod:`~polysolv.moe.separation`): along some
            direction the likelihood rises for ever. Its estimates mean nothing then; the experts' do.
        collinear_: columns left out because those before them determine them; their slopes are 0.
        at_bound_: names of the coordinates at a bound, such as "sigma[2]".
        gate_columns_, expert_columns_: columns that gate and experts depend on, without collinear ones.
        n_samples_: number of rows, or the sum of their weights.
        sample_weight_: how often each row of ``training_`` counts, None for once.
        training_: the rows (X, y) that count, for the diagnostics that are made on first use; None in a fit
            read from JSON.
        column_names_: names of the covariates and of the response.
        relations_: polynomials in the column names that vanish on the covariates, such as "x^2 - x" for a
            dummy, up to degree 2 k; those that hold only within a tolerance end in "(approximate)".
        covariate_relations_: the same as data, with the degree examined and what was not
            (:class:`~polysolv.moe.covariate_relations.CovariateRelations`); lazy.
        starts_: one (log-likelihood, status, whether it holds a spurious atom) for each start.
        n_features_in_: dimension d of the covariate.
        inference_: intervals, draws and tests that were asked for
            (:class:`~polysolv.moe.inference.Inference`).

    Raises:
        InputError: (a ValueError) for parameters or data that are not allowed: NaN or infinite values,
            constant columns, fewer rows than free parameters.

    Warns:
        ConvergenceWarning: (scikit-learn's) if the best end is not a stationary point.
        FitWarning: if it holds a spurious atom, its gate is separated, or (after more than one start) its
            atoms are more than the data tell apart.

    For k >= 2 the likelihood is unbounded (a variance may shrink onto a few points): the best regular end is
    the answer, and a spurious one only if there is no other. Where ``bounds`` keeps the variances away from
    0, the best end in the box is taken, as in the theory. An interrupted fit keeps its finished starts.

    >>> G = MixingMeasure(beta0=[0.3, 0], beta1=[[1], [0]], a=[[1.5], [-1.5]], b=[1, -1], sigma=[0.4, 0.3])
    >>> X, y = G.sample(2000, seed=0)
    >>> fit = SoftmaxGaussianMoE(n_experts=2, random_state=0).fit(X, y)
    >>> fit.converged_, fit.gradient_norm_ <= 1e-8
    (True, True)
    >>> sorted(fit.mixing_measure_.b.round(1).tolist())
    [-1.0, 1.0]
    """

    def __init__(
        self,
        n_experts: int = 1,
        *,
        n_init: int = 10,
        init: str | MixingMeasure = "em-short",
        tol: float = 1e-8,
        max_iter: int = 1000,
        method: str = "auto",
        min_variance: float | None = None,
        penalty: str | None = None,
        variance: str = "free",
        gate_features: Any = None,
        expert_features: Any = None,
        bounds: Any = None,
        warm_start: bool = False,
        random_state: Any = None,
        device: str = "cpu",
        verbose: int = 0,
    ) -> None:
        self.n_experts = n_experts
        self.n_init = n_init
        self.init = init
        self.tol = tol
        self.max_iter = max_iter
        self.method = method
        self.min_variance = min_variance
        self.penalty = penalty
        self.variance = variance
        self.gate_features = gate_features
        self.expert_features = expert_features
        self.bounds = bounds
        self.warm_start = warm_start
        self.random_state = random_state
        self.device = device
        self.verbose = verbose

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> SoftmaxGaussianMoE:
        """Fit to covariates and responses; return self.

        Args:
            X: covariates, shape (n, d).
            y: responses, shape (n,).
            sample_weight: how often each row counts, real numbers at least 0, shape (n,); None for once. All
                that is said of the fit is as if the rows were repeated so often: estimates, likelihood,
                criteria, standard errors, effective rows, which atoms are spurious, convergence.
        """
        given_y = y
        X, y = as_numpy(X), as_numpy(y, "y")
        X, y = validate_data(self, X, y, dtype=np.float64, y_numeric=True)
        X, y = np.asarray(X), np.asarray(y, dtype=np.float64)
        X, y, row_weights = counted_rows(X, y, sample_weight)
        names = getattr(self, "feature_names_in_", None)
        data = fitted_data(self.get_params(deep=False), X, y, row_weights, names)
        kept = data.structure.used
        with one_thread():
            problem = on_device(data.problem(self.n_experts, self.bounds, self.penalty), self.device)
            runs: list[Run] = []
            finished = False
            try:
                for run in self._search(problem, kept):
                    runs.append(run)
                finished = True
            finally:
                # Interrupted: what is finished is kept.
                if runs:
                    self._learn(problem, runs, finished, data)
                    self.column_names_ = self._names(given_y)
        self._warn()
        return self

    def predict_gate(self, X: ArrayLike) -> Array:
        """Return the gate probabilities, shape (n, k)."""
        return self.model_.gate(self._checked(X))

    def responsibilities(self, X: ArrayLike, y: ArrayLike) -> Array:
        """Return the posterior probability of each expert given (x, y), shape (n, k)."""
        return self.model_.responsibilities(self._checked(X), y)

    def score_samples(self, X: ArrayLike, y: ArrayLike | None = None) -> Array:
        """Return the log conditional density of each row, shape (n,); without y, at the conditional means."""
        X = self._checked(X)
        return self.model_.log_density(X, predictive(self.model_, X).mean() if y is None else y)

    def sample(self, n: int = 1, x: Any = None, seed: Any = None) -> tuple[Array, Array]:
        """Draw (X, y) from the fitted model.

        Args:
            n: number of rows.
            x: covariates, shape (n, d), or a callable (see :meth:`MixingMeasure.sample`); None for rows of
                the training covariates, drawn with replacement.
            seed: integer, numpy Generator, or None for a fresh one.
        """
        check_is_fitted(self)
        if x is None:
            X, _ = self._training()
            weights = self.sample_weight_
            if weights is None:
                x = lambda size, rng: X[rng.integers(X.shape[0], size=size)]  # noqa: E731
            else:
                share = weights / weights.sum()
                x = lambda size, rng: X[rng.choice(X.shape[0], size, p=share)]  # noqa: E731
        return self.mixing_measure_.sample(n, x, seed)

    def aic(
        self, X: ArrayLike | None = None, y: ArrayLike | None = None, sample_weight: ArrayLike | None = None
    ) -> float:
        """Return Akaike's criterion on (X, y), or on the training data; lower is better."""
        value, _ = self._value(X, y, sample_weight)
        return diagnostics.aic(value, self.n_parameters_)

    def bic(
        self, X: ArrayLike | None = None, y: ArrayLike | None = None, sample_weight: ArrayLike | None = None
    ) -> float:
        """Return Schwarz's criterion on (X, y), or on the training data; lower is better."""
        value, n = self._value(X, y, sample_weight)
        return diagnostics.bic(value, self.n_parameters_, n)

    def icl(
        self, X: ArrayLike | None = None, y: ArrayLike | None = None, sample_weight: ArrayLike | None = None
    ) -> float:
        """Return the integrated completed likelihood criterion: BIC plus twice the entropy."""
        if X is None or y is None:
            check_is_fitted(self)
            return self.bic() + 2.0 * self.entropy_
        tau = self.responsibilities(X, y)
        entropy = diagnostics.entropy(tau, checked_weights(sample_weight, len(tau)))
        return self.bic(X, y, sample_weight) + 2.0 * entropy

    def dendrogram(self) -> Dendrogram:
        """Return how the fitted atoms merge, and the criterion DSC (:mod:`~polysolv.moe.dendrogram`)."""
        from polysolv.moe.dendrogram import dendrogram_of

        data = self._training()
        if self.structure_ != Structure.whole(self.n_features_in_):
            reason = "a fit with separate covariates or one variance"
            raise InputError(
                "dendrogram", reason, "a fit whose experts have all parameters: mergers make them"
            )
        return dendrogram_of(self.mixing_measure_, *data, self.sample_weight_)

    def summary(self) -> FitSummary:
        """Return shares, effective rows, estimates with errors and 95 % intervals, and warnings in words."""
        from polysolv.moe.summary import summary_of

        check_is_fitted(self)
        return summary_of(record_of(self))

    def plot(self, column: str | int | None = None, coverage: float = 0.9) -> Picture:
        """Draw the data coloured by expert, a line with its band for each expert, and the gate below.

        Args:
            column: covariate to draw against, by name or number; None for the first four. With more than one
                covariate the others are held at their medians.
            coverage: of the bands, above 0 and below 1.
        """
        from polysolv.moe.fit_plot import Drawn, plot_fit

        check_is_fitted(self)
        return plot_fit(Drawn(self.model_, self.column_names_, self.training_), column, coverage)

    def to_json(self) -> str:
        """Return the fit as JSON text (schema ``polysolv/fit/1``), read back by :meth:`from_json`."""
        import json

        from polysolv.moe.fit_file import fit_to_data

        check_is_fitted(self)
        return json.dumps(fit_to_data(record_of(self)), indent=2, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str, source: str = "fit") -> SoftmaxGaussianMoE:
        """Read a fit from JSON text; it predicts and prints, but no longer holds its data.

        Args:
            text: what :meth:`to_json` wrote.
            source: name of the file, for error messages.
        """
        from polysolv.moe.fit_file import fit_from_json

        return fit_of(fit_from_json(text, source))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        # Experts that see some columns only need not predict well.
        tags.regressor_tags.poor_score = self.expert_features is not None
        return tags

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        # scikit-learn's own picture until there is a fit to show.
        if not hasattr(self, "mixing_measure_"):
            return super()._repr_mimebundle_(**kwargs)
        from polysolv.display.rich_display import to_html, to_latex, to_text
        from polysolv.moe.presentation import fit_grids, fit_notes

        record = record_of(self)
        tables = fit_grids(record), fit_notes(record)
        return {
            "text/plain": to_text(*tables),
            "text/html": to_html(*tables),
            "text/latex": to_latex(*tables),
        }

    @property
    def n_parameters_(self) -> int:
        """Number of free parameters: k (2 d + 3) - (d + 1) where nothing is left out."""
        check_is_fitted(self)
        return self.structure_.parameter_count(self.mixing_measure_.k)

    @property
    def structure_(self) -> Structure:
        """Columns that gate and experts depend on, and whether the variances are one."""
        check_is_fitted(self)
        return Structure(self.gate_columns_, self.expert_columns_, self.variance_ == "equal")

    @cached_property
    def entropy_(self) -> float:
        """Total entropy of the responsibilities of the training data; lazy."""
        return diagnostics.entropy(self.model_.responsibilities(*self._training()), self.sample_weight_)

    @cached_property
    def inferred_cells_(self) -> list[tuple[int, ...]]:
        """Groups of fitted atoms that the data cannot tell apart, by backward selection; lazy."""
        with one_thread():
            cells, _ = diagnostics.cells_of(self._problem(), self.model_.vector)
        return cells

    @cached_property
    def warnings_(self) -> list[str]:
        """Plain-words warnings (spurious atoms, over-specification, bounds, a hard gate); lazy."""
        self._training()
        return [
            *self._plain_warnings,
            *diagnostics.over_specified(self.inferred_cells_, self.spurious_),
        ]

    @cached_property
    def covariate_relations_(self) -> CovariateRelations:
        """Polynomials that vanish on the covariates, up to twice the largest cell that can occur; lazy."""
        X, _ = self._training()
        used = self.structure_.used + tuple(j for j in self.collinear_ if j not in self.structure_.used)
        columns = sorted(used)
        texts = {
            (row, columns.index(j)): text for (row, j), text in self.covariate_texts_.items() if j in columns
        }
        return find_relations(X[:, columns], self.mixing_measure_.k, texts).at(columns)

    @property
    def relations_(self) -> list[str]:
        """Polynomials that vanish on the covariates, in column names."""
        check_is_fitted(self)
        return self.covariate_relations_.texts(self.column_names_[0])

    def _learn(self, problem: Problem, runs: list[Run], finished: bool, data: FittedData) -> None:
        for name in _LAZY:
            self.__dict__.pop(name, None)
        self.inference_ = Inference()
        self.covariate_texts_: Texts = {}
        gate_names = {"beta0", "beta1"} if data.structure.gate else {"beta0"}
        free_gate = not gate_names & set(self.bounds or {})
        end = settled(problem, best_of(problem, runs), self.tol, self.max_iter, free_gate)
        run = end.run
        if not np.isfinite(run.value):
            raise InputError("bounds", self.bounds, "a box in which the likelihood does not overflow")
        kept = data.structure.used
        k, d, n = problem.k, data.X.shape[1], count_of(data.row_weights, data.y.size)
        offset = float(np.log(problem.coordinates.y_scale)) * n
        order = natural_order(k, len(kept))
        self.gate_columns_, self.expert_columns_ = data.structure.gate, data.structure.experts
        self.variance_ = self.variance
        self.model_ = FittedModel(problem.coordinates, run.vector, k, kept, d)
        self.mixing_measure_ = snapped(self.model_.measure(), data.floor, self.bounds, data.structure)
        self._held = problem.held(run.vector, run.gradient)
        self.held_ = spread(self._held[order], kept, k, d, False)
        self.at_bound_ = [name for name, at in zip(coordinate_names(k, d), self.held_, strict=True) if at]
        self.log_likelihood_ = end.log_likelihood - offset
        self.lower_bounds_ = [(value - offset) / n for value in run.values]
        self.lower_bound_ = self.log_likelihood_ / n
        self.gradient_norm_ = end.gradient_norm
        self.n_iter_ = run.iterations
        self.status_ = run.status
        self.converged_ = end.converged
        self.information_eigenvalues_ = end.eigenvalues
        self.smallest_curvature_ = float(end.eigenvalues[0]) if end.eigenvalues.size else 0.0
        self.spurious_ = end.spurious
        self.effective_rows_ = end.mass
        self.gate_separated_ = end.gate_separated
        self.collinear_ = data.collinear
        self.resolution_ = resolution(data.y)
        self.starts_ = [
            (
                problem.log_likelihood(run.vector, run.value) - offset,
                run.status,
                bool(problem.spurious(run.vector)),
            )
            for run in runs
        ]
        self.min_variance_ = data.floor
        self.n_samples_ = n
        self.training_: tuple[Array, Array] | None = (data.X, data.y)
        self.sample_weight_ = data.row_weights
        self.weights_: str | None = None if data.row_weights is None else "sample_weight"
        self._plain_warnings = diagnostics.warnings_of(
            problem, end, self.at_bound_, self.resolution_, len(runs) if not finished else None
        )

    def _warn(self) -> None:
        import warnings

        from sklearn.exceptions import ConvergenceWarning

        if not self.converged_:
            warnings.warn(
                f"the best of {len(self.starts_)} starts is not a stationary point (status {self.status_}, "
                f"max_iter = {self.max_iter}): gradient norm {self.gradient_norm_:.1e}",
                ConvergenceWarning,
                stacklevel=3,
            )
        serious = [text for text in self._plain_warnings if text.startswith(diagnostics.SERIOUS)]
        if len(self.starts_) > 1:
            # Where one start was asked for, this would cost as much as the fit.
            serious += diagnostics.over_specified(self.inferred_cells_, self.spurious_)
        for text in serious:
            warnings.warn(text, FitWarning, stacklevel=3)

    def _estimated(self) -> Estimated:
        """Return the fit as inference sees it."""
        return Estimated(
            self._problem(),
            self.model_,
            tuple(self.inferred_cells_),
            self._held,
            self.converged_,
            self.spurious_,
            self.gate_separated_,
        )

    def _problem(self, k: int | None = None) -> Problem:
        """Return what was maximised, made anew from the training data, or that with k experts."""
        X, y = self._training()
        weights, floor = self.sample_weight_, float(self.min_variance_)
        k = self.model_.k if k is None else k
        return problem_of(X, y, weights, self.structure_, k, floor, self.bounds, self.penalty)

    def _search(self, problem: Problem, kept: tuple[int, ...]) -> Iterator[Run]:
        """Yield the end of each start."""
        state = check_random_state(self.random_state)
        rng = np.random.default_rng(state.randint(2**31, size=4).tolist())
        init = self.init
        previous = getattr(self, "mixing_measure_", None) if self.warm_start else None
        if previous is not None and (previous.k, previous.d) == (self.n_experts, self.n_features_in_):
            init = previous
        if isinstance(init, MixingMeasure):
            init = init.columns(kept)
        return runs_of(problem, init, self.n_init, self.method, self.tol, self.max_iter, rng, self._reporter)

    def _names(self, y: ArrayLike) -> tuple[tuple[str, ...], str]:
        d = self.mixing_measure_.d
        names = getattr(self, "feature_names_in_", ["x"] if d == 1 else [f"x{j + 1}" for j in range(d)])
        return tuple(map(str, names)), str(getattr(y, "name", None) or "y")

    def _reporter(self, index: int) -> Any:
        if not self.verbose:
            return None
        print(f"start {index + 1}", file=sys.stderr)

        def report(iteration: int, value: float, norm: float) -> None:
            if self.verbose > 1:
                print(f"  {iteration:4d}  {value:.6f}  {norm:.2e}", file=sys.stderr)

        return report

    def _predictive(self, X: ArrayLike) -> Predictive:
        X = self._checked(X)
        names = self.column_names_[0]
        return predictive(self.model_, X, lambda row, column: f"X: row {row}, column {names[column]!r}")

    def _checked(self, X: Any) -> Array:
        check_is_fitted(self)
        if self.training_ is None and is_frame(X):
            # Read from JSON: the columns are known by their names, or made by its formula.
            design = self.formula_
            X = columns_named(X, self.column_names_[0]) if design is None else design.covariates_of(X)
        checked: Array = validate_data(self, as_numpy(X), dtype=np.float64, reset=False)
        return checked

    def _training(self) -> tuple[Array, Array]:
        check_is_fitted(self)
        if self.training_ is None:
            raise InputError("SoftmaxGaussianMoE", "a fit read from JSON", "a fit that still holds its data")
        return self.training_

    def _value(
        self, X: ArrayLike | None, y: ArrayLike | None, sample_weight: ArrayLike | None
    ) -> tuple[float, int | float]:
        check_is_fitted(self)
        if X is None or y is None:
            return self.log_likelihood_, self.n_samples_
        density = self.score_samples(X, y)
        weights = checked_weights(sample_weight, density.size)
        value = density.sum() if weights is None else density @ weights
        return float(value), count_of(weights, density.size)


def record_of(fit: SoftmaxGaussianMoE) -> FitRecord:
    """Return what a fit has learned as plain values; it makes the lazy diagnostics."""
    settings = {name: getattr(fit, name) for name in SETTINGS}
    return FitRecord(settings, **{name: getattr(fit, f"{name}_") for name in LEARNED})


def fit_of(record: FitRecord) -> SoftmaxGaussianMoE:
    """Return the fitted estimator of a record; without its training data."""
    fit = SoftmaxGaussianMoE(**record.settings)
    for name in LEARNED:
        setattr(fit, f"{name}_", getattr(record, name))
    k, d = record.mixing_measure.k, record.mixing_measure.d
    fit.n_features_in_ = d
    fit.lower_bound_ = record.log_likelihood / record.n_samples
    fit.held_ = np.array([name in record.at_bound for name in coordinate_names(k, d)])
    fit.training_ = fit.sample_weight_ = None
    fit.variance_ = fit.variance
    return fit
