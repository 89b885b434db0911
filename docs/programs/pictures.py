"""The pictures of README and of the page "Why over-fitted atoms are slow".

Run: python docs/programs/pictures.py [--folder docs/images] [NAME ...]

Names: rates (data that half the error costs), cells-data and cells-atoms (a fit and its Voronoi cells),
densities and distances (how little the density moves), three-questions (of docs/uniform.md: how closely
mixtures touch at one truth, near it, and where true atoms merge); without names all are made.
Colours are those of Okabe and Ito; lines differ in dashes and markers too.
"""

from __future__ import annotations

import argparse
import math
import warnings
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.integrate import trapezoid

from polysolv import FitWarning, MixingMeasure, SoftmaxGaussianMoE, rate, voronoi_cells
from polysolv.decisions.contact_witness import kept_pair
from polysolv.display.pictures import BLACK, BLUE, GREEN, VERMILLION, rendered
from polysolv.files import write_atomically

PURPLE = "#CC79A7"
FOLDER = Path(__file__).parents[1] / "images"
PANEL = (3.5, 3.3)
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
    figure = Figure(figsize=(5.2, 3.8), layout="constrained")
    axis = figure.subplots()
    styles = {
        "intercept b": (BLUE, "-", "o"),
        "gate slope beta1, published": (VERMILLION, (0, (5, 2)), "s"),
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
    figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=8)
    return figure


@cache
def fitted() -> MixingMeasure:
    """Return the fit of three experts to 2,000 observations of the two in `TRUTH`."""
    model = SoftmaxGaussianMoE(n_experts=3, n_init=8, random_state=0, bounds={"beta0": (-1.5, 1.5)})
    with warnings.catch_warnings():
        # Over-fitted on purpose.
        warnings.simplefilter("ignore", FitWarning)
        fit: MixingMeasure = model.fit(*TRUTH.sample(2000, seed=1)).mixing_measure_
    return fit


def panel() -> tuple[Figure, Axes]:
    """Return a figure of half the width of a page, and its axes."""
    figure = Figure(figsize=PANEL, layout="constrained")
    return figure, figure.subplots()


def picture_of_data() -> Figure:
    """Data of two experts, and the lines of the three that were fitted."""
    x, y = TRUTH.sample(2000, seed=1)
    figure, axis = panel()
    axis.scatter(x[:800, 0], y[:800], s=4, color="#bbbbbb", linewidths=0)
    ends = np.array([-1.0, 1.0])
    for atom in range(TRUTH.k):
        axis.plot(ends, TRUTH.a[atom, 0] * ends + TRUTH.b[atom], color=BLACK, linewidth=3, alpha=0.6)
    fit = fitted()
    for (colour, dashes), cell in zip(
        ((BLUE, "--"), (VERMILLION, ":")), voronoi_cells(fit, TRUTH), strict=True
    ):
        for atom in cell:
            axis.plot(
                ends, fit.a[atom, 0] * ends + fit.b[atom], color=colour, linestyle=dashes, linewidth=1.6
            )
    axis.set_xlabel("covariate x")
    axis.set_ylabel("response")
    axis.set_title("true experts: grey, fitted: broken lines", fontsize=9)
    return figure


def picture_of_atoms() -> Figure:
    """The fitted atoms, each joined to the true atom of its cell."""
    figure, axis = panel()
    fit = fitted()
    for j, cell in enumerate(voronoi_cells(fit, TRUTH)):
        colour, marker = ((BLUE, "o"), (VERMILLION, "^"))[j]
        for i in cell:
            axis.plot([TRUTH.b[j], fit.b[i]], [TRUTH.a[j, 0], fit.a[i, 0]], color=colour, linewidth=0.9)
            axis.plot(fit.b[i], fit.a[i, 0], marker, color=colour, markersize=8, markerfacecolor="none")
        axis.plot(TRUTH.b[j], TRUTH.a[j, 0], "+", color=BLACK, markersize=13, markeredgewidth=2)
    axis.set_xlabel("intercept b")
    axis.set_ylabel("slope a")
    axis.margins(0.15)
    axis.set_title("true atoms (+) and their cells", fontsize=9)
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
    return float(trapezoid(np.abs(cell_density(t, step, kind) - gaussian(t, 0.0, 1.0)), t) / 2)


def slope(kind: str) -> float:
    """Return the slope of log V against log ε, at the smaller half of the steps."""
    chosen = STEPS[:5]
    return float(np.polyfit(np.log(chosen), np.log([variation(e, kind) for e in chosen]), 1)[0])


def picture_of_densities() -> Figure:
    """One Gaussian, the same one moved, and the witness of two atoms."""
    figure, axis = panel()
    t = np.linspace(-4, 4, 801)
    axis.plot(t, gaussian(t, 0.0, 1.0), color=BLACK, linewidth=3, alpha=0.45, label="N(0, 1)")
    axis.plot(t, cell_density(t, 0.5, "moved"), color=VERMILLION, linestyle="--", label="one atom at 0.5")
    two = "two atoms at ±0.5,\nvariance 0.75"
    axis.plot(t, cell_density(t, 0.5, "2"), color=BLUE, linestyle=":", linewidth=2.2, label=two)
    axis.set_xlabel("response")
    axis.set_ylabel("density")
    axis.set_ylim(0, 0.6)
    axis.legend(frameon=False, fontsize=8, loc="upper left")
    return figure


def picture_of_distances() -> Figure:
    """Total variation against the distance of the means, for what a cell may do."""
    figure, axis = panel()
    for kind, label, colour, marker in (
        ("moved", "one atom moved", VERMILLION, "s"),
        ("split", "two atoms, means split", GREEN, "^"),
        ("2", "two atoms, witness", BLUE, "o"),
        ("3", "three atoms, witness", PURPLE, "D"),
    ):
        values = [variation(e, kind) for e in STEPS]
        text = f"{label}: slope {slope(kind):.2f}"
        axis.loglog(STEPS, values, marker=marker, color=colour, linewidth=1.2, markersize=5, label=text)
    axis.set_xticks([0.1, 0.2, 0.3, 0.5], ["0.1", "0.2", "0.3", "0.5"])
    axis.set_xticks([], minor=True)
    axis.set_xlabel("distance ε of the means")
    axis.set_ylabel("total variation V")
    axis.set_ylim(top=3000)
    axis.set_yticks([10.0**e for e in range(-7, 1)])
    axis.set_yticks([], minor=True)
    axis.grid(True, color="#dddddd", linewidth=0.6)
    axis.legend(frameon=False, fontsize=8, loc="upper left")
    return figure


def touching(step: float) -> float:
    """Return V of two mixtures of two atoms whose means differ by ``step``: the pair of the certificate."""
    kept = kept_pair(2, 2)
    assert kept is not None
    weights, locations, scales = kept
    apart = np.abs(locations[:2, None] - locations[None, 2:]).min(axis=1).max()
    shares, means = weights / weights[:2].sum(), step / apart * locations
    t = np.linspace(-9, 9, 20_001)
    parts = [gaussian(t, b, 1.0 + (step / apart) ** 2 * s) for b, s in zip(means, scales, strict=True)]
    gap = shares[:2] @ np.array(parts[:2]) - shares[2:] @ np.array(parts[2:])
    return float(trapezoid(np.abs(gap), t) / 2)


def picture_of_three_questions() -> Figure:
    """Total variation against the difference in means: one truth, truths near it, and two that merge."""
    figure, axis = panel()
    lines = (
        ("one truth, one atom", lambda e: variation(e, "moved"), VERMILLION, "s"),
        ("near it, two against one", lambda e: variation(e, "2"), BLUE, "o"),
        ("merging, two against two", touching, PURPLE, "D"),
    )
    for label, distance, colour, marker in lines:
        values = [distance(e) for e in STEPS]
        steep = np.polyfit(np.log(STEPS[:5]), np.log(values[:5]), 1)[0]
        text = f"{label}: slope {steep:.2f}"
        axis.loglog(STEPS, values, marker=marker, color=colour, linewidth=1.2, markersize=5, label=text)
    axis.set_xticks([0.1, 0.2, 0.3, 0.5], ["0.1", "0.2", "0.3", "0.5"])
    axis.set_xticks([], minor=True)
    axis.set_xlabel("difference ε of the means")
    axis.set_ylabel("total variation V")
    axis.set_ylim(top=3e4)
    axis.set_yticks([10.0**e for e in range(-10, 1, 2)])
    axis.set_yticks([], minor=True)
    axis.grid(True, color="#dddddd", linewidth=0.6)
    axis.legend(frameon=False, fontsize=7, loc="upper left")
    return figure


PICTURES: dict[str, Callable[[], Figure]] = {
    "rates": picture_of_rates,
    "cells-data": picture_of_data,
    "cells-atoms": picture_of_atoms,
    "densities": picture_of_densities,
    "distances": picture_of_distances,
    "three-questions": picture_of_three_questions,
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
