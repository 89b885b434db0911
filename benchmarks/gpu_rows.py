"""Rows per second of the likelihood with its Hessian: stored rows in NumPy, streams on a CPU and a GPU.

Run: python benchmarks/gpu_rows.py [--sizes 1e6] [--gpu-rows 1e8] [--atoms 2,3,4] [--repeats 5]

One evaluation is value, gradient and Hessian. NumPy is today's engine on one core over stored rows; numba
makes its rows when it needs them (all but the first 532,480, which it keeps), on one core; cuda does so on
the GPU, if there is one. All alternate in one run, medians count, every engine's score is compared with
NumPy's. Then whole fits: of stored rows and of the
same rows as a stream (CPU seconds), the peak memory of a sweep in processes of their own, and, on a GPU, one
fit of --fit-rows.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from functools import partial

import numpy as np
from measure import interleaved_medians
from threadpoolctl import threadpool_limits

from polysolv import MixingMeasure, SoftmaxGaussianMoE
from polysolv.experiments.design import box_around, make_design
from polysolv.experiments.single_fit import near_start
from polysolv.experiments.truths import standard_truth
from polysolv.moe import likelihood
from polysolv.moe.engines.choice import engine_on
from polysolv.moe.engines.devices import devices
from polysolv.moe.engines.engine import Rows, Units
from polysolv.moe.stream_fit import StreamData

PEAK = """
import sys
from polysolv import sweep
from polysolv.experiments.truths import standard_truth
stream = sys.argv[2] == "1"
sweep(standard_truth(2), 3, [500, int(sys.argv[1])], 1, {"max_iter": 3}, jobs=1, cells=(2, 1), stream=stream)
# Not ru_maxrss, which a child takes over from its parent.
status = open("/proc/self/status").read()
print(int(status.split("VmHWM:")[1].split()[0]) / 1024)
"""


def rates(atoms: list[int], rows: int, gpu_rows: int, repeats: int, gpu: bool) -> None:
    for k in atoms:
        G = standard_truth(k)
        stream, vector, none = G.rows(1), G._vector(), Units.none(1)
        X, y = stream[:rows]
        Z = likelihood.design(X)
        on_cpu = engine_on("cpu", Rows(stream, rows, none), k)
        actions = [partial(likelihood.evaluate, vector, k, Z, y), partial(on_cpu.evaluate, vector)]
        counts, names = [rows, rows], ["numpy, stored", "numba, stream"]
        if gpu:
            on_gpu = engine_on("cuda", Rows(stream, gpu_rows, none), k)
            actions.append(partial(on_gpu.evaluate, vector))
            counts, names = [*counts, gpu_rows], [*names, "cuda, stream"]
        for action in actions:  # compile
            action()
        reference = likelihood.evaluate(vector, k, Z, y).gradient
        scores = [on_cpu.evaluate(vector).gradient]
        scores += [on_gpu.evaluate(vector, rows=rows).gradient] if gpu else []
        off = max(float(np.abs(score - reference).max()) / rows for score in scores)
        seconds = interleaved_medians(actions, repeats)
        speeds = [count / s for count, s in zip(counts, seconds, strict=True)]
        for name, count, speed in zip(names, counts, speeds, strict=True):
            ratio = speed / speeds[0]
            print(f"k = {k}, n = {count:.0e}  {name:14} {speed:9.2e} rows/s  {ratio:8.1f} x numpy")
        print(f"         scores per row agree to {off:.1e}")


def fits(rows: int) -> None:
    truth = standard_truth(2)
    design = make_design(truth, 3, [1000, rows], 1, cells=(2, 1))
    data = StreamData(truth.rows(1), rows)
    start = near_start(design, truth, data.X, np.random.default_rng(0))
    begun = time.process_time()
    (streamed,) = data.fits([start], design.bounds, **design.options)
    middle = time.process_time()
    X, y = truth.rows(1)[:rows]
    between = time.process_time()
    stored = SoftmaxGaussianMoE(3, init=start, bounds=design.bounds).fit(X, y)
    stream_seconds, stored_seconds = middle - begun, time.process_time() - between
    gain = streamed.log_likelihood_ - stored.log_likelihood_
    ratio = stream_seconds / stored_seconds
    print(f"a fit of k = 3 at n = {rows:.0e}, evaluations over rows {streamed.passes_}, CPU seconds:")
    print(f"stored {stored_seconds:.1f}, stream {stream_seconds:.1f}, ratio {ratio:.2f}; gain {gain:+.1e}")


def memory(rows: int) -> None:
    used = {}
    for stream in ("0", "1"):
        for n in (1000, rows):
            command = [sys.executable, "-c", PEAK, str(n), stream]
            used[stream, n] = float(
                subprocess.run(command, check=True, capture_output=True, text=True).stdout
            )
    for stream, name in (("0", "stored"), ("1", "stream")):
        least, most = used[stream, 1000], used[stream, rows]
        print(f"peak memory of a sweep, {name}: {most:.0f} MB at n = {rows:.0e}, {least:.0f} MB at n = 1000")
    more = [used[stream, rows] - used[stream, 1000] for stream in ("1", "0")]
    print(f"what the rows take: stream / stored = 1 / {more[1] / more[0]:.0f}")


def whole_fit(rows: int, k: int) -> None:
    truth: MixingMeasure = standard_truth(2)
    data = StreamData(truth.rows(1), rows, "cuda")
    design = make_design(truth, k, [1000, rows], 1, cells=(k - 1, 1))
    start = near_start(design, truth, data.X, np.random.default_rng(0))
    begun = time.perf_counter()
    (fit,) = data.fits([start], box_around(truth, k), **design.options)
    seconds = time.perf_counter() - begun
    print(f"a fit of k = {k} at n = {rows:.0e} on the GPU: {seconds:.1f} s, {fit.status_}, {fit.passes_}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=float, default=1e6, help="rows of the comparisons on the CPU")
    parser.add_argument("--gpu-rows", type=float, default=1e8, help="rows on the GPU")
    parser.add_argument(
        "--memory-rows", type=float, default=1e7, help="rows of the comparison of memory; 0: none"
    )
    parser.add_argument("--fit-rows", type=float, default=1e9, help="rows of the fit on the GPU; 0: none")
    parser.add_argument("--atoms", default="2,3,4", help="numbers of experts")
    parser.add_argument("--repeats", type=int, default=5)
    given = parser.parse_args()
    gpu = any(device.kind == "cuda" and not device.trouble for device in devices())
    for device in devices():
        print(f"{device.kind}: {device.name} {device.trouble}")
    with threadpool_limits(limits=1):
        atoms = [int(k) for k in given.atoms.split(",")]
        rates(atoms, int(given.sizes), int(given.gpu_rows), given.repeats, gpu)
        fits(int(given.sizes))
        if given.memory_rows:
            memory(int(given.memory_rows))
        if gpu and given.fit_rows:
            whole_fit(int(given.fit_rows), 3)


if __name__ == "__main__":
    main()
