"""Monodromy: loops in the space of parameters find solutions until the trace test says all are there.

Duff, Hill, Jensen, Lee, Leykin and Sommars (2019) for the loops; Leykin, Rodriguez and Sottile, "Trace
test" (2018).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import numpy as np

from polysolv.homotopy.closeness import coincident
from polysolv.homotopy.compiled import codes
from polysolv.homotopy.compiled.straightline import Complexes, Program, Support, compile_program
from polysolv.homotopy.compiled.tuning import LEVELS
from polysolv.homotopy.engine import Engine
from polysolv.homotopy.problem import Coefficients, homogeneous, linear_homotopy
from polysolv.homotopy.tracker import track_paths
from polysolv.polynomials.polynomial import Monomial

MAX_LOOPS = 60
# For a start system: the roots of x^n = c are often only turned by one place, or not at all.
_MAX_LOOPS, _STALE = 400, 30
_TRACE = 1e-9  # of the sum of moduli, in every coordinate; one missing point can bend the sum by 1e-6 of it


def move(
    program: Program, start: Complexes, target: Complexes, points: Complexes, engine: Engine
) -> Complexes:
    """Track points on the segment from ``start`` to ``target``; lost paths become rows of nan."""
    table = np.array([target, np.zeros_like(target), start])
    batch = engine.run(program, table, LEVELS[0], codes.STRAIGHT, points)
    lost = batch.codes != codes.SUCCESS
    if lost.any():
        again = engine.run(program, table, LEVELS[1], codes.STRAIGHT, points[lost])
        again.points[again.codes != codes.SUCCESS] = np.nan
        batch.points[lost] = again.points
    return batch.points


def populate(
    program: Program,
    base: Complexes,
    seeds: Complexes,
    draw: Callable[[], Sequence[Complexes]],
    enough: Callable[[Complexes], bool],
    engine: Engine,
    stale: int = 5,
    images: Callable[[Complexes], Sequence[Complexes]] = lambda points: (),
    max_loops: int = MAX_LOOPS,
) -> tuple[Complexes, bool]:
    """Collect solutions at the parameters ``base`` by loops base → p → q → … → base.

    Args:
        program: affine system; ``base``: its coefficients; ``seeds``: known solutions, one a row.
        draw: returns the coefficients at the random parameters p, q, … of one loop.
        enough: whether a set of solutions is complete; asked after each loop.
        stale: loops without a new solution after which it gives up.
        images: the other solutions in the orbit of each point, where the system has a symmetry; an array for
            each, with a row for each point. Only one solution of each orbit is then tracked.
        max_loops: loops after which it gives up in any case.

    Returns:
        the solutions, one of each orbit, and whether ``enough`` said yes.
    """
    known = seeds
    idle = 0
    for _ in range(max_loops):
        if engine.interrupted:
            break
        ends = known
        for start, target in itertools.pairwise((base, *draw(), base)):
            ends = move(program, start, target, ends, engine)
            ends = ends[np.isfinite(ends).all(axis=1)]
        fresh = _distinct(np.vstack([known, ends]), images)
        idle = idle + 1 if len(fresh) == len(known) else 0
        known = fresh
        if (idle or len(known) > 1) and enough(known):
            return known, True
        if idle >= stale:
            break
    return known, False


def _distinct(points: Complexes, images: Callable[[Complexes], Sequence[Complexes]]) -> Complexes:
    """The first point of each orbit."""
    count = len(points)
    orbits = np.vstack([points, *images(points)])
    doubles = set()
    for group in coincident(homogeneous(orbits), 1e-9):
        doubles.update(sorted({i % count for i in group})[1:])
    return np.delete(points, sorted(doubles), axis=0)


def solve_generic(
    supports: Sequence[Sequence[Monomial]], unknowns: int, rng: np.random.Generator, engine: Engine
) -> tuple[list[Coefficients], Complexes, bool]:
    """Solve a system with random coefficients on the given supports, by monodromy on a curve through it.

    The curve is F(x; c + t·e) = 0; it is cut with a generic bilinear form g(x, t) and the cut is complete
    when the points' sum moves linearly with g's constant. Then g moves to t, and the points with t = 0 are
    the solutions.

    Returns:
        polynomials, solutions (affine, one a row), and whether the trace test held.
    """
    rows: list[tuple[Monomial, ...]] = []
    coefficients: list[complex] = []
    seed = np.exp(2j * np.pi * rng.random(unknowns))
    time = ((unknowns, 1),)
    polynomials: list[Coefficients] = []
    for support in supports:
        monomials = tuple(sorted({*support, ()}))
        chosen = _random(rng, len(monomials))
        values = np.array([np.prod([seed[i] ** e for i, e in m]) if m else 1.0 for m in monomials])
        chosen[0] -= (chosen @ values) / values[0]
        rows.append((*monomials, *((*m, *time) for m in monomials)))
        coefficients += [*chosen, *_random(rng, len(monomials))]
        polynomials.append({m: complex(c) for m, c in zip(monomials, chosen, strict=True)})
    linear: list[Monomial] = [(), *(((i, 1),) for i in range(unknowns))]
    rows.append((*linear, *((*m, *time) for m in linear)))
    size = 2 * len(linear)
    head = np.array(coefficients)

    def cut() -> Complexes:
        return np.concatenate([head, _random(rng, size)])

    def loop() -> list[Complexes]:
        return [cut(), cut()]

    base = cut()
    constant = len(head)
    base[constant] -= base[constant] + base[constant + 1 : constant + 1 + unknowns] @ seed
    with engine.breakable():
        program = compile_program(Support(unknowns + 1, tuple(rows)))
    shifts = [base.copy(), base.copy()]
    step = complex(_random(rng, 1)[0])
    shifts[0][constant] += step
    shifts[1][constant] += 2 * step

    def complete(points: Complexes) -> bool:
        moved = [points, *(move(program, base, shift, points, engine) for shift in shifts)]
        sums = [part.sum(axis=0) for part in moved]
        bend = np.abs(sums[0] - 2 * sums[1] + sums[2])
        return bool((bend < _TRACE * np.maximum(np.abs(points).sum(axis=0), 1e-3)).all())

    start = np.append(seed, 0.0)[None, :]
    points, held = populate(program, base, start, loop, complete, engine, _STALE, max_loops=_MAX_LOOPS)
    target = [{m: (c, 0j) for m, c in zip(row, part, strict=True)} for row, part in _split(rows, base)]
    begin = [{m: c[0] for m, c in row.items()} for row in target]
    target[-1] = {time: (1.0 + 0j, 0j)}
    tracked = track_paths(linear_homotopy(target, begin, unknowns + 1), homogeneous(points), engine, 1e-8)
    finite = tracked.points[tracked.codes == codes.SUCCESS]
    affine = finite[:, :-1] / finite[:, -1:]
    return polynomials, affine[np.abs(affine[:, -1]) < 1e-8, :-1], held


def _split(
    rows: Sequence[tuple[Monomial, ...]], coefficients: Complexes
) -> list[tuple[tuple[Monomial, ...], list[complex]]]:
    result, low = [], 0
    for row in rows:
        result.append((row, [complex(c) for c in coefficients[low : low + len(row)]]))
        low += len(row)
    return result


def _random(rng: np.random.Generator, count: int) -> Complexes:
    return np.asarray(rng.standard_normal(count) + 1j * rng.standard_normal(count))
