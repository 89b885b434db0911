"""A polynomial that vanishes nearly, written with as few terms and as simple rationals as the data allow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

import numpy as np

from polysolv.groebner.vanishing_ideal import Exponents, Generator, dense, monomial_order, sparse
from polysolv.moe.likelihood import Array, Indices
from polysolv.moe.tolerance import Tolerance, monomial_at, monomial_slope
from polysolv.polynomials.algebra import Poly, multiply, power
from polysolv.polynomials.polynomial import add

_MOST_TERMS = 60
_SAMPLE = 400
_MOST_FOR_PAIRS = 20
_NEAR = 0.01


def simple_polynomial(
    tolerance: Tolerance, lead: Exponents, support: Sequence[Exponents]
) -> Generator | None:
    """Return lead + (few simple terms of the support) that vanishes within the tolerance, or ``None``.

    Args:
        tolerance: the covariates and how far each may be moved.
        lead: the leading monomial.
        support: monomials that may occur beside it.

    The terms are those that contribute most to a least-squares fit, as few as do; then each coefficient in
    turn is replaced by the simplest rational within one per cent that lets the others make up for it.
    """
    if len(support) > _MOST_TERMS:
        return None
    n = len(tolerance.X)
    rows = np.random.default_rng(3).permutation(n)[:_SAMPLE]
    with np.errstate(over="ignore", invalid="ignore"):
        trial = _Trial.of(tolerance, rows, [lead, *support])
        if not np.isfinite(trial.values).all():
            return None
        kept = trial.few_terms()
        if kept is None:
            return None
        fixed: dict[int, Fraction] = {}
        for term in kept:
            free = [other for other in kept if other not in fixed]
            value = trial.solve(free, fixed)[free.index(term)]
            for candidate in _simple_numbers(value):
                rest = [other for other in free if other != term]
                attempt = {**fixed, term: candidate}
                if trial.holds({**attempt, **dict(zip(rest, trial.solve(rest, attempt), strict=True))}):
                    fixed = attempt
                    break
            else:
                return None
        everywhere = _Trial.of(tolerance, np.arange(n), [lead, *support])
        if not everywhere.holds(fixed):
            return None
    ordered = sorted(kept, reverse=True)
    return {sparse(lead): Fraction(1), **{sparse(support[i - 1]): -fixed[i] for i in ordered}}


def in_data_units(
    lead: Exponents, scaled: Mapping[Exponents, float], middle: Array, reach: Array
) -> Generator:
    """Return a sum of products of Chebyshev polynomials of (x - middle)/reach as a polynomial in x.

    >>> in_data_units((2,), {(2,): 1.0}, np.zeros(1), np.ones(1))
    {((0, 2),): Fraction(1, 1), (): Fraction(-1, 2)}
    """
    d = len(lead)
    lines: list[Poly] = []
    for j in range(d):
        slope = 1 / Fraction(float(reach[j]))
        lines.append({((j, 1),): slope, (): -slope * Fraction(float(middle[j]))})
    total: Poly = {}
    for monomial, weight in scaled.items():
        term: Poly = {(): Fraction(weight)}
        for j, e in enumerate(monomial):
            if e:
                term = multiply(term, _chebyshev(lines[j], e))
        total = add(total, term)
    top = total[sparse(lead)]
    order = sorted(total, key=lambda monomial: monomial_order(dense(monomial, d)), reverse=True)
    return {monomial: total[monomial] / top for monomial in order}


@dataclass(frozen=True, eq=False)
class _Trial:
    """Values and weighted gradients of monomials (the leading one first) at some rows."""

    tolerance: Tolerance
    rows: Indices
    values: Array
    slopes: dict[int, Array]
    scale: Array

    @staticmethod
    def of(tolerance: Tolerance, rows: Indices, monomials: Sequence[Exponents]) -> _Trial:
        X = tolerance.X[rows]
        pairs = [sparse(monomial) for monomial in monomials]
        values = np.column_stack([monomial_at(X, monomial) for monomial in pairs])
        columns = [j for j in range(X.shape[1]) if any(monomial[j] for monomial in monomials)]
        slopes = {j: np.column_stack([monomial_slope(X, monomial, j) for monomial in pairs]) for j in columns}
        scale = np.abs(values).max(axis=0)
        return _Trial(tolerance, rows, values, slopes, np.where(scale > 0, scale, 1.0))

    def solve(self, free: Sequence[int], fixed: Mapping[int, Fraction]) -> list[float]:
        """Return the coefficients c of lead = sum c s, in least squares, some of them given."""
        if not free:
            return []
        target = self.values[:, 0].copy()
        for term, value in fixed.items():
            target -= float(value) * self.values[:, term]
        columns = list(free)
        design = self.values[:, columns] / self.scale[columns]
        solution = np.linalg.lstsq(design, target, rcond=1e-15)[0] / self.scale[columns]
        return [float(value) for value in solution]

    def holds(self, coefficients: Mapping[int, Fraction | float]) -> bool:
        """Return whether lead - sum c s vanishes within the tolerance of every row."""
        terms = list(coefficients)
        weights = np.array([float(coefficients[term]) for term in terms])
        values = self.values[:, 0] - self.values[:, terms] @ weights
        slopes = {j: slope[:, 0] - slope[:, terms] @ weights for j, slope in self.slopes.items()}
        return self.tolerance.reached(self.rows, values, slopes, scaled=False)

    def few_terms(self) -> list[int] | None:
        """Return the terms to keep, the largest contribution first; ``None`` if even all do not do."""
        everything = list(range(1, self.values.shape[1]))
        for count in range(3 if len(everything) <= _MOST_FOR_PAIRS else 2):
            for few in combinations(everything, count):
                if self.holds(dict(zip(few, self.solve(few, {}), strict=True))):
                    return list(few)
        size = np.abs(self.solve(everything, {})) * self.scale[1:]
        order = [everything[i] for i in np.argsort(-size, kind="stable")]
        for count in range(len(order) + 1):
            kept = order[:count]
            if self.holds(dict(zip(kept, self.solve(kept, {}), strict=True))):
                break
        else:
            return None
        for term in reversed(list(kept)):
            rest = [other for other in kept if other != term]
            if self.holds(dict(zip(rest, self.solve(rest, {}), strict=True))):
                kept = rest
        return kept


def _simple_numbers(value: float) -> Iterator[Fraction]:
    """Yield rationals near a number: small denominators first, then more and more decimal digits."""
    if value == 0 or not np.isfinite(value):
        return
    exact = Fraction(value)
    candidates = [exact.limit_denominator(q) for q in (1, 2, 3, 4, 5, 6, 8, 10, 12)]
    candidates += [Fraction(f"{value:.{digits}g}") for digits in (1, 2, 3, 4, 6, 8, 10, 12, 15, 17)]
    for candidate in dict.fromkeys(candidates):
        if candidate and abs(candidate - exact) <= _NEAR * abs(exact):
            yield candidate


def _chebyshev(line: Poly, degree: int) -> Poly:
    previous, current = power(line, 0), dict(line)
    for _ in range(1, degree):
        previous, current = current, add(multiply(current, {m: 2 * c for m, c in line.items()}), previous, -1)
    return current
