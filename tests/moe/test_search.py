"""Many starts at once and moves between ends: batches agree with single vectors, and every seed ends alike."""

import warnings

import numpy as np
import pytest

from polysolv.moe import MixingMeasure, SoftmaxGaussianMoE, likelihood
from polysolv.moe.batch import distinct, first_vectors, raced
from polysolv.moe.climb import Ascents, climbed
from polysolv.moe.moves import moved
from polysolv.moe.optimise import optimise
from polysolv.moe.problem import Problem, default_min_variance
from polysolv.moe.scan import inserted, lines
from polysolv.moe.search import runs_of
from polysolv.moe.spurious import spurious_atoms, spurious_of_many
from polysolv.moe.starts import starting_vectors
from polysolv.moe.walls import neighbours, slid, tilted, widened

TRUTH = MixingMeasure([0.3, 0], [[1], [0]], [[1.5], [-1.5]], [1, -1], [0.4, 0.3])


def problem_of(X, y, k, **settings):
    return Problem.of(X, y, k, default_min_variance(X, y), settings.get("bounds"), settings.get("penalty"))


@pytest.mark.parametrize("penalty", [None, "chen-tan"])
def test_derivatives_of_a_batch_are_those_of_each_vector(penalty):
    X, y = TRUTH.sample(700, seed=0)
    problem = problem_of(X, y, 3, penalty=penalty)
    vectors = np.random.default_rng(0).normal(size=(5, 15))
    values, gradients, hessians = problem.derivatives(vectors)
    for vector, value, gradient, hessian in zip(vectors, values, gradients, hessians, strict=True):
        single = problem.evaluate(vector)
        assert value == pytest.approx(single.value, rel=1e-13)
        np.testing.assert_allclose(gradient, single.gradient, rtol=1e-10, atol=1e-9)
        np.testing.assert_allclose(hessian, single.hessian, rtol=1e-10, atol=1e-8)


@pytest.mark.parametrize("bounds", [None, {"beta1": (-1, 1), "sigma": (0.2, 1)}])
def test_climbing_together_lowers_nothing_and_ends_where_each_would(bounds):
    X, y = TRUTH.sample(200, seed=1)
    problem = problem_of(X, y, 2, bounds=bounds)
    rng = np.random.default_rng(1)
    starts = first_vectors(problem, rng.integers(2, size=(12, 200)))
    ends = climbed(problem, starts, 60)
    for start, end in zip(starts, ends, strict=True):
        assert problem.objective(end) >= problem.objective(problem.box.clip(start)) - 1e-9
        assert (end >= problem.box.lower).all()
        assert (end <= problem.box.upper).all()
        finished = optimise(problem, end, "newton", 1e-9, 200)
        assert finished.value - problem.objective(end) < 1e-3
    best = max(optimise(problem, start, "auto", 1e-9, 500).value for start in starts)
    assert max(map(problem.objective, ends)) == pytest.approx(best, abs=1e-4)


def test_first_vectors_are_least_squares_of_the_labelled_rows():
    X, y = TRUTH.sample(150, seed=2)
    problem = problem_of(X, y, 2)
    labels = (X[:, 0] > 0).astype(int)
    (vector,) = first_vectors(problem, labels[None])
    _, expert, log_variance = likelihood.unpack(vector, 2)
    for atom in range(2):
        weight = np.sqrt(np.where(labels == atom, 0.95, 0.05))
        line = np.linalg.lstsq(problem.Z.T * weight[:, None], problem.y * weight, rcond=None)[0]
        np.testing.assert_allclose(expert[atom], line, rtol=1e-5, atol=1e-6)
        squares = (weight**2 * (problem.y - line @ problem.Z) ** 2).sum() / (weight**2).sum()
        assert np.exp(log_variance[atom]) == pytest.approx(squares, rel=1e-5)
    gate = likelihood.unpack(vector, 2)[0] @ problem.Z
    assert ((gate[1] > gate[0]) == (labels == 1)).mean() > 0.95


def test_a_wall_slides_over_rows_and_stays_hard():
    x = np.linspace(-1, 1, 41)
    y = np.where(x < 0.01, x, 3 - x) + 0.1 * np.sin(40 * x)
    problem = problem_of(x[:, None], y, 2)
    gate = np.array([[0.0, 0.0], [0.0, 1e4]])
    vector = likelihood.pack(gate, np.zeros((2, 2)), np.zeros(2))
    before = (gate @ problem.Z).argmax(axis=0).sum()
    sizes = set()
    for seed in range(60):
        gates = likelihood.unpack(slid(problem, vector, np.random.default_rng(seed)), 2)[0] @ problem.Z
        assert (np.abs(gates[0] - gates[1]) > 50).all()
        sizes.add(int(gates.argmax(axis=0).sum() - before))
    assert {-4, -3, -2, -1, 1, 2, 3, 4} <= sizes
    assert min(sizes) >= -5
    assert max(sizes) <= 5


def test_neighbours_have_each_hard_wall_over_one_or_two_rows():
    x = np.linspace(-1, 1, 42)
    problem = problem_of(x[:, None], np.where(x < 0, x, 3 - x) + 0.1 * np.sin(40 * x), 2)
    hard = likelihood.pack(np.array([[0.0, 0.0], [0.0, 1e4]]), np.zeros((2, 2)), np.zeros(2))
    rows = [likelihood.unpack(v, 2)[0] @ problem.Z for v in neighbours(problem, hard)]
    assert sorted(int(gate.argmax(axis=0).sum()) - 21 for gate in rows) == [-2, -1, 1, 2]
    soft = likelihood.pack(np.array([[0.0, 0.0], [0.0, 3.0]]), np.zeros((2, 2)), np.zeros(2))
    assert neighbours(problem, soft) == []


def test_walls_tilt_past_single_rows_in_two_covariates():
    rng = np.random.default_rng(5)
    X = rng.normal(size=(60, 2))
    y = np.where(X[:, 0] + X[:, 1] > 0, 3 + X[:, 0], -X[:, 0]) + 0.1 * rng.normal(size=60)
    problem = problem_of(X, y, 2)
    gate = np.array([[0.0, 0.0, 0.0], [0.0, 1e4, 1e4]])
    along = gate[1] @ problem.Z
    wrong, next_row = np.argsort(np.where(X.sum(axis=1) > 0, along, np.inf))[:2]
    gate[1, 0] -= 0.5 * (along[wrong] + along[next_row])
    before = (gate @ problem.Z).argmax(axis=0)
    labels = np.array([X.sum(axis=1) <= 0, X.sum(axis=1) > 0], dtype=float)
    parts = likelihood.unpack(problem.em().from_responsibilities(labels), 2)
    hard = likelihood.pack(gate, *parts[1:])
    flipped = []
    for vector in tilted(problem, hard, rng):
        turned = likelihood.unpack(vector, 2)[0]
        flipped.append(set(np.flatnonzero((turned @ problem.Z).argmax(axis=0) != before).tolist()))
        # Tilted, not only shifted.
        slopes = turned[1, 1:] - turned[0, 1:]
        assert abs(slopes @ [1.0, -1.0]) > 1e-3 * np.abs(slopes).max()
    assert len(flipped) == 12
    assert all(flipped)
    assert {int(wrong)} in flipped
    one = problem_of(X[:, :1], y, 2)
    assert tilted(one, likelihood.pack(gate[:, :2], np.zeros((2, 2)), np.zeros(2)), rng) == []


def test_soft_walls_are_made_hard_in_many_places():
    rng = np.random.default_rng(7)
    X = rng.normal(size=(60, 2))
    above = X[:, 0] + 0.4 * X[:, 1] > 0.3
    problem = problem_of(X, np.where(above, 3 + X[:, 0], -X[:, 0]) + 0.5 * rng.normal(size=60), 2)
    parts = likelihood.unpack(problem.em().from_responsibilities(np.array([~above, above], dtype=float)), 2)
    gate = np.array([[0.0, 0.0, 0.0], [0.0, 1.0, 1.0]])
    found = tilted(problem, likelihood.pack(gate, *parts[1:]), rng)
    logits = [np.diff(likelihood.unpack(v, 2)[0] @ problem.Z, axis=0)[0] for v in found]
    sides = {tuple((odds > 0).tolist()) for odds in logits}
    assert len(found) == len(sides) == 18
    assert all(np.median(np.abs(odds)) > 50 for odds in logits)
    assert max(np.mean(np.array(side) == above) for side in sides) > 0.9
    seven = problem_of(X, X[:, 0], 7)
    start = likelihood.pack(rng.normal(size=(7, 3)), rng.normal(size=(7, 3)), np.zeros(7))
    assert tilted(seven, start, rng) == []


def test_an_atom_of_three_aligned_rows_is_given_one_or_two_more():
    rng = np.random.default_rng(6)
    x = np.sort(rng.uniform(-1, 1, 50))
    y = x + 0.3 * rng.normal(size=50)
    y[-3:] = 2.5 - x[-3:]
    problem = problem_of(x[:, None], y, 2)
    tau = np.where(np.arange(50) < 47, [[1.0], [0.0]], [[0.0], [1.0]])
    (narrow,) = problem.em().from_responsibilities(tau)[None]
    wall = 0.5 * (problem.Z[1, 46] + problem.Z[1, 47])
    gate = np.array([[0.0, 0.0], [-1e4 * wall, 1e4]])
    narrow = likelihood.pack(gate, *likelihood.unpack(narrow, 2)[1:])
    assert problem.spurious(narrow) == (1,)
    found = widened(problem, narrow)
    # By its line and by the gate, four rows and five.
    assert len(found) == 4
    rows = [
        (likelihood.unpack(vector, 2)[0] @ problem.Z).argmax(axis=0).sum() for vector in (found[2], found[3])
    ]
    assert rows == [4, 5]
    assert widened(problem, problem.em().from_responsibilities(np.full((2, 50), 0.5))) == []


def test_spurious_atoms_of_many_mixtures_are_those_of_each():
    rng = np.random.default_rng(7)
    mass = rng.dirichlet(np.full(4, 0.3), size=300) * 150
    variance = 10.0 ** rng.uniform(-7, 0, size=(300, 4))
    found = spurious_of_many(mass, variance, 2, 1e-6)
    for bad, m, v in zip(found, mass, variance, strict=True):
        # The rule in words, atom by atom.
        order = np.argsort(v)
        reference = v[order][np.cumsum(m[order]) >= m.sum() / 2][0]
        for i in range(4):
            least = 1e-2 if m[i] < 8 else 4e-4 if m[i] < 2 * np.log2(m.sum()) else 1e-4
            assert bad[i] == (m[i] < 3.5 or v[i] <= 1e-6 or v[i] < least * reference)
        assert spurious_atoms(m, v, 2, 1e-6) == tuple(np.flatnonzero(bad))


def test_ascents_go_on_where_they_were():
    X, y = TRUTH.sample(120, seed=4)
    problem = problem_of(X, y, 3)
    starts = starting_vectors("random", 6, problem, np.random.default_rng(2))
    whole, parts = Ascents(problem, starts), Ascents(problem, starts)
    whole.climb(12)
    for _ in range(3):
        parts.climb(4)
    np.testing.assert_array_equal(parts.vectors, whole.vectors)
    parts.keep([4, 1])
    np.testing.assert_array_equal(parts.vectors, whole.vectors[[4, 1]])
    parts.climb(5)
    whole.climb(5)
    np.testing.assert_array_equal(parts.vectors, whole.vectors[[4, 1]])


def test_what_runs_into_a_known_end_goes_no_further():
    X, y = TRUTH.sample(150, seed=3)
    problem = problem_of(X, y, 2)
    starts = starting_vectors("random", 8, problem, np.random.default_rng(0))
    ends = raced(problem, starts, 5)
    known = [problem.objective(end) for end in ends]
    again = [problem.objective(end) for end in raced(problem, starts, 5, known)]
    assert all(abs(value - other) > 1e-3 for value in again for other in known)


def test_a_scan_of_lines_finds_a_narrow_group_and_takes_no_spurious_one():
    rng = np.random.default_rng(4)
    x = rng.uniform(-1, 1, 160)
    group = np.arange(160) < 16
    y = np.where(group, 2.5 * x + 0.02 * rng.normal(size=160), 1 - x + 0.5 * rng.normal(size=160))
    y[-3:] = 0.7 * x[-3:] - 1.3  # three aligned rows are no atom
    problem = problem_of(x[:, None], y, 2)
    base = problem.without_atom().em().from_responsibilities(np.ones((1, 160)))
    through = lines(problem, rng)
    found = inserted(problem, base, through, (problem.y - through @ problem.Z) ** 2, 5)
    assert 1 <= len(found) <= 5
    for tau in found:
        np.testing.assert_allclose(tau.sum(axis=0), 1.0, rtol=1e-12)
        assert tau[1].sum() > 3.5
    # Fraction of the group that the best new atom holds, and of the others.
    assert found[0][1][group].mean() > 0.8
    assert found[0][1][~group].mean() < 0.2


def test_four_in_five_starts_are_the_same_for_every_seed():
    X, y = TRUTH.sample(80, seed=3)
    problem = problem_of(X, y, 2)
    one, other = (
        [
            run.value
            for run in runs_of(
                problem, "em-short", 5, "auto", 1e-8, 300, np.random.default_rng(seed), lambda index: None
            )
        ]
        for seed in (1, 2)
    )
    assert len(one) == len(other) == 5
    assert one[:4] == other[:4]


def test_moves_keep_the_best_and_return_distinct_vectors():
    X, y = TRUTH.sample(150, seed=3)
    problem = problem_of(X, y, 3)
    rng = np.random.default_rng(0)
    pool = raced(problem, starting_vectors("random", 8, problem, rng), 3)
    after = moved(problem, pool, rng)
    best = [problem.merit(vector, problem.objective(vector)) for vector in (pool[0], after[0])]
    assert best[1] >= best[0]
    values = sorted(problem.objective(vector) for vector in after)
    assert min(np.diff(values), default=1.0) > 1e-4 or any(problem.spurious(vector) for vector in after)
    assert len(distinct(problem, [after[0], after[0].copy()], 2)) == 1


def bent_and_rounded(rng):
    """Like ethanol's NOx | E: a hump made of lines, few rows."""
    x = np.round(rng.uniform(0.5, 1.25, 88), 3)
    y = np.where(x < 0.8, 14 * x - 7.3, np.where(x < 0.95, 3.7, 18 - 15 * x)) + 0.25 * rng.normal(size=88)
    return x, np.round(y, 3)


def two_lines_and_ties(rng):
    """Like tonedata: two lines, and rows that lie on one exactly."""
    x = np.round(rng.uniform(1.35, 3, 150), 2)
    y = np.where(rng.random(150) < 0.6, 2.0, x) + np.where(rng.random(150) < 0.1, 0, 0.06) * rng.normal(
        size=150
    )
    return x, np.round(y, 3)


def eruptions(rng):
    """Like geyser and faithful: two clumps and whole minutes."""
    x = np.where(rng.random(272) < 0.35, 2 + 0.3 * rng.normal(size=272), 4.3 + 0.4 * rng.normal(size=272))
    return np.round(x, 2), np.round(33 + 10.7 * x + 5.9 * rng.normal(size=272))


def crash(rng):
    """Like mcycle: flat and quiet, a dip, a rise and noise; tied covariates."""
    x = np.round(rng.uniform(2, 58, 133) * 5) / 5
    y = np.where(x < 14, -2, np.where(x < 21, -12 * (x - 14), np.where(x < 32, 11 * (x - 29), 10)))
    return x, np.round(y + np.where(x < 14, 1.5, 22) * rng.normal(size=133), 1)


def bent_and_coded(rng):
    """Like ethanol's NOx | E, C: the same hump, and a covariate of five values."""
    x, y = bent_and_rounded(rng)
    code = rng.choice([7.5, 9.0, 12.0, 15.0, 18.0], 88)
    return np.column_stack([x, code]), np.round(y + 0.03 * (code - 12) * (y < 2), 3)


def ends_of(data, k, seeds):
    x, y = data(np.random.default_rng(0))
    fits = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for seed in seeds:
            fits.append(SoftmaxGaussianMoE(k, random_state=seed).fit(x.reshape(y.size, -1), y))
    assert not any(fit.spurious_ for fit in fits)
    return [fit.log_likelihood_ for fit in fits]


LOOK_ALIKES = [
    (bent_and_rounded, 3),
    (two_lines_and_ties, 2),
    (eruptions, 2),
    (crash, 3),
    (crash, 4),
    (bent_and_coded, 3),
]


@pytest.mark.parametrize(("data", "k"), LOOK_ALIKES[:2])
def test_both_seeds_find_the_same_maximum_on_look_alikes_of_public_data(data, k):
    ends = ends_of(data, k, range(2))
    np.testing.assert_allclose(ends, ends[0], atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize(("data", "k"), LOOK_ALIKES)
def test_every_seed_finds_the_best_maximum_on_look_alikes_of_public_data(data, k):
    ends = np.array(ends_of(data, k, range(10, 20)))
    assert (ends > ends.max() - 1e-6).all()
