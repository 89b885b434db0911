"""Confidence intervals from the profile likelihood."""

from __future__ import annotations

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
            along = covariance @ quantities.rows[q]
            error = float(np.sqrt(max(quantities.rows[q] @ along, 0.0)))
            value = float(quantities.at(fit.model.vector)[q])
            if error == 0.0:
                low[q] = high[q] = value
                continue
            for side, end in ((-1.0, low), (1.0, high)):
                moved, reason = _Path(fit, quantities.rows[q], along / error, side, z).end()
                end[q] = value + side * moved * error
                if reason and not centred:
                    which = "lower" if side < 0 else "upper"
                    notes.append(f"no {which} end for {quantities.names[q]}: {reason}")
        return low, high

    found = intervals_of(fit.reported, "profile", level, ends)
    return Intervals(**{**vars(found), "notes": tuple(notes)})


def _movable(fit: Estimated) -> Mask:
    """Return the coordinates that are maximised over: not one gate, which is fixed, nor spurious atoms."""
    movable: Mask = (fit.free | fit.held) & fit.problem.restriction.allowed
    movable &= ~np.isin(fit.owner, list(fit.spurious))
    gate = np.arange(movable.size) < fit.problem.k * fit.problem.Z.shape[0]
    reference = fit.reference
    movable[gate & (fit.separated | (fit.owner == (-1 if reference is None else reference)))] = False
    return movable


class _Path:
    """The way from the maximum to one end of one quantity, in free coordinates.

    Args:
        fit: the maximum.
        row: the quantity's coefficients in the whole vector.
        direction: how the whole vector moves per standard error, to first order.
        side: -1 or 1.
        z: quantile.
    """

    def __init__(self, fit: Estimated, row: Array, direction: Array, side: float, z: float) -> None:
        self.problem, self.side, self.z = fit.problem, side, z
        restriction = self.problem.restriction
        movable = restriction.gradient(_movable(fit).astype(np.float64)) > 0
        self.row = np.where(movable, restriction.gradient(row), 0.0)
        self.first, self.direction = (restriction.reduced(v) for v in (fit.model.vector, direction))
        self.error = float(self.row @ self.direction)
        self.pivot = int(np.abs(self.row).argmax())
        movable[self.pivot] = False
        self.others = np.flatnonzero(movable)
        # d coordinates / d others with the quantity held.
        self.lift = np.zeros((self.row.size, self.others.size))
        self.lift[self.others, np.arange(self.others.size)] = 1.0
        self.lift[self.pivot] = -self.row[self.others] / self.row[self.pivot]
        self.top = self.problem.objective(fit.model.vector)

    def end(self) -> tuple[float, str]:
        """Return how many standard errors away the end is, and why there is none."""
        box = self.problem.free_box
        here, moved, point, near, far = 0.0, self.z, self.first, 0.0, np.inf
        for _ in range(_TRIES):
            start = point + self.side * (moved - here) * self.direction
            point, slope, value = self._maximised(start, moved)
            here = moved
            if not box.lower[self.pivot] <= point[self.pivot] <= box.upper[self.pivot]:
                return np.nan, _BOUND
            fall = 2.0 * (self.top - value)
            if fall < -1e-6:
                return np.nan, _AGAIN
            root = float(np.sqrt(max(fall, 0.0)))
            if abs(root - self.z) <= _CLOSE:
                return moved, ""
            near, far = (moved, far) if root < self.z else (near, moved)
            # d root / d moved = -d value / d moved / root.
            rate = slope / root if root > 0 else 0.0
            newton = moved + (self.z - root) / rate if rate > 0 else np.inf
            if np.isinf(far):
                moved = min(newton, 3.0 * moved)
                if moved > _FARTHEST:
                    return np.inf, "the likelihood never falls enough"
            else:
                moved = newton if near < newton < far else 0.5 * (near + far)
            if np.isfinite(far) and far - near <= _CLOSE * far:
                return moved, ""
        return np.nan, "the end was not reached"

    def _maximised(self, start: Array, moved: float) -> tuple[Array, float, float]:
        """Return the maximum with the quantity held, the slope of the fall per standard error, its value."""
        problem, restriction = self.problem, self.problem.restriction
        held = float(self.row @ self.first) + self.side * moved * self.error

        def at(others: Array) -> Array:
            point = self.first.copy()
            point[self.others] = others
            point[self.pivot] += (held - float(self.row @ point)) / self.row[self.pivot]
            return point

        def evaluate(others: Array) -> Evaluation:
            found = problem.evaluate(restriction.expanded(at(others)))
            gradient = restriction.gradient(found.gradient)
            hessian = None if found.hessian is None else restriction.hessian(found.hessian)
            return Evaluation(
                found.value,
                self.lift.T @ gradient,
                None if hessian is None else self.lift.T @ hessian @ self.lift,
            )

        box = problem.free_box
        ascent = trust_region.ascend(
            evaluate,
            start[self.others],
            Box(box.lower[self.others], box.upper[self.others], ()),
            problem.total,
            restriction.reduced(problem.weights)[self.others],
            _TOLERANCE,
            _EVALUATIONS,
        )
        point = at(ascent.vector)
        found = problem.evaluate(restriction.expanded(point), second=False)
        gradient = restriction.gradient(found.gradient)
        slope = -self.side * float(gradient[self.pivot]) / self.row[self.pivot] * self.error
        return point, slope, found.value
