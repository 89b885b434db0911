"""The polyhedral start: mixed cells give binomial systems whose solutions lead to a generic system.

Huber and Sturmfels, "A polyhedral method for solving sparse polynomial systems" (1995); the origin is added
to
every support, so that solutions with zero coordinates are counted too (Li and Wang 1996).
"""

from __future__ import annotations

import cmath
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from polysolv.decisions.homotopy import kernel
from polysolv.decisions.homotopy.engine import Engine
from polysolv.decisions.homotopy.problem import Coefficients, homogeneous
from polysolv.decisions.homotopy.straightline import Complexes, Support, compile_program
from polysolv.decisions.homotopy.tracker import LEVELS, coincident
from polysolv.systems.polynomial import Monomial

_MAX_CELLS = 200_000
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
        volumes: normalised volume of each cell.
    """

    supports: tuple[tuple[Monomial, ...], ...]
    points: np.ndarray
    lift: np.ndarray
    start: np.ndarray
    cells: np.ndarray
    volumes: tuple[int, ...]

    @property
    def mixed_volume(self) -> int:
        """The number of isolated solutions of a generic system with these supports (Bernstein 1975)."""
        return sum(self.volumes)


def find_mixed_cells(
    supports: Sequence[Sequence[Monomial]], unknowns: int, rng: np.random.Generator, budget: float = 1e13
) -> MixedCells | None:
    """Return the mixed cells, or ``None`` if the search would cost more than ``budget`` multiplications.

    >>> squares = [((), ((0, 2),), ((1, 2),))] * 2
    >>> find_mixed_cells(squares, 2, np.random.default_rng(0)).mixed_volume
    4
    """
    from polysolv.decisions.homotopy.starts.mixed_cells import mixed_cells

    full = tuple(tuple(sorted({*support, ()})) for support in supports)
    rows, start = [], [0]
    for support in full:
        for monomial in support:
            row = np.zeros(unknowns)
            for index, exponent in monomial:
                row[index] = exponent
            rows.append(row)
        start.append(len(rows))
    points = np.array(rows)
    lift = rng.random(len(rows))
    cells, found = mixed_cells(points, lift, np.array(start), _MAX_CELLS if budget > 1e12 else 20_000, budget)
    if found < 0:
        return None
    cells = cells[:found].copy()
    exponents = [_edges(points, cell) for cell in cells]
    volumes = tuple(_volume(matrix) for matrix in exponents)
    return MixedCells(full, points, lift, np.array(start), cells, volumes)


def solve_generic(
    found: MixedCells, rng: np.random.Generator, engine: Engine
) -> tuple[list[Coefficients], Complexes, int]:
    """Solve a system with random coefficients on the supports of ``found``.

    Returns:
        its polynomials, its solutions (affine, one a row), and the number of paths that could not be tracked.
    """
    unknowns = found.points.shape[1]
    coefficients = np.exp(2j * np.pi * rng.random(len(found.points)))
    program = compile_program(Support(unknowns, found.supports))
    tables, starts, owner = [], [], []
    for index, cell in enumerate(found.cells):
        heights, solutions = _binomial(found, cell, coefficients)
        table = np.zeros((4, len(coefficients)), np.complex128)
        table[0] = coefficients
        table[3] = heights
        tables.append(kernel.Homotopy(1, table))
        starts += solutions
        owner += [index] * len(solutions)
    points = np.array(starts, np.complex128).reshape(len(starts), unknowns)
    owners = np.array(owner, np.int64)
    ends = points.copy()
    done = np.zeros(len(points), bool)
    doubtful = np.arange(len(points))
    for level, tuning in enumerate(LEVELS):
        batch = engine.run(
            *(program, tables[0] if tables else None, tuning, kernel.STRAIGHT, points[doubtful]),
            *(_START if level == 0 else _EARLIER, 0.0, _parts(owners[doubtful], tables)),
        )
        ends[doubtful] = batch.points
        done[doubtful] = batch.codes == kernel.SUCCESS
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
    return polynomials, ends[done], int((~done).sum())


def _parts(owners: np.ndarray, tables: list[kernel.Homotopy]) -> list[tuple[kernel.Homotopy, int, int]]:
    edges = [0, *(int(i) + 1 for i in np.flatnonzero(np.diff(owners))), len(owners)]
    return [(tables[owners[low]], low, high) for low, high in itertools.pairwise(edges) if high > low]


def _edges(points: np.ndarray, cell: np.ndarray) -> list[list[int]]:
    return [[int(v) for v in points[a] - points[b]] for a, b in zip(cell[0::2], cell[1::2], strict=True)]


def _volume(matrix: list[list[int]]) -> int:
    triangle, _ = _triangular(matrix)
    volume = 1
    for i, row in enumerate(triangle):
        volume *= abs(row[i])
    return volume


def _triangular(matrix: list[list[int]]) -> tuple[list[list[int]], list[list[int]]]:
    """Integer row operations U with U·matrix upper triangular; returns both."""
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
    return a, u


def _binomial(
    found: MixedCells, cell: np.ndarray, coefficients: np.ndarray
) -> tuple[np.ndarray, list[list[complex]]]:
    """Heights of all monomials above the cell's lower facet, and the solutions of the cell's binomial system.

    All coefficients have modulus 1, so all solutions do, and only their angles have to be solved for.
    """
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
    positive = heights[heights > 1e-12]
    if len(positive):
        heights = heights / positive.min()
    triangle, u = _triangular(_edges(points, cell))
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
    return heights, [[cmath.exp(1j * angle) for angle in solution] for solution in partial]
