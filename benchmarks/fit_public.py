"""The same maximum from every seed on public data: ours against BFGS and flexmix.

The data come from the R packages that ship them, as Debian packs them: datasets (r-base-core), MASS
(r-cran-mass), lattice (r-cran-lattice), carData (r-cran-cardata), mixtools (r-cran-mixtools), flexmix
(r-cran-flexmix). They are written as CSV into a folder (``--folder``, else a temporary one), where they are
found again. For each set and number of experts:

- the reference is the best regular end of ``--own`` starts of ours and of ``--bfgs`` BFGS starts from random
  partitions, the rule of ``polysolv.moe.spurious`` applied here to all ends;
- ours: the default fit from ten seeds, how often it ends within 1e-6 of the reference, median CPU seconds;
- BFGS: ten times the best regular one of 30 starts drawn from the ends above, the same count;
- flexmix: ten times the best of ten starts (FLXMRglm, FLXPmultinom); its maxima are those of EM and are
  compared at 1e-3, regular by the same rule.

Run with ``python benchmarks/fit_public.py``; ``--only geyser,mcycle`` for some of the sets.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from shutil import which
from time import process_time

import numpy as np
from fit_peers import bfgs
from threadpoolctl import threadpool_limits

from polysolv.moe import SoftmaxGaussianMoE
from polysolv.moe.likelihood import unpack
from polysolv.moe.problem import Problem, default_min_variance
from polysolv.moe.spurious import spurious_atoms
from polysolv.moe.starts import starting_vectors

SETS = {
    "geyser": ("MASS::geyser", "waiting", ["duration"]),
    "ethanol-EC": ("lattice::ethanol", "NOx", ["E", "C"]),
    "ethanol-E": ("lattice::ethanol", "NOx", ["E"]),
    "airquality": ("datasets::airquality", "Ozone", ["Temp", "Wind"]),
    "mcycle": ("MASS::mcycle", "accel", ["times"]),
    "faithful": ("datasets::faithful", "waiting", ["eruptions"]),
    "tonedata": ("mixtools::tonedata", "tuned", ["stretchratio"]),
    "quakes": ("datasets::quakes", "stations", ["mag"]),
    "Prestige": ("carData::Prestige", "prestige", ["income"]),
    "CO2": ("datasets::CO2", "uptake", ["conc"]),
    "NregFix": ("flexmix::NregFix", "y", ["x1"]),
}
WRITE = """
arguments <- commandArgs(TRUE)
name <- strsplit(arguments[1], "::")[[1]]
data(list = name[2], package = name[1])
d <- as.data.frame(get(name[2]))[, strsplit(arguments[2], ",")[[1]]]
write.csv(format(d[complete.cases(d), ], digits = 15), arguments[3], row.names = FALSE, quote = FALSE)
"""
FLEXMIX = """
suppressMessages(library(flexmix))
arguments <- commandArgs(TRUE)
d <- read.csv(arguments[1])
response <- names(d)[1]
k <- as.integer(arguments[2])
right <- paste(names(d)[-1], collapse = "+")
for (seed in 1:10) {
  set.seed(seed)
  time <- system.time(
    f <- try(stepFlexmix(as.formula(paste(response, "~", right)), data = d, k = k, nrep = 10, verbose = FALSE,
      model = FLXMRglm(family = "gaussian"), concomitant = FLXPmultinom(as.formula(paste("~", right))),
      control = list(iter.max = 2000, minprior = 0, tolerance = 1e-9)), silent = TRUE))
  if (inherits(f, "try-error")) { cat("NA", time[["user.self"]], "NA NA\\n"); next }
  sigma <- parameters(f)["sigma", ]
  cat(sprintf("%.8f", as.numeric(logLik(f))), time[["user.self"]],
    paste(sprintf("%.10g", sigma^2), collapse = ","),
    paste(sprintf("%.10g", colSums(posterior(f))), collapse = ","), "\\n")
}
"""


def written(folder: Path, name: str) -> Path:
    """Return the CSV file of a set, response first; made by R if it is not there."""
    path = folder / f"{name}.csv"
    if not path.exists():
        source, response, covariates = SETS[name]
        columns = ",".join([response, *covariates])
        subprocess.run(["Rscript", "-e", WRITE, source, columns, str(path)], check=True, capture_output=True)
    return path


def regular(problem: Problem, vector: np.ndarray) -> bool:
    """Apply the rule to an end, whoever found it."""
    mass = problem.responsibilities(vector).sum(axis=1)
    return not spurious_atoms(mass, np.exp(unpack(vector, problem.k)[2]), problem.Z.shape[0], problem.floor)


def quiet_fit(X: np.ndarray, y: np.ndarray, k: int, n_init: int, seed: int) -> SoftmaxGaussianMoE:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return SoftmaxGaussianMoE(k, n_init=n_init, random_state=seed).fit(X, y)


def bfgs_ends(problem: Problem, X: np.ndarray, y: np.ndarray, count: int) -> list[tuple[float, float]]:
    """Return (log-likelihood, CPU seconds) of BFGS starts; -inf for spurious ends."""
    rng = np.random.default_rng(0)
    ends = []
    for start in starting_vectors("random", count, problem, rng):
        begin = process_time()
        value, end = bfgs(X, y, problem.coordinates.outward(start, problem.k))
        seconds = process_time() - begin
        gate, expert, log_variance = unpack(end, problem.k)  # in the user's units
        good = False
        if np.isfinite(value):
            variance = np.exp(log_variance) / problem.coordinates.y_scale**2
            design = np.column_stack([np.ones(y.size), X])
            joint = design @ gate.T - 0.5 * ((y[:, None] - design @ expert.T) ** 2) / np.exp(log_variance)
            joint -= 0.5 * log_variance
            tau = np.exp(joint - joint.max(axis=1, keepdims=True))
            mass = (tau / tau.sum(axis=1, keepdims=True)).sum(axis=0)
            good = not spurious_atoms(mass, variance, problem.Z.shape[0], problem.floor)
        ends.append((value if good else -np.inf, seconds))
    return ends


def compare(folder: Path, name: str, k: int, own: int, count: int) -> str:
    table = np.genfromtxt(written(folder, name), delimiter=",", skip_header=1)
    y, X = table[:, 0].copy(), table[:, 1:].copy()
    floor = default_min_variance(X, y)
    problem = Problem.of(X, y, k, floor, None)
    reference = quiet_fit(X, y, k, own, 1000)
    best = -np.inf if reference.spurious_ else reference.log_likelihood_
    ends = bfgs_ends(problem, X, y, count) if count else []
    best = max([best, *(value for value, _ in ends)])
    fits, seconds = [], []
    for seed in range(10):
        begin = process_time()
        fit = quiet_fit(X, y, k, 10, seed)
        seconds.append(process_time() - begin)
        fits.append(-np.inf if fit.spurious_ else fit.log_likelihood_)
    best = max([best, *fits])
    hits = sum(value >= best - 1e-6 for value in fits)
    ours = float(np.median(seconds))
    cells = [
        f"{name:11s} {k}  {y.size:4d}  {best:14.6f}  {hits:2d}/10  {ours:6.2f} s  "
        f"worst {min(fits) - best:+.2e}"
    ]
    if ends:
        rng = np.random.default_rng(1)
        picks = [rng.choice(len(ends), min(30, len(ends)), replace=False) for _ in range(10)]
        found = sum(max(ends[i][0] for i in pick) >= best - 1e-6 for pick in picks)
        cost = float(np.mean([sum(ends[i][1] for i in pick) for pick in picks]))
        cells.append(f"BFGS(30) {found:2d}/10  {cost:6.2f} s  ratio {ours / cost:.2f}")
    peer = flexmix(folder / f"{name}.csv", k, problem)
    if peer is not None:
        values, cost = peer
        found = sum(value >= best - 1e-3 for value in values)
        cells.append(f"flexmix {found:2d}/10  {cost:6.2f} s  ratio {ours / cost:.2f}")
    return "  ".join(cells)


def flexmix(path: Path, k: int, problem: Problem) -> tuple[list[float], float] | None:
    """Return the ten log-likelihoods (-inf for spurious ends and failures) and the median CPU seconds."""
    if which("Rscript") is None or "flexmix" in SKIPPED:
        return None
    done = subprocess.run(
        ["Rscript", "-e", FLEXMIX, str(path), str(k)], capture_output=True, text=True, check=False
    )
    values, seconds = [], []
    for line in done.stdout.splitlines():
        value, cost, variances, masses = line.split()
        seconds.append(float(cost))
        if value == "NA":
            values.append(-np.inf)
            continue
        variance = np.array(variances.split(","), dtype=float) / problem.coordinates.y_scale**2
        mass = np.array(masses.split(","), dtype=float)
        bad = variance.size < k or spurious_atoms(mass, variance, problem.Z.shape[0], problem.floor)
        values.append(-np.inf if bad else float(value))
    return (values, float(np.median(seconds))) if seconds else None


SKIPPED: set[str] = set()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, default=None, help="where the CSV files are kept")
    parser.add_argument("--only", default=",".join(SETS), help="sets, separated by commas")
    parser.add_argument("--k", default="2,3,4", help="numbers of experts, separated by commas")
    parser.add_argument("--own", type=int, default=200, help="starts of ours for the reference")
    parser.add_argument("--bfgs", type=int, default=200, help="BFGS starts, 0 for none")
    parser.add_argument("--no-flexmix", action="store_true")
    chosen = parser.parse_args()
    if chosen.no_flexmix:
        SKIPPED.add("flexmix")
    threadpool_limits(1)
    print("set         K     n  best regular     hits  CPU     worst of ten, less the best")
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for name in chosen.only.split(","):
            for k in map(int, chosen.k.split(",")):
                print(compare(folder, name, k, chosen.own, chosen.bfgs))
                sys.stdout.flush()


if __name__ == "__main__":
    main()
