"""Whole-process time of `polysolv solve` against PHCpack and Macaulay2 on classic systems, one core each.

    python benchmarks/homotopy_peers.py [--runs 3] [--limit 300] [SYSTEM ...]

Peers: `phc -b` (Debian package phcpack) and `solveSystem` of NumericalAlgebraicGeometry (Debian package
macaulay2); a peer that is not installed is skipped. Each line gives medians over the runs, in seconds:
the whole process of each program, Macaulay2's own tracking time (all of solveSystem) and ours (all of solve,
the choice of a start system included), the number of solutions, and the ratio ours / peer. The tracker is
compiled before anything is timed; that time, and the start-up time of each program, are printed first.

``paths/s`` are paths per second of continuation to the given system, endgames and re-tracking included, start
systems not: ours from the time of these runs of the tracker, PHCpack's from its own table of times,
Macaulay2's from total degrees and all of solveSystem. ``times`` is ours divided by the better of the two.

``P(3,5)`` is the location-scale system with three atoms and fixed weights; ``P(3,6)`` is that of degree
6 with the weights as unknowns, cut by a random plane, and has a solution set of positive dimension
beside its regular solutions, so that many paths end in singular points.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "homotopy"))

import classic_systems as classic

from polysolv import build_system
from polysolv.decisions.location_scale_core import find_core
from polysolv.polynomials.generic_system import GenericSystem, total_degree


def location_scale(degree: int) -> GenericSystem:
    core = find_core(build_system("location-scale-gaussian", m=3, degree=degree))
    assert core is not None
    if degree == 5:
        return core.equations(5, [Fraction(1), Fraction(7, 11), Fraction(19, 11)])
    system = core.equations(6)
    numbers = (17, -23, 31, 12, -29, 21, 37)
    plane = {((i, 1),): Fraction(k, 16) for i, k in enumerate(numbers)}
    return GenericSystem(system.unknowns, (*system.equations, {**plane, (): Fraction(-11, 16)}))


SYSTEMS: dict[str, tuple[Callable[[], GenericSystem], int | str]] = {
    "cyclic-5": (lambda: classic.cyclic(5), 70),
    "cyclic-6": (lambda: classic.cyclic(6), 156),
    "cyclic-7": (lambda: classic.cyclic(7), 924),
    "katsura-6": (lambda: classic.katsura(6), 64),
    "katsura-8": (lambda: classic.katsura(8), 256),
    "katsura-10": (lambda: classic.katsura(10), 1024),
    "noon-5": (lambda: classic.noon(5), 233),
    "eco-8": (lambda: classic.eco(8), 64),
    "chandra-8": (lambda: classic.chandra(8), 128),
    "P(3,5)": (lambda: location_scale(5), 14),
    "P(3,6)": (lambda: location_scale(6), "-"),
}


def timed(command: list[str], limit: float, text: str | None = None) -> tuple[float, str]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    started = time.perf_counter()
    try:
        done = subprocess.run(
            command,
            input=text or "",
            capture_output=True,
            text=True,
            timeout=None if math.isinf(limit) else limit,
            env=environment,
        )
    except subprocess.TimeoutExpired:
        return float("inf"), ""
    return time.perf_counter() - started, done.stdout


def written(system: GenericSystem, power: str = "^") -> list[str]:
    lines = []
    for polynomial in system.equations:
        terms = []
        for monomial, c in polynomial.items():
            number = f"{c.numerator:+d}" if c.denominator == 1 else f"{c.numerator:+d}/{c.denominator}"
            factors = [
                f"{system.unknowns[i]}{power}{e}" if e > 1 else system.unknowns[i] for i, e in monomial
            ]
            terms.append("*".join([number, *factors]))
        lines.append("".join(terms))
    return lines


# Sums up the seconds that the tracker spends on the homotopy to the given system.
_CLOCK = """
from polysolv.homotopy.engine import Engine
run, spent = Engine.run, []
def clocked(self, *a, **k):
    t = time.perf_counter()
    result = run(self, *a, **k)
    if len(a) < 8:  # no lifts of mixed cells
        spent.append(time.perf_counter() - t)
    return result
Engine.run = clocked
"""


class Bench:
    def __init__(self, folder: Path, runs: int, limit: float) -> None:
        self.folder, self.runs, self.limit = folder, runs, limit

    def ours(self, system: GenericSystem) -> tuple[float, float, str, float]:
        source = self.folder / "system.phc"
        source.write_text(f"{len(system.equations)}\n" + "".join(f"{line};\n" for line in written(system)))
        track = [
            sys.executable,
            "-c",
            "import sys, time; from polysolv import GenericSystem, solve; solve(['x^2 - 1', 'y^3 - x']);"
            f"s = GenericSystem.parse(open({str(source)!r}).read());" + _CLOCK + "t = time.perf_counter();"
            "r = solve(s); print(time.perf_counter() - t, sum(spent))",
        ]
        whole, inner, continued, found = [], [], [], ""
        for _ in range(self.runs):
            seconds, out = timed(
                [sys.executable, "-m", "polysolv", "solve", str(source), "--format", "json"], self.limit
            )
            if not out:
                return seconds, float("inf"), "-", float("nan")
            whole.append(seconds)
            counts = json.loads(out)["counts"]
            found = f"{counts['solutions']}" + (f" ({counts['failed']} failed)" if counts["failed"] else "")
            total, part = (timed(track, self.limit)[1] or "inf inf").split()
            inner.append(float(total))
            continued.append(float(part))
        rate = json.loads(out)["statistics"]["paths"] / statistics.median(continued)
        return statistics.median(whole), statistics.median(inner), found, rate

    def phcpack(self, system: GenericSystem) -> tuple[float, str, float] | None:
        if shutil.which("phc") is None:
            return None
        source = self.folder / "system.phc"
        times, found = [], ""
        for run in range(self.runs):
            target = self.folder / f"out{run}"
            target.unlink(missing_ok=True)
            times.append(timed(["phc", "-b", str(source), str(target)], self.limit)[0])
            if times[-1] > 60:
                break
        text = target.read_text(errors="replace") if target.exists() else ""
        lists = re.findall(r"number of regular solutions\s*:\s*(\d+)|A list of (\d+) solutions", text)
        found = max((int(a or b) for a, b in lists), default=0)
        return statistics.median(times), str(found) if found else "?", phc_paths_per_second(text)

    def macaulay2(self, system: GenericSystem) -> tuple[float, float, str] | None:
        if shutil.which("M2") is None:
            return None
        source = self.folder / "system.m2"
        source.write_text(
            'needsPackage "NumericalAlgebraicGeometry"\n'
            f"R = CC[{','.join(system.unknowns)}]\nF = {{{', '.join(written(system))}}}\n"
            "t = elapsedTiming solveSystem F\nprint(#(t#1))\nprint(t#0)\nexit 0\n"
        )
        times, inner, found = [], [], "?"
        for _ in range(self.runs):
            seconds, out = timed(["M2", "--script", str(source)], self.limit)
            times.append(seconds)
            words = out.split()
            if len(words) >= 2:
                found = words[-2]
                inner.append(float(words[-1]))
            if seconds > 60:
                break
        return statistics.median(times), statistics.median(inner or [float("inf")]), found


def phc_paths_per_second(text: str) -> float:
    """Mixed volume, or Bezout number, over the continuation time in PHCpack's output; nan without one."""
    paths = re.findall(r"(?:mixed volume|total degree)\s*:\s*(\d+)", text)
    clock = r"\s*(\d+)h\s*(\d+)m\s*(\d+)s\s*(\d+)ms\s*\|"
    row = re.search(r"total time.*\n.*\n\s*\|" + 3 * clock, text)
    if not paths or row is None:
        return float("nan")
    hours, minutes, seconds, thousandths = (int(v) for v in row.groups()[8:12])
    time_spent = 3600 * hours + 60 * minutes + seconds + thousandths / 1000
    return int(paths[-1]) / time_spent if time_spent else float("nan")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--limit", type=float, default=300.0)
    parser.add_argument("systems", nargs="*", default=list(SYSTEMS))
    options = parser.parse_args()
    # Both compiled functions, whatever --limit says.
    warm = "from polysolv import solve; solve(['x*y - 2', 'x^3*y - x + 5'])"
    first, _ = timed([sys.executable, "-c", warm], math.inf)
    again = statistics.median(
        timed([sys.executable, "-m", "polysolv", "solve", "-"], 600, "x^2 - 1; y^3 - x")[0] for _ in range(3)
    )
    print(
        f"polysolv: first process {first:.2f} s (makes machine code if there is none), "
        f"start-up after that {again:.2f} s"
    )
    for name, command in (("phc", ["phc", "--version"]), ("M2", ["M2", "--stop", "-e", "exit 0"])):
        if shutil.which(name):
            print(f"{name}: start-up {statistics.median(timed(command, 60)[0] for _ in range(3)):.2f} s")
    print(
        f"{'system':<11} {'known':>5} | {'ours':>7} {'track':>7} {'found':>6} | "
        f"{'phc -b':>7} {'found':>6} {'ratio':>6} | {'M2':>7} {'track':>7} {'found':>6} "
        f"{'whole - M2':>10} {'track ratio':>11} | {'paths/s':>8} {'phc':>6} {'M2':>6} {'times':>6}"
    )
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), options.runs, options.limit)
        for name in options.systems:
            build, known = SYSTEMS[name]
            system = build()
            whole, inner, found, rate = bench.ours(system)
            line = f"{name:<11} {known:>5} | {whole:7.2f} {inner:7.2f} {found:>6} |"
            phc = bench.phcpack(system)
            theirs = [phc[2]] if phc else []
            if phc:
                line += f" {phc[0]:7.2f} {phc[1]:>6} {whole / phc[0]:6.2f} |"
            m2 = bench.macaulay2(system)
            if m2:
                line += f" {m2[0]:7.2f} {m2[1]:7.2f} {m2[2]:>6} {whole - m2[0]:+10.2f} {inner / m2[1]:11.2f}"
                bezout = math.prod(total_degree(polynomial) for polynomial in system.equations)
                theirs.append(bezout / m2[1])
            rates = [rate, *theirs]
            line += " | " + " ".join(f"{value:6.0f}" for value in rates)
            known_rates = [value for value in theirs if value > 0]
            if known_rates:
                line += f" {rate / max(known_rates):6.1f}"
            print(line, flush=True)


if __name__ == "__main__":
    main()
