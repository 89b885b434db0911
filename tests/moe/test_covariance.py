"""Standard errors and covariances against independent code: finite differences, least squares, other programs."""

import json
from pathlib import Path

import numpy as np
import pytest

from polysolv.moe import MixingMeasure, SoftmaxGaussianMoE

DATA = Path(__file__).parents[1] / "data"
TRUTH = MixingMeasure([0.3, 0], [[1], [0]], [[1.5], [-1.5]], [1, -1], [0.4, 0.3])
PLANE = MixingMeasure(
    [0.2, -0.3, 0], [[1, -1], [-2, 1], [0, 0]], [[1, 2], [-2, 0], [0, 1]], [3, 0, -3], [0.3, 0.5, 0.2]
)


def log_likelihood(theta, k, X, y):
    """The log-likelihood in extended precision, from its definition; the last gate is 0."""
    d = X.shape[1]
    X, y = X.astype(np.longdouble), y.astype(np.longdouble)
    beta0, beta1, a, b, sigma = np.split(theta, np.cumsum([k - 1, (k - 1) * d, k * d, k]))
    logits = np.zeros((X.shape[0], k), dtype=np.longdouble)
    logits[:, :-1] = beta0 + X @ beta1.reshape(k - 1, d).T
    pi = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    means = b + X @ a.reshape(k, d).T
    density = np.exp(-((y[:, None] - means) ** 2) / (2 * sigma)) / np.sqrt(2 * np.longdouble(np.pi) * sigma)
    return np.log((pi * density).sum(axis=1)).sum()


def information(theta, k, X, y, step=1e-3):
    """Minus the Hessian by central differences of order 4."""
    theta = theta.astype(np.longdouble)
    m, weights = theta.size, {-2: 1.0, -1: -8.0, 1: 8.0, 2: -1.0}
    steps = step * np.eye(m, dtype=np.longdouble)
    found = np.zeros((m, m), dtype=np.longdouble)
    for i in range(m):
        for j in range(i, m):
            found[i, j] = found[j, i] = sum(
                u * v * log_likelihood(theta + s * steps[i] + t * steps[j], k, X, y)
                for s, u in weights.items()
                for t, v in weights.items()
            ) / (np.longdouble(12 * step) ** 2)
    return -found


def vector(G):
    parts = (G.beta0[:-1] - G.beta0[-1], (G.beta1[:-1] - G.beta1[-1]).ravel(), G.a.ravel(), G.b, G.sigma)
    return np.concatenate(parts)


def places(k, d):
    """Where the free parameters lie in the order of the score."""
    slopes = [k + i * d + j for i in range(k - 1) for j in range(d)]
    return [*range(k - 1), *slopes, *range(k + k * d, k * (2 * d + 3))]


@pytest.mark.parametrize(
    ("truth", "n"), [(TRUTH, 150), pytest.param(PLANE, 500, marks=pytest.mark.slow)], ids=["line", "plane"]
)
def test_the_covariance_is_the_inverse_of_finite_differences(truth, n):
    X, y = truth.sample(n, seed=3)
    fit = SoftmaxGaussianMoE(truth.k, n_init=1, init=truth, tol=1e-12).fit(X, y)
    assert fit.standard_errors_.reference == truth.k - 1
    by_hand = np.linalg.inv(information(vector(fit.mixing_measure_), truth.k, X, y, 2e-4).astype(np.float64))
    index = places(truth.k, truth.d)
    found = fit.covariance_[np.ix_(index, index)]
    scale = np.sqrt(np.outer(np.diag(by_hand), np.diag(by_hand)))
    np.testing.assert_allclose(found / scale, by_hand / scale, atol=1e-6)
    np.testing.assert_allclose(np.sqrt(np.diag(found)), np.sqrt(np.diag(by_hand)), rtol=1e-6)


def test_the_covariance_holds_the_standard_errors_and_fixes_one_gate():
    X, y = TRUTH.sample(300, seed=1)
    fit = SoftmaxGaussianMoE(2, n_init=1, init=TRUTH).fit(X, y)
    errors = fit.standard_errors_
    named = np.concatenate([np.ravel(getattr(errors, p)) for p in ("beta0", "beta1", "a", "b", "sigma")])
    np.testing.assert_allclose(np.sqrt(np.diag(fit.covariance_)), named, rtol=1e-12)
    np.testing.assert_allclose(fit.covariance_, fit.covariance_.T)
    assert not fit.covariance_[[1, 3]].any()


def test_one_expert_has_the_errors_of_least_squares():
    rng = np.random.default_rng(5)
    X = rng.normal(size=(80, 2))
    y = X @ [1.0, -2.0] + 3.0 + rng.normal(size=80)
    fit = SoftmaxGaussianMoE(1).fit(X, y)
    Z = np.column_stack([X, np.ones(80)])
    residual = y - Z @ np.linalg.lstsq(Z, y, rcond=None)[0]
    variance = (residual**2).mean()
    np.testing.assert_allclose(fit.covariance_[3:6, 3:6], variance * np.linalg.inv(Z.T @ Z), rtol=1e-9)
    assert fit.covariance_[6, 6] == pytest.approx(2 * variance**2 / 80, rel=1e-9)


@pytest.mark.parametrize("prefix", ["", "weighted_"])
def test_one_expert_agrees_with_statsmodels(prefix):
    # Written by tests/data/make_statsmodels.py with the version that the file names.
    reference = json.loads((DATA / "statsmodels.json").read_text(encoding="utf-8"))
    X, y = np.array(reference["X"]), np.array(reference["y"])
    fit = SoftmaxGaussianMoE(1).fit(X, y, sample_weight=reference["weights"] if prefix else None)
    d = X.shape[1]
    G = fit.mixing_measure_
    np.testing.assert_allclose([G.b[0], *G.a[0]], reference[f"{prefix}params"], rtol=1e-9)
    order = [1 + 2 * d, *range(1 + d, 1 + 2 * d)]
    found = fit.covariance_[np.ix_(order, order)]
    np.testing.assert_allclose(found, reference[f"{prefix}cov_params"], rtol=1e-8)


def errors_of_flexmix(G, X, y):
    """Errors of (b, a, log deviation) of each atom, then of the last gate relative to the first."""
    slopes = np.concatenate([np.ones(8), 2 * G.sigma])
    hessian = G.hessian(X, y) * np.outer(slopes, slopes)
    last = np.arange(8, 10)
    # From variances s^2 to log s.
    hessian[last, last] += 4 * G.sigma * G.score(X, y)[last]
    index = [6, 4, 8, 7, 5, 9, 1, 3]
    return np.sqrt(np.diag(np.linalg.inv(-hessian[np.ix_(index, index)])))


def test_two_experts_agree_with_flexmix():
    # Written by tests/data/make_flexmix.R with the versions that the file names.
    reference = json.loads((DATA / "flexmix.json").read_text(encoding="utf-8"))
    X, y = np.array(reference["x"])[:, None], np.array(reference["y"])
    b0, a0, s0, b1, a1, s1, gate, slope = reference["refit"]
    G = MixingMeasure([0, gate], [[0], [slope]], [[a0], [a1]], [b0, b1], np.exp([2 * s0, 2 * s1]))
    printed = [float(f"{value:.5g}") for value in reference["refit_errors"]]
    assert [float(f"{value:.5g}") for value in errors_of_flexmix(G, X, y)] == pytest.approx(
        printed, rel=1.01e-4
    )
    # At the maximum, where refit's optimiser does not quite get.
    fit = SoftmaxGaussianMoE(2, n_init=1, init=G.reorder([1, 0]), tol=1e-10).fit(X, y)
    errors, G = fit.standard_errors_, fit.mixing_measure_
    assert fit.log_likelihood_ == pytest.approx(reference["log_likelihood"][0], abs=1e-6)
    found = [
        *(v for i in (1, 0) for v in (errors.b[i], errors.a[i, 0], errors.sigma[i] / (2 * G.sigma[i]))),
        errors.beta0[0],
        errors.beta1[0, 0],
    ]
    np.testing.assert_allclose(found, reference["polished_errors"], rtol=1e-4)
