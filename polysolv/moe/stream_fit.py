"""The maximum-likelihood fit of a stream of rows: over few of them first, then over all.

Coordinates and EM maps are made of the first 10^5 rows, which are stored; starts that end in one place over
them count once. The others climb over all rows, many rows by nested prefixes
(:mod:`~polysolv.moe.nested_ascent`), by an engine that stores none. So memory does not depend on the number
of rows, and there are few passes over all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from polysolv.moe.calibration import Sample, sample_rows
from polysolv.moe.coordinates import coordinate_names, interval
from polysolv.moe.em import accelerate
from polysolv.moe.engines.choice import engine_on
from polysolv.moe.engines.engine import Engine, Rows, Units
from polysolv.moe.fitted_data import snapped
from polysolv.moe.likelihood import Array, Evaluation, pack, unpack
from polysolv.moe.mixing_measure import MixingMeasure, natural_order
from polysolv.moe.nested_ascent import nested_ascent
from polysolv.moe.problem import Problem, default_min_variance
from polysolv.moe.rows.row_stream import RowStream
from polysolv.moe.spurious import spurious_atoms
from polysolv.moe.structure import Structure
from polysolv.moe.trust_region import Ascent, Box, ascend, norm

HEAD = 10**5
_MAPS, _GAIN = 6, 0.1
# Over so few rows every start climbs by itself: a pass costs less than the surrogates of a nested ascent.
_CHEAP = 2 * 10**6
# Ends over the first rows whose log-likelihoods differ by less are one end.
_SAME = 1e-6
_LEAST_CURVATURE = -1e-6


@dataclass(frozen=True)
class StreamFit:
    """One fit; attributes are named and defined as those of :class:`polysolv.moe.SoftmaxGaussianMoE`.

    Args:
        passes_: number of rows -> how many evaluations over so many; the last ones are over all.
    """

    mixing_measure_: MixingMeasure
    log_likelihood_: float
    status_: str
    converged_: bool
    gradient_norm_: float
    n_iter_: int
    at_bound_: list[str]
    spurious_: tuple[int, ...]
    passes_: dict[int, int] = field(default_factory=dict)


class StreamData:
    """The rows of one fit: the first ones stored, all of them behind an engine.

    Args:
        stream: the rows.
        rows: how many of them.
        device: "cpu", "cuda" or "auto".
    """

    def __init__(self, stream: RowStream, rows: int, device: str = "cpu") -> None:
        self.stream, self.rows, self.device = stream, rows, device
        self.X, self.y = stream[: min(rows, HEAD)]

    def fits(
        self,
        starts: Sequence[MixingMeasure],
        bounds: dict[str, Any] | None,
        tol: float,
        max_iter: int,
        method: str,
        min_variance: float | None,
    ) -> list[StreamFit]:
        """Return the end of each start, measures of equally many atoms; of equal ends the same one.

        Args:
            starts: first parameters.
            bounds, tol, method, min_variance: see :class:`polysolv.moe.SoftmaxGaussianMoE`; the method is
                "auto" or "newton".
            max_iter: bound on the evaluations over all rows.
        """
        k = starts[0].k
        floor = _floor(self.X, self.y, bounds, min_variance)
        problem = Problem.of(self.X, self.y, k, floor, bounds)
        ascents = _Ascents(problem, self._engine(problem, k), self.rows, tol, max_iter, method)
        warm = [ascents.warmed(problem.coordinates.inward(start)) for start in starts]
        basins = [ascents.basin(vector) for vector, _ in warm] if len(starts) > 1 else [None]
        ends: list[StreamFit] = []
        for number, basin in enumerate(basins):
            same = [n for n in range(number) if _same(basins[n], basin)]
            ends.append(ends[same[0]] if same else self._fit(ascents, *warm[number], bounds, floor))
        return ends

    def log_likelihood(self, G: MixingMeasure) -> float:
        """Return the log-likelihood of a measure, summed over all rows."""
        problem = Problem.of(self.X, self.y, G.k, 1e-300, None)
        found = self._engine(problem, G.k).evaluate(problem.coordinates.inward(G), second=False)
        return found.value - float(np.log(problem.coordinates.y_scale)) * self.rows

    def _engine(self, problem: Problem, k: int) -> Engine:
        units = problem.coordinates
        standard = Units(units.x_mean, units.x_scale, units.y_mean, units.y_scale)
        return engine_on(self.device, Rows(self.stream, self.rows, standard), k)

    def _fit(
        self, ascents: _Ascents, warm: Array, maps: int, bounds: dict[str, Any] | None, floor: float
    ) -> StreamFit:
        problem, k, d = ascents.problem, ascents.problem.k, self.stream.d
        ascent, passes = ascents.over_all(warm)
        vector = ascent.vector
        if not {"beta0", "beta1"} & set(bounds or {}):
            gate, expert, log_variance = unpack(vector, k)
            vector = pack(gate - gate[-1], expert, log_variance)
        found = ascent.evaluation
        size = norm(found.gradient, vector, problem.box, self.rows, problem.weights)
        flat = ascent.smallest_eigenvalue >= _LEAST_CURVATURE
        status = ascent.status
        if status in ("stationary", "rounding"):
            status = "stationary" if size <= ascents.tol and flat else "rounding"
        held = problem.box.held(vector, found.gradient)[natural_order(k, d)]
        variance = np.exp(unpack(vector, k)[2])
        return StreamFit(
            snapped(problem.coordinates.outward(vector, k), floor, bounds, Structure.whole(d)),
            found.value - float(np.log(problem.coordinates.y_scale)) * self.rows,
            status,
            status == "stationary",
            size,
            maps + sum(passes.values()),
            [name for name, at in zip(coordinate_names(k, d), held, strict=True) if at],
            spurious_atoms(ascents.engine.mass(vector), variance, d + 1, problem.floor),
            passes,
        )


class _Ascents:
    """Ascents from one vector after the other.

    Args:
        problem: the first rows, with coordinates and box.
        engine: evaluates over all rows or the first ones.
        rows: number of all rows.
        tol, max_iter, method: see :meth:`StreamData.fits`.
    """

    def __init__(
        self, problem: Problem, engine: Engine, rows: int, tol: float, max_iter: int, method: str
    ) -> None:
        self.problem, self.engine, self.tol = problem, engine, tol
        self._rows, self._max_iter, self._method = rows, max_iter, method
        few = sample_rows(problem.box.lower.size)
        self._sample = Sample(problem.Z[:, :few], problem.y[:few], problem.k)

    def warmed(self, vector: Array) -> tuple[Array, int]:
        """Return where EM maps over the first rows lead, and their number."""
        if self._method != "auto":
            return vector, 0
        vector, _, maps = accelerate(self.problem.em(), vector, min(_MAPS, self._max_iter), _GAIN)
        return vector, maps

    def basin(self, vector: Array) -> Ascent | None:
        """Return the end over the first rows, by which starts are told apart; None where it says nothing."""
        return self._plain(HEAD, vector) if self._rows > 2 * HEAD else None

    def over_all(self, vector: Array) -> tuple[Ascent, dict[int, int]]:
        """Return the end over all rows, and how many evaluations there were over each number of rows."""
        if self._rows <= _CHEAP:
            ascent = self._plain(self._rows, vector)
            return ascent, {self._rows: ascent.evaluations}
        nested = nested_ascent(self._evaluated, self._rows, self._sample, vector, *self._settings)
        return nested.ascent, nested.passes

    def _plain(self, rows: int, vector: Array) -> Ascent:
        box, weights, tol, max_iter = self._settings
        return ascend(lambda at: self._evaluated(at, rows), vector, box, rows, weights, tol, max_iter)

    @property
    def _settings(self) -> tuple[Box, Array, float, int]:
        return self.problem.box, self.problem.weights, self.tol, self._max_iter

    def _evaluated(self, vector: Array, rows: int) -> Evaluation:
        return self.engine.evaluate(vector, rows=rows)


def _same(one: Ascent | None, other: Ascent | None) -> bool:
    """Return whether two ends over the first rows are one, its atoms perhaps in another order."""
    if one is None or other is None or not one.status == other.status == "stationary":
        return False
    return abs(one.evaluation.value - other.evaluation.value) < _SAME


def _floor(X: Array, y: Array, bounds: dict[str, Any] | None, min_variance: float | None) -> float:
    """Return the least variance allowed: the setting, else the box, else the default of the first rows."""
    low, high = (float(end[0]) for end in interval("sigma", (bounds or {}).get("sigma"), 1))
    if min_variance is not None:
        return max(min_variance, low)
    return low if low > 0 else min(default_min_variance(X, y), high)
