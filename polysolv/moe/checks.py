"""What a fit refuses before any work: settings and data that are not allowed."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from typing import Any

import numpy as np

from polysolv.errors import InputError, require_integer, unknown_name
from polysolv.moe.coordinates import check_bounds, interval
from polysolv.moe.engines.devices import check_device
from polysolv.moe.likelihood import Array
from polysolv.moe.mixing_measure import MixingMeasure
from polysolv.moe.optimise import METHODS
from polysolv.moe.penalty import PENALTIES
from polysolv.moe.starts import NAMES
from polysolv.moe.structure import Structure

_MAX_SPREAD = 1e50
# Integers beyond this are rounded.
_WHOLE = 2.0**53


def check_settings(settings: Mapping[str, Any], d: int) -> None:
    """Refuse settings of the estimator that are not allowed for d covariates."""
    require_integer("n_experts", settings["n_experts"], 1, 1000)
    require_integer("n_init", settings["n_init"], 1, 10**6)
    require_integer("max_iter", settings["max_iter"], 1, 10**9)
    check_device(settings["device"])
    method, init, penalty = (settings[name] for name in ("method", "init", "penalty"))
    if method not in METHODS:
        raise unknown_name("method", method, list(METHODS))
    if not isinstance(init, MixingMeasure) and init not in NAMES:
        raise InputError("init", init, f"{', '.join(NAMES)} or a MixingMeasure")
    if not _positive(settings["tol"]):
        raise InputError("tol", settings["tol"], "a positive number")
    if penalty is not None and penalty not in PENALTIES:
        raise unknown_name("penalty", penalty, list(PENALTIES))
    least, bounds = settings["min_variance"], settings["bounds"]
    if least is not None and not _positive(least):
        raise InputError("min_variance", least, "None or a positive number")
    if settings["variance"] == "equal":
        _check_one_variance(bounds)
    check_bounds(bounds, d)
    high = float(interval("sigma", (bounds or {}).get("sigma"), d)[1][0])
    if (least is not None and high < least) or high <= 0:
        raise InputError("bounds['sigma']", high, "an upper end above min_variance")
    if isinstance(init, MixingMeasure) and (init.k, init.d) != (settings["n_experts"], d):
        shape = f"k = {settings['n_experts']} atoms in dimension {d}"
        raise InputError("init", f"k = {init.k}, d = {init.d}", shape)


def check_count(n: int, structure: Structure, k: int, row_weights: Array | None) -> None:
    """Refuse fewer rows than there are free parameters.

    Args:
        n: number of rows.
        structure: columns that gate and experts depend on, without those that others determine.
        k: number of experts.
        row_weights: how often each row counts; None for once.
    """
    count = structure.parameter_count(k)
    if row_weights is None and n < count:
        raise InputError("X", f"n_samples={n}", f"at least as many rows as free parameters ({count})")
    if row_weights is not None and row_weights.sum() < count:
        total = f"a sum of {row_weights.sum():g}"
        allowed = f"at least as much as there are free parameters ({count}): a weight is a number of rows"
        raise InputError("sample_weight", total, allowed)


def check_data(X: Array, y: Array, structure: Structure) -> None:
    """Refuse a single row, and columns that cannot be fitted.

    Args:
        X, y: the rows that count, shapes (n, d) and (n,).
        structure: columns that gate and experts are asked to depend on.
    """
    if y.size == 1:
        raise InputError("X", "n_samples=1", "rows that differ")
    for j in structure.used:
        if np.ptp(X[:, j]) == 0:
            value = float(X[0, j])
            raise InputError(f"X: column {j}", value, f"a column that is {not_constant(value)}")
    if np.ptp(y) == 0:
        raise InputError("y", float(y[0]), f"responses that are {not_constant(float(y[0]))}")
    with np.errstate(over="ignore"):
        widths = [*((f"X: column {j}", float(X[:, j].std())) for j in structure.used), ("y", float(y.std()))]
    for name, width in widths:
        if not 1.0 / _MAX_SPREAD <= width <= _MAX_SPREAD:
            allowed = f"a standard deviation from {1 / _MAX_SPREAD:g} to {_MAX_SPREAD:g}: change the unit"
            raise InputError(f"{name}: standard deviation", width, allowed)


def not_constant(value: float, rounded: bool = False) -> str:
    """Return what a constant column ought to be, where rounding may have made it so.

    Args:
        value: of the column.
        rounded: whether the text of some value says another number.

    >>> not_constant(5.0)
    'not constant'
    """
    if rounded or abs(value) >= _WHOLE:
        return "not constant in double precision (take a constant off all its values first)"
    return "not constant"


def _check_one_variance(bounds: Any) -> None:
    """Refuse a box with a pair of ends for each expert: where they do not meet there is no one variance."""
    pair = bounds.get("sigma") if isinstance(bounds, Mapping) else None
    try:
        low, high = (np.ravel(np.asarray(end, dtype=float)) for end in (pair if pair is not None else (0, 1)))
    except (TypeError, ValueError):
        return  # the general check has the right words
    if low.size and high.size and np.fmax.reduce(low) > np.fmin.reduce(high):
        raise InputError(
            "bounds['sigma']", pair, "a box that holds equal variances, as variance='equal' asks"
        )


def _positive(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and 0.0 < float(value) < np.inf
