"""CPU time of `polysolv solve` against `phc -b` on small classical systems, built from their formulas.

    python benchmarks/homotopy_demo.py [--runs 3] [--limit 60] [SYSTEM ...]

PHCpack (Debian package phcpack) is looked for on PATH; without it our times are printed alone. Each line
gives the least CPU time of the runs of each whole process, children included, in seconds, the number of
solutions (of phc the longest of its lists), and the ratio ours / theirs. The last lines sum up: the median
ratio over the systems on which phc takes 0.2 s or more, over all systems, and the ratio of the sums; then
what is left: how often a process of ours that solves x^2 = 2 takes longer than phc, and where we lose by more
than that. Nothing is copied: families are written down from their definitions, coefficients without a meaning
are our own.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from itertools import combinations
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "homotopy"))

import classic_systems as classic
from homotopy_peers import written

from polysolv.polynomials.generic_system import GenericSystem

SLOW = 0.2  # seconds of CPU from which on a system is not a matter of start-up alone


def text(system: GenericSystem) -> list[str]:
    return written(system)


def linear_form(names: Sequence[str], draw: Random) -> str:
    return " + ".join(f"({draw.randint(-9, 9) or 1})*{name}" for name in names)


def reimer(n: int) -> list[str]:
    """Reimer: alternating power sums are 1/2."""
    return [" ".join(f"{'+-'[j % 2]} 2*x{j}^{k}" for j in range(n)) + " - 1" for k in range(2, n + 2)]


def redeco(n: int) -> list[str]:
    """The economics problem, reduced: x_k + sum of x_i·x_(i+k) is k times the last unknown."""
    rows = [
        f"x{k} " + "".join(f"+ x{i}*x{i + k} " for i in range(1, n - k)) + f"- {k}*x{n}" for k in range(1, n)
    ]
    return [*rows, " + ".join(f"x{i}" for i in range(1, n)) + " + 1"]


def wright(n: int) -> list[str]:
    """Wright: each square, less the unknown, plus all others is 2n."""
    return [
        f"x{i}^2 - x{i} " + "".join(f"+ x{j} " for j in range(n) if j != i) + f"- {2 * n}" for i in range(n)
    ]


def lorentz() -> list[str]:
    """Equilibria of Lorentz's four waves."""
    return ["x*y - x*z - t + 1", "y*z - y*t - x + 1", "z*t - x*z - y + 1", "x*t - y*t - z + 1"]


def boon() -> list[str]:
    """A model of neurons: two unit vectors with given cubic moments."""
    rows = ["s^2 + g^2 - 1", "t^2 + h^2 - 1", "a*g^3 + b*h^3 - 6/5", "a*s^3 + b*t^3 - 6/5"]
    return [*rows, "a*g^2*s + b*h^2*t - 7/10", "a*g*s^2 + b*h*t^2 - 7/10"]


def heart() -> list[str]:
    """The dipole problem of the heart: complex powers of two moments, in real and imaginary parts."""
    return [
        "a + b - 3/5",
        "c + d + 4/3",
        "t*a + u*b - v*c - w*d + 7/8",
        "v*a + w*b + t*c + u*d - 2/7",
        "a*(t^2 - v^2) - 2*c*t*v + b*(u^2 - w^2) - 2*d*u*w - 9/8",
        "c*(t^2 - v^2) + 2*a*t*v + d*(u^2 - w^2) + 2*b*u*w + 6/5",
        "a*t*(t^2 - 3*v^2) + c*v*(v^2 - 3*t^2) + b*u*(u^2 - 3*w^2) + d*w*(w^2 - 3*u^2) - 1/4",
        "c*t*(t^2 - 3*v^2) - a*v*(v^2 - 3*t^2) + d*u*(u^2 - 3*w^2) - b*w*(w^2 - 3*u^2) + 2/3",
    ]


def caprasse() -> list[str]:
    """Caprasse: two cubics and two quartics with many multiple zeros."""
    return [
        "y^2*z + 2*x*y*t - 2*x - z",
        "2*y*z*t + x*t^2 - x - 2*z",
        "-x^3*z + 4*x*y^2*z + 4*x^2*y*t + 2*y^3*t + 4*x^2 - 10*y^2 + 4*x*z - 10*y*t + 2",
        "-x*z^3 + 4*y*z^2*t + 4*x*z*t^2 + 2*y*t^3 + 4*x*z + 4*z^2 - 10*y*t - 10*t^2 + 2",
    ]


def kuramoto(n: int) -> list[str]:
    """Oscillators in step: the last one's phase is zero."""
    rows = [f"s{i}^2 + c{i}^2 - 1" for i in range(1, n)]
    for i in range(1, n):
        pulls = [f"s{i}*c{j} - s{j}*c{i}" for j in range(1, n) if j != i]
        rows.append(" + ".join([*pulls, f"s{i}"]) + f" - {i}/{5 * n}")
    return rows


def quadrics(n: int) -> list[str]:
    """Dense quadrics with small integer coefficients."""
    draw = Random(n)
    words = ["1", *(f"x{i}" for i in range(n)), *(f"x{i}*x{j}" for i in range(n) for j in range(i + 1))]
    return [linear_form(words, draw) for _ in range(n)]


def game(players: int) -> list[str]:
    """Totally mixed Nash equilibria with two strategies each: multilinear equations."""
    draw = Random(players)
    rows = []
    for i in range(players):
        others = [f"p{j}" for j in range(players) if j != i]
        words = ["1", *("*".join(word) for size in range(1, players) for word in combinations(others, size))]
        rows.append(linear_form(words, draw))
    return rows


def molecule() -> list[str]:
    """Conformations of a ring of six atoms: half-angle tangents, pair by pair."""
    pairs = (("x", "y"), ("y", "z"), ("z", "x"))
    return [f"-13 - {a}^2 - {b}^2 + 24*{a}*{b} - {k}*{a}^2*{b}^2" for k, (a, b) in enumerate(pairs, 1)]


def eigenvectors(n: int) -> list[str]:
    """Eigenvalues of a matrix of small integers, the eigenvector normed by a linear form."""
    draw = Random(n)
    names = [f"x{i}" for i in range(n)]
    return [*(f"{linear_form(names, draw)} - k*{name}" for name in names), linear_form(names, draw) + " - 1"]


def tangents() -> list[str]:
    """Lines that touch four spheres: direction t, the point x nearest to the origin."""
    spheres = [((0, 0, 0), 3), ((4, 0, 1), 2), ((1, 5, 0), 4), ((2, 1, 6), 5)]
    rows = ["t1^2 + t2^2 + t3^2 - 1", "t1*x1 + t2*x2 + t3*x3"]
    for centre, radius in spheres:
        along = " + ".join(f"{c}*t{i}" for i, c in enumerate(centre, 1))
        across = " + ".join(f"(x{i} - {c})^2" for i, c in enumerate(centre, 1))
        rows.append(f"{across} - ({along})^2 - {radius}")
    return rows


def transversals() -> list[str]:
    """Lines (1, 0, a, b) + u (0, 1, c, d) that meet four given lines: determinants are zero."""
    draw = Random(4)
    rows = []
    for _ in range(4):
        p, q = ([draw.randint(-5, 5) for _ in range(4)] for _ in range(2))
        m = {(i, j): p[i] * q[j] - p[j] * q[i] for i, j in combinations(range(4), 2)}
        rows.append(
            f"({m[2, 3]}) - ({m[1, 3]})*c + ({m[1, 2]})*d + ({m[0, 1]})*(a*d - b*c)"
            f" - ({m[0, 3]})*a + ({m[0, 2]})*b".replace("- (", "+ (-1)*(")
        )
    return rows


def quadrature(n: int) -> list[str]:
    """Nodes and weights of a rule with n nodes on the unit interval, for a weight that is not even."""
    rows = []
    for k in range(2 * n):
        powers = [f"w{i}*x{i}^{k}" if k else f"w{i}" for i in range(n)]
        rows.append(" + ".join(powers) + f" - {k + 2}/{(k + 1) * (k + 3)}")
    return rows


def ring(n: int) -> list[str]:
    """Bilinear equations, each in two neighbours of a ring."""
    draw = Random(n)
    return [linear_form([f"x{i}*x{(i + 1) % n}", f"x{i}", f"x{(i + 1) % n}", "1"], draw) for i in range(n)]


def _instances() -> dict[str, Callable[[], list[str]]]:
    classics = (
        (classic.cyclic, (3, 5, 6, 7)),
        (classic.katsura, (2, 3, 4, 5, 6, 7)),
        (classic.noon, (3, 4, 5)),
        (classic.eco, (5, 6, 7, 8)),
        (classic.chandra, (4, 5, 6)),
    )
    families = (
        (reimer, (2, 3, 4)),
        (redeco, (5, 6, 7, 8)),
        (wright, (4, 5, 6)),
        (kuramoto, (3, 4)),
        (quadrics, (2, 3, 4, 5)),
        (game, (3, 4, 5)),
        (eigenvectors, (3, 4, 5)),
        (quadrature, (2, 3)),
        (ring, (6, 10)),
    )
    single = (lorentz, boon, heart, caprasse, molecule, tangents, transversals)
    result: dict[str, Callable[[], list[str]]] = {}
    for build, sizes in classics:
        for n in sizes:
            result[f"{build.__name__}-{n}"] = lambda build=build, n=n: text(build(n))
    for family, sizes in families:
        for n in sizes:
            result[f"{family.__name__}-{n}"] = lambda family=family, n=n: family(n)
    return result | {system.__name__: system for system in single}


SYSTEMS = _instances()


def cpu_seconds(command: list[str], limit: float) -> tuple[float, str]:
    """CPU time of a process and its children, infinite beyond the limit, and what it printed."""
    environment = {n: v for n, v in os.environ.items() if n != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit, env=environment)
    except subprocess.TimeoutExpired:
        return float("inf"), ""
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout


def ours(source: Path, runs: int, limit: float) -> tuple[float, str]:
    command = [sys.executable, "-m", "polysolv", "solve", str(source), "--format", "json"]
    results = [cpu_seconds(command, limit) for _ in range(runs)]
    output = next((out for _, out in results if out), "")
    return min(seconds for seconds, _ in results), str(
        json.loads(output)["counts"]["solutions"]
    ) if output else "?"


def phcpack(source: Path, runs: int, limit: float) -> tuple[float, str]:
    times = []
    target = source.with_suffix(".out")
    for _ in range(runs):
        target.unlink(missing_ok=True)
        times.append(cpu_seconds(["phc", "-b", str(source), str(target)], limit)[0])
    output = target.read_text(errors="replace") if target.exists() else ""
    lists = re.findall(r"number of regular solutions\s*:\s*(\d+)|A list of (\d+) solutions", output)
    return min(times), str(max((int(a or b) for a, b in lists), default="?"))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--limit", type=float, default=60.0)
    parser.add_argument("systems", nargs="*", default=list(SYSTEMS))
    options = parser.parse_args()
    with_phc = shutil.which("phc") is not None
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "system"
        source.write_text("1\nx^2 - 2;\n")
        # The tracker's machine code is made before anything is timed.
        warm = [sys.executable, "-c", "from polysolv import solve; solve(['x*y - 2', 'x^3*y - x + 5'])"]
        subprocess.run(warm, check=True)
        start_up, _ = ours(source, max(options.runs, 5), 60.0)
        print(f"x^2 = 2: {start_up:.3f} s" + ("" if with_phc else "; phc is not installed: our times alone"))
        print(
            f"{'system':<16} {'ours':>8} {'found':>6}"
            + (f" {'phc -b':>8} {'found':>6} {'ratio':>7}" if with_phc else "")
        )
        for name in options.systems:
            equations = written(GenericSystem.parse("\n".join(SYSTEMS[name]())))
            source.write_text(f"{len(equations)}\n" + "".join(f"{line};\n" for line in equations))
            seconds, found = ours(source, options.runs, options.limit)
            line = f"{name:<16} {seconds:8.3f} {found:>6}"
            if with_phc:
                theirs, others = phcpack(source, options.runs, options.limit)
                rows.append((name, seconds, theirs))
                line += f" {theirs:8.3f} {others:>6} {seconds / theirs:7.2f}"
            print(line, flush=True)
    if rows:
        summary(rows, start_up)


def summary(rows: list[tuple[str, float, float]], start_up: float) -> None:
    finished = [row for row in rows if max(row[1:]) < float("inf")]
    slow = [mine / theirs for _, mine, theirs in finished if theirs >= SLOW]
    print(f"{len(rows)} systems, {len(rows) - len(finished)} beyond the time limit")
    if slow:
        median = statistics.median(slow)
        print(f"median ratio where phc takes {SLOW} s or more ({len(slow)} systems): {median:.2f}")
    if finished:
        print(f"median ratio of all: {statistics.median(mine / theirs for _, mine, theirs in finished):.2f}")
        print(f"ratio of the sums: {sum(r[1] for r in finished) / sum(r[2] for r in finished):.2f}")
    behind = [(name, mine - theirs) for name, mine, theirs in finished if mine > theirs]
    quick = sum(theirs < start_up for _, _, theirs in finished)
    print(f"we take longer on {len(behind)} systems; on {quick} phc takes less than our start-up")
    left = sorted((row for row in behind if row[1] > start_up), key=lambda row: -row[1])
    print("longer by more than a start-up: " + (", ".join(f"{n} {d:+.3f} s" for n, d in left) or "none"))


if __name__ == "__main__":
    main()
