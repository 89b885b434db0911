"""Every method on every system that the documentation speaks of, with times: the table of docs/decisions.md.

Run: python benchmarks/decide_table.py [--timeout 60] [--hard]   (--hard adds the slow ones, about 10 minutes)
"""

from __future__ import annotations

import argparse

from polysolv import build_system, decide
from polysolv.errors import InputError

EASY = [
    *(("location-scale-gaussian", None, 2, r, ("positivity", "smt", "groebner")) for r in range(3, 9)),
    ("location-scale-gaussian", None, 3, 5, ("search", "smt", "groebner")),
    ("location-scale-gaussian", None, 3, 6, ("sos",)),
    ("location-scale-gaussian", None, 3, 8, ("groebner",)),
    ("location-scale-gaussian", None, 4, 7, ("search", "smt symmetric")),
    *(("softmax-gaussian", d, m, r, ("groebner",)) for d in (1, 2, 3) for m, r in ((2, 3), (2, 4), (3, 5))),
    *(("location-gaussian", None, m, r, ("groebner",)) for m in range(2, 7) for r in (1, 2)),
]
HARD = [
    ("location-scale-gaussian", None, 3, 7, ("groebner",)),
    ("location-scale-gaussian", None, 3, 6, ("groebner",)),
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--timeout", type=float, default=60.0)
    parser.add_argument("--hard", action="store_true")
    arguments = parser.parse_args()
    cases = [(case, arguments.timeout) for case in EASY]
    cases += [(case, max(600.0, arguments.timeout)) for case in HARD if arguments.hard]
    for (name, d, m, degree, methods), timeout in cases:
        system = build_system(name, m, degree, d)
        for asked in methods:
            method, _, ansatz = asked.partition(" ")
            try:
                verdict = decide(system, method, timeout, ansatz=ansatz or None)
            except InputError as error:
                print(f"{name} d={d} ({m},{degree}) {asked}: {error}")
                continue
            evidence = verdict.evidence or "-"
            print(
                f"{name} d={d} ({m},{degree}) {asked:14} {verdict.status:10} {evidence:8} "
                f"{verdict.seconds:7.2f} s  {verdict.reason}",
                flush=True,
            )


if __name__ == "__main__":
    main()
