"""Two examples of HomotopyContinuation.jl by monodromy: Steiner's conics and four-bar linkages.

    python benchmarks/homotopy_monodromy.py steiner [--jobs 1] [--seed 0] [--timeout 600]
    python benchmarks/homotopy_monodromy.py four-bar

``steiner``: conics tangent to five given conics, 15 unknowns, 30 parameters, 3264 solutions (Chasles 1864).
``four-bar``: four-bar linkages whose coupler curve passes through nine given points (Alt's problem), 24
unknowns, 16 parameters, 8652 solutions in 1442 orbits of order 6: exchange of the bars, and Roberts' cognates
(Wampler, Morgan and Sommese 1992). Both start from one solution whose parameters are read off, walk loops in
the parameters until three loops in a row find nothing new, and then move all solutions to other random
parameters, with the endgame.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from polysolv import solve
from polysolv.homotopy.compiled import codes
from polysolv.homotopy.compiled.straightline import Complexes, Support, compile_program
from polysolv.homotopy.engine import Engine
from polysolv.homotopy.problem import homogeneous, linear_homotopy
from polysolv.homotopy.starts.monodromy import populate
from polysolv.homotopy.tracker import track_paths

Row = dict[tuple[tuple[int, int], ...], complex]
Images = Callable[[Complexes], Sequence[Complexes]]


@dataclass
class Example:
    """A family of systems that is linear in each of its blocks of parameters.

    ``rows(parameters)`` are the polynomials, ``point`` solves them at ``parameters``, ``images(parameters)``
    is the symmetry, ``known`` the number of orbits in print.
    """

    unknowns: int
    rows: Callable[[Complexes], list[Row]]
    blocks: Sequence[slice]
    parameters: Complexes
    point: Complexes
    images: Callable[[Complexes], Images]
    orbit: int
    known: int


def gaussian(rng: np.random.Generator, *shape: int) -> Complexes:
    return np.asarray(rng.standard_normal(shape) + 1j * rng.standard_normal(shape))


def monomial(*indices: int) -> tuple[tuple[int, int], ...]:
    return tuple((i, indices.count(i)) for i in sorted(set(indices)))


def steiner(rng: np.random.Generator) -> Example:
    """Unknowns: a conic a_0 x² + a_1 xy + a_2 y² + a_3 x + a_4 y + 1 and its points of tangency."""

    def powers(x: int, y: int) -> list[tuple[int, ...]]:
        return [(x, x), (x, y), (y, y), (x,), (y,), ()]

    def slopes(x: int, y: int) -> tuple[list[Row], list[Row]]:
        # Derivatives of the six monomials with respect to x and to y.
        by_x = [{monomial(x): 2.0}, {monomial(y): 1.0}, {}, {(): 1.0}, {}, {}]
        by_y = [{}, {monomial(x): 1.0}, {monomial(y): 2.0}, {}, {(): 1.0}, {}]
        return [dict(row) for row in by_x], [dict(row) for row in by_y]

    def rows(parameters: Complexes) -> list[Row]:
        given = parameters.reshape(5, 6)
        result: list[Row] = []
        for k in range(5):
            x, y = 5 + 2 * k, 6 + 2 * k
            words = powers(x, y)
            result.append(
                {monomial(*([i] if i < 5 else []), *word): 1.0 + 0j for i, word in enumerate(words)}
            )
            result.append({monomial(*word): complex(c) for word, c in zip(words, given[k], strict=True)})
            by_x, by_y = slopes(x, y)
            tangent: Row = {}
            for i in range(5):
                for j in range(6):
                    for sign, left, right in ((1, by_x[i], by_y[j]), (-1, by_y[i], by_x[j])):
                        for m, c in left.items():
                            for n, d in right.items():
                                flat = [index for index, e in (*m, *n) for _ in range(e)]
                                key = monomial(i, *flat)
                                tangent[key] = tangent.get(key, 0j) + sign * c * d * complex(given[k, j])
            result.append(tangent)
        return result

    points = gaussian(rng, 5, 2)
    values = np.array([[x * x, x * y, y * y, x, y, 1.0] for x, y in points])
    conic = np.linalg.solve(values[:, :5], -np.ones(5))
    point = np.concatenate([conic, points.ravel()])
    given = gaussian(rng, 5, 6)
    for k, (x, y) in enumerate(points):
        # Two linear conditions: through the point, and tangent to the conic there.
        a = conic
        fx, fy = 2 * a[0] * x + a[1] * y + a[3], a[1] * x + 2 * a[2] * y + a[4]
        tangent = fx * np.array([0, x, 2 * y, 0, 1, 0]) - fy * np.array([2 * x, y, 0, 1, 0, 0])
        conditions = np.array([values[k], tangent])
        given[k] -= np.linalg.pinv(conditions) @ (conditions @ given[k])
    return Example(15, rows, [slice(0, 30)], given.ravel(), point, lambda _: lambda points: (), 1, 3264)


def four_bar(rng: np.random.Generator) -> Example:
    """Unknowns x, a, y, b, their conjugates, and the rotations of the coupler; parameters: nine points."""

    def rows(parameters: Complexes) -> list[Row]:
        result: list[Row] = []
        for i in range(8):
            d, conjugate = complex(parameters[i]), complex(parameters[8 + i])
            g, h = 8 + i, 16 + i
            for x, a in ((0, 1), (2, 3)):
                result.append(
                    {
                        monomial(x, a + 4, g): 1.0,
                        monomial(x, g): -conjugate,
                        monomial(x + 4, a, h): 1.0,
                        monomial(x + 4, h): -d,
                        monomial(a + 4): d,
                        monomial(x + 4): -d,
                        monomial(a): conjugate,
                        monomial(x): -conjugate,
                        (): -d * conjugate,
                    }
                )
            result.append({monomial(g, h): 1.0, monomial(g): 1.0, monomial(h): 1.0})
        return result

    lengths = gaussian(rng, 8)
    x, a, y, b, cx, ca, cy, cb = lengths
    turn = np.exp(2j * np.pi * rng.random(8)) - 1
    back = -turn / (1 + turn)
    offsets = np.zeros(16, complex)
    for i in range(8):
        # The two equations differ by a linear one; elimination of D leaves a quadratic equation for d.
        def parts(
            x: complex, a: complex, cx: complex, ca: complex, i: int = i
        ) -> tuple[complex, complex, complex]:
            return ca * x * turn[i] + a * cx * back[i], ca - cx - cx * back[i], a - x - x * turn[i]

        c1, p1, q1 = parts(x, a, cx, ca)
        c2, p2, q2 = parts(y, b, cy, cb)
        # D = e + f d from the difference, then c1 + p1 d + q1 D − d D = 0.
        e, f = -(c1 - c2) / (q1 - q2), -(p1 - p2) / (q1 - q2)
        d = np.roots([-f, p1 + q1 * f - e, c1 + q1 * e])[0]
        offsets[i], offsets[8 + i] = d, e + f * d
    point = np.concatenate([lengths, turn, back])

    def images(parameters: Complexes) -> Images:
        def rotations(bars: Complexes) -> Complexes:
            """The rotations that belong to the bars, from two linear equations for each point."""
            x, a, y, b, cx, ca, cy, cb = bars.T[:, :, None]
            d, c = parameters[None, :8], parameters[None, 8:]
            p, q, r = (ca - c) * x, (a - d) * cx, -((ca - cx) * d + (a - x) * c - d * c)
            u, v, w = (cb - c) * y, (b - d) * cy, -((cb - cy) * d + (b - y) * c - d * c)
            with np.errstate(all="ignore"):
                determinant = p * v - q * u
                return np.hstack([bars, (r * v - q * w) / determinant, (p * w - r * u) / determinant])

        def cognate(bars: Complexes) -> Complexes:
            with np.errstate(all="ignore"):
                halves = []
                for x, a, y, b in (bars.T[:4], bars.T[4:]):
                    halves += [(x - a) * y / (x - y), (b * x - a * y) / (x - y), a - x, a]
            return np.array(halves).T

        def all_images(points: Complexes) -> list[Complexes]:
            first = points[:, :8]
            second = cognate(first)
            third = cognate(second)
            exchange = [2, 3, 0, 1, 6, 7, 4, 5]
            bars = [second, third, *(part[:, exchange] for part in (first, second, third))]
            return [np.nan_to_num(rotations(part), nan=1e200) for part in bars]

        return all_images

    return Example(24, rows, [slice(0, 8), slice(8, 16)], offsets, point, images, 6, 1442)


def run(example: Example, rng: np.random.Generator, engine: Engine) -> None:
    names = [tuple(sorted(row)) for row in example.rows(gaussian(rng, len(example.parameters)))]

    def vector(parameters: Complexes) -> Complexes:
        rows = example.rows(parameters)
        return np.array([row[m] for row, part in zip(rows, names, strict=True) for m in part])

    program = compile_program(Support(example.unknowns, tuple(names)))
    base = vector(example.parameters)
    scale = np.abs(example.parameters).mean()

    def loop() -> list[Complexes]:
        # One block moves at a time, as coefficients are linear in each but not in all of them.
        ways, now = [], example.parameters.copy()
        turns = 2 if len(example.blocks) == 1 else 1
        for _ in range(turns):
            for block in example.blocks:
                now = now.copy()
                now[block] = scale * gaussian(rng, len(now[block]))
                ways.append(vector(now))
        for block in example.blocks[:-1]:
            now = now.copy()
            now[block] = example.parameters[block]
            ways.append(vector(now))
        return ways

    started = time.perf_counter()
    loops = 0

    def report(points: Complexes) -> bool:
        nonlocal loops
        loops += 1
        print(
            f"loop {loops}: {len(points)} of {example.known} orbits, {time.perf_counter() - started:.0f} s",
            flush=True,
        )
        return False

    points, _ = populate(
        program, base, example.point[None, :], loop, report, engine, 3, example.images(example.parameters)
    )
    print(
        f"found {len(points)} orbits of {example.orbit}: {example.orbit * len(points)} solutions; "
        f"in print {example.orbit * example.known}; {time.perf_counter() - started:.0f} s"
    )
    if engine.interrupted:
        return
    started = time.perf_counter()
    now = example.parameters
    moved = 0
    for block in example.blocks:
        before, now = now, now.copy()
        now[block] = scale * gaussian(rng, len(now[block]))
        target = [{m: (complex(c), 0j) for m, c in row.items()} for row in example.rows(now)]
        tracking = linear_homotopy(target, example.rows(before), example.unknowns)
        tracked = track_paths(tracking, homogeneous(points), engine, 1e-8)
        moved += len(points)
        good = tracked.codes == codes.SUCCESS
        failed = int(np.isin(tracked.codes, codes.FAILURES).sum())
        points = tracked.points[good, :-1] / tracked.points[good, -1:]
    print(
        f"moved to other parameters: {len(points)} end points, {failed} failed, "
        f"{moved / (time.perf_counter() - started):.0f} paths per second"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("example", choices=["steiner", "four-bar"])
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--timeout", type=float, default=None)
    options = parser.parse_args()
    solve(["x^2 - 1"])  # compiles or loads the tracker
    rng = np.random.default_rng(options.seed)
    example = steiner(rng) if options.example == "steiner" else four_bar(rng)
    deadline = None if options.timeout is None else time.monotonic() + options.timeout
    run(example, rng, Engine(options.jobs, deadline))


if __name__ == "__main__":
    main()
