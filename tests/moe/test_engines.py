"""Engines beside the likelihood of stored rows; the kernels for a GPU in numba's simulator."""

from __future__ import annotations

import math
import os
import subprocess
import sys

import numpy as np
import pytest

from polysolv import InputError, MixingMeasure, SoftmaxGaussianMoE
from polysolv.moe import likelihood
from polysolv.moe.engines import cuda_source
from polysolv.moe.engines.devices import DeviceError, chosen, devices
from polysolv.moe.engines.engine import CHUNK, KEPT, Rows, Units
from polysolv.moe.engines.numba_engine import NumbaEngine
from polysolv.moe.engines.numpy_engine import NumpyEngine
from polysolv.moe.engines.sums import size, terms
from polysolv.moe.rows.scalars import UNIFORM

SHAPES = [(1, 1), (2, 1), (3, 1), (5, 1), (2, 2), (3, 3), (8, 3)]


def measure(k, d, seed=0):
    rng = np.random.default_rng(seed)
    normal = rng.standard_normal
    return MixingMeasure(normal(k), normal((k, d)), normal((k, d)), normal(k), rng.uniform(0.3, 2, k))


def units(d):
    return Units(np.linspace(0.1, 0.4, d), np.linspace(0.5, 1.5, d), 0.3, 1.7)


def standardised(X, y, given):
    return likelihood.design((X - given.x_mean) / given.x_scale), (y - given.y_mean) / given.y_scale


def stored(stream, n, given):
    X, y = stream[:n]
    return Rows((np.ascontiguousarray(X.T), y), n, given)


def same(found, reference, n):
    assert found.value == pytest.approx(reference.value, rel=1e-13)
    assert np.abs(found.gradient - reference.gradient).max() < 1e-13 * n
    assert np.abs(found.hessian - reference.hessian).max() < 1e-12 * n


@pytest.mark.slow
@pytest.mark.parametrize(("k", "d"), SHAPES)
@pytest.mark.parametrize("engine", [NumpyEngine, NumbaEngine])
def test_engines_agree_with_the_likelihood_of_stored_rows(engine, k, d):
    n, given, stream = CHUNK + 777, units(d), measure(2, d).rows(4, 1)
    Z, y = standardised(*stream[:n], given)
    vector = 0.7 * np.random.default_rng(k).standard_normal(k * (2 * d + 3))
    reference = likelihood.evaluate(vector, k, Z, y)
    found = engine(Rows(stream, n, given), k)
    same(found.evaluate(vector), reference, n)
    first = found.evaluate(vector, second=False)
    assert first.hessian is None
    assert np.array_equal(first.gradient, found.evaluate(vector).gradient)
    assert np.allclose(found.mass(vector), likelihood.responsibilities(vector, k, Z, y).sum(axis=1))
    few = engine(Rows(stream, 1000, given), k).evaluate(vector)
    prefix = found.evaluate(vector, rows=1000)
    assert (few.value, few.hessian.tolist()) == (prefix.value, prefix.hessian.tolist())


@pytest.mark.slow
@pytest.mark.parametrize("n", [100, CHUNK, KEPT + CHUNK + 5])
def test_a_stream_is_its_stored_rows_bit_by_bit(n):
    stream = measure(2, 1).rows(4, 1, "normal:0:1")
    vector = measure(3, 1, seed=5)._vector()
    left = NumbaEngine(Rows(stream, n, units(1)), 3).evaluate(vector)
    right = NumbaEngine(stored(stream, n, units(1)), 3).evaluate(vector)
    assert left.value == right.value
    assert np.array_equal(left.gradient, right.gradient)
    assert np.array_equal(left.hessian, right.hessian)


@pytest.mark.slow
@pytest.mark.parametrize("n", [10_000, 1_000_000])
def test_sums_are_exact_but_for_the_rounding_of_a_block(n):
    """Beside exact sums of what each row contributes; 1e-12 is asked for, 5e-15 is there."""
    stream = measure(2, 1).rows(9, 0)
    G = measure(3, 1, seed=5)
    X, y = stream[:n]
    found = NumbaEngine(Rows(stream, n, Units.none(1)), 3).evaluate(G._vector(), second=False)
    share = G.responsibilities(X, y) - G.gate(X)
    weighted = G.responsibilities(X, y) * (y[:, None] - G.means(X)) / G.sigma
    for value, rows in ((found.gradient[0], share[:, 0]), (found.gradient[6], weighted[:, 0])):
        assert abs(value - math.fsum(rows)) / n < 5e-15 * np.abs(rows).mean()
    density = G.log_density(X, y)
    assert abs(found.value - math.fsum(density)) / n < 5e-15 * np.abs(density).mean()


@pytest.mark.slow
def test_an_overflow_is_not_finite():
    stream = measure(2, 1).rows(0)
    vector = np.zeros(10)
    vector[4] = np.nan
    assert not NumbaEngine(Rows(stream, 500, Units.none(1)), 2).evaluate(vector).finite


@pytest.mark.parametrize(("k", "d"), SHAPES)
def test_passes_hold_every_sum_once_and_few_at_a_time(k, d):
    p = d + 1
    found = [pair for part in cuda_source.passes(k, p, True) for pair in part]
    assert [term for _, term in found] == list(terms(k, True))
    assert sum(term.width(p) for term in terms(k, True)) == size(k, p, True)
    at = 0
    for start, term in found:
        assert start == at
        at += term.width(p)
    for part in cuda_source.passes(k, p, True):
        assert sum(term.width(p) for _, term in part) <= cuda_source.MOST_SUMS
    assert size(3, 2, True) == 98
    assert len(cuda_source.passes(3, 2, True)) == 1


SIMULATED = """
import numpy as np
from polysolv import MixingMeasure
from polysolv.moe import likelihood
from polysolv.moe.engines import cuda_engine, cuda_source
from polysolv.moe.engines.cuda_engine import CudaEngine
from polysolv.moe.engines.devices import chosen
from polysolv.moe.engines.engine import Rows, Units

# A thread of the simulator is one of Python.
cuda_source.THREADS = cuda_engine.THREADS = 2
cuda_source.MOST_SUMS = 40
cuda_engine.BLOCKS = 2
assert chosen("auto") == chosen("cuda") == "cuda"
for k, d, law in ((2, 1, "uniform:-1:1"), (3, 1, "normal:0:1"), (2, 2, "uniform:0:1"), (1, 3, "normal:0:1"),
                  (2, 1, "linspace:0:1")):
    rng = np.random.default_rng(k)
    n = 11
    G = MixingMeasure(rng.normal(size=3), rng.normal(size=(3, d)), rng.normal(size=(3, d)), rng.normal(size=3),
                      rng.uniform(0.3, 2, 3))
    stream = G.rows(2**35 + 3, 4, law, n)
    units = Units(np.full(d, 0.2), np.full(d, 0.7), 0.3, 1.7)
    X, y = stream[:n]
    Z, response = likelihood.design((X - 0.2) / 0.7), (y - 0.3) / 1.7
    vector = 0.7 * rng.normal(size=k * (2 * d + 3))
    both = [Rows(stream, n, units), Rows((np.ascontiguousarray(X.T), y), n, units)]
    for rows in both if k == 2 else both[:1]:
        engine = CudaEngine(rows, k)
        for m in (n, 7) if law == "uniform:-1:1" else (n,):
            found = engine.evaluate(vector, rows=m)
            reference = likelihood.evaluate(vector, k, Z[:, :m], response[:m])
            assert abs(found.value - reference.value) < 1e-11 * abs(reference.value)
            assert np.allclose(found.gradient, reference.gradient, rtol=1e-10, atol=1e-10)
            assert np.allclose(found.hessian, reference.hessian, rtol=1e-10, atol=1e-9)
        tau = likelihood.responsibilities(vector, k, Z, response)
        assert np.allclose(engine.mass(vector), tau.sum(axis=1))
    assert len(cuda_source.passes(k, d + 1, True)) > (k > 1)
print("all the same")
"""


def simulated(code, **more):
    environment = {**os.environ, "NUMBA_ENABLE_CUDASIM": "1", **more}
    return subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=1500,
    )


@pytest.mark.slow
def test_kernels_in_the_simulator():
    done = simulated(SIMULATED)
    assert done.stdout == "all the same\n", done.stderr


COMPILED = """
import numba.cuda.dispatcher as dispatcher

class Device:
    compute_capability = (9, 0)

# Functions inside a kernel ask the device that is there for its kind.
dispatcher.get_current_device = lambda: Device
from numba import cuda, types
from polysolv.moe.engines import cuda_engine, cuda_source

whole = {"n": types.int64, "rows": types.int64, "stride": types.int64, "out": types.float64[:, ::1]}
whole |= dict.fromkeys(("replicate", "key0", "key1"), types.uint64)
whole |= {"x": types.float64[:, ::1], "response": types.float64[::1]}
for k, d, k_true in ((2, 1, 2), (3, 1, 2), (3, 1, None), (4, 2, 3)):
    for part in cuda_source.passes(k, d + 1, True):
        chosen = tuple(term for _, term in part)
        names = cuda_source.arguments(k, d, k_true)
        kernel = cuda_engine.function(chosen, k, d, k_true, 0)
        ptx, _ = cuda.compile_ptx(kernel, tuple(whole.get(name, types.float64) for name in names), cc=(9, 0))
        assert ".target sm_90" in ptx and "fma.rn.f64" in ptx
print("compiled")
"""


@pytest.mark.slow
def test_kernels_compile_to_ptx():
    pytest.importorskip("numba_cuda", reason="needs numba-cuda[cu13]")
    done = subprocess.run(
        [sys.executable, "-c", COMPILED], capture_output=True, text=True, check=False, timeout=1500
    )
    assert done.stdout == "compiled\n", done.stderr


def test_a_device_that_is_not_there_is_refused_in_one_line(monkeypatch):
    monkeypatch.setattr("polysolv.moe.engines.devices.cuda_trouble", lambda: "cpu, or a GPU")
    assert (chosen("cpu"), chosen("auto")) == ("cpu", "cpu")
    with pytest.raises(DeviceError, match="device: 'cuda' is not allowed; allowed: cpu, or a GPU"):
        chosen("cuda")
    assert [device.kind for device in devices()] == ["cpu", "cuda"]
    assert devices()[1].trouble == "needs a GPU"
    with pytest.raises(DeviceError):
        SoftmaxGaussianMoE(2, device="cuda").fit(*measure(2, 1).sample(100, seed=1))


def test_an_unknown_device_is_refused():
    with pytest.raises(InputError, match="cpu, cuda, auto"):
        SoftmaxGaussianMoE(2, device="gpu").fit(*measure(2, 1).sample(100, seed=1))


@pytest.mark.parametrize(
    "error", [AttributeError("module 'numpy' has no attribute 'row_stack'"), OSError("x")]
)
def test_an_import_that_breaks_is_a_reason(monkeypatch, error):
    def broken():
        raise error

    monkeypatch.setattr("polysolv.moe.engines.devices.cuda_module", broken)
    with pytest.raises(DeviceError, match="a numba-cuda that loads"):
        chosen("cuda")
    assert chosen("auto") == "cpu"


def test_sources_name_their_arguments():
    for k_true in (2, None):
        text = cuda_source.source(terms(2, True), 2, 1, k_true, UNIFORM)
        compile(text, "kernel", "exec")
        for name in cuda_source.arguments(2, 1, k_true):
            assert name in text


def test_fits_without_streams_do_not_load_numba():
    code = (
        "import sys\nfrom polysolv import MixingMeasure, SoftmaxGaussianMoE\n"
        "G = MixingMeasure([0, 0], [[1], [0]], [[1], [-1]], [1, -1], [1, 1])\n"
        "SoftmaxGaussianMoE(2, n_init=1).fit(*G.sample(200, seed=0))\nprint('numba' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
