"""Log-log plots of a sweep: points with error bars, fitted and predicted lines."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np

from polysolv.errors import unknown_name
from polysolv.experiments.slope_table import SlopeTable
from polysolv.experiments.sweep_result import Quantity, SweepResult, quartiles

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's palette: distinct for every common colour vision; lines differ in dashes as well.
_POINTS, _FIT, _PUBLISHED, _REFINED = "#000000", "#0072B2", "#D55E00", "#009E73"
_BAND, _MOST_BARS = "#c8c8c8", 30
_PANEL = (3.1, 2.7)
_LABELS = {
    "beta1": r"gate slope $\beta_1$",
    "a": "slope $a$",
    "b": "intercept $b$",
    "sigma": r"variance $\sigma$",
}
_LOSSES = {"D1": "$D_1$", "D2": "$D_2$", "refined": "$D_{refined}$"}
FORMATS = ("svg", "png")


def figures(result: SweepResult, table: SlopeTable) -> dict[str, Figure]:
    """Return the figures of a sweep by file name: the losses, then the errors for each cell size."""
    made = {"losses": _figure(result, table, [q for q in result.quantities if q.kind == "loss"])}
    for m in sorted({q.size for q in result.quantities if q.kind == "error"}):
        chosen = [q for q in result.quantities if q.kind == "error" and q.size == m and q.name != "weight"]
        made[f"errors-m{m}"] = _figure(result, table, chosen)
    return made


def rendered(figure: Figure, form: str) -> bytes:
    """Return a figure as SVG (text as paths) or PNG (200 dots an inch); the same bytes each time."""
    if form not in FORMATS:
        raise unknown_name("format", form, list(FORMATS))
    from matplotlib import rc_context

    stream = io.BytesIO()
    metadata: dict[str, Any] = {"Date": None} if form == "svg" else {"Software": None}
    with rc_context({"svg.hashsalt": "polysolv", "svg.fonttype": "path"}):
        figure.savefig(stream, format=form, dpi=200, metadata=metadata)
    return stream.getvalue()


def _figure(result: SweepResult, table: SlopeTable, quantities: list[Quantity]) -> Figure:
    from matplotlib.figure import Figure

    columns = min(len(quantities), 2)
    rows = -(-len(quantities) // columns)
    figure = Figure(figsize=(_PANEL[0] * columns, _PANEL[1] * rows + 0.55), layout="constrained")
    axes = np.atleast_1d(figure.subplots(rows, columns, squeeze=False)).ravel()
    handles: dict[str, Any] = {}
    for axis, quantity in zip(axes, quantities, strict=False):
        _panel(axis, result, table, quantity, handles)
    for axis in axes[len(quantities) :]:
        axis.set_axis_off()
    figure.legend(
        list(handles.values()), list(handles), loc="outside lower center", ncols=2, frameon=False, fontsize=8
    )
    return figure


def _panel(
    axis: Axes, result: SweepResult, table: SlopeTable, quantity: Quantity, handles: dict[str, Any]
) -> None:
    values = result.values(quantity)
    known = [(n, row[~np.isnan(row)]) for n, row in zip(result.design.sizes, values, strict=True)]
    known = [(n, row) for n, row in known if row.size and 0 < np.median(row) < np.inf]
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.set_title(_title(quantity), fontsize=9, pad=14)
    axis.set_xlabel("sample size n", fontsize=8)
    axis.tick_params(labelsize=7, which="both")
    axis.grid(True, which="major", color="#dddddd", linewidth=0.5)
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
        points = axis.plot(x, middle, ".", color=_POINTS, markersize=2.5, zorder=1.5)[0]
        handles["median over replicates"], handles["quartiles"] = points, band
    else:
        handles["median over replicates, with quartiles"] = axis.errorbar(
            x,
            middle,
            [below, above],
            fmt=".",
            color=_POINTS,
            markersize=6,
            elinewidth=0.9,
            capsize=2,
            zorder=3,
        )
    row = table.row(quantity.kind, quantity.name, quantity.size)
    if row.slope is None or row.intercept is None:
        return
    ends = np.array([min(row.sizes), max(row.sizes)], dtype=float)
    handles["fitted line"] = axis.plot(
        ends, np.exp(row.intercept) * ends**row.slope, color=_FIT, linewidth=1.6, zorder=2
    )[0]
    centre = np.exp(np.log(np.array(row.sizes, dtype=float)).mean())
    height = np.exp(row.intercept) * centre**row.slope
    styles = {
        "published": (row.prediction.published, _PUBLISHED, (0, (6, 2))),
        "refined": (row.prediction.refined, _REFINED, (0, (1.5, 1.5))),
    }
    lines = [f"fit {row.slope:.3f}"]
    for name, (predicted, colour, dashes) in styles.items():
        if predicted is not None:
            drawn = height * (ends / centre) ** float(predicted)
            handles[f"{name} rate"] = axis.plot(ends, drawn, color=colour, linewidth=1.6, linestyle=dashes)[0]
            lines.append(f"{name} {predicted}")
    axis.text(0.5, 1.03, "; ".join(lines), transform=axis.transAxes, ha="center", va="bottom", fontsize=7)


def _title(quantity: Quantity) -> str:
    if quantity.kind == "loss":
        return f"Voronoi loss {_LOSSES[quantity.name]}"
    return f"{_LABELS[quantity.name]}, cell size m = {quantity.size}"
