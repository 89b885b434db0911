"""The noun `SlopeTable`: log-log slopes with bootstrap intervals, beside their predictions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from polysolv.display.grid import Grid
from polysolv.display.rich_display import RichDisplay, Tables
from polysolv.errors import InputError, unknown_name
from polysolv.experiments.counts import counts_grid
from polysolv.experiments.design import Design
from polysolv.experiments.predictions import Predictions
from polysolv.experiments.quantity import Quantity
from polysolv.experiments.slope import Slope, measured_slope
from polysolv.moe.likelihood import Array

if TYPE_CHECKING:
    from polysolv.display.pictures import Picture

SCHEMA = "polysolv/slopes/1"
STATISTICS = ("median", "mean")


@dataclass(frozen=True)
class SlopeTable(RichDisplay):
    """Slopes of every quantity on medians and on means.

    Args:
        rows: the slopes.
        confidence: level of the intervals.
        resamples: number of bootstrap resamples.
        counts: for each n: fits, failed, not_converged, at_bound, unexpected_cells.
        notes: what the reader must know.
        digest: SHA-256 of the settings.
    """

    rows: tuple[Slope, ...]
    confidence: float
    resamples: int
    counts: dict[int, dict[str, int]]
    notes: tuple[str, ...]
    digest: str

    def row(self, kind: str, name: str, size: int = 0, statistic: str = "median") -> Slope:
        """Return one slope, for example ``row("error", "b", 2)``.

        Raises:
            InputError: if there is none.
        """
        for row in self.rows:
            if (row.quantity, row.statistic) == (Quantity(kind, size, name), statistic):
                return row
        raise InputError("quantity", (kind, name, size, statistic), "one of the table's rows")

    def grid(self, statistic: str = "median") -> Grid:
        """Return the table for one statistic."""
        level = f"{100 * self.confidence:g}%"
        headers = ["quantity", "slope", f"{level} interval", "published", "refined", "in interval"]
        rows = []
        for row in self.rows:
            if row.statistic != statistic:
                continue
            interval = "-" if row.low is None or row.high is None else f"[{row.low:.3f}, {row.high:.3f}]"
            slope = "-" if row.slope is None else f"{row.slope:.3f}"
            predicted = [_shown(p) for p in (row.prediction.published, row.prediction.refined)]
            rows.append([str(row.quantity), slope, interval, *predicted, row.inside])
        return Grid(f"log-log slopes against n, {statistic}s over replicates", headers, rows)

    def counts_grid(self) -> Grid:
        """Return how many fits there are for each n, and how many of them need a second look."""
        return counts_grid(self.counts)

    def _display(self) -> Tables:
        return [self.counts_grid(), *(self.grid(statistic) for statistic in STATISTICS)], self.notes

    def plot(self, statistic: str = "median") -> Picture:
        """Return a picture of every slope with its interval beside the published and the refined slope.

        Args:
            statistic: "median" or "mean" over the replicates.

        Raises:
            InputError: for another statistic.
        """
        from polysolv.experiments.plots import slopes_picture

        if statistic not in STATISTICS:
            raise unknown_name("statistic", statistic, list(STATISTICS))
        return slopes_picture(self.rows, statistic)

    def to_text(self) -> str:
        """Return all tables and notes as plain text."""
        from polysolv.rates.notes import notes_as_text

        grids, notes = self._display()
        return "\n\n".join([*(grid.to_text() for grid in grids), notes_as_text(notes)])

    def to_csv(self) -> str:
        """Return one line for each quantity and statistic."""
        headers = ["quantity", "cell_size", "parameter", "statistic", "slope", "low", "high"]
        headers += ["published", "refined", "in_interval"]
        rows = []
        for row in self.rows:
            numbers = ["" if value is None else repr(value) for value in (row.slope, row.low, row.high)]
            predicted = [
                str(p) if p is not None else "" for p in (row.prediction.published, row.prediction.refined)
            ]
            size = str(row.quantity.size or "")
            rows.append(
                [row.quantity.kind, size, row.quantity.name, row.statistic, *numbers, *predicted, row.inside]
            )
        return Grid("", headers, rows).to_csv()

    def to_data(self) -> dict[str, Any]:
        """Return the table as JSON data (schema ``polysolv/slopes/1``)."""
        return {
            "schema": SCHEMA,
            "settings_sha256": self.digest,
            "confidence": self.confidence,
            "resamples": self.resamples,
            "slopes": [row.to_data() for row in self.rows],
            "counts": [{"n": n, **entry} for n, entry in self.counts.items()],
            "notes": list(self.notes),
        }

    def __str__(self) -> str:
        return self.to_text()


def slope_table(
    design: Design,
    values: Mapping[Quantity, Array],
    counts: dict[int, dict[str, int]],
    confidence: float,
    resamples: int,
) -> SlopeTable:
    """Return the table of a sweep.

    Args:
        design: its settings.
        values: quantity -> its value in every fit, shape (sizes, replicates), NaN where there is none.
        counts, confidence, resamples: see :class:`SlopeTable`.
    """
    predictions = Predictions(design)
    rows = []
    for quantity, found in values.items():
        prediction = predictions.of(quantity)
        for statistic in STATISTICS:
            rows.append(measured_slope(design, quantity, found, statistic, prediction, confidence, resamples))
    return SlopeTable(tuple(rows), confidence, resamples, counts, tuple(predictions.notes()), design.digest())


def _shown(slope: Fraction | None) -> str:
    return "-" if slope is None else str(slope)
