"""Looks at end points that doubles leave in doubt with Newton's method in numbers of hundreds of bits."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from polysolv.homotopy.closeness import close_groups
from polysolv.homotopy.compiled import codes
from polysolv.homotopy.compiled.straightline import Complexes
from polysolv.homotopy.engine import Engine, Halted
from polysolv.homotopy.problem import Problem
from polysolv.homotopy.tracker import Tracked

if TYPE_CHECKING:
    from polysolv.homotopy.precise.fixed_point import Fixed, FixedHomotopy

BITS = 320
_DOUBTFUL = 1e7  # condition beyond which a simple zero may be a multiple one that doubles have split
_NEIGHBOUR = 1e-5  # relative distance of two end points of which neither is believed at once
_MOST_PRODUCTS, _EVALUATIONS = 20_000_000, 6  # of long numbers in all; about so many evaluations a point
_MOVED = 1e-4  # relative distance by which Newton's method may move an end point


class ExactZero(NamedTuple):
    """A simple zero of a target, in its units, to some hundred bits.

    Args:
        homotopy: the target.
        coordinates: fixed-point numbers.
    """

    homotopy: FixedHomotopy
    coordinates: list[Fixed]

    @property
    def point(self) -> list[complex]:
        """The nearest point in double precision."""
        return [self.homotopy.number(z) for z in self.coordinates]


def exact_target(problem: Problem, bits: int = BITS) -> FixedHomotopy:
    """Return the target alone, at s = 0."""
    from polysolv.homotopy.precise.fixed_point import FixedHomotopy

    return FixedHomotopy.of(problem.exact, [{} for _ in problem.exact], bits)


def simple_zero(target: FixedHomotopy, point: Complexes) -> ExactZero | None:
    """Return the simple zero of a target to which Newton's method converges quadratically from a point."""
    from polysolv.homotopy.precise.newton import landed

    size = float(np.abs(point).max(initial=0.0))
    if not math.isfinite(size) or size > 1e60:
        return None
    found = landed(target, [target.fixed(complex(z)) for z in point])
    if found is None:
        return None
    zero = ExactZero(target, found)
    moved = np.abs(np.array(zero.point) - point).max(initial=0.0)
    return zero if moved <= _MOVED * max(size, 1e-300) else None


def confirm_regular(of_path: Callable[[int], Problem], tracked: Tracked, engine: Engine) -> None:
    """Confirm that ill-conditioned end points, or close ones, are simple zeros, or call them singular.

    Args:
        of_path: the target of each row, in its units.
        tracked: end points; changed in place.
        engine: its deadline and Ctrl-C end the work; what is left keeps its first answer.

    A multiple zero is often split into regular ones that have the digits of doubles for a distance.
    """
    alone = (tracked.codes == codes.SINGULAR) & (tracked.facts[:, codes.WINDING] <= 1)
    rows = np.flatnonzero(((tracked.codes == codes.SUCCESS) | alone) & ~tracked.precise)
    if not len(rows):
        return
    points = tracked.points[rows, :-1] / tracked.points[rows, -1:]
    doubtful = alone[rows] | ~(tracked.facts[rows, codes.CONDITION] <= _DOUBTFUL)
    for group in close_groups(points, _NEIGHBOUR):
        doubtful[group] = True
    if not doubtful.any():
        return
    from polysolv.homotopy.precise.newton import jacobian_condition, products_of

    targets: dict[int, FixedHomotopy] = {}
    left = _MOST_PRODUCTS
    places = np.flatnonzero(doubtful)
    # The worst first: the work has a bound, which depends on the system alone.
    for place in places[np.argsort(-tracked.facts[rows[places], codes.CONDITION], kind="stable")].tolist():
        row, point = int(rows[place]), points[place]
        left -= _EVALUATIONS * products_of(of_path(row))
        if engine.is_over() or left < 0:
            return
        try:
            with engine.breakable():
                problem = of_path(row)
                if id(problem.exact) not in targets:
                    targets[id(problem.exact)] = exact_target(problem)
                target = targets[id(problem.exact)]
                zero = simple_zero(target, point)
                condition = math.inf if zero is None else jacobian_condition(target, zero.coordinates)
        except Halted:
            return
        if zero is None:
            tracked.codes[row] = codes.SINGULAR
            tracked.facts[row, codes.CONDITION] = math.inf
            continue
        tracked.codes[row] = codes.SUCCESS
        tracked.points[row] = [*zero.point, 1.0]
        tracked.facts[row, codes.CONDITION] = condition
        tracked.facts[row, codes.CORRECTION] = 0.0
        tracked.precise[row] = True
