"""The verb `probe_density`: the smallest V with two atoms of a cell apart, for a density of one response."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import inf
from typing import Any

import joblib
import numpy as np
from threadpoolctl import threadpool_limits

from polysolv.errors import InputError, require_integer, unknown_name
from polysolv.experiments.probe_table import ProbeTable, slope_above_rounding, slope_said
from polysolv.experiments.splits import along
from polysolv.families import Family, resolve
from polysolv.families.second_order.normalisation import logarithmic_functions
from polysolv.families.second_order.places import find_place
from polysolv.families.second_order.source import DensitySource
from polysolv.families.second_order.support import Support
from polysolv.moe.likelihood import Array

SCHEMA = "polysolv/probe-density/1"
MAX_CELL = 4
_SMALLEST, _LARGEST, _SPLITS = 0.015, 0.06, 6
_FIRST_STARTS, _STARTS = 10, 3
_LEAST_DENSITY = 1e-18
_REACH = 0.4


@dataclass(frozen=True)
class DensityProbe(ProbeTable):
    """The probe of one parameter of a density.

    Args:
        family: name of the family.
        parameter: the parameter that is split.
        m: cell size.
        epsilons: enforced splits, ascending.
        distances: V at each of them, the smallest found.
        slope: least-squares slope of log V against log ε, where V is more than rounding; else ``None``.
        lower, upper: what is proved about the exponent; ``None`` where nothing is.
        truth: the true atom.
    """

    family: str
    parameter: str
    m: int
    epsilons: tuple[float, ...]
    distances: tuple[float, ...]
    slope: float | None
    lower: Fraction | None
    upper: Fraction | None
    truth: tuple[tuple[str, Fraction], ...]

    def to_data(self) -> dict[str, Any]:
        """Return the result as JSON data (schema ``polysolv/probe-density/1``)."""
        return {
            "schema": SCHEMA,
            "family": self.family,
            "parameter": self.parameter,
            "m": self.m,
            "epsilons": list(self.epsilons),
            "distances": list(self.distances),
            "slope": self.slope,
            "lower": None if self.lower is None else str(self.lower),
            "upper": None if self.upper is None else str(self.upper),
            "truth": {name: str(value) for name, value in self.truth},
        }

    def _title(self) -> str:
        return f"population probe of {self.parameter} of {self.family}, m = {self.m}"

    def _columns(self) -> dict[str, tuple[float, ...]]:
        return {"split": self.epsilons, "V": self.distances}

    def _lines(self) -> list[str]:
        if self.lower == self.upper and self.lower is not None:
            proved = str(self.lower)
        else:
            proved = f"{self.lower or '?'} to {self.upper or '?'}"
        return [
            slope_said(self.slope, self.distances, "split"),
            f"exponent proved: {proved}",
            f"truth: {', '.join(f'{name} = {value}' for name, value in self.truth)}",
        ]


def probe_density(
    family: str | Family | DensitySource,
    parameter: str,
    m: int = 2,
    splits: Sequence[float] | None = None,
    seed: int = 0,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> DensityProbe:
    """Minimise V in a cell of m atoms subject to a split of size ε in one parameter.

    Args:
        family: a density of one response without covariates: a family known by its density, by name or of
            one's own, or the density itself. The truth is its true atom, or one that stands for it.
        parameter: a parameter of the density.
        m: cell size, 2 to 4.
        splits: ascending and positive; six from 0.015 to 0.06 if left out.
        seed: of the random starts.
        jobs: number of processes; the result does not depend on it.
        progress: called with (splits done, all splits).

    Returns:
        the smallest V found for each ε and the slope of log V against log ε; an upper bound of the minimum.

    Raises:
        InputError: if an argument is not allowed, or the family has no density of this kind.

    V = (1/2) of the integral (the sum) of |g_G − g_G*| over the response. Weights stay within a factor of
    equal ones, other parameters in a box of 0.4 about the truth. As in
    :func:`polysolv.experiments.population.probe` chi-square is minimised first, then V by reweighting.

    >>> round(probe_density("exponential", "rate", 2, splits=[0.05, 0.1]).slope, 1)
    2.0
    """
    source, name = _source(family)
    if parameter not in source.parameters:
        raise unknown_name("parameter", parameter, list(source.parameters))
    m = require_integer("m", m, 2, MAX_CELL)
    steps = _steps(splits)
    problem = DensityProblem.of(source, parameter, m)
    rng = np.random.default_rng(require_integer("seed", seed, 0, 2**64 - 1))
    with threadpool_limits(limits=1), joblib.Parallel(require_integer("jobs", jobs, 1, 4096)) as parallel:
        _, distances = along(problem, steps, rng, parallel, progress)
    slope = slope_above_rounding(steps, distances)
    lower, upper = _proved(family, source, parameter, m)
    truth = problem.truth
    return DensityProbe(name, parameter, m, steps, tuple(distances), slope, lower, upper, truth)


def _source(family: str | Family | DensitySource) -> tuple[DensitySource, str]:
    name = "from-density"
    if not isinstance(family, DensitySource):
        found = resolve(family)
        known = found.source or found.given
        if known is None:
            raise InputError("family", found.name, "a family that is known by its density, such as gamma")
        family, name = known, found.name
    if family.covariates or len(family.responses) != 1 or len(family.truths) > 1:
        raise InputError(
            "density", family.text, "a density of one response, without covariates, and one atom"
        )
    return family, name


def _proved(
    family: str | Family | DensitySource, source: DensitySource, parameter: str, m: int
) -> tuple[Fraction | None, Fraction | None]:
    from polysolv.rates.prover import exponents

    given = Family.from_source(source, "density") if isinstance(family, DensitySource) else resolve(family)
    bounds = next(b for n, b in exponents(given, m).items() if parameter in given.parameter(n).components)
    return bounds.lower, bounds.upper


def _steps(given: Sequence[float] | None) -> tuple[float, ...]:
    if given is None:
        return tuple(np.geomspace(_SMALLEST, _LARGEST, _SPLITS).tolist())
    if isinstance(given, str) or len(given) < 2:
        raise InputError("splits", given, "at least two positive numbers, ascending")
    steps = tuple(float(e) for e in given)
    if not all(0.0 < a < b < 10.0 for a, b in pairwise(steps)):
        raise InputError("splits", steps, "at least two positive numbers below 10, ascending")
    return steps


def _nodes(support: Support) -> tuple[Array, Array]:
    """Return nodes of the response and their weights."""
    low, high = support.ends
    if support.values:
        return np.array([float(v) for v in support.values]), np.ones(len(support.values))
    if support.integers:
        return np.arange(161.0), np.ones(161)
    if low > -inf and high < inf:
        nodes, weights = np.polynomial.legendre.leggauss(200)
        return (low + high) / 2 + nodes * (high - low) / 2, weights * (high - low) / 2
    if low == -inf and high == inf:
        t = np.linspace(-13.0, 13.0, 1301)
        return np.sinh(t), np.cosh(t) * (t[1] - t[0])
    t = np.linspace(-30.0, 9.0, 1301)
    y = np.exp(t)
    return (low + y if low > -inf else high - y), y * (t[1] - t[0])


@dataclass(frozen=True)
class DensityProblem:
    """The change of a density at quadrature nodes, for a cell of m atoms about one true atom.

    A vector holds for each atom of the cell a share logit, then its deviations; the last logit is 0, and the
    parameter of the second atom is that of the first plus ε.
    """

    source: DensitySource
    column: int
    m: int
    base: Array
    y: Array
    weights: Array
    density: Array
    truth: tuple[tuple[str, Fraction], ...]

    @classmethod
    def of(cls, source: DensitySource, parameter: str, m: int) -> DensityProblem:
        """Return the problem of a density at its truth."""
        truth = find_place(source).truths[0]
        base = np.array([float(v) for _, v in truth])
        y, weights = _nodes(source.support)
        with np.errstate(all="ignore"):
            density, _ = logarithmic_functions(source)(base[:, None, None], y)
        kept = np.isfinite(density[0]) & (density[0] > _LEAST_DENSITY)
        column = source.parameters.index(parameter)
        return cls(source, column, m, base, y[kept], weights[kept], density[0][kept], truth)

    @property
    def free(self) -> Array:
        """Indices of the free entries in the flattened (m, 1 + parameters) array of deviations."""
        width = 1 + self.base.size
        held = {width * (self.m - 1), width + 1 + self.column}
        return np.array([i for i in range(width * self.m) if i not in held])

    def residual(self, vector: Array, epsilon: float) -> tuple[Array, Array]:
        """Return g_G - g_G* at the nodes and its Jacobian in the free vector."""
        width = 1 + self.base.size
        full = np.zeros(width * self.m)
        full[self.free] = vector
        delta = full.reshape(self.m, width)
        delta[1, 1 + self.column] = delta[0, 1 + self.column] + epsilon
        shares = np.exp(delta[:, 0] - delta[:, 0].max())
        shares /= shares.sum()
        thetas = (self.base + delta[:, 1:]).T[:, :, None]
        with np.errstate(all="ignore"):
            u, logarithmic = logarithmic_functions(self.source)(thetas, self.y)
        u, logarithmic = np.nan_to_num(u), np.nan_to_num(logarithmic)
        joint = shares[:, None] * u
        g = joint.sum(axis=0)
        parts = np.concatenate([(joint - shares[:, None] * g)[:, None], joint[:, None] * logarithmic], axis=1)
        parts[0, 1 + self.column] += parts[1, 1 + self.column]
        return g - self.density, parts.reshape(-1, self.y.size)[self.free]

    def scales(self, epsilon: float) -> Array:
        """Return the natural size of each free deviation at a split ε."""
        full = np.full((self.m, 1 + self.base.size), epsilon)
        full[:, 0] = 1.0
        chosen: Array = full.ravel()[self.free]
        return chosen

    def bounds(self) -> tuple[Array, Array]:
        """Return a box that keeps shares away from 0 and parameters near the truth."""
        full = np.full((self.m, 1 + self.base.size), _REACH)
        full[:, 1:] *= np.where(self.base, np.minimum(np.abs(self.base), 1.0), 1.0)
        full[:, 0] = {2: 0.35, 3: 0.7}.get(self.m, 1.7)
        ends = full.ravel()[self.free]
        return -ends, ends

    def starts(self, epsilon: float, rng: np.random.Generator, previous: Array | None) -> list[Array]:
        """Return the last solution, points on a circle, the Gauss-Hermite arc, and random points."""
        scales = self.scales(epsilon)
        lower, upper = self.bounds()
        raw = [] if previous is None else [previous * scales]
        raw.append(np.zeros(scales.size))
        angles = 2 * np.pi * np.arange(self.m) / self.m
        size = self.base.size
        for other in (t for t in range(size) if t != self.column):
            for turn in (0.0, np.pi / self.m):
                points = np.zeros((self.m, 1 + size))
                circle = np.cos(angles + turn), np.sin(angles + turn)
                gap = circle[0][1] - circle[0][0]
                points[:, 1 + self.column] = epsilon * circle[0] / gap
                points[:, 1 + other] = epsilon * circle[1] / abs(gap)
                raw.append(points.ravel()[self.free])
            nodes, weights = np.polynomial.hermite_e.hermegauss(self.m)
            points = np.zeros((self.m, 1 + size))
            points[:, 0] = np.log(weights / weights[-1])
            points[:, 1 + self.column] = epsilon * nodes / (nodes[1] - nodes[0])
            points[:, 1 + other] = -(epsilon**2)
            raw.append(points.ravel()[self.free])
        count = _FIRST_STARTS if previous is None else _STARTS
        raw += [scales * rng.standard_normal(scales.size) for _ in range(count)]
        return [np.clip(start, 0.999 * lower, 0.999 * upper) for start in raw]
