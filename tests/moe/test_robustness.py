"""Ill-conditioned data end in a finite answer or in one clear line."""

import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from polysolv.errors import InputError
from polysolv.moe import FitWarning, SoftmaxGaussianMoE


@st.composite
def ill_conditioned(draw):
    """Duplicates, tiny n, huge scales, outliers, collinear and discrete columns, in any mixture."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    n, d = draw(st.integers(2, 60)), draw(st.integers(1, 3))
    X = rng.normal(size=(n, d))
    y = X @ rng.normal(size=d) + draw(st.sampled_from([0.0, 1e-9, 0.1, 1.0])) * rng.normal(size=n)
    if draw(st.booleans()):
        X = np.round(X)
    if draw(st.booleans()):
        y = np.round(y)
    if draw(st.booleans()):
        copies = rng.integers(n, size=n)
        X, y = X[copies], y[copies]
    if d > 1 and draw(st.booleans()):
        X[:, 1] = 3 * X[:, 0]
    if draw(st.booleans()):
        y[rng.integers(n)] += draw(st.sampled_from([1e3, -1e8, 1e15]))
    if draw(st.booleans()):
        X[rng.integers(n), 0] = draw(st.sampled_from([1e4, -1e12]))
    X = X * draw(st.sampled_from([1e-120, 1e-8, 1.0, 1e8, 1e120])) + draw(st.sampled_from([0.0, 1e6]))
    y = y * draw(st.sampled_from([1e-120, 1e-8, 1.0, 1e8, 1e120])) + draw(st.sampled_from([0.0, -1e6]))
    method = draw(st.sampled_from(["auto", "newton", "em"]))
    init = draw(st.sampled_from(["em-short", "kmeans", "random"]))
    bounds = draw(
        st.sampled_from([None, {"beta0": (-3, 3), "beta1": (-3, 3)}, {"sigma": (1e-6, 1e6), "b": (-1, 1)}])
    )
    k = draw(st.integers(1, 5))
    return (
        X,
        y,
        SoftmaxGaussianMoE(k, n_init=2, method=method, init=init, bounds=bounds, max_iter=60, random_state=0),
    )


def finishes(case):
    X, y, estimator = case
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", message="the best of")
        warnings.simplefilter("ignore", FitWarning)
        try:
            fit = estimator.fit(X, y)
        except InputError as error:
            message = str(error)
        else:
            message = ""
    assert "\n" not in message
    if message:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        G = fit.mixing_measure_
        for name in ("beta0", "beta1", "a", "b", "sigma"):
            assert np.isfinite(getattr(G, name)).all()
        assert (G.sigma >= fit.min_variance_).all()
        assert np.isfinite(fit.log_likelihood_)
        assert np.isfinite(fit.gradient_norm_)
        assert np.isfinite(fit.predict(X)).all()
        assert isinstance(fit.warnings_, list)
        assert isinstance(fit.to_json(), str)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(ill_conditioned())
def test_ill_conditioned_data_end_in_a_finite_answer_or_a_clear_error(case):
    finishes(case)


@pytest.mark.slow
@settings(max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck))
@given(ill_conditioned())
def test_a_thousand_ill_conditioned_data_sets(case):
    finishes(case)
