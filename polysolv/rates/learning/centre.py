"""A regular zero of leading parts with positive weights: searched in floating point, boxed in rationals."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from polysolv.families.log_symbol import Exponents
from polysolv.systems.expansion import AtomPolynomial

_STARTS = 24
_STEPS = 60
_LEAST_WEIGHT, _GREATEST = 0.02, 8.0
_REGULAR = 1e-3  # least singular value over the largest, rows scaled
_GRID = 64  # of the coordinates that are fixed
_RADIUS = Fraction(1, 1 << 20)

Array = Any


@dataclass(frozen=True)
class Centre:
    """A box that holds a zero, regular in the ``free`` coordinates.

    Coordinates are numbered: weights 0 … m - 1, then the perturbations of the first atom, of the second, ….

    Args:
        fixed: coordinate -> its value.
        free: the other coordinates, as many as equations.
        centre: their values at the centre of the box.
        radius: half the width of the box.
        preconditioner: an approximate inverse of the Jacobian.
    """

    fixed: dict[int, Fraction]
    free: tuple[int, ...]
    centre: tuple[Fraction, ...]
    radius: Fraction
    preconditioner: tuple[tuple[Fraction, ...], ...]


class _System:
    """Σ_l w_l q_j(δ_l) with derivatives, as arrays."""

    def __init__(self, parts: Mapping[Exponents, AtomPolynomial], m: int, size: int) -> None:
        self.m, self.size, self.count = m, size, len(parts)
        monomials = sorted({monomial for part in parts.values() for monomial in part})
        self.powers = np.zeros((len(monomials), size), dtype=int)
        for i, monomial in enumerate(monomials):
            for s, power in monomial:
                self.powers[i, s] = power
        place = {monomial: i for i, monomial in enumerate(monomials)}
        self.coefficients = np.zeros((len(parts), len(monomials)))
        for j, part in enumerate(parts.values()):
            for monomial, c in part.items():
                self.coefficients[j, place[monomial]] = float(c)

    def __call__(self, point: Array) -> tuple[Array, Array]:
        """Return the values and the Jacobian at a point."""
        weights, atoms = point[: self.m], point[self.m :].reshape(self.m, self.size)
        raised = atoms[:, None, :] ** self.powers
        values = raised.prod(axis=2) @ self.coefficients.T
        jacobian = np.zeros((self.count, point.size))
        jacobian[:, : self.m] = values.T
        for s in range(self.size):
            lowered = raised.copy()
            power = self.powers[:, s]
            lowered[:, :, s] = power * atoms[:, None, s] ** np.maximum(power - 1, 0)
            slope = lowered.prod(axis=2) @ self.coefficients.T
            jacobian[:, self.m + s :: self.size] = (weights[:, None] * slope).T
        return weights @ values, jacobian


def find_centre(
    parts: Mapping[Exponents, AtomPolynomial], m: int, size: int, rng: np.random.Generator, end: float
) -> Centre | None:
    """Return a box around a regular zero of all leading parts, or ``None`` if none was found.

    Args:
        parts: equation -> leading part of its atom polynomial.
        m: number of atoms.
        size: perturbations of an atom.
        rng: of the starts.
        end: time of the monotonic clock at which to give up.
    """
    system = _System(parts, m, size)
    if system.count > m * (1 + size) - 1:
        return None
    for _ in range(_STARTS):
        if time.monotonic() > end:
            return None
        point = np.r_[rng.uniform(0.3, 1.0, m), rng.standard_normal(m * size)]
        end_point = _newton(system, point)
        if end_point is None:
            continue
        _, jacobian = system(end_point)
        rows = jacobian / np.maximum(np.linalg.norm(jacobian, axis=1, keepdims=True), 1e-30)
        singular = np.linalg.svd(rows, compute_uv=False)
        if singular[-1] < _REGULAR * singular[0]:
            continue
        found = _boxed(system, end_point)
        if found is not None:
            return found
    return None


def _newton(system: _System, point: Array) -> Array | None:
    """Return the end of damped least-norm Newton steps, if it is a zero of a reasonable size."""
    m = system.m
    total = np.r_[np.ones(m), np.zeros(point.size - m)]
    values, jacobian = system(point)
    norm = np.linalg.norm(values)
    for _ in range(_STEPS):
        if norm < 1e-13:
            break
        # The weights keep their sum: all values tend to 0 with them.
        step = np.linalg.lstsq(np.vstack([jacobian, total]), np.r_[values, 0.0], rcond=1e-10)[0]
        factor = 1.0
        while factor > 1e-3:
            trial = point - factor * step
            if trial[:m].min() > _LEAST_WEIGHT and np.abs(trial).max() < _GREATEST:
                found = system(trial)
                if np.linalg.norm(found[0]) < norm:
                    break
            factor /= 2.0
        else:
            return None
        point, (values, jacobian) = trial, found
        norm = np.linalg.norm(values)
    return point if norm < 1e-11 and np.abs(point[m:]).max() > 0.1 else None


def _boxed(system: _System, point: Array) -> Centre | None:
    from scipy.linalg import qr

    _, jacobian = system(point)
    _, _, pivots = qr(jacobian, mode="economic", pivoting=True)
    free = np.sort(pivots[: system.count])
    rest = np.setdiff1d(np.arange(point.size), free)
    point = point.copy()
    point[rest] = np.round(point[rest] * _GRID) / _GRID
    for _ in range(_STEPS):
        values, jacobian = system(point)
        square = jacobian[:, free]
        if np.linalg.cond(square) > 1e7:
            return None
        step = np.linalg.solve(square, values)
        point[free] -= step
        if np.abs(step).max() < 1e-15 * np.abs(point).max():
            break
    if not (np.isfinite(point).all() and point[: system.m].min() > _LEAST_WEIGHT / 2):
        return None
    if np.abs(system(point)[0]).max() > 1e-11:
        return None
    inverse = np.linalg.inv(system(point)[1][:, free])
    return Centre(
        {int(i): Fraction(round(point[i] * _GRID), _GRID) for i in rest},
        tuple(int(i) for i in free),
        tuple(Fraction(round(point[i] * 2.0**44), 2**44) for i in free),
        _RADIUS,
        tuple(tuple(Fraction(round(v * 1024), 1024) for v in row) for row in inverse.tolist()),
    )
