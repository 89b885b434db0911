"""From a case to an ideal: linear equations solved, and everything invertible that positivity makes so."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from polysolv.decisions.normal_form import Case
from polysolv.groebner.ideal import Ideal
from polysolv.polynomials.algebra import (
    ONE,
    Poly,
    coefficients_in,
    degree_in,
    multiply,
    power,
    renumber,
    substitute,
    variables,
)
from polysolv.polynomials.polynomial import add

MAX_SUMMED = 4  # weights up to which all subset sums are made invertible


@dataclass(frozen=True)
class Saturated:
    """An ideal whose zeros are those of a case where no subset sum of the weights vanishes.

    Args:
        ideal: in x1 (the inverse), then the unknowns that are left, weights last; x1 is absent if nothing is
            inverted.
        unknowns: names of the variables of the ideal, ``None`` for the inverse.
        solved: (unknown, polynomial in ``case`` variables) for each unknown that was solved for, last first.
        inverted: how many factors were made invertible.
    """

    case: Case
    ideal: Ideal
    unknowns: tuple[str | None, ...]
    solved: tuple[tuple[int, Poly], ...]
    inverted: int

    def complete(self, values: dict[str, Fraction]) -> dict[str, Fraction]:
        """Return values of all unknowns of the case from those of the ideal's variables."""
        point = {self.case.positions[name]: value for name, value in values.items()}
        for unknown, expression in self.solved:
            point[unknown] = substitute(expression, point).get((), Fraction(0))
        return {self.case.unknowns[i]: value for i, value in point.items()}


def saturate(case: Case, factors: Sequence[Poly] | None = None) -> Saturated:
    """Return the ideal of a case.

    Args:
        case: the case.
        factors: what to make invertible with one more variable (Rabinowitsch); by default weights, their
            subset sums (all of them for up to four weights) and the unknown that must not vanish. Where w > 0
            none of these vanishes, so no solution is lost, but the degenerate families of complex solutions
            with cancelling weights are.
    """
    keep = {case.positions[name] for name in case.weights}
    if case.nonzero is not None:
        keep.add(case.positions[case.nonzero])
    equations, solved = _solve_linear([dict(p) for p in case.equations.values()], keep)
    gone = {unknown for unknown, _ in solved}
    left = [i for i in range(len(case.unknowns)) if i not in gone]
    factors = _factors(case) if factors is None else factors
    shift = 1 if factors else 0
    numbers = {i: place + shift for place, i in enumerate(left)}
    generators = [renumber(p, numbers) for p in equations if p]
    if factors:
        product: Poly = {((0, 1),): Fraction(1)}
        for factor in factors:
            product = multiply(product, renumber(factor, numbers))
        generators.append(add(product, ONE, -1))
    names: list[str | None] = [None] * shift
    names += [case.unknowns[i] for i in left]
    return Saturated(
        case, Ideal(len(names), tuple(generators)), tuple(names), tuple(reversed(solved)), len(factors)
    )


def subset_sums(case: Case) -> list[Poly]:
    """Return the sums of subsets of the weights, as polynomials of the case, that are no numbers."""
    known = [case.values[name] for name in case.system.weights if name in case.values]
    weights = [case.positions[name] for name in case.weights]
    terms: list[Poly] = [{((i, 1),): Fraction(1)} for i in weights]
    terms += [{(): value} for value in known]
    sizes: Sequence[int] = range(1, len(terms) + 1) if len(terms) <= MAX_SUMMED else (1, len(terms))
    sums = []
    for size in sizes:
        for chosen in itertools.combinations(terms, size):
            total: Poly = {}
            for term in chosen:
                total = add(total, term)
            if variables(total):
                sums.append(total)
    return sums


def _factors(case: Case) -> list[Poly]:
    factors = subset_sums(case)
    if case.nonzero is not None:
        factors.append({((case.positions[case.nonzero], 1),): Fraction(1)})
    return factors


def _solve_linear(equations: list[Poly], keep: set[int]) -> tuple[list[Poly], list[tuple[int, Poly]]]:
    """Solve equations c·u + B = 0 with a number c ≠ 0 and no u in B, the shortest first, and substitute."""
    solved: list[tuple[int, Poly]] = []
    while True:
        choices = [
            (len(p), number, u)
            for number, p in enumerate(equations)
            for u in variables(p) - keep
            if degree_in(p, u) == 1 and set(coefficients_in(p, u)[1]) == {()}
        ]
        if not choices:
            return equations, solved
        _, number, unknown = min(choices)
        parts = coefficients_in(equations.pop(number), unknown)
        expression = multiply(parts.get(0, {}), {(): -1 / parts[1][()]})
        equations = [q for p in equations if (q := _replace(p, unknown, expression))]
        solved.append((unknown, expression))


def _replace(polynomial: Poly, unknown: int, expression: Poly) -> Poly:
    total: Poly = {}
    for exponent, coefficient in coefficients_in(polynomial, unknown).items():
        total = add(total, multiply(coefficient, power(expression, exponent)))
    return total
