"""Pictures of a sweep, of its slopes and of a probe, measured beside predicted."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from polysolv.display.pictures import (
    BLACK,
    BLUE,
    PARAMETERS,
    PUBLISHED_LINE,
    PUBLISHED_MARK,
    REFINED_LINE,
    REFINED_MARK,
    Picture,
    label,
    legend_below,
    panels,
)
from polysolv.experiments.quantity import Quantity, quartiles
from polysolv.experiments.slope import Slope
from polysolv.moe.likelihood import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BAND, _MOST_BARS = "#c8c8c8", 30
_LOSSES = {"D1": "$D_1$", "D2": "$D_2$", "refined": "$D_{refined}$"}


def sweep_picture(sizes: Sequence[int], measured: Sequence[tuple[Array, Slope]]) -> Picture:
    """Return one log-log plot for each quantity of a sweep.

    Args:
        sizes: the sample sizes n.
        measured: for each quantity its value in every fit, shape (sizes, replicates), and its slope.
    """
    figure, axes = panels(len(measured))
    handles: dict[str, Any] = {}
    for axis, (values, slope) in zip(axes, measured, strict=True):
        _panel(axis, sizes, values, slope, handles)
    legend_below(figure, handles)
    return figure


def slopes_picture(slopes: Sequence[Slope], statistic: str) -> Picture:
    """Return one line for each quantity: the slope with its interval, and the predicted slopes."""
    rows = [row for row in slopes if row.statistic == statistic and row.slope is not None]
    figure, (axis,) = panels(1, size=(6.2, 0.28 * len(rows) + 0.7))
    handles: dict[str, Any] = {}
    for height, row in enumerate(reversed(rows)):
        if row.low is not None and row.high is not None:
            handles["interval"] = axis.plot([row.low, row.high], [height] * 2, color=BLACK, linewidth=1.2)[0]
        handles["slope"] = axis.plot(row.slope or 0.0, height, "|", color=BLACK, markersize=9)[0]
        for name, predicted, colour, mark in (
            ("published", row.prediction.published, PUBLISHED_LINE["color"], PUBLISHED_MARK),
            ("refined", row.prediction.refined, REFINED_LINE["color"], REFINED_MARK),
        ):
            if predicted is not None:
                handles[f"{name} slope"] = axis.plot(
                    float(predicted), height, color=colour, linestyle="none", **mark
                )[0]
    axis.set_yticks(range(len(rows)), [str(row.quantity) for row in reversed(rows)])
    axis.set_ylim(-0.6, len(rows) - 0.4)
    label(axis, f"log-log slopes against n, {statistic}s over replicates", "slope")
    legend_below(figure, handles)
    return figure


def probe_picture(
    parameter: str,
    m: int,
    epsilons: Sequence[float],
    distances: Sequence[float],
    slope: float | None,
    published: Fraction | None,
    refined: Fraction | None,
) -> Picture:
    """Return the log-log plot of V against the enforced split, with lines of the predicted exponents.

    Args:
        parameter: the parameter that is split.
        m: cell size.
        epsilons: enforced splits.
        distances: V at each of them.
        slope: slope of log V against log ε; ``None`` if V is zero up to rounding.
        published, refined: predicted exponents.
    """
    figure, (axis,) = panels(1, size=(4.2, 3.0))
    x, y = np.array(epsilons), np.array(distances)
    axis.set_xscale("log")
    axis.set_yscale("log")
    handles = {"smallest V found": axis.plot(x, y, ".", color=BLACK, markersize=8, zorder=3)[0]}
    centre, height = np.exp(np.log(x).mean()), np.exp(np.log(y).mean())
    if slope is not None:
        drawn = height * (x / centre) ** slope
        handles["fitted line"] = axis.plot(x, drawn, color=BLUE, linewidth=1.6)[0]
    for name, exponent, style in (
        ("published", published, PUBLISHED_LINE),
        ("refined", refined, REFINED_LINE),
    ):
        if exponent is not None:
            drawn = height * (x / centre) ** float(exponent)
            handles[f"{name} exponent {exponent}"] = axis.plot(x, drawn, **style)[0]
    name = PARAMETERS.get(parameter, parameter)
    said = "V is zero" if slope is None else f"slope {slope:.3f}"
    label(axis, f"{name}, cell of {m}: {said}", "enforced split", "V")
    legend_below(figure, handles)
    return figure


def _panel(axis: Axes, sizes: Sequence[int], values: Array, slope: Slope, handles: dict[str, Any]) -> None:
    known = [(n, row[~np.isnan(row)]) for n, row in zip(sizes, values, strict=True)]
    known = [(n, row) for n, row in known if row.size and 0 < np.median(row) < np.inf]
    axis.set_xscale("log")
    axis.set_yscale("log")
    label(axis, _title(slope.quantity), "sample size n", pad=14)
    if not known:
        axis.text(0.5, 0.5, "no values", transform=axis.transAxes, ha="center")
        return
    x = np.array([n for n, _ in known], dtype=float)
    middle = np.array([np.median(row) for _, row in known])
    low, high = np.array([quartiles(row) for _, row in known]).T
    below, above = np.maximum(middle - low, 0.0), np.clip(high - middle, 0.0, 1e6 * middle)
    if len(x) > _MOST_BARS:
        # Bars would run together and hide the lines.
        band = axis.fill_between(x, middle - below, middle + above, color=_BAND, linewidth=0, zorder=1)
        points = axis.plot(x, middle, ".", color=BLACK, markersize=2.5, zorder=1.5)[0]
        handles["median over replicates"], handles["quartiles"] = points, band
    else:
        handles["median over replicates, with quartiles"] = axis.errorbar(
            x,
            middle,
            [below, above],
            fmt=".",
            color=BLACK,
            markersize=6,
            elinewidth=0.9,
            capsize=2,
            zorder=3,
        )
    if slope.slope is None or slope.intercept is None:
        return
    ends = np.array([min(slope.sizes), max(slope.sizes)], dtype=float)
    handles["fitted line"] = axis.plot(
        ends, np.exp(slope.intercept) * ends**slope.slope, color=BLUE, linewidth=1.6, zorder=2
    )[0]
    centre = np.exp(np.log(np.array(slope.sizes, dtype=float)).mean())
    height = np.exp(slope.intercept) * centre**slope.slope
    styles = {
        "published": (slope.prediction.published, PUBLISHED_LINE),
        "refined": (slope.prediction.refined, REFINED_LINE),
    }
    lines = [f"fit {slope.slope:.3f}"]
    for name, (predicted, style) in styles.items():
        if predicted is not None:
            drawn = height * (ends / centre) ** float(predicted)
            handles[f"{name} rate"] = axis.plot(ends, drawn, **style)[0]
            lines.append(f"{name} {predicted}")
    axis.text(0.5, 1.03, "; ".join(lines), transform=axis.transAxes, ha="center", va="bottom", fontsize=7)


def _title(quantity: Quantity) -> str:
    if quantity.kind == "loss":
        return f"Voronoi loss {_LOSSES[quantity.name]}"
    return f"{PARAMETERS[quantity.name]}, cell size m = {quantity.size}"
