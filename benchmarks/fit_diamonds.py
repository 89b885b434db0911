"""A large CSV file as a whole process: `polysolv fit diamonds.csv --k 1:4` against flexmix.

The data are ggplot2's diamonds (53,940 rows), from plotnine, a Python package, or from R's ggplot2, which
ship them. Price given carat, k = 1 to 4, the same number of starts for both, each a process of its own that
reads the file. flexmix (FLXMRglm, FLXPmultinom, stepFlexmix) runs with its default control apart from
minprior = 0, so that k experts stay k.

Prints seconds (wall clock and CPU), the log-likelihood for each k, and the ratios, polysolv divided by
flexmix. Without Rscript or flexmix it says so and times polysolv alone. Run with ``python
benchmarks/fit_diamonds.py``; ``--starts 10`` is polysolv's default, ``--jobs 2`` uses two cores (flexmix has
no such option).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from shutil import which
from time import perf_counter

FLEXMIX = """
suppressMessages(library(flexmix))
arguments <- commandArgs(TRUE)
d <- read.csv(arguments[1])
starts <- as.integer(arguments[2])
set.seed(1)
for (k in seq_len(as.integer(arguments[3]))) {
  concomitant <- if (k == 1) FLXPconstant() else FLXPmultinom(~ carat)
  f <- stepFlexmix(price ~ carat, data = d, k = k, nrep = if (k == 1) 1 else starts, verbose = FALSE,
    model = FLXMRglm(family = "gaussian"), concomitant = concomitant, control = list(minprior = 0))
  cat(k, sprintf("%.4f", as.numeric(logLik(f))), "\\n")
}
"""
WRITE = "library(ggplot2); write.csv(as.data.frame(diamonds), commandArgs(TRUE)[1], row.names = FALSE)"


def written(folder: Path) -> Path:
    """Return the CSV file, made from a package that ships the data if it is not there."""
    path = folder / "diamonds.csv"
    if path.exists():
        return path
    try:
        from plotnine.data import diamonds
    except ImportError:
        if which("Rscript") is None:
            sys.exit("diamonds: neither plotnine (pip install plotnine) nor R's ggplot2 is here")
        subprocess.run(["Rscript", "-e", WRITE, str(path)], check=True, capture_output=True)
    else:
        diamonds.to_csv(path, index=False)
    return path


def timed(command: list[str]) -> tuple[float, float, str]:
    """Return wall-clock seconds, CPU seconds and output of a process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ})
    wall = perf_counter() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu, done.stdout


def has_flexmix() -> bool:
    """Return whether R and flexmix are here."""
    if which("Rscript") is None:
        return False
    asked = "quit(status = !requireNamespace('flexmix', quietly = TRUE))"
    return subprocess.run(["Rscript", "-e", asked], capture_output=True, check=False).returncode == 0


def ours(path: Path, starts: int, most: int, jobs: int) -> tuple[float, float, list[float]]:
    """Return seconds and log-likelihoods of polysolv."""
    command = [sys.executable, "-m", "polysolv", "fit", str(path), "--x", "carat", "--y", "price"]
    command += ["--k", f"1:{most}", "--n-init", str(starts), "--jobs", str(jobs), "--format", "json"]
    wall, cpu, out = timed(command)
    return wall, cpu, [fit["log_likelihood"] for fit in json.loads(out)["fits"]]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, default=None, help="where the data are kept")
    parser.add_argument("--starts", type=int, default=10, help="for each k from 2 on")
    parser.add_argument("--most", type=int, default=4, help="the largest k")
    parser.add_argument("--jobs", type=int, default=1, help="of polysolv")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        path = written(chosen.folder or Path(temporary))
        wall, cpu, values = ours(path, chosen.starts, chosen.most, chosen.jobs)
        print(f"polysolv, {chosen.starts} starts: {wall:.1f} s, CPU {cpu:.1f} s", flush=True)
        if not has_flexmix():
            print("flexmix: Rscript or the package flexmix is missing, nothing to compare with")
            print("log-likelihoods:", ", ".join(f"{value:.2f}" for value in values))
            return
        command = ["Rscript", "-e", FLEXMIX, str(path), str(chosen.starts), str(chosen.most)]
        wall_r, cpu_r, out = timed(command)
        print(f"flexmix, {chosen.starts} starts: {wall_r:.1f} s, CPU {cpu_r:.1f} s")
        print(f"ratio: wall clock {wall / wall_r:.3f}, CPU {cpu / cpu_r:.3f}")
        print(" k        polysolv         flexmix      difference")
        for line, value in zip(out.splitlines(), values, strict=True):
            k, theirs = line.split()
            print(f"{k:>2}  {value:14.2f}  {float(theirs):14.2f}  {value - float(theirs):+14.2f}")


if __name__ == "__main__":
    main()
