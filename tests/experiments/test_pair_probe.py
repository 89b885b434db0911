"""The probe of pairs: exponents by the order of contact, its Jacobian, and V by another integral."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

from polysolv import InputError, pair_probe
from polysolv.experiments.pairs import _Pair, _witnesses


@pytest.mark.slow
def test_one_against_two():
    result = pair_probe("b", 1, 2, epsilons=[0.06, 0.12])
    assert result.slope == pytest.approx(4, abs=0.15)
    assert result.predicted == 4
    # Two atoms at ±ε with variance 1 - ε²: V of the explicit pair, by adaptive quadrature.
    e = 0.06
    normal = lambda x, b, s: np.exp(-((x - b) ** 2) / 2 / s) / np.sqrt(2 * np.pi * s)  # noqa: E731
    gap = lambda x: abs(  # noqa: E731
        normal(x, 0, 1) - normal(x, e, 1 - e**2) / 2 - normal(x, -e, 1 - e**2) / 2
    )
    explicit = 0.5 * quad(gap, -9, 9, limit=400, points=(-2.3, -0.7, 0.7, 2.3))[0]
    assert 0.5 * explicit < result.distances[0] <= explicit * 1.001


@pytest.mark.slow
@pytest.mark.parametrize(
    ("parameter", "m", "m_true", "exponent"), [("b", 1, 2, 4), ("b", 2, 2, 6), ("sigma", 1, 2, 2)]
)
def test_slopes_are_within_the_claims(parameter, m, m_true, exponent):
    result = pair_probe(parameter, m, m_true)
    assert result.slope == pytest.approx(exponent, abs=0.15)
    assert result.predicted == exponent


@pytest.mark.parametrize("parameter", ["b", "sigma"])
def test_jacobian(parameter):
    pair = _Pair(parameter, 2, 2, 0.2, (1.0, -1.0))
    z = 0.5 * np.random.default_rng(1).standard_normal(10)
    _, jacobian = pair.difference(z)
    h = 1e-6
    for i, unit in enumerate(np.eye(10)):
        slope = (pair.difference(z + h * unit)[0] - pair.difference(z - h * unit)[0]) / (2 * h)
        assert jacobian[:, i] == pytest.approx(slope, abs=1e-8)


def test_the_kept_pair_is_a_start_of_high_contact():
    def least(epsilon):
        starts = _witnesses(_Pair("b", 2, 2, epsilon, (1.0, -1.0)))
        pairs = [_Pair("b", 2, 2, epsilon, signs) for signs in _signs()]
        return min(np.abs(pair.difference(z)[0]).sum() for z in starts for pair in pairs)

    assert np.log2(least(0.1) / least(0.05)) == pytest.approx(6, abs=0.3)


def _signs():
    return [(a, b) for a in (1.0, -1.0) for b in (1.0, -1.0)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("a", 2, 2), "parameter"),
        (("b", 1, 1), "three atoms"),
        (("b", 5, 1), "m: 5"),
        (("b", 1, 2, [0.2]), "two"),
        (("b", 1, 2, [0.2, 0.1]), "ascending"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(InputError, match=message):
        pair_probe(*arguments)
