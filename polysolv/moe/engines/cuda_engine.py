"""The engine `cuda`: kernels on a GPU, compiled by numba-cuda when they are first needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import numpy as np

from polysolv.moe.engines.cuda_source import THREADS, passes, source
from polysolv.moe.engines.devices import DeviceError, cuda_module
from polysolv.moe.engines.engine import Rows
from polysolv.moe.engines.sums import Term, assembled, size
from polysolv.moe.likelihood import Array, Evaluation, unpack
from polysolv.moe.rows import scalars

# Blocks of threads at most: the same on every device, so that sums are the same on devices of a kind. A
# thread adds n / (BLOCKS THREADS) rows, 3,815 at n = 10^9, whose rounding is below 3,815 2^-53 = 4.3e-13 of
# the sum of absolute values.
BLOCKS = 2048
_LOG_2PI = float(np.log(2.0 * np.pi))


class CudaEngine:
    """Evaluates on the current GPU; rows of a stream are made there and never stored.

    Args:
        rows: what the likelihood is of; stored rows are copied to the device once, standardised.
        k: number of experts.

    Raises:
        DeviceError: if the device's memory does not hold the stored rows.
    """

    name = "cuda"

    def __init__(self, rows: Rows, k: int) -> None:
        self._rows, self._k = rows, k
        self._stored = None if rows.stream is not None else _copied(rows)

    def evaluate(self, vector: Array, second: bool = True, rows: int | None = None) -> Evaluation:
        """See :class:`polysolv.moe.engines.engine.Engine`."""
        return self._summed(vector, second, rows)[0]

    def mass(self, vector: Array) -> Array:
        """See :class:`polysolv.moe.engines.engine.Engine`."""
        return self._summed(vector, False, None)[1]

    def _summed(self, vector: Array, second: bool, rows: int | None) -> tuple[Evaluation, Array]:
        k, p = self._k, self._rows.d + 1
        stream, count = self._rows.stream, self._rows.first(rows)
        shape = (None, 0) if stream is None else (stream.k, stream.law_data[0])
        given = [count, *self._row_arguments(), *_model_arguments(vector, k)]
        blocks = min(BLOCKS, -(-count // THREADS))
        sums = np.empty(size(k, p, second))
        with device_errors():
            for chosen in passes(k, p, second):
                first, last = chosen[0][0], chosen[-1][0] + chosen[-1][1].width(p)
                kernel = _kernel(tuple(term for _, term in chosen), k, p - 1, *shape)
                out = cuda_module().device_array((last - first, blocks))
                kernel[blocks, THREADS](*given, out)
                # numpy adds contiguous numbers in pairs.
                sums[first:last] = out.copy_to_host().sum(axis=1)
        return assembled(k, p, sums, second)

    def _row_arguments(self) -> list[Any]:
        if self._stored is not None:
            return list(self._stored)
        stream, units = self._rows.stream, self._rows.units
        assert stream is not None
        _, low, width, rows, stride = stream.law_data
        scales = [float(v) for pair in zip(units.x_mean, 1.0 / units.x_scale, strict=True) for v in pair]
        scales += [float(units.y_mean), 1.0 / float(units.y_scale)]
        truth = np.concatenate([stream.gate.ravel(), stream.expert.ravel(), stream.deviation])
        return [np.int64(rows), np.int64(stride), *stream.counters, low, width, *scales, *truth.tolist()]


def _model_arguments(vector: Array, k: int) -> list[float]:
    gate, expert, log_variance = unpack(vector, k)
    parts = (gate.ravel(), expert.ravel(), np.exp(-log_variance), 0.5 * (log_variance + _LOG_2PI))
    numbers: list[float] = np.concatenate(parts).tolist()
    return numbers


@cache
def _kernel(chosen: tuple[Term, ...], k: int, d: int, k_true: int | None, law: int) -> Any:
    return cuda_module().jit(function(chosen, k, d, k_true, law))


def function(chosen: tuple[Term, ...], k: int, d: int, k_true: int | None, law: int) -> Callable[..., None]:
    """Return the Python function of a kernel; the arguments are those of :func:`cuda_source.source`."""
    names = ("uniforms", "normals", "spaced", "exponential", "logarithm", "NOISE", "CHOICE", "FURTHER")
    space = {"cuda": cuda_module(), "np": np, **{name: getattr(scalars, name) for name in names}}
    exec(compile(source(chosen, k, d, k_true, law), f"<kernel k={k} d={d}>", "exec"), space)
    kernel: Callable[..., None] = space["kernel"]
    return kernel


def _copied(rows: Rows) -> tuple[Any, Any]:
    """Return the standardised rows on the device, x (d, n) and y (n,)."""
    units = rows.units
    x, y = rows.stored
    needed = x.nbytes + y.nbytes
    with device_errors():
        free = _free_memory()
        if free is not None and needed > 0.9 * free:
            allowed = f"a device with {needed / 2**30:.1f} GiB free ({free / 2**30:.1f} are), or cpu"
            raise DeviceError("device", "cuda", allowed)
        scaled = (x - units.x_mean[:, None]) / units.x_scale[:, None]
        response = (y - units.y_mean) / units.y_scale
        to_device = cuda_module().to_device
        return to_device(np.ascontiguousarray(scaled)), to_device(response)


def _free_memory() -> int | None:
    try:
        free = cuda_module().current_context().get_memory_info()[0]
    except (AttributeError, NotImplementedError):  # a simulator has none
        return None
    return int(free) if np.isfinite(free) else None


@contextmanager
def device_errors() -> Iterator[None]:
    """Turn what the driver raises into one line."""
    try:
        yield
    except DeviceError:
        raise
    except Exception as error:
        if not type(error).__module__.startswith(("numba.cuda", "numba_cuda", "cuda.")):
            raise
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        allowed = f"a device that computes ({reason}); with its memory full, fewer --jobs; or cpu"
        raise DeviceError("device", "cuda", allowed) from error
