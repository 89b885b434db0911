"""From an approximate real solution to a certified one: a rational point nearby, or a box."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from polysolv.decisions.normal_form import Case
from polysolv.decisions.proofs import accepted, solvable_at, witness_of
from polysolv.decisions.verdict import PROVED, REAL_POSITIVE, SOLVABLE, Verdict

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_DENOMINATORS = (1, 2, 3, 4, 6, 12, 24, 60, 120)
_SLICES = (1, 2, 6, 12, 100, 10_000)


def solvable_near(case: Case, approximation: Mapping[str, float], method: str, reason: str) -> Verdict | None:
    """Return SOLVABLE, PROVED, if the kernel accepts a solution near an approximate one; else ``None``.

    Args:
        case: the case.
        approximation: a value for each of its unknowns; positive where it is a weight.
        method, reason: for the verdict.

    First all coordinates are rounded to small denominators, in the hope of a rational solution. Then as many
    coordinates as there are degrees of freedom are fixed at rationals, those that leave the best conditioned
    Jacobian, Newton's method is run on the others, and the solution is enclosed in a box.
    """
    if any(approximation[name] <= 0 for name in case.weights):
        return None
    for denominator in _DENOMINATORS:
        rounded = {n: Fraction(round(v * denominator), denominator) for n, v in approximation.items()}
        if (found := solvable_at(case.system, case.complete(rounded), method, reason)) is not None:
            return found
    return _boxed(case, approximation, method, reason)


def _boxed(case: Case, approximation: Mapping[str, float], method: str, reason: str) -> Verdict | None:
    import numpy as np

    from polysolv.decisions.floats import FloatSystem

    system = FloatSystem(case)
    x = np.array([approximation[name] for name in case.unknowns], dtype=float)
    free = _best_columns(system.jacobian(x))
    if free is None:
        return None
    slices = [name for i, name in enumerate(case.unknowns) if i not in free]
    for denominator in _SLICES if slices else (1,):
        fixed = {name: Fraction(round(approximation[name] * denominator), denominator) for name in slices}
        if any(fixed[name] <= 0 for name in slices if name in case.weights):
            continue
        start = {**approximation, **{name: float(value) for name, value in fixed.items()}}
        point = newton(system, np.array([start[name] for name in case.unknowns]), free)
        if point is None:
            continue
        near = {case.unknowns[i]: float(point[i]) for i in free}
        if (found := _box(case, fixed, near, method, reason)) is not None:
            return found
    return None


def _box(
    case: Case, fixed: Mapping[str, Fraction], near: Mapping[str, float], method: str, reason: str
) -> Verdict | None:
    from polysolv.certificates import box_certificate, enclose

    known = {**case.values, **fixed}
    box = enclose(case.system, known, {name: Fraction(value) for name, value in near.items()})
    if box is None:
        return None
    certificate = accepted(lambda: box_certificate(case.system, known, list(near), [box]))
    if certificate is None:
        return None
    values = {**known, **dict(zip(near, box.centre, strict=True))}
    return Verdict(
        SOLVABLE,
        REAL_POSITIVE,
        PROVED,
        method,
        reason,
        witness=witness_of(case.system, values, max(box.radii)),
        certificate=certificate,
    )


def _best_columns(jacobian: NDArray[np.float64]) -> list[int] | None:
    """Return as many columns as there are rows, by pivoted Gram–Schmidt; ``None`` if rank is missing."""
    import numpy as np

    rows, columns = jacobian.shape
    if rows > columns:
        return None
    left = jacobian.copy()
    chosen: list[int] = []
    for _ in range(rows):
        norms = np.linalg.norm(left, axis=0)
        norms[chosen] = 0.0
        best = int(np.argmax(norms))
        if norms[best] < 1e-9:
            return None
        chosen.append(best)
        direction = left[:, best] / norms[best]
        left = left - np.outer(direction, direction @ left)
    return sorted(chosen)


def newton(system: Any, x: NDArray[np.float64], free: list[int]) -> NDArray[np.float64] | None:
    """Return the solution near x in the coordinates ``free``, by Newton's method, or ``None``."""
    import numpy as np

    for _ in range(50):
        jacobian = system.jacobian(x)[:, free]
        step = np.linalg.lstsq(jacobian, system.value(x), rcond=None)[0]
        x = x.copy()
        x[free] -= step
        if not np.all(np.isfinite(x)) or np.max(np.abs(x)) > 1e8:
            return None
        if np.max(np.abs(step), initial=0.0) < 1e-13 * (1 + np.max(np.abs(x))):
            return x
    return x if np.max(np.abs(system.value(x)), initial=0.0) < 1e-11 else None
