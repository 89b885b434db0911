"""How often the least BIC is the true number of experts, over simulated data sets that look like real ones.

Each set draws a truth of k = 1, 2 or 3 experts in one covariate, n rows (40 to 2,000, logarithmically), and
one of the kinds below; fits of k = 1 to k + 1 experts, ten starts each, are compared by BIC. Fits that end in
spurious atoms (``spurious_``) are no candidates; versions of polysolv that do not know the word compare all
fits, so that the same program shows what the rule changes:

    python benchmarks/fit_choice.py --sets 1000
    PYTHONPATH=an-older-checkout python benchmarks/fit_choice.py --sets 1000

Experts: slopes N(0, 2^2), levels 3 apart in a random order, standard deviations from 0.3 to 1 (log-uniform);
gate slopes N(0, 1.5^2), weights of at least 15 %. Kinds: plain; y rounded to 0, 1 or 2 decimals (to 0: y
times 3 first); one outlier of 1,000 standard deviations; Student errors of 4 degrees of freedom (BIC then has
reasons to split an expert); tied x (11 values); a separated gate (experts on different sides of gaps in x).
"""

from __future__ import annotations

import argparse
import json
import os
import warnings
from collections import Counter
from pathlib import Path
from time import process_time

import joblib
import numpy as np
from threadpoolctl import threadpool_limits

import polysolv
from polysolv.moe import MixingMeasure, SoftmaxGaussianMoE

KINDS = ("plain", "0 decimals", "1 decimal", "2 decimals", "outlier", "heavy tails", "tied x", "separated")


def truth(k: int, rng: np.random.Generator) -> MixingMeasure:
    """Draw a truth of k experts."""
    while True:
        G = MixingMeasure(
            rng.normal(size=k) * 0.3,
            1.5 * rng.normal(size=(k, 1)),
            2.0 * rng.normal(size=(k, 1)),
            3.0 * rng.permutation(k),
            np.exp(rng.uniform(np.log(0.3), 0.0, size=k)) ** 2,
        )
        if G.gate(np.linspace(-1, 1, 201)[:, None]).mean(axis=0).min() >= 0.15:
            return G


def data(seed: int) -> tuple[np.ndarray, np.ndarray, int, str]:
    """Return covariates, responses, the true k and the kind of one set."""
    rng = np.random.default_rng([seed, 1])
    kind, k = KINDS[seed % len(KINDS)], 1 + seed // len(KINDS) % 3
    n = round(float(np.exp(rng.uniform(np.log(40), np.log(2000)))))
    G = truth(k, rng)
    X = rng.uniform(-1, 1, size=(n, 1))
    if kind == "tied x":
        X = np.round(X * 5) / 5
    if kind == "separated" and k > 1:
        edges = np.linspace(-1, 1, k + 1)
        chosen = rng.integers(k, size=n)
        chosen[: 8 * k] = np.repeat(np.arange(k), 8)
        width = 2.0 / k
        X = (edges[chosen] + width * rng.uniform(0.1, 0.9, size=n))[:, None]
    else:
        chosen = (rng.random(n)[:, None] > np.cumsum(G.gate(X), axis=1)).sum(axis=1).clip(0, k - 1)
    noise = rng.standard_t(4, size=n) / np.sqrt(2.0) if kind == "heavy tails" else rng.standard_normal(n)
    y = X[:, 0] * G.a[chosen, 0] + G.b[chosen] + np.sqrt(G.sigma[chosen]) * noise
    if kind == "0 decimals":
        y = np.round(3.0 * y)
    elif kind.endswith(("decimal", "decimals")):
        y = np.round(y, int(kind[0]))
    elif kind == "outlier":
        y[rng.integers(n)] += 1000.0
    return X, y, k, kind


def choice(seed: int) -> tuple[str, int, int, int, float]:
    """Return the kind, the true k, the chosen k, how many fits were no candidates, and CPU seconds."""
    X, y, k, kind = data(seed)
    begin = process_time()
    criteria, passed_over = {}, 0
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for tried in range(1, k + 2 + (kind == "outlier")):
            if y.size < tried * 5 - 2:
                continue
            fit = SoftmaxGaussianMoE(tried, n_init=10, random_state=0).fit(X, y)
            if getattr(fit, "spurious_", ()):
                passed_over += 1
                continue
            criteria[tried] = fit.bic()
    best = min(criteria, key=lambda tried: criteria[tried]) if criteria else 0
    return kind, k, best, passed_over, process_time() - begin


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sets", type=int, default=1000)
    parser.add_argument("--store", type=Path, default=None, help="file of finished sets, to go on with later")
    parser.add_argument("--jobs", type=int, default=1)
    chosen = parser.parse_args()
    knows = "spurious_" in (SoftmaxGaussianMoE.__doc__ or "")
    print(f"{'with' if knows else 'without'} the rule, {os.path.dirname(polysolv.__file__)}")
    stored = {}
    if chosen.store is not None and chosen.store.exists():
        for line in chosen.store.read_text().splitlines():
            seed, *row = json.loads(line)
            stored[seed] = row
    wanted = [seed for seed in range(chosen.sets) if seed not in stored]
    parallel = joblib.Parallel(n_jobs=chosen.jobs, return_as="generator", batch_size=1)
    for seed, row in zip(wanted, parallel(joblib.delayed(choice)(seed) for seed in wanted), strict=True):
        stored[seed] = list(row)
        if chosen.store is not None:
            with chosen.store.open("a") as file:
                file.write(json.dumps([seed, *row]) + "\n")
    made = [stored[seed] for seed in range(chosen.sets)]
    right, total, above, below = Counter(), Counter(), Counter(), Counter()
    for kind, k, best, _, _ in made:
        for key in ((kind, 0), ("all", k), ("all", 0)):
            total[key] += 1
            right[key] += best == k
            above[key] += best > k
            below[key] += best < k
    print("kind         true k  sets  right         too many  too few")
    for key in [*((kind, 0) for kind in KINDS), ("all", 1), ("all", 2), ("all", 3), ("all", 0)]:
        if total[key]:
            share = 100 * right[key] / total[key]
            print(
                f"{key[0]:12s} {key[1] or 'any':>6}  {total[key]:4d}  {right[key]:4d} ({share:5.1f} %)"
                f"  {above[key]:8d}  {below[key]:7d}"
            )
    print(f"fits passed over as spurious: {sum(row[3] for row in made)}")
    print(f"CPU seconds: {sum(row[4] for row in made):.0f}")


if __name__ == "__main__":
    main()
