"""What all pictures share: a figure that shows itself in notebooks, colours, and the look of a panel.

This module imports matplotlib; import it where a picture is made.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from polysolv.errors import unknown_name

# Okabe and Ito's palette: distinct for every common colour vision; lines differ in dashes, atoms in markers.
BLACK, BLUE, VERMILLION, GREEN = "#000000", "#0072B2", "#D55E00", "#009E73"
CELL_COLOURS = (BLUE, VERMILLION, GREEN, "#CC79A7", "#E69F00", "#56B4E9", "#F0E442")
CELL_MARKERS = "osD^vP*"
PUBLISHED_LINE: dict[str, Any] = {"color": VERMILLION, "linestyle": (0, (6, 2)), "linewidth": 1.6}
REFINED_LINE: dict[str, Any] = {"color": GREEN, "linestyle": (0, (1.5, 1.5)), "linewidth": 1.6}
PUBLISHED_MARK: dict[str, Any] = {"marker": "s", "markersize": 8, "markerfacecolor": "none"}
REFINED_MARK: dict[str, Any] = {"marker": "o", "markersize": 4}
PARAMETERS = {
    "beta1": r"gate slope $\beta_1$",
    "a": "slope $a$",
    "b": "intercept $b$",
    "sigma": r"variance $\sigma$",
    "mu": r"mean $\mu$",
}
FORMATS = ("svg", "png")
_PANEL = (3.1, 2.7)
_NOTEBOOK_DOTS = 120  # an inch, shown at 96


class Picture(Figure):
    """A matplotlib figure that every notebook shows, whether or not pyplot is in use."""

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        width, height = self.get_size_inches()
        return rendered(self, "png", _NOTEBOOK_DOTS), {"width": int(96 * width), "height": int(96 * height)}


def panels(count: int, legend: bool = True, size: tuple[float, float] = _PANEL) -> tuple[Picture, list[Axes]]:
    """Return a figure of ``count`` panels, two in a row, with room for a legend below."""
    columns = min(count, 2)
    rows = -(-count // columns)
    figure = Picture(figsize=(size[0] * columns, size[1] * rows + 0.55 * legend), layout="constrained")
    axes = list(np.ravel(figure.subplots(rows, columns, squeeze=False)))
    for axis in axes[count:]:
        axis.set_axis_off()
    for axis in axes[:count]:
        axis.tick_params(labelsize=7, which="both")
        axis.grid(True, which="major", color="#dddddd", linewidth=0.5)
    return figure, axes[:count]


def label(axis: Axes, title: str, x: str, y: str = "", pad: float = 6.0) -> None:
    """Set the title and the names of the axes of a panel."""
    axis.set_title(title, fontsize=9, pad=pad)
    axis.set_xlabel(x, fontsize=8)
    axis.set_ylabel(y, fontsize=8)


def legend_below(figure: Figure, handles: dict[str, Any]) -> None:
    """Put one legend, name -> drawn object, below all panels."""
    names = list(handles)
    figure.legend(
        list(handles.values()), names, loc="outside lower center", ncols=2, frameon=False, fontsize=8
    )


def rendered(figure: Figure, form: str, dots: int = 200) -> bytes:
    """Return a figure as SVG (text as paths) or PNG (``dots`` an inch); the same bytes each time.

    Raises:
        InputError: if ``form`` is not one of :data:`FORMATS`.
    """
    if form not in FORMATS:
        raise unknown_name("format", form, list(FORMATS))
    stream = io.BytesIO()
    metadata: dict[str, Any] = {"Date": None} if form == "svg" else {"Software": None}
    with rc_context({"svg.hashsalt": "polysolv", "svg.fonttype": "path"}):
        figure.savefig(stream, format=form, dpi=dots, metadata=metadata)
    return stream.getvalue()
