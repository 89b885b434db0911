"""The noun `PredictionTable`: what a saved fit predicts for the rows of a file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from polysolv.display.grid import Grid
from polysolv.moe.csv_data import require_rows
from polysolv.moe.data_table import DataTable
from polysolv.moe.design import response_of
from polysolv.moe.fields import AS_FITTED
from polysolv.moe.fit_record import FitRecord
from polysolv.moe.likelihood import Array
from polysolv.moe.predictive import predictive

SCHEMA = "polysolv/predictions/1"


@dataclass(frozen=True, eq=False)
class PredictionTable:
    """Predictions, a row for each row of the file without missing values.

    Args:
        response: name of the response.
        covariates: names of the covariates.
        coverage: of the intervals.
        columns: name -> values; covariates, then predictions.
        dropped: how many rows were left out for missing values.
    """

    response: str
    covariates: tuple[str, ...]
    coverage: float
    columns: dict[str, Array]
    dropped: int

    def grid(self) -> Grid:
        """Return the table, numbers with the digits that identify them."""
        texts = [[_text(value) for value in column.tolist()] for column in self.columns.values()]
        title = f"{self.response}: predictions, intervals of coverage {self.coverage:g}"
        return Grid(title, list(self.columns), list(zip(*texts, strict=True)))

    def to_json(self) -> str:
        """Return the predictions as JSON text (schema ``polysolv/predictions/1``)."""
        data: dict[str, Any] = {
            "schema": SCHEMA,
            "response": self.response,
            "covariates": list(self.covariates),
            "coverage": self.coverage,
            "dropped": self.dropped,
            "columns": {name: column.tolist() for name, column in self.columns.items()},
        }
        return json.dumps(data, indent=2, allow_nan=False)


def prediction_table(
    fit: FitRecord,
    table: DataTable,
    coverage: float = 0.9,
    levels: Sequence[float] = (),
    density: bool = False,
    missing: str = "error",
) -> PredictionTable:
    """Return the predictions of a fit for a table.

    Args:
        fit: the fit.
        table: holds the columns that the fit was made with.
        coverage: of the intervals, above 0 and below 1.
        levels: probabilities of the quantiles to add.
        density: whether to add the response of the table, its density, and the probability below it.
        missing: "error" or "drop".

    Raises:
        InputError: for a column that is not there, or a field that is no number.
    """
    x_names, y_name = fit.column_names
    if fit.formula is not None:
        made, X, kept = fit.formula.covariates(table, missing)
        x_names = tuple(made)
        asked = fit.formula.parsed()
        y, there = (
            response_of(table, asked, kept, missing) if density else (None, np.ones(len(X), dtype=bool))
        )
    else:
        names = [*x_names, y_name] if density else list(x_names)
        found = table.numbers(names, lambda _: AS_FITTED)
        kept = ~np.any([column.missing for column in found], axis=0)
        if missing == "error":
            for name, column in zip(names, found, strict=True):
                table.refuse_missing(name, column.missing)
        require_rows(table.source, ~kept)
        X = np.array([column.values for column in found[: len(x_names)]])[:, kept].T
        y, there = found[-1].values[kept] if density else None, np.ones(len(X), dtype=bool)
    X, y = X[there], None if y is None else y[there]
    rows = np.flatnonzero(kept)[there]
    response = predictive(fit.model, X, lambda row, column: table.place(x_names[column], int(rows[row])))
    interval = response.interval(coverage)
    columns = dict(zip(x_names, X.T, strict=True)) | ({} if y is None else {y_name: y})
    added: dict[str, Array] = {"mean": response.mean(), "std": response.std()}
    added |= {"lower": interval[:, 0], "upper": interval[:, 1]}
    added |= {f"quantile {level:g}": response.quantile(level) for level in levels}
    added |= {"expert": response.gate.argmax(axis=1)}
    if y is not None:
        added |= {"density": response.density(y), "cdf": response.cdf(y)}
    # A column of the file may bear the name of a prediction.
    columns |= {f"predicted {name}" if name in columns else name: column for name, column in added.items()}
    return PredictionTable(y_name, tuple(x_names), float(coverage), columns, table.rows - len(X))


def _text(value: float | int) -> str:
    return repr(value)
