import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polysolv.errors import InputError
from polysolv.moe import MixingMeasure, cell_errors, voronoi_cells, voronoi_loss
from polysolv.moe.losses import best_translation
from polysolv.moe.voronoi import anchor


def any_measure(rng, k, d):
    return MixingMeasure(
        rng.normal(size=k),
        rng.normal(size=(k, d)),
        rng.normal(size=(k, d)),
        rng.normal(size=k),
        rng.uniform(0.2, 2, k),
    )


def pair_of_measures(seed, k, k_true, d):
    """Every third pair shares (a, b, sigma): the terms of the loss then have kinks in t2."""
    rng = np.random.default_rng(seed)
    G, truth = any_measure(rng, k, d), any_measure(rng, k_true, d)
    if seed % 3 == 0:
        j = rng.integers(k_true, size=k)
        G = MixingMeasure(G.beta0, G.beta1, truth.a[j], truth.b[j], truth.sigma[j])
    return G, truth


def formula(G, truth, kind, t1, t2, r=lambda m: 2 * m):
    """Equations (4) and (5) of the paper and the refined loss, transcribed for one translation."""
    cells = [[] for _ in range(truth.k)]
    for i in range(G.k):
        distances = [
            np.sum((G.a[i] - truth.a[j]) ** 2)
            + (G.b[i] - truth.b[j]) ** 2
            + (G.sigma[i] - truth.sigma[j]) ** 2
            for j in range(truth.k)
        ]
        cells[int(np.argmin(distances))].append(i)
    total = 0.0
    for j, cell in enumerate(cells):
        m = len(cell)
        for i in cell:
            beta1 = G.beta1[i] - truth.beta1[j] - t2
            a, b, s = G.a[i] - truth.a[j], G.b[i] - truth.b[j], G.sigma[i] - truth.sigma[j]
            if kind == "D1" or m == 1:
                term = np.sqrt(beta1 @ beta1 + a @ a + b * b + s * s)
            elif kind == "D2":
                term = np.sqrt(beta1 @ beta1 + b * b) ** r(m) + np.sqrt(a @ a + s * s) ** (r(m) / 2)
            else:
                term = beta1 @ beta1 + a @ a + abs(b) ** r(m) + abs(s) ** (r(m) / 2)
            total += np.exp(G.beta0[i]) * term
        total += abs(sum(np.exp(G.beta0[i]) for i in cell) - np.exp(truth.beta0[j] + t1))
    return total


@pytest.mark.parametrize("kind", ["D1", "D2", "refined"])
@pytest.mark.parametrize(
    "seed", [0, 1, 3, *(pytest.param(s, marks=pytest.mark.slow) for s in (2, 4, 5, 6, 7, 8))]
)
def test_the_infimum_is_that_of_a_brute_force_grid(seed, kind):
    G, truth = pair_of_measures(seed, 1 + seed % 4, 1 + seed % 3, 1)
    found = voronoi_loss(G, truth, kind)
    centre, reach = np.array([0.0, 0.0]), np.array([40.0, 12.0])
    least = np.inf
    # A grid (its first t1 stands for the infimum at -oo), then a finer one around its best point, and so on.
    for _ in range(12):
        axes = [np.linspace(c - h, c + h, 41) for c, h in zip(centre, reach, strict=True)]
        for t1, t2 in itertools.product(*axes):
            value = formula(G, truth, kind, t1, np.array([t2]))
            if value < least:
                least, best = value, np.array([t1, t2])
        centre, reach = best, reach / 6
    assert found <= least + 1e-9 * max(1, least)
    assert found == pytest.approx(least, rel=1e-6, abs=1e-7)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 5), st.integers(1, 3), st.integers(1, 3))
def test_no_translation_beats_the_optimal_one(seed, k, k_true, d):
    G, truth = pair_of_measures(seed, k, k_true, d)
    rng = np.random.default_rng(seed + 1)
    for kind in ("D1", "D2", "refined"):
        least = voronoi_loss(G, truth, kind)
        t1, t2 = best_translation(G, truth, kind)
        assert formula(G, truth, kind, t1, t2) == pytest.approx(least, rel=1e-10, abs=1e-12)
        for scale in (3.0, 0.3, 1e-2, 1e-4):
            for _ in range(5):
                moved = formula(G, truth, kind, t1 + scale * rng.normal(), t2 + scale * rng.normal(size=d))
                assert moved >= least - 1e-9 * max(1, least)
        assert voronoi_loss(G, truth, kind, "anchored") >= least - 1e-9 * max(1, least)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.floats(-3, 3), st.floats(-3, 3))
def test_invariance_under_translation_and_relabelling(seed, t1, t2):
    G, truth = pair_of_measures(seed, 4, 2, 1)
    rng = np.random.default_rng(seed)
    for kind, translation in itertools.product(("D1", "D2", "refined"), ("optimal", "anchored")):
        loss = voronoi_loss(G, truth, kind, translation)
        same = pytest.approx(loss, rel=1e-7, abs=1e-10)
        assert voronoi_loss(G, truth.translate(t1, [t2]), kind, translation) == same
        assert voronoi_loss(G.translate(0.0, [t2]), truth, kind, translation) == same
        assert voronoi_loss(G.reorder(rng.permutation(4)), truth, kind, translation) == same
        # The weights of the fitted measure scale the loss.
        scaled = voronoi_loss(G.translate(t1, [0.0]), truth, kind, translation)
        assert scaled == pytest.approx(np.exp(t1) * loss, rel=1e-7, abs=1e-10)


def test_equal_measures_have_no_loss_and_a_duplicated_one_neither():
    truth = any_measure(np.random.default_rng(0), 3, 2)
    double = MixingMeasure(
        np.concatenate([truth.beta0, truth.beta0[:1]]) - [np.log(2), 0, 0, np.log(2)],
        np.vstack([truth.beta1, truth.beta1[:1]]),
        np.vstack([truth.a, truth.a[:1]]),
        np.append(truth.b, truth.b[0]),
        np.append(truth.sigma, truth.sigma[0]),
    )
    for kind, translation in itertools.product(("D1", "D2", "refined"), ("optimal", "anchored")):
        assert voronoi_loss(truth.translate(1.0, [2.0, -3.0]), truth, kind, translation) <= 1e-12
        assert voronoi_loss(double, truth, kind, translation) <= 1e-12


def test_d2_takes_its_order_from_a_mapping_or_a_callable():
    G, truth = pair_of_measures(1, 4, 2, 1)
    by_default = voronoi_loss(G, truth, "D2")
    assert voronoi_loss(G, truth, "D2", order=lambda m: 2 * m) == by_default
    assert voronoi_loss(G, truth, "D2", order={m: 2 * m for m in range(1, 5)}) == by_default
    other = {1: 2, 2: 6, 3: 6, 4: 6}
    t1, t2 = best_translation(G, truth, "D2", order=other)
    assert voronoi_loss(G, truth, "D2", order=other) == pytest.approx(
        formula(G, truth, "D2", t1, t2, r=other.__getitem__), rel=1e-12
    )


def test_an_empty_cell_costs_its_weight_and_ties_go_to_the_first_atom():
    truth = MixingMeasure([0, 1], [[0], [0]], [[0], [10]], [0, 0], [1, 1])
    G = MixingMeasure([0], [[0]], [[0.5]], [0], [1])
    assert voronoi_cells(G, truth) == [(0,), ()]
    assert voronoi_loss(G, truth, "D1", "anchored") == pytest.approx(0.5 + np.e)
    # The weighted median of (1, 0) with weights (1, e) is 0: the infimum is not attained.
    t1, _ = best_translation(G, truth, "D1")
    assert t1 == -np.inf
    assert voronoi_loss(G, truth, "D1") == pytest.approx(0.5 + 1.0)
    middle = MixingMeasure([0], [[0]], [[5.0]], [0], [1])
    assert voronoi_cells(middle, truth) == [(0,), ()]


def test_cells_with_the_gate_slope_in_the_distance():
    truth = MixingMeasure([0, 0], [[-1], [1]], [[0], [0.1]], [0, 0], [1, 1])
    G = MixingMeasure([0, 0], [[1], [-1]], [[0], [0.1]], [0, 0], [1, 1])
    assert voronoi_cells(G, truth) == [(0,), (1,)]
    assert voronoi_cells(G, truth, ("a", "b", "sigma", "beta1")) == [(1,), (0,)]


def test_cell_errors_are_the_weighted_errors_after_the_translation():
    truth = MixingMeasure([0, 0], [[0], [2]], [[1], [-1]], [0, 3], [1, 2])
    G = MixingMeasure(
        [np.log(0.25), np.log(0.75), 0], [[0.1], [-0.1], [2]], [[1], [1.4], [-1]], [0, 0, 3], [1, 1, 2]
    )
    first, second = cell_errors(G.translate(0.7, [5.0]), truth)
    assert (first.members, first.size, second.members) == ((0, 1), 2, (2,))
    assert first.mean["beta1"] == pytest.approx(0.1)
    assert first.mean["a"] == pytest.approx(0.3)
    assert first.largest["a"] == pytest.approx(0.4)
    assert first.weight_error == pytest.approx(0.0, abs=1e-12)
    assert second.mean == pytest.approx({"beta1": 0.0, "a": 0.0, "b": 0.0, "sigma": 0.0}, abs=1e-12)
    shifted = cell_errors(G, truth, translation=(0.0, [0.1]))
    assert shifted[1].mean["beta1"] == pytest.approx(0.1)
    assert shifted[0].mean["beta1"] == pytest.approx(0.75 * 0.2)


def test_the_anchor_is_the_last_exactly_fitted_atom():
    truth = MixingMeasure([0, 0], [[0], [1]], [[1], [-1]], [0, 0], [1, 1])
    G = MixingMeasure([2, 0, 0], [[4], [9], [9]], [[1], [-1], [-1.1]], [0, 0, 0], [1, 1, 1])
    t1, t2 = anchor(G, truth, voronoi_cells(G, truth))
    assert (t1, t2.tolist()) == (2.0, [4.0])


@pytest.mark.parametrize(
    "call",
    [
        lambda G, H: voronoi_loss(G, H, "D3"),
        lambda G, H: voronoi_loss(G, H, translation="best"),
        lambda G, H: voronoi_loss(G, H, "D2", order={1: 2}),
        lambda G, H: voronoi_loss(G, H, "D2", order=lambda m: 1),
        lambda G, H: voronoi_loss(G, any_measure(np.random.default_rng(0), 2, 2)),
        lambda G, H: voronoi_cells(G, H, ("a", "c")),
        lambda G, H: voronoi_cells(G, H, "sigma"),
        lambda G, H: cell_errors(G, H, "optimal"),
        lambda G, H: cell_errors(G, H, (0.0, [1.0, 2.0])),
    ],
)
def test_bad_arguments_are_refused(call):
    truth = MixingMeasure([0], [[0]], [[1]], [0], [1])
    with pytest.raises(InputError):
        call(truth.reorder([0, 0]), truth)
