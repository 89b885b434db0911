"""Predictions in the form in which the covariates came: pandas in, pandas out."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from polysolv.errors import unknown_name
from polysolv.moe.likelihood import Array


def is_frame(X: object) -> bool:
    """Return whether covariates are a pandas data frame; pandas is not imported for it."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(X, pandas.DataFrame)


def columns_named(X: Any, names: Sequence[str]) -> Any:
    """Return the columns of a data frame that a fit was made with, as an array.

    Raises:
        InputError: naming the column that is not there.
    """
    columns = [str(name) for name in X.columns]
    for name in names:
        if name not in columns:
            raise unknown_name("X: column", name, columns)
    return X.iloc[:, [columns.index(name) for name in names]].to_numpy()


def as_came(X: Any, values: Array, names: str | Sequence[Any]) -> Any:
    """Return values, one for each row of X, as they are, or with the index of X if that is a data frame.

    Args:
        X: the covariates as they were given.
        values: shape (n,) or (n, m).
        names: name of the series, or of the m columns.

    >>> as_came([[1.0]], np.array([2.0]), "mean").tolist()
    [2.0]
    """
    if not is_frame(X):
        return values
    import pandas

    if values.ndim == 1:
        return pandas.Series(values, index=X.index, name=str(names))
    columns = names if not isinstance(names, str) else [f"{names}[{j}]" for j in range(values.shape[1])]
    return pandas.DataFrame(values, index=X.index, columns=np.asarray(columns, dtype=object))
