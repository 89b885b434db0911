from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from fractions import Fraction
from typing import Any

import classic_systems as classic
import numpy as np
import pytest

from polysolv import GenericSystem, InputError, SolveResult, build_system, solve
from polysolv.homotopy import tracker
from polysolv.homotopy.compiled import codes
from polysolv.homotopy.engine import Batch, Engine


def test_the_same_seed_gives_the_same_result_for_1_and_2_jobs() -> None:
    system = classic.cyclic(5)
    assert solve(system, seed=5, jobs=1) == solve(system, seed=5, jobs=2)
    assert solve(system, seed=5).paths != solve(system, seed=6).paths


def test_json_is_read_back_to_an_equal_object() -> None:
    for result in (
        solve(classic.katsura(3), seed=4),
        solve(["x^2", "y - x^2"], seed=1),
        solve(["x*y - 1", "x - y - 1/3", "x^2 - 1"], seed=2),
    ):
        again = SolveResult.from_json(result.to_json())
        assert again == result
        assert again.counts == json.loads(result.to_json())["counts"]


def test_a_saved_result_that_contradicts_itself_is_refused() -> None:
    data = json.loads(solve(["x^2 - 1"]).to_json())
    for key, value in (("counts", {}), ("schema", "other"), ("seed", "1"), ("extra", 1)):
        with pytest.raises(InputError):
            SolveResult.from_json(json.dumps({**data, key: value}))
    data["paths"][0]["return_code"] = "fine"
    with pytest.raises(InputError):
        SolveResult.from_json(json.dumps(data))
    with pytest.raises(InputError):
        SolveResult.from_json("{")


def test_griewank_osborne_has_a_triple_root_at_the_origin() -> None:
    result = solve(["29/16*x^3 - 2*x*y", "y - x^2"], start="total-degree")
    assert (result.nsolutions, result.nsingular, result.nat_infinity, result.nfailed) == (1, 1, 3, 0)
    (root,) = result.solutions
    assert root.multiplicity == 3
    assert max(abs(z) for z in root.solution) < 1e-6


@pytest.mark.parametrize("start", ["total-degree", "polyhedral", "weighted", "monodromy"])
def test_multiple_roots_beside_simple_ones(start: str) -> None:
    result = solve(["(x - 1)^3*(x + 2)", "y^2 - x - 3"], start=start, seed=9)
    found = sorted(
        (round(p.solution[0].real), round(p.solution[1].real), p.multiplicity) for p in result.solutions
    )
    assert found == [(-2, -1, 1), (-2, 1, 1), (1, -2, 3), (1, 2, 3)]
    assert result.nsingular == 2
    assert result.nreal == 4


def test_a_double_root_has_winding_number_two() -> None:
    result = solve(["(x - 1)^2 + y^2", "y"], start="total-degree")
    assert [path.winding_number for path in result] == [2, 2]


def test_solutions_at_infinity_are_counted_as_such() -> None:
    # Two circles meet in two finite points and in the two circular points at infinity.
    result = solve(["x^2 + y^2 - 4", "(x - 1)^2 + y^2 - 4"], start="total-degree", seed=8)
    assert (result.nsolutions, result.nreal, result.nat_infinity) == (2, 2, 2)
    parallel = solve(["x + y - 1", "x + y - 2"])
    assert (parallel.nsolutions, parallel.nat_infinity, parallel.nfailed) == (0, 1, 0)


def test_more_equations_than_unknowns() -> None:
    result = solve(["x^2 + y^2 - 25", "x*y - 12", "x - y + 1"], seed=1)
    assert sorted((round(p.solution[0].real, 9), round(p.solution[1].real, 9)) for p in result.solutions) == [
        (-4, -3),
        (3, 4),
    ]
    assert any("more equations" in note for note in result.notes)
    assert solve(["x - 1", "x - 2"]).nsolutions == 0
    # Zero coordinates, and a multiple root that rounded combinations would split.
    origin = solve(["x^2 + x*y - 2*y", "y^2 - 3*x*y + x", "x*y + x - y"], seed=1)
    assert [[abs(z) < 1e-12 for z in path.solution] for path in origin.solutions] == [[True, True]]
    multiple = solve(["(x-1)^2 + 3*(x-1)*(y-2)", "(y-2)^2 - (x-1)^2", "5*(x-1)*(y-2) + (y-2)^2"], seed=2)
    assert (multiple.nsolutions, multiple.nsingular) == (1, 1)


def test_homogeneous_groups_count_projective_solutions() -> None:
    """Two circles meet in four points of the projective plane, two of them the circular points."""
    text = (
        "hom_variable_group x, y, z;\nfunction f, g;\nf = x^2 + y^2 - 4*z^2;\ng = (x - z)^2 + y^2 - 4*z^2;\n"
    )
    result = solve(GenericSystem.parse(text))
    assert (result.nsolutions, result.nat_infinity, result.nfailed) == (4, 0, 0)
    at_infinity = [p.solution for p in result.solutions if abs(p.solution[2]) < 1e-12]
    assert len(at_infinity) == 2
    for x, y, _ in at_infinity:
        assert abs(x * x + y * y) < 1e-12
    # In P^1 x P^1, bihomogeneous of degrees (1, 1) and (1, 2).
    text = (
        "hom_variable_group a, b;\nhom_variable_group c, d;\nfunction f, g;\n"
        "f = a*c + 2*b*d - 3*a*d;\ng = a*c^2 - b*d^2 + 5*b*c*d;\n"
    )
    assert solve(GenericSystem.parse(text)).nsolutions == 3


def test_fewer_equations_than_unknowns_give_a_witness_set() -> None:
    result = solve(["x^2 + y^2 + z^2 - 1"], seed=2)
    assert result.slices == 2
    assert result.nsolutions == 2  # the degree of the sphere
    for path in result.solutions:
        assert abs(sum(z * z for z in path.solution) - 1) < 1e-12


@pytest.mark.parametrize(("a", "b"), [("1e12", "1e-12"), ("1e-12", "1e12"), ("1e12", "1e12")])
def test_badly_scaled_input(a: str, b: str) -> None:
    result = solve([f"{a}*x^2 - 2", f"{b}*y^2 - 3*x*y*1e3 + 1e-3"], seed=3)
    assert (result.nsolutions, result.nfailed) == (4, 0)
    for path in result.solutions:
        x, y = path.solution
        terms = [float(b) * y * y, -3e3 * x * y, 1e-3]
        assert abs(sum(terms)) < 1e-10 * max(abs(term) for term in terms)
        assert abs(float(a) * x * x - 2) < 1e-10


@pytest.mark.parametrize("start", ["total-degree", "polyhedral", "weighted", "monodromy"])
@pytest.mark.parametrize(
    ("equations", "count"),
    [
        # Solutions of very different size: (-14, -3e-4, 1e5) beside (-2e-12, -7e2, 7e2); and norms up to 1e15.
        (
            [
                "x^3/10 - x*y^2/10 + x^2/10000 - 3*y",
                "5007000 + 7000*x - 50*y",
                "0.00100004 + (800 + 1/50000)*z*x^2",
            ],
            3,
        ),
        (
            [
                "0.10000707 + 2/25*x*y*z",
                "599999999.94 + 3/50*z + 3e-6*y*z",
                "-3/1000*y*z^2 - z^2/50 - 500000 + y*z/20000",
            ],
            2,
        ),
        # Simple solutions that are close to each other.
        (["(x-3)^2 - 1e-8*(y+z+3)", "(y-3)^2 - 1e-3*(x+z+3)", "z^2 - 1e-8*(x+y+3)"], 8),
        (["(x-1)^2 - 1e-12*(y+3)", "(y+2)^2 - 1e-10*(x+3)"], 4),
    ],
)
def test_large_small_and_close_solutions_are_told_apart(equations: list[str], count: int, start: str) -> None:
    result = solve(equations, start=start, seed=16)
    assert (result.nsolutions, result.nsingular, result.nfailed) == (count, 0, 0)


def test_equations_without_solutions_and_without_content() -> None:
    inconsistent = solve(["1 = 0", "x = 2"])
    assert (len(inconsistent), inconsistent.nsolutions) == (0, 0)
    assert inconsistent.notes
    assert solve(["x - x", "x^2 - 4"]).nsolutions == 2


def test_the_family_systems_are_accepted() -> None:
    result = solve(build_system("location-gaussian", m=2, degree=1), seed=1)
    assert result.slices == 3
    assert result.system.unknowns == ("w_1", "w_2", "mu_1", "mu_2")


def test_a_time_limit_leaves_paths_untracked_and_says_so() -> None:
    result = solve(classic.katsura(8), timeout=1e-6)
    assert result.ninterrupted > 0
    assert not result.is_complete
    assert result.nfailed >= result.ninterrupted
    assert any("untracked" in note for note in result.notes)


def test_progress_is_reported() -> None:
    seen: list[tuple[int, int, int, float]] = []
    solve(classic.noon(3), progress=lambda *values: seen.append(values))
    assert seen[-1][0] == seen[-1][2]


def test_solving_works_outside_the_main_thread() -> None:
    results: list[SolveResult] = []
    thread = threading.Thread(target=lambda: results.append(solve(["x^2 - 2"])))
    thread.start()
    thread.join()
    assert results[0].nsolutions == 2


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"start": "totaldegree"}, "total-degree"),
        ({"seed": -1}, "seed"),
        ({"tol": 1.0}, "tol"),
        ({"jobs": 0}, "jobs"),
        ({"max_paths": 3}, "max_paths"),
        ({"timeout": 0}, "timeout"),
    ],
)
def test_bad_arguments(arguments: dict[str, object], word: str) -> None:
    with pytest.raises(InputError, match=word):
        solve(["x^2 - 1", "y^2 - x"], **arguments)  # type: ignore[arg-type]
    with pytest.raises(InputError):
        solve(3)


def test_crossed_paths_are_found_and_tracked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Path 1 is made to jump onto path 0, before the endgame or in it: both must be tracked again."""
    system = classic.katsura(6)
    untouched = Engine.run
    for in_endgame in (False, True):
        calls: list[int] = []

        def jump(self: Engine, *arguments: Any, late: bool = in_endgame, seen: list[int] = calls) -> Batch:
            batch = untouched(self, *arguments)
            if not seen:
                batch.points[1] = batch.points[0]
                if not late:
                    batch.middles[1] = batch.middles[0]
            if arguments[3] == codes.TO_ZERO:
                seen.append(len(batch.codes))
            return batch

        monkeypatch.setattr(Engine, "run", jump)
        result = solve(system, seed=1, start="total-degree")
        assert result.nsolutions == 64
        assert result.statistics["retracked"] == 2
        assert calls[:2] == [64, 2]
        # Without the detection the solution would be lost without a word.
        calls.clear()
        with monkeypatch.context() as blind:
            blind.setattr(tracker, "_doubtful", lambda batch: np.zeros(0, np.int64))
            assert solve(system, seed=1, start="total-degree").nsolutions == 63


def test_generic_system_checks_itself() -> None:
    with pytest.raises(InputError):
        GenericSystem((), ({(): Fraction(1)},))
    with pytest.raises(InputError):
        GenericSystem(("x",), ())
    with pytest.raises(InputError):
        GenericSystem(("x", "x"), ({(): Fraction(1)},))
    with pytest.raises(InputError):
        GenericSystem(("x",), ({((1, 1),): Fraction(1)},))


@pytest.mark.parametrize("start", ["total-degree", "polyhedral", "monodromy"])
@pytest.mark.parametrize("count", [15, 20])
def test_wilkinson_polynomials(count: int, start: str) -> None:
    """Roots 1..n with condition numbers up to 4e13: all regular and real."""
    result = solve(["*".join(f"(x - {k})" for k in range(1, count + 1))], start=start, seed=1)
    assert result.counts == {"solutions": count, "real": count, "singular": 0, "at_infinity": 0, "failed": 0}
    found = sorted(path.solution[0].real for path in result.solutions)
    assert np.allclose(found, range(1, count + 1), rtol=1e-12, atol=0)


@pytest.mark.parametrize("power", range(2, 9))
@pytest.mark.parametrize("seed", [1, 2])
def test_powers_of_a_linear_factor(power: int, seed: int) -> None:
    """A start point close to the root makes one path's first Cauchy loop look closed far from the end."""
    result = solve([f"(x - 1)^{power}*(x + 2)"], start="total-degree", seed=seed)
    assert sorted(path.multiplicity for path in result.solutions) == [1, power]
    assert result.nsingular == 1
    assert all(min(abs(path.solution[0] - 1), abs(path.solution[0] + 2)) < 1e-4 for path in result.solutions)


def test_high_degrees() -> None:
    """Powers of coordinates below 1 vanish in doubles, and 59 paths wind about one point at infinity."""
    result = solve(["x^9999 - 1"])
    assert result.counts == {"solutions": 9999, "real": 1, "singular": 0, "at_infinity": 0, "failed": 0}
    result = solve(["x^60 - y", "x*y^40 - 1"])
    assert result.counts == {"solutions": 2401, "real": 1, "singular": 0, "at_infinity": 0, "failed": 0}


def test_reality_is_judged_in_the_units_of_the_unknowns() -> None:
    assert solve(["1e12*x^2 + 1e-12"]).nreal == 0
    assert solve(["1e12*x^2 - 1e-12"]).nreal == 2


def test_close_regular_solutions_are_told_apart() -> None:
    """Two non-real solutions at a distance of 1e-7: a line almost touching a parabola."""
    result = solve(["14*y + 3*x - 9*y^2 - 6*x*y - x^2 - 4", "2*y - x + 1e-14"], seed=1)
    assert result.counts == {"solutions": 2, "real": 0, "singular": 0, "at_infinity": 0, "failed": 0}


def test_a_tiny_coefficient_does_not_spoil_the_units() -> None:
    result = solve(["(x - 1)^2 + 1e-24*y", "y^2 - 3"], seed=1)
    # x = 1 ± 1e-12·√(−y): two real solutions 2.6e-12 apart, and two that are not real.
    assert (result.nsolutions, result.nreal, result.nsingular) == (4, 2, 0)
    assert {round(path.solution[1].real, 6) for path in result.solutions} == {-1.732051, 1.732051}
    assert all(abs(path.solution[0] - 1) < 1e-5 for path in result.solutions)


@pytest.mark.slow
def test_it_works_where_no_cache_can_be_written() -> None:
    program = (
        "from polysolv import solve\nprint(solve(['x^2 - 2', 'y^2 - x'], start='polyhedral').nsolutions)\n"
    )
    nowhere = {**os.environ, "POLYSOLV_CACHE_DIR": f"{os.devnull}/folder"}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=1500, env=nowhere
    )
    assert (done.stdout, done.stderr) == ("4\n", "")
