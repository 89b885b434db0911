"""The verb `volume_probe`: a learning coefficient estimated from vol{V < η} by subset simulation."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import joblib
import numpy as np

from polysolv.display.grid import Grid
from polysolv.display.rich_display import RichDisplay, Tables
from polysolv.errors import InputError, require_integer, unknown_name
from polysolv.experiments.cell_divergence import divergence, require_divergence
from polysolv.experiments.cell_volume import Cell, cumulant_distance
from polysolv.families import Family, resolve
from polysolv.moe.likelihood import Array

if TYPE_CHECKING:
    from polysolv.display.pictures import Picture

SCHEMA = "polysolv/volume-probe/1"
DISTANCES = {"cumulants": cumulant_distance, "divergence": divergence}
MAX_CELL = 5
MULTIPLICITIES = (1, 2, 3)
_KEPT = 0.2  # share of the cells that a level keeps
_MOVES = 40  # of every cell in a level
_LEAST = {"cumulants": 1e-9, "divergence": 1e-9}  # below this V is rounding
_WINDOW = 1.0  # decades of η
_LINE = 4  # windows that a line needs


@dataclass(frozen=True)
class VolumeProbe(RichDisplay):
    """Local slopes of log vol{V < η}.

    Args:
        family, dimension, m, gate, distance: what was probed.
        windows: (low, high) ends of η.
        coefficients: for μ = 1, 2, 3 and each window the mean over runs of half the slope, corrected for μ.
        errors: standard error of these, from the spread of the runs.
        limit: λ for any μ and its standard error: the straight line in 1 / log(1/η) through half the slopes
            of all windows but the first, continued to η = 0.
        runs: independent runs.
        lower, upper, multiplicity: what is proved.
        complete: whether V came down to where it is rounding.
    """

    family: str
    dimension: int
    m: int
    gate: str
    distance: str
    windows: tuple[tuple[float, float], ...]
    coefficients: tuple[tuple[float, ...], ...]
    errors: tuple[float, ...]
    limit: tuple[float, float] | None
    runs: int
    lower: Fraction
    upper: Fraction
    multiplicity: int | None
    complete: bool

    def estimate(self, multiplicity: int = 1) -> tuple[float, float]:
        """Return λ and its error over the smaller half of the windows, if μ is ``multiplicity``.

        The error is that of the runs and, added in squares, how far λ is from `limit`: a slope that still
        moves, as with a wrong μ or with terms of nearly the same order, has a large one.
        """
        if multiplicity not in MULTIPLICITIES:
            raise InputError("multiplicity", multiplicity, "1, 2 or 3")
        if not self.windows:
            raise InputError("timeout", "no window finished", "more time")
        half = slice(len(self.windows) // 2, None)
        errors = np.array(self.errors[half])
        value = float(np.mean(self.coefficients[multiplicity - 1][half]))
        error = float(np.sqrt((errors**2).sum()) / errors.size)
        return value, error if self.limit is None else math.hypot(error, value - self.limit[0])

    def to_data(self) -> dict[str, Any]:
        """Return the probe as JSON data (schema ``polysolv/volume-probe/1``)."""
        return {
            "schema": SCHEMA,
            "family": self.family,
            "dimension": self.dimension,
            "m": self.m,
            "gate": self.gate,
            "distance": self.distance,
            "windows": [list(window) for window in self.windows],
            "coefficients": {
                str(mu): list(c) for mu, c in zip(MULTIPLICITIES, self.coefficients, strict=True)
            },
            "errors": list(self.errors),
            "limit": None if self.limit is None else list(self.limit),
            "runs": self.runs,
            "lower": str(self.lower),
            "upper": str(self.upper),
            "multiplicity": self.multiplicity,
            "complete": self.complete,
        }

    def grid(self) -> Grid:
        """Return a row for each window of η."""
        rows = []
        for i, (low, high) in enumerate(self.windows):
            values = [f"{c[i]:.3f}" for c in self.coefficients]
            rows.append([f"{low:.1e}", f"{high:.1e}", *values, f"{self.errors[i]:.3f}"])
        title = f"{self.family}, m = {self.m}: learning coefficient from vol{{V < eta}}, V by {self.distance}"
        return Grid(title, ["eta from", "to", *(f"if mu = {mu}" for mu in MULTIPLICITIES), "error"], rows)

    def to_text(self) -> str:
        """Return the table and the estimates as plain text."""
        from polysolv.display.rich_display import to_text

        return to_text(*self._display())

    def _display(self) -> Tables:
        notes = []
        if self.windows:
            shown = [
                f"{value:.3f} +- {error:.3f} if mu = {mu}"
                for mu in MULTIPLICITIES
                for value, error in [self.estimate(mu)]
            ]
            notes.append(f"estimated: {'; '.join(shown)}")
        if self.limit is not None:
            notes.append(f"continued to eta = 0, for any mu: {self.limit[0]:.3f} +- {self.limit[1]:.3f}")
        known = f"{self.upper}" if self.lower == self.upper else f"{self.lower} to {self.upper}"
        count = f", mu = {self.multiplicity}" if self.multiplicity else ""
        notes.append(f"proved: {known}{count}; errors are those of {self.runs} independent runs")
        if not self.complete:
            notes.append("the time was up before V was as small as rounding allows")
        return [self.grid()], notes

    def plot(self) -> Picture:
        """Return the picture: local coefficients for each μ against η, and what is proved."""
        from polysolv.display.pictures import BLACK, BLUE, GREEN, VERMILLION, label, legend_below, panels

        figure, (axis,) = panels(1, size=(4.4, 3.2))
        at = [math.sqrt(low * high) for low, high in self.windows]
        handles: dict[str, Any] = {}
        for mu, values, colour in zip(
            MULTIPLICITIES, self.coefficients, (BLUE, VERMILLION, GREEN), strict=True
        ):
            handles[f"μ = {mu}"] = axis.errorbar(
                at, values, self.errors, color=colour, marker="o", markersize=3
            )
        for bound in {self.lower, self.upper}:
            handles["proved"] = axis.axhline(float(bound), color=BLACK, linewidth=0.8, linestyle=(0, (4, 2)))
        axis.set_xscale("log")
        label(axis, f"{self.family}, m = {self.m}", "η", "λ")
        legend_below(figure, handles)
        return figure

    def __str__(self) -> str:
        return self.to_text()


def volume_probe(
    family: str | Family = "location-scale-gaussian",
    m: int = 2,
    d: int | None = None,
    gate: str = "exact",
    distance: str = "cumulants",
    *,
    runs: int = 8,
    cells: int = 2000,
    seed: int = 0,
    jobs: int = 1,
    timeout: float | None = None,
    progress: Callable[[str], None] | None = None,
) -> VolumeProbe:
    """Estimate λ_diff(m) from the volume of {V < η} as η tends to 0.

    Args:
        family: a family or the name of one, with a K that is linear and no relations.
        m: cell size, 2 to 5.
        d: number of covariates for a family given by name; 1 if left out.
        gate: "exact" or "kernel".
        distance: "cumulants" (what the P_ℓ are once means are eliminated) or "divergence" (the root of the
            true Kullback-Leibler divergence; Gaussian mixtures, and experts with a covariate-free or softmax
            gate in 1 or 2 covariates; compiled, at its first use on a machine in some seconds).
        runs: independent runs, 2 to 64; their spread is the error.
        cells: cells that a run moves, 100 to 100,000.
        seed: of all draws.
        jobs: processes; the result does not depend on it.
        timeout: seconds; what is finished is returned.
        progress: called with a line after each level.

    Returns:
        half the local slopes of log vol against log η, decade by decade, also corrected for
        vol ~ η^(2λ) (log 1/η)^(μ - 1) with μ = 2 and 3.

    Raises:
        InputError: if an argument is not allowed.

    Cells are drawn uniformly. A level keeps the fifth with the least V, copies it to the full number, and
    moves every cell at random by differences of two others, in random coordinates and at random scales,
    within V below the largest kept. Source: Au and Beck 2001 (subset simulation), ter Braak 2006 (the moves).
    """
    resolved = resolve(family, d)
    resolved.require_log_symbol()
    m = require_integer("m", m, 2, MAX_CELL)
    runs, cells = require_integer("runs", runs, 2, 64), require_integer("cells", cells, 100, 100_000)
    seed, jobs = require_integer("seed", seed, 0, 2**63 - 1), require_integer("jobs", jobs, 1, 4096)
    if gate not in ("exact", "kernel"):
        raise unknown_name("gate", gate, ["exact", "kernel"])
    if distance not in DISTANCES:
        raise unknown_name("distance", distance, list(DISTANCES))
    if not resolved.log_symbol.is_linear or resolved.relations:
        raise InputError("family", resolved.name, "a K that is linear in the perturbations, and no relations")
    if distance == "divergence":
        require_divergence(resolved)
    from polysolv.rates.learning.coefficient import learning_coefficient

    proved = learning_coefficient(resolved, m, gate=gate, seed=seed)
    end = math.inf if timeout is None else time.monotonic() + timeout
    cell = Cell(resolved, m, gate)
    if progress is not None and distance == "divergence":
        progress("the first cells; compiling if this has not been done here")
    states = [_start(cell, distance, cells, [seed, run]) for run in range(runs)]
    paths: list[list[float]] = [[] for _ in range(runs)]
    complete = False
    with joblib.Parallel(n_jobs=min(jobs, runs)) as parallel:
        level = 0
        while time.monotonic() < end:
            level += 1
            work = (
                joblib.delayed(_level)(cell, distance, state, [seed, run, level], end)
                for run, state in enumerate(states)
            )
            moved = parallel(work)
            if any(state is None for _, state in moved):
                break
            states = [state for _, state in moved if state is not None]
            for path, (threshold, _) in zip(paths, moved, strict=True):
                path.append(math.log(threshold))
            if progress is not None:
                progress(f"level {level}: V below {math.exp(max(path[-1] for path in paths)):.1e}")
            if max(path[-1] for path in paths) < math.log(_LEAST[distance]):
                complete = True
                break
    windows, coefficients, errors, limit = _slopes(paths)
    return VolumeProbe(
        resolved.name,
        resolved.dimension,
        m,
        gate,
        distance,
        windows,
        coefficients,
        errors,
        limit,
        runs,
        proved.lower,
        proved.upper,
        proved.multiplicity,
        complete,
    )


State = tuple[Array, Array]


def _start(cell: Cell, distance: str, count: int, seed: list[int]) -> State:
    drawn = cell.draw(count, np.random.default_rng([*seed, 0]))
    return drawn, DISTANCES[distance](cell, drawn)


def _level(
    cell: Cell, distance: str, state: State, seed: list[int], end: float
) -> tuple[float, State | None]:
    """Return the threshold of the next level and the moved cells; None if the time was up."""
    rng = np.random.default_rng(seed)
    points, values = state
    count = values.size
    kept = np.argsort(values)[: int(_KEPT * count)]
    threshold = float(values[kept].max())
    chosen = np.tile(kept, -(-count // kept.size))[:count]
    points, values = points[chosen].copy(), values[chosen].copy()
    for _ in range(_MOVES):
        if time.monotonic() > end:
            return threshold, None
        one, other = rng.integers(count, size=(2, count))
        step = (points[one] - points[other]) * np.exp(rng.uniform(-5.0, 0.7, (count, 1)))
        # All coordinates, or a few.
        share = rng.choice([0.2, 0.5, 1.0], (count, 1))
        trial = points + step * (rng.random(points.shape) < share)
        found = np.full(count, np.inf)
        inside = cell.allowed(trial)
        found[inside] = DISTANCES[distance](cell, trial[inside])
        better = found < threshold
        points[better], values[better] = trial[better], found[better]
    return threshold, (points, values)


Slopes = tuple[tuple[tuple[float, float], ...], tuple[tuple[float, ...], ...], tuple[float, ...]]


def _slopes(paths: list[list[float]]) -> tuple[*Slopes, tuple[float, float] | None]:
    """Return windows of η below 0.1, for each μ the mean half-slopes there, their errors, and the limit."""
    if not paths[0]:
        return (), tuple(() for _ in MULTIPLICITIES), (), None
    volumes = math.log(_KEPT) * np.arange(1, len(paths[0]) + 1)
    last = max(path[-1] for path in paths)
    first = min(math.log(0.1), *(path[0] for path in paths))
    ends = np.arange(first, last, -_WINDOW * math.log(10.0))
    high, low = ends[:-1], ends[1:]
    # Shape (runs, windows).
    halves = np.array([np.diff(np.interp(-ends, -np.array(path), volumes)) for path in paths]) / (
        2 * (low - high)
    )
    bends = [(mu - 1) * (np.log(-low) - np.log(-high)) / (2 * (low - high)) for mu in MULTIPLICITIES]
    coefficients = tuple(tuple((halves.mean(axis=0) - bend).tolist()) for bend in bends)
    errors = halves.std(axis=0, ddof=1) / math.sqrt(len(paths))
    windows = tuple((math.exp(a), math.exp(b)) for a, b in zip(low.tolist(), high.tolist(), strict=True))
    return windows, coefficients, tuple(errors.tolist()), _limit(halves, -(low + high) / 2)


def _limit(halves: Array, logs: Array) -> tuple[float, float] | None:
    """Return the mean over runs of the line in 1 / log(1/η) at 0, and its standard error.

    log vol = 2λ log η + (μ - 1) log log(1/η) + c has half-slopes λ - (μ - 1) / (2 log(1/η)).
    """
    if logs.size < _LINE:
        return None
    ends = np.polynomial.polynomial.polyfit(1 / logs[1:], halves[:, 1:].T, 1)[0]
    return float(ends.mean()), float(ends.std(ddof=1)) / math.sqrt(ends.size)
