"""How often BIC, ICL, sBIC and the dendrogram choose the true number of experts, from the same fits.

    python benchmarks/choose_k.py --store choose_k.jsonl [--replicates 30] [--sizes 200,1000,10000] [--jobs 2]

Each replicate draws rows from a truth with 1, 2 or 3 experts, well or weakly separated, and fits k = 1 to 5
with bounded gates. What is finished is kept in the store, one line for each replicate; a second run goes on.
"""

from __future__ import annotations

import argparse
import json
import warnings
from collections import Counter
from pathlib import Path

import joblib
import numpy as np

from polysolv import MixingMeasure, SoftmaxGaussianMoE
from polysolv.moe.estimator import record_of
from polysolv.moe.singular_bic import sbic_of_fits

TRUTHS = {
    ("one", 1): MixingMeasure([0], [[0]], [[1]], [0], [0.5]),
    ("well", 2): MixingMeasure([0, 0], [[1], [0]], [[1.5], [-1.5]], [1, -1], [0.4, 0.3]),
    ("weak", 2): MixingMeasure([0, 0], [[1], [0]], [[0.5], [-0.5]], [0.35, -0.35], [0.4, 0.3]),
    ("well", 3): MixingMeasure(
        [0, 0, 0], [[2], [-2], [0]], [[1.5], [-1.5], [0]], [1, -1, 3], [0.3, 0.3, 0.3]
    ),
    ("weak", 3): MixingMeasure(
        [0, 0, 0], [[1.5], [-1.5], [0]], [[0.8], [-0.8], [0]], [0.5, -0.5, 1], [0.3, 0.3, 0.3]
    ),
}
CRITERIA = ("BIC", "ICL", "sBIC", "DSC", "DSC, other pairing")
BOX = {"beta0": (-4.0, 4.0), "beta1": (-4.0, 4.0), "sigma": (0.02, 10.0)}
LARGEST, STARTS = 5, 4


def replicate(separation: str, k_true: int, n: int, number: int) -> dict[str, object]:
    """Return what each criterion chooses, and where the fits end at a bound."""
    rng = np.random.default_rng([number, n, k_true, len(separation), ord(separation[0])])
    X, y = TRUTHS[separation, k_true].sample(n, seed=rng)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fits = [
            SoftmaxGaussianMoE(k, n_init=STARTS, bounds=BOX, random_state=number).fit(X, y)
            for k in range(1, LARGEST + 1)
        ]
    records = [record_of(fit) for fit in fits]
    singular = sbic_of_fits(records)
    dendrogram = fits[-1].dendrogram()
    chosen = {
        "BIC": 1 + int(np.argmin([record.bic for record in records])),
        "ICL": 1 + int(np.argmin([record.icl for record in records])),
        "sBIC": None if singular.values is None else 1 + int(np.argmin(singular.values)),
        "DSC": dendrogram.chosen(),
        "DSC, other pairing": dendrogram.chosen("arrives"),
    }
    return {
        "case": [separation, k_true, n, number],
        "chosen": chosen,
        "refused": singular.reason,
        "at_bound": [len(record.at_bound) > 0 for record in records],
    }


def table(lines: list[dict[str, object]]) -> str:
    """Return the frequencies of the chosen k as a Markdown table."""
    groups: dict[tuple[int, str, int], list[dict[str, object]]] = {}
    for line in lines:
        separation, k_true, n, _ = line["case"]
        groups.setdefault((k_true, separation, n), []).append(line)
    heads = [
        "k*",
        "separation",
        "n",
        "runs",
        *(f"{name}: 1/2/3/4/5" for name in CRITERIA),
        "at a bound, k = k*",
    ]
    rows = [heads, ["---"] * len(heads)]
    for (k_true, separation, n), group in sorted(groups.items()):
        row = [str(k_true), separation, f"{n:,}", str(len(group))]
        for name in CRITERIA:
            counts = Counter(line["chosen"][name] for line in group)
            text = "/".join(str(counts[k]) for k in range(1, LARGEST + 1))
            row.append(text + (f" ({counts[None]} refused)" if counts[None] else ""))
        row.append(str(sum(line["at_bound"][k_true - 1] for line in group)))
        rows.append(row)
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--store", type=Path, default=Path("choose_k.jsonl"))
    parser.add_argument("--replicates", type=int, default=30)
    parser.add_argument("--sizes", default="200,1000,10000")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument(
        "--table", action="store_true", help="print the table of what is finished, run nothing"
    )
    arguments = parser.parse_args()
    lines = []
    if arguments.store.exists():
        # A killed run may leave half a line at the end.
        whole = [text for text in arguments.store.read_text().split("\n")[:-1] if text]
        lines = [json.loads(text) for text in whole]
        arguments.store.write_text("".join(text + "\n" for text in whole))
    done = {tuple(line["case"]) for line in lines}
    sizes = [int(text) for text in arguments.sizes.split(",")]
    cases = [(s, k, n, r) for r in range(arguments.replicates) for n in sizes for s, k in TRUTHS]
    wanted = [case for case in cases if case not in done]
    if not arguments.table:
        parallel = joblib.Parallel(n_jobs=arguments.jobs, return_as="generator_unordered", batch_size=1)
        with arguments.store.open("a") as stream:
            for line in parallel(joblib.delayed(replicate)(*case) for case in wanted):
                stream.write(json.dumps(line) + "\n")
                stream.flush()
                lines.append(line)
    print(table(lines))


if __name__ == "__main__":
    main()
