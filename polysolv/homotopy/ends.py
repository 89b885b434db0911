"""What the end points are: zeros of all equations, the same or different ones, isolated, real."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from polysolv.homotopy.closeness import close_in_own_units, in_units, joined_groups
from polysolv.homotopy.compiled import codes
from polysolv.homotopy.compiled.straightline import Complexes, Floats, Integers
from polysolv.homotopy.engine import Engine, Halted
from polysolv.homotopy.precise.confirmation import BITS
from polysolv.homotopy.problem import Problem, look_real, relative_residuals
from polysolv.homotopy.scaling import log2_modulus
from polysolv.homotopy.starts.choose import Outcome
from polysolv.homotopy.tracker import has_converged, is_regular
from polysolv.polynomials.gaussian_rational import parts
from polysolv.polynomials.generic_system import GenericSystem
from polysolv.polynomials.polynomial import ComplexPolynomial, Monomial

# Many digits are for end points that doubles leave in doubt; without them a solve starts more quickly.
if TYPE_CHECKING:
    from polysolv.homotopy.precise.fixed_point import FixedHomotopy

_REGULAR_DISTANCE = 1e-8
_POLISHED_DISTANCE = 1e-12
_CONFIRMED_DISTANCE = 4e-15  # of simple zeros that are known to hundreds of bits: the rounding to doubles
# Distances of singular points that were found with multiple precision, and of those with many turns.
_PRECISE_DISTANCE, _WINDING_DISTANCE, _MANY_TURNS = 1e-13, 1e-10, 12
_SINGULAR_DISTANCE = 1e-4
# Relative residuals: beyond the first no end point is a zero; simple ones are known to many digits, and then
# have to be below the last. The others decide about singular and simple ones when no time is left to look.
_PLAINLY_EXCESS, _SINGULAR_EXCESS, _SIMPLE_EXCESS, _EXCESS = 1e-2, 1e-4, 1e-7, 2.0**-100
_REAL_SINGULAR, _REAL_PRECISE = 1e-5, 1e-12
_DOUBTFULLY_REAL = 1e-14  # imaginary parts above this, relative to the largest coordinate, are looked at
_ILL_CONDITION = 1e6  # as are all of points beyond this condition
_SMALLEST = float(np.finfo(np.float64).tiny)  # the smallest normal double
_ZERO = 1e-12  # relative to the largest coordinate in their units, what coordinates that are zero come out as
_VANISHES = 1e-40  # relative to the largest coordinate, an imaginary part of a point known to many digits
# Products of long numbers that local dimensions may take, those of one, and how many are found anyway.
_MOST_DIMENSIONS, _EVALUATIONS, _LEAST_DIMENSIONS = 4_000_000, 30, 8
_DIMENSION_BITS = 960  # sets of multiplicity m are looked at to an m-th of the digits


class Ends(NamedTuple):
    """The finite end points of an outcome, one a row.

    Args:
        rows: numbers of the paths.
        points: coordinates in the user's units.
        beyond: whether a coordinate is beyond the range of doubles, too large or too small.
        excess: whether the point is a zero of the combinations alone.
        member: number of the distinct zero, −1 for excess points.
        paths: how many paths end at that zero.
        singular: whether it is singular.
        real: whether it looks real.
        dimension: of the solution set at the point, −1 if it is not known.
    """

    rows: Integers
    points: Complexes
    beyond: np.ndarray
    excess: np.ndarray
    member: Integers
    paths: Integers
    singular: np.ndarray
    real: np.ndarray
    dimension: Integers


def classify_ends(
    system: GenericSystem, problem: Problem, outcome: Outcome, tol: float, engine: Engine
) -> Ends:
    """Return what is known of the finite end points.

    Args:
        system: the user's system.
        problem: what was tracked.
        outcome: the paths.
        tol: relative size below which an imaginary part may count as zero.
        engine: its deadline and Ctrl-C leave the rest to double precision.
    """
    tracked = outcome.tracked
    finite = np.flatnonzero(np.isin(tracked.codes, (codes.SUCCESS, codes.SINGULAR)))
    logarithms = outcome.units[finite]
    scaled = tracked.points[finite, :-1] / tracked.points[finite, -1:]
    points, units = in_units(scaled, logarithms), _units(logarithms)
    beyond = np.asarray(~(np.isfinite(points) & np.isfinite(units)).all(axis=1)) | _underflow(scaled, points)
    facts, precise = tracked.facts[finite], tracked.precise[finite].copy()
    singular = np.asarray((tracked.codes[finite] == codes.SINGULAR) | ~(is_regular(facts) | precise))
    targets = _Targets(problem, logarithms)
    excess = np.zeros(len(finite), bool)
    if problem.combined:
        excess = _excess(system, points, units, scaled, singular, beyond, targets, engine)
    kept = np.flatnonzero(~excess & ~beyond)
    converged = has_converged(facts) & ~(singular & precise)
    member = np.full(len(finite), -1)
    windings = facts[:, codes.WINDING]
    member[kept] = _numbered(
        *(points[kept], logarithms[kept], converged[kept], singular[kept], precise[kept], windings[kept])
    )
    paths = np.where(member >= 0, np.bincount(member[kept], minlength=1)[member], 0)
    singular = np.asarray(singular | (paths > 1))
    _average(points, scaled, logarithms, member, paths, precise)
    condition = facts[:, codes.CONDITION]
    fine = converged & ~singular
    allowed = np.where(singular, np.where(precise, _REAL_PRECISE, max(tol, _REAL_SINGULAR)), tol)
    real = look_real(scaled, allowed, fine)
    _look_again(real, scaled, kept, singular, precise, condition, targets, tol, engine)
    dimension = _dimensions(problem, scaled, kept, member, paths, singular, targets, engine)
    return Ends(finite, points, beyond, excess, member, paths, singular, real, dimension)


def _doubles(polynomial: ComplexPolynomial) -> dict[Monomial, complex]:
    """The polynomial, divided by about its largest coefficient."""
    largest = Fraction(2) ** round(max(log2_modulus(*parts(c)) for c in polynomial.values()))
    return {monomial: complex(c / largest) for monomial, c in polynomial.items()}


def _units(logarithms: Floats) -> Floats:
    """Their powers of two, none below the smallest normal double."""
    with np.errstate(over="ignore"):
        return np.maximum(np.exp2(logarithms), _SMALLEST)


def _underflow(scaled: Complexes, points: Complexes) -> np.ndarray:
    """Which points have a coordinate that is not zero, but too small for doubles."""
    sizes = np.abs(scaled)
    differ = sizes > _ZERO * np.maximum(1.0, sizes.max(axis=1, initial=0.0, keepdims=True))
    with np.errstate(over="ignore"):
        return np.asarray((differ & (np.abs(points) < _SMALLEST)).any(axis=1))


class _Targets:
    """The target in the units of each end point, in many digits, made when asked for."""

    def __init__(self, problem: Problem, logarithms: Floats) -> None:
        self.problem, self.logarithms = problem, logarithms
        self._made: dict[tuple[int, ...], FixedHomotopy] = {}

    def __call__(self, position: int, bits: int = BITS) -> FixedHomotopy:
        from polysolv.homotopy.precise.confirmation import exact_target

        units = tuple(int(u) for u in self.logarithms[position])
        if (bits, *units) not in self._made:
            same = units == tuple(self.problem.scaling.unknowns)
            own = self.problem if same else self.problem.in_units(units)
            self._made[(bits, *units)] = exact_target(own, bits)
        return self._made[(bits, *units)]


def _excess(
    system: GenericSystem,
    points: Complexes,
    units: Floats,
    scaled: Complexes,
    singular: np.ndarray,
    beyond: np.ndarray,
    targets: _Targets,
    engine: Engine,
) -> np.ndarray:
    """Which end points are no zeros of all equations, each measured by the moduli of its own terms."""
    from polysolv.homotopy.precise.confirmation import simple_zero
    from polysolv.homotopy.precise.excess import given_equations, relative_residual, vanish_near

    doubles = [_doubles(p) for p in system.equations if p]
    with np.errstate(over="ignore", invalid="ignore"):
        residuals = relative_residuals(doubles, points, units)
    excess = ~(residuals < _PLAINLY_EXCESS)
    given: dict[tuple[int, ...], FixedHomotopy] = {}
    for position in np.flatnonzero(~excess & ~beyond).tolist():
        excess[position] = residuals[position] > (_SINGULAR_EXCESS if singular[position] else _SIMPLE_EXCESS)
        if engine.is_over():
            continue
        with suppress(Halted), engine.breakable():
            own = tuple(int(u) for u in targets.logarithms[position])
            if own not in given:
                given[own] = given_equations(system, own, BITS)
            zero = None if singular[position] else simple_zero(targets(position), scaled[position])
            if zero is None:
                excess[position] = not vanish_near(given[own], scaled[position])
            else:
                excess[position] = relative_residual(given[own], zero.coordinates) > _EXCESS
    return excess


def _numbered(
    points: Complexes,
    logarithms: Floats,
    converged: np.ndarray,
    singular: np.ndarray,
    precise: np.ndarray,
    windings: Floats,
) -> Integers:
    """Return the number of the distinct zero at which each path ends, in the order of the paths."""
    count = len(points)
    blurred = singular & ~precise
    distances = np.where(converged, _POLISHED_DISTANCE, _REGULAR_DISTANCE)
    distances[precise] = _CONFIRMED_DISTANCE
    distances[singular] = np.where(precise[singular], 0.0, np.inf)
    units = _units(logarithms)
    # Regular points are known to many digits, singular ones to few.
    groups = []
    for group in close_in_own_units(points, logarithms, _REGULAR_DISTANCE, 1e-3):
        groups += _same_coordinates(points[group], units[group], distances[group], group)
    loose = np.flatnonzero(singular)
    uncertain = blurred | (windings > _MANY_TURNS)
    for distance in (_PRECISE_DISTANCE, _WINDING_DISTANCE, _SINGULAR_DISTANCE):
        apart = {_WINDING_DISTANCE: uncertain, _SINGULAR_DISTANCE: blurred}.get(distance)
        for close in close_in_own_units(points[loose], logarithms[loose], distance, 1.0):
            if apart is None or apart[loose[close]].any():
                groups.append(loose[close].tolist())
    together = joined_groups(count, groups)
    member = np.arange(count)
    for group in together:
        member[group] = group[0]
    return np.unique(member, return_inverse=True)[1].reshape(-1)


def _same_coordinates(
    points: Complexes, units: Floats, distances: Floats, names: list[int]
) -> list[list[int]]:
    """Split a group of close points into those that agree in every coordinate, as polished ones do.

    ``distances`` are relative: infinity for a point of which little is known, zero for one that is compared
    elsewhere. A coordinate's rounding error is relative to the largest one in the units of the points.
    """
    groups: list[list[int]] = []
    for i in range(len(names)):
        for group in groups:
            j = group[0]
            pair = np.abs(points[[i, j]])
            noise = 1e-17 * np.maximum(1.0, (pair / units[[i, j]]).max()) * units[[i, j]].min(axis=0)
            distance = max(distances[i], distances[j])
            close = np.abs(points[i] - points[j]) <= np.minimum(distance, 1.0) * pair.max(axis=0) + noise
            either = min(distances[i], distances[j])
            # Next to a precise singular point one that Newton's method did not settle is that point, too.
            same = bool(close.all()) if either > 0 else distance >= _REGULAR_DISTANCE
            if distance == np.inf or same:
                group.append(i)
                break
        else:
            groups.append([i])
    return [[names[i] for i in group] for group in groups if len(group) > 1]


def _average(
    points: Complexes,
    scaled: Complexes,
    logarithms: Floats,
    member: Integers,
    paths: Integers,
    precise: np.ndarray,
) -> None:
    """Replace the ends at one multiple zero by their mean, in which most of their errors cancel; in place."""
    # NumPy's `unique` would load its masked arrays, which takes longer than most solves.
    for number in sorted(set(member[paths > 1].tolist())):
        rows = np.flatnonzero(member == number)
        if np.ptp(logarithms[rows], axis=0).any():
            continue
        best = rows[precise[rows]] if precise[rows].any() else rows
        scaled[rows] = scaled[best].mean(axis=0)
        points[rows] = in_units(scaled[rows], logarithms[rows])


def _look_again(
    real: np.ndarray,
    scaled: Complexes,
    kept: Integers,
    singular: np.ndarray,
    precise: np.ndarray,
    condition: Floats,
    targets: _Targets,
    tol: float,
    engine: Engine,
) -> None:
    """Decide with many digits whether simple zeros near the real space are real, in place."""
    sizes = np.maximum(np.abs(scaled).max(axis=1, initial=0.0), 1e-300)
    imaginary = np.abs(scaled.imag).max(axis=1, initial=0.0) / np.maximum(sizes, 1.0)
    for position in kept[~singular[kept]].tolist():
        if imaginary[position] > max(tol, _REAL_SINGULAR):
            continue
        if precise[position]:
            real[position] = imaginary[position] <= _VANISHES
        elif imaginary[position] > _DOUBTFULLY_REAL or condition[position] > _ILL_CONDITION:
            from polysolv.homotopy.precise.confirmation import simple_zero

            if engine.is_over():
                return
            with suppress(Halted), engine.breakable():
                zero = simple_zero(targets(position), scaled[position])
                if zero is not None:
                    numbers = np.array(zero.point)
                    limit = _VANISHES * max(1.0, np.abs(numbers).max())
                    real[position] = np.abs(numbers.imag).max() <= limit


def _dimensions(
    problem: Problem,
    scaled: Complexes,
    kept: Integers,
    member: Integers,
    paths: Integers,
    singular: np.ndarray,
    targets: _Targets,
    engine: Engine,
) -> Integers:
    """Local dimensions at all points: 0 at simple zeros, −1 where the work would be too much."""
    found = np.where(singular, -1, 0)
    _, first = np.unique(member[kept], return_index=True)
    heads = kept[np.sort(first)]
    heads = heads[singular[heads]]
    if not len(heads):
        return found
    from polysolv.homotopy.precise.local_dimension import local_dimension
    from polysolv.homotopy.precise.newton import products_of

    left = _MOST_DIMENSIONS // (_EVALUATIONS * products_of(problem))
    # One path alone at a singular point is the mark of a curve; of multiple zeros it would have lost company.
    for head in sorted(heads.tolist(), key=lambda row: (paths[row], row))[: max(left, _LEAST_DIMENSIONS)]:
        if engine.is_over():
            break
        with suppress(Halted), engine.breakable():
            target = targets(head, _DIMENSION_BITS)
            found[member == member[head]] = local_dimension(target, scaled[head], problem.unknowns)
    return found
