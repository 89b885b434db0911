from __future__ import annotations

import dataclasses
from fractions import Fraction

import classic_systems as classic
import pytest

from polysolv import GenericSystem, InputError, certify_solutions, solve


def test_all_solutions_of_katsura_4_are_certified() -> None:
    result = solve(classic.katsura(4), seed=2)
    certified = certify_solutions(result)
    assert certified.counts == {"certified": 16, "refuted": 0, "undecided": 0}
    assert certified.distinct == 16
    assert (certified.nreal, certified.nnonreal) == (result.nreal, 16 - result.nreal)


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
    assert certified.distinct == 1


def test_sliced_and_combined_systems_stay_undecided() -> None:
    assert certify_solutions(solve(["x^2 + y^2 - 1"])).counts["undecided"] == 2
    assert certify_solutions(solve(["x - 1", "x^2 - 1"])).counts["undecided"] == 1


def test_certificates_as_json_data() -> None:
    data = certify_solutions(solve(["x - 1/3"])).to_data()
    assert data["counts"]["certified"] == 1
    centre = Fraction(data["solutions"][0]["centre"][0][0])
    assert abs(centre - Fraction(1, 3)) <= Fraction(data["solutions"][0]["radius"])


def test_only_results_are_taken() -> None:
    with pytest.raises(InputError):
        certify_solutions("x")  # type: ignore[arg-type]
