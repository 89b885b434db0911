"""The polyhedral start: mixed cells give binomial systems whose solutions lead to a generic system.

Huber and Sturmfels, "A polyhedral method for solving sparse polynomial systems" (1995); the origin is added
to every support, so that solutions with zero coordinates are counted too (Li and Wang 1996).
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from polysolv.homotopy.closeness import coincident
from polysolv.homotopy.compiled import codes
from polysolv.homotopy.compiled.native import compiled
from polysolv.homotopy.compiled.source import Source
from polysolv.homotopy.compiled.straightline import Complexes, Floats, Integers, Support, compile_program
from polysolv.homotopy.compiled.tuning import LEVELS
from polysolv.homotopy.engine import Engine
from polysolv.homotopy.problem import Coefficients, homogeneous
from polysolv.polynomials.polynomial import Monomial

SEARCH = Source("polysolv.homotopy.compiled.mixed_cells", ("mixed_cells.py",), 6, 25)

Matrix = list[list[int]]

_MAX_CELLS = 200_000
_MAX_EDGES = 30_000  # a table of all pairs is kept
_MAX_PAIRS = 20_000_000  # of monomials of one equation, among which the edges are looked for: 16 bytes each
_START = -9.0  # log t at which the binomial systems' solutions are close to the paths, after scaling
_EARLIER = -16.0


@dataclass(frozen=True)
class MixedCells:
    """Mixed cells of one random lifting.

    Args:
        supports: monomials of each equation, the origin included.
        lift: height of every monomial, all supports one after another.
        start: index of each support's first monomial.
        cells: indices (a_1, b_1, …, a_n, b_n) of each mixed cell.
        forms: for each cell, U and the triangular matrix U·E of its edges E, U an integer matrix of
            determinant ±1.
    """

    supports: tuple[tuple[Monomial, ...], ...]
    points: np.ndarray
    lift: np.ndarray
    start: np.ndarray
    cells: np.ndarray
    forms: tuple[tuple[Matrix, Matrix], ...]

    @property
    def mixed_volume(self) -> int:
        """The number of isolated solutions of a generic system with these supports (Bernstein 1975)."""
        return sum(_volume(triangle) for _, triangle in self.forms)


def find_mixed_cells(
    supports: Sequence[Sequence[Monomial]],
    unknowns: int,
    rng: np.random.Generator,
    budget: float = 1e13,
    engine: Engine | None = None,
    lift: Floats | None = None,
) -> MixedCells | None:
    """Return the mixed cells, or ``None`` if the search would cost more than ``budget`` multiplications.

    Neither is it begun where equations have so many monomials that their pairs fill the memory.
    The engine's deadline and Ctrl-C end the search, too. ``lift`` holds the heights of all monomials of
    `with_origin`, one support after another; they must be general. Random ones are taken without.

    >>> squares = [((), ((0, 2),), ((1, 2),))] * 2
    >>> find_mixed_cells(squares, 2, np.random.default_rng(0)).mixed_volume
    4
    """
    engine = engine or Engine()
    if sum(math.comb(len({*support, ()}), 2) for support in supports) > _MAX_PAIRS:
        return None
    with engine.breakable():
        full = with_origin(supports)
        start = np.cumsum([0, *map(len, full)])
        points = np.zeros((int(start[-1]), unknowns))
        for row, monomial in enumerate(chain(*full)):
            for index, exponent in monomial:
                points[row, index] = exponent
    lift = rng.random(len(points)) if lift is None else lift
    limit = _MAX_CELLS if budget > 1e12 else 20_000
    cells = _mixed_cells(points, lift, start, limit, budget, engine)
    if cells is None:
        return None
    forms = []
    for cell in cells:
        if engine.is_over():
            return None
        forms.append(_triangular(_edges(points, cell)))
    return MixedCells(full, points, lift, start, cells, tuple(forms))


def with_origin(supports: Sequence[Sequence[Monomial]]) -> tuple[tuple[Monomial, ...], ...]:
    """Return the supports, sorted, with the monomial 1 in each.

    >>> with_origin([[((0, 2),)], [((0, 1),), ()]])
    (((), ((0, 2),)), ((), ((0, 1),)))
    """
    return tuple(tuple(sorted({*support, ()})) for support in supports)


def _mixed_cells(
    points: Floats, lift: Floats, start: Integers, limit: int, budget: float, engine: Engine
) -> Integers | None:
    """All mixed cells as rows of (a_1, b_1, …, a_n, b_n); ``None`` beyond the limit or the budget."""
    run = compiled(SEARCH)
    total, n = points.shape
    sizes = np.diff(start)
    most = int((sizes * (sizes - 1) // 2).sum())
    first, second, edge_start, found = (np.zeros(k, np.int64) for k in (most, most, n + 1, 1))
    work = np.array([0.0, budget])
    floats = [np.zeros(k) for k in (total * n, total, (n + 2) * (total + 2), n, (n + 1) * n, (n + 1) * n * n)]
    integers = [np.zeros(k, np.int64) for k in (n + 1, n + 2, n, n, n, n)]
    taken = np.zeros(n, np.uint8)

    def call(mode: int, rows: int, edges: int, cells: Integers) -> int:
        together, allowed = np.zeros((edges, edges), np.uint8), np.zeros((n + 1, edges), np.uint8)
        arrays = (points, lift, start, first, second, edge_start, together, work, cells, found)
        pointers = [array.ctypes.data for array in (*arrays, *floats, *integers, allowed, taken)]
        found[0] = -1

        def search(stop: Integers) -> None:
            run(total, mode, n, rows, edges, most, *pointers, stop.ctypes.data)

        engine.search(search)
        return int(found[0])

    edges = call(0, 0, 0, np.zeros((0, 2 * n), np.int64))
    if not 0 <= edges <= _MAX_EDGES:
        return None
    cells = np.zeros((limit, 2 * n), np.int64)
    count = call(1, limit, edges, cells)
    return None if count < 0 else cells[:count].copy()


def solve_generic(
    found: MixedCells, rng: np.random.Generator, engine: Engine
) -> tuple[list[Coefficients], Complexes, int]:
    """Solve a system with random coefficients on the supports of ``found``.

    Returns:
        its polynomials, its solutions (affine, one a row), and the number of paths that could not be tracked.
    """
    unknowns = found.points.shape[1]
    coefficients = np.exp(2j * np.pi * rng.random(len(found.points)))
    with engine.breakable():
        program = compile_program(Support(unknowns, found.supports))
    lifts, starts, owner = [], [], []
    for index in range(len(found.cells)):
        if engine.is_over():
            break
        heights, _ = heights_above(found, index)
        solutions = binomial_solutions(found, index, coefficients)
        positive = heights[heights > 1e-12]
        lifts.append(heights / positive.min() if len(positive) else heights)
        starts += solutions
        owner += [index] * len(solutions)
    table = np.zeros((3, len(coefficients)), np.complex128)
    table[0] = coefficients
    heights_of_cells = np.array(lifts).reshape(len(lifts), len(coefficients))
    points = np.array(starts, np.complex128).reshape(len(starts), unknowns)
    owners = np.array(owner, np.uint64)
    ends = points.copy()
    done = np.zeros(len(points), bool)
    doubtful = np.arange(len(points))
    for level, tuning in enumerate(LEVELS):
        batch = engine.run(
            *(program, table, tuning, codes.STRAIGHT, points[doubtful]),
            *(_START if level == 0 else _EARLIER, 0.0, heights_of_cells, owners[doubtful]),
        )
        ends[doubtful] = batch.points
        done[doubtful] = batch.codes == codes.SUCCESS
        suspicious = ~done
        rows = np.flatnonzero(done)
        for group in coincident(homogeneous(ends[rows]), 1e-7):
            suspicious[rows[group]] = True
        doubtful = np.flatnonzero(suspicious)
        if not len(doubtful) or engine.interrupted:
            break
    polynomials: list[Coefficients] = [
        {monomial: complex(coefficients[low + k]) for k, monomial in enumerate(support)}
        for support, low in zip(found.supports, found.start, strict=False)
    ]
    return polynomials, ends[done], found.mixed_volume - int(done.sum())


def _edges(points: np.ndarray, cell: np.ndarray) -> Matrix:
    return [[int(v) for v in points[a] - points[b]] for a, b in zip(cell[0::2], cell[1::2], strict=True)]


def _volume(triangle: Matrix) -> int:
    volume = 1
    for i, row in enumerate(triangle):
        volume *= abs(row[i])
    return volume


def _triangular(matrix: Matrix) -> tuple[Matrix, Matrix]:
    """Integer row operations U, and U·matrix, which is upper triangular."""
    n = len(matrix)
    a = [list(row) for row in matrix]
    u = [[int(i == j) for j in range(n)] for i in range(n)]
    for k in range(n):
        while True:
            rows = [i for i in range(k, n) if a[i][k]]
            if not rows:
                break
            pivot = min(rows, key=lambda i: abs(a[i][k]))
            a[k], a[pivot], u[k], u[pivot] = a[pivot], a[k], u[pivot], u[k]
            if len(rows) == 1:
                break
            for i in range(k + 1, n):
                factor = a[i][k] // a[k][k]
                if factor:
                    a[i] = [x - factor * y for x, y in zip(a[i], a[k], strict=True)]
                    u[i] = [x - factor * y for x, y in zip(u[i], u[k], strict=True)]
    return u, a


def heights_above(found: MixedCells, index: int) -> tuple[Floats, Floats]:
    """Heights of all monomials above the lower facet of a cell, and the facet's inner normal."""
    cell = found.cells[index]
    a, b = cell[0::2], cell[1::2]
    points, lift = found.points, found.lift
    slope = np.linalg.solve(points[a] - points[b], lift[b] - lift[a])
    total = lift + points @ slope
    heights = np.concatenate(
        [
            total[low:high] - total[i]
            for low, high, i in zip(found.start[:-1], found.start[1:], a, strict=True)
        ]
    )
    heights[a] = heights[b] = 0.0
    return heights, slope


def binomial_solutions(found: MixedCells, index: int, coefficients: Complexes) -> list[list[complex]]:
    """Solutions of the binomial system of a cell.

    All coefficients have modulus 1, so all solutions do, and only their angles have to be solved for.
    """
    cell = found.cells[index]
    a, b = cell[0::2], cell[1::2]
    u, triangle = found.forms[index]
    n = len(triangle)
    angles = np.angle(-coefficients[b] / coefficients[a])
    right = [float(sum(u[i][j] * angles[j] for j in range(n))) for i in range(n)]
    partial: list[list[float]] = [[0.0] * n]
    for i in range(n - 1, -1, -1):
        grown = []
        for known in partial:
            rest = right[i] - sum(triangle[i][j] * known[j] for j in range(i + 1, n))
            count = abs(triangle[i][i])
            for k in range(count):
                angle = (rest + 2 * np.pi * k) / triangle[i][i]
                grown.append([*known[:i], angle, *known[i + 1 :]])
        partial = grown
    return [[cmath.exp(1j * angle) for angle in solution] for solution in partial]
