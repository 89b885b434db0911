"""Standardised coordinates: what the optimisers see, and the way back to the user's units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from polysolv.errors import InputError
from polysolv.moe import weighted
from polysolv.moe.likelihood import Array, design, pack, unpack
from polysolv.moe.mixing_measure import PARAMETERS, MixingMeasure
from polysolv.moe.structure import Structure

Bounds = Mapping[str, Any]

# No variance above this many times that of y: an empty expert's would drift to infinity.
_LARGEST = 1e100


# A standard deviation this many times that of all rows but the farthest is left to the latter.
_DOMINATED = 10.0


@dataclass(frozen=True)
class Coordinates:
    """The affine maps x -> (x - x_mean) / x_scale and y -> (y - y_mean) / y_scale.

    In these units one tolerance and one trust-region radius suit any data, so everything that is stated about
    a fit is computed here. Centre and scale are mean and standard deviation; where a few far rows make most
    of the standard deviation (a leverage point, a gross error), those of the other rows. A centre is 0 where
    the user bounds an intercept: a box in (beta0, b) stays a box only if nothing is shifted into it.
    """

    x_mean: Array
    x_scale: Array
    y_mean: float
    y_scale: float

    @classmethod
    def of(
        cls, X: Array, y: Array, bounds: Bounds | None = None, row_weights: Array | None = None
    ) -> Coordinates:
        """Return coordinates in which the data have (mean 0 and) standard deviation 1.

        ``row_weights`` says how often each row counts; None for once.
        """
        bounded = bounds or {}
        centre_x = "beta0" not in bounded and "b" not in bounded
        columns = [_centre_and_scale(column, row_weights) for column in X.T]
        centre, scale = _centre_and_scale(y, row_weights)
        return cls(
            np.array([c for c, _ in columns]) if centre_x else np.zeros(X.shape[1]),
            np.array([s for _, s in columns]),
            centre if "b" not in bounded else 0.0,
            scale,
        )

    def data(self, X: Array, y: Array) -> tuple[Array, Array]:
        """Return the transposed standardised design (p, n) and the standardised responses."""
        return design((X - self.x_mean) / self.x_scale), (y - self.y_mean) / self.y_scale

    def inward(self, G: MixingMeasure) -> Array:
        """Return the parameter vector of a measure in these coordinates."""
        gate = np.concatenate([(G.beta0 + G.beta1 @ self.x_mean)[:, None], G.beta1 * self.x_scale], axis=1)
        level = (G.b + G.a @ self.x_mean - self.y_mean) / self.y_scale
        expert = np.concatenate([level[:, None], G.a * self.x_scale / self.y_scale], axis=1)
        return pack(gate, expert, np.log(G.sigma) - 2.0 * np.log(self.y_scale))

    def outward(self, vector: Array, k: int) -> MixingMeasure:
        """Return the measure of a parameter vector, in the user's units."""
        gate, expert, log_variance = unpack(vector, k)
        beta1 = gate[:, 1:] / self.x_scale
        a = expert[:, 1:] / self.x_scale * self.y_scale
        b = self.y_mean + self.y_scale * expert[:, 0] - a @ self.x_mean
        sigma = np.exp(log_variance + 2.0 * np.log(self.y_scale))
        return MixingMeasure(gate[:, 0] - beta1 @ self.x_mean, beta1, a, b, sigma)

    def box(
        self, k: int, min_variance: float, bounds: Bounds | None, structure: Structure | None = None
    ) -> tuple[Array, Array]:
        """Return the lower and upper ends of the parameter vector; slopes that a structure lacks are 0."""
        d = self.x_scale.size
        pairs = {name: interval(name, (bounds or {}).get(name), d) for name in PARAMETERS}
        ends = []
        for side in (0, 1):
            get = {name: pairs[name][side] for name in PARAMETERS}
            gate = np.concatenate([get["beta0"], get["beta1"] * self.x_scale])
            expert = np.concatenate([get["b"] - self.y_mean, get["a"] * self.x_scale]) / self.y_scale
            if structure is not None:
                for part, seen in ((gate, structure.gate), (expert, structure.experts)):
                    part[[1 + j for j in range(d) if j not in seen]] = 0.0
            sigma = float(get["sigma"][0])
            variance = max(min_variance, sigma) if side == 0 else min(sigma, _LARGEST * self.y_scale**2)
            log_variance = np.log(variance) - 2.0 * np.log(self.y_scale)
            ends.append(pack(np.tile(gate, (k, 1)), np.tile(expert, (k, 1)), np.full(k, log_variance)))
        return ends[0], ends[1]


def _centre_and_scale(values: Array, weights: Array | None) -> tuple[float, float]:
    """Return mean and standard deviation, of the rows but the farthest hundredth if these dominate."""
    centre, scale = float(weighted.mean(values, weights)), weighted.deviation(values, weights)
    total = values.size if weights is None else float(weights.sum())
    far = 1 + int(total // 100)
    if total > 3 * far:
        distance = np.abs(values - weighted.median(values, weights))
        order = np.argsort(distance, kind="stable")
        if weights is None:
            rest, left = values[order[:-far]], None
        else:
            # Of the row on the border some of its copies stay.
            left = np.clip(total - far - (np.cumsum(weights[order]) - weights[order]), 0.0, weights[order])
            rest, left = values[order][left > 0], left[left > 0]
        inner = weighted.deviation(rest, left)
        if 0.0 < inner < scale / _DOMINATED:
            return float(weighted.mean(rest, left)), inner
    return centre, scale


def interval(name: str, value: object, d: int) -> tuple[Array, Array]:
    """Return the two ends of a parameter's bounds, arrays of length d for slopes and 1 otherwise."""
    size = d if name in ("beta1", "a") else 1
    if value is None:
        low = 0.0 if name == "sigma" else -np.inf
        return np.full(size, low), np.full(size, np.inf)
    allowed = "a pair (low, high) of numbers, low <= high, None for no limit"
    if not isinstance(value, Sequence | np.ndarray) or isinstance(value, str) or len(value) != 2:
        raise InputError(f"bounds[{name!r}]", value, allowed)
    try:
        free = (0.0 if name == "sigma" else -np.inf, np.inf)
        ends = (default if end is None else end for end, default in zip(value, free, strict=True))
        low_end, high_end = (np.broadcast_to(np.asarray(end, dtype=float), (size,)).copy() for end in ends)
    except (TypeError, ValueError):
        raise InputError(f"bounds[{name!r}]", value, f"{allowed} (or arrays of length {size})") from None
    if np.isnan(low_end).any() or np.isnan(high_end).any() or (low_end > high_end).any():
        raise InputError(f"bounds[{name!r}]", value, allowed)
    if name == "sigma" and low_end[0] < 0:
        raise InputError("bounds['sigma']", value, "a pair (low, high) of variances, 0 <= low <= high")
    return low_end, high_end


def check_bounds(bounds: object, d: int) -> None:
    """Refuse bounds with an unknown parameter or an impossible pair."""
    if bounds is None:
        return
    if not isinstance(bounds, Mapping):
        raise InputError("bounds", bounds, "None or a mapping from parameter name to a pair (low, high)")
    for name, value in bounds.items():
        if name not in PARAMETERS:
            raise InputError("bounds", name, ", ".join(PARAMETERS))
        interval(name, value, d)


def coordinate_names(k: int, d: int) -> list[str]:
    """Return the name of each coordinate in the order of the score, such as ``beta1[0,1]``."""
    names = []
    for name in PARAMETERS:
        if name in ("beta1", "a"):
            names += [f"{name}[{i},{j}]" for i in range(k) for j in range(d)]
        else:
            names += [f"{name}[{i}]" for i in range(k)]
    return names
