"""How many digits of a fit a table must show, and around which point."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from polysolv.moe.fitted_model import FittedModel
from polysolv.moe.likelihood import Array, unpack
from polysolv.moe.mixing_measure import MixingMeasure

_FEWEST, _MOST = 6, 10
_WANTED = 1e-6
_RADIUS = 2.0


@dataclass(frozen=True)
class Shown:
    """Parameters as a table shows them.

    Args:
        measure: parameters; beta0 and b are the values at ``centre``.
        centre: point x of the intercepts, shape (d,), or None for the origin.
        digits: significant digits.
    """

    measure: MixingMeasure
    centre: Array | None
    digits: int


def shown(model: FittedModel, G: MixingMeasure, gates: bool = True) -> Shown:
    """Return digits, and if need be a centre, from which the fitted means can be computed again to 6 digits.

    Args:
        model: the fit.
        G: its measure in the user's units.
        gates: whether the gate is shown.

    The error is that of means and gate logits within two standard deviations of the covariates' means. Where
    the origin is so far away that more than ten digits would be needed, intercepts are given at a round point
    near the covariates' means.
    """
    needed = _digits(model, G, None, gates)
    if needed <= _MOST:
        return Shown(G, None, needed)
    centre = np.zeros(model.d)
    units = model.coordinates
    for place, mean, scale in zip(model.kept, units.x_mean, units.x_scale, strict=True):
        step = 10.0 ** math.floor(math.log10(scale))
        centre[place] = float(f"{round(mean / step) * step:.15g}")
    gate, expert, _ = unpack(model.vector, model.k)
    away = (centre[list(model.kept)] - units.x_mean) / units.x_scale
    b = units.y_mean + units.y_scale * (expert[:, 0] + expert[:, 1:] @ away)
    moved = MixingMeasure(gate[:, 0] + gate[:, 1:] @ away, G.beta1, G.a, b, G.sigma)
    return Shown(moved, centre, min(_digits(model, moved, centre, gates), _MOST))


def _digits(model: FittedModel, G: MixingMeasure, centre: Array | None, gates: bool) -> int:
    """Return the significant digits that reproduce the fitted means, one more than ten if more are needed."""
    units, kept = model.coordinates, list(model.kept)
    steps = np.concatenate([np.zeros((1, len(kept))), np.eye(len(kept)), -np.eye(len(kept))]) * _RADIUS
    points = np.tile(np.zeros(model.d) if centre is None else centre, (steps.shape[0], 1))
    points[:, kept] = units.x_mean + steps * units.x_scale
    offsets = points - (0.0 if centre is None else centre)
    means = model.means(points).T
    sizes = np.abs(means).max()
    for digits in range(_FEWEST, _MOST + 1):
        a, b, beta0, beta1 = (_rounded(part, digits) for part in (G.a, G.b, G.beta0, G.beta1))
        means_off = np.abs(a @ offsets.T + b[:, None] - means).max()
        logits_off = (beta1 - G.beta1) @ offsets.T + (beta0 - G.beta0)[:, None]
        gates_off = np.abs(logits_off - logits_off.mean(axis=0)).max()
        if means_off <= _WANTED * sizes and (not gates or gates_off <= _WANTED or digits == _MOST):
            return digits
    return _MOST + 1


def _rounded(values: Array, digits: int) -> Array:
    text = [float(f"{value:.{digits}g}") for value in values.ravel().tolist()]
    return np.array(text).reshape(values.shape)
