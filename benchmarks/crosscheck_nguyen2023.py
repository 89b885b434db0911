"""The sweeps of the 2023 paper's public code, ours against its stored run times.

Run: python benchmarks/crosscheck_nguyen2023.py [--fits 400] [--full]

The peer is the experiment of the public repository CRPE-SGaME (R's EM behind Python, 8 processes on the
8 cores of an Apple M1); its stored times are 877 s, 3554 s and 5609 s for k = 2, 3 and 4, 200 sizes and 40
replicates, the starts near the truth. (The settings stored beside 877 s speak of 150 sizes and up to 5
tries; the command printed there of 200 sizes and one. Both comparisons are made with 200.)

A random subset of the (n, replicate) pairs is run on one core, in CPU seconds, and scaled up to all 8,000;
the standard error is that of the sample. `--full` runs everything on two processes and takes wall time.
"""

from __future__ import annotations

import argparse
import time
from itertools import pairwise

import numpy as np

from polysolv.experiments.design import make_design
from polysolv.experiments.presets import preset
from polysolv.experiments.run import run_design
from polysolv.experiments.single_fit import run_fit

STORED = {2: 877.0, 3: 3554.0, 4: 5609.0}
CORES = 2


def measured(k: int, count: int) -> None:
    design = make_design(**preset(f"nguyen2023-k{k}").settings)
    rng = np.random.default_rng(k)
    pairs = design.jobs
    # One pair from each of `count` equal groups ordered by size: the same mix of sizes as the whole.
    pairs.sort()
    edges = np.linspace(0, len(pairs), count + 1).astype(int)
    chosen = [pairs[rng.integers(low, high)] for low, high in pairwise(edges)]
    run_fit(design, *chosen[0])
    rows = [run_fit(design, *pair) for pair in chosen]
    seconds = np.array([row["cpu_seconds"] for row in rows])
    total, error = seconds.mean() * len(pairs), seconds.std(ddof=1) / np.sqrt(count) * len(pairs)
    report(
        k, rows, total / CORES, f"{count} of {len(pairs)} fits, CPU time scaled up, +- {error / CORES:.0f} s"
    )


def full(k: int) -> None:
    design = make_design(**preset(f"nguyen2023-k{k}").settings)
    started = time.perf_counter()
    result = run_design(design, jobs=CORES)
    report(k, list(result.rows), time.perf_counter() - started, f"all {len(result.rows)} fits, wall time")


def report(k: int, rows: list[dict], seconds: float, how: str) -> None:
    fitted = [row for row in rows if "error" not in row]
    norms = [row["gradient_norm"] for row in fitted]
    print(f"k = {k}: {seconds:.0f} s on {CORES} cores ({how})")
    print(f"       stored time on 8 cores: {STORED[k]:.0f} s; ratio ours/theirs {seconds / STORED[k]:.2f}")
    print(
        f"       largest max|score|/n {max(norms):.1e}; above 1e-8: {sum(v > 1e-8 for v in norms)}; "
        f"not converged: {sum(not row['converged'] for row in fitted)}; failed: {len(rows) - len(fitted)}; "
        f"at a bound: {sum(bool(row['at_bound']) for row in fitted)}; "
        f"unexpected cells: {sum(not row['expected_cells'] for row in fitted)}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--fits", type=int, default=400, help="size of the random subset")
    parser.add_argument("--full", action="store_true", help="run every fit on two processes")
    parser.add_argument("--k", type=int, nargs="*", default=[2, 3, 4], choices=[2, 3, 4])
    arguments = parser.parse_args()
    for k in arguments.k:
        if arguments.full:
            full(k)
        else:
            measured(k, arguments.fits)


if __name__ == "__main__":
    main()
