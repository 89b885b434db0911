"""The noun `SweepResult`: all rows of a sweep, their aggregates, and the two files made of them."""

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

from polysolv.display import RichDisplay, Tables, pairs
from polysolv.errors import InputError
from polysolv.experiments.design import Design
from polysolv.experiments.single_fit import ERRORS, LOSSES, Row
from polysolv.files import write_atomically
from polysolv.grid import Grid
from polysolv.moe.likelihood import Array

if TYPE_CHECKING:
    from polysolv.pictures import Picture

AGGREGATES, SLOPES = "aggregates.csv", "slopes.json"
COUNTS = ("fits", "failed", "not_converged", "at_bound", "unexpected_cells")
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


@dataclass(frozen=True, order=True)
class Quantity:
    """What is measured of a fit.

    Args:
        kind: "loss" or "error".
        size: cell size m of an error, 0 for a loss.
        name: "D1", "D2" or "refined"; or "weight", "beta1", "a", "b", "sigma".
    """

    kind: str
    size: int
    name: str

    def __str__(self) -> str:
        if self.kind == "loss":
            return "D_refined" if self.name == "refined" else self.name
        return f"{self.name}, m = {self.size}"


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
        return len(self.rows) == len(self.design.sizes) * self.design.replicates

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
        from polysolv.experiments.plots import sweep_picture
        from polysolv.experiments.slope_table import slopes

        return sweep_picture(self, slopes(self), m)

    def slopes_json(self) -> str:
        """Return the slope table as JSON text; see :func:`polysolv.slopes`."""
        from polysolv.experiments.slope_table import slopes

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


def counts_grid(counts: Mapping[int, Mapping[str, int]]) -> Grid:
    """Return the table of :meth:`SweepResult.counts`."""
    headers = ["n", *(name.replace("_", " ") for name in COUNTS)]
    rows = [[str(n), *map(str, entry.values())] for n, entry in counts.items()]
    return Grid("fits", headers, rows)


def quartiles(values: Array) -> tuple[float, float]:
    """Return the lower and upper quartile, which are among the values (some may be infinite)."""
    low, high = np.quantile(values, [0.25, 0.75], method="nearest")
    return float(low), float(high)


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
