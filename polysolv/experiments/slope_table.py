"""The verb `slopes`: log-log slopes with bootstrap intervals, beside their predictions."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from polysolv.display import RichDisplay, Tables
from polysolv.errors import InputError, require_integer, unknown_name
from polysolv.experiments.predictions import Prediction, Predictions
from polysolv.experiments.sweep_result import Quantity, SweepResult, counts_grid
from polysolv.grid import Grid
from polysolv.moe.likelihood import Array

if TYPE_CHECKING:
    from polysolv.pictures import Picture

SCHEMA = "polysolv/slopes/1"
STATISTICS = ("median", "mean")


@dataclass(frozen=True)
class Slope:
    """The slope of one quantity.

    Args:
        quantity: what is measured.
        statistic: "median" or "mean" over the replicates.
        slope: least-squares slope of log statistic against log n; None if fewer than two sizes can be used.
        low, high: ends of the bootstrap interval; None as well with fewer than two replicates.
        intercept: intercept of that line.
        sizes: the sizes used: those where at least half of the replicates have the quantity.
        prediction: slopes by the theory.
    """

    quantity: Quantity
    statistic: str
    slope: float | None
    low: float | None
    high: float | None
    intercept: float | None
    sizes: tuple[int, ...]
    prediction: Prediction

    def holds(self, predicted: Fraction | None) -> bool | None:
        """Return whether a predicted slope lies in the interval, None if either is missing."""
        if predicted is None or self.low is None or self.high is None:
            return None
        return bool(self.low <= float(predicted) <= self.high)

    @property
    def inside(self) -> str:
        """Which predictions lie in the interval: "both", "published", "refined", "neither" or "-"."""
        published, refined = self.holds(self.prediction.published), self.holds(self.prediction.refined)
        if published is None and refined is None:
            return "-"
        if published and refined:
            return "both"
        return "published" if published else "refined" if refined else "neither"

    def to_data(self) -> dict[str, Any]:
        """Return the slope as JSON data."""
        predictions = {
            name: None if value is None else {"slope": str(value), "inside": self.holds(value)}
            for name, value in (
                ("published", self.prediction.published),
                ("refined", self.prediction.refined),
            )
        }
        return {
            "quantity": self.quantity.kind,
            "cell_size": self.quantity.size or None,
            "parameter": self.quantity.name,
            "statistic": self.statistic,
            "slope": self.slope,
            "low": self.low,
            "high": self.high,
            "intercept": self.intercept,
            "sizes": list(self.sizes),
            **predictions,
            "in_interval": self.inside,
        }


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
        return slopes_picture(self, statistic)

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
    predictions = Predictions(result.design)
    rows = []
    for quantity in result.quantities:
        values = result.values(quantity)
        prediction = predictions.of(quantity)
        for statistic in STATISTICS:
            rows.append(_slope(result, quantity, values, statistic, prediction, confidence, resamples))
    return SlopeTable(
        tuple(rows),
        confidence,
        resamples,
        result.counts(),
        tuple(predictions.notes()),
        result.design.digest(),
    )


def line(x: Array, y: Array) -> tuple[Array, Array]:
    """Return slope and intercept of the least-squares line; y may have leading axes."""
    centred = x - x.mean()
    slope = (y * centred).sum(axis=-1) / (centred**2).sum()
    return slope, y.mean(axis=-1) - slope * x.mean()


def _slope(
    result: SweepResult,
    quantity: Quantity,
    values: Array,
    statistic: str,
    prediction: Prediction,
    confidence: float,
    resamples: int,
) -> Slope:
    reduce = np.median if statistic == "median" else np.mean
    samples = [row[~np.isnan(row)] for row in values]
    enough = (result.design.replicates + 1) // 2
    used = [i for i, row in enumerate(samples) if row.size >= enough and 0 < reduce(row) < np.inf]
    sizes = tuple(result.design.sizes[i] for i in used)
    if len(used) < 2:
        return Slope(quantity, statistic, None, None, None, None, sizes, prediction)
    x = np.log(np.array(sizes, dtype=float))
    slope, intercept = line(x, np.log(np.array([reduce(samples[i]) for i in used])))
    low, high = _interval(x, [samples[i] for i in used], reduce, result, quantity, confidence, resamples)
    return Slope(quantity, statistic, float(slope), low, high, float(intercept), sizes, prediction)


def _interval(
    x: Array,
    samples: Sequence[Array],
    reduce: Any,
    result: SweepResult,
    quantity: Quantity,
    confidence: float,
    resamples: int,
) -> tuple[float | None, float | None]:
    if min(sample.size for sample in samples) < 2:
        return None, None
    rng = np.random.default_rng([result.design.seed, zlib.crc32(str(quantity).encode())])
    drawn = np.stack(
        [reduce(s[rng.integers(s.size, size=(resamples, s.size))], axis=1) for s in samples], axis=1
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        found, _ = line(x, np.log(drawn))
    found = found[np.isfinite(found)]
    if found.size < resamples / 2:
        return None, None
    low, high = np.quantile(found, [(1.0 - confidence) / 2.0, (1.0 + confidence) / 2.0])
    return float(low), float(high)


def _shown(slope: Fraction | None) -> str:
    return "-" if slope is None else str(slope)
