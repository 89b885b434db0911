"""Positivity alone: sums of squares, scaling, centring, and what then follows by solving linear equations.

An equation A(w)·u + B = 0 whose A has coefficients of one sign can be solved for u, as A ≠ 0 where w > 0
(centring, Σ w_l b_l = 0, is the first of them). If an equation in the weights alone is left whose
coefficients all have one sign, there is no solution; if no equation is left, every choice of the weights
gives one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from polysolv.decisions.normal_form import Case, Reduced, reduce_system, restricted_cases
from polysolv.decisions.proofs import accepted, solvable_at, unsolvable
from polysolv.decisions.verdict import PROVED, Verdict, undecided
from polysolv.polynomials.algebra import (
    ONE,
    Poly,
    coefficients_in,
    degree_in,
    multiply,
    one_sign,
    primitive,
    substitute,
    variables,
)
from polysolv.polynomials.polynomial import add

if TYPE_CHECKING:
    from polysolv.certificates import Certificate
    from polysolv.groebner.budget import Budget
    from polysolv.polynomials.polynomial import Index
    from polysolv.systems import PolynomialSystem

METHOD = "positivity"
_MAX_TERMS = 2_000  # of an equation; more will not come out by hand
_MAX_POLYA = 30


@dataclass(frozen=True)
class Derived:
    """A polynomial of the ideal with its cofactors: ``polynomial = Σ cofactors[i] · f_i``."""

    polynomial: Poly
    cofactors: dict[Index, Poly]

    def combine(self, factor: Poly, other: Derived, other_factor: Poly) -> Derived:
        """Return ``factor · self − other_factor · other``, scaled to coprime integer coefficients."""
        polynomial = add(multiply(factor, self.polynomial), multiply(other_factor, other.polynomial), -1)
        cofactors = {index: multiply(factor, c) for index, c in self.cofactors.items()}
        for index, cofactor in other.cofactors.items():
            cofactors[index] = add(cofactors.get(index, {}), multiply(other_factor, cofactor), -1)
        return Derived(polynomial, cofactors).scaled()

    def scaled(self) -> Derived:
        """Return the multiple with coprime integer coefficients."""
        if not self.polynomial:
            return Derived({}, {})
        small = primitive(self.polynomial)
        monomial = next(iter(small))
        factor: Poly = {(): small[monomial] / self.polynomial[monomial]}
        return Derived(small, {index: multiply(factor, c) for index, c in self.cofactors.items()})


def decide_by_positivity(system: PolynomialSystem, limits: Budget) -> Verdict:
    """Decide a system by positivity arguments alone.

    Args:
        system: any system.
        limits: deadline; the reductions found are logged.

    Returns:
        UNSOLVABLE with a sum of squares or a positive eliminant as certificate, SOLVABLE with a rational
        point, or UNDECIDED.

    >>> from polysolv import build_system, decide
    >>> decide(build_system("location-scale-gaussian", 2, 4), "positivity").evidence
    'PROVED'
    """
    reduced = reduce_system(system)
    log_reductions(reduced, limits)
    if (verdict := forced(system, reduced, METHOD)) is not None:
        return verdict
    states = [(case, _eliminate(case, limits)) for case in reduced.cases]
    for case, state in states:
        for tried in (case, *restricted_cases(case)):
            verdict = _solution(tried, state if tried is case else _eliminate(tried, limits))
            if verdict is not None:
                return verdict
    eliminants = [positive_eliminant(case, state) for case, state in states]
    if all(found is not None for found in eliminants):
        case, eliminant = states[0][0], eliminants[0]
        assert eliminant is not None
        reason = "an equation in the weights alone has positive coefficients"
        single = len(states) == 1 and case.citable
        return unsolvable(METHOD, reason, (lambda: _certificate(case, eliminant)) if single else None)
    return undecided(METHOD, "reductions and linear equations leave equations that are not linear")


def certify_unsolvable(verdict: Verdict, reduced: Reduced, limits: Budget) -> Verdict:
    """Return an UNSOLVABLE verdict with a certificate, PROVED, if linear algebra finds one quickly."""
    if len(reduced.cases) != 1 or not reduced.cases[0].citable:
        return verdict
    case = reduced.cases[0]
    found = positive_eliminant(case, _eliminate(case, limits.within(2.0)))
    certificate = accepted(lambda: _certificate(case, found)) if found is not None else None
    if certificate is None:
        return verdict
    reason = f"{verdict.reason}; positive eliminant found by linear elimination"
    return replace(verdict, evidence=PROVED, certificate=certificate, reason=reason)


def forced(system: PolynomialSystem, reduced: Reduced, method: str) -> Verdict | None:
    """Return UNSOLVABLE if sums of squares alone say so, else ``None``."""
    if reduced.contradiction is not None:
        index = reduced.contradiction
        reason = f"equation {list(index)} is a positive sum"
        return unsolvable(method, reason, lambda: _contradiction(system, reduced, index))
    if not reduced.cases:
        reason = f"sums of squares force {', '.join(reduced.dropped)} to zero"
        return unsolvable(method, reason, lambda: _forced_certificate(system, reduced))
    return None


def log_reductions(reduced: Reduced, limits: Budget) -> None:
    """Write the reductions into the log of a method."""
    limits.log["dropped"] = {component: list(index) for component, index in reduced.dropped.items()}
    limits.log["steps"] = [dict(step) for step in reduced.cases[0].steps] if reduced.cases else []
    limits.log["cases"] = len(reduced.cases)
    if reduced.cases:
        limits.log["unknowns"] = max(len(case.unknowns) for case in reduced.cases)


def _contradiction(system: PolynomialSystem, reduced: Reduced, index: Index) -> Certificate | None:
    """Certify an equation that is a number, or a polynomial in the weights, plus squares."""
    from polysolv.certificates import identity_certificate

    polynomial = system.equations[index]
    weights = {i for i, name in enumerate(system.unknowns) if name in system.weights}
    steps = [{"step": "drop", "component": c, "index": list(i)} for c, i in reduced.dropped.items()]
    if variables(polynomial) <= weights:
        return identity_certificate(system, "positive-eliminant", {index: {(): 1}}, steps=steps)
    constant = polynomial.get((), Fraction(0))
    if not constant or reduced.dropped:
        return None
    squares = [
        (
            value / constant,
            {system.unknowns[i]: e for i, e in monomial if i in weights},
            {tuple((system.unknowns[i], e // 2) for i, e in monomial if i not in weights): Fraction(1)},
        )
        for monomial, value in polynomial.items()
        if monomial
    ]
    return identity_certificate(system, "positivstellensatz", {index: {(): 1 / constant}}, squares)


def _forced_certificate(system: PolynomialSystem, reduced: Reduced) -> Certificate | None:
    """Certify that every component of the non-triviality clause is dropped."""
    if system.family is not None and system.m is not None and system.degree is not None:
        from polysolv.certificates import FamilySystem, unsolvable_side

        return unsolvable_side(FamilySystem(system.family, system.m, system.degree))
    from polysolv.certificates import identity_certificate

    steps = [{"step": "drop", "component": c, "index": list(i)} for c, i in reduced.dropped.items()]
    return identity_certificate(system, "positivstellensatz", {}, steps=steps)


@dataclass(frozen=True)
class State:
    """What is left after elimination: solved equations in order, and the others."""

    solved: tuple[tuple[int, Derived], ...]
    rest: tuple[Derived, ...]


def _eliminate(case: Case, limits: Budget) -> State:
    """Solve linear equations with coefficients of one sign, simplest first, as long as there are some."""
    weights = {case.positions[name] for name in case.weights}
    rest = [Derived(dict(p), {index: dict(ONE)}).scaled() for index, p in case.equations.items()]
    solved: list[tuple[int, Derived]] = []
    while limits.left():
        choices = [
            (len(head), len(f.polynomial), i, u, head)
            for i, f in enumerate(rest)
            for u in sorted(variables(f.polynomial) - weights)
            if degree_in(f.polynomial, u) == 1
            and variables(head := coefficients_in(f.polynomial, u)[1]) <= weights
            and one_sign(head.values())
        ]
        if not choices:
            break
        _, _, i, unknown, head = min(choices, key=lambda choice: choice[:4])
        pivot = rest.pop(i)
        solved.append((unknown, pivot))
        reduced = [_reduce(f, pivot, unknown, head) for f in rest]
        rest = [f for f in reduced if f.polynomial]
        if any(len(f.polynomial) > _MAX_TERMS for f in rest):
            break
    return State(tuple(solved), tuple(rest))


def _reduce(f: Derived, pivot: Derived, unknown: int, head: Poly) -> Derived:
    """Remove ``unknown`` from f by pseudo-division by the pivot ``head · unknown + …``."""
    while degree := degree_in(f.polynomial, unknown):
        lead = coefficients_in(f.polynomial, unknown)[degree]
        shift: Poly = {((unknown, degree - 1),): Fraction(1)} if degree > 1 else dict(ONE)
        f = f.combine(head, pivot, multiply(lead, shift))
    return f


def positive_eliminant(case: Case, state: State) -> Derived | None:
    """Return a polynomial of the ideal in the weights alone with coefficients of one sign, if there is one.

    In one weight w, a polynomial positive for w > 0 gets positive coefficients by a factor (1 + w)^N (Pólya).
    """
    weights = {case.positions[name] for name in case.weights}
    for f in state.rest:
        left = variables(f.polynomial)
        if not left <= weights:
            continue
        for _ in range(_MAX_POLYA if len(left) == 1 else 1):
            if one_sign(f.polynomial.values()):
                return f
            factor: Poly = {**ONE, **{((i, 1),): Fraction(1) for i in left}}
            f = f.combine(factor, Derived({}, {}), {})
    return None


def _certificate(case: Case, eliminant: Derived) -> Certificate | None:
    from polysolv.certificates import identity_certificate

    sign = one_sign(eliminant.polynomial.values())
    return identity_certificate(
        case.system,
        "positive-eliminant",
        {index: named(case, cofactor, sign) for index, cofactor in eliminant.cofactors.items() if cofactor},
        steps=case.steps,
    )


def named(case: Case, polynomial: Poly, factor: int | Fraction = 1) -> dict[tuple[tuple[str, int], ...], Any]:
    """Return a polynomial of a case by the names of its unknowns, times a number."""
    return {
        tuple((case.unknowns[i], e) for i, e in monomial): factor * value
        for monomial, value in polynomial.items()
    }


def _solution(case: Case, state: State) -> Verdict | None:
    """Return SOLVABLE if all equations were solved: set the weights to 1, the other free unknowns to 0."""
    if state.rest:
        return None
    weights = {case.positions[name] for name in case.weights}
    point = {i: Fraction(i in weights or name == case.nonzero) for i, name in enumerate(case.unknowns)}
    for unknown, pivot in reversed(state.solved):
        others = {i: value for i, value in point.items() if i != unknown}
        parts = coefficients_in(pivot.polynomial, unknown)
        tail = substitute(parts.get(0, {}), others).get((), Fraction(0))
        point[unknown] = -tail / substitute(parts[1], others)[()]
    values = case.complete({name: point[i] for i, name in enumerate(case.unknowns)})
    return solvable_at(case.system, values, METHOD, "linear equations solved at equal weights")
