"""CPU time of `polysolv solve` against `phc -b` on classical systems, built from their formulas.

    python benchmarks/homotopy_demo.py [--set demo|small|all] [--runs 3] [--limit 60] [SYSTEM ...]

The set `demo` are the systems of PHCpack's demo folder that a formula defines, in the sizes that folder has;
`small` are other systems and smaller members of the same families, where start-up is all that is seen.
PHCpack (Debian package phcpack) is looked for on PATH; without it our times are printed alone. Each line
gives the least CPU time of the runs of each whole process, children included, in seconds, the number of
solutions (of phc the longest of its lists), and the ratio ours / theirs. The last lines sum up: the median
ratio over the systems on which phc takes 0.2 s or more, over all systems, and the ratio of the sums; then
what is left: how often a process of ours that solves x^2 = 2 takes longer than phc, and where we lose by more
than that. A process that is stopped at the limit counts with the limit. Nothing is copied: families are
written down from their definitions, coefficients without a meaning are our own.
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
from functools import partial
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


def extended_cyclic(n: int) -> list[str]:
    """Cyclic sums of products of 1, …, n neighbours with right-hand sides that are not zero."""
    rows = []
    for k in range(1, n):
        words = ["*".join(f"x{(i + j) % n}" for j in range(k)) for i in range(n)]
        rows.append(" + ".join(words) + f" - {2 * k + 1}/{n + k}")
    return [*rows, "*".join(f"x{i}" for i in range(n)) + " - 1"]


def reduced_cyclic(n: int) -> list[str]:
    """Cyclic n-roots over one of them: the sums of products in n - 1 ratios, without the last equation."""
    ratios = ["1", *(f"y{i}" for i in range(1, n))]
    return [
        " + ".join("*".join(ratios[(i + j) % n] for j in range(k)) for i in range(n)) for k in range(1, n)
    ]


def reaction_diffusion(n: int) -> list[str]:
    """Logistic growth and diffusion along a line, zero at its ends."""
    rows = []
    for k in range(1, n + 1):
        neighbours = "".join(f" + x{j}" for j in (k - 1, k + 1) if 1 <= j <= n)
        rows.append(f"-2*x{k}{neighbours} + 5/6*x{k} - 5/6*x{k}^2")
    return rows


def sparse(n: int) -> list[str]:
    """Each equation: the squares, one of them thrice, the product of all and its square, and n."""
    product, square = ("*".join(f"x{i}{power}" for i in range(n)) for power in ("", "^2"))
    squares = " + ".join(f"x{i}^2" for i in range(n))
    return [f"{square} + {squares} + 2*x{i}^2 + {product} + {n}" for i in range(n)]


def lambda_matrix(n: int) -> list[str]:
    """(A k^2 + B k + C) x = 0 with small integers, the eigenvector normed by a sum."""
    draw = Random(n)
    names = [f"x{i}" for i in range(n)]
    words = [f"{name}{power}" for power in ("*k^2", "*k", "") for name in names]
    return [*(linear_form(words, draw) for _ in names), " + ".join(names) + " - 1"]


def wood() -> list[str]:
    """Where the gradient of Wood's function is zero."""
    return [
        "-400*x1*(x2 - x1^2) - 2*(1 - x1)",
        "200*(x2 - x1^2) + 101/5*(x2 - 1) + 99/5*(x4 - 1)",
        "-360*x3*(x4 - x3^2) - 2*(1 - x3)",
        "180*(x4 - x3^2) + 101/5*(x4 - 1) + 99/5*(x2 - 1)",
    ]


def ellipse_parabola() -> list[str]:
    """An ellipse and a parabola."""
    return ["x^2 + 4*y^2 - 4", "2*y^2 - x"]


def grid_quadrature(n: int) -> list[str]:
    """A rule on a grid of n points whose step is given and whose first point is not."""
    rows = []
    for k in range(n + 1):
        powers = [f"w{i}*(x + {i}/{n - 1})^{k}" if k else f"w{i}" for i in range(n)]
        rows.append(" + ".join(powers) + f" - 1/{k + 1}")
    return rows


def symmetric_quadrature() -> list[str]:
    """Two nodes and weights on [-1, 1]."""
    return ["u + v - 1", "u*x + v*y", "u*x^2 + v*y^2 - 2/3", "u*x^3 + v*y^3"]


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


Builder = Callable[[], list[str]]


def _demo() -> dict[str, Builder]:
    """Systems of PHCpack's demo folder, under the names that they have there."""
    families = (
        ("cyclic", lambda n: text(classic.cyclic(n)), (3, 5, 6, 7, 8)),
        ("extcyc", extended_cyclic, (5, 6, 7)),
        ("redcyc", reduced_cyclic, (5, 6, 7, 8)),
        ("eco", lambda n: text(classic.eco(n)), (5, 6, 7, 8)),
        ("redeco", redeco, (5, 6, 7, 8)),
        ("katsura", lambda n: text(classic.katsura(n)), (5, 6, 7, 8, 9)),
        ("noon", lambda n: text(classic.noon(n)), (3, 4, 5)),
        ("chandra", lambda n: text(classic.chandra(n)), (4, 5, 6)),
        ("game-two", game, (4, 5, 6)),
        ("gaukwa", quadrature, (2, 3, 4)),
        ("reimer", reimer, (5,)),
        ("rediff", reaction_diffusion, (3,)),
        ("sparse", sparse, (5,)),
        ("geneig", lambda_matrix, (5,)),
        ("quadgrid", grid_quadrature, (4,)),
        ("ku", ring, (10,)),
    )
    single = {
        "wright": lambda: wright(5),
        "lorentz": lorentz,
        "boon": boon,
        "heart": heart,
        "caprasse": caprasse,
        "conform1": molecule,
        "tangents": tangents,
        "wood": wood,
        "mickey": ellipse_parabola,
        "quadfor2": symmetric_quadrature,
    }
    return _named(families) | single


def _small() -> dict[str, Builder]:
    """Smaller members of these families, and other systems."""
    families = (
        ("katsura", lambda n: text(classic.katsura(n)), (2, 3, 4)),
        ("reimer", reimer, (2, 3, 4)),
        ("wright", wright, (4, 6)),
        ("kuramoto", kuramoto, (3, 4)),
        ("quadrics", quadrics, (2, 3, 4, 5)),
        ("game-two", game, (3,)),
        ("eigenvectors", eigenvectors, (3, 4, 5)),
        ("ring", ring, (6,)),
    )
    return _named(families) | {"transversals": transversals}


def _named(families: Sequence[tuple[str, Callable[[int], list[str]], Sequence[int]]]) -> dict[str, Builder]:
    return {f"{name}-{n}": partial(build, n) for name, build, sizes in families for n in sizes}


SETS = {"demo": _demo(), "small": _small()}
SETS["all"] = SETS["demo"] | SETS["small"]


def cpu_seconds(command: list[str], limit: float) -> tuple[float, str]:
    """CPU time of a process and its children, the limit if it is stopped there, and what it printed."""
    environment = {n: v for n, v in os.environ.items() if n != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit, env=environment)
    except subprocess.TimeoutExpired:
        return limit, ""
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
    parser.add_argument("--set", choices=list(SETS), default="demo")
    parser.add_argument("systems", nargs="*", help="their names; all of the set if left out")
    options = parser.parse_args()
    if unknown := [name for name in options.systems if name not in SETS["all"]]:
        parser.error(f"no system {', '.join(unknown)}; there are {', '.join(SETS['all'])}")
    systems = options.systems or list(SETS[options.set])
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
        for name in systems:
            equations = written(GenericSystem.parse("\n".join(SETS["all"][name]())))
            source.write_text(f"{len(equations)}\n" + "".join(f"{line};\n" for line in equations))
            seconds, found = ours(source, options.runs, options.limit)
            line = f"{name:<16} {seconds:8.3f} {found:>6}"
            if with_phc:
                theirs, others = phcpack(source, options.runs, options.limit)
                rows.append((name, seconds, theirs))
                line += f" {theirs:8.3f} {others:>6} {seconds / theirs:7.2f}"
            print(line, flush=True)
    if rows:
        summary(rows, start_up, options.limit)


def summary(rows: list[tuple[str, float, float]], start_up: float, limit: float) -> None:
    finished = [
        row for row in rows if min(row[1], row[2]) < limit
    ]  # where both were stopped nothing is known
    stopped = [sum(seconds >= limit for seconds in column) for column in list(zip(*rows, strict=True))[1:]]
    print(
        f"{len(rows)} systems; after {limit:g} s we were stopped on {stopped[0]}, phc on {stopped[1]}, "
        f"both on {len(rows) - len(finished)}"
    )
    ratios = [(mine / theirs if mine < limit else float("inf"), theirs) for _, mine, theirs in finished]
    slow = [ratio for ratio, theirs in ratios if theirs >= SLOW]
    if slow:
        median = statistics.median(slow)
        print(f"median ratio where phc takes {SLOW} s or more ({len(slow)} systems): {median:.2f}")
    if finished:
        print(f"median ratio of all: {statistics.median(ratio for ratio, _ in ratios):.2f}")
        print(f"ratio of the sums: {sum(r[1] for r in finished) / sum(r[2] for r in finished):.2f}")
    behind = [(name, mine - theirs) for name, mine, theirs in finished if mine > theirs]
    quick = sum(theirs < start_up for _, _, theirs in finished)
    print(f"we take longer on {len(behind)} systems; on {quick} phc takes less than our start-up")
    left = sorted((row for row in behind if row[1] > start_up), key=lambda row: -row[1])
    print("longer by more than a start-up: " + (", ".join(f"{n} {d:+.3f} s" for n, d in left) or "none"))


if __name__ == "__main__":
    main()
