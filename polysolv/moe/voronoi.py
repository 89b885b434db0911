"""Voronoi cells of a fitted measure around the true atoms, and the error of each parameter in each cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from polysolv.display.grid import Grid
from polysolv.display.rich_display import DisplayedList, RichDisplay, Tables
from polysolv.errors import InputError, unknown_name
from polysolv.moe.likelihood import Array
from polysolv.moe.mixing_measure import MixingMeasure

_COORDINATES = ("beta1", "a", "b", "sigma")
_LARGEST_LOG_WEIGHT = 700.0


@dataclass(frozen=True)
class CellErrors(RichDisplay):
    """How far the fitted atoms of one Voronoi cell are from their true atom.

    Attributes:
        true_atom: index j of the true atom.
        members: indices of the fitted atoms in the cell.
        weight_error: |sum of fitted weights - e^(beta0*_j + t1)| / e^(beta0*_j + t1).
        mean: parameter name to the mean of |delta| over the cell, weighted by the fitted weights (NaN if
            empty).
        largest: parameter name to the largest |delta| in the cell (NaN if empty).

    |.| is the Euclidean norm; the parameters are "beta1", "a", "b", "sigma", and beta1 is compared after the
    translation t2.
    """

    true_atom: int
    members: tuple[int, ...]
    weight_error: float
    mean: dict[str, float]
    largest: dict[str, float]

    @property
    def size(self) -> int:
        """Cell size m."""
        return len(self.members)

    def _display(self) -> Tables:
        row = [str(self.true_atom), ", ".join(map(str, self.members)) or "-", str(self.size)]
        row += [f"{value:.4g}" for value in (*self.mean.values(), self.weight_error)]
        headers = ["true atom", "fitted atoms", "size m", *_COORDINATES, "relative weight error"]
        return [Grid("mean |error| in each Voronoi cell", headers, [row])], ()


def voronoi_cells(
    G: MixingMeasure, G_true: MixingMeasure, coordinates: Sequence[str] = ("a", "b", "sigma")
) -> list[tuple[int, ...]]:
    """Assign each fitted atom to the nearest true atom.

    Args:
        G: fitted measure, k atoms.
        G_true: true measure, k* atoms of the same dimension d.
        coordinates: what the Euclidean distance is taken over: ("a", "b", "sigma") as in Nguyen, Nguyen and
            Ho (2023), or with "beta1" as in later papers (compared as it stands: translate first if the
            gauges differ).

    Returns:
        One tuple of fitted indices for each true atom, ascending; ties go to the first true atom.

    Raises:
        InputError: if the dimensions differ or a coordinate is unknown.

    >>> G_true = MixingMeasure([0, 0], [[0], [1]], [[1], [-1]], [0, 0], [1, 1])
    >>> G = MixingMeasure([0, 0, 0], [[0], [1], [1]], [[-0.9], [1.1], [-1.2]], [0, 0, 0], [1, 1, 1])
    >>> voronoi_cells(G, G_true)
    [(1,), (0, 2)]
    """
    check_comparable(G, G_true)
    if isinstance(coordinates, str) or not len(coordinates):
        raise InputError("coordinates", coordinates, "a sequence of names: " + ", ".join(_COORDINATES))
    for name in coordinates:
        if name not in _COORDINATES:
            raise unknown_name("coordinates", name, list(_COORDINATES))
    squares = np.zeros((G.k, G_true.k))
    for name in dict.fromkeys(coordinates):
        squares += _norms(differences(G, G_true, name)) ** 2
    nearest = squares.argmin(axis=1)
    return [tuple(np.flatnonzero(nearest == j).tolist()) for j in range(G_true.k)]


def cell_errors(
    G: MixingMeasure,
    G_true: MixingMeasure,
    translation: str | tuple[float, ArrayLike] = "anchored",
    coordinates: Sequence[str] = ("a", "b", "sigma"),
) -> list[CellErrors]:
    """Return the error of each parameter in each cell.

    Args:
        G: fitted measure.
        G_true: true measure.
        translation: "anchored" (see :func:`anchor`), or the pair (t1, t2) added to the gate of the true
            atoms, for example from :func:`polysolv.moe.losses.best_translation`.
        coordinates: those of :func:`voronoi_cells`.

    Returns:
        One :class:`CellErrors` for each true atom.
    """
    cells = voronoi_cells(G, G_true, coordinates)
    if isinstance(translation, str):
        if translation != "anchored":
            raise InputError("translation", translation, "'anchored' or a pair (t1, t2)")
        t1, t2 = anchor(G, G_true, cells)
    else:
        t1, t2 = float(translation[0]), np.asarray(translation[1], dtype=float).reshape(-1)
    if t2.shape != (G.d,):
        raise InputError("translation", t2.shape, f"t2 of shape ({G.d},)")
    shifted = G_true.translate(t1, t2) if np.isfinite(t1) else G_true.translate(0.0, t2)
    weights = np.exp(G.beta0)
    result: DisplayedList[CellErrors] = DisplayedList()
    for j, cell in enumerate(cells):
        members = list(cell)
        expected = float(shifted.weights[j])
        mass = float(weights[members].sum())
        mean, largest = {}, {}
        for name in _COORDINATES:
            norms = _norms(differences(G, shifted, name))[members, j]
            mean[name] = float(weights[members] @ norms) / mass if members and mass > 0 else float("nan")
            largest[name] = float(norms.max()) if members else float("nan")
        result.append(CellErrors(j, cell, abs(mass - expected) / expected, mean, largest))
    return result


def anchor(G: MixingMeasure, G_true: MixingMeasure, cells: Sequence[tuple[int, ...]]) -> tuple[float, Array]:
    """Return the translation (t1, t2) that matches one true atom exactly.

    The anchor is the last true atom whose cell holds exactly one fitted atom; if there is none, the last true
    atom whose cell is not empty. t1 matches its weight (of the whole cell) and t2 its gate slope (weighted
    mean).
    """
    check_comparable(G, G_true)
    single = [j for j, cell in enumerate(cells) if len(cell) == 1]
    j = single[-1] if single else max(j for j, cell in enumerate(cells) if cell)
    members = list(cells[j])
    log_weights = G.beta0[members]
    top = float(log_weights.max())
    share = np.exp(log_weights - top)
    t1 = top + float(np.log(share.sum())) - float(G_true.beta0[j])
    return t1, share @ G.beta1[members] / share.sum() - G_true.beta1[j]


def differences(G: MixingMeasure, G_true: MixingMeasure, name: str) -> Array:
    """Return the difference of one parameter for every pair (fitted, true), shape (k, k*, d or 1)."""
    left, right = (np.asarray(getattr(H, name)).reshape(H.k, -1) for H in (G, G_true))
    result: Array = left[:, None, :] - right[None, :, :]
    return result


def check_comparable(G: MixingMeasure, G_true: MixingMeasure) -> None:
    """Refuse measures of different covariate dimension, and weights e^beta0 beyond double precision."""
    for name, measure in (("G", G), ("G_true", G_true)):
        top = float(measure.beta0.max())
        if top > _LARGEST_LOG_WEIGHT:
            allowed = f"at most {_LARGEST_LOG_WEIGHT:g}, or e^beta0 overflows: translate the gate first"
            raise InputError(f"{name}: beta0", top, allowed)
    if G.d != G_true.d:
        raise InputError("G_true", f"d = {G_true.d}", f"the dimension of the fitted measure, d = {G.d}")


def _norms(array: Array) -> Array:
    norms: Array = np.sqrt((array**2).sum(axis=-1))
    return norms
