"""The noun `SweepResult` and the verb `slopes`: all rows of a sweep, their aggregates, and what follows."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from polysolv.display.rich_display import RichDisplay, Tables, pairs
from polysolv.errors import InputError, require_integer
from polysolv.experiments.counts import COUNTS, counts_grid
from polysolv.experiments.design import Design
from polysolv.experiments.quantity import Quantity, quartiles
from polysolv.experiments.single_fit import ERRORS, LOSSES, Row
from polysolv.experiments.slope_table import SlopeTable, slope_table
from polysolv.files import write_atomically
from polysolv.moe.likelihood import Array

if TYPE_CHECKING:
    from polysolv.display.pictures import Picture

AGGREGATES, SLOPES = "aggregates.csv", "slopes.json"
_COLUMNS = (
    "n",
    "quantity",
    "cell_size",
    "parameter",
    "count",
    "median",
    "mean",
    "q25",
    "q75",
    "standard_error",
)


@dataclass(frozen=True)
class SweepResult(RichDisplay):
    """The rows of a sweep in canonical order (by size, then replicate).

    Args:
        design: its settings.
        rows: one JSON object for each finished fit; see ``docs/crosscheck.md``.
    """

    design: Design
    rows: tuple[Row, ...]

    @classmethod
    def of(cls, design: Design, rows: Mapping[tuple[int, int], Row]) -> SweepResult:
        """Build a result from rows in any order."""
        return cls(design, tuple(rows[key] for key in sorted(rows)))

    @classmethod
    def read(cls, folder: str | Path, field: str = "out") -> SweepResult:
        """Read the store of a finished, killed or running sweep.

        Raises:
            InputError: if the folder holds no sweep.
        """
        from polysolv.experiments.store import read_design, read_rows

        design = read_design(Path(folder), field)
        return cls.of(design, read_rows(Path(folder), design)[0])

    @property
    def complete(self) -> bool:
        """Whether every fit of the design is there (failed ones included)."""
        return len(self.rows) == len(self.design.jobs)

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        """What was measured: the losses, then errors by cell size and parameter."""
        sizes = sorted(
            {entry["size"] for row in self.rows for entry in row.get("errors", []) if entry["size"]}
        )
        losses = [Quantity("loss", 0, name) for name in LOSSES]
        return (*losses, *(Quantity("error", m, name) for m in sizes for name in (*ERRORS, "weight")))

    def values(self, quantity: Quantity) -> Array:
        """Return one quantity of every fit, shape (sizes, replicates).

        An error is the mean over the cells of that size of |delta| averaged with the fitted weights; "weight"
        is the relative error of the cell's total weight. NaN where there is no such cell, no fit, or (along a
        path) no match; infinite where a fitted weight e^beta0 overflows.
        """
        values = np.full((len(self.design.sizes), self.design.replicates), np.nan)
        for row in self.rows:
            values[row["index"], row["replicate"]] = _value(row, quantity)
        return values

    def _display(self) -> Tables:
        design = self.design
        settings = pairs(
            "sweep",
            true_atoms=design.truth.k,
            fitted_atoms=design.k,
            covariates=design.truth.d,
            sizes=f"{len(design.sizes)}, from {design.sizes[0]:,} to {design.sizes[-1]:,}",
            replicates=design.replicates,
            truth=design.path,
            seed=design.seed,
            fits=f"{len(self.rows)} of {len(design.jobs)}",
        )
        return [settings, counts_grid(self.counts())], ()

    def counts(self) -> dict[int, dict[str, int]]:
        """Return for each n: fits, failed, not_converged, at_bound, unexpected_cells."""
        counts = {n: dict.fromkeys(COUNTS, 0) for n in self.design.sizes}
        for row in self.rows:
            entry = counts[row["n"]]
            entry["fits"] += 1
            if "error" in row:
                entry["failed"] += 1
                continue
            entry["not_converged"] += not row["converged"]
            entry["at_bound"] += bool(row["at_bound"])
            entry["unexpected_cells"] += not row["expected_cells"]
        return counts

    def aggregates_csv(self) -> str:
        """Return one line for each n and quantity, floats with the digits that identify them."""
        counts = self.counts()
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([*_COLUMNS, *COUNTS])
        tables = {quantity: self.values(quantity) for quantity in self.quantities}
        for i, n in enumerate(self.design.sizes):
            for quantity, values in tables.items():
                cells = [n, quantity.kind, quantity.size or "", quantity.name, *_summary(values[i])]
                writer.writerow([*cells, *counts[n].values()])
        return stream.getvalue()

    def plot(self, m: int | None = None) -> Picture:
        """Return log-log plots against n: medians and quartiles, the fitted and the predicted lines.

        Args:
            m: a cell size, for the error of each parameter in cells of that size; None for the losses.

        Raises:
            InputError: if no fit has a cell of that size, or there are fewer than two sizes n.
        """
        return _picture(self, slopes(self), m)

    def slopes_json(self) -> str:
        """Return the slope table as JSON text; see :func:`polysolv.slopes`."""
        return json.dumps(slopes(self).to_data(), indent=2, allow_nan=False) + "\n"

    def write(self, folder: Path) -> None:
        """Write ``aggregates.csv`` and ``slopes.json``.

        They are a function of the settings and the fits: no path, time, host or number of jobs goes in.

        Raises:
            InputError: if the sweep is not complete, or the folder cannot be written.
        """
        if not self.complete:
            raise InputError("rows", len(self.rows), "those of a complete sweep")
        write_atomically(folder / AGGREGATES, self.aggregates_csv(), "out")
        write_atomically(folder / SLOPES, self.slopes_json(), "out")


def slopes(result: SweepResult, confidence: float = 0.95, resamples: int = 2000) -> SlopeTable:
    """Return the log-log slope of each loss and of each parameter's error per cell size.

    Args:
        result: a sweep with at least two sizes.
        confidence: level of the intervals, between 0 and 1.
        resamples: number of bootstrap resamples, at least 100.

    Returns:
        the table, for medians and for means, with the published and the refined prediction and which of them
        lie in the interval.

    Raises:
        InputError: if an argument is not allowed.

    The interval is the percentile bootstrap: replicates are resampled within each n, the statistic and the
    least-squares slope are computed again (Efron and Tibshirani 1993, chapter 13). The resampling is seeded
    by the sweep's seed and the quantity, so it depends on nothing else.

    >>> from polysolv.experiments import sweep
    >>> from polysolv.experiments.truths import standard_truth
    >>> table = slopes(sweep(standard_truth(1), 1, [100, 1000, 10000], replicates=20, jobs=1))
    >>> table.row("error", "b", 1).inside
    'both'
    """
    if not isinstance(result, SweepResult):
        raise InputError("result", type(result).__name__, "a SweepResult")
    if isinstance(confidence, bool) or not isinstance(confidence, float) or not 0.0 < confidence < 1.0:
        raise InputError("confidence", confidence, "a number between 0 and 1")
    require_integer("resamples", resamples, 100, 10**6)
    values = {quantity: result.values(quantity) for quantity in result.quantities}
    return slope_table(result.design, values, result.counts(), confidence, resamples)


def figures(result: SweepResult, table: SlopeTable) -> dict[str, Picture]:
    """Return the figures of a sweep by file name: the losses, then the errors for each cell size."""
    sizes = sorted({q.size for q in result.quantities if q.kind == "error"})
    return {
        "losses": _picture(result, table, None),
        **{f"errors-m{m}": _picture(result, table, m) for m in sizes},
    }


def _picture(result: SweepResult, table: SlopeTable, m: int | None) -> Picture:
    """Return the picture of the losses (``m`` None), or of the errors in cells of size ``m``."""
    from polysolv.experiments.plots import sweep_picture

    kind = ("loss", 0) if m is None else ("error", m)
    quantities = [q for q in result.quantities if (q.kind, q.size) == kind and q.name != "weight"]
    if not quantities:
        sizes = sorted({q.size for q in result.quantities if q.kind == "error"})
        raise InputError("m", m, f"None, or one of {sizes}")
    return sweep_picture(
        result.design.sizes, [(result.values(q), table.row(q.kind, q.name, q.size)) for q in quantities]
    )


def _value(row: Row, quantity: Quantity) -> float:
    if "error" in row:
        return math.nan
    if quantity.kind == "loss":
        return _number(row["losses"][quantity.name])
    entries = [entry for entry in row["errors"] if entry["size"] == quantity.size]
    found = [_number(e["weight"] if quantity.name == "weight" else e["mean"][quantity.name]) for e in entries]
    return float(np.mean(found)) if found else math.nan


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)


def _summary(values: Array) -> list[Any]:
    known = values[~np.isnan(values)]
    if not known.size:
        return [0, "", "", "", "", ""]
    finite = known.size > 1 and np.isfinite(known).all()
    error = float(known.std(ddof=1) / np.sqrt(known.size)) if finite else ""
    summary = [np.median(known), known.mean(), *quartiles(known)]
    return [known.size, *map(float, summary), error]
