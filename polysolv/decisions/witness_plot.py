"""The picture of a Gauss–Hermite witness: atoms that move apart while their sum hardly changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from polysolv.display.pictures import BLACK, BLUE, REFINED_LINE, Picture, label, legend_below, panels
from polysolv.errors import InputError

_Y = np.linspace(-4.0, 4.0, 801)
_LEAST_DIFFERENCE = 1e-13
_TICKS = [0.05, 0.1, 0.2, 0.5]


def witness_picture(nodes: Sequence[tuple[float, float]], epsilon: float) -> Picture:
    """Return the picture of a quadrature rule, its atoms spread by ``epsilon``.

    Args:
        nodes: the (node, weight) of an m-point Gauss–Hermite rule.
        epsilon: how far the atoms N(ε z_l, 1 − ε²) are spread, above 0 and below 1.

    Raises:
        InputError: if ``epsilon`` is out of range.
    """
    from matplotlib.ticker import NullLocator

    if isinstance(epsilon, bool) or not isinstance(epsilon, (int, float)) or not 0.0 < epsilon < 1.0:
        raise InputError("epsilon", epsilon, "a number above 0 and below 1")
    rule, m = np.array(nodes), len(nodes)
    figure, (left, right) = panels(2)
    handles: dict[str, Any] = {}
    atoms = _atoms(rule, epsilon)
    for atom in atoms:
        handles["weighted atoms"] = left.plot(_Y, atom, color=BLUE, linewidth=1.0)[0]
    handles["their sum"] = left.plot(_Y, atoms.sum(axis=0), color=BLACK, linewidth=1.6)[0]
    handles["one atom, N(0, 1)"] = left.plot(_Y, _normal(_Y, 0.0, 1.0), **REFINED_LINE)[0]
    label(left, f"{m} atoms, $\\varepsilon$ = {epsilon:g}", "response", "density")
    steps, gaps = differences(rule)
    if steps.size:
        handles["largest difference"] = right.plot(steps, gaps, ".", color=BLACK, markersize=7)[0]
        line = gaps[0] * (steps / steps[0]) ** (2 * m)
        handles[f"slope 2m = {2 * m}"] = right.plot(steps, line, color=BLUE, linewidth=1.6)[0]
        right.set_xscale("log")
        right.set_yscale("log")
        right.xaxis.set_minor_locator(NullLocator())
        right.set_xticks(_TICKS, [f"{tick:g}" for tick in _TICKS])
    else:
        right.text(0.5, 0.5, "below rounding", transform=right.transAxes, ha="center")
    label(right, "difference of the two densities", r"$\varepsilon$")
    legend_below(figure, handles)
    return figure


def differences(rule: Any) -> tuple[Any, Any]:
    """Return spreads ε and the largest |Σ w_l N(y; ε z_l, 1 − ε²) − N(y; 0, 1)|, as far as floats tell it."""
    steps = np.geomspace(0.05, 0.6, 12)
    gaps = np.array([np.abs(_atoms(rule, e).sum(axis=0) - _normal(_Y, 0.0, 1.0)).max() for e in steps])
    kept = gaps > _LEAST_DIFFERENCE
    return steps[kept], gaps[kept]


def _atoms(rule: Any, epsilon: float) -> Any:
    return np.array([w * _normal(_Y, epsilon * z, 1.0 - epsilon**2) for z, w in rule])


def _normal(y: Any, mean: float, variance: float) -> Any:
    return np.exp(-((y - mean) ** 2) / (2.0 * variance)) / np.sqrt(2.0 * np.pi * variance)
