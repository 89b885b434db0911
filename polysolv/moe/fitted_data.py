"""The noun `FittedData`: the rows that count, and what is fitted to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from polysolv.errors import InputError
from polysolv.moe.checks import check_count, check_data, check_settings
from polysolv.moe.columns import bounds_of, independent_columns
from polysolv.moe.coordinates import interval
from polysolv.moe.features import asked_structure
from polysolv.moe.likelihood import Array
from polysolv.moe.mixing_measure import PARAMETERS, MixingMeasure
from polysolv.moe.problem import Problem, default_min_variance
from polysolv.moe.row_weights import distinct_rows
from polysolv.moe.structure import Structure


@dataclass(frozen=True)
class FittedData:
    """Training data and the structure that is fitted to them.

    Args:
        X, y: the rows that count, shapes (n, d) and (n,).
        row_weights: how often each row counts, positive, shape (n,); None for once.
        asked: columns that gate and experts are asked to depend on.
        structure: those of them that the columns before them do not determine.
        distinct: each row of the columns used once, its response, and how often it counts: a fit of repeated
            rows is so the same as one with weights.
        floor: least variance, in squared units of y.
    """

    X: Array
    y: Array
    row_weights: Array | None
    asked: Structure
    structure: Structure
    distinct: tuple[Array, Array, Array | None]
    floor: float

    @property
    def collinear(self) -> tuple[int, ...]:
        """Columns that the gate or the experts are asked to depend on and that others determine."""
        gate = set(self.asked.gate) - set(self.structure.gate)
        return tuple(sorted(gate | (set(self.asked.experts) - set(self.structure.experts))))

    def problem(self, k: int, bounds: Any, penalty: str | None) -> Problem:
        """Return what is maximised by a fit of k experts."""
        kept = self.structure.used
        X, y, row_weights = self.distinct
        return Problem.of(
            X,
            y,
            k,
            self.floor,
            bounds_of(bounds, kept, self.X.shape[1]),
            penalty,
            self.structure.among(kept),
            row_weights,
        )


def fitted_data(
    settings: Mapping[str, Any],
    X: Array,
    y: Array,
    row_weights: Array | None,
    names: Sequence[object] | None,
) -> FittedData:
    """Return what the settings of the estimator make of data.

    Args:
        settings: setting of the estimator -> value.
        X, y, row_weights: as in :class:`FittedData`.
        names: of the columns, or None where they have none.

    Raises:
        InputError: for settings or data that are not allowed.
    """
    d = X.shape[1]
    known = None if names is None else [str(name) for name in names]
    asked = asked_structure(
        settings["gate_features"], settings["expert_features"], settings["variance"], d, known
    )
    check_settings(settings, d)
    check_data(X, y, asked)
    gate, experts = (
        tuple(part[j] for j in independent_columns(X[:, list(part)], row_weights))
        for part in (asked.gate, asked.experts)
    )
    structure = Structure(gate, experts, asked.equal_variances)
    if not structure.used:
        first = asked.used[0]
        allowed = "a column that varies by more than the rounding errors of its values"
        raise InputError(f"X: column {first}", float(X[0, first]), allowed)
    check_count(y.size, structure, settings["n_experts"], row_weights)
    distinct = distinct_rows(X[:, list(structure.used)], y, row_weights)
    floor = _least_variance(settings, *distinct, structure.among(structure.used))
    return FittedData(X, y, row_weights, asked, structure, distinct, floor)


def problem_of(
    X: Array,
    y: Array,
    row_weights: Array | None,
    structure: Structure,
    k: int,
    floor: float,
    bounds: Any,
    penalty: str | None,
) -> Problem:
    """Return what a fit maximised, made anew; arguments as in :class:`FittedData` and ``problem``."""
    distinct = distinct_rows(X[:, list(structure.used)], y, row_weights)
    data = FittedData(X, y, row_weights, structure, structure, distinct, floor)
    return data.problem(k, bounds, penalty)


def _least_variance(
    settings: Mapping[str, Any], X: Array, y: Array, row_weights: Array | None, structure: Structure
) -> float:
    """Return the least variance allowed: the setting, else the user's box, else the default."""
    low, high = (float(end[0]) for end in interval("sigma", (settings["bounds"] or {}).get("sigma"), 1))
    if settings["min_variance"] is not None:
        return max(float(settings["min_variance"]), low)
    return low if low > 0 else min(default_min_variance(X, y, row_weights, structure), high)


def snapped(G: MixingMeasure, floor: float, bounds: Any, structure: Structure) -> MixingMeasure:
    """Undo what rounding in the change of units moved across a bound; absent slopes stay 0.

    Args:
        G: a fitted measure.
        floor: least variance.
        bounds: the user's box, or None.
        structure: columns that gate and experts depend on.
    """
    arrays = []
    seen = {"beta1": structure.gate, "a": structure.experts}
    for name in PARAMETERS:
        low, high = interval(name, (bounds or {}).get(name), G.d)
        low = np.maximum(low, floor) if name == "sigma" else low
        value = getattr(G, name)
        inside = np.clip(value, low if value.ndim == 2 else low[0], high if value.ndim == 2 else high[0])
        if name in seen:
            inside = np.where(np.isin(np.arange(G.d), seen[name]), inside, value)
        arrays.append(inside)
    return MixingMeasure(*arrays)
