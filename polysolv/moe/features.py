"""Which columns of the covariates the gate and the experts are asked to depend on."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral

import numpy as np

from polysolv.errors import InputError, unknown_name
from polysolv.moe.structure import VARIANCES, Structure


def asked_structure(
    gate_features: object,
    expert_features: object,
    variance: object,
    d: int,
    names: Sequence[str] | None = None,
) -> Structure:
    """Return the structure that settings ask for, columns by number.

    Args:
        gate_features, expert_features: None for all columns, or a sequence of names or numbers from 0; empty
            for none.
        variance: "free" or "equal".
        d: number of columns.
        names: of the columns, or None where they have none.

    Raises:
        InputError: for a column that is not there or occurs twice, or if neither part depends on any.

    >>> asked_structure(["z"], [0], "free", 2, ["x", "z"])
    Structure(gate=(1,), experts=(0,), equal_variances=False)
    """
    if variance not in VARIANCES:
        raise unknown_name("variance", variance, list(VARIANCES))
    known = [""] * d if names is None else list(names)
    gate = asked_columns(gate_features, known, "gate_features")
    experts = asked_columns(expert_features, known, "expert_features")
    if not gate and not experts:
        raise InputError("gate_features", gate_features, "at least one column in the gate or in the experts")
    return Structure(gate, experts, variance == "equal")


def asked_columns(features: object, names: Sequence[str], field: str = "features") -> tuple[int, ...]:
    """Return the columns that a setting asks for, ascending.

    Args:
        features: as for :func:`asked_structure`.
        names: of all columns, "" for one without a name.
        field: name of the setting, for error messages.
    """
    d = len(names)
    if features is None:
        return tuple(range(d))
    allowed = f"a number from 0 to {d - 1}"
    if any(names):
        allowed = f"{', '.join(names)}, or {allowed}"
    if isinstance(features, np.ndarray):
        features = features.tolist()
    if isinstance(features, str) or not isinstance(features, Sequence):
        raise InputError(field, features, f"None, or a list of columns: {allowed}")
    found = []
    for feature in features:
        if isinstance(feature, str) and feature and list(names).count(feature) == 1:
            found.append(list(names).index(feature))
        elif isinstance(feature, Integral) and not isinstance(feature, bool) and int(feature) in range(d):
            found.append(int(feature))
        else:
            raise InputError(field, feature, f"a column: {allowed}")
    if len(set(found)) < len(found):
        raise InputError(field, list(features), "each column once")
    return tuple(sorted(found))
