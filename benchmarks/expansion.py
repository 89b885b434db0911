"""`build_system` against `sympy.expand` on the same sum, and the memory of a large system.

The sum is Σ_l w_l Σ_{k ≤ r} K_l^k / k!; SymPy's terms above degree r are not even removed.
Run: python benchmarks/expansion.py
"""

from __future__ import annotations

import argparse
import resource
import sys

import sympy
from measure import median_seconds

from polysolv import build_system, families


def expand_with_sympy(name: str, m: int, degree: int, d: int) -> sympy.Expr:
    sympy.core.cache.clear_cache()  # a repeated expansion would only be looked up
    family = families.get(name, d)
    variables = {v: sympy.Symbol(v) for v in family.log_symbol.variables}
    total = sympy.Integer(0)
    for atom in range(1, m + 1):
        k_symbol = sympy.Integer(0)
        for component, (coefficient, monomial) in family.log_symbol.symbols.items():
            term = sympy.Rational(coefficient.numerator, coefficient.denominator)
            term *= sympy.Symbol(f"{component}_{atom}")
            for variable, power in zip(variables.values(), monomial, strict=True):
                term *= variable**power
            k_symbol += term
        powers = sum(k_symbol**k / sympy.factorial(k) for k in range(1, degree + 1))
        total += sympy.Symbol(f"w_{atom}") * powers
    return sympy.expand(total)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    repeats = parser.parse_args().repeats
    case = ("softmax-gaussian", 4, 10, 2)
    ours = median_seconds(lambda: build_system(*case), max(repeats, 5))
    peer = median_seconds(lambda: expand_with_sympy(*case), repeats)
    print(f"m=4 degree=10 d=2: polysolv {ours:.3f} s, sympy.expand {peer:.2f} s, ratio {peer / ours:.0f}")
    large = median_seconds(lambda: build_system("softmax-gaussian", 6, 12, 3), 1)
    unit = 1024**2 if sys.platform == "darwin" else 1024
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    print(f"m=6 degree=12 d=3: polysolv {large:.2f} s, peak memory of this process {memory:.0f} MB")


if __name__ == "__main__":
    main()
