"""sBIC against its reference values, the quadratic equation in many digits, and where it is refused."""

import dataclasses
import warnings

import mpmath
import numpy as np
import pytest

from polysolv import InputError, MixingMeasure, SoftmaxGaussianMoE, learning_coefficients, sbic
from polysolv.moe.estimator import record_of
from polysolv.moe.presentation import range_grid, range_notes
from polysolv.moe.singular_bic import sbic_of_fits

BOX = {"beta0": (-4.0, 4.0), "beta1": (-4.0, 4.0)}


def test_reference_values():
    values = sbic((-250, -220, -215, -213), 500, learning_coefficients("softmax-gaussian", 4))
    expected = [-259.321912, -244.823922, -246.271913, -248.679531]
    assert [round(-value / 2, 6) for value in values] == expected


def test_the_quadratic_equation_holds_in_many_digits():
    rng = np.random.default_rng(0)
    for _ in range(4):
        size, n = int(rng.integers(1, 6)), int(rng.integers(3, 10**6))
        logs = np.cumsum(rng.exponential(200, size)) - rng.uniform(0, 2000)
        pairs = {
            (i, j): (i + j / 2, int(rng.integers(1, 4))) for i in range(1, size + 1) for j in range(1, i + 1)
        }
        with mpmath.workdps(1500):
            found = [mpmath.exp(-mpmath.mpf(v) / 2) for v in sbic(logs, n, pairs)]

            def marginal(i, j, logs=logs, pairs=pairs, n=n):
                size, mu = pairs[i, j]
                log_n = mpmath.log(n)
                return mpmath.exp(logs[i - 1] - size * log_n + (mu - 1) * mpmath.log(log_n))

            for i, L in enumerate(found, start=1):
                b = sum(found[: i - 1]) - marginal(i, i)
                c = sum(marginal(i, j) * found[j - 1] for j in range(1, i))
                root = (-b + mpmath.sqrt(b * b + 4 * c)) / 2
                assert abs(mpmath.log(L) - mpmath.log(root)) < 1e-9 * max(1, abs(mpmath.log(root)))


def _by_equation(logs, n, pairs):
    """-2 log L_k in 60 digits; L is 2c / (root + b) where root - b would cancel."""
    with mpmath.workdps(60):
        found = []
        for i in range(1, len(logs) + 1):
            terms = []
            for j in range(1, i + 1):
                size, mu = pairs[i, j]
                log_n = mpmath.log(n)
                terms.append(mpmath.exp(mpmath.mpf(logs[i - 1]) - size * log_n) * log_n ** (mu - 1))
            b = mpmath.fsum(found) - terms[-1]
            c = mpmath.fsum(x * y for x, y in zip(terms[:-1], found, strict=True))
            root = mpmath.sqrt(b * b + 4 * c)
            found.append((root - b) / 2 if b <= 0 else 2 * c / (root + b))
        return [float(-2 * mpmath.log(value)) for value in found]


def test_models_that_fit_far_worse_than_smaller_ones():
    table = learning_coefficients("softmax-gaussian", 5)
    pairs = {
        (e.k, e.k_true): (e.upper, (e.multiplicity if e.value is not None else None) or 1)
        for e in table.entries
    }
    assert sbic([-250, -220, -1020], 500, table) == pytest.approx(
        _by_equation([-250, -220, -1020], 500, pairs)
    )
    rng = np.random.default_rng(1)
    for scale in (1, 30, 800, 1e5):
        for _ in range(10):
            logs = rng.uniform(-scale, scale, int(rng.integers(1, 6))).tolist()
            n = int(rng.integers(3, 10**6))
            assert sbic(logs, n, table) == pytest.approx(_by_equation(logs, n, pairs), rel=1e-9, abs=1e-9)
    # b = 0 exactly, and models that fit equally badly
    equal = {(1, 1): (1, 1), (2, 1): (1, 1), (2, 2): (1, 1), (3, 1): (2, 1), (3, 2): (2, 1), (3, 3): (3, 2)}
    for logs in ([0.0, 0.0, -1e5], [-1e5, -1e5, 0.0], [0.0, -1e5, -1e5], [0.0, -1e5, 0.0]):
        assert sbic(logs, 10, equal) == pytest.approx(_by_equation(logs, 10, equal), rel=1e-12)


def test_regular_models_give_bic():
    pairs = {(1, 1): (1.5, 1)}
    assert sbic([-100.0], 50, pairs) == [pytest.approx(200 + 3 * np.log(50))]


def test_bad_arguments():
    table = learning_coefficients("softmax-gaussian", 2)
    for arguments, name in (
        (([-1.0, np.nan], 10, table), "log_likelihoods"),
        (([], 10, table), "log_likelihoods"),
        (([-1.0], 2, table), "n"),
        (([-1.0] * 3, 10, table), "k, k_true"),
        (([-1.0], 10, {}), "coefficients"),
        (([-1.0], 10, {(1, 1): (-1, 1)}), "coefficients"),
        (([-1.0], 10, {(1, 1): (1, 0)}), "multiplicity"),
    ):
        with pytest.raises(InputError, match=name):
            sbic(*arguments)


@pytest.fixture(scope="module")
def fits():
    G = MixingMeasure([0.3, 0], [[1], [0]], [[1.5], [-1.5]], [1, -1], [0.4, 0.3])
    X, y = G.sample(150, seed=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = [SoftmaxGaussianMoE(k, n_init=1, bounds=BOX, random_state=0).fit(X, y) for k in (1, 2, 3)]
    return [record_of(fit) for fit in made]


def test_a_column_with_the_bounds_that_went_in(fits):
    fits = [dataclasses.replace(fit, converged=True, spurious=()) for fit in fits]
    found = sbic_of_fits(fits)
    expected = sbic([fit.log_likelihood for fit in fits], 150, learning_coefficients("softmax-gaussian", 3))
    assert list(found.values) == expected
    assert found.bounded == ((3, 1),)
    grid = range_grid(fits)
    column = [row[list(grid.headers).index("sBIC")] for row in grid.rows]
    assert [cell.rstrip("*") for cell in column] == [f"{v:.2f}" for v in expected]
    assert any("(3, 1)" in note and "upper bounds" in note for note in range_notes(fits))


def test_refused_where_assumptions_fail(fits):
    sound = [dataclasses.replace(fit, converged=True, spurious=()) for fit in fits]
    half = {"beta0": (None, 4.0), "beta1": (-4.0, 4.0)}
    for change, reason in (
        ({"settings": {**sound[1].settings, "bounds": None}}, "not bounded"),
        ({"settings": {**sound[1].settings, "bounds": half}}, "not bounded"),
        ({"spurious": (0,)}, "spurious"),
        ({"gate_separated": True}, "no maximum"),
        ({"converged": False}, "stationary"),
        ({"settings": {**sound[1].settings, "penalty": "chen-tan"}}, "penalised"),
    ):
        broken = [sound[0], dataclasses.replace(sound[1], **change), sound[2]]
        found = sbic_of_fits(broken)
        assert found.values is None
        assert reason in found.reason
        assert f"no sBIC: {found.reason}" in range_notes(broken)
    assert "for each k from 1" in sbic_of_fits(sound[1:]).reason


@pytest.mark.slow
def test_refused_for_a_dummy():
    rng = np.random.default_rng(0)
    x = rng.integers(0, 2, 300).astype(float)[:, None]
    y = x[:, 0] + rng.standard_normal(300)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = [
            record_of(SoftmaxGaussianMoE(k, n_init=1, bounds=BOX, random_state=0).fit(x, y)) for k in (1, 2)
        ]
    assert "relations" in sbic_of_fits(made).reason
