"""Weights of rows: a weighted fit is the fit of repeated rows; checked against independent code."""

import json
import warnings

import numpy as np
import pytest
import sklearn
from scipy.optimize import minimize
from sklearn.base import clone
from sklearn.model_selection import cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

from polysolv.errors import InputError
from polysolv.moe import MixingMeasure, SoftmaxGaussianMoE
from polysolv.moe.row_weights import checked_weights, distinct_rows
from polysolv.moe.scale import residual_scale
from polysolv.moe.weighted import median, quantile

TRUTH = MixingMeasure([0.3, 0], [[1, 0], [0, 0]], [[1.5, 0.5], [-1.5, 0]], [1, -1], [0.4, 0.3])
STRUCTURES = (
    {},
    {"variance": "equal"},
    {"gate_features": [1], "expert_features": [0]},
    {"gate_features": [], "variance": "equal"},
    {"penalty": "chen-tan"},
)


@pytest.fixture(scope="module")
def data():
    X, y = TRUTH.sample(150, lambda n, rng: rng.uniform(-1, 1, (n, 2)), seed=4)
    return X, y, np.random.default_rng(5).integers(0, 4, 150)


def log_likelihood(parts, X, y, weights):
    """The weighted log-likelihood, written down once more; ``parts`` are beta0, beta1, a, b, log sigma."""
    beta0, beta1, a, b, log_sigma = parts
    logits = beta0 + X @ beta1.T
    gate = np.exp(logits - logits.real.max(axis=1, keepdims=True))
    gate /= gate.sum(axis=1, keepdims=True)
    sigma = np.exp(log_sigma)
    density = np.exp(-((y[:, None] - b - X @ a.T) ** 2) / (2 * sigma)) / np.sqrt(2 * np.pi * sigma)
    return weights @ np.log((gate * density).sum(axis=1))


def vector_of(G, gate, experts, equal):
    parts = [G.beta0[1:] - G.beta0[0], G.beta1[1:][:, gate] - G.beta1[:1][:, gate]]
    parts += [G.a[:, experts], G.b, np.log(G.sigma[:1] if equal else G.sigma)]
    return np.concatenate([np.ravel(part) for part in parts])


def parts_of(vector, k, d, gate, experts, equal):
    """Free parameters with the first atom's gate fixed at 0."""
    beta0, rest = np.append(0.0, vector[: k - 1]), vector[k - 1 :]
    beta1, a = np.zeros((k, d), vector.dtype), np.zeros((k, d), vector.dtype)
    few = (k - 1) * len(gate)
    beta1[1:, gate], rest = rest[:few].reshape(k - 1, len(gate)), rest[few:]
    few = k * len(experts)
    a[:, experts], rest = rest[:few].reshape(k, len(experts)), rest[few:]
    b, log_sigma = rest[:k], rest[k:]
    return beta0, beta1, a, b, np.repeat(log_sigma, k) if equal else log_sigma


@pytest.mark.parametrize(
    ("settings", "k"),
    [
        ({}, 3),
        ({"gate_features": [1], "expert_features": [0], "variance": "equal"}, 2),
        *(pytest.param(settings, k, marks=pytest.mark.slow) for settings in STRUCTURES for k in (1, 2, 3)),
    ],
    ids=str,
)
def test_a_weighted_fit_is_the_fit_of_repeated_rows(data, settings, k):
    X, y, weights = data
    rows = np.repeat(np.arange(y.size), weights)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        estimator = SoftmaxGaussianMoE(k, n_init=1, random_state=0, **settings)
        one, other = clone(estimator).fit(X, y, weights), clone(estimator).fit(X[rows], y[rows])
    near = {"rtol": 1e-7, "atol": 1e-9}
    for name in ("beta0", "beta1", "a", "b", "sigma"):
        pair = (getattr(fit.mixing_measure_, name) for fit in (one, other))
        np.testing.assert_allclose(*pair, **near)
        pair = (getattr(fit.standard_errors_, name) for fit in (one, other))
        np.testing.assert_allclose(*pair, **near)
    for name in (
        "log_likelihood_",
        "effective_rows_",
        "information_eigenvalues_",
        "entropy_",
        "min_variance_",
    ):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), **near)
    for name in ("n_samples_", "n_parameters_", "spurious_", "converged_", "inferred_cells_", "at_bound_"):
        assert getattr(one, name) == getattr(other, name)
    for criterion in ("aic", "bic", "icl"):
        again = getattr(one, criterion)(X, y, weights)
        np.testing.assert_allclose(getattr(one, criterion)(), again, rtol=1e-9)
        np.testing.assert_allclose(again, getattr(other, criterion)(), rtol=1e-9)
    assert one.n_samples_ == weights.sum()
    assert max(one.gradient_norm_, other.gradient_norm_) <= 1e-8


def test_a_spike_is_spurious_in_weighted_and_in_repeated_rows():
    rng = np.random.default_rng(3)
    X = rng.uniform(-1, 1, (60, 1))
    y = X[:, 0] + rng.normal(size=60)
    y[:6] = 2.0 + 3.0 * X[:6, 0] + 0.06 * rng.normal(size=6)
    weights = rng.integers(1, 3, 60)
    weights[:6] = 1
    spike = MixingMeasure([0, -2], [[0], [0]], [[1], [3]], [0, 2], [1.0, 2e-3])
    rows = np.repeat(np.arange(60), weights)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = SoftmaxGaussianMoE(2, init=spike, random_state=0, min_variance=1e-12)
        found = [
            clone(fit).fit(X, y, weights),
            clone(fit).fit(X[rows], y[rows]),
            # Eight copies of each row are no longer a few rows.
            clone(fit).fit(X, y, weights * 8),
        ]
    assert found[0].starts_[0][2]
    assert found[1].starts_[0][2]
    for one, other in zip(found[0].starts_, found[1].starts_, strict=True):
        assert one[1:] == other[1:]
        assert one[0] == pytest.approx(other[0], rel=1e-9)
    assert not found[2].starts_[0][2]


@pytest.mark.parametrize(
    ("settings", "gate", "experts"),
    [
        ({"gate_features": [1], "expert_features": [0], "variance": "equal"}, [1], [0]),
        *(
            pytest.param(*case, marks=pytest.mark.slow)
            for case in (
                ({"variance": "equal"}, [0, 1], [0, 1]),
                ({"gate_features": [1], "expert_features": [0]}, [1], [0]),
                ({"gate_features": [], "variance": "equal"}, [], [0, 1]),
                ({"expert_features": ()}, [0, 1], []),
            )
        ),
    ],
    ids=str,
)
def test_bfgs_on_an_independent_likelihood_finds_the_same_maximum(data, settings, gate, experts):
    X, y, weights = data
    weights = weights * 0.7  # real weights
    equal = settings.get("variance") == "equal"
    fit = SoftmaxGaussianMoE(2, n_init=3, random_state=0, **settings).fit(X, y, weights)

    def loss(vector):
        return -log_likelihood(parts_of(vector, 2, 2, gate, experts, equal), X, y, weights)

    start = vector_of(fit.mixing_measure_, gate, experts, equal)
    assert start.size == fit.n_parameters_
    np.testing.assert_allclose(-loss(start), fit.log_likelihood_, rtol=1e-12)
    rng = np.random.default_rng(0)
    found = minimize(loss, start + 0.05 * rng.normal(size=start.size), method="BFGS", options={"gtol": 1e-6})
    np.testing.assert_allclose(found.x, start, atol=2e-5)
    assert -found.fun <= fit.log_likelihood_ + 1e-8
    # Its curvature gives the standard errors: differences of gradients by complex steps.
    steps = 1e-5 * np.eye(start.size)

    def gradient(vector):
        return np.array([loss(vector + 1e-15j * step).imag / 1e-20 for step in steps])

    hessian = [(gradient(start + step) - gradient(start - step)) / 2e-5 for step in steps]
    errors = np.sqrt(np.diag(np.linalg.inv(hessian)))
    stated = fit.standard_errors_
    k = len(gate) + 1 + 2 * len(experts)
    np.testing.assert_allclose(errors[k : k + 2], stated.b, rtol=1e-6)
    np.testing.assert_allclose(errors[k + 2], stated.sigma[0] / fit.mixing_measure_.sigma[0], rtol=1e-6)
    if experts:
        np.testing.assert_allclose(errors[len(gate) + 1 : k], stated.a[:, experts].ravel(), rtol=1e-6)
    if equal:
        assert fit.mixing_measure_.sigma[0] == fit.mixing_measure_.sigma[1]
        assert stated.sigma[0] == stated.sigma[1]


def test_one_expert_is_weighted_least_squares(data):
    X, y, weights = data
    weights = weights + 0.25
    fit = SoftmaxGaussianMoE().fit(X, y, weights)
    A = np.column_stack([np.ones(y.size), X])
    information = A.T @ (weights[:, None] * A)
    solved = np.linalg.solve(information, A.T @ (weights * y))
    variance = float(weights @ (y - A @ solved) ** 2 / weights.sum())
    G = fit.mixing_measure_
    np.testing.assert_allclose([G.b[0], *G.a[0]], solved, rtol=1e-10)
    np.testing.assert_allclose(G.sigma[0], variance, rtol=1e-10)
    errors = np.sqrt(variance * np.diag(np.linalg.inv(information)))
    stated = fit.standard_errors_
    np.testing.assert_allclose([stated.b[0], *stated.a[0]], errors, rtol=1e-8)
    np.testing.assert_allclose(stated.sigma[0], variance * np.sqrt(2 / weights.sum()), rtol=1e-8)


def test_the_scale_of_weights_moves_errors_and_nothing_of_the_estimates(data):
    X, y, weights = data
    one, four = (SoftmaxGaussianMoE(2, n_init=1, random_state=0).fit(X, y, c * weights) for c in (1.0, 4.0))
    np.testing.assert_allclose(four.mixing_measure_.a, one.mixing_measure_.a, rtol=1e-7)
    np.testing.assert_allclose(four.log_likelihood_, 4 * one.log_likelihood_, rtol=1e-12)
    np.testing.assert_allclose(four.standard_errors_.a, one.standard_errors_.a / 2, rtol=1e-6)


def test_weights_of_one_and_of_zero(data):
    X, y, weights = data
    estimator = SoftmaxGaussianMoE(2, n_init=1, random_state=0)
    plain, ones = clone(estimator).fit(X, y), clone(estimator).fit(X, y, np.ones(y.size))
    assert plain.mixing_measure_ == ones.mixing_measure_
    kept = weights > 0
    some = clone(estimator).fit(X, y, weights > 0)
    assert some.mixing_measure_ == clone(estimator).fit(X[kept], y[kept]).mixing_measure_
    rows, _ = clone(estimator).fit(X, y, weights * 1000.0 * (X[:, 0] > 0)).sample(200, seed=0)
    assert (rows[:, 0] > 0).all()


def test_order_statistics_are_those_of_the_rows_written_out():
    rng = np.random.default_rng(0)
    for n in (3, 4, 11, 40):
        values, weights = rng.normal(size=n).round(1), rng.integers(1, 6, n)
        written = np.repeat(values, weights)
        for share in (0.0, 0.1, 0.5, 0.75, 0.9, 1.0):
            np.testing.assert_allclose(
                quantile(values, share, weights.astype(float)), np.quantile(written, share), atol=1e-15
            )
        np.testing.assert_allclose(median(values, weights.astype(float)), np.median(written), atol=1e-15)
    Z = np.vstack([np.ones(40), rng.normal(size=40)])
    pair = (
        residual_scale(Z, values, weights.astype(float)),
        residual_scale(np.repeat(Z, weights, axis=1), written),
    )
    np.testing.assert_allclose(*pair, rtol=1e-6)


def test_equal_rows_become_one():
    rng = np.random.default_rng(1)
    X, y = rng.integers(0, 3, (500, 2)).astype(float), rng.integers(0, 2, 500).astype(float)
    weights = rng.uniform(0.5, 2, 500)
    found_X, found_y, counts = distinct_rows(X, y, weights)
    whole, where = np.unique(np.column_stack([X, y]), axis=0, return_inverse=True)
    order = np.lexsort(np.column_stack([found_y, found_X[:, ::-1]]).T)
    np.testing.assert_array_equal(np.column_stack([found_X, found_y])[order], whole)
    np.testing.assert_allclose(counts[order], np.bincount(where.ravel(), weights))
    assert (found_X[0] == X[0]).all()
    assert found_y[0] == y[0]
    assert distinct_rows(found_X, found_y, None)[2] is None


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ([1.0, -2.0, 1.0], "sample_weight: row 1: -2.0 is not allowed"),
        ([0.0, 0.0, 0.0], "sample_weight: 'all zero' is not allowed"),
        ([1.0, np.nan, 1.0], "sample_weight: row 1: nan"),
        ([1.0, np.inf, 1.0], "sample_weight: row 1: inf"),
        ([1.0, 2.0], "one weight for each row"),
        (["a", "b", "c"], "an array of real numbers"),
        ([[1.0], [1.0], [1.0]], "one weight for each row"),
    ],
)
def test_weights_that_are_refused(weights, words):
    with pytest.raises(InputError) as caught:
        checked_weights(weights, 3)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_weights_that_add_up_to_too_little(data):
    X, y, weights = data
    with pytest.raises(InputError, match="a weight is a number of rows"):
        SoftmaxGaussianMoE(2).fit(X, y, weights / weights.sum())


def test_metadata_routing_hands_the_weights_on(data):
    X, y, weights = data
    with sklearn.config_context(enable_metadata_routing=True):
        model = SoftmaxGaussianMoE(2, n_init=1, random_state=0).set_fit_request(sample_weight=True)
        model.set_score_request(sample_weight=True)
        found = make_pipeline(StandardScaler().set_fit_request(sample_weight=True), model).fit(
            X, y, sample_weight=weights
        )
        assert found[-1].n_samples_ == weights.sum()
        scored = cross_validate(model, X, y, params={"sample_weight": weights}, cv=2, return_estimator=True)
        halves = [fit.n_samples_ for fit in scored["estimator"]]
        assert sum(halves) == weights.sum()
        with pytest.raises(ValueError, match="sample_weight"):
            cross_validate(
                SoftmaxGaussianMoE(2), X, y, params={"sample_weight": weights}, error_score="raise"
            )


def test_a_weighted_fit_is_kept_in_json(data):
    X, y, weights = data
    fit = SoftmaxGaussianMoE(2, n_init=1, random_state=0).fit(X, y, weights * 0.5)
    text = fit.to_json()
    back = SoftmaxGaussianMoE.from_json(text)
    assert back.to_json() == text
    assert back.weights_ == "sample_weight"
    assert back.n_samples_ == weights.sum() / 2
    assert json.loads(text)["data"]["n"] == weights.sum() / 2
    assert back.bic() == pytest.approx(fit.bic())
    assert "rows count as often as sample_weight says" in str(fit.summary())
    for wrong in ('"weights": 3', '"weights": ["w"]'):
        with pytest.raises(InputError, match="weights"):
            SoftmaxGaussianMoE.from_json(text.replace('"weights": "sample_weight"', wrong))


SLOW = ({"variance": "equal"}, {"gate_features": [0]}, {"gate_features": ()}, {"expert_features": [0]})


@pytest.mark.parametrize(
    "settings",
    [
        {"gate_features": [0], "expert_features": [0], "variance": "equal"},
        *(pytest.param(settings, marks=pytest.mark.slow) for settings in SLOW),
    ],
    ids=str,
)
def test_scikit_learns_checks_pass_with_each_option(settings):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = check_estimator(SoftmaxGaussianMoE(n_init=2, **settings), on_fail=None)
    assert not [r for r in results if r["status"] not in ("passed", "skipped")]
