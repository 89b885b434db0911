"""The verb `probe`: the smallest population distance V with two atoms of a cell a distance ε apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import joblib
import numpy as np
from threadpoolctl import threadpool_limits

from polysolv.errors import InputError, require_integer, unknown_name
from polysolv.experiments.probe_table import ProbeTable, slope_above_rounding, slope_said
from polysolv.experiments.splits import along
from polysolv.experiments.truths import standard_truth
from polysolv.moe import MixingMeasure
from polysolv.moe.likelihood import Array

if TYPE_CHECKING:
    from polysolv.display.pictures import Picture

SCHEMA = "polysolv/probe/1"
PARAMETERS = ("beta1", "a", "b", "sigma")
MAX_CELL = 4
_X_NODES, _Y_STEP, _Y_REACH = 24, 0.08, 8.0
_FIRST_STARTS, _STARTS = 12, 3


@dataclass(frozen=True)
class ProbeResult(ProbeTable):
    """The probe of one parameter.

    Args:
        parameter: "beta1", "a", "b" or "sigma".
        m: cell size.
        epsilons: enforced splits, ascending.
        distances: V at each of them, the smallest found.
        chi: the square root of the smallest chi-square distance found, at each of them.
        slope: least-squares slope of log V against log ε, where V is more than rounding; else ``None``.
        published, refined: exponents κ predicted by :func:`polysolv.rate`.
        truth: the true measure, whose first atom carries the cell.
    """

    parameter: str
    m: int
    epsilons: tuple[float, ...]
    distances: tuple[float, ...]
    chi: tuple[float, ...]
    slope: float | None
    published: Fraction | None
    refined: Fraction | None
    truth: MixingMeasure

    def to_data(self) -> dict[str, Any]:
        """Return the result as JSON data (schema ``polysolv/probe/1``)."""
        return {
            "schema": SCHEMA,
            "parameter": self.parameter,
            "m": self.m,
            "epsilons": list(self.epsilons),
            "distances": list(self.distances),
            "chi": list(self.chi),
            "slope": self.slope,
            "published": None if self.published is None else str(self.published),
            "refined": None if self.refined is None else str(self.refined),
            "truth": self.truth.to_dict(),
        }

    def _title(self) -> str:
        return f"population probe of {self.parameter}, m = {self.m}"

    def _columns(self) -> dict[str, tuple[float, ...]]:
        return {"split": self.epsilons, "V": self.distances, "chi": self.chi}

    def _lines(self) -> list[str]:
        published, refined = ("-" if e is None else str(e) for e in (self.published, self.refined))
        return [
            slope_said(self.slope, self.distances, "split"),
            f"exponent published: {published}, refined: {refined}",
        ]

    def plot(self) -> Picture:
        """Return the log-log plot of V against the split, with the fitted and the predicted exponents."""
        from polysolv.experiments.plots import probe_picture

        return probe_picture(
            self.parameter,
            self.m,
            self.epsilons,
            self.distances,
            self.slope,
            self.published,
            self.refined,
        )


def probe(
    parameter: str,
    m: int = 2,
    epsilons: Sequence[float] | None = None,
    truth: MixingMeasure | None = None,
    seed: int = 0,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> ProbeResult:
    """Minimise the population distance V subject to a split of size ε in one parameter.

    Args:
        parameter: "beta1", "a", "b" or "sigma".
        m: cell size, 2 to 4.
        epsilons: splits, ascending and positive; the default suits the parameter and m.
        truth: true measure with d = 1 and at least two atoms, the first of which carries the cell while the
            others are exactly fitted.
        seed: of the random starts.
        jobs: number of processes, 1 to 4096; the result does not depend on it.
        progress: called with (splits done, all splits).

    Returns:
        the smallest V found for each ε and the slope of log V against log ε.

    Raises:
        InputError: if an argument is not allowed.

    V = (1/2) E_x of the integral of |g_G - g_G*| over the response, x uniform on [-1, 1], by Gauss-Legendre
    quadrature in x and the trapezoidal rule in the response. Two atoms of the cell differ by ε in the
    parameter; all else is free in a box, which keeps the weights of the cell within a factor (1.4, 2 and 5.5
    for m = 2, 3, 4) of equal ones. From several starts (one the witness of the theory page, scaled to ε)
    the chi-square distance, a smooth majorant of V, is minimised by Gauss-Newton steps with exact
    derivatives; then V itself, by reweighting. What is found is an upper bound of the minimum.

    >>> round(probe("a", 2, epsilons=[0.1, 0.2]).slope, 1)
    2.0
    """
    if parameter not in PARAMETERS:
        raise unknown_name("parameter", parameter, list(PARAMETERS))
    m = require_integer("m", m, 2, MAX_CELL)
    truth = standard_truth(2) if truth is None else truth
    if not isinstance(truth, MixingMeasure) or truth.d != 1 or truth.k < 2:
        raise InputError("truth", truth, "a MixingMeasure with d = 1 and at least two atoms")
    steps = _epsilons(parameter, m, epsilons)
    from polysolv.rates import rate

    problem = _Problem.of(truth, parameter, m)
    rng = np.random.default_rng(require_integer("seed", seed, 0, 2**64 - 1))
    # The matrices are small: threads would only wait for each other, and change the last digits.
    with threadpool_limits(limits=1), joblib.Parallel(require_integer("jobs", jobs, 1, 4096)) as parallel:
        found, distances = along(problem, steps, rng, parallel, progress)
    slope = slope_above_rounding(steps, distances)
    predicted = rate(m - 1, k_true=truth.k).cell(m).parameters[parameter]
    return ProbeResult(
        parameter,
        m,
        steps,
        tuple(distances),
        tuple(least for _, least in found),
        slope,
        predicted.published.exponent if predicted.published else None,
        predicted.refined.exponent if predicted.refined else None,
        truth,
    )


def _epsilons(parameter: str, m: int, given: Sequence[float] | None) -> tuple[float, ...]:
    if given is None:
        # V must stay well above rounding (1e-13) and the split well below the size of the model.
        low, high = {"beta1": (0.02, 0.3), "a": (0.02, 0.3), "b": (0.04, 0.2), "sigma": (0.005, 0.08)}[
            parameter
        ]
        if m > 2:
            low, high = {"a": (0.01, 0.1), "b": (0.2, 0.6), "sigma": (0.03, 0.2)}.get(parameter, (low, high))
        return tuple(np.geomspace(low, high, 6).tolist())
    return checked_splits(given)


def checked_splits(given: Sequence[float]) -> tuple[float, ...]:
    """Return splits as floats.

    Raises:
        InputError: unless they are at least two, positive, below 10 and ascending.
    """
    if isinstance(given, str) or len(given) < 2:
        raise InputError("epsilons", given, "at least two positive numbers, ascending")
    try:
        steps = tuple(float(e) for e in given)
    except (TypeError, ValueError):
        raise InputError("epsilons", given, "numbers") from None
    if not all(0.0 < a < b < 10.0 for a, b in pairwise(steps)):
        raise InputError("epsilons", steps, "at least two positive numbers below 10, ascending")
    return steps


@dataclass(frozen=True)
class _Problem:
    """Quadrature nodes and the map from free deviations to a measure.

    A vector holds for each atom of the cell (share logit, δβ1, δa, δb, δσ), then for each other atom (δβ0,
    δβ1, δa, δb, δσ). The gauge is fixed by the last atom, whose δβ0 and δβ1 are held at 0, and the parameter
    of the cell's second atom is that of the first plus ε.
    """

    truth: MixingMeasure
    parameter: str
    m: int
    x: Array
    y: Array
    weights: Array
    density: Array
    base: Array

    @classmethod
    def of(cls, truth: MixingMeasure, parameter: str, m: int) -> _Problem:
        nodes, x_weights = np.polynomial.legendre.leggauss(_X_NODES)
        sd = np.sqrt(truth.sigma)
        reach = np.abs(truth.a[:, 0]) + _Y_REACH * sd
        low, high = float((truth.b - reach).min()), float((truth.b + reach).max())
        step = _Y_STEP * float(sd.min())
        grid = np.linspace(low, high, int((high - low) / step) + 1)
        x, y = (part.ravel() for part in np.meshgrid(nodes, grid, indexing="ij"))
        weights = np.repeat(x_weights / 2.0, grid.size) * (grid[1] - grid[0])
        origin = np.r_[np.zeros(m, dtype=int), np.arange(1, truth.k)]
        base = np.stack([truth.beta0, truth.beta1[:, 0], truth.a[:, 0], truth.b, truth.sigma])[:, origin].T
        base[:m, 0] -= np.log(m)
        density = truth.density(x[:, None], y)
        keep = density > 1e-18
        return cls(truth, parameter, m, x[keep], y[keep], weights[keep], density[keep], base)

    @property
    def atoms(self) -> int:
        """Number k of fitted atoms."""
        return int(self.base.shape[0])

    @property
    def free(self) -> Array:
        """Indices of the free entries in the flattened (k, 5) array of deviations."""
        held = {5 * (self.atoms - 1), 5 * (self.atoms - 1) + 1, 5 + 1 + PARAMETERS.index(self.parameter)}
        return np.array([i for i in range(5 * self.atoms) if i not in held])

    def deviations(self, vector: Array, epsilon: float) -> Array:
        """Return the (k, 5) deviations of a free vector."""
        full = np.zeros(5 * self.atoms)
        full[self.free] = vector
        delta = full.reshape(self.atoms, 5)
        column = 1 + PARAMETERS.index(self.parameter)
        delta[1, column] = delta[0, column] + epsilon
        return delta

    def residual(self, vector: Array, epsilon: float) -> tuple[Array, Array]:
        """Return g_G - g_G* at the nodes and its Jacobian in the free vector."""
        theta = self.base + self.deviations(vector, epsilon)
        logits = theta[:, :1] + theta[:, 1:2] * self.x
        gate = np.exp(logits - logits.max(axis=0))
        gate /= gate.sum(axis=0)
        variance = theta[:, 4:5]
        e = self.y - theta[:, 2:3] * self.x - theta[:, 3:4]
        joint = gate * np.exp(-0.5 * e**2 / variance) / np.sqrt(2.0 * np.pi * variance)
        g = joint.sum(axis=0)
        by_gate = joint - gate * g
        by_mean = joint * e / variance
        by_variance = 0.5 * joint * (e**2 / variance - 1.0) / variance
        full = np.stack([by_gate, by_gate * self.x, by_mean * self.x, by_mean, by_variance], axis=1)
        column = 1 + PARAMETERS.index(self.parameter)
        full[0, column] += full[1, column]
        return g - self.density, full.reshape(-1, self.x.size)[self.free]

    def scales(self, epsilon: float) -> Array:
        """Return the natural size of each free deviation at a split ε (see the witnesses)."""
        t = epsilon if self.parameter in ("beta1", "a", "b") else float(np.sqrt(epsilon))
        if self.parameter in ("beta1", "a"):
            cell = np.array([1.0, t, t, t, t * t])
        else:
            cell = np.array([1.0, t * t, t * t, t, t * t])
        full = np.tile(np.full(5, t * t), (self.atoms, 1))
        full[: self.m] = cell
        chosen: Array = full.ravel()[self.free]
        return chosen

    def starts(self, epsilon: float, rng: np.random.Generator, previous: Array | None) -> list[Array]:
        """Return the last solution, the Gauss-Hermite arc, and random points."""
        return _starts(self, epsilon, rng, previous)

    def bounds(self) -> tuple[Array, Array]:
        """Return a box that keeps the cell's shares and all variances away from 0."""
        reach = np.full((self.atoms, 5), 1.0)
        reach[: self.m, 0] = {2: 0.35, 3: 0.7}.get(self.m, 1.7)
        reach[:, 4] = 0.6 * self.base[:, 4]
        ends = reach.ravel()[self.free]
        return -ends, ends


def _starts(
    problem: _Problem, epsilon: float, rng: np.random.Generator, previous: Array | None
) -> list[Array]:
    """Return scaled starts: the last solution, the Gauss-Hermite arc, and random ones."""
    scales = problem.scales(epsilon)
    lower, upper = problem.bounds()
    raw = [] if previous is None else [previous * scales]
    nodes, weights = np.polynomial.hermite_e.hermegauss(problem.m)
    arc = np.zeros((problem.atoms, 5))
    t = epsilon if problem.parameter != "sigma" else float(np.sqrt(epsilon))
    gap = nodes[1] - nodes[0]
    arc[: problem.m, 0] = np.log(weights / weights.sum() * problem.m)
    arc[: problem.m, 3] = nodes * t / gap
    arc[: problem.m, 4] = -((t / gap) ** 2)
    raw.append(arc.ravel()[problem.free])
    raw.append(np.zeros(scales.size))
    count = _FIRST_STARTS if previous is None else _STARTS
    raw += [scales * rng.standard_normal(scales.size) for _ in range(count)]
    return [np.clip(start, 0.999 * lower, 0.999 * upper) for start in raw]
