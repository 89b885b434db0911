from __future__ import annotations

import dataclasses
from fractions import Fraction

import classic_systems as classic
import pytest

from polysolv import GenericSystem, InputError, certify_solutions, solve
from polysolv.homotopy.results import PathResult, SolveResult


def claimed(equations: list[str], points: list[tuple[complex, ...]]) -> SolveResult:
    """A result that claims these points as distinct solutions."""
    paths = tuple(PathResult(i, "success", p, 1e-17, 1.0, 1, 1, i) for i, p in enumerate(points))
    return SolveResult(GenericSystem.parse(equations), paths, "total-degree", 0)


@pytest.mark.parametrize(
    ("system", "count", "real"),
    [
        (classic.cyclic(5), 70, 10),
        (classic.katsura(6), 64, 32),
        (classic.noon(3), 21, 7),
        (classic.eco(6), 16, 4),
        (classic.chandra(6), 32, 32),
        (classic.lines_on_cubic(), 27, 3),
    ],
)
def test_all_solutions_of_classic_systems_are_certified(system: GenericSystem, count: int, real: int) -> None:
    certified = certify_solutions(solve(system, seed=1))
    assert certified.counts == {"certified": count, "refuted": 0, "undecided": 0}
    assert (certified.distinct, certified.nreal, certified.nnonreal) == (count, real, count - real)
    assert certified.distinct_real == real


@pytest.mark.slow
@pytest.mark.parametrize(
    ("system", "count", "real"),
    [
        (classic.cyclic(6), 156, 24),
        (classic.katsura(8), 256, 84),
        (classic.noon(5), 233, 11),
        (classic.eco(8), 64, 8),
        (classic.chandra(8), 128, 128),
        (classic.katsura(10), 1024, 216),
    ],
)
def test_all_solutions_of_larger_systems_are_certified(system: GenericSystem, count: int, real: int) -> None:
    certified = certify_solutions(solve(system, seed=1))
    assert certified.counts == {"certified": count, "refuted": 0, "undecided": 0}
    assert (certified.distinct, certified.nreal, certified.nnonreal) == (count, real, count - real)


@pytest.mark.parametrize(
    ("equations", "points", "real"),
    [
        # Pairs that are nearly real, or would be if coordinates were looked at in one unit.
        (["x^2 + 1e-20"], [(1e-10j,), (-1e-10j,)], 0),
        (["x^2 + 1e-40"], [(1e-20j,), (-1e-20j,)], 0),
        ([f"x^2 + 1/{10**600}"], [(1e-300j,), (-1e-300j,)], 0),
        (["(x - 1)^2 + 1e-24"], [(1 + 1e-12j,), (1 - 1e-12j,)], 0),
        (["(x - 1)^2 + 1e-80"], [(1 + 1e-40j,), (1 - 1e-40j,)], 0),
        # Coordinates, coefficients and zeros of very different size.
        (["x*y - 1", "x - 1e9"], [(1e9, 1e-9)], 1),
        (["x^2 - 1e18", "y^2 - 1e-18"], [(a * 1e9, b * 1e-9) for a in (1, -1) for b in (1, -1)], 4),
        (["x^2 - 1e60", "y^2 + 1e-60"], [(a * 1e30, b * 1e-30j) for a in (1, -1) for b in (1, -1)], 0),
        (["x^2 - 1e200", "1e-100*x^3 - y"], [(1e100, 1e200), (-1e100, -1e200)], 2),
        (["1e-60*x^2 - 2e-60"], [(2**0.5,), (-(2**0.5),)], 2),
        (["1e400*x^2 - 2e400"], [(2**0.5,), (-(2**0.5),)], 2),
        # Zeros beside each other.
        (
            ["(x - 1)*(x - 1 - 1e-7)", "(y - x)*(y - x - 1e-7)"],
            [(1 + a * 1e-7, 1 + (a + b) * 1e-7) for a in (0, 1) for b in (0, 1)],
            4,
        ),
        # Coordinates that are zero up to rounding errors, of whatever size.
        (["x*y", "y - 1"], [(1e-17 + 1e-18j, 1)], 1),
        (["x + y^2", "y + x^3"], [(1e-17 + 1e-18j, 1e-19j)], 1),
        (["x + y^2", "y + x^3"], [(0j, 1e-300 - 1e-320j)], 1),
        (["x + y^2", "y + x^3"], [(0j, 0j)], 1),
        (["x - 3*y*z", "y - 2*z*x", "z - 1 - x*y"], [(1e-87 - 3e-87j, 2e-86, 1 - 3e-17j)], 1),
    ],
)
def test_simple_zeros_of_any_size_are_certified(
    equations: list[str], points: list[tuple[complex, ...]], real: int
) -> None:
    certified = certify_solutions(claimed(equations, points))
    assert certified.counts == {"certified": len(points), "refuted": 0, "undecided": 0}
    assert (certified.distinct, certified.nreal, certified.nnonreal) == (
        len(points),
        real,
        len(points) - real,
    )


@pytest.mark.parametrize(
    ("shift", "status"),
    [(1e-9, "certified"), (1e-5, "certified"), (1e-3, "refuted"), (0.1, "refuted"), (9.0, "refuted")],
)
def test_the_certified_zero_is_the_one_beside_the_point(shift: float, status: str) -> None:
    certified = certify_solutions(claimed(["x^2 - 2", "y - 3*x"], [(2**0.5 + shift, 3 * 2**0.5)]))
    assert [box.status for box in certified.solutions] == [status]
    # Also where other coordinates are much larger.
    certified = certify_solutions(claimed(["x - 1e9", "x*y - 1"], [(1e9, 0.5)]))
    assert certified.counts["refuted"] == 1


def test_points_of_systems_that_are_not_square_are_refuted_where_an_equation_is_not_zero() -> None:
    more = certify_solutions(claimed(["x - 1", "x^2 - 1"], [(1,), (-1,), (5,)]))
    assert [box.status for box in more.solutions] == ["undecided", "refuted", "refuted"]
    fewer = certify_solutions(claimed(["x^2 + y^2 - 1"], [(0.6, 0.8), (0.6, 0.9)]))
    assert [box.status for box in fewer.solutions] == ["undecided", "refuted"]
    constant = certify_solutions(claimed(["1 = 0 * x"], [(1,)]))
    assert constant.counts["refuted"] == 1


def test_points_that_are_no_points_are_refused() -> None:
    for point in ((float("nan"), 1), (1, complex(0, float("inf"))), (1,), (), (1, 2, 3)):
        with pytest.raises(InputError, match=r"result\.paths\[0\]\.solution: .*2 finite coordinates"):
            certify_solutions(claimed(["x - 1", "y - 2"], [point]))


def test_real_and_non_real_are_told_apart() -> None:
    certified = certify_solutions(solve(["x^2 + 1", "y^3 - 2"]))
    assert (certified.nreal, certified.nnonreal) == (0, 6)
    certified = certify_solutions(solve(["x^2 - 3", "y^3 - 2"]))
    assert (certified.nreal, certified.nnonreal, certified.distinct) == (2, 4, 6)


def test_nearly_real_is_not_real() -> None:
    result = solve(["x^2 + 1e-24"])
    assert result.nsolutions == 2
    certified = certify_solutions(result)
    assert certified.nreal == 0


def test_the_box_holds_the_solution() -> None:
    (first, second) = certify_solutions(solve(["x^2 - 2"])).solutions
    for box in (first, second):
        (re, im) = box.centre[0]
        low, high = sorted((abs(re) - box.radius, abs(re) + box.radius))
        assert low**2 < 2 < high**2
        assert im == 0
        assert box.real is True
    assert {first.centre[0][0] > 0, second.centre[0][0] > 0} == {True, False}


def test_false_solutions_are_refuted_and_multiple_ones_undecided() -> None:
    result = solve(["x^2 - 2*x + 2", "y^2 - x"])
    first = result.paths[0]
    far = dataclasses.replace(first, solution=(complex(1e9, 3e9), complex(-4e9, 1e9)))
    moved = dataclasses.replace(result, paths=(far, *result.paths[1:]))
    # Newton's method may lead from there to another root, but never to a fifth one.
    assert certify_solutions(moved).distinct <= 4
    never = solve(["x^2 - 2"])
    other = dataclasses.replace(
        never, system=GenericSystem.parse(["x^4 + 1"]), paths=(dataclasses.replace(never.paths[0]),)
    )
    assert certify_solutions(other).nreal == 0
    assert certify_solutions(solve(["(x - 1)^2"])).counts["undecided"] == 1


def test_two_boxes_about_one_zero_are_not_distinct() -> None:
    result = solve(["x^2 - 2"])
    first = result.paths[0]
    doubled = dataclasses.replace(result, paths=(first, dataclasses.replace(first, index=1, distinct=1)))
    certified = certify_solutions(doubled)
    assert certified.counts["certified"] == 2
    assert (certified.distinct, certified.nreal, certified.distinct_real) == (1, 2, 1)


def test_sliced_and_combined_systems_stay_undecided() -> None:
    assert certify_solutions(solve(["x^2 + y^2 - 1"])).counts["undecided"] == 2
    assert certify_solutions(solve(["x - 1", "x^2 - 1"])).counts["undecided"] == 1


def test_certificates_as_json_data() -> None:
    data = certify_solutions(solve(["x - 1/3"])).to_data()
    assert data["counts"]["certified"] == 1
    centre = Fraction(data["solutions"][0]["centre"][0][0])
    assert abs(centre - Fraction(1, 3)) <= Fraction(data["solutions"][0]["radius"])
    assert data["solutions"][0]["radii"] == [data["solutions"][0]["radius"]]
    assert data["distinct_real"] == 1


def test_only_results_are_taken() -> None:
    with pytest.raises(InputError):
        certify_solutions("x")  # type: ignore[arg-type]
