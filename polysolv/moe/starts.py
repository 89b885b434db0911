"""First parameter vectors for the optimisers."""

from __future__ import annotations

import numpy as np

from polysolv.moe.batch import first_vectors, raced, softened
from polysolv.moe.em import ExpectationMaximisation
from polysolv.moe.likelihood import Array, Indices, Mask
from polysolv.moe.problem import Problem
from polysolv.moe.stacked import solve_stacked
from polysolv.moe.threads import every_library_on_one_thread

NAMES = ("kmeans", "random", "em-short")
_ROWS, _RACE_ROWS = 4000, 1000
# Fresh starts for each that is wanted: more atoms have more maxima, and many rows cost more.
_PER_ATOM, _FEWEST, _WORK, _RESERVE = 12, 10, 9000, 3


def starting_vectors(name: str, count: int, problem: Problem, rng: np.random.Generator) -> list[Array]:
    """Return starts in standardised coordinates, shape (k (2 p + 1),) each, the most promising first.

    Args:
        name: "kmeans" (clusters of (x, y), one seeding a start), "random" (nearest of k random rows,
            coordinates weighted at random) or "em-short" (many candidates a start: lines through a few rows,
            near each other or not, cuts of the covariates, nearest of random rows; EM maps and Newton steps
            on at most 1,000 rows, the best kept).
        count: number of starts; "em-short" returns up to three times as many.
        problem: data (at most 4,000 random rows are used), number of experts and box.
        rng: source of randomness.
    """
    problem = problem.thinned(_ROWS, rng)
    em, k = problem.em(), problem.k
    if k == 1:
        return [em.from_responsibilities(np.ones((1, problem.rows)))]
    if name == "kmeans":
        return [_clustered(em, rng) for _ in range(count)]
    if name == "random":
        return [em.from_responsibilities(softened(_scattered(em, rng), k)) for _ in range(count)]
    problem = problem.thinned(_RACE_ROWS, rng)
    em = problem.em()
    per_start = max(_FEWEST, min(_PER_ATOM * (k - 1), _WORK // problem.rows))
    kinds = (_lines, _scattered, _cuts, _local_lines, _lines_of_sides)
    labels = [kinds[index % len(kinds)](em, rng) for index in range(per_start * count)]
    return raced(problem, first_vectors(problem, np.array(labels)), _RESERVE * count)


def _clustered(em: ExpectationMaximisation, rng: np.random.Generator) -> Array:
    import warnings

    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    points = np.vstack([em.Z[1:], em.y]).T
    with every_library_on_one_thread(), warnings.catch_warnings():
        # Fewer distinct points than clusters: some experts then start empty, which EM copes with.
        warnings.simplefilter("ignore", ConvergenceWarning)
        means = KMeans(em.k, n_init=1, max_iter=20, random_state=int(rng.integers(2**31)))
        labels = means.fit_predict(points, sample_weight=em.row_weights)
    return em.from_responsibilities(softened(labels, em.k))


def _scattered(em: ExpectationMaximisation, rng: np.random.Generator) -> Indices:
    """Return the nearest of k random rows, coordinates weighted at random."""
    points = np.vstack([em.Z[1:], em.y]) * rng.exponential(size=(em.p, 1))
    centres = points[:, rng.choice(em.y.size, em.k, replace=em.y.size < em.k)]
    distances = ((points[:, None, :] - centres[:, :, None]) ** 2).sum(axis=0)
    return np.asarray(distances.argmin(axis=0))


def _lines(em: ExpectationMaximisation, rng: np.random.Generator) -> Indices:
    """Return the nearest of k lines, each through p + 1 random rows."""
    few = min(em.p + 1, em.y.size)
    chosen = np.array([rng.choice(em.y.size, few, replace=False) for _ in range(em.k)])
    return np.asarray(np.abs(em.y - _fitted_lines(em, chosen) @ em.Z).argmin(axis=0))


def _lines_of_sides(em: ExpectationMaximisation, rng: np.random.Generator) -> Indices:
    """Return the nearest of lines through rows of the same side of a cut of one covariate."""
    labels = np.empty(em.y.size, dtype=np.intp)
    above = cut(em.Z, rng)
    left = int(rng.integers(1, em.k))
    for first, count, rows in ((0, left, np.flatnonzero(~above)), (left, em.k - left, np.flatnonzero(above))):
        if not rows.size:
            continue
        few = min(em.p + 1, rows.size)
        chosen = np.array([rng.choice(rows, few, replace=False) for _ in range(count)])
        lines = _fitted_lines(em, chosen)
        labels[rows] = first + np.abs(em.y[rows] - lines @ em.Z[:, rows]).argmin(axis=0)
    return labels


def cut(Z: Array, rng: np.random.Generator) -> Mask:
    """Return which rows lie above a random one in a random covariate: some, but not all."""
    along = Z[int(rng.integers(1, Z.shape[0]))]
    above: Mask = along > rng.choice(along)
    return above if above.any() else along == along.max()


def _local_lines(em: ExpectationMaximisation, rng: np.random.Generator) -> Indices:
    """Return the nearest of k lines, each through rows next to each other in the covariates and in y."""
    lines = np.array([local_line(em, rng, 0.5 / em.k)[1] for _ in range(em.k)])
    return np.asarray(np.abs(em.y - lines @ em.Z).argmin(axis=0))


def local_line(em: ExpectationMaximisation, rng: np.random.Generator, share: float) -> tuple[Indices, Array]:
    """Return rows next to a random one in (x, y), nearest first, and a line through p + 1 of them.

    Args:
        em: data; the coordinates are weighted at random.
        rng: source of randomness.
        share: how many of all rows.
    """
    few = min(em.p + 1, em.y.size)
    points = np.vstack([em.Z[1:], em.y]) * rng.exponential(size=(em.p, 1))
    distance = ((points - points[:, [rng.integers(em.y.size)]]) ** 2).sum(axis=0)
    near = np.argsort(distance, kind="stable")[: max(few, int(em.y.size * share))]
    return near, _fitted_lines(em, rng.choice(near, few, replace=False)[None])[0]


def _fitted_lines(em: ExpectationMaximisation, chosen: Indices) -> Array:
    """Return the lines through given rows, shape (k, p)."""
    seen = em.expert_rows
    z = em.Z[:, chosen].transpose(1, 0, 2)[:, seen]
    zz = z @ z.transpose(0, 2, 1) + 1e-6 * np.eye(len(seen))
    lines = np.zeros((chosen.shape[0], em.p))
    lines[:, seen] = solve_stacked(zz, (z @ em.y[chosen][..., None])[..., 0])
    return lines


def _cuts(em: ExpectationMaximisation, rng: np.random.Generator) -> Indices:
    """Return cells of the covariates: random cuts, one after the other, of the cell with a random row."""
    labels = np.zeros(em.y.size, dtype=np.intp)
    for new in range(1, em.k):
        members = np.flatnonzero(labels == labels[rng.integers(em.y.size)])
        direction = np.zeros(em.p - 1)
        direction[rng.integers(em.p - 1)] = 1.0
        if em.p > 2 and rng.random() < 0.3:
            direction = rng.standard_normal(em.p - 1)
        along = direction @ em.Z[1:, members]
        labels[members[along > rng.choice(along)]] = new
    return labels
