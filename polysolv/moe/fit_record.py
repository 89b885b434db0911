"""The noun `FitRecord`: what a fit has learned as plain values, which tables show and files hold."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from polysolv.moe import diagnostics
from polysolv.moe.covariate_relations import CovariateRelations
from polysolv.moe.design import Design
from polysolv.moe.fitted_model import FittedModel
from polysolv.moe.inference import Inference
from polysolv.moe.likelihood import Array
from polysolv.moe.mixing_measure import MixingMeasure
from polysolv.moe.standard_errors import StandardErrors
from polysolv.moe.structure import Structure

SETTINGS = (
    "n_experts",
    "n_init",
    "init",
    "tol",
    "max_iter",
    "method",
    "min_variance",
    "penalty",
    "variance",
    "gate_features",
    "expert_features",
    "bounds",
    "random_state",
)


@dataclass(frozen=True, eq=False)
class FitRecord:
    """What a fit has learned, without its data; the lazy diagnostics are made.

    Args:
        settings: setting of the estimator -> value, for every name in :data:`SETTINGS`.
        n_samples: number of rows, or the sum of their weights.
        column_names: names of the covariates and of the response.
        formula: what made the covariates of the columns of a table, or None.
        weights: what the rows are weighted by: a column's name, "sample_weight", or None.

    All other fields are the estimator's attributes of the same name with ``_`` at the end.
    """

    settings: dict[str, Any]
    n_samples: int | float
    column_names: tuple[tuple[str, ...], str]
    mixing_measure: MixingMeasure
    log_likelihood: float
    gradient_norm: float
    smallest_curvature: float
    entropy: float
    min_variance: float
    n_iter: int
    status: str
    converged: bool
    lower_bounds: list[float]
    information_eigenvalues: Array
    at_bound: list[str]
    starts: list[tuple[float, str, bool]]
    spurious: tuple[int, ...]
    effective_rows: Array
    gate_separated: bool
    gate_columns: tuple[int, ...]
    expert_columns: tuple[int, ...]
    collinear: tuple[int, ...]
    resolution: float
    model: FittedModel
    inferred_cells: list[tuple[int, ...]]
    standard_errors: StandardErrors
    warnings: list[str]
    covariate_relations: CovariateRelations
    formula: Design | None = None
    weights: str | None = None
    covariance: Array | None = None
    inference: Inference = field(default_factory=Inference)

    @property
    def structure(self) -> Structure:
        """Columns that gate and experts depend on, and whether the variances are one."""
        return Structure(self.gate_columns, self.expert_columns, self.settings["variance"] == "equal")

    @property
    def n_parameters(self) -> int:
        """Number of free parameters."""
        return self.structure.parameter_count(self.mixing_measure.k)

    @property
    def aic(self) -> float:
        """Akaike's criterion on the training data."""
        return diagnostics.aic(self.log_likelihood, self.n_parameters)

    @property
    def bic(self) -> float:
        """Schwarz's criterion on the training data."""
        return diagnostics.bic(self.log_likelihood, self.n_parameters, self.n_samples)

    @property
    def icl(self) -> float:
        """The integrated completed likelihood criterion on the training data."""
        return self.bic + 2.0 * self.entropy


LEARNED = tuple(entry.name for entry in fields(FitRecord) if entry.name != "settings")
