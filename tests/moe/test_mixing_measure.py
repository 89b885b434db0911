import json
import pickle

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import trapezoid

from polysolv.errors import InputError
from polysolv.moe import MixingMeasure


def random_measure(rng, k, d, scale=1.0):
    return MixingMeasure(
        scale * rng.normal(size=k),
        scale * rng.normal(size=(k, d)),
        scale * rng.normal(size=(k, d)),
        scale * rng.normal(size=k),
        rng.uniform(0.2, 2.0, size=k),
    )


def natural_vector(G):
    return [float(v) for name in ("beta0", "beta1", "a", "b", "sigma") for v in getattr(G, name).ravel()]


def slow_log_likelihood(vector, k, d, X, y):
    """The definition, term by term, in mpmath."""
    beta0, rest = vector[:k], vector[k:]
    beta1, rest = rest[: k * d], rest[k * d :]
    a, rest = rest[: k * d], rest[k * d :]
    b, sigma = rest[:k], rest[k:]
    total = mp.mpf(0)
    for x, response in zip(X.tolist(), y.tolist(), strict=True):
        gates = [mp.e ** (beta0[i] + sum(beta1[i * d + j] * x[j] for j in range(d))) for i in range(k)]
        means = [b[i] + sum(a[i * d + j] * x[j] for j in range(d)) for i in range(k)]
        normals = [
            mp.e ** (-((response - means[i]) ** 2) / (2 * sigma[i])) / mp.sqrt(2 * mp.pi * sigma[i])
            for i in range(k)
        ]
        total += mp.log(mp.fsum(g * f for g, f in zip(gates, normals, strict=True)) / mp.fsum(gates))
    return total


@pytest.fixture
def high_precision():
    before = mp.mp.dps
    mp.mp.dps = 60
    yield
    mp.mp.dps = before


@pytest.mark.usefixtures("high_precision")
@pytest.mark.parametrize(("k", "d", "seed"), [(1, 1, 0), (2, 1, 1), (3, 2, 2)])
def test_score_and_hessian_are_the_finite_differences_at_60_digits(k, d, seed):
    rng = np.random.default_rng(seed)
    G = random_measure(rng, k, d)
    X, y = G.sample(4, seed=seed)
    vector = [mp.mpf(v) for v in natural_vector(G)]
    h = mp.mpf(10) ** -15

    def value(*moves):
        moved = list(vector)
        for index, by in moves:
            moved[index] += by
        return slow_log_likelihood(moved, k, d, X, y)

    size = len(vector)
    assert G.log_likelihood(X, y) == pytest.approx(float(value()), rel=1e-13)
    score = [float((value((i, h)) - value((i, -h))) / (2 * h)) for i in range(size)]
    np.testing.assert_allclose(G.score(X, y), score, rtol=1e-11, atol=1e-11)
    hessian = G.hessian(X, y)
    assert hessian.shape == (size, size)
    for i in range(size):
        for j in range(i, size):
            mixed = (
                value((i, h), (j, h))
                - value((i, h), (j, -h))
                - value((i, -h), (j, h))
                + value((i, -h), (j, -h))
            ) / (4 * h * h)
            assert hessian[i, j] == pytest.approx(float(mixed), rel=1e-9, abs=1e-9)
            assert hessian[j, i] == pytest.approx(hessian[i, j], rel=1e-12, abs=1e-12)


def test_derivatives_do_not_depend_on_the_blocks():
    rng = np.random.default_rng(3)
    G = random_measure(rng, 3, 2)
    X, y = G.sample(9001, seed=4)
    parts = [slice(i, i + 500) for i in range(0, 9001, 500)]
    np.testing.assert_allclose(G.score(X, y), sum(G.score(X[p], y[p]) for p in parts), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(
        G.hessian(X, y), sum(G.hessian(X[p], y[p]) for p in parts), rtol=1e-9, atol=1e-8
    )


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6), st.floats(-50, 50), st.floats(-50, 50))
def test_translation_and_relabelling_leave_the_density_unchanged(seed, t1, t2):
    rng = np.random.default_rng(seed)
    G = random_measure(rng, 3, 1)
    X, y = rng.uniform(-1, 1, size=(20, 1)), rng.normal(size=20)
    expected = G.log_density(X, y)
    np.testing.assert_allclose(G.translate(t1, [t2]).log_density(X, y), expected, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(G.reorder(rng.permutation(3)).log_density(X, y), expected, rtol=1e-12)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6), st.floats(-3, 3))
def test_splitting_every_gate_by_plus_and_minus_v_leaves_the_density_unchanged(seed, v):
    rng = np.random.default_rng(seed)
    G = random_measure(rng, 2, 2)
    direction = v * rng.normal(size=2)
    twice = [0, 0, 1, 1]
    signs = np.array([1.0, -1.0, 1.0, -1.0])[:, None]
    split = MixingMeasure(
        G.beta0[twice] - np.log(2),
        G.beta1[twice] + signs * direction,
        G.a[twice],
        G.b[twice],
        G.sigma[twice],
    )
    X, y = rng.uniform(-1, 1, size=(20, 2)), rng.normal(size=20)
    np.testing.assert_allclose(split.log_density(X, y), G.log_density(X, y), rtol=1e-9, atol=1e-9)


def test_extreme_logits_and_responses_stay_finite():
    G = MixingMeasure([800, -900], [[700], [-800]], [[1], [2]], [0, 1], [1e-8, 1e8])
    X, y = np.array([[1.0], [-1.0], [0.0]]), np.array([1e6, -1e6, 0.0])
    assert np.isfinite(G.log_density(X, y)).all()
    assert np.isfinite(G.score(X, y)).all()
    assert np.isfinite(G.hessian(X, y)).all()
    np.testing.assert_allclose(G.gate(X).sum(axis=1), 1.0)


def test_the_density_integrates_to_one():
    G = random_measure(np.random.default_rng(5), 3, 2)
    grid = np.linspace(-30, 30, 20001)
    X = np.tile([[0.3, -0.7]], (grid.size, 1))
    assert trapezoid(G.density(X, grid), grid) == pytest.approx(1.0, abs=1e-9)


def test_sample_follows_the_conditional_moments():
    G = MixingMeasure([0.3, 0], [[1], [0]], [[1.5], [-1.5]], [1, -1], [0.4, 0.3])
    X, y = G.sample(200_000, x=lambda n, rng: np.full((n, 1), 0.5), seed=1)
    gate = 1 / (1 + np.exp(-0.8))
    mean = gate * 1.75 - (1 - gate) * 1.75
    second = gate * (1.75**2 + 0.4) + (1 - gate) * (1.75**2 + 0.3)
    assert y.mean() == pytest.approx(mean, abs=0.02)
    assert (y**2).mean() == pytest.approx(second, abs=0.03)
    assert X.shape == (200_000, 1)


def test_sample_repeats_with_its_seed_and_takes_an_array():
    G = MixingMeasure([0], [[0]], [[2]], [1], [1e-12])
    x = np.linspace(0, 1, 5)
    X, y = G.sample(5, x=x, seed=3)
    np.testing.assert_allclose(y, 1 + 2 * x, atol=1e-5)
    assert (G.sample(5, seed=3)[1] == G.sample(5, seed=3)[1]).all()
    assert (X[:, 0] == x).all()


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_json_and_repr_and_pickle_round_trip_exactly(data):
    k, d = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 3))
    number = st.floats(allow_nan=False, allow_infinity=False)
    positive = st.floats(5e-324, 1e308)
    rows = lambda: data.draw(st.lists(st.lists(number, min_size=d, max_size=d), min_size=k, max_size=k))  # noqa: E731
    flat = lambda s: data.draw(st.lists(s, min_size=k, max_size=k))  # noqa: E731
    G = MixingMeasure(flat(number), rows(), rows(), flat(number), flat(positive))
    assert MixingMeasure.from_json(G.to_json()) == G
    assert eval(repr(G)) == G
    assert pickle.loads(pickle.dumps(G)) == G
    assert hash(pickle.loads(pickle.dumps(G))) == hash(G)


def test_arrays_are_read_only_copies():
    beta0 = np.zeros(2)
    G = MixingMeasure(beta0, np.zeros((2, 1)), np.zeros((2, 1)), [0, 1], [1, 1])
    beta0[0] = 5.0
    assert G.beta0[0] == 0.0
    with pytest.raises(ValueError, match="read-only"):
        G.sigma[0] = 2.0


GOOD = {"beta0": [0, 0], "beta1": [[0], [1]], "a": [[0], [1]], "b": [0, 1], "sigma": [1, 2]}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"beta0": [[0, 0]]}, "beta0"),
        ({"beta0": []}, "beta0"),
        ({"beta1": [0, 1]}, "beta1"),
        ({"beta1": [[0], [1], [2]]}, "beta1"),
        ({"a": [[0, 1], [1, 2]]}, "a: "),
        ({"b": [0]}, "b: "),
        ({"sigma": [1, 0]}, "sigma: 0.0"),
        ({"sigma": [1, -2]}, "sigma: -2.0"),
        ({"sigma": [1, float("nan")]}, "sigma: nan"),
        ({"b": [0, float("inf")]}, "b: inf"),
        ({"b": [0, "1"]}, "b: "),
        ({"b": [0, None]}, "b: "),
        ({"b": [True, False]}, "b: "),
        ({"b": [0, 1j]}, "b: "),
        ({"a": [[0], [1, 2]]}, "a: "),
    ],
)
def test_bad_parameters_are_refused_in_one_line_that_names_them(change, named):
    with pytest.raises(InputError) as caught:
        MixingMeasure(**{**GOOD, **change})
    assert named in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        json.dumps(GOOD),
        json.dumps({"schema": "polysolv/mixing-measure/2", **GOOD}),
        json.dumps({"schema": "polysolv/mixing-measure/1", **GOOD, "extra": 1}),
        json.dumps({"schema": "polysolv/mixing-measure/1", **{k: v for k, v in GOOD.items() if k != "b"}}),
        json.dumps({"schema": "polysolv/mixing-measure/1", **GOOD, "sigma": [1, -1]}),
        json.dumps({"schema": "polysolv/mixing-measure/1", **GOOD, "b": [0, float("nan")]}),
        json.dumps({"schema": "polysolv/mixing-measure/1", **GOOD, "b": {"0": 1}}),
        "[" * 100_000,
    ],
)
def test_bad_json_is_refused_in_one_line(text):
    with pytest.raises(InputError) as caught:
        MixingMeasure.from_json(text)
    assert "\n" not in str(caught.value)


def test_data_of_the_wrong_shape_are_refused():
    G = MixingMeasure(**GOOD)
    for X, y in (([[1, 2]], [1]), ([[1]], [1, 2]), ([[np.nan]], [1]), ([[1]], [np.inf]), (["a"], [1])):
        with pytest.raises(InputError):
            G.log_density(X, y)
    for n in (0, -1, 1.5, True):
        with pytest.raises(InputError):
            G.sample(n)
    with pytest.raises(InputError):
        G.sample(3, x=np.zeros((2, 1)))
    with pytest.raises(InputError):
        G.translate(0.0, [1, 2])
