"""The polyhedral start with every path in units of its own, for coefficients of many orders of magnitude.

The height of a monomial is −log|coefficient|. A mixed cell's inner normal is then a point of intersection of
the tropical hypersurfaces: it tells the size of every coordinate of the solutions to which the cell leads, up
to cancellations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from polysolv.homotopy.closeness import close_groups, close_in_own_units, in_units
from polysolv.homotopy.compiled import codes
from polysolv.homotopy.compiled.straightline import Complexes, Floats, Program, Support, compile_program
from polysolv.homotopy.compiled.tuning import LEVELS, Tuning
from polysolv.homotopy.engine import Engine, Halted
from polysolv.homotopy.precise.confirmation import confirm_regular
from polysolv.homotopy.precise.diverging_ends import settle_diverging
from polysolv.homotopy.precise.doubtful_ends import settle_doubtful
from polysolv.homotopy.problem import Coefficients, Problem, homogeneous, linear_homotopy
from polysolv.homotopy.scaling import log2_modulus
from polysolv.homotopy.starts.polyhedral import (
    MixedCells,
    binomial_solutions,
    find_mixed_cells,
    heights_above,
    with_origin,
)
from polysolv.homotopy.tracker import (
    Tracked,
    end_diverging_paths,
    has_converged,
    joined,
    track_paths,
    untracked,
)
from polysolv.polynomials.polynomial import Monomial

_BLUR = 6.0  # bits by which heights differ at random from the coefficients' sizes, so that they are general
# Where an equation has no constant, the start system's is this number of bits smaller than the other
# coefficients: solutions at zero must not be mistaken for tiny ones.
_ABSENT = 200.0
_SPREADS = 2.0  # and at least so many times the bits between the coefficients of an equation
_LENGTH = 9.0  # what log t grows by, at least, on the way from the binomial system
_SAME = 1e-7
MOST_PATHS = 2_000


@dataclass
class _Cell:
    """One mixed cell: x_i = 2^units[i] · y_i, and the paths in the unknowns y that begin at it."""

    units: tuple[int, ...]
    heights: Floats  # bits by which each coefficient is smaller than the largest of its equation
    starts: Complexes  # of the binomial system, in units of 2^slopes
    slopes: Floats
    ends: Complexes  # of the paths that reached the general system
    level: int = 0


def track_in_own_units(
    problem: Problem, rng: np.random.Generator, engine: Engine, tol: float, budget: float, most: int
) -> tuple[Tracked, Floats, int] | None:
    """Track the paths of all mixed cells, each in the units of its cell.

    Args:
        problem: any; the units that it comes with are not used.
        rng: source of the general coefficients.
        engine: threads, deadline and progress.
        tol: relative accuracy of Newton's method on the way.
        budget: multiplications that the search for mixed cells may take.
        most: paths that there may be.

    Returns:
        the end points, the base-2 logarithms of their units, and the number of paths that were lost on the
        way to the general system; ``None`` if there are too many cells or paths.
    """
    supports = with_origin([tuple(row) for row in problem.rows])
    spread = max(np.ptp([log2_modulus(*c) for c in row.values()]) for row in problem.exact)
    lift = np.concatenate(
        [
            _heights(row, support, float(spread), rng)
            for row, support in zip(problem.exact, supports, strict=True)
        ]
    )
    found = find_mixed_cells(supports, problem.unknowns, rng, budget, engine, lift)
    if found is None or found.mixed_volume > most:
        return None
    phases = np.exp(2j * np.pi * rng.random(len(lift)))
    with engine.breakable():
        program = compile_program(Support(problem.unknowns, found.supports))
    cells = [_cell(found, index, phases, problem.scaling.unknowns) for index in range(len(found.cells))]
    _reach_general_system(cells, program, phases, engine)
    lost = found.mixed_volume - sum(len(cell.ends) for cell in cells)
    cells = [cell for cell in cells if len(cell.ends)]
    if not cells:
        return None
    ends = [_reach_target(problem, found, cell, phases, engine, tol, 0) for cell in cells]
    for level in range(2, len(LEVELS)):
        doubtful = _coincident_cells(cells, ends)
        if not doubtful or engine.interrupted:
            break
        for k in doubtful:
            again = _reach_target(problem, found, cells[k], phases, engine, tol, level)
            if not engine.interrupted:
                ends[k] = again
    tracked, units = joined(ends), _units_of_paths(cells)
    owner = [cell for cell in cells for _ in cell.ends]
    # Some of a cluster's paths may come from another cell.
    common = tracked.points.copy()
    with np.errstate(over="ignore", invalid="ignore"):
        common[:, :-1] *= np.exp2(units - np.array(problem.scaling.unknowns))
        common /= np.abs(common).max(axis=1, keepdims=True)

    def ends_of_homotopy(row: int) -> tuple[Problem, Sequence[Coefficients]]:
        return _ends_of_homotopy(problem, found, owner[row], phases)

    settle_doubtful(ends_of_homotopy, common, tracked, engine)
    settle_diverging(ends_of_homotopy, tracked, engine)
    end_diverging_paths(tracked)
    targets: dict[int, Problem] = {}

    def of_path(row: int) -> Problem:
        cell = owner[row]
        if id(cell) not in targets:
            targets[id(cell)] = problem.in_units(cell.units)
        return targets[id(cell)]

    confirm_regular(of_path, tracked, engine)
    return tracked, units, lost


def _heights(
    row: Mapping[Monomial, tuple[Fraction, Fraction]],
    support: Sequence[Monomial],
    spread: float,
    rng: np.random.Generator,
) -> Floats:
    bits = {monomial: log2_modulus(*parts) for monomial, parts in row.items()}
    absent = max(_ABSENT, _SPREADS * spread) - min(bits.values())
    exact = [-bits[monomial] if monomial in row else absent for monomial in support]
    return np.array(exact) + _BLUR * rng.random(len(exact))


def _cell(found: MixedCells, index: int, phases: Complexes, given: Sequence[int]) -> _Cell:
    heights, slopes = heights_above(found, index)
    # The rows come in the problem's units already; the inner normal is relative to those.
    units = tuple(int(unit) - round(float(slope)) for unit, slope in zip(given, slopes, strict=True))
    starts = np.array(binomial_solutions(found, index, phases), np.complex128)
    return _Cell(units, heights, starts, -slopes + np.array(given), starts[:0])


def _reach_general_system(cells: list[_Cell], program: Program, phases: Complexes, engine: Engine) -> None:
    """Fill in ``ends``: solutions of the system with coefficients of random phases and the heights' sizes.

    A general system has different solutions only: where two paths end at the same point, both cells are
    tracked again more carefully.
    """
    doubtful = list(cells)
    for level, tuning in enumerate(LEVELS):
        for cell in doubtful:
            cell.level = level
            _follow(cell, program, phases, tuning, engine)
        points = np.vstack([np.log(np.abs(cell.ends)) + np.log(2) * np.array(cell.units) for cell in cells])
        angles = np.vstack([cell.ends / np.abs(cell.ends) for cell in cells])
        owner = [cell for cell in cells for _ in cell.ends]
        again = {id(cell) for cell in cells if len(cell.ends) < len(cell.starts)}
        # All coordinates differ from zero, so that logarithms compare sizes of any kind.
        for group in close_groups(np.hstack([points, angles]), _SAME, 1.0):
            again |= {id(owner[i]) for i in group}
        doubtful = [cell for cell in cells if id(cell) in again]
        if not doubtful or engine.interrupted:
            return


def _follow(cell: _Cell, program: Program, phases: Complexes, tuning: Tuning, engine: Engine) -> None:
    natural = cell.heights * np.log(2)
    positive = natural[natural > 1e-12]
    last = float(positive.min()) if len(positive) else 1.0
    table = np.zeros((3, len(phases)), np.complex128)
    table[0] = phases
    # The coefficients are phase · exp(height · log t), and log t ends at −last.
    batch = engine.run(
        *(program, table, tuning, codes.STRAIGHT, cell.starts),
        *(-last - _LENGTH * (1 + cell.level), -last, (natural / last)[None, :]),
        np.zeros(len(cell.starts), np.uint64),
    )
    done = batch.codes == codes.SUCCESS
    cell.ends = batch.points[done] * np.exp2(cell.slopes - np.array(cell.units))


def _reach_target(
    problem: Problem,
    found: MixedCells,
    cell: _Cell,
    phases: Complexes,
    engine: Engine,
    tol: float,
    level: int,
) -> Tracked:
    starts = homogeneous(cell.ends)
    if engine.is_over():
        return untracked(starts)
    try:
        with engine.breakable():
            own, polynomials = _ends_of_homotopy(problem, found, cell, phases)
            tracking = linear_homotopy(own.rows, polynomials, problem.unknowns)
    except Halted:
        return untracked(starts)
    return track_paths(tracking, starts, engine, tol, level)


def _ends_of_homotopy(
    problem: Problem, found: MixedCells, cell: _Cell, phases: Complexes
) -> tuple[Problem, list[Coefficients]]:
    """The target and the general system in the units of a cell."""
    own = problem.in_units(cell.units)
    # All cells must follow one homotopy: both systems change units alike.
    change = np.array(cell.units) - np.array(problem.scaling.unknowns)
    shifts = np.array(own.scaling.equations) - np.array(problem.scaling.equations)
    sizes = np.exp2(found.points @ change + np.repeat(shifts, np.diff(found.start)) - found.lift)
    polynomials: list[Coefficients] = [
        {monomial: complex(phases[low + k] * sizes[low + k]) for k, monomial in enumerate(support)}
        for support, low in zip(found.supports, found.start, strict=False)
    ]
    return own, polynomials


def _coincident_cells(cells: list[_Cell], ends: list[Tracked]) -> list[int]:
    """Cells of which a path ends at the regular end point of another cell's path."""
    points = np.vstack([end.points for end in ends])
    regular = np.concatenate([(end.codes == codes.SUCCESS) & has_converged(end.facts) for end in ends])
    rows = np.flatnonzero(regular)
    units = _units_of_paths(cells)[rows]
    owner = np.repeat(np.arange(len(cells)), [len(cell.ends) for cell in cells])[rows]
    affine = in_units(points[rows, :-1] / points[rows, -1:], units)
    doubtful = set()
    for group in close_in_own_units(affine, units, _SAME, 1e-3):
        owners = set(owner[group].tolist())
        if len(owners) > 1:
            doubtful |= owners
    return sorted(doubtful)


def _units_of_paths(cells: list[_Cell]) -> Floats:
    return np.array([cell.units for cell in cells for _ in cell.ends], np.float64)
