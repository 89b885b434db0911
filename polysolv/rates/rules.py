"""Exponents of a log-symbol by the rules P1 and P2."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from polysolv.families.factorisations import square_factorisations
from polysolv.families.log_symbol import Exponents, LogSymbol


class RuleExponent(NamedTuple):
    """An exponent that a rule proves exactly, for one perturbation component.

    Attributes:
        exponent: κ with |δ|^κ ≲ V, which an explicit arc attains.
        rule: ``"P1"``, ``"P2"`` or ``"exactly fitted"``.
        needs_exactly_fitted: whether the proof asks for an exactly fitted cell next to this one.
    """

    exponent: Fraction
    rule: str
    needs_exactly_fitted: bool


def exponents_by_rules(log_symbol: LogSymbol, m: int) -> dict[str, RuleExponent]:
    """Return the exponent of every component that the rules decide, in a cell of m atoms.

    Args:
        log_symbol: a K that is linear in the perturbations, whose monomials are independent functions of x
            and whose perturbations range over full neighbourhoods of zero.
        m: cell size. For m = 1 every exponent is 1 (first-order independence).

    Returns:
        component -> exponent; components that no rule decides are left out.

    Source: theory page §4, "Rules for any log-symbol". The arcs that attain them: the Gauss–Hermite one for
    P2, the ± split of the component alone for P1, whose distance is cosh(ηs) − 1 = O(η²).

    >>> from polysolv.families import get
    >>> found = exponents_by_rules(get("softmax-gaussian").log_symbol, 3)
    >>> {name: str(rule.exponent) for name, rule in found.items()}
    {'b': '6', 'sigma': '3', 'beta1': '2', 'a': '2'}
    """
    if m == 1:
        return {name: RuleExponent(Fraction(1), "exactly fitted", False) for name in log_symbol.perturbations}
    found = _by_p2(log_symbol, m)
    while True:
        new = {
            name: rule
            for name in log_symbol.perturbations
            if name not in found and (rule := _by_p1(log_symbol, name, found)) is not None
        }
        if not new:
            return found
        found.update(new)


def _by_p2(log_symbol: LogSymbol, m: int) -> dict[str, RuleExponent]:
    """P2: s and s² are symbols and no other symbol divides a power of s."""
    found = {}
    names = {monomial: name for name, (_, monomial) in log_symbol.symbols.items()}
    for monomial, name in names.items():
        square = tuple(2 * e for e in monomial)
        others = [other for other in names if other not in (monomial, square)]
        if square in names and not any(_divides_power(other, monomial) for other in others):
            gate = _is_gate(log_symbol, monomial)
            found[name] = RuleExponent(Fraction(2 * m), "P2", gate)
            found[names[square]] = RuleExponent(Fraction(m), "P2", gate)
    return found


def _by_p1(log_symbol: LogSymbol, name: str, known: dict[str, RuleExponent]) -> RuleExponent | None:
    """P1: every other factorisation of s² is dominated, given the exponents known so far."""
    names = list(log_symbol.symbols)
    position = names.index(name)
    gate = _is_gate(log_symbol, log_symbol.symbols[name][1])
    for powers in square_factorisations(log_symbol, name):
        p = powers[position]
        if p == 2 and sum(powers) == 2:
            continue
        others = [(other, e) for other, e in zip(names, powers, strict=True) if e and other != name]
        decided = [(known[other], e) for other, e in others if other in known]
        top, bottom = 0, 1  # of Σ e/κ; adding fractions one by one takes several times as long
        for rule, e in decided:
            kappa = rule.exponent
            top, bottom = top * kappa.numerator + e * kappa.denominator * bottom, bottom * kappa.numerator
        dominated = 2 * top >= (2 - p) * bottom if p < 2 else top > 0 or p > 2
        if not dominated:
            return None
        gate = gate or any(rule.needs_exactly_fitted for rule, _ in decided)
    return RuleExponent(Fraction(2), "P1", gate)


def _divides_power(symbol: Exponents, base: Exponents) -> bool:
    return all(b > 0 for s, b in zip(symbol, base, strict=True) if s)


def _is_gate(log_symbol: LogSymbol, monomial: Exponents) -> bool:
    return not any(monomial[len(log_symbol.covariates) :])
