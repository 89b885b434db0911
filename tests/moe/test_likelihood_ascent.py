"""EM, SQUAREM and the trust region on the same problems."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polysolv.moe import MixingMeasure
from polysolv.moe.em import ExpectationMaximisation, accelerate, run
from polysolv.moe.optimise import Problem, optimise
from polysolv.moe.trust_region import ball_step, box_step

TRUTH = MixingMeasure([0.3, 0], [[1], [0]], [[1.5], [-1.5]], [1, -1], [0.4, 0.3])


def measure_near(G, order, noise, rng):
    H = G.reorder(order)
    return MixingMeasure(
        *(
            getattr(H, name) + noise * rng.normal(size=getattr(H, name).shape)
            for name in ("beta0", "beta1", "a", "b")
        ),
        H.sigma * np.exp(noise * rng.normal(size=H.k)),
    )


@pytest.mark.parametrize(
    "bounds", [None, {"beta0": (-0.5, 0.5), "a": (-1, 1), "b": (-0.5, 0.7), "sigma": (0.35, 2)}]
)
@pytest.mark.parametrize("k", [2, 3, 4])
def test_em_is_monotone_step_by_step(k, bounds):
    rng = np.random.default_rng(k)
    X, y = TRUTH.sample(600, seed=k)
    problem = Problem.of(X, y, k, 1e-6, bounds)
    em = ExpectationMaximisation(problem.Z, problem.y, k, problem.box)
    vector = problem.box.clip(problem.coordinates.inward(measure_near(TRUTH, [0, 1, 0, 1][:k], 0.5, rng)))
    before = problem.evaluate(vector).value
    for _ in range(60):
        vector, old = em.step(vector)
        assert old == pytest.approx(before, rel=1e-12)
        after = problem.evaluate(vector).value
        assert after >= before - 1e-10 * abs(before)
        assert (vector >= problem.box.lower).all()
        assert (vector <= problem.box.upper).all()
        before = after


def test_plain_em_and_its_acceleration_are_monotone_and_reach_the_same_maximum():
    X, y = TRUTH.sample(2000, seed=1)
    problem = Problem.of(X, y, 2, 1e-6, None)
    em = ExpectationMaximisation(problem.Z, problem.y, 2, problem.box)
    start = problem.coordinates.inward(measure_near(TRUTH, [0, 1], 0.5, np.random.default_rng(0)))
    _, plain = run(em, start, 400, lambda vector, values: False)
    assert (np.diff(plain) >= -1e-9).all()
    vector, fast, maps = accelerate(em, start, 90, 1e-12)
    assert (np.diff(fast) >= -1e-9).all()
    assert maps <= 92
    assert problem.evaluate(vector).value == pytest.approx(plain[-1], abs=1e-6)


def test_all_methods_agree_where_there_is_one_maximum():
    X, y = TRUTH.sample(2000, seed=2)
    problem = Problem.of(X, y, 2, 1e-6, None)
    start = problem.coordinates.inward(TRUTH)
    ends = [optimise(problem, start, method, 1e-8, 5000) for method in ("em", "newton", "auto")]
    assert {end.status for end in ends} == {"stationary"}
    for end in ends:
        assert problem.gradient_norm(end.vector) <= 1e-8
        assert end.value == pytest.approx(ends[0].value, abs=1e-6)
        assert (np.diff(end.values) >= -1e-8).all()


def test_the_duplicated_expert_saddle_is_left_along_negative_curvature():
    X, y = TRUTH.sample(5000, seed=3)
    two = Problem.of(X, y, 2, 1e-6, None)
    best = optimise(two, two.coordinates.inward(TRUTH), "newton", 1e-12, 200)
    G = two.coordinates.outward(best.vector, 2)
    doubled = MixingMeasure(
        np.append(G.beta0, G.beta0[1]) - [0, np.log(2), np.log(2)],
        G.beta1[[0, 1, 1]],
        G.a[[0, 1, 1]],
        G.b[[0, 1, 1]],
        G.sigma[[0, 1, 1]],
    )
    three = Problem.of(X, y, 3, 1e-6, None)
    start = three.coordinates.inward(doubled)
    assert three.gradient_norm(start) <= 1e-8
    em_end = optimise(three, start, "em", 1e-8, 1000)
    assert em_end.status == "saddle"
    end = optimise(three, start, "newton", 1e-8, 500)
    assert end.status == "stationary"
    assert end.smallest_eigenvalue >= -1e-9
    assert end.value > best.value + 0.5


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.floats(-10, 10), min_size=1, max_size=6),
    st.lists(st.floats(-10, 10), min_size=6, max_size=6),
    st.floats(1e-3, 10),
)
def test_ball_step_meets_the_optimality_conditions(eigenvalues, slope, radius):
    eigenvalues = np.sort(np.array(eigenvalues))
    slope = np.array(slope[: eigenvalues.size])
    z = ball_step(eigenvalues, slope, radius)
    assert np.linalg.norm(z) <= radius * (1 + 2e-3)

    def value(steps):
        return steps @ slope + 0.5 * (steps * steps) @ eigenvalues

    rng = np.random.default_rng(0)
    directions = rng.normal(size=(2000, slope.size))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    others = directions * radius * rng.random((2000, 1)) ** (1 / slope.size)
    others = np.vstack([others, directions * radius])
    least = value(others).min()
    scale = np.abs(slope).sum() * radius + np.abs(eigenvalues).max() * radius**2
    assert value(z) <= least + 5e-3 * scale + 1e-12


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 5), st.floats(0.01, 5))
def test_box_step_is_feasible_and_no_worse_than_the_projected_gradient(seed, size, radius):
    rng = np.random.default_rng(seed)
    A = rng.normal(size=(size, size))
    curvature, slope = A + A.T, rng.normal(size=size)
    low = -rng.exponential(size=size) * (rng.random(size) < 0.7)
    high = rng.exponential(size=size) * (rng.random(size) < 0.7)
    step, gain = box_step(slope, curvature, low, high, radius, ())
    assert (step >= low).all()
    assert (step <= high).all()
    assert gain == pytest.approx(-(slope @ step + 0.5 * step @ curvature @ step), abs=1e-12)
    assert gain >= -1e-12
    can_move = ((slope > 0) & (low < 0)) | ((slope < 0) & (high > 0))
    if can_move.any():
        assert gain > 0


def test_a_fit_in_a_box_satisfies_the_optimality_conditions_in_the_users_units():
    X, y = TRUTH.sample(3000, x=lambda n, rng: rng.uniform(3, 5, size=(n, 1)), seed=5)
    bounds = {"beta0": (-2, 2), "a": (-1.2, 1.2), "sigma": (0.35, 1.0)}
    problem = Problem.of(X, y, 3, 1e-6, bounds)
    start = problem.coordinates.inward(measure_near(TRUTH, [0, 1, 0], 0.3, np.random.default_rng(1)))
    end = optimise(problem, start, "auto", 1e-8, 2000)
    assert end.status == "stationary"
    G = problem.coordinates.outward(end.vector, 3)
    score = dict(
        zip(("beta0", "beta1", "a", "b", "sigma"), np.split(G.score(X, y), [3, 6, 9, 12]), strict=True)
    )
    for name, values in score.items():
        low, high = bounds.get(name, (-np.inf, np.inf))
        at = getattr(G, name).ravel()
        assert (at >= low - 1e-9).all()
        assert (at <= high + 1e-9).all()
        for place, slope in zip(at, values / y.size, strict=True):
            if place <= low + 1e-9:
                assert slope <= 1e-8
            elif place >= high - 1e-9:
                assert slope >= -1e-8
            else:
                assert abs(slope) <= 1e-7
