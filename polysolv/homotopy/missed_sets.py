"""Points of solution sets of positive dimension that no path of a start system came to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from polysolv.errors import InputError
from polysolv.homotopy.compiled import codes
from polysolv.homotopy.compiled.straightline import Complexes
from polysolv.homotopy.engine import Halted
from polysolv.homotopy.problem import Problem, homogeneous, relative_residuals
from polysolv.homotopy.results import SolveResult
from polysolv.homotopy.scaling import Scaling
from polysolv.homotopy.special_sets import SpecialSet, special_sets
from polysolv.homotopy.tracker import Tracked, joined, untracked
from polysolv.polynomials.gaussian_rational import gaussian
from polysolv.polynomials.generic_system import GenericSystem
from polysolv.polynomials.polynomial import ComplexPolynomial

if TYPE_CHECKING:
    from polysolv.homotopy.ends import Ends
    from polysolv.homotopy.starts.choose import Outcome

# Relative to the largest coordinate (at least 1), and to the moduli of the terms: how close a singular end
# point is to a set that it lies on, and one that is known to many digits.
_NEAR, _PRECISE = 1e-6, 1e-13

Solver = Callable[[GenericSystem], SolveResult]


class KnownSets(NamedTuple):
    """The sets that the equations prove there are, if they are not empty, in the problem's units."""

    sets: tuple[SpecialSet, ...]
    problem: Problem

    @staticmethod
    def of(system: GenericSystem, problem: Problem) -> KnownSets:
        """Return the sets of dimension 1 or more in the slice that is tracked."""
        rows: list[ComplexPolynomial]
        if problem.combined:
            given = [row for row in system.equations if row]
            rows = [*Scaling(problem.scaling.unknowns, (0,) * len(given)).apply(given)]
        else:
            rows = [{m: gaussian(*c) for m, c in row.items()} for row in problem.exact]
        return KnownSets(tuple(special_sets(rows, problem.unknowns)), problem)

    def correct_dimensions(self, outcome: Outcome, ends: Ends) -> None:
        """Let no singular end point on a set be isolated, in place."""
        precise = outcome.tracked.precise[ends.rows]
        for known in self.sets:
            on = self._lie_on(known, ends, np.where(precise, _PRECISE, _NEAR)) & ends.singular
            ends.dimension[on] = np.maximum(ends.dimension[on], known.dimension)

    def missed(self, ends: Ends) -> list[SpecialSet]:
        """Return the sets of which no end point is one of a set as large."""
        return [
            known
            for known in self.sets
            if not (self._lie_on(known, ends, _NEAR) & (ends.dimension >= known.dimension)).any()
        ]

    def _lie_on(self, known: SpecialSet, ends: Ends, allowed: np.ndarray | float) -> np.ndarray:
        with np.errstate(over="ignore", invalid="ignore"):
            points = ends.points / np.exp2(np.array(self.problem.scaling.unknowns, np.float64))
            size = np.maximum(1.0, np.abs(points).max(axis=1, initial=0.0))
            small = np.abs(points[:, list(known.zero)]).max(axis=1, initial=0.0) <= allowed * size
            doubles = [{m: complex(c) for m, c in row.items()} for row in known.equations]
            close = relative_residuals(doubles, points) <= allowed
        return np.asarray(small & close & ~ends.excess & ~ends.beyond)


def points_of(known: SpecialSet, unknowns: int, solve: Solver) -> Complexes | None:
    """Return points where a set meets random real hyperplanes, one a row, none if it is empty.

    Args:
        known: the set.
        unknowns: number of unknowns.
        solve: finds the points.

    Returns:
        the points; ``None`` if some path had no result.
    """
    free = [i for i in range(unknowns) if i not in known.zero]
    place = {index: k for k, index in enumerate(free)}
    rows = [{tuple((place[i], e) for i, e in m): c for m, c in row.items()} for row in known.equations]
    try:
        found = solve(GenericSystem(tuple(f"x{k}" for k in range(len(free))), tuple(rows) or ({},)))
    except (InputError, Halted, KeyboardInterrupt):
        return None  # more paths than allowed, or an end of the time; what was found before is kept
    if not found.solutions and not found.is_complete:
        return None
    points = np.zeros((len(found.solutions), unknowns), np.complex128)
    for row, path in enumerate(found.solutions):
        points[row, free] = path.solution
    return points[np.isfinite(points).all(axis=1)]


def with_points(outcome: Outcome, problem: Problem, points: Complexes) -> Outcome:
    """Return the outcome with one more path for each point, singular and of no step."""
    count = len(points)
    facts = np.zeros((count, codes.FACTS))
    facts[:, [codes.CONDITION, codes.CORRECTION]] = np.inf
    facts[:, codes.BACKWARD_ERROR] = _residuals(problem, points)
    more = untracked(homogeneous(points))
    more.codes[:], more.facts = codes.SINGULAR, facts
    return _with_paths(outcome, problem, more)


def with_failures(outcome: Outcome, problem: Problem, count: int, interrupted: bool) -> Outcome:
    """Return the outcome with paths that have no result: one for each set of which no answer was found."""
    more = untracked(np.zeros((count, problem.unknowns + 1), np.complex128))
    if not interrupted:
        more.codes[:] = codes.ENDGAME_FAILED
    return _with_paths(outcome, problem, more)


def _with_paths(outcome: Outcome, problem: Problem, more: Tracked) -> Outcome:
    units = np.tile(np.array(problem.scaling.unknowns, np.float64), (len(more.codes), 1))
    tracked = joined([outcome.tracked, more])
    return outcome._replace(tracked=tracked, units=np.vstack([outcome.units, units]))


def described(sets: Sequence[SpecialSet], names: Sequence[str]) -> str:
    """Return where sets are, for people.

    >>> described([SpecialSet((0, 2), (), 1), SpecialSet((), ({(): 1},), 1)], "xyz")
    'x = z = 0; a common factor = 0'
    """
    places = []
    for known in sets:
        place = " = ".join(names[i] for i in known.zero)
        places.append(f"{place} = 0" if place else "a common factor = 0")
    return "; ".join(dict.fromkeys(places))


def _residuals(problem: Problem, points: Complexes) -> np.ndarray:
    rows = [{m: high for m, (high, _) in row.items()} for row in problem.rows]
    return relative_residuals(rows, points)
