from __future__ import annotations

from fractions import Fraction

import pytest

from polysolv import build_system
from polysolv.decisions.homotopy.core import find_core
from polysolv.decisions.homotopy.decide import decide_by_homotopy


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
