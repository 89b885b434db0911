"""Surrogates against differences and repeated rows; few passes over all rows against the plain trust region."""

from dataclasses import replace

import numpy as np
import pytest

from polysolv.experiments.design import make_design
from polysolv.experiments.presets import preset
from polysolv.experiments.single_fit import near_start
from polysolv.experiments.truths import truth_at
from polysolv.moe import MixingMeasure
from polysolv.moe.calibration import Sample, calibrated
from polysolv.moe.covariates import covariate_law
from polysolv.moe.em import accelerate
from polysolv.moe.likelihood import Evaluation
from polysolv.moe.nested_ascent import calibrated_ascent, nested_ascent, prefixes, stored_rows
from polysolv.moe.problem import Problem
from polysolv.moe.row_derivatives import flattened, row_derivatives, weighted_sum
from polysolv.moe.trust_region import ascend, smallest_eigenvalue

TOL = 1e-8
TRUTH = MixingMeasure([0.3, 0], [[1], [0]], [[1.5], [-1.5]], [1, -1], [0.4, 0.3])


def over_fitted(k, path, n, replicate, bounded=True):
    """Return a problem of the sweep's presets and a start near its truth."""
    design = make_design(**{**preset(f"overlap-k{k}").settings, "sizes": (n,), "path": path})
    rng = np.random.default_rng([k, n, replicate])
    truth = truth_at(path, design.truth, design.cells, n)
    X, y = truth.sample(n, covariate_law(design.covariates, truth.d), rng)
    problem = Problem.of(X, y, k, 0.01, design.bounds if bounded else None)
    return problem, problem.box.clip(problem.coordinates.inward(near_start(design, truth, X, rng)))


def first(problem, rows):
    return replace(problem, Z=np.ascontiguousarray(problem.Z[:, :rows]), y=problem.y[:rows])


def few(problem, rows):
    return Sample(np.ascontiguousarray(problem.Z[:, :rows]), problem.y[:rows], problem.k)


def mean(problem, vector):
    found = problem.evaluate(vector)
    return Evaluation(found.value / problem.rows, found.gradient / problem.rows, found.hessian / problem.rows)


def warmed(problem, start, rows):
    return accelerate(first(problem, rows).em(), start, 6, 0.1)[0]


def plain(problem, start, limit):
    return ascend(problem.evaluate, start, problem.box, problem.rows, problem.weights, TOL, limit)


def in_few_passes(problem, start, limit, wanted, sample):
    engine, _ = stored_rows(problem)
    box, weights = problem.box, problem.weights
    return nested_ascent(engine, problem.rows, sample, start, box, weights, TOL, limit, wanted=wanted)


def assert_stationary(problem, ascent):
    """By the likelihood of all rows itself, whatever the ascent says of its end."""
    found = problem.evaluate(ascent.vector)
    assert ascent.status == "stationary"
    assert problem.gradient_norm(ascent.vector) <= TOL
    assert smallest_eigenvalue(found, ascent.vector, problem.box, problem.rows) >= -1e-9
    assert found.value == pytest.approx(ascent.evaluation.value, rel=1e-12)


@pytest.mark.parametrize("k", [1, 2, 4])
def test_weighted_rows_are_repeated_and_taken_away_rows(k):
    rng = np.random.default_rng(k)
    problem = Problem.of(*TRUTH.sample(3000, seed=k), k, 1e-6, None)
    vector = rng.normal(scale=0.5, size=problem.box.lower.size)
    times = rng.integers(-2, 4, size=3000)
    repeated, taken = (
        replace(problem, Z=problem.Z.repeat(count, axis=1), y=problem.y.repeat(count))
        for count in (np.maximum(times, 0), np.maximum(-times, 0))
    )
    expected = flattened(repeated.evaluate(vector)) - flattened(taken.evaluate(vector))
    found = weighted_sum(vector, k, problem.Z, problem.y, times.astype(float))
    assert flattened(found) == pytest.approx(expected, rel=1e-10, abs=1e-8)
    columns = row_derivatives(vector, k, problem.Z, problem.y)
    assert columns @ times == pytest.approx(expected, rel=1e-10, abs=1e-8)
    without = row_derivatives(vector, k, problem.Z, problem.y, second=False)
    assert without.tolist() == columns[: 1 + vector.size].tolist()


@pytest.mark.parametrize("base_rows", [None, 2000])
def test_a_surrogate_is_exact_to_second_order_and_has_its_own_derivatives(base_rows):
    problem, start = over_fitted(3, "gauss-hermite", 20_000, 0)
    base = None if base_rows is None else (lambda vector: mean(first(problem, base_rows), vector))
    surrogate = calibrated(few(problem, 1500), start, mean(problem, start), base)
    here = flattened(surrogate(start))
    assert here == pytest.approx(flattened(mean(problem, start)), rel=1e-9, abs=1e-10)
    rng = np.random.default_rng(1)
    vector, move = start + 0.2 * rng.normal(size=start.size), rng.normal(size=start.size)
    ahead, behind, found = (surrogate(vector + step * move) for step in (1e-5, -1e-5, 0.0))
    assert (ahead.value - behind.value) / 2e-5 == pytest.approx(found.gradient @ move, rel=1e-6)
    slopes = (ahead.gradient - behind.gradient) / 2e-5
    assert slopes == pytest.approx(found.hessian @ move, rel=1e-5, abs=1e-6)


def test_a_surrogate_knows_more_than_its_taylor_polynomial_and_than_its_rows():
    problem, start = over_fitted(3, "gauss-hermite", 50_000, 1)
    here = mean(problem, start)
    sample = few(problem, 4000)
    surrogate = calibrated(sample, start, here)
    there = plain(problem, warmed(problem, start, problem.rows), 4).vector
    move = there - start
    truth = mean(problem, there).gradient
    even = np.full(sample.rows, 1.0 / sample.rows)
    errors = [
        np.linalg.norm(guess - truth)
        for guess in (
            surrogate(there).gradient,
            here.gradient + here.hessian @ move,
            weighted_sum(there, problem.k, sample.Z, sample.y, even).gradient,
        )
    ]
    assert errors[0] < 0.2 * min(errors[1:])


def test_numbers_of_rows_to_ascend_on():
    assert prefixes(10**5) == (10**5,)
    assert prefixes(2 * 10**7) == (10**5, 2 * 10**7)
    assert prefixes(10**9) == (10**5, 10**7, 10**9)
    assert prefixes(1000, (300, 30)) == (30, 300, 1000)


def test_few_rows_are_left_to_the_plain_ascent():
    problem, start = over_fitted(3, "fixed", 4000, 0)
    end = in_few_passes(problem, start, 50, (10**5, 10**7), few(problem, 4000))
    expected = plain(problem, start, 50)
    assert end.passes == {4000: expected.evaluations}
    assert end.ascent.vector.tolist() == expected.vector.tolist()


@pytest.mark.parametrize("bounds", [None, {"sigma": (0.05, 5)}, {"b": (-0.9, 0.9)}])
def test_as_many_experts_as_there_are_end_where_the_plain_ascent_ends(bounds):
    problem = Problem.of(*TRUTH.sample(30_000, seed=3), 2, 1e-6, bounds)
    start = problem.box.clip(problem.coordinates.inward(TRUTH))
    end = in_few_passes(problem, start, 50, (1000,), few(problem, 3000))
    expected = plain(problem, start, 50)
    assert_stationary(problem, end.ascent)
    gap = problem.coordinates.outward(end.ascent.vector, 2), problem.coordinates.outward(expected.vector, 2)
    for name in ("a", "b", "sigma"):
        assert getattr(gap[0], name) == pytest.approx(getattr(gap[1], name), abs=1e-6)
    assert end.passes[30_000] <= 5


@pytest.mark.parametrize(
    ("k", "path", "replicate", "bounded"),
    [
        (3, "gauss-hermite", 0, True),
        pytest.param(3, "fixed", 1, False, marks=pytest.mark.slow),
        pytest.param(5, "split-a", 0, True, marks=pytest.mark.slow),
    ],
)
def test_over_fitted_fits_take_few_passes_where_the_plain_ascent_meets_its_limit(k, path, replicate, bounded):
    problem, start = over_fitted(k, path, 40_000, replicate, bounded)
    start = warmed(problem, start, 4000)
    end = in_few_passes(problem, start, 14, (4000,), few(problem, 6000))
    left = plain(problem, start, 14)
    assert left.status == "iterations"
    assert_stationary(problem, end.ascent)
    assert end.passes[40_000] <= 15
    # The plain ascent has nothing to add, and if it goes on to its own end, that is hardly better.
    assert plain(problem, end.ascent.vector, 5).evaluations == 1
    assert end.ascent.evaluation.value >= plain(problem, start, 500).evaluation.value - 1.0


def test_three_levels_and_a_base_of_rows_beside_the_sample():
    problem, start = over_fitted(3, "split-a", 40_000, 2)
    reports, asked = [], []
    engine, _ = stored_rows(problem)

    def evaluate(vector, rows):
        asked.append(rows)
        return engine(vector, rows)

    end = nested_ascent(
        evaluate,
        problem.rows,
        few(problem, 300),
        warmed(problem, start, 1000),
        problem.box,
        problem.weights,
        TOL,
        60,
        lambda *told: reports.append(told),
        (1000, 10_000),
    )
    assert list(end.passes) == [1000, 10_000, 40_000]
    assert_stationary(problem, end.ascent)
    assert [iteration for iteration, _, _ in reports] == list(range(end.passes[40_000]))
    # A hundredth of 40,000 rows is more than the sample; of 10,000 it is not.
    assert set(asked) == {400, 1000, 10_000, 40_000}
    assert asked.count(40_000) == end.passes[40_000]


def test_only_all_rows_accept_a_step():
    problem, start = over_fitted(3, "fixed", 4000, 1)
    downhill = -problem.evaluate(start).gradient / problem.rows

    def promise(vector, found, radius):
        return radius * downhill / np.linalg.norm(downhill), 1e9

    box, weights = problem.box, problem.weights
    ascent = ascend(problem.evaluate, start, box, problem.rows, weights, TOL, 60, None, promise)
    assert ascent.status == "rounding"
    assert ascent.vector.tolist() == start.tolist()
    assert len(ascent.values) == 1


def test_a_saddle_is_left():
    X, y = TRUTH.sample(20_000, seed=5)
    problem = Problem.of(X, y, 2, 1e-6, None)
    middle = MixingMeasure([0, 0], [[0], [0]], [[0], [0]], [float(y.mean())] * 2, [float(y.var())] * 2)
    one = plain(Problem.of(X, y, 1, 1e-6, None), np.zeros(5), 50).vector
    twice = problem.coordinates.inward(middle)
    twice[4:6] = twice[6:8] = one[2:4]
    twice[8:] = one[4]
    engine, _ = stored_rows(problem)
    ascent = calibrated_ascent(
        engine, problem.rows, few(problem, 2000), twice, problem.box, problem.weights, TOL, 60
    )
    assert problem.gradient_norm(twice) <= 1e-6
    assert_stationary(problem, ascent)
    assert ascent.evaluation.value > problem.evaluate(twice).value + 1000.0


@pytest.mark.slow
@pytest.mark.parametrize("k", [3, 5])
@pytest.mark.parametrize("path", ["fixed", "gauss-hermite"])
def test_half_a_million_rows_take_few_passes(k, path):
    problem, start = over_fitted(k, path, 500_000, 3)
    engine, sample = stored_rows(problem)
    start = warmed(problem, start, 10**5)
    end = nested_ascent(engine, problem.rows, sample, start, problem.box, problem.weights, TOL, 60)
    assert_stationary(problem, end.ascent)
    assert end.passes[500_000] <= 12
