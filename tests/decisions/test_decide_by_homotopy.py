from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from polysolv import build_system
from polysolv.decisions.critical_points import find_critical_points, moves_linearly
from polysolv.decisions.homotopy import decide_by_homotopy
from polysolv.decisions.location_scale_core import find_core
from polysolv.homotopy.engine import Engine


@pytest.mark.parametrize(
    ("family", "m", "degree"),
    [
        ("location-scale-gaussian", 2, 3),
        ("location-scale-gaussian", 3, 4),
        ("location-scale-gaussian", 3, 5),
        ("softmax-gaussian", 2, 3),
        ("softmax-gaussian", 3, 5),
        ("gaussian-experts-free-gate", 2, 3),
    ],
)
def test_solvable_with_an_accepted_certificate(family: str, m: int, degree: int) -> None:
    system = build_system(family, m=m, degree=degree)
    verdict = decide_by_homotopy(system, seed=1)
    assert (verdict.status, verdict.evidence, verdict.field) == ("SOLVABLE", "PROVED", "REAL_POSITIVE")
    assert verdict.certificate.verify().accepted
    values = {name: Fraction(value) for name, value in verdict.witness.items()}
    assert all(values[name] > 0 for name in system.weights)
    assert any(values[name] for name in system.nontrivial)
    assert max(abs(value) for value in system.substitute(values).values()) < Fraction(1, 10**6)


@pytest.mark.parametrize("degree", [4, 5, 8])
@pytest.mark.parametrize("family", ["location-scale-gaussian", "softmax-gaussian"])
def test_two_atoms_are_unsolvable_from_degree_four(family: str, degree: int) -> None:
    verdict = decide_by_homotopy(build_system(family, m=2, degree=degree))
    assert (verdict.status, verdict.evidence) == ("UNSOLVABLE", "NUMERIC")
    assert verdict.statistics["m=2"]["isolated_regular"] == 2


@pytest.mark.slow
def test_four_atoms_degree_seven() -> None:
    assert decide_by_homotopy(build_system("location-scale-gaussian", m=4, degree=7)).status == "SOLVABLE"


@pytest.mark.slow
def test_three_atoms_degree_seven_has_82_complex_solutions() -> None:
    verdict = decide_by_homotopy(build_system("location-scale-gaussian", m=3, degree=7))
    assert verdict.status == "UNSOLVABLE"
    assert verdict.statistics["m=3"]["isolated_regular"] == 82


def test_other_systems_are_undecided_and_time_limits_hold() -> None:
    verdict = decide_by_homotopy(build_system("location-gaussian", m=3, degree=2))
    assert (verdict.status, verdict.evidence) == ("UNDECIDED", None)
    late = decide_by_homotopy(build_system("location-scale-gaussian", m=4, degree=8), timeout=2)
    assert late.status == "UNDECIDED"
    assert late.seconds < 30


def test_the_core_is_the_family_s_system() -> None:
    """The core's equations at a point equal the family's, w_1 = a_1 = 1."""
    system = build_system("softmax-gaussian", m=3, degree=5)
    core = find_core(system)
    assert core is not None
    assert core.equivalent
    point = [Fraction(k, 7) for k in (3, 5, -2, 4, 1, -6, 8)]
    weights, a, s = [Fraction(1), *point[:2]], [Fraction(1), *point[2:4]], point[4:]
    values = core.named(weights, a, s)
    direct = system.substitute({name: Fraction(value) for name, value in values.items()})  # type: ignore[arg-type]
    equations = core.equations(5).evaluate(point)
    assert [direct[0, j] for j in range(1, 6)] == equations


def test_critical_points_find_real_points_where_there_are_some() -> None:
    """The search behind UNSOLVABLE must not be blind: (2, 3) has a curve of real solutions."""
    core = find_core(build_system("location-scale-gaussian", m=2, degree=3))
    assert core is not None
    equations = core.equations(3)

    def near_real(point: np.ndarray) -> bool:
        return bool(np.abs(point.imag).max() < 0.1 and point[0].real > -0.1)

    found = find_critical_points(equations, np.random.default_rng(3), Engine(), near_real)
    assert found.complete
    assert found.trace
    assert found.paths == 9
    real = [point for point in found.points if np.abs(point.imag).max() < 1e-8 and point[0].real > 0]
    assert real
    for point in real:
        values = equations.evaluate([Fraction(float(v)) for v in point.real])
        assert max(abs(v) for v in values) < Fraction(1, 10**9)


def test_huge_points_do_not_hide_that_others_are_missing() -> None:
    """Roots of a cubic whose trace is linear in t, beside huge ones that move linearly: with one root left out."""
    polynomials = [[1.0, -3.0 + t, 2.0 - 5 * t * t, 7.0 + t] for t in range(3)]
    roots = [np.sort_complex(np.roots(p)) for p in polynomials]
    assert abs(roots[0].sum() - 2 * roots[1].sum() + roots[2].sum()) < 1e-12
    for size in (1.0, 1e6):
        huge = [np.array([size, -2 * size + t]) for t in range(3)]
        whole = [np.concatenate([r, h])[:, None] for r, h in zip(roots, huge, strict=True)]
        assert moves_linearly(whole)
        assert not moves_linearly([part[1:] for part in whole])
    # In another coordinate all is well: that must not help.
    both = [np.hstack([part[1:], np.full((4, 1), 1e9)]) for part in whole]
    assert not moves_linearly(both)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
def test_three_atoms_degree_six_is_unsolvable(seed: int) -> None:
    verdict = decide_by_homotopy(build_system("location-scale-gaussian", m=3, degree=6), seed=seed)
    assert (verdict.status, verdict.evidence) == ("UNSOLVABLE", "NUMERIC")
    assert verdict.statistics["m=3"]["critical_points"] == 1004
    assert verdict.statistics["m=3"]["trace_test"] is True
