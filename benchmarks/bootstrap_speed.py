"""What 199 bootstrap fits cost beside one fit: wall-clock time of both in one run, and their ratio.

    python benchmarks/bootstrap_speed.py --jobs 2

The fit is the default one (ten starts and the inferred cells); draws start from its end. Starting the
processes is part of the time, and for small data most of it.
"""

from __future__ import annotations

import argparse
import statistics
import time
import warnings

from polysolv.moe import MixingMeasure, SoftmaxGaussianMoE

TRUTHS = {
    2: MixingMeasure([0.3, 0], [[1], [0]], [[1.5], [-1.5]], [1, -1], [0.4, 0.3]),
    3: MixingMeasure(
        [0.2, -0.3, 0], [[1, -1], [-2, 1], [0, 0]], [[1, 2], [-2, 0], [0, 1]], [3, 0, -3], [0.3, 0.5, 0.2]
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--draws", type=int, default=199)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--n", type=int, nargs="+", default=[500, 5000])
    chosen = parser.parse_args()
    print(f"{chosen.draws} draws, {chosen.jobs} processes, medians of {chosen.repeats}; seconds")
    print("k  d      n  kind          one fit  bootstrap   ratio")
    for k, truth in TRUTHS.items():
        for n in chosen.n:
            X, y = truth.sample(n, seed=1)
            for kind in ("parametric", "cases"):
                times = []
                for seed in range(chosen.repeats):
                    begin = time.perf_counter()
                    with warnings.catch_warnings():
                        warnings.simplefilter("ignore")
                        fit = SoftmaxGaussianMoE(k, random_state=seed).fit(X, y)
                    middle = time.perf_counter()
                    fit.bootstrap(chosen.draws, kind, chosen.jobs, seed)
                    times.append((middle - begin, time.perf_counter() - middle))
                one, many = (statistics.median(part) for part in zip(*times, strict=True))
                print(f"{k}  {truth.d}  {n:5d}  {kind:10s}  {one:9.2f}  {many:9.2f}  {many / one:6.1f}")


if __name__ == "__main__":
    main()
