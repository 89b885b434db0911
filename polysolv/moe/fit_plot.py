"""The picture of a fit: data coloured by expert, lines with bands, the gate below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import ndtri

from polysolv.errors import InputError, unknown_name
from polysolv.moe.fitted_model import FittedModel
from polysolv.moe.likelihood import Array
from polysolv.moe.predictive import predictive

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from polysolv.display.pictures import Picture

_GRID, _MARGIN = 200, 0.03
_MOST_POINTS = 4000
_MOST_COLUMNS = 4
_SEEN = 0.05  # a line is drawn thick where its gate is above


@dataclass(frozen=True, eq=False)
class Drawn:
    """What a picture of a fit is made of.

    Args:
        model: the fit.
        names: of the covariates and of the response.
        data: (X, y), or None where a fit no longer holds them.
    """

    model: FittedModel
    names: tuple[tuple[str, ...], str]
    data: tuple[Array, Array] | None


def plot_fit(drawn: Drawn, column: str | int | None = None, coverage: float = 0.9) -> Picture:
    """Draw a fit against its covariates.

    Args:
        drawn: fit, names and data.
        column: name or number of the covariate to draw against; None for the first four.
        coverage: of the bands around each line, for responses of that expert.

    Returns:
        the figure. With more than one covariate each pair of panels is a partial plot: the other covariates
        are held at their medians, and each row is moved along its own expert's plane to there; where the fit
        no longer holds its rows, at the centre of its coordinates (means, mostly).
    """
    from polysolv.display.pictures import legend_below, panels

    if isinstance(coverage, bool) or not isinstance(coverage, int | float) or not 0 < coverage < 1:
        raise InputError("coverage", coverage, "a probability above 0 and below 1")
    chosen = _chosen(drawn.names[0], column)
    figure, _ = panels(1, size=(4.8 if len(chosen) == 1 else 3.2 * len(chosen), 4.6))
    figure.clear()
    axes = figure.subplots(
        2, len(chosen), squeeze=False, sharex="col", sharey="row", gridspec_kw={"height_ratios": (3, 1)}
    )
    handles: dict[str, Any] = {}
    for j, (top, bottom) in zip(chosen, axes.T, strict=True):
        for axis in (top, bottom):
            axis.tick_params(labelsize=7, which="both")
            axis.grid(True, which="major", color="#dddddd", linewidth=0.5)
        handles = _draw(drawn, j, coverage, top, bottom)
    x_names, y_name = drawn.names
    # The rows tell the medians; without them there is the centre that the fit keeps.
    held = "their medians" if drawn.data is not None else "the centre of the fit"
    others = f", others at {held}" if len(x_names) > 1 else ""
    axes[0, 0].set_ylabel(y_name + others, fontsize=8)
    axes[1, 0].set_ylabel("gate", fontsize=8)
    k = drawn.model.k
    title = f"{y_name}: {k} expert{'s' if k > 1 else ''}, bands of {100 * coverage:g} %"
    if drawn.data is not None and drawn.data[1].size > _MOST_POINTS:
        title += f"; {_MOST_POINTS:,} of {drawn.data[1].size:,} rows drawn"
    figure.suptitle(title, fontsize=9)
    legend_below(figure, handles)
    return figure


def _chosen(names: Sequence[str], column: str | int | None) -> list[int]:
    if column is None:
        return list(range(min(len(names), _MOST_COLUMNS)))
    if isinstance(column, int) and not isinstance(column, bool):
        if not 0 <= column < len(names):
            raise InputError("column", column, f"a name, or an integer from 0 to {len(names) - 1}")
        return [column]
    if column not in names:
        raise unknown_name("column", column, list(names))
    return [list(names).index(str(column))]


def _draw(drawn: Drawn, j: int, coverage: float, top: Axes, bottom: Axes) -> dict[str, Any]:
    """Draw one covariate's pair of panels; return name -> drawn object for the legend."""
    from polysolv.display.pictures import BLACK, CELL_COLOURS, CELL_MARKERS

    model = drawn.model
    path, centre = _path(drawn, j)
    x = path[:, j]
    found = predictive(model, path)
    wide = float(ndtri(0.5 * (1.0 + coverage)))
    handles: dict[str, Any] = {}
    points = _points(drawn, centre, j)
    for i in range(model.k):
        colour, marker = CELL_COLOURS[i % len(CELL_COLOURS)], CELL_MARKERS[i % len(CELL_MARKERS)]
        seen = found.gate[:, i] >= _SEEN
        mean, half = found.means[:, i], wide * found.deviations[i]
        top.fill_between(x, mean - half, mean + half, where=list(seen), color=colour, alpha=0.15, linewidth=0)
        (line,) = top.plot(x, np.where(seen, mean, np.nan), color=colour, linewidth=1.8, zorder=4)
        bottom.plot(x, found.gate[:, i], color=colour, linewidth=1.4)
        handles[f"expert {i}"] = line
        if points is not None:
            at, y, owner = points
            mine = owner == i
            size = 14 if at.size < 1000 else 5
            dots = top.scatter(
                at[mine], y[mine], s=size, c=colour, marker=marker, alpha=0.55, linewidths=0, zorder=3
            )
            dots.set_rasterized(at.size > 1000)
            handles[f"expert {i}"] = (dots, line)
    if model.k > 1:
        (mean_line,) = top.plot(x, found.mean(), color=BLACK, linewidth=1.1, linestyle=(0, (4, 2)), zorder=5)
        handles["mean"] = mean_line
    low, high = _limits(found.means[found.gate >= _SEEN], points)
    top.set_ylim(low, high)
    bottom.set_ylim(-0.03, 1.03)
    bottom.set_xlabel(drawn.names[0][j], fontsize=8)
    return handles


def _path(drawn: Drawn, j: int) -> tuple[Array, Array]:
    """Return covariates along the range of one of them, and the point where the others are held."""
    model = drawn.model
    centre, low, high = np.zeros(model.d), np.full(model.d, -1.0), np.ones(model.d)
    if drawn.data is None:
        units, kept = model.coordinates, list(model.kept)
        centre[kept] = units.x_mean
        low[kept], high[kept] = units.x_mean - 2 * units.x_scale, units.x_mean + 2 * units.x_scale
    else:
        X = drawn.data[0]
        centre, low, high = np.median(X, axis=0), X.min(axis=0), X.max(axis=0)
    room = _MARGIN * (high[j] - low[j])
    path = np.tile(centre, (_GRID, 1))
    path[:, j] = np.linspace(low[j] - room, high[j] + room, _GRID)
    return path, centre


def _points(drawn: Drawn, centre: Array, j: int) -> tuple[Array, Array, Any] | None:
    """Return abscissa, ordinate and expert of the rows to draw, other covariates moved to the centre."""
    if drawn.data is None:
        return None
    X, y = drawn.data
    if y.size > _MOST_POINTS:
        rows = np.random.default_rng(0).choice(y.size, _MOST_POINTS, replace=False)
        X, y = X[rows], y[rows]
    owner = drawn.model.responsibilities(X, y).argmax(axis=1)
    moved = np.tile(centre, (y.size, 1))
    moved[:, j] = X[:, j]
    every = np.arange(y.size)
    there = y - drawn.model.means(X)[every, owner] + drawn.model.means(moved)[every, owner]
    return X[:, j], there, owner


def _limits(means: Array, points: tuple[Array, Array, Any] | None) -> tuple[float, float]:
    """Return the range of the ordinate: that of the rows, or of the lines where they are seen."""
    values = means if points is None else points[1]
    low, high = float(values.min()), float(values.max())
    room = 0.06 * (high - low) or 1.0
    return low - room, high + room
