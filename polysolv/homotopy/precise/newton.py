"""Newton's method for a target system in fixed-point numbers."""

from __future__ import annotations

import math

import numpy as np

from polysolv.homotopy.precise.fixed_point import Fixed, FixedHomotopy, largest, solve_linear

_LANDINGS = 14  # Newton steps at s = 0
_QUADRATIC = 0.05  # by this or more each correction has to be smaller than the one before


def landed(homotopy: FixedHomotopy, x: list[Fixed]) -> list[Fixed] | None:
    """The zero of the target that Newton's method converges to quadratically from x, if it does."""
    bits = homotopy.bits
    # Where the Jacobian is small corrections keep fewer digits than numbers have.
    least = largest(x) + (1 << bits) >> bits // 2
    previous = None
    ratio = 1.0
    for _ in range(_LANDINGS):
        values, matrix, _ = homotopy.evaluate(x, 0)
        solved = solve_linear(matrix, [values], bits)
        if solved is None:
            return None
        x = [(a - p, b - q) for (a, b), (p, q) in zip(x, solved[0], strict=True)]
        size = largest(solved[0])
        if size <= least:
            return x if _is_simple(matrix, bits) else None
        if previous is not None:
            quotient = size / previous
            # Linear convergence is that to a multiple zero.
            if quotient > min(_QUADRATIC, 0.5 * ratio):
                return None
            ratio = quotient
        previous = size
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
