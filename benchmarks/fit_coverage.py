"""How often 95 % intervals hold the truth: Wald, profile likelihood, bootstrap.

Each set has n rows from a mixture of two experts in one covariate (uniform on [-1, 1]), once with experts far
apart and once with experts that overlap. It is fitted with k = 2, where all methods give an interval for
every parameter, and (fewer sets) with k = 3, where atoms look like one and the fit withholds their intervals:
what the methods would say of them all the same, against the true atom nearest to each, ends the table.

    nice python benchmarks/fit_coverage.py --sets 200 --n 200 1000 --store coverage.jsonl

Coverage in per cent with its Monte Carlo error (of the mean over sets), and in parentheses the median width
relative to that of Wald's. "bootstrap" is what conf_int gives, bias-corrected quantiles of parametric draws;
"quantiles" are the draws' plain quantiles and "reflected" these reflected at the estimate.
"""

from __future__ import annotations

import argparse
import json
import warnings
from collections import defaultdict
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from time import process_time

import joblib
import numpy as np
from threadpoolctl import threadpool_limits

from polysolv.moe import MixingMeasure, SoftmaxGaussianMoE
from polysolv.moe.bootstrap import Draw, bootstrap_of
from polysolv.moe.intervals import Intervals, percentile_intervals, wald_intervals
from polysolv.moe.profile import profile_intervals
from polysolv.moe.quantities import Reported
from polysolv.moe.standard_errors import standard_errors

TRUTHS = {
    "apart": MixingMeasure([0.3, 0], [[1], [0]], [[1.5], [-1.5]], [2, -2], [0.4, 0.3]),
    "overlapping": MixingMeasure([0.3, 0], [[1], [0]], [[1.5], [-1.5]], [0.5, -0.5], [0.4, 0.3]),
}
METHODS = ("wald", "profile", "bootstrap", "quantiles", "reflected")
PARAMETERS = ("beta0", "beta1", "a", "b", "sigma")


def nearest(G: MixingMeasure, truth: MixingMeasure) -> list[int]:
    """Return the true atom of each fitted one: a permutation where there are as many, else the nearest."""
    far = np.array(
        [
            [(G.a[i, 0] - truth.a[t, 0]) ** 2 + (G.b[i] - truth.b[t]) ** 2 for t in range(truth.k)]
            for i in range(G.k)
        ]
    )
    if G.k > truth.k:
        return far.argmin(axis=1).tolist()
    return list(min(permutations(range(G.k)), key=lambda order: sum(far[i, t] for i, t in enumerate(order))))


def held(found: Intervals, truth: MixingMeasure, atoms: list[int], only: list[int]) -> list[tuple]:
    """Return (parameter, whether it is covered, width) of every interval of the atoms wanted."""
    rows = []
    for name, low, high in zip(found.names, found.lower.tolist(), found.upper.tolist(), strict=True):
        parameter, i = name.split("[")[0], int(name.split("[")[1].rstrip("]").split(",")[0])
        if i not in only or (low == high == 0.0) or np.isnan(found.estimates[found.names.index(name)]):
            continue
        value = float(np.ravel(getattr(truth, parameter)[atoms[i]])[0])
        if parameter.startswith("beta"):
            value -= float(np.ravel(getattr(truth, parameter)[atoms[found.reference]])[0])
        width = np.log(high / low) if parameter == "sigma" else high - low
        covered = not (value < low or value > high) if not np.isnan(low + high) else None
        rows.append((parameter, covered, float(width)))
    return rows


def variants(reported: Reported, vectors: np.ndarray, like: Intervals) -> dict[str, Intervals]:
    """Return intervals from plain quantiles of the draws, and from these reflected at the estimate."""
    quantities = reported.quantities()
    found, value = quantities.at(vectors), quantities.at(reported.model.vector)
    low, high = np.quantile(found, [0.025, 0.975], axis=0, method="weibull")
    outward = quantities.outward
    return {
        "quantiles": replace(like, lower=outward(low), upper=outward(high)),
        "reflected": replace(like, lower=outward(2 * value - high), upper=outward(2 * value - low)),
    }


def one(name: str, n: int, k: int, seed: int, draws: int) -> dict:
    """Return what the three methods say of one set."""
    truth = TRUTHS[name]
    X, y = truth.sample(n, seed=np.random.default_rng([7, n, seed]))
    row = {"truth": name, "n": n, "k": k, "seed": seed}
    begin = process_time()
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = SoftmaxGaussianMoE(k, n_init=4, random_state=0).fit(X, y)
        if fit.spurious_ or not fit.converged_ or fit.gate_separated_:
            return {**row, "left_out": True}
        estimated = fit._estimated()
        cells = [cell for cell in fit.inferred_cells_ if len(cell) > 1]
        only = sorted({i for cell in cells for i in cell}) if k > truth.k else list(range(k))
        if k > truth.k:
            row["merged"] = len(fit.inferred_cells_)
            estimated = replace(estimated, cells=tuple((i,) for i in range(k)))
        if estimated.withheld or not only:
            return {**row, "left_out": bool(estimated.withheld)}
        atoms = nearest(fit.mixing_measure_, truth)
        task = Draw(estimated.problem, fit.model_.vector, "parametric", seed, fit.tol, fit.max_iter)
        found = bootstrap_of(
            "parametric", draws, seed, [task(i) for i in range(draws)], fit.model_.vector.size
        )
        reported = estimated.reported
        wald = wald_intervals(reported, standard_errors(estimated), 0.95)
        every = {
            "wald": wald,
            "profile": profile_intervals(estimated, 0.95),
            "bootstrap": percentile_intervals(reported, found.vectors, 0.95),
            **variants(reported, found.vectors, wald),
        }
        for method, intervals in every.items():
            # The gate of an over-fitted atom has no true value of its own.
            rows = held(intervals, truth, atoms, only)
            row[method] = [r for r in rows if k == truth.k or not r[0].startswith("beta")]
        row["failed"] = found.failed
    return {**row, "cpu": process_time() - begin}


def report(rows: list[dict]) -> None:
    """Print the table of finished sets."""
    groups = defaultdict(list)
    for row in rows:
        groups[row["truth"], row["k"], row["n"]].append(row)
    print("truth       k    n sets param " + " ".join(f"{m:>16s}" for m in METHODS))
    for (name, k, n), sets in sorted(groups.items(), key=lambda item: (item[0][1], item[0][0], item[0][2])):
        used = [row for row in sets if "wald" in row]
        for parameter in PARAMETERS:
            cells = []
            widths = {}
            for method in METHODS:
                shares = []
                for row in used:
                    covered = [bool(c) for p, c, _ in row[method] if p == parameter]
                    if covered:
                        shares.append(np.mean(covered))
                if not shares:
                    continue
                error = np.std(shares, ddof=1) / np.sqrt(len(shares)) if len(shares) > 1 else np.nan
                width = [w for row in used for p, _, w in row[method] if p == parameter and np.isfinite(w)]
                widths[method] = np.median(width)
                ratio = widths[method] / widths["wald"]
                cells.append(f"{100 * np.mean(shares):.1f}+-{100 * error:.1f} ({ratio:.2f})")
            if cells:
                line = " ".join(f"{cell:>16s}" for cell in cells)
                print(f"{name:11s} {k} {n:4d} {len(used):4d} {parameter:5s} {line}")
        if not used:
            continue
        out = sum(bool(row.get("left_out")) for row in sets)
        failed = sum(row.get("failed", 0) for row in used)
        print(
            f"{name:11s} {k} {n:4d} of {len(sets)} sets {out} left out (spurious, hard or not stationary)"
            + (f", {len(sets) - out - len(used)} with no atoms that look like one" if k == 3 else "")
            + f"; {failed} draws came to nothing"
        )
    print(f"CPU seconds: {sum(row.get('cpu', 0.0) for row in rows):.0f}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sets", type=int, default=200)
    parser.add_argument("--over", type=int, default=20, help="sets for each n that are over-fitted")
    parser.add_argument("--n", type=int, nargs="+", default=[200, 1000])
    parser.add_argument("--draws", type=int, default=199)
    parser.add_argument("--store", type=Path, default=None, help="file of finished sets, to go on with later")
    parser.add_argument("--jobs", type=int, default=1)
    chosen = parser.parse_args()
    done = {}
    if chosen.store is not None and chosen.store.exists():
        for line in chosen.store.read_text().splitlines():
            row = json.loads(line)
            done[row["truth"], row["n"], row["k"], row["seed"]] = row
    wanted = [
        (name, n, k, seed)
        for k in (2, 3)
        for n in chosen.n
        for seed in range(chosen.sets if k == 2 else chosen.over)
        for name in TRUTHS
        if k == 2 or name == "apart"
    ]
    missing = [key for key in wanted if key not in done]
    parallel = joblib.Parallel(n_jobs=chosen.jobs, return_as="generator", batch_size=1)
    for row in parallel(joblib.delayed(one)(*key, chosen.draws) for key in missing):
        done[row["truth"], row["n"], row["k"], row["seed"]] = row
        if chosen.store is not None:
            with chosen.store.open("a") as file:
                file.write(json.dumps(row) + "\n")
    report([done[key] for key in wanted])


if __name__ == "__main__":
    main()
