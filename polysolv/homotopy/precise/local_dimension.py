"""The dimension of a solution set at a point: whether hyperplanes beside the point meet the set near it."""

from __future__ import annotations

import math

import numpy as np

from polysolv.homotopy.compiled.straightline import Complexes, Floats
from polysolv.homotopy.precise.fixed_point import Fixed, FixedHomotopy, largest

# Distances of the hyperplanes from the point, relative to its largest coordinate (at least 1). A set that
# comes near the point is met beside it, too, by all that are further off; one through the point is by each.
_AWAY = (0.03, 1e-4, 1e-8, 1e-12)
_KNOWN = 100.0  # times the error of the point that a distance has to be, at least
_NEAR = 40.0  # in units of that distance, how far the set may be met
_FREE = 1e-5  # singular values below this, relative to the largest, are those of directions to try
_RANK = 1e-9  # singular values below this, relative to the largest, are left out of Newton steps
_TRIES = 6
_STEPS = 90
_PATIENCE = 6  # steps in a row without progress
_FALL = 0.7  # what steps must make of the residual
_SLOW = 0.97  # what each step must be of the one before, on the way to a multiple zero
_POLISH = 60  # bits by which the point's error should be below its size
_SMALL = 40  # bits by which corrections and residuals must have become smaller in the end


def local_dimension(target: FixedHomotopy, point: Complexes, seed: int = 0) -> int:
    """Return the dimension of the zero set of a target at a point that is nearly on it, 0 if it is isolated.

    Args:
        target: n equations in n unknowns at s = 0, in many digits.
        point: coordinates, in units in which they are near 1 or below.
        seed: of the random hyperplanes.

    A set of dimension k or more through the point meets k general hyperplanes beside it at distances
    proportional to theirs, singular or not: near the point it is its tangent cone. A set that only comes
    near is not met so by hyperplanes that are closer than it. An isolated zero, multiple or not, leaves
    residuals that no Newton step makes smaller. Gauss and Newton's method, its residuals computed with all
    digits, tells these apart even where the set is multiple itself.
    """
    generator = np.random.default_rng((1, seed))
    n = len(point)
    size = max(1.0, float(np.abs(point).max(initial=0.0)))
    centre, error = _polished(target, [target.fixed(complex(z)) for z in point], size)
    distances = [size * away for away in _AWAY if away == _AWAY[0] or size * away > _KNOWN * error]
    dimension = 0
    while dimension < n and all(
        any(_meets(target, centre, distance, dimension + 1, generator) for _ in range(_TRIES))
        for distance in distances
    ):
        dimension += 1
    return dimension


def _polished(target: FixedHomotopy, start: list[Fixed], size: float) -> tuple[list[Fixed], float]:
    """The zero that Gauss and Newton's method comes to, and its error; the start and ∞ if there is none."""
    x, before, idle = start, math.inf, 0
    for _ in range(_STEPS):
        right, scaled = _linearised(target, x)
        step, whole = _step(right, scaled)
        if whole is None:
            return x, 0.0
        length = math.log2(max(float(np.abs(step).max(initial=0.0)), 1e-300)) + whole
        x = [_plus(z, -complex(d), target.bits, whole) for z, d in zip(x, step, strict=True)]
        if _distance(target, x, start) > _AWAY[0] * size:
            break
        # At a zero of multiplicity m each error is 1 − 1/m of the one before.
        ratio = 2.0 ** min(length - before, 0.0)
        error = 2.0 ** max(length, -1000.0) * ratio / max(1.0 - ratio, 1e-3)
        if before < math.inf and error < size * 2.0**-_POLISH:
            return x, error
        idle = 0 if length < before + math.log2(_SLOW) else idle + 1
        if idle >= _PATIENCE:
            break
        before = length
    else:
        return x, error
    return start, math.inf


def _meets(
    target: FixedHomotopy, centre: list[Fixed], size: float, planes: int, generator: np.random.Generator
) -> bool:
    """Whether random hyperplanes at this distance from the point meet the zero set near it."""
    n, bits = len(centre), target.bits
    normals = np.linalg.qr(_random(generator, (n, planes)))[0].conj().T
    shifts = size * np.exp(2j * np.pi * generator.random(planes))
    inside = np.linalg.svd(normals)[2][planes:].conj().T  # directions within the hyperplanes
    # Begin in directions in which the equations change least.
    _, scaled = _linearised(target, centre)
    _, values, vectors = np.linalg.svd(scaled)
    count = max(planes, int((values < _FREE * max(float(values.max(initial=0.0)), 1e-300)).sum()))
    free = vectors[n - count :].conj().T
    free = free @ np.linalg.qr(_random(generator, (count, count)))[0][:, :planes]
    move = free @ np.linalg.lstsq(normals @ free, shifts, rcond=None)[0]
    if np.abs(move).max() > _NEAR * size:
        return False
    x = [_plus(z, complex(d), bits) for z, d in zip(centre, move, strict=True)]
    idle, best = 0, math.inf
    for _ in range(_STEPS):
        right, scaled = _linearised(target, x)
        step, whole = _step(right, scaled, inside)
        if whole is None:
            return True
        length = math.log2(max(float(np.abs(step).max()), 1e-300)) + whole
        if max(length, whole - _SMALL) < math.log2(size) - _SMALL:
            return whole < math.log2(size) - _SMALL / 2
        x = [_plus(z, -complex(d), bits, whole) for z, d in zip(x, step, strict=True)]
        if _distance(target, x, centre) > _NEAR * size:
            return False
        idle = 0 if whole < best + math.log2(_FALL) else idle + 1
        best = min(best, whole)
        if idle >= _PATIENCE:
            return False
    return False


def _step(
    right: list[tuple[complex, int]], scaled: Complexes, inside: Complexes | None = None
) -> tuple[Complexes, int | None]:
    """The step of least squares in units of 2^exponent, and the exponent; ``None`` if all values vanish."""
    exponent = max((math.frexp(abs(v))[1] + e for v, e in right if v), default=-math.inf)
    if exponent == -math.inf:
        return np.zeros(scaled.shape[1], np.complex128), None
    whole = int(exponent)
    values = np.array([complex(v) * 2.0 ** max(e - whole, -1000) if v else 0j for v, e in right])
    if inside is None:
        return np.asarray(np.linalg.lstsq(scaled, values, rcond=_RANK)[0]), whole
    return np.asarray(inside @ np.linalg.lstsq(scaled @ inside, values, rcond=_RANK)[0]), whole


def _distance(target: FixedHomotopy, x: list[Fixed], y: list[Fixed]) -> float:
    """The largest real or imaginary part of a difference."""
    gap = largest([(a - c, b - d) for (a, b), (c, d) in zip(x, y, strict=True)])
    shift = max(gap.bit_length() - 60, 0)
    return math.ldexp(gap >> shift, min(shift - target.bits, 900))


def _linearised(target: FixedHomotopy, x: list[Fixed]) -> tuple[list[tuple[complex, int]], Complexes]:
    """Values and Jacobian, each row divided by its Jacobian's size; the values as (mantissa, exponent)."""
    values, matrix, _ = target.evaluate(x, 0)
    right: list[tuple[complex, int]] = []
    rows = []
    for (re, im), row in zip(values, matrix, strict=True):
        top = largest(row)
        if not top:
            rows.append([0j] * len(row))
            right.append((0j, 0))
            continue
        rows.append([complex(a / top, b / top) for a, b in row])
        shift = max(re.bit_length(), im.bit_length()) - 60
        short = complex(re >> shift, im >> shift) if shift > 0 else complex(re << -shift, im << -shift)
        lower = top.bit_length() - 60
        divisor = float(top >> lower) if lower > 0 else float(top << -lower)
        right.append((short / divisor, shift - lower))
    return right, np.array(rows, np.complex128)


def _plus(z: Fixed, change: complex, bits: int, exponent: int = 0) -> Fixed:
    def part(value: float) -> int:
        numerator = round(math.ldexp(value, 60))
        by = bits + exponent - 60
        return numerator << by if by >= 0 else numerator >> -by

    return z[0] + part(change.real), z[1] + part(change.imag)


def _random(generator: np.random.Generator, shape: tuple[int, int]) -> Complexes | Floats:
    return np.asarray(generator.standard_normal(shape) + 1j * generator.standard_normal(shape))
