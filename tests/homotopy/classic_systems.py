"""Test systems with published numbers of solutions, as exact equations."""

from __future__ import annotations

from fractions import Fraction
from math import prod

from polysolv.polynomials.generic_system import GenericSystem


def _system(n: int, equations: list[dict[tuple[int, ...], Fraction | int]]) -> GenericSystem:
    """Equations as mappings from sorted tuples of variable indices (with repetition) to coefficients."""
    polynomials = []
    for equation in equations:
        polynomial: dict[tuple[tuple[int, int], ...], Fraction] = {}
        for word, coefficient in equation.items():
            monomial = tuple((i, word.count(i)) for i in sorted(set(word)))
            polynomial[monomial] = polynomial.get(monomial, Fraction(0)) + Fraction(coefficient)
        polynomials.append({m: c for m, c in polynomial.items() if c})
    return GenericSystem(tuple(f"x{i}" for i in range(n)), tuple(polynomials))


def cyclic(n: int) -> GenericSystem:
    equations: list[dict[tuple[int, ...], Fraction | int]] = []
    for k in range(1, n):
        equations.append({tuple(sorted((i + j) % n for j in range(k))): 1 for i in range(n)})
    return _system(n, [*equations, {tuple(range(n)): 1, (): -1}])


def katsura(n: int) -> GenericSystem:
    equations: list[dict[tuple[int, ...], Fraction | int]] = []
    for m in range(n):
        equation: dict[tuple[int, ...], Fraction | int] = {(m,): -1}
        for k in range(-n, n + 1):
            if abs(m - k) <= n:
                word = tuple(sorted((abs(k), abs(m - k))))
                equation[word] = equation.get(word, 0) + 1
        equations.append(equation)
    linear: dict[tuple[int, ...], Fraction | int] = {(): -1, (0,): 1}
    linear |= {(k,): 2 for k in range(1, n + 1)}
    return _system(n + 1, [*equations, linear])


def noon(n: int) -> GenericSystem:
    return _system(
        n,
        [
            {tuple(sorted((i, j, j))): 1 for j in range(n) if j != i} | {(i,): Fraction(-11, 10), (): 1}
            for i in range(n)
        ],
    )


def eco(n: int) -> GenericSystem:
    equations: list[dict[tuple[int, ...], Fraction | int]] = []
    for k in range(1, n):
        equation: dict[tuple[int, ...], Fraction | int] = {(k - 1, n - 1): 1, (): -k}
        equation |= {(i - 1, i + k - 1, n - 1): 1 for i in range(1, n - k)}
        equations.append(equation)
    return _system(n, [*equations, {(i,): 1 for i in range(n - 1)} | {(): 1}])


def chandra(n: int) -> GenericSystem:
    c = Fraction(51234, 100000)
    equations: list[dict[tuple[int, ...], Fraction | int]] = []
    for i in range(1, n + 1):
        equation: dict[tuple[int, ...], Fraction | int] = {(i - 1,): 2 * n - c, (): -2 * n}
        equation |= {tuple(sorted((i - 1, j - 1))): -c * Fraction(i, i + j) for j in range(1, n)}
        equations.append(equation)
    return _system(n, equations)


def lines_on_cubic() -> GenericSystem:
    """Lines (1, 0, a, b) + u (0, 1, c, d) on a cubic surface with small random integer coefficients."""
    import itertools
    import random

    generator = random.Random(7)
    powers = [e for e in itertools.product(range(4), repeat=4) if sum(e) == 3]
    equations: list[dict[tuple[int, ...], Fraction | int]] = [{} for _ in range(4)]
    for e in powers:
        weight = generator.randint(-9, 9) or 1
        # X = 1, Y = u, Z = a + u c, W = b + u d.
        for i in range(e[2] + 1):
            for j in range(e[3] + 1):
                ways = prod(_choose(n, k) for n, k in ((e[2], i), (e[3], j)))
                word = (0,) * (e[2] - i) + (1,) * (e[3] - j) + (2,) * i + (3,) * j
                row = equations[e[1] + i + j]
                row[word] = row.get(word, 0) + weight * ways
    return _system(4, equations)


def _choose(n: int, k: int) -> int:
    from math import comb

    return comb(n, k)
