"""Whether an end point of random combinations is a zero of every given equation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from polysolv.homotopy.compiled.straightline import Complexes
from polysolv.homotopy.precise.fixed_point import Fixed, FixedHomotopy
from polysolv.polynomials.gaussian_rational import Coefficient, parts
from polysolv.polynomials.generic_system import GenericSystem

_LEAST = 1e-5  # size that a coordinate counts with at least, relative to the largest one (at least 1)
_VANISHES = 1e-12  # relative residual that Gauss and Newton's method reaches at zeros of any multiplicity
_RANK = 1e-13  # singular values below this, relative to the largest, are left out of its steps
_NEAR = 1e-2  # relative to the largest coordinate (at least 1), how far the zero may be
_STEPS, _PATIENCE, _FALL = 60, 6, 0.7  # steps, those in a row without progress, and what progress is


def given_equations(system: GenericSystem, units: Sequence[int], bits: int) -> FixedHomotopy:
    """Return all equations of a system in fixed-point numbers, each divided by its largest coefficient.

    Args:
        system: more equations than unknowns, say.
        units: base-2 logarithms of the units of the unknowns.
        bits: binary places.
    """
    rows = []
    for polynomial in system.equations:
        powers = {m: sum(units[i] * e for i, e in m) for m in polynomial}
        top = max((_exponent(c) + powers[m] for m, c in polynomial.items()), default=0)
        factors = {m: Fraction(2) ** (power - top) for m, power in powers.items()}
        rows.append({m: _times(parts(c), factors[m]) for m, c in polynomial.items()})
    return FixedHomotopy.of(rows, [{} for _ in rows], bits, len(system.unknowns))


def relative_residual(given: FixedHomotopy, x: Sequence[Fixed]) -> float:
    """Return the largest |f_i| relative to the sum of the moduli of its terms.

    Args:
        given: the equations.
        x: a point.
    """
    values, _, _ = given.evaluate(x, 0)
    largest = -math.inf
    for value, size in zip(values, _sizes(given, x), strict=True):
        largest = max(largest, _log2(value, given.bits) - size)
    return float(2.0 ** min(largest, 0.0))


def vanish_near(given: FixedHomotopy, point: Complexes) -> bool:
    """Whether all equations vanish at one point near the given one, which may be a multiple zero.

    Gauss and Newton's method comes to a zero of m times the digits, though by one step after another; where
    there is none, it comes to rest at residuals that no step makes smaller.
    """
    size = max(1.0, float(np.abs(point).max(initial=0.0)))
    if not math.isfinite(size):
        return False
    start = [given.fixed(complex(z)) for z in point]
    x, bits = start, given.bits
    best, idle = math.inf, 0
    for _ in range(_STEPS):
        values, matrix, _ = given.evaluate(x, 0)
        sizes = _sizes(given, x)
        largest = max(_log2(v, bits) - s for v, s in zip(values, sizes, strict=True))
        if largest < math.log2(_VANISHES):
            return True
        idle = 0 if largest < best + math.log2(_FALL) else idle + 1
        best = min(best, largest)
        if idle >= _PATIENCE:
            return False
        # Residuals in units of the largest one, so that doubles hold them.
        right = [_scaled(v, bits, s + largest) for v, s in zip(values, sizes, strict=True)]
        rows = [[_scaled(z, bits, s) for z in row] for row, s in zip(matrix, sizes, strict=True)]
        step = np.linalg.lstsq(np.array(rows), np.array(right), rcond=_RANK)[0]
        x = [_less(z, complex(d), largest, bits) for z, d in zip(x, step, strict=True)]
        moved = [(a - c, b - d) for (a, b), (c, d) in zip(x, start, strict=True)]
        if any(abs(given.number(z)) > _NEAR * size for z in moved):
            return False
    return False


def _sizes(given: FixedHomotopy, x: Sequence[Fixed]) -> list[float]:
    """Base-2 logarithms of the sums of the moduli of the terms."""
    moduli = [_log2(z, given.bits) for z in x]
    least = math.log2(_LEAST) + max(0.0, *moduli)
    moduli = [max(value, least) for value in moduli]
    result = []
    for row in given.terms:
        terms = [_log2(c, given.bits) + sum(moduli[i] * e for i, e in m) for c, _, m in row]
        top = max(terms, default=0.0)
        result.append(top + math.log2(sum(2.0 ** (t - top) for t in terms)) if top > -math.inf else 0.0)
    return result


def _log2(value: Fixed, bits: int) -> float:
    """log2 of the modulus, −∞ for zero."""
    a, b = value
    shift = max(a.bit_length(), b.bit_length()) - 60
    if shift > 0:
        a, b = a >> shift, b >> shift
    return math.log2(math.hypot(a, b)) + max(shift, 0) - bits if a or b else -math.inf


def _scaled(value: Fixed, bits: int, logarithm: float) -> complex:
    """The number divided by 2^logarithm."""
    shift = max(value[0].bit_length(), value[1].bit_length()) - 60
    a, b = (part >> shift if shift > 0 else part for part in value)
    power = max(shift, 0) - bits - logarithm
    return complex(a, b) * 2.0 ** max(power, -1000.0) if power < 900 else 0j


def _less(z: Fixed, change: complex, logarithm: float, bits: int) -> Fixed:
    """z − 2^logarithm · change."""

    def part(value: float) -> int:
        mantissa, exponent = math.frexp(value)
        by = bits + exponent + math.floor(logarithm) - 60
        whole = round(math.ldexp(mantissa * 2.0 ** (logarithm - math.floor(logarithm)), 60))
        return whole << by if by >= 0 else whole >> -by

    return z[0] - part(change.real), z[1] - part(change.imag)


def _exponent(coefficient: Coefficient) -> int:
    re, im = parts(coefficient)
    return max(part.numerator.bit_length() - part.denominator.bit_length() for part in (re, im) if part)


def _times(pair: tuple[Fraction, Fraction], factor: Fraction) -> tuple[Fraction, Fraction]:
    return pair[0] * factor, pair[1] * factor
