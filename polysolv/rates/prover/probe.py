"""A numerical probe: how small can V be at a given size of one perturbation? An estimate, never a proof."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from polysolv.families.log_symbol import LogSymbol
from polysolv.rates.prover.linear_part import with_constants

if TYPE_CHECKING:
    from collections.abc import Callable

_SIZES = (0.4, 0.28, 0.2, 0.14, 0.1)
_STARTS = 8
_STEPS = 40
_LEAST_WEIGHT = 0.05
_MAX_TERMS = 3_000
_MAX_ATOMS = 3


def probe(log_symbol: LogSymbol, component: str, m: int, seed: int = 0) -> float | None:
    """Return an estimate of the exponent of one component in a cell of m atoms.

    Args:
        log_symbol: K; symbolic constants are set to 1.
        component: the component of δ whose first atom is kept at size ε.
        m: number of atoms, at most 3: a cell of more atoms is hardly searched by local minimisation.
        seed: seed of the random starts.

    Returns:
        the slope of log min V against log ε, V the root of Σ_ℓ P_ℓ², minimised over all other perturbations
        and weights above 0.05/m by a Levenberg–Marquardt method from random starts; ``None`` if the system is
        too large for a probe. Minima are local and ε is not small: take it as a hint.
    """
    if m > _MAX_ATOMS:
        return None
    import numpy as np

    degree = max(2 * m, 2 * max(sum(t.variables) for t in log_symbol.terms))
    residual = _residual(log_symbol, component, m, degree)
    if residual is None:
        return None
    generator = np.random.default_rng(seed)
    free = m * len(log_symbol.perturbations) - 1 + m
    values, best = [], None
    for size in _SIZES:
        starts = [] if best is None else [best]
        for _ in range(_STARTS):
            scale = size ** generator.uniform(0.4, 3, free)
            starts.append(scale * generator.choice([-1.0, 1.0], free))
        found = [_minimise(lambda x, e=size: residual(x, e), start) for start in starts]  # type: ignore[misc]
        value, best = min(found, key=lambda pair: pair[0])
        values.append(value)
    if min(values) < 1e-13:
        return None
    slope = np.polyfit(np.log(_SIZES[1:]), np.log(values[1:]), 1)[0]
    return float(slope)


def _residual(
    log_symbol: LogSymbol, component: str, m: int, degree: int
) -> Callable[[Any, float], Any] | None:
    """Return the map (free unknowns, ε) -> all P_ℓ, the first atom's component being ε."""
    import numpy as np

    from polysolv.systems.expansion import atom_polynomials

    polynomials = atom_polynomials(with_constants(log_symbol), degree)
    if sum(map(len, polynomials.values())) > _MAX_TERMS:
        return None
    names = log_symbol.perturbations
    width = len(names) + len(log_symbol.constants)
    exponents, coefficients, owners = [], [], []
    for owner, polynomial in enumerate(polynomials.values()):
        for monomial, coefficient in polynomial.items():
            row = [0] * width
            for i, e in monomial:
                row[i] = e
            exponents.append(row)
            coefficients.append(float(coefficient))
            owners.append(owner)
    powers = np.array(exponents, dtype=np.int64)
    scale = np.array(coefficients)
    gather = np.zeros((len(polynomials), len(owners)))
    gather[owners, range(len(owners))] = scale
    place = names.index(component)
    largest = int(powers.max())

    def residual(free: Any, size: float) -> Any:
        atoms = np.ones((m, width))
        flat = np.insert(free[: m * len(names) - 1], place, size)
        atoms[:, : len(names)] = flat.reshape(m, len(names))
        raw = np.exp(np.clip(free[m * len(names) - 1 :], -5, 5))
        weights = _LEAST_WEIGHT / m + (1 - _LEAST_WEIGHT) * raw / raw.sum()
        table = atoms[:, :, None] ** np.arange(largest + 1)
        columns = np.arange(width)
        monomials = table[:, columns, powers].prod(axis=2)
        return gather @ (weights @ monomials)

    return residual


def _minimise(residual: Callable[[Any], Any], start: Any) -> tuple[float, Any]:
    """Return (norm, point) of a local minimum of the norm of ``residual`` (Levenberg–Marquardt)."""
    import numpy as np

    point, damping = start.copy(), 1e-3
    value = residual(point)
    norm = float(np.linalg.norm(value))
    for _ in range(_STEPS):
        steps = 1e-7 * np.maximum(1e-2, np.abs(point))
        shifted = [residual(point + h * e) for h, e in zip(steps, np.eye(len(point)), strict=True)]
        jacobian = ((np.array(shifted) - value) / steps[:, None]).T
        normal = jacobian.T @ jacobian
        while damping < 1e9:
            damped = normal + damping * np.diag(np.diag(normal) + 1e-12)
            move = np.linalg.lstsq(damped, -jacobian.T @ value, rcond=None)[0]
            trial = point + move
            at_trial = residual(trial)
            reached = float(np.linalg.norm(at_trial))
            if np.isfinite(reached) and reached < norm and np.abs(trial).max() < 6:
                break
            damping *= 8
        else:
            break
        gain = norm - reached
        point, value, norm, damping = trial, at_trial, reached, damping / 12
        if gain < 1e-9 * norm:
            break
    return norm, point
