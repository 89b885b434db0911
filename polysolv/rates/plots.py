"""The picture of a rate table: the rate of every parameter against the number of excess experts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from polysolv.display.pictures import (
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

_MOST_MARKS = 16
_TICK_DISTANCE = 0.06


class RatePoint(NamedTuple):
    """The rates 1/(2κ) of one parameter in the largest cell.

    Args:
        excess: number of excess experts k − k*.
        published: the rate in print, or ``None``.
        refined: the rate proved, or ``None``.
        bounds: where the exponent κ is not decided, proved bounds from below and (if there is one) above.
        identifiable: whether the parameter is not proved to be not identifiable.
    """

    excess: int
    published: Fraction | None
    refined: Fraction | None
    bounds: tuple[Fraction, Fraction | None] | None
    identifiable: bool = True


def rate_picture(points: Mapping[str, Sequence[RatePoint]]) -> Picture:
    """Return one panel for each parameter (name -> its points): published and refined rate."""
    figure, axes = panels(len(points))
    handles: dict[str, Any] = {}
    for axis, name in zip(axes, points, strict=True):
        _panel(axis, name, points[name], handles)
    legend_below(figure, handles)
    return figure


def _panel(axis: Axes, name: str, points: Sequence[RatePoint], handles: dict[str, Any]) -> None:
    from matplotlib.ticker import MaxNLocator, NullLocator

    shown: set[Fraction] = set()
    for which, line, mark in (
        ("published", PUBLISHED_LINE, PUBLISHED_MARK),
        ("refined", REFINED_LINE, REFINED_MARK),
    ):
        rates = [(point.excess, getattr(point, which)) for point in points]
        known = [(excess, rate) for excess, rate in rates if rate is not None]
        if known:
            x, y = [excess for excess, _ in known], [float(rate) for _, rate in known]
            handles[which] = axis.plot(x, y, **line, **(mark if len(points) <= _MOST_MARKS else {}))[0]
            shown.update(rate for _, rate in known)
    for point in points:
        if point.bounds is not None:
            low, high = point.bounds
            fastest = 1 / (2 * low)
            slowest = fastest / 2 if high is None else 1 / (2 * high)
            handles["refined: proved range"] = axis.plot(
                [point.excess, point.excess],
                [float(slowest), float(fastest)],
                color=REFINED_LINE["color"],
                linewidth=3,
                solid_capstyle="butt",
            )[0]
            shown.update({fastest} if high is None else {slowest, fastest})
    lost = [point.excess for point in points if not point.identifiable]
    if lost:
        handles["not identifiable"] = axis.plot(
            lost,
            [0.03] * len(lost),
            "x",
            color=REFINED_LINE["color"],
            transform=axis.get_xaxis_transform(),
            clip_on=False,
        )[0]
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
