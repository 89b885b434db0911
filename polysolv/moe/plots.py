"""The picture of Voronoi cells: fitted atoms, the true atoms they belong to, and where the borders run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from polysolv.errors import InputError
from polysolv.moe.likelihood import Array
from polysolv.moe.mixing_measure import MixingMeasure
from polysolv.moe.voronoi import voronoi_cells

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from polysolv.display.pictures import Picture

_RESOLUTION = 300


def plot_voronoi_cells(
    G: MixingMeasure,
    G_true: MixingMeasure,
    plane: Sequence[str] = ("a", "b"),
    coordinates: Sequence[str] = ("a", "b", "sigma"),
) -> Picture:
    """Draw fitted and true atoms in a plane, each fitted atom tied to its true one.

    Args:
        G: fitted measure.
        G_true: true measure.
        plane: the two coordinates drawn, such as ("b", "sigma") or, for d > 1, ("a[0]", "a[1]"); each belongs
            to one of ``coordinates``.
        coordinates: those of :func:`polysolv.voronoi_cells`, which the distance is taken over.

    Returns:
        the figure. Colours and markers tell the cells apart; the area of a fitted atom's marker grows with
        its weight. The shading is the slice of the cells in which every other coordinate has the mean of the
        true atoms.

    Raises:
        InputError: if a coordinate of the plane is unknown, or the measures do not compare.

    >>> G_true = MixingMeasure([0, 0], [[0], [1]], [[1], [-1]], [0, 0], [1, 1])
    >>> G = MixingMeasure([0, 0, 0], [[0], [1], [1]], [[-0.9], [1.1], [-1.2]], [0, 0, 0], [1, 1, 1])
    >>> len(plot_voronoi_cells(G, G_true).axes)
    1
    """
    from polysolv.display.pictures import BLACK, CELL_COLOURS, CELL_MARKERS, label, legend_below, panels

    cells = voronoi_cells(G, G_true, coordinates)
    fitted, true = _matrix(G, coordinates), _matrix(G_true, coordinates)
    first, second = _columns(plane, coordinates, G.d)
    figure, (axis,) = panels(1, size=(4.6, 3.9))
    _shade(axis, np.concatenate([fitted, true]), true, first, second)
    shares = G.weights / G.weights.sum()
    handles: dict[str, Any] = {}
    for j, cell in enumerate(cells):
        members = list(cell)
        colour, marker = CELL_COLOURS[j % len(CELL_COLOURS)], CELL_MARKERS[j % len(CELL_MARKERS)]
        for i in members:
            ends = np.array([fitted[i], true[j]])
            axis.plot(ends[:, first], ends[:, second], color=colour, linewidth=0.9, zorder=2)
        drawn = axis.scatter(
            fitted[members, first],
            fitted[members, second],
            s=30 + 120 * shares[members],
            c=colour,
            marker=marker,
            edgecolors=BLACK,
            linewidths=0.6,
            zorder=3,
        )
        handles[f"cell of true atom {j}: m = {len(cell)}"] = drawn
    handles["true atom"] = axis.plot(
        true[:, first], true[:, second], "x", color=BLACK, markersize=9, markeredgewidth=1.8, zorder=4
    )[0]
    label(axis, f"Voronoi cells in ({', '.join(coordinates)})", plane[0], plane[1])
    legend_below(figure, handles)
    return figure


def _matrix(G: MixingMeasure, coordinates: Sequence[str]) -> Array:
    return np.concatenate([np.asarray(getattr(G, name)).reshape(G.k, -1) for name in coordinates], axis=1)


def _columns(plane: Sequence[str], coordinates: Sequence[str], d: int) -> tuple[int, int]:
    """Return which columns of ``_matrix`` the plane shows."""
    names: list[str] = []
    for name in coordinates:
        vector = name in ("beta1", "a")
        names += [f"{name}[{j}]" for j in range(d)] if vector and d > 1 else [name]
    if isinstance(plane, str) or len(plane) != 2 or len(set(plane)) != 2:
        raise InputError("plane", plane, f"two of: {', '.join(names)}")
    for name in plane:
        if name not in names:
            raise InputError("plane", name, ", ".join(names))
    return names.index(plane[0]), names.index(plane[1])


def _shade(axis: Axes, everything: Array, true: Array, first: int, second: int) -> None:
    """Colour the plane by the nearest true atom, on the slice through the mean of the true atoms."""
    from matplotlib.colors import ListedColormap

    from polysolv.display.pictures import CELL_COLOURS

    low, high = everything.min(axis=0), everything.max(axis=0)
    margin = np.maximum(0.15 * (high - low), 0.25)
    grids = [np.linspace(low[i] - margin[i], high[i] + margin[i], _RESOLUTION) for i in (first, second)]
    x, y = np.meshgrid(*grids)
    points = np.broadcast_to(true.mean(axis=0), (x.size, true.shape[1])).copy()
    points[:, first], points[:, second] = x.ravel(), y.ravel()
    squares = ((points[:, None, :] - true[None, :, :]) ** 2).sum(axis=2)
    nearest = squares.argmin(axis=1).reshape(x.shape)
    colours = ListedColormap([CELL_COLOURS[j % len(CELL_COLOURS)] for j in range(len(true))])
    extent = (grids[0][0], grids[0][-1], grids[1][0], grids[1][-1])
    axis.imshow(
        nearest,
        origin="lower",
        extent=extent,
        aspect="auto",
        cmap=colours,
        vmin=-0.5,
        vmax=len(true) - 0.5,
        alpha=0.18,
        interpolation="nearest",
    )
    axis.set_xlim(extent[:2])
    axis.set_ylim(extent[2:])
