import dataclasses
import pickle
import subprocess
import sys
import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.estimator_checks import check_estimator

from polysolv.errors import InputError
from polysolv.moe import FitWarning, MixingMeasure, SoftmaxGaussianMoE
from polysolv.moe.diagnostics import inferred_cells

# Over-fitted models are this file's daily bread.
pytestmark = pytest.mark.filterwarnings("ignore:over-specified:polysolv.moe.FitWarning")

TRUTH = MixingMeasure([0.3, 0], [[1], [0]], [[1.5], [-1.5]], [1, -1], [0.4, 0.3])
# The published experiment: standard deviations 0.3 and 0.4.
SHARP = MixingMeasure([-8, 0], [[25], [0]], [[-20], [20]], [15, -5], [0.09, 0.16])


def line(n, rng):
    return np.linspace(0, 1, n)[:, None]


@pytest.fixture(scope="module")
def data():
    return TRUTH.sample(4000, seed=0)


@pytest.fixture(scope="module")
def fitted(data):
    return SoftmaxGaussianMoE(2, n_init=2, random_state=0).fit(*data)


@pytest.fixture(scope="module")
def overfitted(data):
    return SoftmaxGaussianMoE(3, n_init=4, random_state=0).fit(*data)


@pytest.mark.parametrize(
    "estimator", [SoftmaxGaussianMoE(n_init=2), SoftmaxGaussianMoE(n_init=2, method="em")], ids=str
)
def test_scikit_learns_own_checks_pass_in_full(estimator):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = check_estimator(estimator, on_fail=None)
    failed = [r for r in results if r["status"] not in ("passed", "skipped")]
    assert not failed
    # The one skip is for the array API, which needs an environment variable of scipy's.
    assert [r["check_name"] for r in results if r["status"] == "skipped"] in ([], ["check_array_api_input"])


@pytest.mark.parametrize(("truth", "x"), [(TRUTH, None), (SHARP, line)])
def test_the_truth_is_recovered_when_k_is_right(truth, x):
    X, y = truth.sample(20_000, x, seed=7)
    fit = SoftmaxGaussianMoE(2, n_init=2, random_state=1).fit(X, y)
    G = fit.mixing_measure_
    G = G.reorder(np.argsort(G.b * np.sign(truth.b[0] - truth.b[1]))[::-1])
    errors = fit.standard_errors_
    largest = {name: np.nanmax(getattr(errors, name)) for name in ("beta0", "beta1", "a", "b", "sigma")}
    for name in ("a", "b", "sigma"):
        np.testing.assert_allclose(getattr(G, name), getattr(truth, name), atol=5 * largest[name])
    assert G.beta1[0] - G.beta1[1] == pytest.approx(truth.beta1[0] - truth.beta1[1], abs=5 * largest["beta1"])
    assert G.beta0[0] - G.beta0[1] == pytest.approx(truth.beta0[0] - truth.beta0[1], abs=5 * largest["beta0"])
    assert fit.log_likelihood_ >= truth.log_likelihood(X, y)


def test_a_fit_is_stationary_by_the_public_score_and_hessian(data, fitted, overfitted):
    X, y = data
    for fit in (fitted, overfitted):
        G = fit.mixing_measure_
        assert fit.converged_
        assert fit.status_ == "stationary"
        assert fit.gradient_norm_ <= 1e-8
        # Everything is stated for standardised data and logged variances.
        mean, sd, centre, unit = X.mean(axis=0), X.std(axis=0), y.mean(), y.std()
        standard = MixingMeasure(
            G.beta0 + G.beta1 @ mean,
            G.beta1 * sd,
            G.a * sd / unit,
            (G.b + G.a @ mean - centre) / unit,
            G.sigma / unit**2,
        )
        Z, response = (X - mean) / sd, (y - centre) / unit
        slopes = np.ones(7 * fit.n_experts - 2 * fit.n_experts)
        slopes[-fit.n_experts :] = standard.sigma
        score = standard.score(Z, response) * slopes
        assert np.abs(score).max() / y.size == pytest.approx(fit.gradient_norm_, abs=1e-12)
        hessian = standard.hessian(Z, response) * np.outer(slopes, slopes)
        last = np.arange(slopes.size - fit.n_experts, slopes.size)
        hessian[last, last] += score[last]
        eigenvalues = np.linalg.eigvalsh(-hessian / y.size)
        # Two zeros belong to the translations of the gate.
        zeros = np.argsort(np.abs(eigenvalues))[:2]
        assert np.abs(eigenvalues[zeros]).max() <= 1e-10
        eigenvalues = np.delete(eigenvalues, zeros)
        np.testing.assert_allclose(fit.information_eigenvalues_, eigenvalues, rtol=1e-6, atol=1e-10)
        assert eigenvalues[0] > 0
        assert (G.beta0[-1], G.beta1[-1, 0]) == (0.0, 0.0)
        assert fit.lower_bound_ * y.size == pytest.approx(G.log_likelihood(X, y), rel=1e-12)
        assert fit.lower_bounds_[-1] == pytest.approx(fit.lower_bound_, abs=1e-9)
        assert (np.diff(fit.lower_bounds_) >= -1e-12).all()


def test_more_starts_are_never_worse(data):
    X, y = data
    ends = [SoftmaxGaussianMoE(3, n_init=n, random_state=3).fit(X, y) for n in (2, 6)]
    assert len(ends[1].starts_) == 6
    assert ends[1].log_likelihood_ == pytest.approx(
        max(value for value, _, spurious in ends[1].starts_ if not spurious), abs=1e-6
    )
    assert ends[1].log_likelihood_ > SoftmaxGaussianMoE(2, n_init=1, random_state=0).fit(X, y).log_likelihood_


@pytest.mark.parametrize("init", ["kmeans", "random", "em-short"])
def test_the_same_seed_gives_the_same_bytes(data, init):
    X, y = data
    fits = [SoftmaxGaussianMoE(3, init=init, n_init=2, random_state=5).fit(X, y) for _ in range(2)]
    assert fits[0].mixing_measure_ == fits[1].mixing_measure_


def test_rounding_does_not_choose_the_order_of_the_atoms(data, monkeypatch):
    from polysolv.moe import batch, search

    data = data[0][:500], data[1][:500]
    rng = np.random.default_rng(0)
    plain = search.optimise, batch._expected

    def rounded_run(*arguments):
        run = plain[0](*arguments)
        return dataclasses.replace(run, value=run.value * (1 + 1e-15 * rng.normal()))

    def rounded_expected(*arguments):
        tau, values = plain[1](*arguments)
        return tau, values * (1 + 1e-15 * rng.normal(size=values.shape))

    expected = SoftmaxGaussianMoE(2, n_init=10, random_state=0).fit(*data)
    ends = np.array([start[0] for start in expected.starts_])
    assert (ends > ends.max() - 1e-6).sum() >= 3  # ends at one maximum: the ranking is full of ties
    monkeypatch.setattr(search, "optimise", rounded_run)
    monkeypatch.setattr(batch, "_expected", rounded_expected)
    for _ in range(4):
        fit = SoftmaxGaussianMoE(2, n_init=10, random_state=0).fit(*data)
        np.testing.assert_allclose(fit.mixing_measure_.b, expected.mixing_measure_.b, atol=1e-6)


def test_a_given_start_means_one_start(data):
    X, y = data
    fit = SoftmaxGaussianMoE(2, init=TRUTH, n_init=10).fit(X, y)
    assert len(fit.starts_) == 1
    assert fit.converged_
    # Labels stay where the start put them.
    np.testing.assert_allclose(fit.mixing_measure_.b, TRUTH.b, atol=0.1)


def test_predictions_are_those_of_the_formulas(data, fitted):
    X, y = data
    G = fitted.mixing_measure_
    weights = np.exp(X @ G.beta1.T + G.beta0)
    gate = weights / weights.sum(axis=1, keepdims=True)
    means = X @ G.a.T + G.b
    normal = np.exp(-((y[:, None] - means) ** 2) / (2 * G.sigma)) / np.sqrt(2 * np.pi * G.sigma)
    np.testing.assert_allclose(fitted.predict_gate(X), gate, rtol=1e-10)
    np.testing.assert_allclose(fitted.predict(X), (gate * means).sum(axis=1), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(fitted.score_samples(X, y), np.log((gate * normal).sum(axis=1)), rtol=1e-9)
    joint = gate * normal
    np.testing.assert_allclose(
        fitted.responsibilities(X, y), joint / joint.sum(axis=1, keepdims=True), rtol=1e-8
    )
    residual = y - fitted.predict(X)
    assert fitted.score(X, y) == pytest.approx(1 - (residual**2).sum() / ((y - y.mean()) ** 2).sum())
    value = np.log(joint.sum(axis=1)).sum()
    assert fitted.aic() == pytest.approx(16 - 2 * value)
    assert fitted.bic(X, y) == pytest.approx(8 * np.log(4000) - 2 * value)
    assert fitted.icl() == pytest.approx(fitted.icl(X, y))
    assert fitted.icl() > fitted.bic()
    Xs, ys = fitted.sample(50, seed=1)
    assert Xs.shape == (50, 1)
    assert ys.shape == (50,)
    assert not hasattr(fitted, "predict_proba")


def test_one_expert_is_least_squares(data):
    X, y = data
    fit = SoftmaxGaussianMoE(1).fit(X, y)
    slope, level = np.polyfit(X[:, 0], y, 1)
    assert fit.mixing_measure_.a[0, 0] == pytest.approx(slope)
    assert fit.mixing_measure_.b[0] == pytest.approx(level)
    residual = y - level - slope * X[:, 0]
    assert fit.mixing_measure_.sigma[0] == pytest.approx(np.mean(residual**2))
    by_hand = np.sqrt(np.mean(residual**2) / ((X[:, 0] - X[:, 0].mean()) ** 2).sum())
    assert fit.standard_errors_.a[0, 0] == pytest.approx(by_hand, rel=1e-6)


def test_bounds_hold_and_a_fit_at_a_bound_is_flagged(data):
    X, y = data
    bounds = {"beta0": (-1, 1), "beta1": (-2, 2), "sigma": (0.35, 1.0), "b": (None, 0.9)}
    fit = SoftmaxGaussianMoE(3, bounds=bounds, n_init=3, random_state=0).fit(X, y)
    G = fit.mixing_measure_
    assert fit.converged_
    assert fit.gradient_norm_ <= 1e-8
    assert (np.abs(G.beta0) <= 1).all()
    assert (np.abs(G.beta1) <= 2).all()
    assert (G.sigma >= 0.35).all()
    assert (G.b <= 0.9).all()
    assert any(name.startswith("sigma") for name in fit.at_bound_)
    assert any("at a bound" in warning for warning in fit.warnings_)
    free = SoftmaxGaussianMoE(3, n_init=3, random_state=0).fit(X, y)
    assert fit.log_likelihood_ < free.log_likelihood_
    at = [i for i in range(3) if f"sigma[{i}]" in fit.at_bound_]
    assert np.isnan(fit.standard_errors_.sigma[at]).all()


def test_a_box_that_holds_the_maximum_changes_nothing(data, fitted):
    X, y = data
    bounds = {"beta0": (-9, 9), "beta1": (-9, 9), "a": (-9, 9), "b": (-9, 9), "sigma": (0.01, 9)}
    boxed = SoftmaxGaussianMoE(2, bounds=bounds, random_state=0).fit(X, y)
    assert boxed.log_likelihood_ == pytest.approx(fitted.log_likelihood_, abs=1e-7)
    assert boxed.at_bound_ == []


def test_a_variance_that_collapses_is_guarded_and_reported(data):
    X, y = data
    y = y.copy()
    y[:60] = 5.0
    start = MixingMeasure([-4, 0.3, 0], [[0], [1], [0]], [[0], [1.5], [-1.5]], [5, 1, -1], [1e-3, 0.4, 0.3])
    with pytest.warns(FitWarning, match="spurious end: atom .*no start ended without such an atom"):
        fit = SoftmaxGaussianMoE(3, init=start, min_variance=1e-5).fit(X, y)
    (spike,) = fit.spurious_
    assert fit.mixing_measure_.sigma[spike] == 1e-5
    assert fit.at_bound_ == [f"sigma[{spike}]"]
    assert fit.converged_
    assert any(f"at a bound: sigma[{spike}]" in warning for warning in fit.warnings_)
    assert fit.standard_errors_.withheld[spike] == "spurious: it follows a few rows"
    others = [i for i in range(3) if i != spike]
    assert np.isfinite(fit.standard_errors_.sigma[others]).all()


def test_a_start_that_collapses_an_atom_is_moved(data):
    X, y = data[0][:600], data[1][:600]
    slope, level = np.polyfit(X[:2, 0], y[:2], 1)
    spike = MixingMeasure(
        [-5, 0.3, 0], [[0], [1], [0]], [[slope], [1.5], [-1.5]], [level, 1, -1], [1e-8, 0.4, 0.3]
    )
    fit = SoftmaxGaussianMoE(3, init=spike, random_state=0).fit(X, y)
    assert fit.starts_[0][2]
    assert len(fit.starts_) > 1
    assert fit.spurious_ == ()
    assert fit.converged_


def test_a_small_component_is_kept():
    """An expert of 1 % of the rows is not dropped, and variances are not corrected for degrees of freedom."""
    G = MixingMeasure([0, np.log(0.01 / 0.99)], [[0], [0]], [[1], [1]], [0, 10], [0.25, 0.25])
    X, y = G.sample(3000, seed=2)
    fit = SoftmaxGaussianMoE(2, random_state=0).fit(X, y)
    assert sorted(fit.mixing_measure_.b.round(0).tolist()) == [0, 10]
    tau = fit.responsibilities(X, y)
    means = fit.mixing_measure_.means(X)
    by_hand = (tau * (y[:, None] - means) ** 2).sum(axis=0) / tau.sum(axis=0)
    np.testing.assert_allclose(fit.mixing_measure_.sigma, by_hand, rtol=1e-5)


def test_one_wild_outlier_does_not_stop_a_fit(data):
    X, y = data[0][:400], data[1][:400].copy()
    y[0] = 1e9
    with pytest.warns(FitWarning, match="spurious end"):
        fit = SoftmaxGaussianMoE(3, n_init=4, random_state=0).fit(X, y)
    assert np.isfinite(fit.predict(X)).all()
    # One atom takes the outlier, the others are those of the clean data.
    clean = SoftmaxGaussianMoE(2, random_state=0).fit(X[1:], y[1:]).mixing_measure_
    others = np.delete(fit.mixing_measure_.sigma, fit.spurious_)
    np.testing.assert_allclose(np.sort(others), np.sort(clean.sigma), rtol=1e-2)


def test_units_of_the_data_do_not_matter(data, fitted):
    X, y = data
    scaled = SoftmaxGaussianMoE(2, random_state=0, init=fitted.mixing_measure_)
    other = MixingMeasure(
        fitted.mixing_measure_.beta0,
        fitted.mixing_measure_.beta1 / 1e3,
        fitted.mixing_measure_.a * 1e2 / 1e3,
        fitted.mixing_measure_.b * 1e2,
        fitted.mixing_measure_.sigma * 1e4,
    )
    fit = scaled.set_params(init=other).fit(X * 1e3, y * 1e2)
    assert fit.log_likelihood_ == pytest.approx(fitted.log_likelihood_ - 4000 * np.log(100), abs=1e-6)
    assert fit.converged_


def test_standard_errors_are_the_spread_over_samples():
    errors, found = [], []
    for seed in range(60):
        X, y = TRUTH.sample(1500, seed=seed)
        fit = SoftmaxGaussianMoE(2, init=TRUTH).fit(X, y)
        se = fit.standard_errors_
        G = fit.mixing_measure_
        errors.append([se.a[0, 0], se.b[1], se.sigma[0], se.beta1[0, 0]])
        found.append([G.a[0, 0], G.b[1], G.sigma[0], G.beta1[0, 0]])
    ratio = np.mean(errors, axis=0) / np.std(found, axis=0)
    assert ((ratio > 0.75) & (ratio < 1.35)).all()


def test_standard_errors_are_withheld_where_atoms_look_like_one(overfitted):
    cells = overfitted.inferred_cells_
    assert sorted(len(cell) for cell in cells) == [1, 2]
    single = next(cell[0] for cell in cells if len(cell) == 1)
    errors = overfitted.standard_errors_
    for i in range(3):
        assert np.isnan(errors.b[i]) == (i != single)
    assert set(errors.withheld) == set(range(3)) - {single}
    assert errors.reference == single
    assert any("over-specified" in warning for warning in overfitted.warnings_)


def test_exactly_duplicated_experts_are_recognised(data, fitted):
    X, y = data
    G = fitted.mixing_measure_
    double = MixingMeasure(
        [G.beta0[0], G.beta0[1], G.beta0[1]],
        G.beta1[[0, 1, 1]],
        G.a[[0, 1, 1]],
        G.b[[0, 1, 1]],
        G.sigma[[0, 1, 1]],
    )
    cells, merges = inferred_cells(double, X, y, 1e-6)
    assert cells == [(0,), (1, 2)]
    assert merges[0].drop <= 1e-6 < merges[0].price < merges[1].drop


def test_warm_start_begins_at_the_last_solution(data):
    X, y = data
    fit = SoftmaxGaussianMoE(2, n_init=2, random_state=0, warm_start=True).fit(X, y)
    first = fit.mixing_measure_
    fit.fit(X, y)
    assert fit.n_iter_ <= 4
    np.testing.assert_allclose(fit.mixing_measure_.a, first.a, atol=1e-6)


def test_an_iteration_limit_is_said_aloud(data):
    X, y = data
    with pytest.warns(ConvergenceWarning, match="max_iter = 1"):
        fit = SoftmaxGaussianMoE(3, n_init=2, max_iter=1, method="newton", random_state=0).fit(X, y)
    assert not fit.converged_
    assert fit.status_ == "iterations"
    assert any("not converged" in warning for warning in fit.warnings_)
    assert np.isnan(fit.standard_errors_.b).all()


def test_clone_and_pickle(data, fitted):
    assert clone(fitted).get_params() == fitted.get_params()
    copy = pickle.loads(pickle.dumps(fitted))
    assert copy.mixing_measure_ == fitted.mixing_measure_
    assert (copy.predict(data[0]) == fitted.predict(data[0])).all()


def test_verbose_reports_on_standard_error_only(data, capsys):
    SoftmaxGaussianMoE(2, random_state=0, verbose=2).fit(*data)
    out, err = capsys.readouterr()
    assert out == ""
    assert "start 1" in err


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"n_experts": 0}, "n_experts: 0"),
        ({"n_experts": 2.0}, "n_experts"),
        ({"n_init": 0}, "n_init"),
        ({"init": "k-means"}, "init"),
        ({"init": SHARP, "n_experts": 3}, "init"),
        ({"method": "bfgs"}, "method"),
        ({"tol": 0.0}, "tol"),
        ({"tol": "small"}, "tol"),
        ({"max_iter": 0}, "max_iter"),
        ({"min_variance": 0.0}, "min_variance"),
        ({"min_variance": "x"}, "min_variance"),
        ({"bounds": {"gamma": (0, 1)}}, "bounds"),
        ({"bounds": {"a": (1, 0)}}, "bounds['a']"),
        ({"bounds": {"a": 1}}, "bounds['a']"),
        ({"bounds": {"sigma": (-1, 1)}}, "bounds['sigma']"),
        ({"bounds": {"beta1": ([0, 1], [2, 3])}}, "bounds['beta1']"),
        ({"bounds": [0, 1]}, "bounds"),
        ({"bounds": {"sigma": (0.1, 0.2)}, "min_variance": 0.5}, "bounds['sigma']"),
    ],
)
def test_bad_settings_are_refused_in_one_line(data, settings, named):
    with pytest.raises(InputError) as caught:
        SoftmaxGaussianMoE(**{"n_experts": 2, **settings}).fit(*data)
    assert named in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("spoil", ["nan", "inf", "constant x", "constant y", "few rows", "wrong length"])
def test_bad_data_are_refused_in_one_line(data, spoil):
    X, y = data[0][:100].copy(), data[1][:100].copy()
    if spoil == "nan":
        X[3, 0] = np.nan
    elif spoil == "inf":
        y[3] = np.inf
    elif spoil == "constant x":
        X[:] = 2.0
    elif spoil == "constant y":
        y[:] = 2.0
    elif spoil == "few rows":
        X, y = X[:7], y[:7]
    else:
        y = y[:-1]
    with pytest.raises(ValueError, match=r"NaN|nfinit|constant|n_samples=7|inconsistent") as caught:
        SoftmaxGaussianMoE(2).fit(X, y)
    assert "Traceback" not in str(caught.value)


def test_importing_the_package_loads_neither_numpy_nor_scikit_learn():
    program = (
        "import sys, polysolv, polysolv.moe, polysolv.cli.fit, polysolv.cli.simulate\n"
        "assert not {'numpy', 'scipy', 'sklearn'} & set(sys.modules)\n"
        "from polysolv import SoftmaxGaussianMoE, MixingMeasure, voronoi_cells, voronoi_loss, cell_errors\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
