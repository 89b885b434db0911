"""Predictions against quadrature, sampling and the mixture's own density."""

import csv
import json
import warnings

import numpy as np
import pandas
import pytest
from scipy.integrate import quad

from polysolv import InputError, MixingMeasure, SoftmaxGaussianMoE
from polysolv.moe.predictive import Predictive

TRUTH = MixingMeasure([0.3, 0], [[1], [0]], [[1.5], [-1.5]], [1, -1], [0.4, 0.3])


@pytest.fixture(scope="module")
def fit():
    return SoftmaxGaussianMoE(2, n_init=1, random_state=0).fit(*TRUTH.sample(3000, seed=1))


@pytest.fixture(scope="module")
def frame_fit():
    X, y = TRUTH.sample(500, seed=2)
    frame = pandas.DataFrame({"dose": X[:, 0]}, index=np.arange(500) * 2)
    return SoftmaxGaussianMoE(2, n_init=1, random_state=0).fit(
        frame, pandas.Series(y, frame.index, name="effect")
    ), frame


def test_moments_density_and_cdf_are_those_of_the_mixture(fit):
    X = np.array([[-0.7], [0.0], [0.9]])
    G = fit.mixing_measure_
    mean, std = fit.predict(X, return_std=True)
    for row, x in enumerate(X):

        def density(value, x=x):
            return float(G.density([x], [value])[0])

        first = quad(lambda value: value * density(value), -12, 12, limit=200)[0]
        second = quad(lambda value, first=first: (value - first) ** 2 * density(value), -12, 12, limit=200)[0]
        assert mean[row] == pytest.approx(first, abs=1e-7)
        assert std[row] == pytest.approx(np.sqrt(second), abs=1e-7)
        assert fit.predict_density(X, 0.4)[row] == pytest.approx(density(0.4), rel=1e-10)
        assert fit.cdf(X, 0.4)[row] == pytest.approx(quad(density, -12, 0.4, limit=200)[0], abs=1e-8)


def test_shapes_follow_what_is_asked(fit):
    X = np.linspace(-1, 1, 5)[:, None]
    grid = np.linspace(-3, 3, 7)
    assert fit.predict_density(X, np.zeros(5)).shape == (5,)
    assert fit.predict_density(X, grid[None, :]).shape == (5, 7)
    assert fit.quantile(X, 0.5).shape == (5,)
    assert fit.quantile(X, [0.1, 0.9]).shape == (5, 2)
    np.testing.assert_allclose(fit.predict_interval(X, 0.8), fit.quantile(X, [0.1, 0.9]), atol=1e-12)
    np.testing.assert_allclose(fit.cdf(X, fit.quantile(X, [0.1, 0.9])), [[0.1, 0.9]] * 5, atol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_quantiles_invert_the_cdf_far_into_the_tails(seed):
    rng = np.random.default_rng(seed)
    k = int(rng.integers(1, 6))
    gate = rng.dirichlet(np.full(k, 0.1), size=50)
    found = Predictive(
        gate, rng.normal(size=(50, k)) * 10 ** rng.uniform(-3, 3), 10 ** rng.uniform(-4, 2, size=k)
    )
    for level in (1e-12, 1e-3, 0.25, 0.5, 0.9):
        np.testing.assert_allclose(found.cdf(found.quantile(level)), level, rtol=1e-6, atol=1e-15)
    mirrored = Predictive(gate, -found.means, found.deviations)
    np.testing.assert_allclose(found.interval(0.9), -mirrored.interval(0.9)[:, ::-1], rtol=1e-9, atol=1e-12)


def test_pandas_in_pandas_out(frame_fit):
    fit, frame = frame_fit
    mean, std = fit.predict(frame, return_std=True)
    assert (type(mean), mean.name, std.name) == (pandas.Series, "effect", "std")
    assert mean.index.equals(frame.index)
    interval = fit.predict_interval(frame)
    assert list(interval.columns) == ["lower", "upper"]
    assert interval.index.equals(frame.index)
    assert (interval.lower < mean).all()
    assert list(fit.quantile(frame, [0.1, 0.5]).columns) == [0.1, 0.5]
    assert fit.predict_density(frame, mean).index.equals(frame.index)
    assert isinstance(fit.cdf(frame, 0.0), pandas.Series)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert isinstance(fit.predict(frame.to_numpy()), np.ndarray)


def test_a_fit_read_from_json_finds_its_columns_by_name(frame_fit):
    fit, frame = frame_fit
    again = SoftmaxGaussianMoE.from_json(fit.to_json())
    wider = frame.assign(other=1.0)[["other", "dose"]]
    pandas.testing.assert_series_equal(again.predict(wider), fit.predict(frame), rtol=1e-12)
    with pytest.raises(InputError, match="column: 'dose'"):
        again.predict(frame.rename(columns={"dose": "does"}))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda fit, X: fit.predict_interval(X, 0), "coverage"),
        (lambda fit, X: fit.predict_interval(X, 1.0), "coverage"),
        (lambda fit, X: fit.predict_interval(X, True), "coverage"),
        (lambda fit, X: fit.quantile(X, 1), "q: 1"),
        (lambda fit, X: fit.quantile(X, [0.5, np.nan]), "q"),
        (lambda fit, X: fit.predict_density(X, [1.0, 2.0, 3.0]), "y"),
        (lambda fit, X: fit.cdf(X, np.nan), "finite"),
    ],
)
def test_what_is_no_probability_is_refused(fit, call, said):
    with pytest.raises(InputError, match=said):
        call(fit, np.zeros((2, 1)))


def test_the_command_predicts_what_the_estimator_does(run, tmp_path):
    X, y = TRUTH.sample(300, seed=3)
    data, saved, new = tmp_path / "data.csv", tmp_path / "fit.json", tmp_path / "new.csv"
    frame = pandas.DataFrame({"x": X[:, 0], "y": y})
    frame.to_csv(data)
    assert run("fit", data, "--x", "x", "--y", "y", "--k", 2, "--n-init", 1, "--save", saved)[0] == 0
    frame.rename(columns={"y": "mean"}).to_csv(new, sep=";", decimal=",")
    code, out, err = run("predict", saved, new, "--quantile", "0.25")
    assert (code, err) == (0, "")
    names, *rows = csv.reader(out.splitlines())
    found = pandas.DataFrame(np.array(rows, dtype=float), columns=names)
    assert names == ["x", "mean", "std", "lower", "upper", "quantile 0.25", "expert"]
    fit = SoftmaxGaussianMoE.from_json(saved.read_text())
    np.testing.assert_array_equal(found["mean"], fit.predict(X))
    np.testing.assert_array_equal(found[["lower", "upper"]], fit.predict_interval(X))
    np.testing.assert_array_equal(found["expert"], fit.predict_gate(X).argmax(axis=1))
    code, out, _ = run("predict", saved, data, "--density", "--format", "json", "--coverage", 0.5)
    columns = json.loads(out)["columns"]
    assert code == 0
    np.testing.assert_allclose(columns["density"], fit.predict_density(X, y), rtol=1e-12)
    np.testing.assert_allclose(columns["cdf"], fit.cdf(X, y), rtol=1e-9)


def test_far_covariates_are_predicted_where_double_precision_holds_the_answer(fit):
    G = fit.mixing_measure_
    flat = SoftmaxGaussianMoE(2, n_init=1, random_state=0, gate_features=())
    flat.fit(*TRUTH.sample(500, seed=1))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for x in (1e154, 1e300):
            # Nothing is left of the expert whose gate falls; the lines' levels are below rounding.
            mean, std = fit.predict([[x]], return_std=True)
            one = int(np.argmax(G.beta1[:, 0]))
            np.testing.assert_allclose(mean, G.a[one, 0] * x, rtol=1e-12)
            np.testing.assert_allclose(std, np.sqrt(G.sigma[one]), rtol=1e-12)
            np.testing.assert_allclose(fit.predict_interval([[x]]), mean[0], rtol=1e-12)
            means, weights = flat.mixing_measure_.a[:, 0] * x, flat.predict_gate([[x]])[0]
            mean, std = flat.predict([[x]], return_std=True)
            np.testing.assert_allclose(mean, weights @ means, rtol=1e-10)
            apart = float(np.ptp(means)) * np.sqrt(weights[0] * weights[1])
            np.testing.assert_allclose(std, apart, rtol=1e-10)
        for ask in (lambda X: fit.predict(X, return_std=True), fit.predict_interval, fit.score_samples):
            with pytest.raises(InputError, match=r"row 1, column .*: -?1.7e\+308 is not allowed"):
                ask([[1.0], [1.7e308 * np.sign(G.beta1[0, 0])]])


def test_a_quantile_beside_an_expert_far_away_is_exact():
    one = Predictive(np.array([[0.5, 0.5]]), np.array([[0.0, 1e300]]), np.array([1.0, 2.0]))
    np.testing.assert_allclose(one.quantile([0.25, 0.95])[0], [0.0, 1e300], atol=1e-14)


def test_the_command_refuses_a_covariate_too_far_to_predict_by_column_and_line(run, fit, tmp_path):
    (tmp_path / "fit.json").write_text(fit.to_json())
    (tmp_path / "new.csv").write_text("x\n1\n1.7e308\n")
    code, out, err = run("predict", tmp_path / "fit.json", tmp_path / "new.csv", "--format", "json")
    assert (code, out) == (2, "")
    assert "column 'x', line 3: 1.7e+308 is not allowed" in err


def test_the_command_takes_one_fit_of_a_range_and_says_what_is_wrong(run, tmp_path):
    X, y = TRUTH.sample(200, seed=3)
    data, saved = tmp_path / "data.csv", tmp_path / "fits.json"
    pandas.DataFrame({"x": X[:, 0], "y": y}).to_csv(data)
    assert run("fit", data, "--x", "x", "--y", "y", "--k", "1:2", "--n-init", 1, "--save", saved)[0] == 0
    (tmp_path / "gap.csv").write_text("x\n1\nNA\n")
    assert run("predict", saved, data, "--k", 1)[1].count("\n") == 201
    code, out, err = run("predict", saved, tmp_path / "gap.csv", "--k", 2, "--missing", "drop")
    assert (code, out.count("\n"), err) == (
        0,
        2,
        "polysolv: 1 line with a missing value left out (--missing error refuses them)\n",
    )
    (tmp_path / "other.csv").write_text("z,w\n1,2\n")
    for arguments, said in (
        ((saved, data, "--k", 3), "--k: 3 is not allowed; allowed: 1, 2"),
        ((saved, tmp_path / "gap.csv", "--k", 1), "column 'x', line 3"),
        ((saved, tmp_path / "other.csv", "--k", 1), "column: 'x'"),
        ((saved, data, "--k", 1, "--coverage", 2), "coverage"),
        ((saved, data, "--k", 1, "--quantile", "0.5,2"), "--quantile"),
        ((data, data), "JSON"),
        (("-", "-"), "standard input"),
    ):
        code, out, err = run("predict", *arguments)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert said in err


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_intervals_of_90_percent_hold_90_percent_of_new_rows(seed):
    fit = SoftmaxGaussianMoE(2, n_init=2, random_state=0).fit(*TRUTH.sample(2000, seed=seed))
    X, y = TRUTH.sample(100_000, seed=1000 + seed)
    lower, upper = fit.predict_interval(X, coverage=0.9).T
    assert abs(np.mean((lower <= y) & (y <= upper)) - 0.9) <= 0.02
