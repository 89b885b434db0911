"""The step of the trust region in a box, against another solver, and fits that used to zig-zag along a bound."""

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import lsq_linear

from polysolv.experiments.design import make_design
from polysolv.experiments.presets import preset
from polysolv.experiments.single_fit import run_fit
from polysolv.moe.trust_region import ball_step, box_step


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 12))
@example(4709, 11)  # a coordinate stopped one rounding error before its bound
def test_a_convex_model_is_minimised_on_the_box(seed, size):
    rng = np.random.default_rng(seed)
    root = rng.standard_normal((size + 2, size))
    target = 3 * rng.standard_normal(size + 2)
    low = np.where(rng.random(size) < 0.3, 0.0, -rng.random(size))
    high = np.where(rng.random(size) < 0.3, 0.0, rng.random(size)) + 1e-3
    slope, curvature = -root.T @ target, root.T @ root
    step, gain = box_step(slope, curvature, low, high, 1e6, ())
    best = lsq_linear(root, target, (low, high), tol=1e-14).x
    expected = -(slope @ best + 0.5 * best @ curvature @ best)
    assert (step >= low).all()
    assert (step <= high).all()
    assert gain >= expected - 1e-8 * (1 + abs(expected))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 10), st.floats(1e-3, 10))
def test_an_indefinite_model_falls_inside_box_and_ball(seed, size, radius):
    rng = np.random.default_rng(seed)
    curvature = rng.standard_normal((size, size))
    curvature += curvature.T
    slope = rng.standard_normal(size)
    low, high = -rng.random(size), rng.random(size)
    step, gain = box_step(slope, curvature, low, high, radius, ())
    path = np.clip(-slope * radius / np.linalg.norm(slope) * 0.5, low, high)
    assert gain >= -(slope @ path + 0.5 * path @ curvature @ path) - 1e-12
    assert gain > 0
    assert (step >= low - 1e-15).all()
    assert (step <= high + 1e-15).all()


def test_near_starts_reach_a_stationary_point_in_the_box():
    path = {"sizes": (1000, 3162), "path": "gauss-hermite"}
    design = make_design(**{**preset("overlap-k3").settings, **path})
    row = run_fit(design, 0, 37)
    assert [status for _, _, status in row["starts"]] == ["stationary"] * 3
    assert row["at_bound"] != []
    assert row["gradient_norm"] <= 1e-8


def test_a_gate_that_turns_into_a_jump_reaches_a_stationary_point():
    design = make_design(**preset("nguyen2023-k3").settings)
    row = run_fit(design, 18, 21)
    assert np.abs(np.array(row["measure"]["beta1"])).max() > 1e4
    assert row["status"] == "stationary"
    assert row["gradient_norm"] <= 1e-8


def test_directions_without_slope_or_curvature_are_left_alone():
    step = ball_step(np.array([1e-17, 1e-6]), np.array([3e-17, 1e-6]), 1e5)
    assert step.tolist() == [0.0, -1.0]
