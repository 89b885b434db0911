"""The population probe: exponents 2, 2, 2m, m without data, and V by another quadrature."""

from __future__ import annotations

import numpy as np
import pytest

from polysolv import InputError, MixingMeasure, probe
from polysolv.experiments.population import _Problem


@pytest.mark.parametrize(("parameter", "exponent"), [pytest.param("b", 4, marks=pytest.mark.slow), ("a", 2)])
def test_exponents_for_two_atoms(parameter, exponent):
    _check_two_atoms(parameter, exponent)


@pytest.mark.slow
@pytest.mark.parametrize("parameter", ["beta1", "sigma"])
def test_exponents_of_the_others_for_two_atoms(parameter):
    _check_two_atoms(parameter, 2)


def _check_two_atoms(parameter, exponent):
    result = probe(parameter, 2)
    assert result.slope == pytest.approx(exponent, abs=0.1)
    assert result.refined == exponent
    assert all(a < b for a, b in zip(result.distances, result.distances[1:], strict=False))
    # Cauchy-Schwarz: V <= chi / 2 for one and the same measure; V is found from there on.
    assert all(v <= c / 2 for v, c in zip(result.distances, result.chi, strict=True))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("parameter", "exponent", "tolerance"),
    [("beta1", 2, 0.1), ("a", 2, 0.1), ("b", 6, 0.3), ("sigma", 3, 0.3)],
)
def test_exponents_for_three_atoms(parameter, exponent, tolerance):
    """At V of 1e-9 to 1e-5 the higher powers still show in b and sigma."""
    result = probe(parameter, 3)
    assert result.slope == pytest.approx(exponent, abs=tolerance)
    assert result.refined == exponent


def test_residual_and_jacobian_by_the_model_itself():
    truth = MixingMeasure([0.2, -0.1], [[0.4], [-0.3]], [[1.0], [-0.5]], [0.3, -0.8], [0.5, 0.9])
    problem = _Problem.of(truth, "b", 2)
    rng = np.random.default_rng(1)
    vector = 0.05 * rng.standard_normal(problem.free.size)
    residual, jacobian = problem.residual(vector, 0.2)
    theta = problem.base + problem.deviations(vector, 0.2)
    assert theta[1, 3] - theta[0, 3] == pytest.approx(0.2)
    G = MixingMeasure(theta[:, 0], theta[:, 1:2], theta[:, 2:3], theta[:, 3], theta[:, 4])
    expected = G.density(problem.x[:, None], problem.y) - truth.density(problem.x[:, None], problem.y)
    assert np.allclose(residual, expected, atol=1e-14)
    for i in range(vector.size):
        shift = np.zeros(vector.size)
        shift[i] = 1e-6
        numeric = (problem.residual(vector + shift, 0.2)[0] - problem.residual(vector - shift, 0.2)[0]) / 2e-6
        assert np.allclose(jacobian[i], numeric, atol=1e-8)
    assert problem.weights @ problem.density == pytest.approx(1.0, abs=1e-10)


@pytest.mark.parametrize(
    "arguments",
    [
        {"parameter": "beta0"},
        {"parameter": "b", "m": 1},
        {"parameter": "b", "m": 5},
        {"parameter": "b", "epsilons": [0.1]},
        {"parameter": "b", "epsilons": [0.2, 0.1]},
        {"parameter": "b", "epsilons": ["x", "y"]},
        {"parameter": "b", "truth": MixingMeasure([0], [[0]], [[1]], [0], [1])},
        {"parameter": "b", "seed": -1},
    ],
)
def test_bad_arguments(arguments):
    with pytest.raises(InputError):
        probe(**arguments)


def test_the_probe_does_not_depend_on_the_number_of_processes():
    seen = []
    one = probe("a", 2, [0.1, 0.2], progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 2), (2, 2)]
    assert probe("a", 2, [0.1, 0.2], jobs=2) == one
