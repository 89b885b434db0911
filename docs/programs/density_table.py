"""Writes the table of docs/second-order.md: densities, exponents in print and here, and measured slopes.

Run: python docs/programs/density_table.py [NAME ...]
"""

from __future__ import annotations

import argparse

from polysolv import exponents
from polysolv.experiments.density_probe import probe_density

# density -> the parameter that is split, and what is in print of cells of two and three atoms
DENSITIES = {
    "student-location-scale-5": ("theta", "2 (HN16S, Theorem 3.2(a))"),
    "cauchy-location-scale": ("scale", "2 (HN16S, Theorem 3.2(a))"),
    "von-mises": ("mu", "2 (HN16S, Theorem 3.2(a))"),
    "inverse-gaussian": ("mu", "none known to us"),
    "logistic-location-scale": ("mu", "none known to us"),
    "gamma": ("shape", "2 for truths without pairs (HN16)"),
    "negative-binomial": ("mean", "none known to us"),
    "exponential": ("rate", "2 (Chen 1995)"),
}
SIZES = (2, 3)


def row(name: str) -> str:
    """Return the row of one density."""
    parameter, printed = DENSITIES[name]
    here = ", ".join(str(exponents(name, m)[parameter]) for m in SIZES)
    slopes = ", ".join(f"{probe_density(name, parameter, m).slope:.2f}" for m in SIZES)
    return f"| {name} | {parameter} | {printed} | {here} | {slopes} |"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("name", nargs="*", default=list(DENSITIES), help="densities by name")
    print("| density | parameter | in print | here, m = 2, 3 | slope of V, m = 2, 3 |\n|---|---|---|---|---|")
    for name in parser.parse_args().name:
        print(row(name), flush=True)


if __name__ == "__main__":
    main()
