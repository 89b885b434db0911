"""How many passes over all rows a fit takes: the plain trust region against the ascent over nested prefixes.

The truths are those of the over-fitted sweeps (presets ``overlap-k3``, a cell of 2, and ``overlap-k5``, a
cell of 3): fixed, the Gauss-Hermite path and the splits. Both fits begin at the sweep's start near the
truth with six accelerated EM maps, over all rows or over the first prefix, and end at the same limit. A
pass is one evaluation of value, gradient and Hessian over all n rows; "work" counts every row that was read
for the likelihood, prefixes and sample included, and divides by n. Run with ``python
benchmarks/full_passes.py``; the million rows of its last part take minutes.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from time import process_time

import numpy as np
from threadpoolctl import threadpool_limits

from polysolv.experiments.design import make_design
from polysolv.experiments.presets import preset
from polysolv.experiments.single_fit import near_start
from polysolv.experiments.truths import truth_at
from polysolv.moe import trust_region
from polysolv.moe.calibration import Sample
from polysolv.moe.covariates import covariate_law
from polysolv.moe.em import accelerate
from polysolv.moe.likelihood import Array, Evaluation
from polysolv.moe.nested_ascent import FIRST_STEPS, PREFIXES, nested_ascent, stored_rows
from polysolv.moe.problem import Problem
from polysolv.moe.trust_region import Ascent

PATHS = ("fixed", "gauss-hermite", "split-beta1", "split-a")
EM_MAPS, LEAST_GAIN = 6, 0.1


@dataclass(frozen=True)
class Fit:
    """What one fit took: passes over all rows, rows read by the likelihood over n, and CPU seconds."""

    ascent: Ascent
    passes: int
    work: float
    seconds: float


def problem_of(k: int, path: str, n: int, replicate: int) -> tuple[Problem, Array]:
    """Return the data of one cell of the sweep, and its first start near the truth."""
    design = make_design(**{**preset(f"overlap-k{k}").settings, "sizes": (n,), "path": path})
    seeds = np.random.SeedSequence(design.seed, spawn_key=(0, replicate)).spawn(2)
    rng, start_rng = map(np.random.default_rng, seeds)
    truth = truth_at(path, design.truth, design.cells or (), n, design.path_scale)
    X, y = truth.sample(n, covariate_law(design.covariates, truth.d), rng)
    low = float(design.bounds["sigma"][0])
    problem = Problem.of(X, y, k, low, design.bounds)
    return problem, problem.box.clip(problem.coordinates.inward(near_start(design, truth, X, start_rng)))


def warmed(problem: Problem, start: Array) -> Array:
    return accelerate(problem.em(), start, EM_MAPS, LEAST_GAIN)[0]


def plain(problem: Problem, start: Array, tol: float, limit: int) -> Fit:
    begin = process_time()
    start = warmed(problem, start)
    box, weights = problem.box, problem.weights
    ascent = trust_region.ascend(problem.evaluate, start, box, problem.rows, weights, tol, limit)
    return Fit(ascent, ascent.evaluations, float(ascent.evaluations), process_time() - begin)


def nested(
    problem: Problem, start: Array, tol: float, limit: int, wanted: tuple[int, ...], steps: int
) -> Fit:
    begin, n = process_time(), problem.rows
    read = 0

    def counting(evaluate: Callable[[Array, int], Evaluation]) -> Callable[[Array, int], Evaluation]:
        def counted(vector: Array, rows: int) -> Evaluation:
            nonlocal read
            read += rows
            return evaluate(vector, rows)

        return counted

    class CountedSample(Sample):
        def weighted(self, vector: Array, weights: Array) -> Evaluation:
            nonlocal read
            read += self.rows
            return super().weighted(vector, weights)

    engine, sample = stored_rows(problem)
    few = min(sample.rows, max(n // 10, 1000))
    sample = CountedSample(np.ascontiguousarray(sample.Z[:, :few]), sample.y[:few], problem.k)
    first = replace(problem, Z=np.ascontiguousarray(problem.Z[:, : wanted[0]]), y=problem.y[: wanted[0]])
    start = warmed(first, start)
    box, weights = problem.box, problem.weights
    end = nested_ascent(
        counting(engine), n, sample, start, box, weights, tol, limit, wanted=wanted, first_steps=steps
    )
    return Fit(end.ascent, end.passes[n], read / n, process_time() - begin)


def summary(name: str, fits: list[Fit]) -> str:
    stationary = sum(fit.ascent.status == "stationary" for fit in fits)
    return (
        f"{name}: median {statistics.median(fit.passes for fit in fits):g} passes, at most "
        f"{max(fit.passes for fit in fits)}, {stationary} of {len(fits)} stationary, median work "
        f"{statistics.median(fit.work for fit in fits):.1f}, CPU {sum(fit.seconds for fit in fits):.0f} s"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="10000,100000,1000000", help="numbers of rows")
    parser.add_argument("--k", default="3,5", help="3 for a cell of two atoms, 5 for one of three")
    parser.add_argument("--paths", default=",".join(PATHS))
    parser.add_argument("--replicates", type=int, default=2)
    parser.add_argument("--first", type=int, default=0, help="number of the first replicate")
    parser.add_argument("--limit", type=int, default=120, help="of evaluations after the first")
    parser.add_argument("--tol", type=float, default=1e-8)
    parser.add_argument("--prefixes", default="", help="rows to ascend on first; default 10^5, 10^7 or n/10")
    parser.add_argument("--first-steps", type=int, default=FIRST_STEPS, help="over the first prefix")
    parser.add_argument("--nested-only", action="store_true", help="leave the plain trust region out")
    chosen = parser.parse_args()
    threadpool_limits(1)
    for n in map(int, chosen.sizes.split(",")):
        prefixes = tuple(map(int, chosen.prefixes.split(","))) if chosen.prefixes else PREFIXES
        prefixes = tuple(size for size in prefixes if 2 * size < n) or (n // 10,)
        all_fits: tuple[list[Fit], list[Fit]] = ([], [])
        for k in map(int, chosen.k.split(",")):
            for path in chosen.paths.split(","):
                for replicate in range(chosen.first, chosen.first + chosen.replicates):
                    problem, start = problem_of(k, path, n, replicate)
                    fits = [nested(problem, start, chosen.tol, chosen.limit, prefixes, chosen.first_steps)]
                    if not chosen.nested_only:
                        fits.append(plain(problem, start, chosen.tol, chosen.limit))
                    texts = []
                    for name, fit, record in zip(("nested", "plain"), fits, all_fits, strict=False):
                        record.append(fit)
                        value = fit.ascent.evaluation.value
                        texts.append(
                            f"{name} {fit.passes:3d} passes {fit.ascent.status}, work {fit.work:5.1f}, "
                            f"log-likelihood {value:.3f}"
                        )
                    print(f"n={n} K={k} {path:13} {replicate}  {'; '.join(texts)}")
                    sys.stdout.flush()
        for name, record in zip(("nested", "plain"), all_fits, strict=True):
            if record:
                print(f"n={n} {summary(name, record)}")
        if all_fits[1]:
            gaps = [
                ours.ascent.evaluation.value - theirs.ascent.evaluation.value
                for ours, theirs in zip(*all_fits, strict=True)
            ]
            print(
                f"n={n} log-likelihood of nested minus plain: {min(gaps):.2f} to {max(gaps):.2f}, "
                f"mean {statistics.mean(gaps):.2f}"
            )
