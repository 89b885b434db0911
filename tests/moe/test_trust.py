"""Ends that can be trusted: spikes lose, hard gates are named, units and collinear columns change nothing."""

import warnings

import numpy as np
import pytest

from polysolv.moe import FitWarning, MixingMeasure, SoftmaxGaussianMoE
from polysolv.moe.columns import independent_columns
from polysolv.moe.digits import shown
from polysolv.moe.optimise import optimise
from polysolv.moe.penalty import Penalty
from polysolv.moe.problem import Problem, default_min_variance
from polysolv.moe.scale import residual_scale, resolution
from polysolv.moe.separation import separating_direction

TRUTH = MixingMeasure([0.3, 0], [[1], [0]], [[1.5], [-1.5]], [1, -1], [0.4, 0.3])


def quiet(k, X, y, **settings):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return SoftmaxGaussianMoE(k, random_state=0, **settings).fit(X, y)


@pytest.mark.parametrize("step", [1.0, 0.1, 0.25, 1e-3, 7.0, 1 / 3])
@pytest.mark.parametrize("unit", [1.0, 1e-9, 1e9])
def test_the_grid_of_rounded_responses_is_found_in_any_unit(step, unit):
    y = step * np.round(np.random.default_rng(0).normal(size=200) * 3 / step)
    assert resolution(y * unit) == pytest.approx(step * unit, rel=1e-9)
    assert resolution(y * unit + 100 * step * unit) == pytest.approx(step * unit, rel=1e-9)


def test_responses_without_a_grid_have_none():
    rng = np.random.default_rng(0)
    for y in (rng.normal(size=300), np.log(np.arange(2, 90)), np.array([0.0, np.pi, np.e])):
        assert resolution(y) == 0.0


def test_one_gross_error_or_leverage_point_does_not_move_the_floor():
    X, y = TRUTH.sample(200, seed=0)
    before = default_min_variance(X, y)
    wild = y.copy()
    wild[3] = 1e7
    assert default_min_variance(X, wild) == pytest.approx(before, rel=0.1)
    far = X.copy()
    far[3] = 1e9
    assert before / 5 < default_min_variance(far, y) < before * 5
    assert default_min_variance(X, np.round(y)) == pytest.approx(1 / 12)
    Z = np.vstack([np.ones(200), X.T])
    noise = np.random.default_rng(1).normal(size=200)
    assert residual_scale(Z, 3 * X[:, 0] + noise) == pytest.approx(1.0, rel=0.2)


def ends_spuriously(G, n, seed):
    X, y = G.sample(n, seed=seed)
    problem = Problem.of(X, y, G.k, default_min_variance(X, y), None)
    end = optimise(problem, problem.box.clip(problem.coordinates.inward(G)), "auto", 1e-8, 1000)
    return bool(problem.spurious(end.vector))


def spurious_share(G, n, seeds):
    return np.mean([ends_spuriously(G, n, seed) for seed in seeds])


SMALL = MixingMeasure([np.log(19), 0], [[0], [0]], [[1], [1]], [0, 8], [1.0, 1.0])
NARROW = MixingMeasure([0, 0], [[1], [-1]], [[2], [-2]], [1, -1], [1.0, 1 / 900])


@pytest.mark.parametrize("G", [SMALL, NARROW], ids=["share 5 %", "sd 1/30"])
def test_true_experts_are_not_eaten(G):
    assert spurious_share(G, 300, range(40)) <= 0.03


@pytest.mark.slow
@pytest.mark.parametrize("G", [SMALL, NARROW], ids=["share 5 %", "sd 1/30"])
@pytest.mark.parametrize("n", [200, 1000])
def test_true_experts_are_not_eaten_in_a_thousand_sets(G, n):
    assert spurious_share(G, n, range(1000)) <= 0.01


def test_regular_ends_win_on_rounded_responses():
    X, y = MixingMeasure([0, 0], [[0], [0]], [[2], [-2]], [1, -1], [0.3, 0.2]).sample(150, seed=3)
    X, y = X, np.round(y, 1)
    fits = [quiet(k, X, y, n_init=4) for k in (1, 2, 3)]
    assert not fits[1].spurious_
    assert fits[1].resolution_ == pytest.approx(0.1)
    candidates = [fit for fit in fits if not fit.spurious_]
    assert min(candidates, key=lambda fit: fit.bic()).n_experts == 2
    for fit in fits:
        regular = [value for value, _, spurious in fit.starts_ if not spurious]
        if regular:
            assert not fit.spurious_
            assert fit.log_likelihood_ == pytest.approx(max(regular), abs=1e-5)


def test_an_exact_line_has_spurious_ends_only():
    x = np.linspace(-1, 1, 60)
    y = np.pi * x + np.e
    with pytest.warns(FitWarning, match="no start ended without such an atom"):
        fit = SoftmaxGaussianMoE(1).fit(x[:, None], y)
    assert fit.spurious_ == (0,)
    np.testing.assert_allclose(fit.predict(x[:, None]), y, atol=1e-12)


def gap(seed=0):
    rng = np.random.default_rng(seed)
    x = np.concatenate([rng.uniform(-2, -1, 60), rng.uniform(1, 2, 60)])
    return x[:, None], np.where(x < 0, x, 2 * x - 3) + 0.1 * rng.normal(size=120)


def test_a_hard_gate_is_recognised_and_the_experts_keep_their_errors():
    X, y = gap()
    with pytest.warns(FitWarning, match="the gate is a hard split"):
        fit = SoftmaxGaussianMoE(2, n_init=2, random_state=0).fit(X, y)
    assert fit.gate_separated_
    assert fit.converged_
    G, errors = fit.mixing_measure_, fit.standard_errors_
    assert np.isnan(errors.beta0).all()
    assert np.isnan(errors.beta1).all()
    for side, atom in ((X[:, 0] < 0, int(G.a[:, 0].argmin())), (X[:, 0] > 0, int(G.a[:, 0].argmax()))):
        slope, level = np.polyfit(X[side, 0], y[side], 1)
        residual = y[side] - level - slope * X[side, 0]
        by_hand = np.sqrt(np.mean(residual**2) / ((X[side, 0] - X[side, 0].mean()) ** 2).sum())
        assert G.a[atom, 0] == pytest.approx(slope, rel=1e-6)
        assert errors.a[atom, 0] == pytest.approx(by_hand, rel=1e-6)
    np.testing.assert_allclose(fit.predict(X), np.where(X[:, 0] < 0, X[:, 0], 2 * X[:, 0] - 3), atol=0.1)
    assert not any("relative eigenvalue" in text for text in fit.warnings_)
    # The likelihood is at its supremum: that of the two lines.
    lines = [np.polyfit(X[side, 0], y[side], 1) for side in (X[:, 0] < 0, X[:, 0] > 0)]
    value = (
        sum(
            -0.5
            * side.sum()
            * (np.log(2 * np.pi * np.mean((y[side] - np.polyval(line, X[side, 0])) ** 2)) + 1)
            for side, line in zip((X[:, 0] < 0, X[:, 0] > 0), lines, strict=True)
        )
        + 120 * np.log(0.5) * 0
    )
    assert fit.log_likelihood_ == pytest.approx(value, abs=1e-6)


def test_a_gate_that_is_hard_after_the_last_climb_is_separated():
    rng = np.random.default_rng(3)
    x, _ = rng.uniform(-1, 1, 200), rng.normal(size=200)
    label = rng.uniform(size=200) < 1 / (1 + np.exp(-2 * x))
    y = (np.where(label, 1 + 2 * x, -1 - x) + rng.normal(size=200) * 0.4).round(4)
    X = np.column_stack([x.round(4), y])
    fit = quiet(2, X, y, n_init=3, gate_features=[1], expert_features=[0])
    assert fit.gate_separated_
    assert fit.information_eigenvalues_.size == 6


def test_a_soft_gate_and_a_bounded_one_are_not_separated():
    X, y = TRUTH.sample(300, seed=1)
    assert not quiet(2, X, y, n_init=2).gate_separated_
    X, y = gap()
    bounds = {"beta1": (-5, 5), "beta0": (-5, 5)}
    assert not quiet(2, X, y, n_init=2, bounds=bounds).gate_separated_


def test_a_direction_of_separation_exists_exactly_if_one_row_does_not_overlap():
    rng = np.random.default_rng(0)
    x = np.sort(rng.normal(size=40))
    Z = np.vstack([np.ones(40), x])
    hard = np.array([[0.0, 0.0], [1.0, 1.0]]) * 50
    labels = (x > x[20]).astype(int)
    tau = np.array([1.0 - labels, labels])
    direction = separating_direction(hard * [[1], [1]], tau, Z)
    assert direction is None or ((direction[1] - direction[0]) @ Z * (2 * labels - 1) >= -1e-6).all()
    gate = np.array([[0.0, 0.0], [-1e4 * (x[20] + x[21]) / 2, 1e4]])
    direction = separating_direction(gate, tau, Z)
    assert direction is not None
    assert ((direction[1] - direction[0]) @ Z * (2 * labels - 1) >= 0).all()
    tau[:, [5, 35]] = tau[::-1, [5, 35]]
    assert separating_direction(gate, tau, Z) is None


@pytest.mark.parametrize(
    ("scale", "shift_x", "unit"), [(1e-9, 0.0, 1.0), (1e9, 0.0, 1.0), (1.0, 1e9, 1.0), (1.0, 1.7e9, 1e5)]
)
def test_units_change_no_statement(scale, shift_x, unit):
    X, y = TRUTH.sample(200, seed=4)
    X = np.round(X * 1024) / 1024  # so that a shift is exact
    plain, other = quiet(2, X, y, n_init=2), quiet(2, X * unit + shift_x, y * scale, n_init=2)
    assert (plain.status_, plain.converged_) == (other.status_, other.converged_) == ("stationary", True)
    assert other.gradient_norm_ <= 1e-8
    assert other.log_likelihood_ == pytest.approx(plain.log_likelihood_ - 200 * np.log(scale), rel=1e-9)
    np.testing.assert_allclose(other.information_eigenvalues_, plain.information_eigenvalues_, rtol=1e-5)
    np.testing.assert_allclose(
        other.standard_errors_.a, plain.standard_errors_.a * scale / unit, rtol=1e-5, equal_nan=True
    )
    np.testing.assert_allclose(
        other.standard_errors_.sigma, plain.standard_errors_.sigma * scale**2, rtol=1e-5
    )
    np.testing.assert_allclose(
        other.predict(X * unit + shift_x), plain.predict(X) * scale, rtol=1e-6, atol=1e-6 * scale
    )
    assert len(other.warnings_) == len(plain.warnings_)


def test_errors_of_intercepts_are_given_where_tables_show_them():
    X, y = TRUTH.sample(200, seed=4)
    X = np.round(X * 1024) / 1024
    plain, far = quiet(2, X * 1e5, y, n_init=2), quiet(2, X * 1e5 + 1.7e9, y, n_init=2)
    centre = shown(far.model_, far.mixing_measure_).centre
    assert abs(centre[0] - 1.7e9) < 1e5
    shifted = quiet(2, X * 1e5 + 1.7e9 - centre[0], y, n_init=2)
    for found, name in zip(far.standard_errors_.centred, ("beta0", "b"), strict=True):
        np.testing.assert_allclose(found, getattr(shifted.standard_errors_, name), rtol=1e-4)
    assert plain.standard_errors_.centred is None
    assert SoftmaxGaussianMoE.from_json(far.to_json()).to_json() == far.to_json()


def test_printed_digits_reproduce_the_means():
    X, y = TRUTH.sample(120, seed=5)
    for shift, unit in ((0.0, 1.0), (1950.0, 30.0), (1.7e9, 1e5), (1e9, 1.0)):
        fit = quiet(2, X * unit + shift, y, n_init=2)
        table = shown(fit.model_, fit.mixing_measure_)
        a, b = (
            np.array([float(f"{v:.{table.digits}g}") for v in part.ravel()])
            for part in (table.measure.a, table.measure.b)
        )
        centre = 0.0 if table.centre is None else table.centre[0]
        means = np.outer(X[:, 0] * unit + shift - centre, a) + b
        np.testing.assert_allclose(means, fit.model_.means(X * unit + shift), atol=3e-6)


def test_collinear_columns_are_named_and_not_counted():
    rng = np.random.default_rng(0)
    X, y = TRUTH.sample(300, seed=6)
    group = rng.integers(3, size=300)
    dummies = np.eye(3)[group]
    wide = np.column_stack([X, 2 * X - 1, dummies])
    reduced = wide[:, [0, 2, 3]]
    assert independent_columns(wide) == (0, 2, 3)
    one, two = quiet(2, wide, y, n_init=2), quiet(2, reduced, y, n_init=2)
    assert one.collinear_ == (1, 4)
    assert one.log_likelihood_ == two.log_likelihood_
    assert (one.n_parameters_, one.bic(), one.aic()) == (two.n_parameters_, two.bic(), two.aic())
    np.testing.assert_array_equal(one.mixing_measure_.a[:, [0, 2, 3]], two.mixing_measure_.a)
    assert (one.mixing_measure_.a[:, [1, 4]] == 0).all()
    np.testing.assert_array_equal(one.predict(wide), two.predict(reduced))
    np.testing.assert_array_equal(one.standard_errors_.a[:, [0, 2, 3]], two.standard_errors_.a)
    assert one.inferred_cells_ == two.inferred_cells_
    copy = SoftmaxGaussianMoE.from_json(one.to_json())
    assert copy.collinear_ == (1, 4)
    np.testing.assert_array_equal(copy.predict(wide), one.predict(wide))


def test_the_penalty_has_exact_derivatives_and_bounds_the_likelihood():
    penalty = Penalty(0.3, np.log(0.7))
    t, h = np.array([-2.0, 0.4]), 1e-5
    for i in range(2):
        step = np.eye(2)[i] * h
        slope = (penalty.value(t + step) - penalty.value(t - step)) / (2 * h)
        assert penalty.gradient(t)[i] == pytest.approx(slope, rel=1e-6)
        bend = (penalty.gradient(t + step)[i] - penalty.gradient(t - step)[i]) / (2 * h)
        assert penalty.curvature(t)[i] == pytest.approx(bend, rel=1e-6)
    X, y = TRUTH.sample(200, seed=7)
    problem = Problem.of(X, y, 2, 1e-9, None, "chen-tan")
    vector = problem.coordinates.inward(TRUTH)
    em = problem.em()
    before = problem.objective(vector)
    for _ in range(20):
        vector, old = em.step(vector)
        assert old == pytest.approx(before, rel=1e-12)
        after = problem.objective(vector)
        assert after >= before - 1e-10 * abs(before)
        before = after
    # Ties that the likelihood alone would follow to the floor.
    y[:5] = 1.25
    fit = quiet(3, X, y, n_init=4, penalty="chen-tan")
    assert fit.converged_
    assert fit.at_bound_ == []
    problem = Problem.of(X, y, 3, fit.min_variance_, None, "chen-tan")
    assert problem.gradient_norm(fit.model_.vector) <= 1e-8
    value = fit.mixing_measure_.log_likelihood(X, y)
    assert fit.log_likelihood_ == pytest.approx(value, rel=1e-12)


def test_covariates_of_a_sample_are_the_training_ones():
    X, y = TRUTH.sample(80, seed=8)
    X = X * 10 + 1950
    fit = quiet(2, X, y, n_init=1)
    Xs, ys = fit.sample(500, seed=0)
    assert np.isin(Xs[:, 0], X[:, 0]).all()
    assert ys.shape == (500,)
    given = np.linspace(1940, 1960, 7)[:, None]
    np.testing.assert_array_equal(fit.sample(7, given, seed=0)[0], given)
    copy = SoftmaxGaussianMoE.from_json(fit.to_json())
    with pytest.raises(ValueError, match="read from JSON"):
        copy.sample(3)


def test_a_warm_start_of_another_shape_starts_afresh():
    X, y = TRUTH.sample(200, seed=9)
    fit = quiet(2, X, y, n_init=2, warm_start=True)
    fit.set_params(n_experts=1)
    assert fit.fit(X, y).mixing_measure_.k == 1


def test_an_interrupted_fit_keeps_its_finished_starts(monkeypatch):
    from polysolv.moe import search

    X, y = TRUTH.sample(200, seed=10)
    whole, calls = search.optimise, []

    def once(*arguments):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return whole(*arguments)

    monkeypatch.setattr(search, "optimise", once)
    fit = SoftmaxGaussianMoE(2, n_init=6, random_state=0)
    with pytest.raises(KeyboardInterrupt):
        fit.fit(X, y)
    assert len(fit.starts_) == 2
    assert fit.converged_
    assert "stopped early" in fit.warnings_[0]


def end_of_seed(k, X, y, seed):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return SoftmaxGaussianMoE(k, random_state=seed).fit(X, y)


@pytest.mark.parametrize("seeds", [range(2), pytest.param(range(2, 12), marks=pytest.mark.slow)])
def test_every_seed_finds_the_same_hard_gated_maximum(seeds):
    rng = np.random.default_rng(11)
    u, c = rng.random(90), rng.integers(1, 13, size=90).astype(float)
    part = (u > 0.53).astype(int) + (u > 0.74)
    y = np.choose(part, [10.9 * u + 0.05 * c - 7, 21.7 - 19 * u, 1.1 - 0.9 * u])
    y += rng.normal(size=90) * np.choose(part, [0.6, 0.1, 0.1])
    X = np.column_stack([u, c])
    ends = [end_of_seed(3, X, y, seed).log_likelihood_ for seed in seeds]
    np.testing.assert_allclose(ends, ends[0], atol=1e-6)
