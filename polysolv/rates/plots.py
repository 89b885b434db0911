"""The picture of a rate table: the rate of every parameter against the number of excess experts."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from polysolv.pictures import (
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

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from polysolv.rates.table import RateTable

_MOST_MARKS = 16
_TICK_DISTANCE = 0.06


def rate_picture(table: RateTable) -> Picture:
    """Return one panel for each parameter: published and refined rate in the largest cell."""
    names = [p.name for p in table.family.parameters]
    figure, axes = panels(len(names))
    handles: dict[str, Any] = {}
    for axis, name in zip(axes, names, strict=True):
        _panel(axis, table, name, handles)
    legend_below(figure, handles)
    return figure


def _panel(axis: Axes, table: RateTable, name: str, handles: dict[str, Any]) -> None:
    from matplotlib.ticker import MaxNLocator, NullLocator

    listed = [(cell.size - 1, cell.parameters[name]) for cell in table.rows]
    shown: set[Fraction] = set()
    for which, line, mark in (
        ("published", PUBLISHED_LINE, PUBLISHED_MARK),
        ("refined", REFINED_LINE, REFINED_MARK),
    ):
        points = [(excess, getattr(rates, which)) for excess, rates in listed]
        known = [(excess, statement.rate) for excess, statement in points if statement is not None]
        if known:
            x, y = [excess for excess, _ in known], [float(rate) for _, rate in known]
            handles[which] = axis.plot(x, y, **line, **(mark if len(listed) <= _MOST_MARKS else {}))[0]
            shown.update(rate for _, rate in known)
    for excess, rates in listed:
        if rates.bounds is not None:
            low, high = rates.bounds
            fastest = 1 / (2 * low)
            slowest = fastest / 2 if high is None else 1 / (2 * high)
            handles["refined: proved range"] = axis.plot(
                [excess, excess],
                [float(slowest), float(fastest)],
                color=REFINED_LINE["color"],
                linewidth=3,
                solid_capstyle="butt",
            )[0]
            shown.update({fastest} if high is None else {slowest, fastest})
    axis.set_yscale("log")
    axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    axis.yaxis.set_minor_locator(NullLocator())
    ticks = _spread(sorted(shown))
    axis.set_yticks([float(t) for t in ticks], [f"$n^{{-{t}}}$" for t in ticks])
    label(axis, PARAMETERS.get(name, name.replace("_", " ")), "excess experts k − k*")


def _spread(rates: list[Fraction]) -> list[Fraction]:
    """Return the rates that leave room for their labels on a logarithmic axis, from the slowest on."""
    kept = rates[:1]
    for rate in rates[1:]:
        if math.log(rate / kept[-1]) >= _TICK_DISTANCE * math.log(rates[-1] / rates[0]):
            kept.append(rate)
    return kept
