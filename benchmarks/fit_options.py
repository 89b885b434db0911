"""What weights, separate covariates and one variance cost: CPU time beside that of the plain fit.

Each line compares fits of the same rows (two covariates, three experts, ten starts unless told otherwise),
made in turn so that a busy machine disturbs all alike: the plain fit, one with random integer weights, one
with the gate on the second covariate and the experts on the first, one with a gate without covariates, and
one with a single variance. The truth is the same for all: gate and experts see different covariates, so that
no option fits a wrong model. Printed are medians over the data sets of the ratio of CPU times, of whole fits
and of one evaluation of the likelihood with its derivatives. Run with ``python benchmarks/fit_options.py``;
``--large`` adds n = 100,000.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import warnings
from time import process_time

import numpy as np
from threadpoolctl import threadpool_limits

from polysolv.moe import MixingMeasure, SoftmaxGaussianMoE

TRUTH = MixingMeasure(
    [0.3, 0.0, -0.2], [[0, 1.5], [0, 0], [0, -1]], [[2, 0], [-1, 0], [0.5, 0]], [1, -1, 3], [0.2, 0.2, 0.2]
)
OPTIONS = {
    "plain": {},
    "weights": {},
    "separate covariates": {"gate_features": [1], "expert_features": [0]},
    "gate without covariates": {"gate_features": []},
    "one variance": {"variance": "equal"},
}


def times(n: int, k: int, n_init: int, seed: int, repeats: int) -> tuple[dict[str, float], dict[str, float]]:
    """Return the CPU seconds of each fit, and of one evaluation at its end."""
    X, y = TRUTH.sample(n, lambda size, rng: rng.uniform(-2, 2, (size, 2)), seed=seed)
    often = np.random.default_rng(seed).integers(1, 5, n).astype(float)
    whole: dict[str, list[float]] = {name: [] for name in OPTIONS}
    step: dict[str, list[float]] = {name: [] for name in OPTIONS}
    for _ in range(repeats):
        for name, settings in OPTIONS.items():
            fit = SoftmaxGaussianMoE(k, n_init=n_init, random_state=seed, **settings)
            begin = process_time()
            fit.fit(X, y, often if name == "weights" else None)
            whole[name].append(process_time() - begin)
            problem = fit._problem()
            free = problem.restriction.reduced(fit.model_.vector)[None]
            count = max(3, 200_000 // n)
            begin = process_time()
            for _ in range(count):
                problem.free_derivatives(free)
            step[name].append((process_time() - begin) / count)
    return tuple({name: min(found) for name, found in part.items()} for part in (whole, step))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--large", action="store_true", help="n = 100,000 as well")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--n-init", type=int, default=10)
    parser.add_argument("--k", type=int, default=3)
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    threadpool_limits(1)
    for n in (1000, 10_000, 100_000) if asked.large else (1000, 10_000):
        found = [times(n, asked.k, asked.n_init, seed, asked.repeats) for seed in range(asked.seeds)]
        plain = statistics.median(whole["plain"] for whole, _ in found)
        print(
            f"n = {n:,}, k = {asked.k}: the plain fit takes {plain:.2f} s of CPU time, the median of "
            f"{len(found)} data sets"
        )
        for name in list(OPTIONS)[1:]:
            ratios = [
                statistics.median(part[name] / part["plain"] for part in parts)
                for parts in zip(*found, strict=True)
            ]
            print(f"  {name:24s} {ratios[0]:.2f} x the plain fit, {ratios[1]:.2f} x for one evaluation")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
