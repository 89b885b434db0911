"""The dendrogram: its merges, its invariance under units and gauge, and both pairings of level and height."""

import json
import math

import numpy as np
import pytest

from polysolv import InputError, MixingMeasure
from polysolv.moe.dendrogram import dendrogram_of

TRUTH = MixingMeasure([0.2, 0], [[1], [0]], [[1.5], [-1.5]], [1, -1], [0.4, 0.3])


def split(G, shift):
    """The truth with its first atom in two, a little apart."""
    return MixingMeasure(
        [G.beta0[0] - math.log(2)] * 2 + [G.beta0[1]],
        [G.beta1[0], G.beta1[0], G.beta1[1]],
        [G.a[0] + shift, G.a[0] - shift, G.a[1]],
        [G.b[0] + shift, G.b[0] - shift, G.b[1]],
        [G.sigma[0], G.sigma[0], G.sigma[1]],
    )


def test_atoms_that_look_like_one_merge_first():
    X, y = TRUTH.sample(500, seed=1)
    found = dendrogram_of(split(TRUTH, 0.05), X, y)
    assert (found.merges[0].first, found.merges[0].second) == ((0,), (1,))
    assert found.heights[0] < found.heights[1] / 20
    assert found.chosen() == 2
    assert found.height(2) == found.heights[1]
    assert found.height(2, "arrives") == found.heights[0]
    assert (found.height(1), found.height(3, "arrives")) == (0.0, 0.0)
    for pairing in ("leaves", "arrives"):
        expected = [
            -(found.height(k, pairing) + math.log(500) * found.log_likelihoods[3 - k]) for k in (1, 2, 3)
        ]
        assert [found.dsc(k, pairing) for k in (1, 2, 3)] == expected


def test_merging_keeps_the_first_equations_of_the_cell():
    """Σ w exp(K) keeps its coefficients at 1, x, y, x y and y^2."""
    G = split(TRUTH, 0.3)
    G = MixingMeasure(G.beta0, G.beta1 + [[0.1], [-0.2], [0]], G.a, G.b, G.sigma + [0.05, 0, 0])
    X, y = TRUTH.sample(400, seed=2)
    found = dendrogram_of(G, X, y)
    assert (found.merges[0].first, found.merges[0].second) == ((0,), (1,))
    before, after = found.measures[0], found.measures[1]

    def moments(H, atoms, origin):
        w = np.exp(H.beta0[atoms])
        p, a, b, s = (
            getattr(H, name)[atoms].reshape(-1) - value
            for name, value in zip(("beta1", "a", "b", "sigma"), origin, strict=True)
        )
        return [(w * q).sum() for q in (1 + 0 * w, p, b, a + p * b, s + b**2)]

    origin = [float(getattr(after, name)[-1].reshape(-1)[0]) for name in ("beta1", "a", "b", "sigma")]
    assert np.allclose(moments(before, [0, 1], origin), moments(after, [1], origin), atol=1e-12)


def test_units_and_gauge_change_nothing():
    X, y = TRUTH.sample(300, seed=3)
    G = split(TRUTH, 0.1)
    found = dendrogram_of(G, X, y)
    moved = dendrogram_of(G.translate(1.5, [0.7]), X, y)
    scaled = MixingMeasure(G.beta0, G.beta1 / 1000, G.a * 7 / 1000, G.b * 7 + 3, G.sigma * 49)
    other = dendrogram_of(scaled, X * 1000, y * 7 + 3)
    for again in (moved, other):
        assert np.allclose(again.heights, found.heights)
        assert np.allclose(np.diff(again.log_likelihoods), np.diff(found.log_likelihoods))


def test_forms(tmp_path):
    X, y = TRUTH.sample(100, seed=4)
    found = dendrogram_of(split(TRUTH, 0.1), X, y)
    data = json.loads(found.to_json())
    assert data["schema"] == "polysolv/dendrogram/1"
    assert [len(measure["b"]) for measure in data["measures"]] == [3, 2, 1]
    assert "standardised" in found.to_text()
    found.plot().savefig(tmp_path / "picture.png")
    with pytest.raises(InputError, match="pairing"):
        found.chosen("comes")
    single = dendrogram_of(MixingMeasure([0], [[0]], [[1]], [0], [1]), X, y)
    assert (single.merges, single.chosen()) == ((), 1)
