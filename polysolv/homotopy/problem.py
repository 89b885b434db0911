"""A system made ready for tracking: square, scaled, homogenised, in floating point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

import numpy as np

from polysolv.homotopy.compiled.straightline import Complexes, Floats, Program, Support, compile_program
from polysolv.homotopy.scaling import Scaling, find_scaling, log2_modulus
from polysolv.polynomials.gaussian_rational import parts
from polysolv.polynomials.generic_system import GenericSystem, degree_of, total_degree
from polysolv.polynomials.polynomial import ComplexPolynomial, Monomial

Coefficients = Mapping[Monomial, complex]

_ROUNDING = 1e-12  # relative to the largest coordinate, what a coordinate that is zero may come out as


@dataclass(frozen=True)
class Problem:
    """The square polynomial system that is tracked, and the way back to the user's.

    Args:
        unknowns: number n of unknowns.
        exact: n polynomials, their complex coefficients as pairs of fractions.
        scaling: units of the unknowns.
        slices: number of random hyperplanes that were added (fewer equations than unknowns).
        combined: whether equations were replaced by random combinations (more equations than unknowns).
    """

    unknowns: int
    exact: tuple[dict[Monomial, tuple[Fraction, Fraction]], ...]
    scaling: Scaling
    slices: int
    combined: bool

    @cached_property
    def rows(self) -> tuple[dict[Monomial, tuple[complex, complex]], ...]:
        """The polynomials with (high, low) double-double pairs as coefficients."""
        return tuple({m: _split(*c) for m, c in row.items()} for row in self.exact)

    @property
    def degrees(self) -> list[int]:
        """Total degree of each equation."""
        return [max(degree_of(monomial) for monomial in row) for row in self.exact]

    def in_units(self, units: Sequence[int]) -> Problem:
        """Return the problem with x_i = 2^units[i] · y_i, the largest coefficients of each row near 1."""
        change = [new - old for new, old in zip(units, self.scaling.unknowns, strict=True)]
        rows, shifts = [], []
        for row, shift in zip(self.exact, self.scaling.equations, strict=True):
            powers = {monomial: sum(change[i] * e for i, e in monomial) for monomial in row}
            top = max(log2_modulus(*c) + powers[monomial] for monomial, c in row.items())
            more = -round(top)
            factors = {m: Fraction(2) ** (power + more) for m, power in powers.items()}
            rows.append({m: (re * factors[m], im * factors[m]) for m, (re, im) in row.items()})
            shifts.append(shift + more)
        return replace(self, exact=tuple(rows), scaling=Scaling(tuple(units), tuple(shifts)))


def prepare(system: GenericSystem, rng: np.random.Generator) -> Problem | None:
    """Return the problem, or ``None`` if an equation is a non-zero constant.

    Args:
        system: any system; equations that are identically zero are dropped.
        rng: source of the random hyperplanes and combinations.
    """
    equations: list[ComplexPolynomial] = [polynomial for polynomial in system.equations if polynomial]
    if any(total_degree(polynomial) == 0 for polynomial in equations):
        return None
    n = len(system.unknowns)
    slices = max(0, n - len(equations))
    for _ in range(slices):
        # Real and rational, so that real points of the slice are real points of the solution set.
        numbers = [Fraction(int(value), 64) for value in rng.integers(-128, 129, n + 1)]
        plane: dict[Monomial, Fraction] = {((i, 1),): value for i, value in enumerate(numbers[:n]) if value}
        plane[()] = numbers[n] or Fraction(1)
        equations.append(plane)
    scaling = find_scaling(equations, n)
    scaled = scaling.apply(equations)
    combined = len(scaled) > n
    if combined:
        rows = _combine(scaled, n, rng)
        scaling = Scaling(scaling.unknowns, (0,) * n)  # in these units the combinations are as they are
    else:
        rows = [{m: parts(c) for m, c in polynomial.items()} for polynomial in scaled]
    return Problem(n, tuple(rows), scaling, slices, combined)


def _split(real: Fraction, imaginary: Fraction) -> tuple[complex, complex]:
    high = complex(float(real), float(imaginary))
    return high, complex(_rest(real, high.real), _rest(imaginary, high.imag))


def _rest(value: Fraction, high: float) -> float:
    if high.as_integer_ratio() == (value.numerator, value.denominator):
        return 0.0
    return float(value - Fraction(high))


def _combine(
    rows: Sequence[ComplexPolynomial], n: int, rng: np.random.Generator
) -> list[dict[Monomial, tuple[Fraction, Fraction]]]:
    """n equations of least degrees, each plus random multiples of all those left over.

    The left-over equations are those of the lowest degree, so that no degree grows. The multipliers are
    exact, as rounded coefficients would split multiple solutions.
    """
    ordered = sorted(rows, key=lambda row: -max(degree_of(m) for m in row))
    result = []
    for row in ordered[:n]:
        real = {monomial: parts(c)[0] for monomial, c in row.items()}
        imaginary = {monomial: parts(c)[1] for monomial, c in row.items()}
        for other in ordered[n:]:
            angle = 2 * np.pi * rng.random()
            a, b = (Fraction(round(1024 * float(v)), 1024) for v in (np.cos(angle), np.sin(angle)))
            for monomial, coefficient in other.items():
                x, y = parts(coefficient)
                real[monomial] = real.get(monomial, Fraction(0)) + a * x - b * y
                imaginary[monomial] = imaginary.get(monomial, Fraction(0)) + a * y + b * x
        mixed = {m: (c, imaginary.get(m, Fraction(0))) for m, c in real.items()}
        result.append({m: c for m, c in mixed.items() if any(c)})
    return result


class Tracking(NamedTuple):
    """A compiled homotopy s·G + (1−s)·F, projective unless ``affine``: program and coefficient table."""

    program: Program
    table: Complexes


def linear_homotopy(
    rows: Sequence[Mapping[Monomial, tuple[complex, complex]]], start: Sequence[Coefficients], unknowns: int
) -> Tracking:
    """Compile s·start + (1−s)·rows in projective coordinates; the last coordinate is the homogenising one."""
    supports, target, low, begin = [], [], [], []
    for row, first in zip(rows, start, strict=True):
        degree = max(degree_of(m) for m in (*row, *first))
        support = []
        for monomial in sorted({*row, *first}):
            gap = degree - degree_of(monomial)
            support.append((*monomial, (unknowns, gap)) if gap else monomial)
            high, rest = row.get(monomial, (0j, 0j))
            target.append(high)
            low.append(rest)
            begin.append(first.get(monomial, 0j))
        supports.append(tuple(support))
    program = compile_program(Support(unknowns + 1, tuple(supports)))
    table = np.array([target, low, begin], np.complex128)
    return Tracking(program, table)


def homogeneous(points: Complexes) -> Complexes:
    """Append the coordinate 1 to affine points."""
    return np.hstack([points, np.ones((len(points), 1), np.complex128)])


def look_real(points: Complexes, tol: Floats, fine: np.ndarray) -> np.ndarray:
    """Whether the imaginary parts of each row count as zero.

    Args:
        points: one a row, in units in which coordinates are of size 1 or less unless they are large.
        tol: what an imaginary part may be, relative to the largest coordinate of the row (at least 1).
        fine: rows that are known to all digits of doubles. There an imaginary part also has to be small
            relative to its own coordinate, unless that is smaller than rounding errors may be.

    >>> points = np.array([[1, 1e-9 + 1e-9j], [1, 1e-9 + 1e-14j]])
    >>> look_real(points, np.full(2, 1e-8), np.array([True, True]))
    array([False,  True])
    """
    if not points.size:
        return np.ones(len(points), bool)
    sizes = np.abs(points)
    largest = np.maximum(1.0, sizes.max(axis=1, keepdims=True))
    limits = tol[:, None]
    allowed = np.where(
        fine[:, None], np.maximum(limits * sizes, np.minimum(limits, _ROUNDING) * largest), limits * largest
    )
    return np.asarray((np.abs(points.imag) < allowed).all(axis=1))


def relative_residuals(
    polynomials: Sequence[Coefficients], points: Complexes, units: Floats | float = 1.0
) -> Floats:
    """Largest |f_i| of each row of points, relative to the sum of the moduli of the terms of f_i.

    Coordinates near zero are given some size for the terms, as their own is that of rounding errors.

    >>> relative_residuals([{((0, 1),): 1 + 0j, (): -1 + 0j}], np.array([[3.0 + 0j], [1.0 + 0j]])).tolist()
    [0.5, 0.0]
    """
    worst = np.zeros(len(points))
    top = np.maximum(1.0, np.abs(points / units).max(axis=1, initial=0.0))
    sizes = np.maximum(np.abs(points), 1e-5 * top[:, None] * units)
    for polynomial in polynomials:
        total = np.zeros(len(points), np.complex128)
        size = np.full(len(points), 1e-300)
        for monomial, coefficient in polynomial.items():
            term = np.full(len(points), coefficient, np.complex128)
            bound = np.full(len(points), abs(coefficient))
            for index, exponent in monomial:
                term = term * points[:, index] ** exponent
                bound = bound * sizes[:, index] ** exponent
            total += term
            size += bound
        worst = np.maximum(worst, np.abs(total) / size)
    return worst
