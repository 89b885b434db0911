"""CPU time and log-likelihood of the fitter against its peers, from one common start.

Peers: scipy's BFGS with the analytic gradient in NumPy; R flexmix (Debian ``r-cran-flexmix``: FLXMRglm with
an FLXPmultinom concomitant, its default control), started from the responsibilities of that start. Its
variances are n / (n - p) times the maximum-likelihood ones (n all rows, p coefficients of an expert;
``findings/flexmix-variances-divide-by-all-rows.sh``), so its end is no maximum; the log-likelihood is printed
as it says it, and with the variances multiplied by (n - p) / n. cgmm is not compared: it takes no start, and
its gate stays at a random one (``findings/cgmm-gate-stays-at-its-random-start.sh``), so that it maximises
another likelihood. Run with ``python benchmarks/fit_peers.py``;
``--quick`` leaves out n = 100,000, ``--large`` adds one fit at n = 1,000,000. User CPU seconds, one thread,
medians of ``--repeats`` runs after one warm-up fit.

Tasks: T1: gate logits (-8 + 25 x, 0), means 15 - 20 x and -5 + 20 x, standard deviations 0.3 and 0.4,
x = linspace(0, 1, n). T2: x ~ U(-1, 1), gate logits (0.3 + x, 0), means 1 + 1.5 x and -1.5 - x, variances
0.4, 0.3. K = 2 is exact; K = 3, 4 repeat the true atoms, slightly perturbed.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from shutil import which
from time import process_time

import numpy as np
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits

from polysolv.moe import MixingMeasure, SoftmaxGaussianMoE

TRUTHS = {
    "T1": MixingMeasure([-8, 0], [[25], [0]], [[-20], [20]], [15, -5], [0.09, 0.16]),
    "T2": MixingMeasure([0.3, 0], [[1], [0]], [[1.5], [-1]], [1, -1.5], [0.4, 0.3]),
}
R_PROGRAM = """
suppressMessages(library(flexmix))
folder <- commandArgs(TRUE)[1]
d <- read.csv(file.path(folder, "data.csv"))
tau <- as.matrix(read.csv(file.path(folder, "tau.csv"), header = FALSE))
for (i in seq_len(as.integer(commandArgs(TRUE)[2]))) {
  t <- system.time(
    f <- flexmix(y ~ x, data = d, cluster = tau, model = FLXMRglm(family = "gaussian"),
                 concomitant = FLXPmultinom(~ x)))
  # Its log-likelihood with maximum-likelihood variances in place of its own.
  n <- nrow(d)
  P <- parameters(f)
  eta <- cbind(1, d$x) %*% f@concomitant@coef
  gate <- exp(eta - apply(eta, 1, max))
  gate <- gate / rowSums(gate)
  density <- sapply(seq_len(f@k), function(j)
    gate[, j] * dnorm(d$y, P[1, j] + P[2, j] * d$x, P["sigma", j] * sqrt((n - 2) / n)))
  cat(t[["user.self"]], sprintf("%.6f", as.numeric(logLik(f))), f@k,
      sprintf("%.6f", sum(log(rowSums(density)))), "\\n")
}
"""


def data(task: str, n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    x = np.linspace(0, 1, n)[:, None] if task == "T1" else None
    return TRUTHS[task].sample(n, x, seed)


def common_start(task: str, k: int, seed: int = 0) -> MixingMeasure:
    rng = np.random.default_rng(seed)
    G = TRUTHS[task].reorder([0, 1, 0, 1][:k])
    moved = [getattr(G, name) for name in ("beta0", "beta1", "a", "b")]
    moved = [part + 0.1 * rng.standard_normal(part.shape) for part in moved]
    return MixingMeasure(*moved, G.sigma * np.exp(0.1 * rng.standard_normal(k)))


def bfgs(X: np.ndarray, y: np.ndarray, G: MixingMeasure) -> tuple[float, np.ndarray]:
    """BFGS on the mean log-likelihood, plain NumPy, log variances, gtol 1e-8."""
    Z, k, n = np.column_stack([np.ones(y.size), X]), G.k, y.size
    p = Z.shape[1]

    def negative(v: np.ndarray) -> tuple[float, np.ndarray]:
        gate, expert = v[: k * p].reshape(k, p), v[k * p : 2 * k * p].reshape(k, p)
        logits, residual, log_sigma = Z @ gate.T, y[:, None] - Z @ expert.T, v[2 * k * p :]
        sigma = np.exp(log_sigma)
        joint = logits - 0.5 * residual**2 / sigma - 0.5 * (log_sigma + np.log(2 * np.pi))
        top, joint_top = logits.max(1, keepdims=True), joint.max(1, keepdims=True)
        pi, tau = np.exp(logits - top), np.exp(joint - joint_top)
        pi_sum, tau_sum = pi.sum(1, keepdims=True), tau.sum(1, keepdims=True)
        value = (np.log(tau_sum) + joint_top - np.log(pi_sum) - top).sum()
        pi, tau = pi / pi_sum, tau / tau_sum
        gradient = [
            (tau - pi).T @ Z,
            (tau * residual / sigma).T @ Z,
            (0.5 * tau * (residual**2 / sigma - 1)).sum(0),
        ]
        return -value / n, -np.concatenate([part.ravel() for part in gradient]) / n

    gate = np.column_stack([G.beta0, G.beta1])
    expert = np.column_stack([G.b, G.a])
    start = np.concatenate([gate.ravel(), expert.ravel(), np.log(G.sigma)])
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        end = minimize(negative, start, jac=True, method="BFGS", options={"gtol": 1e-8, "maxiter": 5000})
    return -end.fun * n, end.x


def timed(work: Callable[[], float], repeats: int) -> tuple[float, float]:
    """Median CPU seconds, and the last log-likelihood."""
    seconds = []
    for _ in range(repeats):
        begin = process_time()
        value = work()
        seconds.append(process_time() - begin)
    return statistics.median(seconds), value


def flexmix(
    X: np.ndarray, y: np.ndarray, G: MixingMeasure, repeats: int
) -> tuple[float, float, int, float] | None:
    if which("Rscript") is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        np.savetxt(
            Path(folder, "data.csv"), np.column_stack([X, y]), delimiter=",", header="x,y", comments=""
        )
        np.savetxt(Path(folder, "tau.csv"), G.responsibilities(X, y), delimiter=",")
        Path(folder, "fit.R").write_text(R_PROGRAM)
        command = ["Rscript", str(Path(folder, "fit.R")), folder, str(repeats)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    rows = [line.split() for line in done.stdout.splitlines()]
    if done.returncode or not rows:
        print(done.stderr.strip().splitlines()[-1:] or "flexmix failed", file=sys.stderr)
        return None
    return (
        statistics.median(float(row[0]) for row in rows),
        float(rows[-1][1]),
        int(rows[-1][2]),
        float(rows[-1][3]),
    )


def compare(task: str, n: int, k: int, repeats: int) -> None:
    X, y = data(task, n)
    G = common_start(task, k)
    fits: list[SoftmaxGaussianMoE] = []

    def ours() -> float:
        fits.append(SoftmaxGaussianMoE(k, init=G).fit(X, y))
        return fits[-1].log_likelihood_

    def default() -> float:
        return SoftmaxGaussianMoE(k, random_state=0).fit(X, y).log_likelihood_

    ours()
    seconds, value = timed(ours, repeats)
    default_seconds, default_value = timed(default, repeats)
    bfgs_seconds, bfgs_value = timed(lambda: bfgs(X, y, G)[0], 1 if n >= 10**5 else repeats)
    fit = fits[-1]

    def show(name: str, cpu: float, level: float, rest: str = "") -> None:
        print(f"  {name:19s} {cpu:8.3f} s  log-likelihood {level:.4f}  {rest}".rstrip())

    print(f"{task} n={n} K={k}")
    show("ours, common start", seconds, value, f"max|score|/n {fit.gradient_norm_:.1e}  {fit.status_}")
    print(f"    smallest eigenvalue of the information {fit.information_eigenvalues_[0]:.1e}")
    show("ours, default run", default_seconds, default_value)
    show("BFGS", bfgs_seconds, bfgs_value, f"ratio {seconds / bfgs_seconds:.3f}")
    found = flexmix(X, y, G, repeats)
    if found is not None:
        ratios = f"ratio {seconds / found[0]:.3f}, default run {default_seconds / found[0]:.3f}"
        show("flexmix", found[0], found[1], f"{ratios}, components kept {found[2]}")
        print(f"    with variances times (n - p)/n: log-likelihood {found[3]:.4f}")
    sys.stdout.flush()


def large() -> None:
    X, y = data("T2", 10**6)
    begin = process_time()
    fit = SoftmaxGaussianMoE(3, random_state=0).fit(X, y)
    print(
        f"T2 n=1000000 K=3 default run {process_time() - begin:.1f} s  "
        f"max|score|/n {fit.gradient_norm_:.1e}  {fit.status_}  {fit.n_iter_} iterations"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="n = 1,000 and 10,000 only")
    parser.add_argument("--large", action="store_true", help="one fit at n = 1,000,000 as well")
    parser.add_argument("--repeats", type=int, default=3)
    chosen = parser.parse_args()
    threadpool_limits(1)
    for n in (10**3, 10**4) if chosen.quick else (10**3, 10**4, 10**5):
        for task in TRUTHS:
            for k in (2, 3, 4):
                compare(task, n, k, chosen.repeats)
    if chosen.large:
        large()
