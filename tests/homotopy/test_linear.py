"""Linear systems, against solutions they were made of and an elimination in fractions."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest

from polysolv import GenericSystem, certify_solutions, solve
from polysolv.homotopy.starts.linear import solve_dependent, solve_exactly


def _rank(rows: list[list[Fraction]]) -> int:
    rows = [list(row) for row in rows]
    rank = 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((i for i in range(rank, len(rows)) if rows[i][column]), None)
        if pivot is None:
            continue
        rows[rank], rows[pivot] = rows[pivot], rows[rank]
        for i in range(rank + 1, len(rows)):
            factor = rows[i][column] / rows[rank][column]
            rows[i] = [a - factor * b for a, b in zip(rows[i], rows[rank], strict=True)]
        rank += 1
    return rank


@pytest.mark.parametrize("digits", [1, 3, 12, 40])
@pytest.mark.parametrize("seed", range(12))
def test_exact_solutions_of_random_matrices(digits: int, seed: int) -> None:
    draw = random.Random(100 * digits + seed)
    n = draw.randint(1, 9)
    top = 10**digits
    matrix = [[draw.randint(-top, top) for _ in range(n)] for _ in range(n)]
    if seed % 3 == 0 and n > 1:  # dependent, on a right-hand side that may contradict
        matrix[-1] = [2 * a - b for a, b in zip(matrix[0], matrix[n // 2], strict=True)]
    right = [draw.randint(-top, top) for _ in range(n)]
    if seed % 6 == 0 and n > 1:
        right[-1] = 2 * right[0] - right[n // 2]
    rank = _rank([[Fraction(a) for a in row] for row in matrix])
    full = _rank([[Fraction(a) for a in (*row, b)] for row, b in zip(matrix, right, strict=True)])
    solution = solve_exactly(matrix, right)
    assert (solution is not None) == (rank == n)
    if solution is None:
        solution = solve_dependent(matrix, right)
        assert (solution is not None) == (rank == full)
    if solution is not None:
        for row, b in zip(matrix, right, strict=True):
            assert sum(a * x for a, x in zip(row, solution, strict=True)) == b


def test_a_dense_system_comes_out_exactly() -> None:
    draw = random.Random(7)
    n = 30
    chosen = [Fraction(draw.randint(-99, 99), draw.randint(1, 9)) for _ in range(n)]
    rows = [[draw.randint(-9, 9) for _ in range(n)] for _ in range(n)]
    equations = tuple(
        {
            **{((j, 1),): Fraction(a) for j, a in enumerate(row) if a},
            (): -sum((a * x for a, x in zip(row, chosen, strict=True)), Fraction(0)) or Fraction(1, 10**9),
        }
        for row in rows
    )
    system = GenericSystem(tuple(f"x{i}" for i in range(n)), equations)
    result = solve(system)
    assert (result.start, len(result), result.nsolutions, result.nreal) == ("linear", 1, 1, 1)
    (path,) = result.solutions
    assert [z.real for z in path.solution] == [float(x) for x in chosen]
    assert (path.steps, path.singular, path.multiplicity) == (0, False, 1)
    assert path.residual < 1e-15
    assert certify_solutions(result).counts["certified"] == 1
    tracked = solve(system, start="total-degree")
    assert tracked.start == "total-degree"
    assert np.allclose(tracked.solutions[0].solution, path.solution, rtol=1e-9)


def test_contradictions_and_dependent_equations_are_said() -> None:
    none = solve(["x + y - 1", "x + y - 2"])
    assert none.counts == {"solutions": 0, "real": 0, "singular": 0, "at_infinity": 1, "failed": 0}
    assert any("contradict" in note for note in none.notes)
    many = solve(["x + y - 1", "2*x + 2*y - 2"])
    assert any("infinitely many" in note for note in many.notes)
    (path,) = many.solutions
    assert path.singular
    assert sum(path.solution) == 1


def test_overdetermined_and_underdetermined_linear_systems() -> None:
    assert solve(["x + y - 1", "x - y", "2*x - 1"]).nsolutions == 1
    assert solve(["x + y - 1", "x - y", "2*x - 3"]).nsolutions == 0
    (path,) = solve(["x + y + z - 1"]).solutions
    assert abs(sum(path.solution) - 1) < 1e-12


@pytest.mark.parametrize(
    ("equations", "expected"),
    [
        (["3*x - 1e40*y", "1e-40*x + y - 1"], (2.5e39, 0.75)),
        (["x - 1e300", "y - x"], (1e300, 1e300)),
        (["1e200*x - 1", "y - 1e100*x"], (1e-200, 1e-100)),
        (["x", "y"], (0.0, 0.0)),
    ],
)
def test_coordinates_of_any_size(equations: list[str], expected: tuple[float, ...]) -> None:
    (path,) = solve(equations).solutions
    assert tuple(z.real for z in path.solution) == expected
    assert path.real
    assert not path.singular
    assert path.condition < 100
