"""Units for unknowns and equations: powers of two that bring all coefficients near 1."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from polysolv.homotopy.compiled.straightline import Floats
from polysolv.polynomials.gaussian_rational import Coefficient, parts
from polysolv.polynomials.polynomial import ComplexPolynomial, Monomial

_ROUNDS = 30
_LARGE = 100_000  # entries of a matrix whose least-squares problem would take longer than most paths
_UNBALANCED = 14.0  # bits between the sizes of coefficients of one equation, in the best units
_WORTHWHILE = 0.75  # the units as given mean something: they are only left for much better ones


class Scaling(NamedTuple):
    """x_i = 2^unknowns[i] · y_i; equation j is multiplied by 2^equations[j]: exact, by powers of two."""

    unknowns: tuple[int, ...]
    equations: tuple[int, ...]

    def apply(self, polynomials: Sequence[ComplexPolynomial]) -> list[dict[Monomial, Coefficient]]:
        """Return the polynomials in the scaled unknowns."""
        result, factors = [], dict[int, Fraction]()
        for polynomial, shift in zip(polynomials, self.equations, strict=True):
            scaled = {}
            for monomial, coefficient in polynomial.items():
                power = shift + sum(self.unknowns[i] * e for i, e in monomial)
                if power not in factors:
                    factors[power] = Fraction(2) ** power
                scaled[monomial] = coefficient * factors[power] if power else coefficient
            result.append(scaled)
        return result


def find_scaling(polynomials: Sequence[ComplexPolynomial], unknowns: int) -> Scaling:
    """Choose units that bring most coefficients near 1 (after Morgan 1987, SCLGEN).

    Minimises the sum of the moduli of log2|coefficient| over all terms, with a mild pull towards no scaling.
    Squares in place of moduli would let one tiny coefficient, a perturbation, spoil the units of all others.

    >>> find_scaling([{((0, 2),): Fraction(10) ** 12, (): Fraction(-1)}], 1).unknowns
    (-20,)
    """
    # Linear equations are solved exactly, in any units.
    linear = all(len(m) < 2 and all(e == 1 for _, e in m) for row in polynomials for m in row)
    chosen = [0] * unknowns if linear else _units(polynomials, unknowns)
    shifts = []
    for polynomial in polynomials:
        largest = max(_log2(c) + sum(chosen[i] * e for i, e in m) for m, c in polynomial.items())
        shifts.append(-round(largest))
    return Scaling(tuple(chosen), tuple(shifts))


def is_unbalanced(rows: Sequence[Mapping[Monomial, tuple[complex, complex]]]) -> bool:
    """Whether coefficients of one equation differ so much that no common units serve all solutions.

    >>> is_unbalanced([{((0, 1),): (1e9 + 0j, 0j), (): (1 + 0j, 0j)}])
    True
    """
    sizes = [[abs(c) for c, _ in row.values()] for row in rows if row]
    # Numbers too small for doubles are zero here.
    return any(not min(row) or math.log2(max(row)) - math.log2(min(row)) > _UNBALANCED for row in sizes)


def _units(polynomials: Sequence[ComplexPolynomial], unknowns: int) -> list[int]:
    rows, right = [], []
    for j, polynomial in enumerate(polynomials):
        for monomial, coefficient in polynomial.items():
            row = np.zeros(unknowns + len(polynomials))
            for i, exponent in monomial:
                row[i] = exponent
            row[unknowns + j] = 1.0
            rows.append(row)
            right.append(-_log2(coefficient))
    if max((abs(value) for value in right), default=0.0) <= 2.0:
        return [0] * unknowns
    matrix, logarithms = np.array(rows), np.array(right)
    solution = np.round(_least_moduli(matrix, logarithms))
    as_given = _spread(matrix, logarithms, np.zeros(unknowns))
    better = _spread(matrix, logarithms, solution[:unknowns]) < _WORTHWHILE * as_given
    return [int(value) for value in solution[:unknowns]] if better else [0] * unknowns


def _least_moduli(matrix: Floats, right: Floats) -> Floats:
    """A minimum of Σ|matrix·x − right| by least squares with weights, and a mild pull towards zero."""
    pull = 1e-3 * np.eye(matrix.shape[1])
    weights = np.ones(len(right))
    solution: Floats = np.zeros(matrix.shape[1])
    for _ in range(_ROUNDS):
        before = solution
        weighted, goal = matrix * weights[:, None], right * weights
        if matrix.size < _LARGE:
            system = np.vstack([weighted, pull])
            goal = np.append(goal, np.zeros(len(pull)))
            solution = np.asarray(np.linalg.lstsq(system, goal, rcond=None)[0])
        else:
            # The normal equations: positive definite thanks to the pull, and accurate enough to be rounded.
            solution = np.asarray(np.linalg.solve(weighted.T @ weighted + pull**2, weighted.T @ goal))
        if np.abs(solution - before).max() < 0.05:
            break
        # Residuals below one power of two need no further weight.
        weights = 1 / np.sqrt(np.maximum(np.abs(matrix @ solution - right), 1.0))
    return solution


def _spread(matrix: Floats, right: Floats, units: Floats) -> float:
    """Σ|log2 of the scaled coefficients| for given units of the unknowns and the best of the equations."""
    logarithms = matrix[:, : len(units)] @ units - right
    equations = matrix[:, len(units) :].astype(bool).T
    return float(sum(_distance_to_median(np.sort(logarithms[own])) for own in equations))


def _distance_to_median(values: Floats) -> Floats:
    """Σ|v − median| of ascending numbers: those above the middle less those below."""
    half = len(values) // 2
    return np.asarray(values[len(values) - half :].sum() - values[:half].sum())


def log2_modulus(real: Fraction, imaginary: Fraction) -> float:
    """Return the base-2 logarithm of a complex number's modulus, which doubles need not hold.

    >>> log2_modulus(Fraction(0), Fraction(1, 2**2000))
    -2000.0
    """
    if real and imaginary:
        return log2_modulus(real * real + imaginary * imaginary, Fraction(0)) / 2
    value = real or imaginary
    return math.log2(abs(value.numerator)) - math.log2(value.denominator)


def _log2(value: Coefficient) -> float:
    return log2_modulus(*parts(value))
