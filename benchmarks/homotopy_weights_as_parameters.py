"""Solution counts of the location–scale system with the weights as parameters: the table of docs/homotopy.md.

    python benchmarks/homotopy_weights_as_parameters.py [--largest 5] [--jobs 1] [--seed 0]

For each m the weights are random rationals (w_1 = 1, a_1 = 1) and the equations of degrees 1..2m−1 are solved
for the 2m−1 perturbations. Needs no peer.
"""

from __future__ import annotations

import argparse
import math
import time
from fractions import Fraction

import numpy as np

from polysolv import build_system, solve
from polysolv.decisions.location_scale_core import find_core


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--largest", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    solve(["x^2 - 1"])  # compiles or loads the tracker
    print("| m | unknowns | (2m−1)!/2^m | mixed volume | solutions | real | failed | at infinity | seconds |")
    print("|---|---|---|---|---|---|---|---|---|")
    rng = np.random.default_rng(options.seed)
    for m in range(2, options.largest + 1):
        core = find_core(build_system("location-scale-gaussian", m=m, degree=2 * m - 1))
        assert core is not None
        weights = [Fraction(1), *(Fraction(int(k), 101) for k in rng.integers(30, 300, m - 1))]
        equations = core.equations(2 * m - 1, weights)
        started = time.perf_counter()
        result = solve(equations, start="polyhedral", seed=options.seed, jobs=options.jobs)
        seconds = time.perf_counter() - started
        bound = Fraction(math.factorial(2 * m - 1), 2**m)
        shown = str(bound) if bound.denominator == 1 else f"{float(bound):g}"
        print(
            f"| {m} | {2 * m - 1} | {shown} | {len(result)} | {result.nsolutions} | {result.nreal} "
            f"| {result.nfailed} | {result.nat_infinity} | {seconds:.1f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
