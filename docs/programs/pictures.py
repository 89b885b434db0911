"""The pictures of README and of the page "Why over-fitted atoms are slow".

Run: python docs/programs/pictures.py [--folder docs/images] [NAME ...]

Names: rates (data that half the error costs), cells (a fit and its Voronoi cells), cancellation (how little
the density moves); without names all are made.
Colours are those of Okabe and Ito; lines differ in dashes and markers too.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from polysolv import MixingMeasure, SoftmaxGaussianMoE, rate, voronoi_cells
from polysolv.experiments.plots import rendered
from polysolv.files import write_atomically

BLUE, ORANGE, GREEN, PURPLE, BLACK = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000"
FOLDER = Path(__file__).parents[1] / "images"
EXCESS = range(5)
STEPS = np.geomspace(0.1, 0.5, 9)
TRUTH = MixingMeasure([0.3, 0.0], [[1.0], [0.0]], [[1.5], [-1.5]], [1.0, -1.0], [0.3, 0.2])


def growth() -> dict[str, list[int]]:
    """Return, for each line of the picture `rates`, by what n grows for half the error at each excess."""
    lines: dict[str, list[int]] = {}
    for excess in EXCESS:
        parameters = rate(excess).cell(excess + 1).parameters
        for label, name, kind in (
            ("intercept b", "b", "refined"),
            ("variance sigma", "sigma", "refined"),
            ("gate slope beta1, published", "beta1", "published"),
            ("gate slope beta1 and slope a, refined", "beta1", "refined"),
        ):
            statement = getattr(parameters[name], kind)
            lines.setdefault(label, []).append(2 ** int(1 / Fraction(statement.rate)))
    return lines


def picture_of_rates() -> Figure:
    """Against the number of excess experts: how much more data halve the error, in the largest cell."""
    figure = Figure(figsize=(6.4, 4.0), layout="constrained")
    axis = figure.subplots()
    styles = {
        "intercept b": (BLUE, "-", "o"),
        "gate slope beta1, published": (ORANGE, (0, (5, 2)), "s"),
        "variance sigma": (GREEN, "-.", "^"),
        "gate slope beta1 and slope a, refined": (PURPLE, (0, (1, 1)), "D"),
    }
    lines = growth()
    for label, (colour, dashes, marker) in styles.items():
        large = 9 if label.startswith("gate slope beta1, pub") else 6
        filled = "none" if large == 9 else colour
        axis.plot(
            EXCESS, lines[label], color=colour, linestyle=dashes, marker=marker, markersize=large,
            markerfacecolor=filled, linewidth=1.8, label=label,
        )  # fmt: skip
    axis.set_yscale("log", base=2)
    ticks = [2**e for e in (2, 4, 6, 8, 12, 16, 20)]
    axis.set_yticks(ticks, [f"{tick:,} times" for tick in ticks])
    axis.set_xticks(list(EXCESS))
    axis.set_xlabel("experts too many, k − k*")
    axis.set_ylabel("data needed to halve the error")
    axis.grid(True, color="#dddddd", linewidth=0.6)
    axis.legend(frameon=False, fontsize=9, loc="upper left")
    return figure


def picture_of_cells() -> Figure:
    """Data of two experts, a fit with three, and the fitted atoms in the cells of the true ones."""
    x, y = TRUTH.sample(2000, seed=1)
    model = SoftmaxGaussianMoE(n_experts=3, n_init=8, random_state=0, bounds={"beta0": (-1.5, 1.5)})
    fit = model.fit(x, y).mixing_measure_
    cells = voronoi_cells(fit, TRUTH)
    figure = Figure(figsize=(8.0, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.scatter(x[:800, 0], y[:800], s=4, color="#bbbbbb", linewidths=0)
    ends = np.array([-1.0, 1.0])
    for atom in range(TRUTH.k):
        left.plot(ends, TRUTH.a[atom, 0] * ends + TRUTH.b[atom], color=BLACK, linewidth=3, alpha=0.6)
    for j, cell in enumerate(cells):
        for atom in cell:
            colour, dashes = ((BLUE, "--"), (ORANGE, ":"))[j]
            left.plot(
                ends, fit.a[atom, 0] * ends + fit.b[atom], color=colour, linestyle=dashes, linewidth=1.6
            )
    left.set_xlabel("covariate x")
    left.set_ylabel("response")
    left.set_title("true experts (grey), fitted experts (dashed, dotted)", fontsize=9)
    for j, cell in enumerate(cells):
        colour, marker = ((BLUE, "o"), (ORANGE, "^"))[j]
        for atom in cell:
            right.plot(
                [TRUTH.b[j], fit.b[atom]], [TRUTH.a[j, 0], fit.a[atom, 0]], color=colour, linewidth=0.9
            )
            right.plot(
                fit.b[atom], fit.a[atom, 0], marker, color=colour, markersize=8, markerfacecolor="none"
            )
        right.plot(TRUTH.b[j], TRUTH.a[j, 0], "+", color=BLACK, markersize=13, markeredgewidth=2)
    right.set_xlabel("intercept b")
    right.set_ylabel("slope a")
    right.margins(0.15)
    right.set_title("true atoms (+) and the fitted atoms of their cells", fontsize=9)
    return figure


def gaussian(t: np.ndarray, mean: float, variance: float) -> np.ndarray:
    """Return the density of N(mean, variance)."""
    return np.asarray(np.exp(-((t - mean) ** 2) / (2 * variance)) / math.sqrt(2 * math.pi * variance))


def cell_density(t: np.ndarray, step: float, kind: str) -> np.ndarray:
    """Return the density of N(0, 1) after it was moved, or split, by ``step``.

    Args:
        t: points.
        step: ε, below 1/2.
        kind: "moved" (one atom, mean ε), "split" (two atoms, means ±ε), or "2", "3": the Gauss–Hermite
            witness of that many atoms, means ε z, variances 1 - ε².
    """
    if kind == "moved":
        return gaussian(t, step, 1.0)
    if kind == "split":
        return (gaussian(t, step, 1.0) + gaussian(t, -step, 1.0)) / 2
    nodes, weights = np.polynomial.hermite_e.hermegauss(int(kind))
    shares = weights / weights.sum()
    return np.asarray(sum(w * gaussian(t, step * z, 1 - step**2) for z, w in zip(nodes, shares, strict=True)))


def variation(step: float, kind: str) -> float:
    """Return the total variation distance of :func:`cell_density` to N(0, 1)."""
    t = np.linspace(-9, 9, 20_001)
    return float(np.trapezoid(np.abs(cell_density(t, step, kind) - gaussian(t, 0.0, 1.0)), t) / 2)


def slope(kind: str) -> float:
    """Return the slope of log V against log ε, at the smaller half of the steps."""
    chosen = STEPS[:5]
    return float(np.polyfit(np.log(chosen), np.log([variation(e, kind) for e in chosen]), 1)[0])


def picture_of_cancellation() -> Figure:
    """One Gaussian and its replacements, and the distance between their densities."""
    figure = Figure(figsize=(8.0, 3.7), layout="constrained")
    left, right = figure.subplots(1, 2)
    t = np.linspace(-4, 4, 801)
    left.plot(t, gaussian(t, 0.0, 1.0), color=BLACK, linewidth=3, alpha=0.45, label="N(0, 1)")
    left.plot(t, cell_density(t, 0.5, "moved"), color=ORANGE, linestyle="--", label="one atom at 0.5")
    left.plot(
        t,
        cell_density(t, 0.5, "2"),
        color=BLUE,
        linestyle=":",
        linewidth=2.2,
        label="two atoms at ±0.5,\nvariance 0.75",
    )
    left.set_xlabel("response")
    left.set_ylabel("density")
    left.set_ylim(0, 0.52)
    left.legend(frameon=False, fontsize=8, loc="upper left")
    kinds: Iterable[tuple[str, str, str, str]] = (
        ("moved", "one atom moved", ORANGE, "s"),
        ("split", "two atoms, means split", GREEN, "^"),
        ("2", "two atoms, witness", BLUE, "o"),
        ("3", "three atoms, witness", PURPLE, "D"),
    )
    for kind, label, colour, marker in kinds:
        values = [variation(e, kind) for e in STEPS]
        right.loglog(
            STEPS,
            values,
            marker=marker,
            color=colour,
            linewidth=1.2,
            markersize=5,
            label=f"{label}: slope {slope(kind):.2f}",
        )
    right.set_xticks([0.1, 0.2, 0.3, 0.5], ["0.1", "0.2", "0.3", "0.5"])
    right.set_xticks([], minor=True)
    right.set_xlabel("distance ε of the means")
    right.set_ylabel("total variation V")
    right.set_ylim(top=300)
    right.set_yticks([10.0**e for e in range(-7, 1)])
    right.set_yticks([], minor=True)
    right.grid(True, color="#dddddd", linewidth=0.6)
    right.legend(frameon=False, fontsize=8, loc="upper left", ncols=1)
    return figure


PICTURES: dict[str, Callable[[], Figure]] = {
    "rates": picture_of_rates,
    "cells": picture_of_cells,
    "cancellation": picture_of_cancellation,
}


def style(axis: Axes) -> None:
    axis.spines[["top", "right"]].set_visible(False)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", choices=[[], *PICTURES], default=[])
    parser.add_argument("--folder", type=Path, default=FOLDER)
    arguments = parser.parse_args()
    for name in arguments.names or PICTURES:
        figure = PICTURES[name]()
        for axis in figure.axes:
            style(axis)
        write_atomically(arguments.folder / f"{name}.svg", rendered(figure, "svg"))


if __name__ == "__main__":
    main()
