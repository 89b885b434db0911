"""Search for pairs of mixtures that agree to a high degree: writes polysolv/decisions/contact_points.json.

`python docs/programs/contact_points.py [SECONDS]` looks for SECONDS (default 30) at each number of atoms and
keeps the best-conditioned solution; nothing here is proved, the kernel checks a box around each point.
"""

from __future__ import annotations

import json
import math
import sys
import time
from pathlib import Path

import numpy as np
from scipy.optimize import least_squares

FILE = Path(__file__).parents[2] / "polysolv" / "decisions" / "contact_points.json"
MOST_ATOMS, MOST_EQUAL = 8, 8
TOLERANCES = {"xtol": 1e-15, "ftol": 1e-15, "gtol": 1e-15}


def series(b, s, degree):
    """Coefficients of exp(b y + s y^2/2) at y^0 .. y^degree, a column for each atom."""
    rows = [np.ones(len(b)), b]
    for j in range(1, degree):
        rows.append((b * rows[j] + s * rows[j - 1]) / (j + 1))
    return np.array(rows[: degree + 1])


def searched(residual, starts, accept, seconds):
    best = None
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = least_squares(
            residual, starts(), method="lm", max_nfev=500, xtol=1e-15, ftol=1e-15, gtol=1e-15
        )
        if np.abs(found.fun).max() < 1e-12 and accept(found.x):
            condition = np.linalg.cond(found.jac)
            if best is None or condition < best[0]:
                best = (condition, found.x)
    return None if best is None else best[1]


def pair(m, m_true, rng, seconds):
    """Weights, locations, scales of m + m_true atoms, the scales chosen at random among half-integers."""
    n = m + m_true
    signs = np.r_[np.ones(m), -np.ones(m_true)]
    scales = np.zeros(n)

    def starts():
        scales[:] = rng.integers(-4, 5, size=n) / 2
        return np.r_[2 * rng.normal(size=n - 1), 0.7 * rng.normal(size=n - 1)]

    def residual(z):
        return series(np.r_[0, z[: n - 1]], scales, 2 * n - 3) @ (signs * np.exp(np.r_[0, z[n - 1 :]]))

    def accept(z):
        b = np.r_[0, z[: n - 1]]
        apart = [max(np.abs(v[:m, None] - v[None, m:]).min(axis=1)) for v in (b, scales)]
        kept.append((z, scales.copy()))
        return min(apart) > (0.2 if n > 2 else -1)

    kept: list = []
    found = searched(residual, starts, accept, seconds)
    if found is None:
        return None
    b, s = np.r_[0, found[: n - 1]], next(s for z, s in kept if z is found)
    return np.c_[np.exp(np.r_[0, found[n - 1 :]]), b, s]


def equal_weights(m, rng, seconds):
    """Locations and scales of m atoms of equal weight, symmetric about 0."""
    half, odd = divmod(m, 2)
    unit = np.sqrt([math.factorial(k) for k in range(2 * m)])

    def spread(z):
        return np.r_[z[:half], -z[:half], [0] * odd], np.r_[
            z[half : 2 * half], z[half : 2 * half], z[2 * half :]
        ]

    def residual(z):
        b, s = spread(z)
        return np.r_[(series(b, s, 2 * m - 1).mean(axis=1) * unit)[2::2], np.mean(b**2) - 1]

    def starts():
        return np.r_[rng.normal(size=half), rng.normal(size=half + odd) - 1]

    return np.array(spread(searched(residual, starts, lambda z: True, seconds))).T


def listed(points):
    return {key: [[f"{value:.12g}" for value in atom] for atom in atoms] for key, atoms in points.items()}


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 30.0
    rng = np.random.default_rng(11)
    pairs = {}
    for n in range(3, MOST_ATOMS + 1):
        for m_true in range(1, n // 2 + 1):
            found = pair(n - m_true, m_true, rng, seconds)
            print(n - m_true, m_true, "found" if found is not None else "nothing", flush=True)
            if found is not None:
                pairs[f"{n - m_true},{m_true}"] = found
    equal = {str(m): equal_weights(m, rng, seconds) for m in range(2, MOST_EQUAL + 1)}
    FILE.write_text(json.dumps({"pairs": listed(pairs), "equal": listed(equal)}, indent=1) + "\n")


if __name__ == "__main__":
    main()
