"""Newton's method on many points at once: batched NumPy against the compiled kernel, one core, same run.

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python benchmarks/homotopy_batched_numpy.py [--points 1024]

For each system both take three Newton steps from the same points, the solutions plus relative noise of 1e-6.
The kernel takes point after point, with the functions that the tracker uses; NumPy evaluates all monomials of
all points at once and solves all linear systems with one call of numpy.linalg.solve.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path

import numba
import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "homotopy"))

import classic_systems as classic

from polysolv import solve
from polysolv.homotopy.compiled import kernel_algebra, kernel_steps
from polysolv.homotopy.compiled.codes import LINEAR
from polysolv.homotopy.compiled.straightline import Complexes, Program, Support, compile_program
from polysolv.homotopy.compiled.workspace import AT_RE, END_FLOOR, WEIGHT, B, workspace
from polysolv.polynomials.generic_system import GenericSystem

STEPS = 3


@numba.njit(error_model="numpy")
def compiled_newton(p, h, w, points):  # type: ignore[no-untyped-def]
    """Newton steps for one row of ``points`` after another, in place."""
    w.state[END_FLOOR] = kernel_steps.ZERO
    w.state[AT_RE] = np.nan
    for q in range(points.shape[0]):
        x = points[q]
        for _ in range(STEPS):
            kernel_steps.residual(p, h, w, x, 0.0j)
            kernel_algebra.weights(x, kernel_steps.ZERO, w.r[WEIGHT])
            kernel_algebra.jacobian(p, w)
            kernel_algebra.factor(w)
            kernel_algebra.solve_factored(w, w.z[B])
            for i in range(x.size):
                x[i] -= w.z[B, i] * w.r[WEIGHT, i]


def newton(program: Program, coefficients: Complexes, points: Complexes) -> Complexes:
    """Newton steps for all rows of ``points`` at once."""
    n = program.unknowns
    rows = np.repeat(np.arange(n), np.diff(program.term_start).astype(np.int64))
    entries = np.repeat(np.arange(program.entry.shape[1] - 1), np.diff(program.entry[2]).astype(np.int64))
    for _ in range(STEPS):
        nodes = np.empty((program.link.shape[1], len(points)), np.complex128)
        nodes[0] = 1.0
        nodes[1 : n + 1] = points.T
        for k in range(n + 1, program.link.shape[1]):
            nodes[k] = nodes[program.link[0, k]] * nodes[program.link[1, k]]
        values = np.zeros((n, len(points)), np.complex128)
        np.add.at(values, rows, coefficients[:, None] * nodes[program.term_node])
        jacobian = np.zeros((len(points), n, n), np.complex128)
        summands = (program.summand[2] * coefficients[program.summand[0]])[:, None] * nodes[
            program.summand[1]
        ]
        sums = np.zeros((program.entry.shape[1] - 1, len(points)), np.complex128)
        np.add.at(sums, entries, summands)
        jacobian[:, program.entry[0, :-1], program.entry[1, :-1]] = sums.T
        points = points - np.linalg.solve(jacobian, values.T[:, :, None])[:, :, 0]
    return points


def compare(name: str, system: GenericSystem, count: int) -> None:
    n = len(system.unknowns)
    support = Support(n, tuple(tuple(sorted(polynomial)) for polynomial in system.equations))
    program = compile_program(support)
    flat = [
        float(polynomial[m])
        for polynomial, row in zip(system.equations, support.rows, strict=True)
        for m in row
    ]
    coefficients = np.array(flat, np.complex128)
    zero = np.zeros_like(coefficients)
    homotopy = kernel_algebra.Homotopy(LINEAR, np.array([coefficients, zero, zero]), np.zeros(len(flat)))
    scratch = workspace(program, len(flat))
    exact = np.array([path.solution for path in solve(system).solutions])
    rng = np.random.default_rng(0)
    points = exact[np.arange(count) % len(exact)] * (1 + 1e-6 * rng.standard_normal((count, n)))
    mine, theirs = [], []
    compiled_newton(program, homotopy, scratch, points[:1].copy())
    first = refined = points
    for _ in range(5):
        first = points.copy()
        started = time.perf_counter()
        compiled_newton(program, homotopy, scratch, first)
        mine.append(time.perf_counter() - started)
        started = time.perf_counter()
        refined = newton(program, coefficients, points)
        theirs.append(time.perf_counter() - started)
    gap = float(np.abs(refined - first).max())
    a, b = statistics.median(mine), statistics.median(theirs)
    print(f"{name:<11} {count:>6} {1e3 * a:>10.2f} {1e3 * b:>10.2f} {b / a:>7.1f} {gap:>9.1e}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--points", type=int, default=1024)
    options = parser.parse_args()
    print(f"{'system':<11} {'points':>6} {'kernel ms':>10} {'NumPy ms':>10} {'ratio':>7} {'largest gap':>9}")
    for name, system in (
        ("cyclic-6", classic.cyclic(6)),
        ("katsura-8", classic.katsura(8)),
        ("noon-5", classic.noon(5)),
    ):
        compare(name, system, options.points)


if __name__ == "__main__":
    main()
