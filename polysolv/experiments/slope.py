"""The noun `Slope`: the log-log slope of one quantity, its bootstrap interval and what is predicted."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from polysolv.experiments.design import Design
from polysolv.experiments.predictions import Prediction
from polysolv.experiments.quantity import Quantity
from polysolv.moe.likelihood import Array


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


def line(x: Array, y: Array) -> tuple[Array, Array]:
    """Return slope and intercept of the least-squares line; y may have leading axes."""
    centred = x - x.mean()
    slope = (y * centred).sum(axis=-1) / (centred**2).sum()
    return slope, y.mean(axis=-1) - slope * x.mean()


def measured_slope(
    design: Design,
    quantity: Quantity,
    values: Array,
    statistic: str,
    prediction: Prediction,
    confidence: float,
    resamples: int,
) -> Slope:
    """Return the slope of one quantity, with the percentile bootstrap interval.

    Args:
        design: the sweep; gives the sizes and seeds the resampling.
        quantity: what is measured.
        values: its value in every fit, shape (sizes, replicates), NaN where there is none.
        statistic: "median" or "mean" over the replicates.
        prediction: slopes by the theory.
        confidence: level of the interval.
        resamples: number of bootstrap resamples.
    """
    reduce = np.median if statistic == "median" else np.mean
    samples = [row[~np.isnan(row)] for row in values]
    enough = [(design.count(i) + 1) // 2 for i in range(len(samples))]
    used = [i for i, row in enumerate(samples) if row.size >= enough[i] and 0 < reduce(row) < np.inf]
    sizes = tuple(design.sizes[i] for i in used)
    if len(used) < 2:
        return Slope(quantity, statistic, None, None, None, None, sizes, prediction)
    x = np.log(np.array(sizes, dtype=float))
    slope, intercept = line(x, np.log(np.array([reduce(samples[i]) for i in used])))
    low, high = _interval(x, [samples[i] for i in used], reduce, design, quantity, confidence, resamples)
    return Slope(quantity, statistic, float(slope), low, high, float(intercept), sizes, prediction)


def _interval(
    x: Array,
    samples: Sequence[Array],
    reduce: Any,
    design: Design,
    quantity: Quantity,
    confidence: float,
    resamples: int,
) -> tuple[float | None, float | None]:
    if min(sample.size for sample in samples) < 2:
        return None, None
    rng = np.random.default_rng([design.seed, zlib.crc32(str(quantity).encode())])
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
