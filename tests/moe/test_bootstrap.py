"""Bootstrap draws: the same for any number of processes, kept in files, atoms matched, rows that count."""

import json
import warnings

import numpy as np
import pytest

from polysolv.moe import MixingMeasure, SoftmaxGaussianMoE
from polysolv.moe.draws import DrawFile
from polysolv.moe.likelihood import pack, unpack
from polysolv.moe.likelihood_ratio import LikelihoodRatioTest
from polysolv.moe.matching import matched

TRUTH = MixingMeasure([0.3, 0], [[1], [0]], [[1.5], [-1.5]], [1, -1], [0.4, 0.3])


def quiet(k, X, y, weights=None, **settings):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return SoftmaxGaussianMoE(k, random_state=0, **settings).fit(X, y, sample_weight=weights)


@pytest.fixture(scope="module")
def data():
    return TRUTH.sample(200, seed=0)


@pytest.fixture
def fit(data):
    return quiet(2, *data, n_init=1, init=TRUTH)


@pytest.mark.parametrize("kind", ["parametric", "cases"])
def test_draws_scatter_as_the_standard_errors_say(fit, kind):
    draws = fit.bootstrap(60, kind)
    assert (draws.failed, draws.finished) == (0, 60)
    quantities = fit._reported().quantities()
    spread = quantities.at(draws.vectors).std(axis=0)
    errors = np.sqrt(np.diag(fit.covariance_))
    errors[8:] /= fit.mixing_measure_.sigma
    at = errors > 0
    assert (spread[at] > 0.6 * errors[at]).all()
    assert (spread[at] < 1.7 * errors[at]).all()


@pytest.mark.slow
def test_draws_do_not_depend_on_the_number_of_processes(fit):
    one, two = fit.bootstrap(12, jobs=1, seed=3), fit.bootstrap(12, jobs=2, seed=3)
    np.testing.assert_array_equal(one.vectors, two.vectors)
    assert not (fit.bootstrap(12, seed=4).vectors == one.vectors).any()
    assert fit.lr_test(n=3, n_init=1).null == fit.lr_test(n=3, n_init=1, jobs=2).null


def test_a_file_of_draws_is_gone_on_with(fit, data, tmp_path):
    file = tmp_path / "draws.jsonl"
    whole = fit.bootstrap(8).vectors
    fit.bootstrap(3, file=file)
    lines = file.read_text().splitlines()
    assert json.loads(lines[0])["schema"] == "polysolv/draws/1"
    assert len(lines) == 4
    # A kill in the middle of a line, and a line of a draw that is none.
    broken = json.dumps({**json.loads(lines[2]), "vector": [1.0]})
    file.write_text("\n".join([*lines[:2], broken, lines[3][:30]]))
    said = []
    again = fit.bootstrap(8, file=file, progress=lambda *counts: said.append(counts))
    np.testing.assert_array_equal(again.vectors, whole)
    assert (said[0], said[-1]) == ((1, 8, 0), (8, 8, 0))
    assert len(file.read_text().splitlines()) == 3 + 7
    size = file.stat().st_size
    np.testing.assert_array_equal(fit.bootstrap(8, file=file).vectors, whole)
    assert file.stat().st_size == size
    fit.bootstrap(2, seed=1, file=file)
    X, y = data
    other = quiet(2, X, y + 1.0, n_init=1, init=TRUTH)
    other_y = y.copy()
    other_y[0] += 0.5
    other = quiet(2, X, other_y, n_init=1, init=TRUTH)
    with pytest.raises(ValueError, match="file: .* a file of draws for these data"):
        other.bootstrap(2, file=file)
    with DrawFile(tmp_path / "held", "x"), pytest.raises(ValueError, match="no other bootstrap is using"):
        DrawFile(tmp_path / "held", "x")
    (tmp_path / "no").write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match="a new file, or one of draws"):
        fit.bootstrap(2, file=tmp_path / "no")
    assert (tmp_path / "no").read_text() == "a,b\n1,2\n"


def test_an_interruption_keeps_the_finished_draws(fit):
    def stop(done, wanted, failed):
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit.bootstrap(20, progress=stop)
    kept = fit.inference_.bootstrap
    assert kept.finished == 4
    assert "4 of 20 are finished" in kept.sentence
    np.testing.assert_array_equal(kept.vectors, fit.bootstrap(4).vectors)


def test_atoms_are_matched_whatever_their_order(fit):
    rng = np.random.default_rng(0)
    k, d = 4, 2
    vector = rng.normal(size=k * (2 * d + 3))
    Z = np.vstack([np.ones(50), rng.normal(size=(2, 50))])
    order = rng.permutation(k)
    mixed = pack(*(part[order] for part in unpack(vector, k)))
    np.testing.assert_array_equal(matched(mixed, vector, k, Z), vector)


def test_only_regular_fits_are_drawn_from(data):
    X, y = data
    x = np.linspace(-1, 1, 40)[:, None]
    line = quiet(1, x, 2 * x[:, 0] + 1.0)
    assert line.spurious_
    for ask in (line.bootstrap, line.lr_test):
        with pytest.raises(ValueError, match=r"a spurious end \(atoms 0\).* is not allowed"):
            ask(n=3)
    stopped = quiet(2, X, y, n_init=1, init=TRUTH, max_iter=1)
    with pytest.raises(ValueError, match="bootstrap: 'a fit that is not a stationary point' is not allowed"):
        stopped.bootstrap(3)


def test_settings_that_are_none_are_refused(fit):
    for settings, words in (
        ({"n": 0}, "n: 0"),
        ({"n": 2.5}, "n: 2.5"),
        ({"kind": "case"}, "did you mean cases"),
        ({"jobs": 0}, "jobs: 0"),
        ({"seed": -1}, "seed: -1"),
    ):
        with pytest.raises(ValueError, match=words):
            fit.bootstrap(**settings)
    with pytest.raises(ValueError, match="k_alternative: 2"):
        fit.lr_test(2, 2)


def test_rows_that_count_twice_are_two_rows(data):
    X, y = data
    weights = np.random.default_rng(0).integers(0, 3, size=y.size)
    repeated = np.repeat(np.arange(y.size), weights)
    one = quiet(2, X, y, weights, n_init=1, init=TRUTH)
    two = quiet(2, X[repeated], y[repeated], n_init=1, init=TRUTH)
    np.testing.assert_allclose(one.covariance_, two.covariance_, rtol=1e-6, atol=1e-12)
    for method in ("wald", "profile"):
        np.testing.assert_allclose(one.conf_int(method=method), two.conf_int(method=method), rtol=1e-6)
    for kind in ("parametric", "cases"):
        draws, others = one.bootstrap(5, kind), two.bootstrap(5, kind)
        np.testing.assert_allclose(draws.vectors, others.vectors, rtol=1e-5, atol=1e-6)
    half = quiet(2, X, y, weights + 0.5, n_init=1, init=TRUTH)
    assert half.bootstrap(2, "cases").finished == 2
    with pytest.raises(ValueError, match="sample_weight: .* whole numbers for a parametric bootstrap"):
        half.bootstrap(2)


@pytest.mark.parametrize(
    "settings", [{"variance": "equal"}, {"gate_features": []}, {"expert_features": [0]}], ids=str
)
def test_restricted_models_have_errors_intervals_and_draws(settings):
    rng = np.random.default_rng(1)
    X = rng.uniform(-1, 1, size=(300, 2))
    first = rng.random(300) < 1 / (1 + np.exp(-X[:, 1]))
    y = np.where(first, 2 * X[:, 0] + 2, -2 * X[:, 0] - 2) + 0.5 * rng.normal(size=300)
    fit = quiet(2, X, y, n_init=1, **settings)
    fit.bootstrap(19)
    ends = {method: fit.conf_int(0.9, method) for method in ("wald", "profile", "bootstrap")}
    free = np.diag(fit.covariance_) > 0
    assert free.sum() == fit.n_parameters_ + (1 if settings.get("variance") else 0)
    for found in ends.values():
        inside = (found.lower < found.estimates) & (found.estimates < found.upper)
        np.testing.assert_array_equal(inside, free)
        np.testing.assert_array_equal(found.lower[~free], 0.0)
    width = {method: np.subtract(*ends[method]["a[0,0]"]) for method in ends}
    assert width["profile"] == pytest.approx(width["wald"], rel=0.1)
    assert width["bootstrap"] == pytest.approx(width["wald"], rel=0.6)
    if "variance" in settings:
        assert ends["profile"]["sigma[0]"] == pytest.approx(ends["profile"]["sigma[1]"])


def test_the_ratio_test_counts_draws_that_reach_the_statistic():
    found = LikelihoodRatioTest(1, 2, 3.0, (1.0, 2.0, 3.0, 4.0), 5, 1, 0)
    assert found.p_value == 3 / 5
    assert "1 more came to nothing" in found.sentence


def test_the_ratio_test_tells_two_experts_from_one(data, tmp_path):
    X, y = data
    one = quiet(1, X, y)
    file = tmp_path / "draws.jsonl"
    found = one.lr_test(1, 2, n=3, n_init=1, file=file)
    two = quiet(2, X, y, n_init=2)
    assert found.statistic == pytest.approx(2 * (two.log_likelihood_ - one.log_likelihood_), rel=1e-4)
    assert found.p_value == 0.25
    assert len(found.null) == 3
    assert min(found.null) >= 0.0
    # From the fit of two experts, which makes that of one: the same law, and draws that are kept are not made again.
    assert two.lr_test(1, 2, n=3, n_init=1).null == pytest.approx(found.null, abs=1e-5)
    assert one.lr_test(1, 2, n=3, n_init=1, file=file).null == found.null
    assert two.inference_.tests[0].k_null == 1


@pytest.mark.slow
def test_the_ratio_test_keeps_its_level():
    rejected = 0
    for seed in range(40):
        rng = np.random.default_rng([5, seed])
        x = rng.uniform(-1, 1, size=60)
        fit = quiet(1, x[:, None], x + rng.normal(size=60))
        rejected += fit.lr_test(1, 2, n=9, n_init=1).p_value <= 0.2
    # Binomial(40, 0.2): beyond 16 with probability 0.2 %.
    assert rejected <= 16
