from __future__ import annotations

from collections.abc import Callable

import classic_systems as classic
import mpmath
import numpy as np
import pytest

from polysolv import GenericSystem, SolveResult, solve

SMALL: list[tuple[str, Callable[[], GenericSystem], int, int]] = [
    ("cyclic-5", lambda: classic.cyclic(5), 70, 10),
    ("cyclic-6", lambda: classic.cyclic(6), 156, 24),
    ("katsura-6", lambda: classic.katsura(6), 64, 32),
    ("noon-5", lambda: classic.noon(5), 233, 11),
    ("eco-8", lambda: classic.eco(8), 64, 8),
]
LARGE: list[tuple[str, Callable[[], GenericSystem], int, int]] = [
    ("cyclic-7", lambda: classic.cyclic(7), 924, 56),
    ("katsura-8", lambda: classic.katsura(8), 256, 84),
    ("katsura-10", lambda: classic.katsura(10), 1024, 216),
    ("chandra-8", lambda: classic.chandra(8), 128, 128),
]


def assert_all_found(result: SolveResult, solutions: int, real: int) -> None:
    assert result.nsolutions == solutions
    assert result.nreal == real
    assert result.nsingular == 0
    assert result.nfailed == 0


@pytest.mark.parametrize(("name", "build", "solutions", "real"), SMALL)
def test_published_counts(name: str, build: Callable[[], GenericSystem], solutions: int, real: int) -> None:
    assert_all_found(solve(build(), seed=11), solutions, real)


def test_total_degree_agrees_with_polyhedral_on_cyclic_5() -> None:
    system = classic.cyclic(5)
    by_degree = solve(system, start="total-degree", seed=1)
    by_cells = solve(system, start="polyhedral", seed=2)
    assert len(by_degree) == 120
    assert by_degree.nat_infinity == 50
    assert len(by_cells) == 70
    a = np.array([path.solution for path in by_degree.solutions])
    b = np.array([path.solution for path in by_cells.solutions])
    gaps = np.abs(a[:, None, :] - b[None, :, :]).max(axis=2)
    assert gaps.min(axis=0).max() < 1e-10
    assert gaps.min(axis=1).max() < 1e-10


def test_27_lines() -> None:
    result = solve(classic.lines_on_cubic(), seed=3)
    assert (result.nsolutions, result.nsingular, result.nfailed) == (27, 0, 0)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize(("name", "build", "solutions", "real"), SMALL + LARGE)
def test_ten_seeds(
    name: str, build: Callable[[], GenericSystem], solutions: int, real: int, seed: int
) -> None:
    assert_all_found(solve(build(), seed=seed), solutions, real)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_27_lines_with_ten_seeds(seed: int) -> None:
    result = solve(classic.lines_on_cubic(), seed=seed)
    assert (result.nsolutions, result.nfailed) == (27, 0)


def newton_at_50_digits(system: GenericSystem, start: tuple[complex, ...]) -> tuple[float, float]:
    """Distance moved by, and residual after, Newton's method at 50 digits."""
    with mpmath.workdps(60):
        coefficients = [
            {m: mpmath.mpf(c.numerator) / c.denominator for m, c in polynomial.items()}
            for polynomial in system.equations
        ]

        def evaluate(point: list[mpmath.mpc]) -> tuple[mpmath.matrix, mpmath.matrix]:
            n = len(point)
            values, slopes = mpmath.matrix(n, 1), mpmath.matrix(n, n)
            for row, polynomial in enumerate(coefficients):
                for monomial, c in polynomial.items():
                    term = c
                    for i, e in monomial:
                        term *= point[i] ** e
                    values[row] += term
                    for i, e in monomial:
                        part = c * e
                        for k, f in monomial:
                            part *= point[k] ** (f - (k == i))
                        slopes[row, i] += part
            return values, slopes

        point = [mpmath.mpc(z) for z in start]
        for _ in range(3):
            values, slopes = evaluate(point)
            step = mpmath.lu_solve(slopes, values)
            point = [z - d for z, d in zip(point, step, strict=True)]
        values, _ = evaluate(point)
        moved = max(abs(z - mpmath.mpc(w)) for z, w in zip(point, start, strict=True))
        return float(moved), float(max(abs(v) for v in values))


@pytest.mark.parametrize(
    "build", [lambda: classic.cyclic(5), lambda: classic.noon(3), lambda: classic.katsura(4)]
)
def test_every_solution_substituted_back_at_50_digits(build: Callable[[], GenericSystem]) -> None:
    system = build()
    for path in solve(system).solutions:
        size = max(1.0, *(abs(z) for z in path.solution))
        moved, residual = newton_at_50_digits(system, path.solution)
        assert moved < 1e-13 * size
        assert residual < 1e-45 * size**5
