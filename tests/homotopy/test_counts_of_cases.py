"""Systems on which counts were wrong once: near-double roots, split triple points, pairs beside the real axis."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import numpy as np
import pytest

from polysolv import solve
from polysolv.homotopy import certify_solutions
from polysolv.homotopy.compiled import codes
from polysolv.homotopy.precise.confirmation import exact_target
from polysolv.homotopy.precise.local_dimension import local_dimension
from polysolv.homotopy.problem import prepare
from polysolv.homotopy.results import SolveResult
from polysolv.homotopy.sensitivity import rounding_of, sensitive_ends
from polysolv.homotopy.tracker import end_diverging_paths, untracked
from polysolv.polynomials.generic_system import generic

DATA = Path(__file__).parents[1] / "data" / "systems"
SEEDS = range(20)
KURAMOTO = [
    *("s1+s2+s3", "(c1*s2-c2*s1)+(c1*s3-c3*s1)-s1", "(c2*s1-c1*s2)+(c2*s3-c3*s2)-s2"),
    *("c1^2+s1^2-1", "c2^2+s2^2-1", "c3^2+s3^2-1"),
]

# Equations -> solutions, real ones, singular ones, right by hand or exact algebra.
CASES = {
    "pair 1e-9 beside the real axis": (["(x-1)^2 + 1e-18"], 2, 0, 0),
    "pair 1e-12 beside the real axis": (["(x-1)^2 + 1e-24"], 2, 0, 0),
    "real pair at 2e-12": (["(x-1)^2 - 1e-24"], 2, 2, 0),
    "Mignotte": (["x^20 - 2*(10*x-1)^2"], 20, 4, 0),
    "double beside a simple root": (["(x-1)^2*(x-1-1e-9)*(x+2)"], 3, 3, 1),
    "two unknowns, pair at 2e-12": (["(x-1)^2 - 1e-24", "y^2 - x"], 4, 4, 0),
    "no common zero, unbalanced": (["x^2 + 100000*x + 1", "x - 1", "x + 1"], 0, 0, 0),
    "no common zero, unbalanced, two unknowns": (["x + 1000000*y - 1", "x - y", "x + y"], 0, 0, 0),
    "excess that nearly vanishes": (["x^2 - 2", "x^3 - 2*x + 1e-12*(x-1)"], 0, 0, 0),
    "excess of tiny coefficients": (["(x-1)*(x-2)", "(x-1)*(x-3)", "1e-12*(x-1)*(x-5)"], 1, 1, 0),
    "one common zero at the origin": (["x*y", "x^2 - x", "y - 2*x", "y^2"], 1, 1, 0),
}


def check_counts(name, seeds):
    equations, solutions, real, singular = CASES[name]
    for seed in seeds:
        result = solve(equations, seed=seed)
        assert (result.nsolutions, result.nreal, result.nsingular) == (solutions, real, singular), seed
        certified = certify_solutions(result)
        for path, certificate in zip(result.solutions, certified.solutions, strict=True):
            assert certificate.real in (path.real, None), (seed, path)


@pytest.mark.parametrize("name", CASES)
def test_counts_are_the_same_on_some_seeds(name):
    check_counts(name, SEEDS[:4])


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_counts_are_the_same_on_many_seeds(name):
    check_counts(name, SEEDS[4:])


@pytest.mark.slow
def test_triple_points_are_not_split():
    text = (DATA / "triple_points.txt").read_text()
    for seed in SEEDS:
        assert solve(text, seed=seed).nsolutions == 456, seed


@pytest.mark.slow
def test_triple_points_are_not_split_on_an_unlucky_seed():
    result = solve((DATA / "triple_points.txt").read_text(), seed=0)
    assert (result.nsolutions, result.nsingular) == (456, 108)


def check_near_double_roots(distance, seeds):
    for seed in seeds:
        result = solve([f"(x-1)*(x-1-{distance:.0e})*(x^3+2)", "y^2 - x - 3"], seed=seed)
        assert (result.nsolutions, result.nreal, result.nsingular) == (10, 6, 0), seed


@pytest.mark.parametrize("distance", [1e-6, 1e-8, 1e-10, 1e-11, 1e-12])
def test_near_double_roots_are_told_apart(distance):
    check_near_double_roots(distance, SEEDS[:2])


@pytest.mark.slow
@pytest.mark.parametrize("distance", [1e-6, 1e-8, 1e-10, 1e-11, 1e-12])
def test_near_double_roots_are_told_apart_on_many_seeds(distance):
    check_near_double_roots(distance, SEEDS[2:])


def check_positive_dimension(result, dimension):
    assert result.npositive_dimensional > 0
    assert {path.dimension for path in result.solutions if path.singular} == {dimension}
    assert any("infinitely many solutions" in note for note in result.notes)
    assert SolveResult.from_json(result.to_json()) == result


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in SEEDS[1:])])
def test_every_simple_solution_beside_curves_is_certified(seed):
    """Three Kuramoto oscillators: curves of solutions, and five isolated ones."""
    result = solve(KURAMOTO, seed=seed)
    check_positive_dimension(result, 1)
    isolated = [path for path in result.solutions if path.dimension == 0]
    assert len(isolated) == 5
    assert all(not path.singular for path in isolated)
    assert certify_solutions(result).counts["certified"] == 5


@pytest.mark.parametrize(
    ("equations", "dimension"), [(["x^2-y^2", "x-y"], 1), (["x*z - x", "y*z - y", "(x-2)*(z-1)"], 2)]
)
def test_sets_of_positive_dimension_are_said_so(run, tmp_path, equations, dimension):
    check_positive_dimension(solve(equations), dimension)
    file = tmp_path / "system.txt"
    file.write_text("\n".join(equations))
    code, out, _ = run("solve", file)
    assert code == 0
    assert f"on a solution set of dimension {dimension}" in out
    assert "note: infinitely many solutions" in out
    assert "singular, multiplicity 1" not in out
    _, out, _ = run("solve", file, "--format", "json")
    paths = json.loads(out)["paths"]
    assert dimension in {path["dimension"] for path in paths}
    assert not any(path["singular"] and path["multiplicity"] == 1 for path in paths)


@pytest.mark.parametrize(
    ("equations", "point", "noise", "dimension"),
    [
        (["x^2-y^2", "x-y"], [2, 2], 1e-9, 1),
        (["(x-y)^2", "x^3-x^2*y"], [2, 2], 1e-5, 1),
        (["x^2", "y^2"], [0, 0], 1e-5, 0),
        (["x^3-y^2", "y*x"], [0, 0], 1e-4, 0),
        (["x^5", "y^4+x"], [0, 0], 1e-3, 0),
        (["x^9"], [0], 1e-2, 0),
        (["x^2+y^2+z^2-1", "x^2+y^2+z^2-1", "(x^2+y^2+z^2-1)*x"], [0.6, 0.8, 0], 1e-9, 2),
        (["(x^2+y^2-1)^3", "(x^2+y^2-1)^2*(x-y)"], [0.6, 0.8], 1e-4, 1),
        (["x*y", "x*z", "y*z-y*x"], [0, 0, 3], 1e-9, 1),
        (KURAMOTO, [0, 0, 0, 1, 1, 1], 1e-9, 0),
        # Singular and embedded points of sets, and sets of multiplicity 3.
        (["y^2-x^3", "x*(y^2-x^3)"], [0, 0], 1e-5, 1),
        (["x^2", "x*y"], [0, 0], 1e-4, 1),
        (["x*(x^2+y^2)", "y*(x^2+y^2)"], [0, 0], 1e-5, 1),
        (["x^2-y^2*z", "(x^2-y^2*z)*z", "(x^2-y^2*z)*(x+y)"], [0, 0, 0], 1e-7, 2),
        (["(x*y-1)^4", "(x*y-1)^3*(x-y)"], [2, 0.5], 1e-4, 1),
        # Isolated points beside lines.
        (["(x-1/1000)*x^4", "(x-1/1000)*y^4"], [0, 0], 1e-5, 0),
        (["(x-1e-9)*x^2", "(x-1e-9)*(y^2-x)"], [0, 0], 1e-13, 0),
    ],
)
def test_local_dimension(equations, point, noise, dimension):
    problem = prepare(generic(equations), np.random.default_rng(0))
    near = np.array(point, complex) / np.exp2(problem.scaling.unknowns)
    near += noise * np.random.default_rng(1).standard_normal(len(point))
    for seed in range(3):
        assert local_dimension(exact_target(problem, 960), near, seed) == dimension


def check_isolated_points_beside_curves(distance, seeds):
    circle = [f"(x^2+y^2-1)*(x-1-{distance})^2", "(x^2+y^2-1)*y"]
    hyperbola = [f"(x*y-1)*(x-1-{distance})^3", "(x*y-1)*(y-1)"]
    simple = [f"(x^2+y^2-1)*(x-1-{distance})", "(x^2+y^2-1)*y"]
    for equations, multiplicity in ((circle, 2), (simple, 1), (hyperbola, 3))[: 3 if len(seeds) > 1 else 2]:
        for seed in seeds:
            paths = [path for path in solve(equations, seed=seed) if path.is_success]
            isolated = [path.multiplicity for path in paths if path.dimension == 0]
            assert isolated == multiplicity * [multiplicity], (equations, seed)
            assert {path.dimension for path in paths} == {0, 1}


@pytest.mark.parametrize("distance", ["1/100", "1e-8"])
def test_isolated_points_beside_curves(distance):
    check_isolated_points_beside_curves(distance, SEEDS[:1])


@pytest.mark.slow
@pytest.mark.parametrize("distance", ["1/2", "1/30", "1/100", "1/1000", "1e-5", "1e-8"])
def test_isolated_points_beside_curves_on_some_seeds(distance):
    check_isolated_points_beside_curves(distance, SEEDS[:3])


def test_coordinates_beyond_double_precision_are_said_so():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = solve(["x-1e300", "y-x^2"])
    assert not result.is_complete
    assert any("beyond double precision" in note for note in result.notes)


@pytest.mark.parametrize(
    ("equations", "beyond"),
    [
        (["1e400*x=1"], 1),
        (["x=1e-330", "y=2"], 1),
        (["x-1e300", "y-1e-330", "z-x*y"], 1),
        (["x^2=1e-330*x"], 1),
    ],
)
def test_coordinates_too_small_for_doubles_are_said_so(equations, beyond):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = solve(equations)
    assert (result.nfailed, result.is_complete) == (beyond, False)
    assert any("below 2.2e-308" in note for note in result.notes)
    assert not result.nsolutions or result.solutions[0].solution == (0,)


@pytest.mark.parametrize(
    ("equations", "expected"),
    [
        ("x^3 - 1e200*x^2 + 1e-200*x - 1", [(1e-100j,), (-1e-100j,), (1e200,)]),
        (
            "x^2 - 1e-330*x - 1e-10\ny^2 - 1e200*x*y + 1",
            [(s, s * t) for s in (-1e-5, 1e-5) for t in (1e200, 1e-190)],
        ),
        ("1e400*x^2 - 1e400*x\nx - 1\nx^3 - 1", [(1,)]),
        ("x^2 - 1." + "3" * 320 + "*x + 1", [(2 / 3 + 5**0.5 / 3 * s,) for s in (1j, -1j)]),
        ("(x^2-10^160)*(x^2-1/10^160)*(x-1)", [(s,) for s in (1, 1e80, -1e80, 1e-80, -1e-80)]),
    ],
)
def test_coefficients_of_any_size(equations, expected):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = solve(equations)
    assert result.nfailed == 0
    found = [path.solution for path in result.solutions]
    assert len(found) == len(expected) == result.nsolutions
    for point in expected:
        assert any(np.allclose(point, other, rtol=1e-9, atol=1e-250) for other in found), point


def test_fractions_whose_decimals_end_are_exact():
    assert rounding_of(generic("x - 3/1048576")) == 0
    assert rounding_of(generic("x - 1/390625")) == 0
    assert rounding_of(generic("x - 1.23456")) > 0


def test_a_failed_trace_test_is_no_complete_run(run, tmp_path, monkeypatch):
    from polysolv.homotopy.starts import monodromy

    original = monodromy.solve_generic
    monkeypatch.setattr(monodromy, "solve_generic", lambda *a: (*original(*a)[:2], False))
    result = solve(["x^2 + y^2 - 5", "x*y - 2"], start="monodromy")
    assert (result.trace_test, result.is_complete, result.nfailed) == (False, False, 0)
    assert SolveResult.from_json(result.to_json()) == result
    file = tmp_path / "system.txt"
    file.write_text("x^2 + y^2 - 5\nx*y - 2\n")
    assert run("solve", file, "--start", "monodromy")[0] == 3
    monkeypatch.undo()
    held = solve(["x^2 + y^2 - 5", "x*y - 2"], start="monodromy")
    assert (held.trace_test, held.is_complete) == (True, True)


def test_a_result_of_an_earlier_version_is_read():
    result = solve(["x^2 + y^2 - 5", "x*y - 2"])
    data = result.to_data()
    del data["trace_test"]
    for path in data["paths"]:
        del path["dimension"]
    assert SolveResult.from_json(json.dumps(data)).counts == result.counts


def test_sensitivity_to_the_last_digits_is_found_from_condition():
    # A double root, its coefficients rounded to 12 digits, and the same with exact coefficients.
    rounded = ["x^2 - 0.888888888888*x + 0.197530864197", "y - x"]
    exact = ["x^2 - 8/9*x + 16/81", "y - x"]
    for seed in range(5):
        note = [n for n in solve(rounded, seed=seed).notes if "sensitive to the last digits" in n]
        assert len(note) == 1
        assert not solve(exact, seed=seed).notes
    well = solve(["x^2 - 1.23456789*x + 0.2", "y - x"])
    assert rounding_of(well.system) > 0
    assert sensitive_ends(well.system, well.paths) == 0


def test_what_is_stuck_on_its_way_to_infinity_is_infinite_in_the_end():
    tracked = untracked(np.ones((2, 3), complex))
    tracked.codes[:] = codes.ENDGAME_FAILED, codes.DIVERGING
    assert codes.DIVERGING in codes.FAILURES  # until all other means were tried
    end_diverging_paths(tracked)
    assert tracked.codes.tolist() == [codes.ENDGAME_FAILED, codes.AT_INFINITY]
