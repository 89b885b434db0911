"""The probe of densities: slopes agree with what is proved, whatever the number of jobs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import t as student

from polysolv import Family, InputError
from polysolv.experiments.density_probe import DensityProblem, probe_density
from polysolv.families import get
from polysolv.families.second_order.given import text_source

ROOT = Path(__file__).parents[2]


def test_the_slope_of_an_exponential_cell():
    result = probe_density("exponential", "rate", 2, [0.02, 0.04])
    assert result.slope == pytest.approx(2, abs=0.05)
    assert (result.lower, result.upper) == (2, 2)
    assert "exponent proved: 2" in result.to_text()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "parameter", "expected"),
    [
        ("student-location-scale-5", "theta", (2, 3)),
        ("student-location-scale-5", "scale", (2, 3)),
        ("cauchy-location-scale", "theta", (2, 3)),
        ("von-mises", "mu", (2, 3)),
        ("von-mises", "kappa", (2, 3)),
        ("inverse-gaussian", "mu", (2, 2)),
        ("inverse-gaussian", "shape", (2, 2)),
        ("gamma", "rate", (2, 2)),
    ],
)
def test_slopes_agree_with_proved_exponents(name, parameter, expected):
    for m, exponent in zip((2, 3), expected, strict=True):
        result = probe_density(name, parameter, m)
        assert result.lower == result.upper == exponent
        assert result.slope == pytest.approx(exponent, abs=0.1)


def test_the_result_does_not_depend_on_jobs_and_the_jacobian_is_that_of_differences():
    one, two = (probe_density("exponential", "rate", 2, [0.02, 0.04], 3, jobs) for jobs in (1, 2))
    assert one == two
    problem = DensityProblem.of(get("inverse-gaussian").source, "mu", 2)
    vector = np.random.default_rng(1).normal(size=problem.free.size) * 0.05
    _, jacobian = problem.residual(vector, 0.1)
    step = 1e-6
    for i in range(vector.size):
        moved = [problem.residual(vector + sign * step * np.eye(vector.size)[i], 0.1)[0] for sign in (1, -1)]
        assert np.allclose((moved[0] - moved[1]) / (2 * step), jacobian[i], atol=1e-8)


def test_nodes_integrate_a_heavy_tail():
    """The quadrature of two Student densities apart, against scipy."""
    problem = DensityProblem.of(get("student-location-scale-2").source, "theta", 2)
    residual, _ = problem.residual(np.zeros(problem.free.size), 0.5)
    found = problem.weights @ np.abs(residual)

    def change(y):
        return abs(0.5 * (student.pdf(y, 2) + student.pdf(y - 0.5, 2)) - student.pdf(y, 2))

    assert found == pytest.approx(quad(change, -np.inf, np.inf, points=None, limit=500)[0], rel=1e-4)


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("gamma", "sh"), "did you mean shape"),
        (("softmax-gaussian", "a"), "known by its density"),
        (("student-location-scale-5", "scale", 5), "from 2 to 4"),
        (("exponential", "rate", 2, [0.2, 0.1]), "ascending"),
    ],
)
def test_bad_arguments(arguments, hint):
    with pytest.raises(InputError, match=hint):
        probe_density(*arguments)
    with pytest.raises(InputError, match="one response"):
        probe_density(get("student-location-scale-5", 2), "scale")


def test_a_density_with_a_log_symbol_can_be_probed_too():
    family = Family.from_density_text("exp(-(y - m)^2/(2*s))/sqrt(2*pi*s)")
    result = probe_density(family, "s", 2, [0.02, 0.04])
    assert result.slope == pytest.approx(2, abs=0.05)


@pytest.mark.slow
def test_the_table_of_the_page_is_what_the_program_prints():
    command = [sys.executable, "docs/programs/density_table.py"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    page = (ROOT / "docs" / "second-order.md").read_text(encoding="utf-8")
    for line in printed.splitlines():
        head, _, slopes = line.rpartition("| ")
        assert head in page
        if slopes[0].isdigit():
            (mine,) = (row for row in page.splitlines() if row.startswith(head))
            shown = mine.rpartition("| ")[2].strip(" |").split(", ")
            for a, b in zip(shown, slopes.strip(" |").split(", "), strict=True):
                assert float(a) == pytest.approx(float(b), abs=0.03)


def test_a_density_that_does_not_change_has_no_slope():
    """At shape 0 skew normals of opposite shapes have the normal density as their mean."""
    source = text_source("exp(-y^2/2)*(1 + erf(a*y/sqrt(2)))/sqrt(2*pi)", truths=[{"a": 0}])
    result = probe_density(source, "a", 2, [0.02, 0.04])
    assert result.slope is None
    assert result.to_data()["slope"] is None
    assert "V is zero up to rounding (below 1e-15) at every split: no slope" in result.to_text()
    assert result.grid().to_csv() == "split,V\n0.02,0\n0.04,0\n"
