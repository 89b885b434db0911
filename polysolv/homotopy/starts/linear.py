"""Linear systems: one exact solution over the rationals instead of a path."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np

from polysolv.homotopy.compiled import codes
from polysolv.homotopy.compiled.straightline import Complexes, Floats
from polysolv.homotopy.engine import Engine
from polysolv.homotopy.problem import Problem
from polysolv.homotopy.tracker import Tracked

Exact = list[Fraction]
Matrix = list[list[int]]

_PRIMES = (2147483647, 2147483629, 2147483587)  # products of two residues fit into 64 bits
_CONTRADICTION = "the equations are linear and contradict each other: there are no solutions"
_DEPENDENT = "the equations are linear and depend on each other: one of infinitely many solutions is listed"


def solve_linear(problem: Problem, engine: Engine) -> tuple[Tracked, Floats, tuple[str, ...]] | None:
    """Return the solution of a problem of degree 1 as a path that needed no step.

    Of infinitely many solutions one is taken.

    Returns:
        the path, base-2 logarithms of the units of its coordinates, and notes; ``None`` for other problems,
        and at the engine's deadline.
    """
    if any(degree != 1 for degree in problem.degrees):
        return None
    matrix, right = _integer_system(problem)
    code = codes.SUCCESS
    notes: tuple[str, ...] = ()
    solution = solve_exactly(matrix, right, engine)
    if solution is None and not engine.is_over():
        solution = solve_dependent(matrix, right, engine)
        code = codes.AT_INFINITY if solution is None else codes.SINGULAR
        notes = (_CONTRADICTION if solution is None else _DEPENDENT,)
    if engine.is_over():
        return None
    n = problem.unknowns
    units = np.zeros((1, n))
    projective, facts = np.zeros((1, n + 1), np.complex128), np.zeros((1, codes.FACTS))
    facts[0, codes.WINDING] = 1
    if solution is not None:
        # In units of their own all coordinates are doubles, whatever their size.
        real, imaginary = solution[:n], solution[n:] or [Fraction(0)] * n
        for i, (x, y) in enumerate(zip(real, imaginary, strict=True)):
            power = max(_exponent(x), _exponent(y)) if x or y else 0
            units[0, i] = power
            projective[0, i] = complex(float(x / Fraction(2) ** power), float(y / Fraction(2) ** power))
        projective[0, n] = 1.0
        facts[0, codes.CONDITION], facts[0, codes.BACKWARD_ERROR] = _quality(
            problem, projective[0, :n], units[0]
        )
    tracked = Tracked(projective, projective.copy(), np.array([code]), facts, np.zeros(1, np.int64))
    tracked.precise[:] = code == codes.SUCCESS
    return tracked, units + np.array(problem.scaling.unknowns, np.float64), notes


def solve_exactly(matrix: Matrix, right: list[int], engine: Engine | None = None) -> Exact | None:
    """Return x with matrix·x = right, checked in integers.

    ``None`` if the matrix is singular modulo three primes, and at the engine's deadline.

    Mathematics: p-adic lifting, then rational reconstruction: J. D. Dixon, "Exact solution of linear
    equations using p-adic expansions", Numerische Mathematik 40 (1982).

    >>> solve_exactly([[2, 1], [1, 3]], [1, 1])
    [Fraction(2, 5), Fraction(1, 5)]
    """
    n = len(matrix)
    for prime in _PRIMES:
        inverse = _inverse_modulo(matrix, prime, engine)
        if inverse is not None:
            break
        if engine is not None and engine.is_over():
            return None
    else:
        return None
    largest = max(max(map(abs, row)) for row in matrix)
    small = largest * n < 1 << 31 and max(map(abs, right)) < 1 << 62
    kind: Any = np.int64 if small else object
    exact, rest = np.array(matrix, kind), np.array(right, kind)
    digits = np.zeros(n, object)
    power, steps, next_trial = 1, 0, 2
    while engine is None or not engine.is_over():
        digit = (inverse * (rest % prime).astype(np.int64)[None, :] % prime).sum(axis=1) % prime
        rest = (rest - exact @ digit.astype(kind)) // prime
        digits += digit.astype(object) * power
        power *= prime
        steps += 1
        if steps == next_trial:
            next_trial = steps + max(2, steps // 3)
            solution = _reconstructed(digits, power)
            if solution is not None and _holds(matrix, right, solution):
                return solution
    return None


def solve_dependent(matrix: Matrix, right: list[int], engine: Engine | None = None) -> Exact | None:
    """Return some x with matrix·x = right for a singular matrix, checked in integers; ``None`` without any.

    The rank is taken modulo a prime: it could only come out too small, and with it some x as none.

    >>> solve_dependent([[1, 1], [2, 2]], [3, 6])
    [Fraction(2, 1), Fraction(1, 1)]
    >>> solve_dependent([[1, 1], [2, 2]], [3, 5]) is None
    True
    """
    rows, columns = _pivots(matrix, _PRIMES[0])
    free = [j for j in range(len(matrix)) if j not in columns]
    values = {j: Fraction(k + 1) for k, j in enumerate(free)}
    minor = [[matrix[i][j] for j in columns] for i in rows]
    rest = [right[i] - sum(matrix[i][j] * int(value) for j, value in values.items()) for i in rows]
    solved = solve_exactly(minor, rest, engine) if rows else []
    if solved is None:
        return None
    values |= dict(zip(columns, solved, strict=True))
    solution = [values[j] for j in range(len(matrix))]
    return solution if _holds(matrix, right, solution) else None


def _integer_system(problem: Problem) -> tuple[Matrix, list[int]]:
    """Integers A and b with A·x = b, real and imaginary parts one after the other where some are not real."""
    doubled = any(im for row in problem.exact for _, im in row.values())
    n = problem.unknowns
    size = 2 * n if doubled else n
    matrix, right = [[0] * size for _ in range(size)], [0] * size
    for i, row in enumerate(problem.exact):
        scale = math.lcm(*(part.denominator for pair in row.values() for part in pair))
        for monomial, pair in row.items():
            re, im = (part.numerator * (scale // part.denominator) for part in pair)
            if not monomial:
                right[i] = -re
                if doubled:
                    right[n + i] = -im
                continue
            j = monomial[0][0]
            matrix[i][j] = re
            if doubled:
                matrix[n + i][n + j] = re
                matrix[i][n + j], matrix[n + i][j] = -im, im
    return matrix, right


def _inverse_modulo(matrix: Matrix, prime: int, engine: Engine | None) -> np.ndarray | None:
    """The inverse modulo a prime below 2^31, by Gauss and Jordan; ``None`` without one, or if time is up."""
    n = len(matrix)
    table = np.zeros((n, 2 * n), np.int64)
    table[:, :n] = [[value % prime for value in row] for row in matrix]
    table[:, n:] = np.eye(n, dtype=np.int64)
    for k in range(n):
        if engine is not None and engine.is_over():
            return None
        candidates = np.flatnonzero(table[k:, k])
        if not len(candidates):
            return None
        table[[k, k + candidates[0]]] = table[[k + candidates[0], k]]
        _clear_column(table, k, k, prime)
    return table[:, n:]


def _pivots(matrix: Matrix, prime: int) -> tuple[list[int], list[int]]:
    """Rows and columns of a largest regular minor modulo a prime."""
    table = np.array([[value % prime for value in row] for row in matrix], np.int64)
    rows: list[int] = []
    columns: list[int] = []
    for j in range(len(matrix)):
        candidates = [i for i in np.flatnonzero(table[:, j]).tolist() if i not in rows]
        if candidates:
            _clear_column(table, candidates[0], j, prime)
            rows.append(candidates[0])
            columns.append(j)
    return rows, columns


def _clear_column(table: np.ndarray, row: int, column: int, prime: int) -> None:
    """Make a column zero but for a 1 in the given row, in place."""
    table[row] = table[row] * pow(int(table[row, column]), -1, prime) % prime
    factors = table[:, column].copy()
    factors[row] = 0
    block = np.ix_(np.flatnonzero(factors), np.flatnonzero(table[row]))
    table[block] = (table[block] - factors[block[0]] * table[row, block[1]] % prime) % prime


def _reconstructed(digits: np.ndarray, power: int) -> Exact | None:
    """Rational numbers with small numerators and one small denominator that agree modulo ``power``."""
    bound = math.isqrt(power // 2)
    denominator = 1
    result = []
    for value in digits.tolist():
        residue = value * denominator % power
        # Euclid's algorithm, stopped half-way (Wang 1981).
        a, b, u, v = power, residue, 0, 1
        if power - residue <= bound:
            b = residue - power
        while b > bound:
            quotient = a // b
            a, b, u, v = b, a - quotient * b, v, u - quotient * v
        if v < 0:
            b, v = -b, -v
        denominator *= v
        if denominator > bound:
            return None
        result.append(Fraction(b, denominator))
    return result


def _holds(matrix: Matrix, right: list[int], solution: Exact) -> bool:
    common = math.lcm(*(z.denominator for z in solution))
    numerators = [z.numerator * (common // z.denominator) for z in solution]
    return all(
        sum(a * z for a, z in zip(row, numerators, strict=True) if a) == b * common
        for row, b in zip(matrix, right, strict=True)
    )


def _exponent(value: Fraction) -> int:
    """An integer about log2|value|; very small for zero."""
    return value.numerator.bit_length() - value.denominator.bit_length() if value else -(10**9)


def _quality(problem: Problem, point: Complexes, units: Floats) -> tuple[float, float]:
    """The condition number and the backward error, in units of the coordinates and of an equation's terms.

    Args:
        problem: of degree 1.
        point: the solution in the given units, whose base-2 logarithms are ``units``.
    """
    n = problem.unknowns
    parts = np.zeros((2, n, n + 1))
    for i, row in enumerate(problem.exact):
        for monomial, pair in row.items():
            parts[:, i, monomial[0][0] if monomial else n] = [float(part) for part in pair]
    # Units may be beyond the range of doubles; only their ratios within an equation matter.
    mantissas, powers = np.frexp(parts)
    powers = np.where(mantissas == 0, -(10**6), powers + np.append(units, 0.0).astype(np.int64))
    scaled = np.ldexp(mantissas, np.maximum(powers - powers.max(axis=(0, 2))[:, None], -2000))
    terms = scaled[0] + 1j * scaled[1]
    sizes = np.append(np.where(point == 0, 1.0, np.abs(point)), 1.0)
    total = (np.abs(terms) * sizes).sum(axis=1)
    matrix = terms[:, :n] * sizes[:n] / total[:, None]
    try:
        condition = float(np.abs(np.linalg.inv(matrix)).sum(axis=1).max())
    except np.linalg.LinAlgError:
        condition = math.inf
    return condition, float((np.abs(terms @ np.append(point, 1.0)) / total).max())
