"""Confidence intervals against closed forms and an independent optimiser; what has none says why."""

import warnings

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import chi2, norm

from polysolv.moe import MixingMeasure, SoftmaxGaussianMoE
from polysolv.moe.intervals import draws_needed
from polysolv.moe.likelihood_ratio import LikelihoodRatioTest

TRUTH = MixingMeasure([0.3, 0], [[1], [0]], [[1.5], [-1.5]], [1, -1], [0.4, 0.3])


def quiet(k, X, y, **settings):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return SoftmaxGaussianMoE(k, random_state=0, **settings).fit(X, y)


@pytest.fixture(scope="module")
def data():
    return TRUTH.sample(300, seed=2)


@pytest.fixture
def fit(data):
    return quiet(2, *data, n_init=1, init=TRUTH)


def test_wald_intervals_are_symmetric_those_of_variances_in_their_logarithms(fit):
    found = fit.conf_int(0.9)
    z, errors, G = norm.ppf(0.95), fit.standard_errors_, fit.mixing_measure_
    assert found["a[1,0]"] == pytest.approx((G.a[1, 0] - z * errors.a[1, 0], G.a[1, 0] + z * errors.a[1, 0]))
    factor = np.exp(z * errors.sigma[0] / G.sigma[0])
    assert found["sigma[0]"] == pytest.approx((G.sigma[0] / factor, G.sigma[0] * factor))
    assert found["beta1[1,0]"] == (0, 0)
    assert np.asarray(found).shape == (10, 2)
    assert found.to_frame().loc["b[0]", "estimate"] == pytest.approx(G.b[0])
    with pytest.raises(ValueError, match="did you mean"):
        found["sigmo[0]"]


def test_profiles_of_one_expert_have_closed_forms():
    rng = np.random.default_rng(1)
    x, level = 1e5 + rng.normal(size=40), 0.8
    y = 2 * x + rng.normal(size=40)
    fit = quiet(1, x[:, None], y)
    rss, n, q = 40 * fit.mixing_measure_.sigma[0], 40, chi2.ppf(level, 1)
    half = np.sqrt(rss / ((x - x.mean()) ** 2).sum() * np.expm1(q / n))
    found = fit.conf_int(level, "profile")
    slope = fit.mixing_measure_.a[0, 0]
    assert found["a[0,0]"] == pytest.approx((slope - half, slope + half), rel=1e-9)
    for end in found["sigma[0]"]:
        ratio = fit.mixing_measure_.sigma[0] / end
        assert n * (-np.log(ratio) + ratio - 1) == pytest.approx(q, abs=1e-4)


def test_at_the_end_of_a_profile_an_independent_maximum_is_as_low_as_it_should_be(data, fit):
    X, y = data
    found = fit.conf_int(0.95, "profile")
    G = fit.mixing_measure_
    wanted = fit.log_likelihood_ - 0.5 * chi2.ppf(0.95, 1)

    def loss(free, held):
        beta0, beta1, a0, a1, b0, b1, s0, s1 = [*free[:2], held, *free[2:]]
        measure = MixingMeasure([beta0, 0], [[beta1], [0]], [[a0], [a1]], [b0, b1], np.exp([s0, s1]))
        return -measure.log_likelihood(X, y)

    start = [G.beta0[0] - G.beta0[1], G.beta1[0, 0] - G.beta1[1, 0], G.a[1, 0], *G.b, *np.log(G.sigma)]
    for end in found["a[0,0]"]:
        best = minimize(loss, start, args=(end,), method="BFGS", options={"gtol": 1e-4})
        assert -best.fun == pytest.approx(wanted, abs=1e-4)


def test_units_and_the_order_of_atoms_change_no_interval(data, fit):
    X, y = data
    other = quiet(2, 1e-3 * X + 7, 100 * y, n_init=1, init=fit.mixing_measure_.reorder([1, 0]))
    if np.sign(other.mixing_measure_.a[0, 0]) == np.sign(fit.mixing_measure_.a[0, 0]):
        order = [0, 1]
    else:
        order = [1, 0]
    for method in ("wald", "profile"):
        one, two = fit.conf_int(method=method), other.conf_int(method=method)
        for i, j in enumerate(order):
            np.testing.assert_allclose(two[f"a[{j},0]"], 1e5 * np.array(one[f"a[{i},0]"]), rtol=1e-5)
            np.testing.assert_allclose(two[f"sigma[{j}]"], 1e4 * np.array(one[f"sigma[{i}]"]), rtol=1e-5)


def test_far_covariates_have_intervals_at_the_centre_of_the_table(data):
    X, y = data
    fit = quiet(2, X + 1.7e6, y, n_init=1)
    for method in ("wald", "profile"):
        fit.conf_int(method=method)
    for found in fit.inference_.intervals:
        estimates, low, high = found.centred
        assert (low[6:8] < estimates[6:8]).all()
        assert (estimates[6:8] < high[6:8]).all()
        assert (high[6:8] - low[6:8] < 0.5).all()
    assert "95 % interval (profile)" in str(fit.summary())


def test_rows_that_say_nothing_are_withheld_with_the_reason(data):
    X, y = data
    fit = quiet(3, X, y, n_init=2)
    alike = [i for cell in fit.inferred_cells_ if len(cell) > 1 for i in cell]
    assert alike
    for method in ("wald", "profile"):
        found = fit.conf_int(method=method)
        for i in alike:
            assert np.isnan(found[f"a[{i},0]"]).all()
            assert "looks like one atom" in found.withheld[i]
    rows = np.isnan(fit.covariance_).all(axis=1)
    assert rows[[6 + i for i in alike]].all()


def test_a_hard_gate_withholds_the_gate_alone():
    rng = np.random.default_rng(0)
    x = np.concatenate([rng.uniform(-2, -1, 60), rng.uniform(1, 2, 60)])
    y = np.where(x < 0, x, 2 * x - 3) + 0.1 * rng.normal(size=120)
    fit = quiet(2, x[:, None], y, n_init=2)
    fit.bootstrap(39)
    for method in ("wald", "profile", "bootstrap"):
        found = fit.conf_int(method=method)
        assert np.isnan(found["beta1[0,0]"]).all()
        low, high = found["a[0,0]"]
        assert low < fit.mixing_measure_.a[0, 0] < high
        assert high - low < 0.5


def test_levels_and_methods_that_are_none_are_refused_in_one_line(fit):
    for level in (0, 1, -0.5, 95, "0.9", True, float("nan"), None):
        with pytest.raises(ValueError, match="level: .* above 0 and below 1"):
            fit.conf_int(level)
    with pytest.raises(ValueError, match="method: 'walt' .*did you mean wald"):
        fit.conf_int(method="walt")
    fit.bootstrap(9)
    with pytest.raises(ValueError, match=r"level: 0.95 is not allowed; allowed: at most 0.8 with 9 draws"):
        fit.conf_int(0.95, "bootstrap")
    assert draws_needed(0.8) == 9


def test_what_was_asked_is_in_summary_page_and_file(fit):
    from polysolv.moe.estimator import record_of
    from polysolv.moe.fit_page import fit_page

    fit.bootstrap(19, seed=4)
    fit.conf_int(0.9, "bootstrap")
    fit.conf_int(0.9, "profile")
    fit.inference_ = fit.inference_.with_test(LikelihoodRatioTest(2, 3, 1.5, (1.0, 2.0), 2, 0, 7))
    words = ("90 % interval (bootstrap)", "90 % interval (profile)", "19 draws, seed 4", "against k = 3")
    text, page = str(fit.summary()), fit_page([record_of(fit)], None)
    assert all(word in text and word in page for word in words)
    again = SoftmaxGaussianMoE.from_json(fit.to_json())
    assert again.to_json() == fit.to_json()
    assert str(again.summary()) == text
    np.testing.assert_array_equal(again.covariance_, fit.covariance_)
    for method in ("wald", "bootstrap"):
        assert again.conf_int(0.5, method)["a[0,0]"] == fit.conf_int(0.5, method)["a[0,0]"]
    with pytest.raises(ValueError, match="a fit that still holds its data"):
        again.conf_int(method="profile")
