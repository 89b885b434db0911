"""Tracks a problem from the start system that was asked for, or that promises the least work."""

from __future__ import annotations

import math

import numpy as np

from polysolv.decisions.homotopy.engine import Engine
from polysolv.decisions.homotopy.problem import Problem, Tracking, homogeneous, linear_homotopy
from polysolv.decisions.homotopy.tracker import Tracked, track_paths
from polysolv.errors import InputError


def tracked_from(
    problem: Problem, start: str, rng: np.random.Generator, engine: Engine, tol: float, max_paths: int
) -> tuple[str, Tracking, Tracked]:
    """Track all paths; returns the start system's name, the last homotopy and the outcome.

    Raises:
        InputError: if there are more paths than ``max_paths``, or the start system does not apply.
    """
    from polysolv.decisions.homotopy.starts.total_degree import start_polynomials

    bezout = math.prod(problem.degrees)
    if start == "auto":
        start = "total-degree"
    require_paths(bezout, max_paths)
    polynomials, points = start_polynomials(problem.degrees, rng)
    tracking = linear_homotopy(problem.rows, polynomials, problem.unknowns)
    return start, tracking, track_paths(tracking, homogeneous(points), engine, tol)


def require_paths(count: int, max_paths: int) -> None:
    """Refuse more paths than allowed.

    Raises:
        InputError: if ``count`` exceeds ``max_paths``.
    """
    if count > max_paths:
        raise InputError("max_paths", max_paths, f"at least {count}, the number of paths of this start system")
