"""First parameter vectors for the optimisers."""

from __future__ import annotations

import numpy as np

from polysolv.moe.em import ExpectationMaximisation, accelerate
from polysolv.moe.likelihood import Array, Indices, log_density
from polysolv.moe.optimise import ranking
from polysolv.moe.problem import Problem
from polysolv.moe.threads import every_library_on_one_thread

NAMES = ("kmeans", "random", "em-short")
_ROWS = 4000
_CANDIDATES, _SHORT_MAPS = 6, 12
_SOFTNESS = 0.1


def starting_vectors(name: str, count: int, problem: Problem, rng: np.random.Generator) -> list[Array]:
    """Return ``count`` starts in standardised coordinates, shape (k (2 p + 1),) each.

    Args:
        name: "kmeans" (clusters of (x, y), one seeding a start), "random" (nearest of k random rows,
            coordinates weighted at random) or "em-short" (six candidates a start of both kinds, a dozen EM
            maps each, the best kept).
        count: number of starts.
        problem: data (at most 4,000 random rows are used), number of experts and box.
        rng: source of randomness.
    """
    problem = problem.thinned(_ROWS, rng)
    Z, y, k = problem.Z, problem.y, problem.k
    em = problem.em()
    if k == 1:
        return [em.from_responsibilities(np.ones((1, y.size)))]
    if name == "kmeans":
        return [_clustered(em, rng) for _ in range(count)]
    if name == "random":
        return [_scattered(em, rng) for _ in range(count)]
    ends: list[Array] = []
    merits: list[tuple[bool, float]] = []
    for index in range(_CANDIDATES * count):
        first = _clustered(em, rng) if index % 3 == 0 else _scattered(em, rng)
        vector, _, _ = accelerate(em, first, _SHORT_MAPS, min_gain=1e-3)
        ends.append(vector)
        value = float(log_density(vector, k, Z, y).sum())
        merits.append((True, value if np.isfinite(value) else -np.inf))
    return [ends[index] for index in ranking(merits)[:count]]


def _clustered(em: ExpectationMaximisation, rng: np.random.Generator) -> Array:
    import warnings

    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    points = np.vstack([em.Z[1:], em.y]).T
    with every_library_on_one_thread(), warnings.catch_warnings():
        # Fewer distinct points than clusters: some experts then start empty, which EM copes with.
        warnings.simplefilter("ignore", ConvergenceWarning)
        labels = KMeans(em.k, n_init=1, max_iter=20, random_state=int(rng.integers(2**31))).fit_predict(
            points
        )
    return em.from_responsibilities(_softened(labels, em.k))


def _scattered(em: ExpectationMaximisation, rng: np.random.Generator) -> Array:
    points = np.vstack([em.Z[1:], em.y]) * rng.exponential(size=(em.p, 1))
    centres = points[:, rng.choice(em.y.size, em.k, replace=em.y.size < em.k)]
    distances = ((points[:, None, :] - centres[:, :, None]) ** 2).sum(axis=0)
    return em.from_responsibilities(_softened(distances.argmin(axis=0), em.k))


def _softened(labels: Indices, k: int) -> Array:
    tau = np.full((k, labels.size), _SOFTNESS / k)
    tau[labels, np.arange(labels.size)] += 1.0 - _SOFTNESS
    return tau
