"""The verb `pair_probe`: the smallest distance V of two Gaussian mixtures whose atoms differ by ε."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import joblib
import numpy as np
from threadpoolctl import threadpool_limits

from polysolv.decisions.contact_degree import contact_degree
from polysolv.decisions.contact_witness import kept_pair
from polysolv.display.counted import counted
from polysolv.errors import InputError, require_integer, unknown_name
from polysolv.experiments.population import checked_splits
from polysolv.experiments.probe_table import ProbeTable, slope_above_rounding, slope_said
from polysolv.families import get
from polysolv.moe.likelihood import Array
from polysolv.moe.threads import one_thread

SCHEMA = "polysolv/pair-probe/1"
PARAMETERS = ("b", "sigma")
MAX_ATOMS = 4
_GRID = np.linspace(-10.0, 10.0, 251)
# Logs of weights and of variances keep within these of their middle.
_LOG_WEIGHT, _LOG_VARIANCE = 1.5, 1.1
_STARTS, _KEPT, _FRESH = 6, 3, 6


@dataclass(frozen=True)
class PairProbeResult(ProbeTable):
    """The probe of one parameter.

    Args:
        parameter: "b" (means) or "sigma" (variances).
        m, m_true: numbers of atoms.
        epsilons: enforced differences, ascending.
        distances: V at each of them, the smallest found.
        slope: least-squares slope of log V against log ε, where V is more than rounding; else ``None``.
        predicted: the exponent by the order of contact r: r for means, r/2 for variances.
    """

    parameter: str
    m: int
    m_true: int
    epsilons: tuple[float, ...]
    distances: tuple[float, ...]
    slope: float | None
    predicted: Fraction

    def to_data(self) -> dict[str, Any]:
        """Return the result as JSON data (schema ``polysolv/pair-probe/1``)."""
        return {
            "schema": SCHEMA,
            "parameter": self.parameter,
            "m": self.m,
            "m_true": self.m_true,
            "epsilons": list(self.epsilons),
            "distances": list(self.distances),
            "slope": self.slope,
            "predicted": str(self.predicted),
        }

    def _title(self) -> str:
        return f"population probe of {self.parameter}, {self.m} against {counted(self.m_true, 'atom')}"

    def _columns(self) -> dict[str, tuple[float, ...]]:
        return {"difference": self.epsilons, "V": self.distances}

    def _lines(self) -> list[str]:
        return [
            slope_said(self.slope, self.distances, "difference"),
            f"exponent by the order of contact: {self.predicted}",
        ]


def pair_probe(
    parameter: str = "b",
    m: int = 2,
    m_true: int = 2,
    epsilons: Sequence[float] | None = None,
    seed: int = 0,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> PairProbeResult:
    """Minimise V over pairs of location–scale Gaussian mixtures whose atoms differ by ε in one parameter.

    Args:
        parameter: "b", the means, or "sigma", the variances.
        m, m_true: numbers of atoms, 1 to 4.
        epsilons: differences, ascending and positive, in units of the standard deviation (variance) of an
            atom; the default suits the parameter.
        seed: of the random starts.
        jobs: number of processes, 1 to 4096; the result does not depend on it.
        progress: called with (minimisations done, all).

    Returns:
        the smallest V found for each ε and the slope of log V against log ε, which estimates the exponent.

    Raises:
        InputError: if an argument is not allowed.

    One atom of the mixture of m, N(0, 1), differs by at least ε from every atom of the other, upwards or
    downwards: every choice of signs is tried. All else is free, but weights are kept within a factor e³ of
    each other and variances from 1/3 to 3. The integral of (g − h)² over a fixed density is minimised by
    least squares from the pair that the certificate holds, scaled to ε, and from random starts; V = ½
    ∫|g − h| there is an upper bound of the minimum.

    >>> round(pair_probe("b", 1, 2, epsilons=[0.06, 0.12]).slope, 1)
    4.0
    """
    if parameter not in PARAMETERS:
        raise unknown_name("parameter", parameter, list(PARAMETERS))
    m = require_integer("m", m, 1, MAX_ATOMS)
    m_true = require_integer("m_true", m_true, 1, MAX_ATOMS)
    if m + m_true < 3:
        raise InputError("m_true", m_true, "mixtures of at least three atoms together")
    low, high = (0.06, 0.25) if parameter == "b" else (0.02, 0.15)
    default = np.geomspace(low, high, 6).tolist()
    steps = checked_splits(default if epsilons is None else epsilons)
    jobs, seed = require_integer("jobs", jobs, 1, 4096), require_integer("seed", seed, 0, 2**64 - 1)
    patterns = [(1.0, *rest) for rest in itertools.product((1.0, -1.0), repeat=m_true - 1)]
    if parameter == "sigma":  # no reflection turns variances round
        patterns += [tuple(-s for s in signs) for signs in patterns]
    found: list[list[float]] = []
    with threadpool_limits(limits=1), joblib.Parallel(jobs, return_as="generator") as parallel:
        calls = (
            joblib.delayed(_smallest)(parameter, m, m_true, steps, signs, (seed, i))
            for i, signs in enumerate(patterns)
        )
        for distances_found in parallel(calls):
            found.append(distances_found)
            if progress is not None:
                progress(len(found), len(patterns))
    distances = [min(column) for column in zip(*found, strict=True)]
    slope = slope_above_rounding(steps, distances)
    order = contact_degree(get("location-scale-gaussian"), m, m_true) or 0
    predicted = Fraction(order) if parameter == "b" else Fraction(order, 2)
    return PairProbeResult(parameter, m, m_true, steps, tuple(distances), slope, predicted)


@dataclass(frozen=True)
class _Pair:
    """The map from a free vector to two mixtures, in units in which every entry is of order 1.

    A vector holds a for every atom, with log weight L tanh(a/L), then for all but the first atom p and q with
    mean u p and log variance B tanh(u² q/B), u = ε for means, ε^(1/2) for variances. In the parameter that is
    held apart the other mixture's atoms have t instead, and differ by ± ε (1 + t²) from the first.
    """

    parameter: str
    m: int
    m_true: int
    epsilon: float
    signs: tuple[float, ...]

    @property
    def count(self) -> int:
        """Number of atoms."""
        return self.m + self.m_true

    @property
    def unit(self) -> float:
        """The size u of a difference in means."""
        return self.epsilon if self.parameter == "b" else float(np.sqrt(self.epsilon))

    def difference(self, vector: Array) -> tuple[Array, Array]:
        """Return g − h on the grid and its Jacobian in the vector."""
        n, u = self.count, self.unit
        bent = np.tanh(vector[:n] / _LOG_WEIGHT)
        weights = np.exp(_LOG_WEIGHT * bent)
        means, by_mean = np.r_[0.0, u * vector[n : 2 * n - 1]], np.full(n, u)
        flat = np.tanh(u**2 * vector[2 * n - 1 :] / _LOG_VARIANCE)
        variances = np.r_[1.0, np.exp(_LOG_VARIANCE * flat)]
        by_variance = np.r_[0.0, variances[1:] * (1.0 - flat**2) * u**2]
        apart = vector[n + self.m - 1 : 2 * n - 1] if self.parameter == "b" else vector[-self.m_true :]
        apart = np.clip(apart, -100.0, 100.0)
        signs = np.array(self.signs)
        held, slope = (means, by_mean) if self.parameter == "b" else (variances, by_variance)
        held[self.m :] = held[0] + signs * self.epsilon * (1.0 + apart**2)
        slope[self.m :] = signs * self.epsilon * 2.0 * apart
        if variances.min() <= 0.05 or variances.max() > 20.0 or np.abs(means).max() > 20.0:
            return np.full(_GRID.size, 1e3), np.zeros((_GRID.size, vector.size))
        e = _GRID[:, None] - means
        density = np.exp(-0.5 * e**2 / variances) / np.sqrt(2.0 * np.pi * variances)
        side = np.r_[np.ones(self.m), -np.ones(self.m_true)]
        shares = weights.copy()
        shares[: self.m] /= weights[: self.m].sum()
        shares[self.m :] /= weights[self.m :].sum()
        mixtures = np.stack(
            [density[:, : self.m] @ shares[: self.m], density[:, self.m :] @ shares[self.m :]], 1
        )
        own = np.repeat(mixtures, [self.m, self.m_true], axis=1)
        by_weight = side * shares * (density - own) * (1.0 - bent**2)
        along_mean = side * shares * density * e / variances * by_mean
        along_variance = side * shares * 0.5 * density * (e**2 / variances - 1.0) / variances * by_variance
        jacobian = np.hstack([by_weight, along_mean[:, 1:], along_variance[:, 1:]])
        gap: Array = np.asarray(density @ (side * shares))
        return gap, jacobian

    def start(self, weights: Array, means: Array, variances: Array) -> Array:
        """Return the vector of atoms given in any units, the first of which is at 0 and 0 in them."""
        held = means if self.parameter == "b" else variances
        least = float(np.abs(held[self.m :]).min())
        factor = 1.0 / least if self.parameter == "b" else 1.0 / float(np.sqrt(least))
        p, q = factor * means, factor**2 * variances
        apart = np.sqrt(np.maximum(np.abs(p if self.parameter == "b" else q)[self.m :] - 1.0, 0.0))
        logs = np.log(np.clip(1.0 + self.unit**2 * q, 0.35, 2.9))
        q = _LOG_VARIANCE / self.unit**2 * np.arctanh(logs / _LOG_VARIANCE)
        (p if self.parameter == "b" else q)[self.m :] = apart
        logs = np.log(weights) - np.repeat(
            [np.log(weights[: self.m]).mean(), np.log(weights[self.m :]).mean()], [self.m, self.m_true]
        )
        logs = _LOG_WEIGHT * np.arctanh(np.clip(logs / _LOG_WEIGHT, -0.95, 0.95))
        vector: Array = np.r_[logs, p[1:], q[1:]]
        return vector


def _smallest(
    parameter: str,
    m: int,
    m_true: int,
    steps: tuple[float, ...],
    signs: tuple[float, ...],
    seed: tuple[int, int],
) -> list[float]:
    """Return the smallest V found for every ε and one choice of signs; a good end is tried at all others."""
    rng = np.random.default_rng(np.random.SeedSequence(seed))
    size = 3 * (m + m_true) - 2
    largest = _Pair(parameter, m, m_true, steps[-1], signs)
    starts = [rng.standard_normal(size) for _ in range(_STARTS)] + _witnesses(largest)
    with one_thread():
        ends = sorted((_minimise(largest, start) for start in starts), key=lambda end: end[1])
        kept = [vector for vector, _ in ends[:_KEPT]]
        best: list[tuple[Array, float]] = []
        for epsilon in reversed(steps):
            pair = _Pair(parameter, m, m_true, epsilon, signs)
            fresh = [rng.standard_normal(size) for _ in range(_FRESH)]
            tried = sorted((_minimise(pair, vector) for vector in kept + fresh), key=lambda end: end[1])
            kept = [vector for vector, _ in tried[:_KEPT]]
            best.insert(0, min(tried, key=lambda end: end[1]))
        # Vectors are in units of ε: what is good at one is a start at all others.
        for i, epsilon in enumerate(steps):
            pair = _Pair(parameter, m, m_true, epsilon, signs)
            again = [_minimise(pair, vector) for vector, _ in best[:i] + best[i + 1 :]]
            best[i] = min([best[i], *again], key=lambda end: end[1])
    return [distance for _, distance in best]


def _minimise(pair: _Pair, start: Array) -> tuple[Array, float]:
    """Minimise ∫ (g − h)² over the density of N(0, 2) by Levenberg–Marquardt; return the end and its V."""
    from scipy.optimize import least_squares

    width = float(_GRID[1] - _GRID[0])
    root = np.minimum(np.exp(_GRID**2 / 8.0), 1e3)[:, None] * np.sqrt(width) / pair.epsilon**2
    end: Array = np.asarray(
        least_squares(
            lambda z: pair.difference(z)[0] * root[:, 0],
            start,
            lambda z: pair.difference(z)[1] * root,
            method="lm",
            xtol=1e-15,
            ftol=1e-15,
            gtol=1e-15,
            max_nfev=200,
        ).x
    )
    gap, _ = pair.difference(end)
    return end, 0.5 * float(np.abs(gap).sum() * width)


def _witnesses(pair: _Pair) -> list[Array]:
    """Return the kept pair of mixtures as starts, for each choice of the first atom and direction."""
    kept = kept_pair(pair.m, pair.m_true)
    if kept is None:
        return []
    weights, locations, scales = kept
    found = []
    for first in range(pair.m):
        order = [first, *(i for i in range(len(weights)) if i != first)]
        w, b, s = weights[order], locations[order] - locations[first], scales[order] - scales[first]
        held = b if pair.parameter == "b" else s
        if np.abs(held[pair.m :]).min() > 0.0:
            found += [pair.start(w, turn * b, s.copy()) for turn in (1.0, -1.0)]
    return found
