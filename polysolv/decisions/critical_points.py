"""Critical points of a generic squared distance: a real point on every component of a real solution set.

Hauenstein, "Numerically computing real points on algebraic sets" (2013): follow the critical points on the
smooth set f = z, z generic, to z = 0; every connected component of the real solution set holds one of the
limits.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from polysolv.decisions.location_scale_core import derivative
from polysolv.homotopy.compiled import codes
from polysolv.homotopy.compiled.straightline import Complexes, Floats, Support, compile_program
from polysolv.homotopy.compiled.tuning import LEVELS
from polysolv.homotopy.engine import Engine
from polysolv.homotopy.problem import Tracking, homogeneous, linear_homotopy
from polysolv.homotopy.starts.monodromy import move, populate
from polysolv.homotopy.tracker import track_paths
from polysolv.polynomials.generic_system import GenericSystem
from polysolv.polynomials.polynomial import Monomial, multiply_monomials

NEAR = 1e-6  # where paths are looked at before the endgame
_TRACE = 1e-10  # of the sum of moduli, in every coordinate
_TYPICAL = 1e-6  # of the median modulus: a few huge points must not hide that ordinary ones are missing


class Family:
    """f(x) = z, λ_0 (x − x0) + J(x)ᵀ λ = 0, ν·λ = 1 with parameters z and x0, in the unknowns (x, λ_0, λ)."""

    def __init__(self, system: GenericSystem, rng: np.random.Generator) -> None:
        self.n, self.k, self.rng = len(system.unknowns), len(system.equations), rng
        n, k = self.n, self.k
        self.rows: list[dict[Monomial, complex]] = []
        for polynomial in system.real_equations():
            self.rows.append({(): 0j, **{m: complex(float(c)) for m, c in polynomial.items()}})
        for j in range(n):
            row: dict[Monomial, complex] = {((n, 1),): 0j, ((j, 1), (n, 1)): 1 + 0j}
            for i, polynomial in enumerate(system.real_equations()):
                for monomial, coefficient in derivative(polynomial, j).items():
                    row[multiply_monomials(monomial, ((n + 1 + i, 1),))] = complex(float(coefficient))
            self.rows.append(row)
        self.patch = self.random(k + 1)
        self.rows.append({(): -1 + 0j, **{((n + i, 1),): complex(self.patch[i]) for i in range(k + 1)}})
        self.support = Support(n + k + 1, tuple(tuple(sorted(row)) for row in self.rows))
        self.program = compile_program(self.support)

    def random(self, count: int) -> Complexes:
        """Standard complex normal numbers."""
        return np.asarray(self.rng.standard_normal(count) + 1j * self.rng.standard_normal(count))

    def at(self, z: Complexes | Floats, centre: Complexes | Floats) -> list[dict[Monomial, complex]]:
        """The polynomials at given parameters."""
        rows = [dict(row) for row in self.rows]
        for i in range(self.k):
            rows[i][()] -= complex(z[i])
        for j in range(self.n):
            rows[self.k + j][((self.n, 1),)] = -complex(centre[j])
        return rows

    def coefficients(self, z: Complexes, centre: Complexes) -> Complexes:
        """The same as one vector, in the order of the program."""
        rows = self.at(z, centre)
        return np.array([row[m] for row, names in zip(rows, self.support.rows, strict=True) for m in names])

    def seed(self) -> tuple[Complexes, Complexes, Complexes]:
        """Parameters (z, x0) and a solution (x, λ_0, λ): take x and λ at random and read z and x0 off."""
        x, multipliers = self.random(self.n), self.random(self.k + 1)
        multipliers = multipliers / (self.patch @ multipliers)
        full = np.concatenate([x, multipliers])
        values = np.array([_value(row, full) for row in self.at(np.zeros(self.k), np.zeros(self.n))])
        return values[: self.k], values[self.k : self.k + self.n] / multipliers[0], full


def _value(row: dict[Monomial, complex], point: Complexes) -> complex:
    return complex(sum(c * np.prod([point[i] ** e for i, e in m]) if m else c for m, c in row.items()))


@dataclass(frozen=True)
class CriticalPoints:
    """Limits of the critical points, and how they were counted.

    Args:
        points: finite limits of the paths that were followed to the end, coordinates x only.
        trace: whether the critical points on f = z passed the trace test.
        paths: number of paths of the last homotopy; ``followed``: those followed to the end; ``failed``:
        those
            without a result.
        complete: whether the trace test held and every path has a result.
    """

    points: Complexes
    trace: bool
    paths: int
    followed: int
    failed: int
    complete: bool


def find_critical_points(
    system: GenericSystem, rng: np.random.Generator, engine: Engine, possible: Callable[[Complexes], bool]
) -> CriticalPoints:
    """Compute the limits for a real random centre x0.

    Monodromy finds the critical points on f = z; they are complete when their sum moves linearly as x0 moves
    on a line (trace test).

    Args:
        system: k equations in n ≥ k unknowns.
        rng: random centre and loops; ``engine``: threads and deadline.
        possible: whether a path that stands at x when s = NEAR may end in a point of interest; only those are
            followed to the end.
    """
    family = Family(system, rng)

    def draw() -> list[Complexes]:
        # Parameters of very different size reach solutions that ordinary loops hardly ever do.
        sizes = 10.0 ** rng.uniform(-1.5, 1.5, (2, 2))
        return [
            family.coefficients(small * family.random(family.k), large * family.random(family.n))
            for small, large in sizes
        ]

    z, centre, seed = family.seed()
    base = family.coefficients(z, centre)
    direction = family.random(family.n)
    pencil = [family.coefficients(z, centre + k * direction) for k in (1, 2)]

    counted = 0

    def traces(points: Complexes) -> bool:
        """The trace test, after a loop without new points: their sum moves linearly with the centre."""
        nonlocal counted
        before, counted = counted, len(points)
        if engine.interrupted or before < len(points):
            return False
        moved = [points, *(move(family.program, base, shift, points, engine) for shift in pencil)]
        return moves_linearly([part[:, : family.n] for part in moved])

    points, held = populate(family.program, base, seed[None, :], draw, traces, engine, stale=30)
    target = family.at(np.zeros(family.k), rng.standard_normal(family.n))
    rows = [{m: (c, 0j) for m, c in row.items() if c} for row in target]
    start = [
        {m: complex(c) for m, c in zip(names, part, strict=True)}
        for names, part in zip(family.support.rows, _pieces(base, family.support), strict=True)
    ]
    tracking = linear_homotopy(rows, start, family.n + family.k + 1)
    near, lost = _approach(tracking, homogeneous(points), engine)
    x = near[:, : family.n] / near[:, -1:]
    # Only paths that may end in an admissible point are worth an endgame.
    close = np.array([possible(row) for row in x], bool)
    tracked = track_paths(tracking, homogeneous(points)[~lost][close], engine, 1e-8)
    finite = np.isin(tracked.codes, (codes.SUCCESS, codes.SINGULAR))
    ends = tracked.points[finite]
    failed = int(lost.sum()) + int(np.isin(tracked.codes, (*codes.FAILURES, codes.INTERRUPTED)).sum())
    return CriticalPoints(
        points=ends[:, : family.n] / ends[:, -1:],
        trace=held,
        paths=len(points),
        followed=int(close.sum()),
        failed=failed,
        complete=held and failed == 0 and not engine.interrupted,
    )


def moves_linearly(moved: Sequence[Complexes]) -> bool:
    """Whether the sum of the points, given at parameters 0, 1 and 2 of a line, is linear in the parameter.

    >>> a = np.array([[1.0], [5.0]])
    >>> moves_linearly([a, a + [[1], [2]], a + [[2], [4]]])
    True
    """
    bend = np.abs(moved[0].sum(axis=0) - 2 * moved[1].sum(axis=0) + moved[2].sum(axis=0))
    sizes = np.abs(moved[0])
    return bool(
        (bend < _TRACE * sizes.sum(axis=0)).all() and (bend < _TYPICAL * np.median(sizes, axis=0)).all()
    )


def _approach(tracking: Tracking, points: Complexes, engine: Engine) -> tuple[Complexes, np.ndarray]:
    """Points at s = NEAR of all paths that get there, and which do not."""
    lost = np.ones(len(points), bool)
    ends = points.copy()
    for tuning in LEVELS:
        rows = np.flatnonzero(lost)
        if not len(rows) or engine.interrupted:
            break
        batch = engine.run(tracking.program, tracking.table, tuning, codes.STRAIGHT, points[rows], 1.0, NEAR)
        good = batch.codes == codes.SUCCESS
        ends[rows[good]] = batch.points[good]
        lost[rows[good]] = False
    return ends[~lost], lost


def _pieces(vector: Complexes, support: Support) -> list[Complexes]:
    edges = np.cumsum([0, *(len(row) for row in support.rows)])
    return [vector[low:high] for low, high in itertools.pairwise(edges)]
