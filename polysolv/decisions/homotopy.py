"""Decisions by numerical homotopy continuation: real solutions with positive weights, by tracking paths."""

from __future__ import annotations

import time
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from polysolv.decisions.location_scale_core import Core, find_core
from polysolv.decisions.verdict import (
    NUMERIC,
    PROVED,
    REAL_POSITIVE,
    SOLVABLE,
    UNDECIDED,
    UNSOLVABLE,
    Verdict,
)
from polysolv.display.counted import counted
from polysolv.errors import InputError
from polysolv.homotopy.results import SolveResult
from polysolv.homotopy.solve import solve

if TYPE_CHECKING:
    from polysolv.systems.polynomial_system import PolynomialSystem

METHOD = "homotopy"
_TRIES = 12
_REAL = 1e-5
_MARGIN = 0.1  # at s = 1e-6 a path is within (1e-6)^(1/winding number) of its end, up to a factor
_MAX_ATOMS = 6


def decide_by_homotopy(
    system: PolynomialSystem, timeout: float | None = None, seed: int = 0, jobs: int = 1
) -> Verdict:
    """Decide a system of a cell by numerical homotopy continuation.

    Args:
        system: a system whose core is location–scale; for others the verdict is UNDECIDED.
        timeout: seconds, or ``None``; what was learned until then is in ``statistics``.
        seed: fixes all random choices.
        jobs: number of threads; does not change the verdict.

    Returns:
        SOLVABLE, PROVED with a box certificate that the trusted kernel accepted; or UNSOLVABLE, NUMERIC (a
        count of paths, no proof); or UNDECIDED.

    For degrees up to 2m−1 the weights are parameters: random positive rational weights are fixed and the
    equations of degrees 1..2m−1 solved for the 2m−1 perturbations. Above, all isolated solutions are computed
    where the system is finite; otherwise the critical points of a generic squared distance on the set with w
    ≥ 0, whose boundary strata w_l = 0 are the systems of smaller cells and are decided first (Hauenstein
    2013).

    >>> from polysolv import build_system
    >>> decide_by_homotopy(build_system("location-scale-gaussian", m=2, degree=4)).status
    'UNSOLVABLE'
    """
    started = time.monotonic()
    deadline = None if timeout is None else started + timeout

    def verdict(status: str, evidence: str | None, reason: str, **rest: Any) -> Verdict:
        seconds = time.monotonic() - started
        return Verdict(status, REAL_POSITIVE, evidence, METHOD, reason, seconds=seconds, **rest)

    core = find_core(system)
    if core is None:
        return verdict(UNDECIDED, None, "the system has no location–scale core that this method knows")
    if core.m > _MAX_ATOMS:
        return verdict(UNDECIDED, None, f"cells of more than {_MAX_ATOMS} atoms have too many paths")
    statistics: dict[str, Any] = {}
    if core.degree <= 2 * core.m - 1:
        certificate, witness = _witness(core, deadline, seed, jobs, statistics)
        if certificate is not None:
            reason = "a real solution found with the weights as parameters, certified in a box"
            return verdict(
                SOLVABLE, PROVED, reason, witness=witness, certificate=certificate, statistics=statistics
            )
        return verdict(
            UNDECIDED, None, "no certified real solution for the weights tried", statistics=statistics
        )
    if not core.equivalent:
        return verdict(UNDECIDED, None, "the core does not decide this system", statistics=statistics)
    status, reason = _refute(core, core.m, deadline, seed, jobs, statistics)
    return verdict(status, NUMERIC if status == UNSOLVABLE else None, reason, statistics=statistics)


def _left(deadline: float | None) -> float | None:
    return None if deadline is None else max(0.01, deadline - time.monotonic())


def _witness(core: Core, deadline: float | None, seed: int, jobs: int, statistics: dict[str, Any]) -> Any:
    import numpy as np

    rng = np.random.default_rng(seed)
    statistics["weights_tried"] = 0
    for attempt in range(_TRIES):
        if deadline is not None and time.monotonic() >= deadline:
            break
        weights = [Fraction(1), *(Fraction(int(k), 16) for k in rng.integers(8, 25, core.m - 1))]
        equations = core.equations(2 * core.m - 1, weights)
        result = solve(equations, "auto", seed + attempt, jobs=jobs, timeout=_left(deadline))
        statistics["weights_tried"] += 1
        statistics["paths"] = statistics.get("paths", 0) + len(result)
        statistics["real_solutions"] = statistics.get("real_solutions", 0) + result.nreal
        for path in sorted(result.real_solutions, key=lambda path: path.condition):
            values = [z.real for z in path.solution]
            found = _certified(core, weights, [1.0, *values[: core.m - 1]], values[core.m - 1 :])
            if found is not None:
                return found
    return None, None


def _certified(core: Core, weights: list[Fraction], a: list[float], s: list[float]) -> Any:
    """A box certificate about the family's system that the kernel accepts, with its centre, or ``None``."""
    import numpy as np

    from polysolv.certificates.box import box_certificate, enclose

    named = core.named(weights, a, s)
    movable = [f"{core.location}_{i}" for i in range(2, core.m + 1)]
    movable += [f"{core.scale}_{i}" for i in range(1, core.m + 1)]
    # With fewer equations than perturbations the best-conditioned choice of coordinates stays free.
    free = movable
    if core.degree < len(movable):
        jacobian = np.array(_jacobian(core, weights, a, s))[: core.degree]
        free = [movable[j] for j in sorted(_independent_columns(jacobian, core.degree))]
    fixed = {
        name: value if isinstance(value, Fraction) else Fraction(float(value)).limit_denominator(10**6)  # type: ignore[arg-type]
        for name, value in named.items()
        if name not in free
    }
    near = {name: float(named[name]) for name in free}  # type: ignore[arg-type]
    box = enclose(core.system, fixed, near)
    if box is None:
        return None
    certificate = box_certificate(core.system, fixed, free, [box])
    if not certificate.verify().accepted:
        return None
    return certificate, {**fixed, **dict(zip(free, box.centre, strict=True))}


def _jacobian(core: Core, weights: list[Fraction], a: list[float], s: list[float]) -> list[list[float]]:
    from polysolv.decisions.location_scale_core import derivative

    equations = core.equations(2 * core.m - 1, weights)
    point = [*a[1:], *s]
    rows = []
    for polynomial in equations.real_equations():
        row = []
        for j in range(len(point)):
            total = 0.0
            for monomial, coefficient in derivative(polynomial, j).items():
                term = float(coefficient)
                for index, exponent in monomial:
                    term *= point[index] ** exponent
                total += term
            row.append(total)
        rows.append(row)
    return rows


def _independent_columns(matrix: Any, count: int) -> list[int]:
    """Columns chosen one by one with the largest part orthogonal to those before."""
    import numpy as np

    rest = matrix.copy()
    chosen: list[int] = []
    for _ in range(count):
        norms = np.linalg.norm(rest, axis=0)
        best = int(norms.argmax())
        chosen.append(best)
        direction = rest[:, best] / norms[best]
        rest = rest - np.outer(direction, direction @ rest)
    return chosen


def _refute(
    core: Core, m: int, deadline: float | None, seed: int, jobs: int, statistics: dict[str, Any]
) -> tuple[str, str]:
    """Status and reason for the core with m atoms and weights w ≥ 0, w_1 > 0, above degree 2m−1."""
    if m == 1:
        return UNSOLVABLE, "one atom: a_1 = 0"
    unknowns = 3 * m - 2
    degree = min(core.degree, unknowns)
    equations = core.equations(degree, m=m)
    if degree == unknowns:
        try:
            # Not from total degrees: there, in weighted systems, finite solutions may look infinite.
            runs = [
                solve(equations, "polyhedral", seed + i, jobs=jobs, timeout=_left(deadline)) for i in range(2)
            ]
        except InputError:
            return UNDECIDED, "there are too many mixed cells, or too many paths"
        return _finite(runs, m, statistics)
    below, reason = _refute(core, m - 1, deadline, seed, jobs, statistics)
    if below != UNSOLVABLE:
        return UNDECIDED, f"boundary with {counted(m - 1, 'atom')}: {reason}"
    return _positive_dimensional(equations, m, deadline, seed, jobs, statistics)


def _finite(runs: list[SolveResult], m: int, statistics: dict[str, Any]) -> tuple[str, str]:
    regular = [sum(not path.singular for path in run.solutions) for run in runs]
    statistics[f"m={m}"] = {
        "paths": sum(len(run) for run in runs),
        "isolated_regular": regular[0],
        "isolated_regular_second_run": regular[1],
        "failed": sum(run.nfailed for run in runs),
    }
    if not all(run.is_complete for run in runs):
        return UNDECIDED, "some paths have no result"
    if regular[0] != regular[1]:
        return UNDECIDED, f"two runs found {regular[0]} and {regular[1]} isolated regular solutions"
    for run in runs:
        for path in run.solutions:
            if _admissible(path.solution, m):
                return UNDECIDED, "a point that looks real with positive weights was found, but not certified"
    return UNSOLVABLE, (
        f"{regular[0]} isolated regular complex solutions in each of two runs, "
        f"{counted(sum(len(run) for run in runs), 'path')}, all accounted for; "
        "none is real with positive weights"
    )


def _admissible(point: Any, m: int, margin: float = _REAL) -> bool:
    """Whether a solution looks real with w ≥ 0, up to ``margin``."""
    scale = max(1.0, *(abs(z) for z in point))
    if any(abs(z.imag) > margin * scale for z in point):
        return False
    return all(z.real > -margin * scale for z in point[: m - 1])


def _positive_dimensional(
    equations: Any, m: int, deadline: float | None, seed: int, jobs: int, statistics: dict[str, Any]
) -> tuple[str, str]:
    import numpy as np

    from polysolv.decisions.critical_points import find_critical_points
    from polysolv.homotopy.engine import Engine

    engine = Engine(jobs, deadline)
    found = find_critical_points(
        equations,
        np.random.default_rng(seed),
        engine,
        lambda point: _admissible(point, m, _MARGIN),
    )
    statistics[f"m={m}"] = {
        "critical_points": found.paths,
        "trace_test": found.trace,
        "followed_to_the_end": found.followed,
        "failed": found.failed,
        "paths": engine.tracked,
        "seconds": round(time.monotonic() - engine.started, 3),
    }
    if any(_admissible(point, m) for point in found.points):
        return UNDECIDED, "a critical point that looks real with w ≥ 0 was found, but not certified"
    if not found.complete:
        return UNDECIDED, (
            f"critical points of a squared distance: {found.paths} found, the trace test "
            f"{'holds' if found.trace else 'does not hold'}, {found.failed} of them have no result; "
            f"{counted(engine.tracked, 'path')} tracked"
            f"{', then the time limit came' if engine.interrupted else ''}"
        )
    return UNSOLVABLE, (
        f"{found.paths} critical points of a generic squared distance, complete by the trace test, all paths "
        "accounted for; none ends in a real point with w ≥ 0, and smaller cells have none"
    )
