from __future__ import annotations

import time
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from polysolv import GenericSystem, SolveResult, certify_solutions, solve
from polysolv.decisions.location_scale_core import find_core
from polysolv.homotopy.starts.choose import bezout_is_generic
from polysolv.homotopy.starts.polyhedral import find_mixed_cells
from polysolv.homotopy.starts.weighted import find_weights
from polysolv.polynomials.generic_system import degree_of


def weights_as_parameters(m: int) -> GenericSystem:
    from polysolv import build_system

    core = find_core(build_system("location-scale-gaussian", m=m, degree=2 * m - 1))
    assert core is not None
    return core.equations(2 * m - 1, [Fraction(1), *(Fraction(7 + 3 * i * i, 11) for i in range(1, m))])


@pytest.mark.parametrize("start", ["weighted", "polyhedral", "monodromy"])
@pytest.mark.parametrize(("m", "count"), [(2, 1), (3, 14)])
def test_weights_as_parameters(start: str, m: int, count: int) -> None:
    result = solve(weights_as_parameters(m), start=start, seed=m)
    assert (result.nsolutions, result.nfailed) == (count, 0)
    assert len(result) <= (15 if m == 3 else 1)  # (2m−1)!/2^m


@pytest.mark.slow
@pytest.mark.parametrize("start", ["weighted", "polyhedral"])
def test_weights_as_parameters_for_four_atoms(start: str) -> None:
    result = solve(weights_as_parameters(4), start=start, seed=1)
    assert (result.nsolutions, result.nfailed) == (312, 0)
    assert len(result) <= 315


def test_weights_are_found() -> None:
    system = weights_as_parameters(3)
    assert find_weights([tuple(p) for p in system.equations], 5) == (1, 1, 2, 2, 2)


@pytest.mark.parametrize(("equation", "count"), [("x^16 - 1", 16), ("x^30 + x - 1", 30)])
def test_an_unlucky_curve_of_monodromy_is_replaced(equation: str, count: int) -> None:
    for seed in (5, 7):
        result = solve([equation], start="monodromy", seed=seed)
        assert result.nsolutions == count
        assert any("trace test passed" in note for note in result.notes)


def test_monodromy_reports_its_trace_test() -> None:
    result = solve(["x^3 + x*y - 2", "y^2 - x + 5"], start="monodromy")
    assert (result.nsolutions, result.nfailed) == (6, 0)
    assert any("trace test passed" in note for note in result.notes)


small_polygon = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=5, unique=True)


def brute_mixed_volume(first: list[tuple[int, int]], second: list[tuple[int, int]]) -> int:
    """area(P + Q) − area(P) − area(Q), areas by the shoelace formula on convex hulls."""

    def twice_area(points: set[tuple[int, int]]) -> int:
        hull: list[tuple[int, int]] = []
        ordered = sorted(points)
        for half in (ordered, ordered[::-1]):
            chain: list[tuple[int, int]] = []
            for p in half:
                while len(chain) > 1 and (chain[-1][0] - chain[-2][0]) * (p[1] - chain[-2][1]) <= (
                    chain[-1][1] - chain[-2][1]
                ) * (p[0] - chain[-2][0]):
                    chain.pop()
                chain.append(p)
            hull += chain[:-1]
        return abs(sum(a[0] * b[1] - a[1] * b[0] for a, b in zip(hull, hull[1:] + hull[:1], strict=True)))

    p, q = {*first, (0, 0)}, {*second, (0, 0)}
    both = {(a[0] + b[0], a[1] + b[1]) for a in p for b in q}
    return (twice_area(both) - twice_area(p) - twice_area(q)) // 2


@settings(max_examples=60, deadline=None)
@given(small_polygon, small_polygon, st.integers(0, 2**32))
def test_mixed_volume_equals_the_area_formula(
    first: list[tuple[int, int]], second: list[tuple[int, int]], seed: int
) -> None:
    supports = [
        [tuple((i, e) for i, e in enumerate(point) if e) for point in polygon] for polygon in (first, second)
    ]
    found = find_mixed_cells(supports, 2, np.random.default_rng(seed))
    assert found is not None
    assert found.mixed_volume == brute_mixed_volume(first, second)


def solved(
    first: list[tuple[int, int]], second: list[tuple[int, int]], draw: Callable[[], Fraction], seed: int
) -> SolveResult | None:
    """Solve a system with drawn coefficients on the two supports, and compare with a Gröbner basis.

    ``None`` if it has infinitely many solutions.
    """
    supports = [sorted({*polygon, (0, 0)}) for polygon in (first, second)]
    polynomials = [
        {tuple((i, e) for i, e in enumerate(point) if e): draw() for point in support} for support in supports
    ]
    system = GenericSystem(("x", "y"), tuple(polynomials))
    count = dimension_of_quotient(system)
    if count is None:
        return None
    result = solve(system, seed=seed)
    assert result.nfailed == 0
    assert sum(path.multiplicity for path in result.solutions) == count
    return result


@settings(max_examples=25, deadline=None)
@given(small_polygon, small_polygon, st.integers(1, 10**6))
def test_random_sparse_systems_against_an_exact_count(
    first: list[tuple[int, int]], second: list[tuple[int, int]], seed: int
) -> None:
    generator = np.random.default_rng(seed)
    solved(
        first, second, lambda: Fraction(int(generator.integers(1, 50)) * int(generator.choice([-1, 1]))), seed
    )


@settings(max_examples=40, deadline=None)
@given(small_polygon, small_polygon, st.integers(4, 12), st.integers(1, 10**6))
def test_coefficients_of_many_orders_of_magnitude_against_exact_counts(
    first: list[tuple[int, int]], second: list[tuple[int, int]], digits: int, seed: int
) -> None:
    """Exact arithmetic certifies every simple solution."""
    generator = np.random.default_rng(seed)

    def draw() -> Fraction:
        sign = int(generator.choice([-1, 1]))
        power = int(generator.integers(-digits, digits + 1))
        return sign * int(generator.integers(1000, 10000)) * Fraction(10) ** power

    result = solved(first, second, draw, seed)
    if result is not None:
        proved = certify_solutions(result)
        assert proved.distinct == result.nsolutions - result.nsingular
        assert proved.nreal == sum(path.real and not path.singular for path in result.solutions)


@pytest.mark.parametrize("start", ["auto", "polyhedral"])
@pytest.mark.parametrize(
    ("equations", "count"),
    [
        # Sizes of solutions of one system from 2e-27 to 8e12.
        (
            [
                "-3586000*x*y - 17.43e-5*x + 1712000*x^2*y - 9446000*x^2",
                "1583000*y - 6388000*x*y + 1457000*y^3 - 5.967*x^2",
            ],
            8,
        ),
        (
            [
                "-5266 - 1643e3*x + 3190e3*y - 8170e-10*y^2",
                "7401e-11*x*y - 2413e-4*x",
                "(8209*z - 15690*x)*y",
            ],
            3,
        ),
        # Perturbations, which must not spoil the units.
        (["x^2 - 2", "y^2 - 3 + 1e-12*x*y", "z^2 - 5 + 1e-9*x*y"], 8),
    ],
)
def test_solutions_of_all_sizes_are_found_in_units_of_their_own(
    equations: list[str], count: int, start: str
) -> None:
    for seed in range(3):
        result = solve(equations, start=start, seed=seed)
        assert (result.nsolutions, result.nsingular, result.nfailed) == (count, 0, 0)
        assert any("units of their own" in note for note in result.notes)


def dimension_of_quotient(system: GenericSystem) -> int | None:
    """dim Q[x, y]/I, from a Gröbner basis, or ``None`` if it is infinite."""
    x, y = sympy.symbols("x y")
    equations = [
        sum(
            sympy.Rational(c.numerator, c.denominator) * sympy.prod([(x, y)[i] ** e for i, e in m])  # type: ignore[attr-defined]
            for m, c in polynomial.items()
        )
        for polynomial in system.equations
    ]
    basis = sympy.groebner(equations, x, y, order="grevlex")
    if not basis.is_zero_dimensional:
        return None
    leading = [sympy.Poly(g, x, y).monoms(order="grevlex")[0] for g in basis.exprs]
    return sum(not any(a <= i and b <= j for a, b in leading) for i in range(40) for j in range(40))


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 4), st.integers(0, 10**6))
def test_where_bezouts_number_is_generic_mixed_cells_agree(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    supports = []
    for _ in range(n):
        rows = rng.integers(0, 3, (int(rng.integers(2, 6)), n))
        support = {tuple((i, int(e)) for i, e in enumerate(row) if e) for row in rows} | {()}
        if rng.random() < 0.7:
            top = max(degree_of(m) for m in support)
            support |= {((i, top),) for i in range(n) if top and rng.random() < 0.8}
        supports.append(sorted(support))
    degrees = [max(degree_of(m) for m in support) for support in supports]
    assume(all(degrees))
    found = find_mixed_cells(supports, n, rng)
    assert found is not None
    assert found.mixed_volume <= np.prod(degrees)
    if bezout_is_generic(supports, degrees, n):
        assert found.mixed_volume == np.prod(degrees)


def test_no_mixed_cells_are_looked_for_where_pairs_of_monomials_fill_the_memory() -> None:
    support = [tuple((i, e) for i, e in enumerate((a, b)) if e) for a in range(100) for b in range(100)]
    begin = time.monotonic()
    assert find_mixed_cells([support, support], 2, np.random.default_rng(0)) is None
    assert time.monotonic() - begin < 2
