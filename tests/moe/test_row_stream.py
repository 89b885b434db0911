"""Rows made from counters: the words beside published vectors, the rows beside NumPy and beside each other."""

from __future__ import annotations

import numpy as np
import pytest

from polysolv import InputError, MixingMeasure
from polysolv.moe.rows.row_stream import _stride

MASK = 0xFFFFFFFF
# Random123's known answers for philox4x32-10: counter, key, words.
KNOWN = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((MASK,) * 4, (MASK,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


def philox(counter, key):
    """The ten rounds in Python's integers."""
    (c0, c1, c2, c3), (k0, k1) = counter, key
    for _ in range(10):
        left, right = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (right >> 32) ^ c1 ^ k0, right & MASK, (left >> 32) ^ c3 ^ k1, left & MASK
        k0, k1 = (k0 + 0x9E3779B9) & MASK, (k1 + 0xBB67AE85) & MASK
    return c0, c1, c2, c3


def uniforms(i, block, replicate, seed):
    a, b, c, d = philox((i & MASK, i >> 32, replicate, block), (seed & MASK, seed >> 32))
    return (((a >> 5) << 26) | (b >> 6)) / 2**53, (((c >> 5) << 26) | (d >> 6)) / 2**53


def normals(pair):
    radius = np.sqrt(-2 * np.log(pair[0] + 2.0**-53))
    return radius * np.cos(2 * np.pi * pair[1]), radius * np.sin(2 * np.pi * pair[1])


def row_by_numpy(G, seed, replicate, i, law, n):
    """Row i as the module says that it is made, by NumPy's own functions."""
    kind, low, high = law.split(":")[0], *map(float, law.split(":")[1:])
    noise, other = normals(uniforms(i, 0, replicate, seed))
    choice, first = uniforms(i, 1, replicate, seed)
    rest = uniforms(i, 2, replicate, seed)
    if kind == "normal":
        x = low + high * np.array([other, *normals(rest)])[: G.d]
    elif kind == "uniform":
        x = low + (high - low) * np.array([first, *rest])[: G.d]
    else:
        x = np.array([low + (high - low) * (i * _stride(n) % n) / (n - 1)])
    gate = np.cumsum(G.gate(x[None])[0])
    atom = min(int((choice >= gate).sum()), G.k - 1)
    return x, float(G.a[atom] @ x + G.b[atom] + np.sqrt(G.sigma[atom]) * noise)


def measure(k, d, seed=0):
    rng = np.random.default_rng(seed)
    normal = rng.standard_normal
    return MixingMeasure(normal(k), normal((k, d)), normal((k, d)), normal(k), rng.uniform(0.3, 2, k))


def test_words_are_the_published_ones():
    from polysolv.moe.rows.scalars import philox as compiled

    rng = np.random.default_rng(3)
    for counter, key, answer in KNOWN:
        assert philox(counter, key) == answer
    drawn = [tuple(map(int, rng.integers(2**32, size=6))) for _ in range(50)]
    for words in [*drawn, *(counter + key for counter, key, _ in KNOWN)]:
        found = compiled(*map(np.uint64, words))
        assert tuple(map(int, found)) == philox(words[:4], words[4:])


@pytest.mark.parametrize(
    ("k", "d", "law"),
    [
        (1, 1, "uniform:-1:1"),
        (2, 1, "normal:1:2"),
        (3, 1, "linspace:0:1"),
        (3, 2, "uniform:0:3"),
        (4, 2, "normal:0:1"),
        (8, 3, "uniform:-2:1"),
        (3, 3, "normal:-1:1"),
    ],
)
def test_rows_are_what_numpy_makes_of_the_counters(k, d, law):
    G, seed, replicate, n = measure(k, d, seed=k), 2**40 + 17, 5, 2**33
    stream = G.rows(seed, replicate, law, n)
    for first in (0, 700, 2**32 - 20):
        X, y = stream[first : first + 40]
        for offset in range(40):
            x, response = row_by_numpy(G, seed, replicate, first + offset, law, n)
            assert np.allclose(X[offset], x, rtol=1e-13, atol=1e-13)
            assert y[offset] == pytest.approx(response, rel=1e-12, abs=1e-12)


def test_a_row_depends_on_its_number_alone():
    stream = measure(3, 2).rows(1, 2)
    X, y = stream[:3000]
    for first, last in ((0, 1), (1, 600), (519, 522), (777, 3000), (2999, 3000), (5, 5)):
        part = stream[first:last]
        assert np.array_equal(part[0], X[first:last])
        assert np.array_equal(part[1], y[first:last])
    assert not np.array_equal(measure(3, 2).rows(1, 3)[:10][1], y[:10])
    assert not np.array_equal(measure(3, 2).rows(2, 2)[:10][1], y[:10])


def test_equally_spaced_covariates_are_all_there_and_any_first_ones_are_spread():
    X, _ = measure(2, 1).rows(0, 0, "linspace:0:1", 1001)[:1001]
    assert np.allclose(np.sort(X[:, 0]), np.linspace(0, 1, 1001), rtol=0, atol=1e-15)
    assert np.diff(np.sort(X[:100, 0])).max() < 0.03


def test_rows_follow_the_model():
    """At the truth the score has mean 0 and variance the information, within five standard errors."""
    G = measure(3, 1)
    X, y = G.rows(11, 1, "normal:0:1")[:200_000]
    value, score, hessian = G.derivatives(X, y)
    scale = np.sqrt(np.diag(-hessian))
    assert (np.abs(score) < 5 * scale).all()
    expected = G.log_density(*G.sample(200_000, np.random.default_rng(1).standard_normal((200_000, 1)), 2))
    assert value / y.size == pytest.approx(expected.mean(), abs=5 * expected.std() * np.sqrt(2 / y.size))


@pytest.mark.parametrize(
    ("arguments", "rows", "field"),
    [
        ({"seed": -1}, slice(0, 1), "seed"),
        ({"seed": 2**64}, slice(0, 1), "seed"),
        ({"replicate": 2**32}, slice(0, 1), "replicate"),
        ({"x": "cauchy:0:1"}, slice(0, 1), "x"),
        ({"x": "linspace:0:1"}, slice(0, 1), "rows"),
        ({"x": "linspace:0:1", "n": 5}, slice(0, 6), "rows"),
        ({}, slice(3, 1), "rows"),
        ({}, slice(0, None), "rows"),
        ({}, slice(0, 9, 2), "rows"),
        ({}, 3, "rows"),
    ],
)
def test_bad_arguments_name_the_field(arguments, rows, field):
    with pytest.raises(InputError) as caught:
        measure(2, 1).rows(**arguments)[rows]
    assert caught.value.field == field


@pytest.mark.parametrize(("k", "d", "field"), [(9, 1, "atoms"), (2, 4, "covariates")])
def test_what_the_compiled_code_is_not_built_for_is_refused(k, d, field):
    with pytest.raises(InputError, match="at most") as caught:
        measure(k, d).rows()
    assert caught.value.field == field
