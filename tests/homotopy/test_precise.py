"""End points that doubles cannot tell apart, against roots that are known because the equations were made of them."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polysolv import SolveResult, solve
from polysolv.homotopy.precise.fixed_point import FixedHomotopy, solve_linear, times
from polysolv.homotopy.precise.newton import landed


def multiplicities(result: SolveResult) -> list[int]:
    return sorted(path.multiplicity for path in result.solutions)


@pytest.mark.parametrize(
    ("power", "seed"),
    [(9, 1), (12, 2), *(pytest.param(*c, marks=pytest.mark.slow) for c in ((9, 2), (12, 1)))],
)
def test_high_powers_of_a_linear_factor(power: int, seed: int) -> None:
    result = solve([f"(x - 1)^{power}*(x + 2)"], start="total-degree", seed=seed)
    assert (multiplicities(result), result.nfailed) == ([1, power], 0)
    assert (result.nreal, result.nsingular) == (2, 1)
    for path in result.solutions:
        assert min(abs(path.solution[0] - 1), abs(path.solution[0] + 2)) < 1e-7


@pytest.mark.parametrize("gap", ["1e-5", "1e-6", "1e-7"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_double_root_next_to_a_simple_one(gap: str, seed: int) -> None:
    """In doubles three paths wind about one point."""
    result = solve([f"(x - 1)^2*(x - 1 - {gap})"], seed=seed)
    assert multiplicities(result) == [1, 2]
    assert (result.nreal, result.nsingular, result.nfailed) == (2, 1, 0)
    by_multiplicity = {path.multiplicity: path for path in result.solutions}
    assert abs(by_multiplicity[1].solution[0] - 1 - float(gap)) < 1e-14
    assert not by_multiplicity[1].singular
    assert abs(by_multiplicity[2].solution[0] - 1) < 1e-10


def check_clusters(roots: list[tuple[int, int]], digits: int, seed: int) -> None:
    """Roots r of multiplicity m, each with a simple root at a distance of 10^-digits."""
    gap = Fraction(1, 10**digits)
    factors = [f"(x - ({r}))^{m}*(x - ({r + gap}))" for r, m in roots]
    result = solve(["*".join(factors)], seed=seed)
    expected = sorted([m for _, m in roots] + [1] * len(roots))
    assert (multiplicities(result), result.nfailed) == (expected, 0)
    assert result.nreal == 2 * len(roots)


clusters = given(
    st.lists(
        st.tuples(st.integers(-3, 3), st.integers(1, 4)), min_size=1, max_size=2, unique_by=lambda r: r[0]
    ),
    st.integers(2, 6),
    st.integers(0, 1000),
)


@settings(max_examples=8, deadline=None)
@clusters
def test_clusters_of_known_roots(roots: list[tuple[int, int]], digits: int, seed: int) -> None:
    check_clusters(roots, digits, seed)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@clusters
def test_many_clusters_of_known_roots(roots: list[tuple[int, int]], digits: int, seed: int) -> None:
    check_clusters(roots, digits, seed)


def test_multiple_solutions_keep_their_multiplicity() -> None:
    """Two equations with cycles of different lengths at one point: 11 = dim of the local ring (Sturmfels 2002)."""
    result = solve(["x^3 - y*z", "y^3 - x*z", "z^3 - x*y"], seed=1)
    assert multiplicities(result) == [1] * 16 + [11]
    result = solve(["x^2 + y + z - 1", "x + y^2 + z - 1", "x + y + z^2 - 1"], seed=1)
    assert multiplicities(result) == [1, 1, 2, 2, 2]


@pytest.mark.parametrize("power", [2, pytest.param(3, marks=pytest.mark.slow)])
def test_a_curve_of_solutions_is_not_taken_for_simple_ones(power: int) -> None:
    """Newton's method converges quadratically to a curve, too."""
    result = solve([f"(x^2 + y^2 - 1)*(x - 2)^{power}", f"(x^2 + y^2 - 1)*(y - 3)^{power}"], seed=1)
    isolated = [path for path in result.solutions if abs(path.solution[0] - 2) < 1e-3]
    assert [path.multiplicity for path in isolated] == [power**2]
    assert all(path.singular for path in result.solutions)


def test_a_time_limit_ends_the_work() -> None:
    result = solve(["(x - 1)^12"], start="total-degree", seed=1, timeout=0.2)
    assert len(result) == 12


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.integers(-9, 9), min_size=4, max_size=4), st.lists(st.integers(-9, 9), min_size=2, max_size=2)
)
def test_linear_systems_in_fixed_point(entries: list[int], right: list[int]) -> None:
    bits = 60
    a, b, c, d = entries
    determinant = a * d - b * c
    matrix = [[(a << bits, 0), (b << bits, 0)], [(c << bits, 0), (d << bits, 0)]]
    solved = solve_linear(matrix, [[(v << bits, 0) for v in right]], bits)
    if determinant == 0:
        return
    assert solved is not None
    exact = [
        Fraction(d * right[0] - b * right[1], determinant),
        Fraction(a * right[1] - c * right[0], determinant),
    ]
    for found, true in zip(solved[0], exact, strict=True):
        assert abs(Fraction(found[0], 1 << bits) - true) < Fraction(1, 1 << bits - 20)
        assert abs(found[1]) < 1 << 20


def test_a_homotopy_in_fixed_point_agrees_with_fractions() -> None:
    target = [{((0, 2), (1, 1)): (Fraction(3), Fraction(-1)), (): (Fraction(1, 7), Fraction(0))}]
    target.append({((1, 3),): (Fraction(-2), Fraction(0)), ((0, 1),): (Fraction(5, 3), Fraction(1))})
    start = [{((0, 3),): 0.5 + 0.25j, (): -1j}, {((1, 3),): 1 + 0j, (): 0.125 + 0j}]
    bits = 200
    homotopy = FixedHomotopy.of(target, start, bits)
    x, s = [complex(0.75, -0.5), complex(-0.25, 1.5)], 0.375
    values, matrix, change = homotopy.evaluate([homotopy.fixed(z) for z in x], int(s * (1 << bits)))

    def at(x: list[complex], s: float) -> list[complex]:
        f = [(3 - 1j) * x[0] ** 2 * x[1] + 1 / 7, -2 * x[1] ** 3 + (5 / 3 + 1j) * x[0]]
        g = [(0.5 + 0.25j) * x[0] ** 3 - 1j, x[1] ** 3 + 0.125]
        return [s * b + (1 - s) * a for a, b in zip(f, g, strict=True)]

    step = 1e-6
    for i in range(2):
        assert homotopy.number(values[i]) == pytest.approx(at(x, s)[i], rel=1e-14)
        difference = (at(x, s + step)[i] - at(x, s - step)[i]) / (2 * step)
        assert homotopy.number(change[i]) == pytest.approx(difference, rel=1e-8)
        for j in range(2):
            ahead, behind = list(x), list(x)
            ahead[j] += step
            behind[j] -= step
            difference = (at(ahead, s)[i] - at(behind, s)[i]) / (2 * step)
            assert homotopy.number(matrix[i][j]) == pytest.approx(difference, rel=1e-8, abs=1e-9)
    assert homotopy.number(times(homotopy.fixed(x[0]), homotopy.fixed(x[1]), bits)) == x[0] * x[1]
    assert homotopy.power(2.5) / (1 << bits) == pytest.approx(2**-2.5, rel=1e-15)
    assert homotopy.power(150.25) / (1 << bits) == pytest.approx(2**-150.25, rel=1e-12)


def near_a_third(curved: Fraction) -> tuple[FixedHomotopy, list[tuple[int, int]]]:
    """x = y and (y − 1/3) / 2^30 + curved·(x − y)² = 0, and 1/3 rounded to doubles in two ways."""
    third, zero, one = Fraction(1, 3), Fraction(0), Fraction(1)
    small, x, y = Fraction(1, 2**30), ((0, 1),), ((1, 1),)
    first = {x: (one, zero), y: (-one, zero)}
    squares = {((0, 2),): curved, ((0, 1), (1, 1)): -2 * curved, ((1, 2),): curved}
    second = {m: (c, zero) for m, c in {**squares, y: small, (): -small * third}.items() if c}
    target = FixedHomotopy.of([first, second], [{}, {}], 320)
    return target, [target.fixed(complex(1 / 3 + 2.0**-53)), target.fixed(complex(1 / 3))]


@pytest.mark.parametrize("bits", [0, 20, 21, 22])
def test_rounding_errors_may_slow_the_second_correction(bits: int) -> None:
    target, start = near_a_third(Fraction(2**bits))
    corrections, x = [], start
    for _ in range(2):
        values, matrix, _ = target.evaluate(x, 0)
        (step,) = solve_linear(matrix, [values], target.bits)
        corrections.append(max(abs(part) for z in step for part in z))
        x = [(a - p, b - q) for (a, b), (p, q) in zip(x, step, strict=True)]
    assert (corrections[1] > corrections[0] / 20) == (bits > 0)
    zero = landed(target, start)
    assert zero is not None
    assert all(abs(a / 2**320 - 1 / 3) < 1e-15 and abs(3 * a - 2**320) < 2**170 for a, _ in zero)


def test_slow_corrections_are_those_of_a_multiple_zero() -> None:
    one, zero = Fraction(1), Fraction(0)
    row = {((0, 3),): (one, zero), ((0, 2),): (-3 * one, zero), ((0, 1),): (3 * one, zero), (): (-one, zero)}
    target = FixedHomotopy.of([row], [{}], 320)
    assert landed(target, [target.fixed(1.001 + 0j)]) is None
