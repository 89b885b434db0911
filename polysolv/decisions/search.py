"""Search for a witness: multistart Gauss–Newton, then a rational point or a box that the kernel accepts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from polysolv.decisions.near_point import solvable_near
from polysolv.decisions.normal_form import Case, reduce_system, restricted_cases
from polysolv.decisions.positivity import forced, log_reductions
from polysolv.decisions.verdict import Verdict, undecided
from polysolv.groebner.processes import run_python

if TYPE_CHECKING:
    from polysolv.groebner.budget import Budget
    from polysolv.systems import PolynomialSystem

METHOD = "search"
_STARTS = 120  # for each case
_STEPS = 80
_LARGEST = 1e3  # a witness with larger coordinates, or weights below 1/this, is not worth having
_FOUND = 3  # solutions handed on, should some of them resist certification


def decide_by_search(system: PolynomialSystem, limits: Budget) -> Verdict:
    """Look for a witness; the answer is SOLVABLE or UNDECIDED, and UNSOLVABLE only if reductions say so.

    Args:
        system: any system.
        limits: deadline, seed and log.
    """
    reduced = reduce_system(system)
    log_reductions(reduced, limits)
    if (verdict := forced(system, reduced, METHOD)) is not None:
        return verdict
    cases = [easy for case in reduced.cases for easy in (*restricted_cases(case), case)]
    limits.log["starts"] = 0
    trouble = ""
    for number, case in enumerate(cases):
        if not case.unknowns or not limits.left():
            continue
        part = limits.within(limits.left() / (len(cases) - number))
        arguments = (case, limits.seed, _STARTS)
        points, trouble = run_python("polysolv.decisions.search:find_points", arguments, part)
        points = points or _logged_points(part)
        for point in points:
            reason = f"Gauss-Newton from start {point['start']} (seed {limits.seed})"
            found = solvable_near(case, point["values"], METHOD, reason)
            if found is not None:
                limits.log.pop("points", None)
                return found
    near = limits.log.pop("points", None)
    if near:
        return undecided(METHOD, "approximate solutions were found, but none could be certified")
    return undecided(METHOD, f"no witness found{f' ({trouble})' if trouble else ''}")


def _logged_points(limits: Budget) -> list[Any]:
    points = limits.log.get("points")
    return points if isinstance(points, list) else []


def find_points(
    note: Callable[[str, object], None], case: Case, seed: int, starts: int
) -> list[Mapping[str, Any]]:
    """Return approximate solutions with positive weights; runs in a child process.

    Args:
        note: called with the number of starts made and the points found so far.
        case: the case; weights are parametrised as exponentials, so they stay positive.
        seed: of the random starts.
        starts: how many starts to make at most.

    Levenberg–Marquardt on all coordinates: each step has the least norm, so an underdetermined system is
    solved at the nearest solution; that it then lies on a random slice is left to rounding.
    """
    import numpy as np

    from polysolv.decisions.floats import FloatSystem

    system = FloatSystem(case)
    weights = [i for i, name in enumerate(case.unknowns) if name in case.weights]
    generator = np.random.default_rng(seed)
    found: list[Mapping[str, Any]] = []
    for start in range(starts):
        u = generator.standard_normal(len(case.unknowns)) * generator.choice([0.3, 1.0, 2.0])
        u[weights] *= 0.5
        x = _descend(system, u, weights)
        note("starts", start + 1)
        if x is None or (case.nonzero and abs(x[case.positions[case.nonzero]]) < 1e-3):
            continue
        values = dict(zip(case.unknowns, map(float, x), strict=True))
        found.append({"start": start, "values": values})
        note("points", found)
        if len(found) >= _FOUND:
            break
    return found


def _descend(system: Any, u: Any, weights: list[int]) -> Any:
    """Return a zero found by Levenberg–Marquardt from u, weights given by their logarithms; or ``None``."""
    import numpy as np

    def point(u: Any) -> Any:
        x = u.copy()
        x[weights] = np.exp(np.clip(u[weights], -12, 12))
        return x

    damping = 1e-2
    x = point(u)
    value = system.value(x)
    norm = float(np.linalg.norm(value))
    for _ in range(_STEPS):
        jacobian = system.jacobian(x)
        jacobian[:, weights] *= x[weights]
        normal = jacobian @ jacobian.T
        rows = len(value)
        step = -jacobian.T @ np.linalg.solve(normal + damping * np.eye(rows) * (1e-12 + norm), value)
        trial = u + step * min(1.0, 3.0 / (1e-12 + float(np.max(np.abs(step)))))
        x_trial = point(trial)
        v_trial = system.value(x_trial)
        n_trial = float(np.linalg.norm(v_trial))
        if n_trial < norm:
            u, x, value, norm, damping = trial, x_trial, v_trial, n_trial, damping / 4
        else:
            damping = max(damping, 1e-8) * 10
        if norm < 1e-13 or damping > 1e12:
            break
    sizes = np.abs(x)
    if norm > 1e-11 or np.max(sizes) > _LARGEST or (weights and np.min(sizes[weights]) < 1 / _LARGEST):
        return None
    return x
