"""Confidence intervals from the profile likelihood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from polysolv.moe import trust_region
from polysolv.moe.estimated import Estimated
from polysolv.moe.intervals import Ends, Intervals, intervals_of
from polysolv.moe.likelihood import Array, Evaluation, Mask
from polysolv.moe.trust_region import Box

_TOLERANCE, _EVALUATIONS = 1e-9, 100
_CLOSE, _TRIES = 1e-7, 40
# No further from the estimate than so many standard errors.
_FARTHEST = 1e4
_AGAIN = "the likelihood rises again on the way to an end"
_BOUND = "an end lies beyond a bound"


def profile_intervals(fit: Estimated, level: float) -> Intervals:
    """Return where twice the fall of the likelihood, maximised over all else, is the chi-squared quantile.

    Args:
        fit: a maximum with its data.
        level: confidence level.

    For each end the signed root of the deviance is followed to the normal quantile by Newton's steps from the
    quadratic approximation; its slope is the Lagrange multiplier. Each value of the parameter is held by
    elimination of one coordinate, and the others maximised by the trust region from where the end before
    lies. An end is infinite where the likelihood does not fall enough. Intervals of a variance and of its
    logarithm are the same.
    """
    z = float(ndtri(0.5 + 0.5 * level))
    notes: list[str] = []

    def ends(centred: bool, wanted: Mask) -> Ends:
        quantities = fit.reported.quantities(centred)
        low, high = (np.full(wanted.size, np.nan) for _ in range(2))
        covariance = fit.covariance
        for q in np.flatnonzero(wanted) if covariance is not None else ():
            assert covariance is not None
            row = np.where(_movable(fit), quantities.rows[q], 0.0)
            along = covariance @ quantities.rows[q]
            error = float(np.sqrt(max(quantities.rows[q] @ along, 0.0)))
            value = float(quantities.at(fit.model.vector)[q])
            if error == 0.0:
                low[q] = high[q] = value
                continue
            for side, end in ((-1.0, low), (1.0, high)):
                path = _Path(fit, row, along / error, side, z)
                moved, reason = path.end()
                end[q] = value + side * moved * error
                if reason and not centred:
                    which = "lower" if side < 0 else "upper"
                    notes.append(f"no {which} end for {quantities.names[q]}: {reason}")
        return low, high

    found = intervals_of(fit.reported, "profile", level, ends)
    return Intervals(**{**vars(found), "notes": tuple(notes)})


def _movable(fit: Estimated) -> Mask:
    """Return the coordinates that are maximised over: not one gate, which is fixed, nor spurious atoms."""
    movable: Mask = fit.free | fit.held
    movable &= ~np.isin(fit.owner, list(fit.spurious))
    gate = np.arange(movable.size) < fit.problem.k * fit.problem.Z.shape[0]
    reference = fit.reference
    movable[gate & (fit.separated | (fit.owner == (-1 if reference is None else reference)))] = False
    return movable


@dataclass
class _Path:
    """The way from the maximum to one end of one quantity, in standard errors.

    Args:
        fit: the maximum.
        row: the quantity's coefficients, 0 for what does not move.
        direction: how the vector moves per standard error, to first order.
        side: -1 or 1.
        z: quantile.
    """

    fit: Estimated
    row: Array
    direction: Array
    side: float
    z: float

    def __post_init__(self) -> None:
        self.movable = _movable(self.fit)
        self.pivot = int(np.abs(self.row).argmax())
        others = self.movable.copy()
        others[self.pivot] = False
        self.others = np.flatnonzero(others)
        # d vector / d others with the quantity held.
        m = self.row.size
        self.lift = np.zeros((m, self.others.size))
        self.lift[self.others, np.arange(self.others.size)] = 1.0
        self.lift[self.pivot] = -self.row[self.others] / self.row[self.pivot]
        self.error = float(self.row @ self.direction)
        self.top = self.fit.problem.objective(self.fit.model.vector)

    def end(self) -> tuple[float, str]:
        """Return how many standard errors away the end is, and why there is none."""
        problem = self.fit.problem
        moved, vector, near, far = self.z, self.fit.model.vector, 0.0, np.inf
        here = 0.0
        for _ in range(_TRIES):
            start = vector + self.side * (moved - here) * self.direction
            vector, slope, value = self._maximised(start, moved)
            here = moved
            low, high = problem.box.lower[self.pivot], problem.box.upper[self.pivot]
            if not low <= vector[self.pivot] <= high:
                return np.nan, _BOUND
            fall = 2.0 * (self.top - value)
            if fall < -1e-6:
                return np.nan, _AGAIN
            root = float(np.sqrt(max(fall, 0.0)))
            if abs(root - self.z) <= _CLOSE:
                return moved, ""
            near, far = (moved, far) if root < self.z else (near, moved)
            # d root / d moved = -d value / root.
            rate = slope / root if root > 0 else 0.0
            newton = moved + (self.z - root) / rate if rate > 0 else np.inf
            if np.isinf(far):
                moved = min(newton, 3.0 * moved)
                if moved > _FARTHEST:
                    return np.inf, "the likelihood never falls enough"
            else:
                moved = newton if near < newton < far else 0.5 * (near + far)
            if far - near <= _CLOSE * far:
                return moved, ""
        return np.nan, "the end was not reached"

    def _maximised(self, start: Array, moved: float) -> tuple[Array, float, float]:
        """Return the maximum with the quantity held, the slope of the fall per standard error, its value."""
        problem = self.fit.problem
        held = float(self.row @ self.fit.model.vector) + self.side * moved * self.error

        def whole(others: Array) -> Array:
            vector = self.fit.model.vector.copy()
            vector[self.others] = others
            rest = held - float(self.row @ vector) + self.row[self.pivot] * vector[self.pivot]
            vector[self.pivot] = rest / self.row[self.pivot]
            return vector

        def evaluate(others: Array) -> Evaluation:
            found = problem.evaluate(whole(others))
            hessian = None if found.hessian is None else self.lift.T @ found.hessian @ self.lift
            return Evaluation(found.value, self.lift.T @ found.gradient, hessian)

        box = Box(problem.box.lower[self.others], problem.box.upper[self.others], ())
        ascent = trust_region.ascend(
            evaluate,
            start[self.others],
            box,
            problem.rows,
            problem.weights[self.others],
            _TOLERANCE,
            _EVALUATIONS,
        )
        vector = whole(ascent.vector)
        gradient = problem.evaluate(vector, second=False).gradient
        slope = -self.side * float(gradient[self.pivot]) / self.row[self.pivot] * self.error
        return vector, slope, ascent.evaluation.value
