"""Newton's method for a target system in fixed-point numbers."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from polysolv.homotopy.precise.fixed_point import Fixed, FixedHomotopy, largest, solve_linear
from polysolv.homotopy.problem import Problem

_LANDINGS = 14  # Newton steps at s = 0
_QUADRATIC = 0.05  # by this or more each correction has to be smaller than the one before


def landed(homotopy: FixedHomotopy, x: list[Fixed]) -> list[Fixed] | None:
    """The zero of the target that Newton's method converges to quadratically from x, if it does.

    The second correction may be nearly as large as the first: errors of rounding point anywhere, and become
    larger ones along directions that the Jacobian hardly sees.
    """
    bits = homotopy.bits
    # Where the Jacobian is small corrections keep fewer digits than numbers have.
    least = largest(x) + (1 << bits) >> bits // 2
    sizes = list[int]()
    for _ in range(_LANDINGS):
        values, matrix, _ = homotopy.evaluate(x, 0)
        solved = solve_linear(matrix, [values], bits)
        if solved is None:
            return None
        x = [(a - p, b - q) for (a, b), (p, q) in zip(x, solved[0], strict=True)]
        sizes.append(largest(solved[0]))
        if sizes[-1] <= least:
            return x if _is_simple(matrix, bits) else None
        quotients = [after / before for before, after in pairwise(sizes[-3:])]
        # Linear convergence is that to a multiple zero.
        if quotients and quotients[-1] > (min(_QUADRATIC, 0.5 * quotients[0]) if len(sizes) > 2 else 1.0):
            return None
    return None


def _is_simple(matrix: list[list[Fixed]], bits: int) -> bool:
    """Whether a Jacobian is far from singular for this many digits.

    On a curve of solutions Newton's method converges quadratically, too, with rounding errors for pivots.
    """
    n = len(matrix)
    probes = [[((i * i + 3 * k + 1) << bits, (i + k) << bits) for i in range(n)] for k in range(2)]
    solved = solve_linear(matrix, probes, bits)
    return solved is not None and all(largest(x) < 1 << bits + bits // 3 for x in solved)


def jacobian_condition(homotopy: FixedHomotopy, x: list[Fixed]) -> float:
    """Return the relative condition number of a zero of the target.

    By so much, at most, relative changes of the coefficients are enlarged in the coordinates, which count
    relative to the largest one (at least 1).
    """
    point = [homotopy.number(z) for z in x]
    largest_one = max(1.0, *map(abs, point))
    _, matrix, _ = homotopy.evaluate(x, 0)
    rows = []
    for row, terms in zip(matrix, homotopy.terms, strict=True):
        size = sum(
            abs(homotopy.number(c)) * math.prod(abs(point[i]) ** e for i, e in monomial)
            for c, _, monomial in terms
        )
        rows.append([homotopy.number(z) * largest_one / max(size, 1e-300) for z in row])
    try:
        return max(1.0, float(np.linalg.norm(np.linalg.inv(np.array(rows)), 2)))
    except np.linalg.LinAlgError:
        return math.inf


def products_of(problem: Problem) -> int:
    """Return about how many products one evaluation takes, with the solution of its linear system."""
    monomials = [dict(monomial) for row in problem.exact for monomial in row]
    powers = sum(max(m.get(i, 0) for m in monomials) for i in range(problem.unknowns))
    return powers + sum(3 * len(m) + 2 for m in monomials) + problem.unknowns**3
