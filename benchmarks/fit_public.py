"""The same maximum from every seed on public data: ours against BFGS and flexmix.

The data come from the R packages that ship them, as Debian packs them: datasets (r-base-core), MASS
(r-cran-mass), lattice (r-cran-lattice), carData (r-cran-cardata), mixtools (r-cran-mixtools), flexmix
(r-cran-flexmix). They are written as CSV into ``--folder``, where they are found again; so are the ends of
the peers, which take most of the time. For each set and number of experts:

- the reference is the best regular end of ``--own`` starts of ours (one fit, of a seed that is not among the
  ten) and of ``--bfgs`` BFGS starts from random partitions, the rule of ``polysolv.moe.spurious`` applied
  here to all ends, and those of peers climbed to the top by our trust region first;
- ours: the default fit from ten seeds, how often it ends within 1e-6 of the reference or above it;
- ever: how far above the reference the best end lies that any run with this folder has met, by whatever
  version, and how many of the ten reach that one;
- BFGS: ten times the best regular one of 30 starts drawn from the ends above, the same count at 1e-4;
- flexmix: ten seeds, each the best regular one of ten starts (FLXMRglm, FLXPmultinom), the same count.
  FLXMRglm divides the weighted squares by n - p in place of n, so what flexmix ends at is no maximum of the
  likelihood: each of its ends is climbed to the top by our trust region before it is judged, free of charge;
- before: with ``--before FOLDER``, a checkout of an earlier version, the same of three fits of ten starts.

CPU: user seconds on one thread, all in one run: the median of ten fits of ours, of ten (flexmix: as the run
went that made the ends), the sum of thirty BFGS starts. ``--stored`` prints the table from what an earlier
run left in the folder. Run with ``python
benchmarks/fit_public.py``; ``--only geyser,mcycle`` for some of the sets.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from shutil import which
from time import process_time

import numpy as np
from fit_peers import bfgs
from threadpoolctl import threadpool_limits

from polysolv.moe import MixingMeasure, SoftmaxGaussianMoE
from polysolv.moe.likelihood import unpack
from polysolv.moe.optimise import optimise
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
OURS, PEERS = 1e-6, 1e-4
WRITE = """
arguments <- commandArgs(TRUE)
name <- strsplit(arguments[1], "::")[[1]]
data(list = name[2], package = name[1])
d <- as.data.frame(get(name[2]))[, strsplit(arguments[2], ",")[[1]]]
d <- format(d[complete.cases(d), ], digits = 15, trim = TRUE)
write.csv(d, arguments[3], row.names = FALSE, quote = FALSE)
"""
FLEXMIX = """
suppressMessages(library(flexmix))
arguments <- commandArgs(TRUE)
d <- read.csv(arguments[1])
k <- as.integer(arguments[2])
right <- paste(names(d)[-1], collapse = "+")
text <- function(v) paste(sprintf("%.15g", v), collapse = ",")
for (seed in 1:10) {
  set.seed(seed)
  for (start in 1:10) {
    time <- system.time(
      f <- try(flexmix(as.formula(paste(names(d)[1], "~", right)), data = d, k = k,
        model = FLXMRglm(family = "gaussian"), concomitant = FLXPmultinom(as.formula(paste("~", right))),
        control = list(iter.max = 2000, minprior = 0, tolerance = 1e-9)), silent = TRUE))
    if (inherits(f, "try-error")) { cat("NA", time[["user.self"]], "NA NA NA\\n"); next }
    own <- parameters(f)
    cat(sprintf("%.8f", as.numeric(logLik(f))), time[["user.self"]],
      text(parameters(f, which = "concomitant")), text(own[-nrow(own), ]), text(own[nrow(own), ]^2), "\\n")
  }
}
"""
BEFORE = """
import sys, time, warnings, numpy
from threadpoolctl import threadpool_limits
from polysolv.moe import SoftmaxGaussianMoE
warnings.simplefilter("ignore")
threadpool_limits(1)
table = numpy.genfromtxt(sys.argv[1], delimiter=",", skip_header=1)
for seed in range(3):
    begin = time.process_time()
    fit = SoftmaxGaussianMoE(int(sys.argv[2]), n_init=10, random_state=seed).fit(table[:, 1:], table[:, 0])
    seconds = time.process_time() - begin
    G = fit.mixing_measure_
    parts = (G.beta0, G.beta1, G.a, G.b, G.sigma)
    print(seconds, *(",".join(map(repr, part.ravel().tolist())) for part in parts))
"""


class Comparison:
    """One data set and number of experts: all ends are judged here, whoever found them."""

    def __init__(self, folder: Path, name: str, k: int) -> None:
        self.folder, self.name, self.k = folder, name, k
        self.path = written(folder, name)
        table = np.genfromtxt(self.path, delimiter=",", skip_header=1)
        self.y, self.X = table[:, 0].copy(), table[:, 1:].copy()
        self.problem = Problem.of(self.X, self.y, k, default_min_variance(self.X, self.y), None)
        self.offset = float(np.log(self.problem.coordinates.y_scale)) * self.y.size

    def judged(self, vector: np.ndarray, climb: bool = False) -> float:
        """Return the log-likelihood of an end in standardised coordinates, -inf for a spurious one."""
        if not np.isfinite(vector).all():
            return -np.inf
        if climb:
            vector = optimise(self.problem, vector, "newton", 1e-9, 500).vector
        variance = np.exp(unpack(vector, self.k)[2])
        mass = self.problem.responsibilities(vector).sum(axis=1)
        if spurious_atoms(mass, variance, self.problem.Z.shape[0], self.problem.floor):
            return -np.inf
        return self.problem.evaluate(vector, second=False).value - self.offset

    def kept(self, what: str, make: Callable[[], list], stored: bool = True) -> list:
        """Return rows of seconds and vector: made if the folder does not hold them or ``stored`` is false."""
        path = self.folder / f"{self.name}-{self.k}-{what}.json"
        if not (stored and path.exists()):
            path.write_text(json.dumps(make()))
        return json.loads(path.read_text())

    def bfgs(self, count: int) -> list:
        """Return seconds and ends of BFGS starts, on standardised data."""
        Z, y = self.problem.Z, self.problem.y
        rows = []
        for start in starting_vectors("random", count, self.problem, np.random.default_rng(0)):
            gate, expert, log_variance = unpack(start, self.k)
            parts = gate[:, 0], gate[:, 1:], expert[:, 1:], expert[:, 0], np.exp(log_variance)
            begin = process_time()
            _, end = bfgs(Z[1:].T, y, MixingMeasure(*parts))
            rows.append([process_time() - begin, end.tolist()])
        return rows

    def flexmix(self) -> list:
        """Return seconds and ends of 100 flexmix starts, ten for each seed; NaN where it failed."""
        command = ["Rscript", "-e", FLEXMIX, str(self.path), str(self.k)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        p, size = self.problem.Z.shape[0], self.k * (2 * self.problem.Z.shape[0] + 1)
        rows = []
        for line in done.stdout.splitlines():
            _, seconds, *parts = line.split()
            vector = np.full(size, np.nan)
            if all("NA" not in part for part in parts):
                gate, expert, variance = (np.array(part.split(","), dtype=float) for part in parts)
                if variance.size == self.k and (variance > 0).all():
                    gate, expert = gate.reshape(self.k, p), expert.reshape(self.k, p)
                    G = MixingMeasure(gate[:, 0], gate[:, 1:], expert[:, 1:], expert[:, 0], variance)
                    vector = self.problem.coordinates.inward(G)
            rows.append([float(seconds), vector.tolist()])
        return rows

    def before(self, checkout: str) -> list:
        """Return seconds and ends of three fits by an earlier version."""
        done = subprocess.run(
            [sys.executable, "-P", "-c", BEFORE, str(self.path), str(self.k)],
            capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": checkout},
        )  # fmt: skip
        rows = []
        for line in done.stdout.splitlines():
            seconds, *parts = line.split()
            arrays = [np.array(part.split(","), dtype=float) for part in parts]
            for slopes in (1, 2):
                arrays[slopes] = arrays[slopes].reshape(self.k, -1)
            rows.append([float(seconds), self.problem.coordinates.inward(MixingMeasure(*arrays)).tolist()])
        return rows

    def fit(self, n_init: int, seed: int) -> tuple[float, np.ndarray]:
        """Return CPU seconds and the end of a fit of ours."""
        begin = process_time()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fit = SoftmaxGaussianMoE(self.k, n_init=n_init, random_state=seed).fit(self.X, self.y)
        return process_time() - begin, fit.model_.vector

    def line(self, chosen: argparse.Namespace) -> str:
        """Return the line of the table."""
        peers: dict[str, list[float]] = {}
        seconds: dict[str, float] = {}
        if chosen.bfgs:
            made = self.kept("bfgs", lambda: self.bfgs(chosen.bfgs))
            climbed = [self.judged(np.array(vector), climb=True) for _, vector in made]
            rng = np.random.default_rng(1)
            few = min(30, len(climbed))
            peers["BFGS"] = [max(climbed[i] for i in rng.choice(len(climbed), few, False)) for _ in range(10)]
            peers["all BFGS"] = climbed
        stored = (self.folder / f"{self.name}-{self.k}-flexmix.json").exists()
        if chosen.flexmix == "all" or (chosen.flexmix == "stored" and stored):
            made = self.kept("flexmix", self.flexmix)
            ends = [self.judged(np.array(vector), climb=True) for _, vector in made]
            peers["flexmix"] = [max(ends[10 * i : 10 * i + 10]) for i in range(10)]
            seconds["flexmix"] = sum(cost for cost, _ in made) / 10
        if chosen.before:
            made = self.before(chosen.before)
            peers["before"] = [self.judged(np.array(vector)) for _, vector in made]
            seconds["before"] = float(np.median([cost for cost, _ in made]))
        run = self.kept("run", lambda: self.run(few if chosen.bfgs else 0), chosen.stored)
        seconds["BFGS"], fits = run[0], run[1:]
        ours, cost = [self.judged(np.array(end)) for _, end in fits], float(np.median([s for s, _ in fits]))
        reference = list(peers.get("all BFGS", []))
        if chosen.own:
            made = self.kept(f"own-{chosen.own}", lambda: [[0.0, self.fit(chosen.own, 1000)[1].tolist()]])
            reference += [self.judged(np.array(vector)) for _, vector in made]
        best = max(reference, default=max(ours))
        ever = self.ever([np.array(end) for _, end in fits], [*reference, *peers.get("flexmix", [])])
        hits = sum(value >= best - OURS for value in ours)
        words = [f"{self.name:11s} {self.k}  {self.y.size:4d}  {best:14.6f}  {hits:2d} {cost:6.2f}"]
        for peer in chosen.peers:
            hits = sum(value >= best - PEERS for value in peers.get(peer, []))
            cell = f"{hits:2d} {seconds[peer]:6.2f} {cost / seconds[peer]:5.2f}" if peer in seconds else "-"
            words.append(f"{cell:>15s}")
        words.append(f"{ever - best:+8.4f} {sum(value >= ever - OURS for value in ours):2d}")
        words.append(f"{min(ours) - best:+.1e}")
        return "   ".join(words)

    def run(self, starts: int) -> list:
        """Return CPU seconds of so many BFGS starts, then seconds and end of each of ten fits of ours."""
        cost = sum(spent for spent, _ in self.bfgs(starts)) if starts else 0.0
        return [cost, *([spent, end.tolist()] for spent, end in (self.fit(10, seed) for seed in range(10)))]

    def ever(self, ends: list[np.ndarray], values: list[float]) -> float:
        """Return the best objective met by any run so far; the best of these ends is kept in the folder."""
        ends = ends + [np.array(vector) for _, vector in self.kept("own", lambda: [])]
        best = max(ends, key=self.judged)
        Path(self.folder, f"{self.name}-{self.k}-own.json").write_text(json.dumps([[0.0, best.tolist()]]))
        return max(self.judged(best), *values)


def written(folder: Path, name: str) -> Path:
    """Return the CSV file of a set, response first; made by R if it is not there."""
    path = folder / f"{name}.csv"
    if not path.exists():
        source, response, covariates = SETS[name]
        columns = ",".join([response, *covariates])
        subprocess.run(["Rscript", "-e", WRITE, source, columns, str(path)], check=True, capture_output=True)
    return path


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, default=None, help="where data and peers' ends are kept")
    parser.add_argument("--only", default=",".join(SETS), help="sets, separated by commas")
    parser.add_argument("--k", default="2,3,4", help="numbers of experts, separated by commas")
    parser.add_argument("--own", type=int, default=200, help="starts of ours for the reference, 0 for none")
    parser.add_argument("--bfgs", type=int, default=200, help="BFGS starts, 0 for none")
    parser.add_argument("--before", default=None, help="checkout of an earlier version")
    parser.add_argument("--stored", action="store_true", help="print what an earlier run left, fit nothing")
    parser.add_argument("--flexmix", choices=("all", "stored", "none"), default="all")
    chosen = parser.parse_args()
    if which("Rscript") is None and chosen.flexmix == "all":
        chosen.flexmix = "stored"
    threadpool_limits(1)
    asked = {"BFGS": chosen.bfgs, "flexmix": chosen.flexmix != "none", "before": chosen.before}
    chosen.peers = [name for name, wanted in asked.items() if wanted]
    heads = "".join(f"   {name:>9s} ratio" for name in chosen.peers)
    head = f"set         K     n    best regular  hits, CPU{heads}   ever, hits"
    print(f"{head}    worst of ten, less the best")
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for name in chosen.only.split(","):
            for k in map(int, chosen.k.split(",")):
                print(Comparison(folder, name, k).line(chosen))
                sys.stdout.flush()


if __name__ == "__main__":
    main()
