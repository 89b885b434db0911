"""The noun `ExponentBounds` and the verb `exponents`: two-sided statements about every parameter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

from polysolv.display.grid import Grid, show_rate
from polysolv.display.rich_display import DisplayedDict, RichDisplay, Tables
from polysolv.errors import InputError, require_integer
from polysolv.families import Family, resolve
from polysolv.families.log_symbol import LogSymbol
from polysolv.rates.prover.arc import Arc
from polysolv.rates.prover.arc_search import searched_arcs
from polysolv.rates.prover.doubled_node import LARGEST, doubled_node_arcs
from polysolv.rates.prover.dual_changes import changed_log_symbols
from polysolv.rates.prover.linear_part import linear_solution, symbol_table
from polysolv.rates.prover.perturbation_bounds import perturbation_speeds
from polysolv.rates.prover.standard_arcs import gauss_hermite_arcs, split_arc
from polysolv.rates.prover.symbol_bounds import symbol_speeds
from polysolv.rates.prover.trace import Step
from polysolv.rates.prover.two_atoms import two_atom_speeds

MAX_CELL_SIZE = 400
MAX_MONOMIALS = 120
MAX_DEGREE = 64
NOT_IDENTIFIABLE = "not identifiable"
_LARGEST_SEARCHED = 3
_MAX_TERMS_SEARCHED = 20


@dataclass(frozen=True)
class ExponentBounds(RichDisplay):
    """What is proved about the exponent κ of one parameter: the smallest κ with |δ|^κ ≲ V.

    Args:
        name: the parameter.
        lower: κ is at least this; an explicit arc shows it. ``None`` if the parameter is not identifiable: the
            arc changes it and leaves the density as it is.
        upper: κ is at most this, or ``None`` if no rule gives a bound.
        proved: whether lower and upper meet.
        needs_exactly_fitted: whether the upper bound asks for an exactly fitted cell next to this one.
        trace: the steps of both proofs.
        arc: the arc of the lower bound.
    """

    name: str
    lower: Fraction | None
    upper: Fraction | None
    proved: bool
    needs_exactly_fitted: bool
    trace: tuple[Step, ...]
    arc: Arc

    @property
    def status(self) -> str:
        """``"proved"``, ``"bounds"`` or ``"not identifiable"``."""
        if self.lower is None:
            return NOT_IDENTIFIABLE
        return "proved" if self.proved else "bounds"

    def __str__(self) -> str:
        if self.proved or self.lower is None:
            return NOT_IDENTIFIABLE if self.lower is None else str(self.lower)
        return f"[{self.lower}, {'?' if self.upper is None else self.upper}]"

    def _display(self) -> Tables:
        rate = NOT_IDENTIFIABLE if self.lower is None else show_rate(1 / (2 * self.lower))
        if self.status == "bounds":
            rate = f"{'?' if self.upper is None else show_rate(1 / (2 * self.upper))} to {rate}"
        needs = "yes" if self.needs_exactly_fitted else "no"
        row = [self.name, str(self), rate, "-" if self.status == "bounds" else "PROVED", needs, str(self.arc)]
        headers = ["parameter", "exponent", "rate", "evidence", "needs an exactly fitted cell", "arc"]
        return [Grid("exponents, from above and from below", headers, [row])], ()

    def to_data(self) -> dict[str, Any]:
        """Return the statement as JSON data."""
        return {
            "name": self.name,
            "status": self.status,
            "lower": None if self.lower is None else str(self.lower),
            "upper": None if self.upper is None else str(self.upper),
            "proved": self.proved,
            "needs_exactly_fitted": self.needs_exactly_fitted,
            "arc": str(self.arc),
            "trace": [{"claim": s.claim, "rule": s.rule, "reason": s.reason} for s in self.trace],
        }


def exponents(
    family: str | Family = "softmax-gaussian",
    m: int = 2,
    d: int | None = None,
    exactly_fitted: bool = True,
) -> dict[str, ExponentBounds]:
    """Return for each parameter what is proved about its exponent in a cell of m atoms.

    Args:
        family: a family or the name of one.
        m: cell size, 2 to 400 (in a cell of one atom every exponent of an identified parameter is 1).
        d: number of covariates for a family given by name; 1 if left out.
        exactly_fitted: whether some other cell holds one atom; it matters for families with a gate.

    Returns:
        parameter name -> two-sided statement. For a vector parameter: that of its slowest component.

    Raises:
        InputError: if an argument is out of range, or K has more than 120 monomials or a degree above 64.

    The exponent is the smallest κ with |δ|^κ ≲ V for every atom of the cell, all perturbations small and
    weights bounded below; the truth is interior to the parameter space. Upper bounds:
    :mod:`polysolv.rates.prover.symbol_bounds` and :mod:`polysolv.rates.prover.perturbation_bounds`. Lower
    bounds: explicit arcs, substituted exactly.

    >>> found = exponents("softmax-gaussian", 3)
    >>> {name: str(bounds) for name, bounds in found.items()}
    {'beta1': '2', 'a': '2', 'b': '6', 'sigma': '3'}
    """
    resolved = resolve(family, d)
    m = require_integer("m", m, 2, MAX_CELL_SIZE)
    _require_size(resolved.log_symbol)
    by_component = component_exponents(resolved.log_symbol, m)
    result: DisplayedDict[str, ExponentBounds] = DisplayedDict()
    for parameter in resolved.parameters:
        listed = [by_component[component] for component in parameter.components]
        slowest = max(listed, key=lambda b: (b.upper is None, b.upper or 0, b.lower))
        if len(listed) == 1:
            result[parameter.name] = replace(slowest, name=parameter.name)
            continue
        lower = max(listed, key=lambda b: b.lower)
        result[parameter.name] = ExponentBounds(
            parameter.name,
            lower.lower,
            slowest.upper,
            lower.lower == slowest.upper,
            any(b.needs_exactly_fitted for b in listed),
            slowest.trace if lower is slowest else slowest.trace + lower.trace,
            lower.arc,
        )
    return result


def _require_size(log_symbol: LogSymbol) -> None:
    monomials = {t.variables for t in log_symbol.terms}
    if len(monomials) > MAX_MONOMIALS or max(map(sum, monomials)) > MAX_DEGREE:
        allowed = f"a K of at most {MAX_MONOMIALS} monomials of degree at most {MAX_DEGREE} in the variables"
        raise InputError("log_symbol", str(log_symbol), allowed)


def exactly_fitted_exponents(family: Family) -> dict[str, Fraction]:
    """Return the exponents in a cell of one atom that are certain: 1 where the linear part pins a parameter.

    With one atom every symbol has |η_s| = O(V), and V = O(|δ|) always.
    """
    pinned = {family.components[i] for i, _ in linear_solution(family.log_symbol)}
    return {p.name: Fraction(1) for p in family.parameters if set(p.components) <= pinned}


@lru_cache(maxsize=1024)
def component_exponents(log_symbol: LogSymbol, m: int) -> Mapping[str, ExponentBounds]:
    """Return the statement for every component of δ; see :func:`exponents`."""
    upper, lower = upper_bounds(log_symbol, m), dict(_lower(log_symbol, m))
    gated = any(not any(t.variables[len(log_symbol.covariates) :]) for t in log_symbol.terms)
    free = _upper(log_symbol, m, exactly_fitted=False) if gated else upper
    if m > 2:  # arcs of fewer atoms serve too: further atoms stay at the truth
        for c, fewer in component_exponents(log_symbol, min(m - 1, _LARGEST_SEARCHED)).items():
            if fewer.lower > lower[c][0]:
                lower[c] = (fewer.lower, fewer.arc, fewer.trace[-1])
    if m <= _LARGEST_SEARCHED and len(log_symbol.terms) <= _MAX_TERMS_SEARCHED:
        ceilings = {c: upper[c][0] if c in upper else None for c in log_symbol.perturbations}
        gaps = tuple(
            (c, lower[c][0], high) for c, high in ceilings.items() if high is None or lower[c][0] < high
        )
        for c, (value, arc) in searched_arcs(log_symbol, m, gaps).items() if gaps else ():
            contact = value * (arc.order(c) or 1)
            reason = f"found by search: V = O(eps^{contact}) along {arc}"
            step = Step(f"kappa >= {value}", "arc", reason)
            lower[c] = (value, arc, step)
    result = {}
    for c in log_symbol.perturbations:
        value, arc, step = lower[c]
        bound, steps = upper.get(c, (None, ()))
        if bound is not None and value > bound:
            raise AssertionError(f"{c}: the arc {arc} contradicts the upper bound {bound} of {log_symbol}")
        result[c] = ExponentBounds(
            c,
            value,
            bound,
            value == bound,
            gated and _differs(upper.get(c), free.get(c)),
            (*steps, step),
            arc,
        )
    return result


def _differs(with_fitted: tuple[Fraction, Any] | None, without: tuple[Fraction, Any] | None) -> bool:
    return with_fitted is not None and (without is None or without[0] > with_fitted[0])


def upper_bounds(log_symbol: LogSymbol, m: int) -> dict[str, tuple[Fraction, tuple[Step, ...]]]:
    """Return component -> (upper bound on κ next to an exactly fitted cell, its proof), where there is one.

    Args:
        log_symbol: K.
        m: cell size, at least 2.

    >>> from polysolv.families import get
    >>> found = upper_bounds(get("location-scale-gaussian").log_symbol, 5)
    >>> {c: str(bound) for c, (bound, _) in found.items()}
    {'mu': '10', 'sigma': '5'}
    """
    upper = _upper(log_symbol, m, exactly_fitted=True)
    if m == 2:
        known = {c: 1 / bound for c, (bound, _) in upper.items()}
        attained = {c: 1 / value for c, (value, _, _) in _lower(log_symbol, m).items()}
        for c, (speed, step) in two_atom_speeds(log_symbol, known, attained).items():
            upper[c] = (1 / speed, (*upper.get(c, (None, ()))[1], step))
    return upper


def _upper(
    log_symbol: LogSymbol, m: int, exactly_fitted: bool
) -> dict[str, tuple[Fraction, tuple[Step, ...]]]:
    """Return component -> (upper bound on κ, proof), the best over linear coordinates of the duals."""
    best = _upper_in(log_symbol, m, exactly_fitted)
    for changed in changed_log_symbols(log_symbol):
        coordinates = Step(f"K = {changed}", "coordinates", "after a linear change of the dual variables")
        for c, (bound, steps) in _upper_in(changed, m, exactly_fitted).items():
            if c not in best or bound < best[c][0]:
                best[c] = (bound, (coordinates, *steps))
    return best


def _upper_in(
    log_symbol: LogSymbol, m: int, exactly_fitted: bool
) -> dict[str, tuple[Fraction, tuple[Step, ...]]]:
    """Return component -> (upper bound on κ, proof) in the given dual variables."""
    table = symbol_table(log_symbol)
    covariates = len(log_symbol.covariates)
    speeds, steps = symbol_speeds(list(table), covariates, m, log_symbol.variables, exactly_fitted)
    found, proofs = perturbation_speeds(log_symbol, speeds, exactly_fitted)

    def proof(component: str, seen: set[str]) -> list[Step]:
        step, symbols, components = proofs[component]
        before = [earlier for s in symbols for earlier in steps.get(s, ())]
        for other in components:
            if other not in seen and other in proofs:
                seen.add(other)
                before += proof(other, seen)
        return [*before, step]

    return {c: (1 / speed, tuple(dict.fromkeys(proof(c, {c})))) for c, speed in found.items()}


def _lower(log_symbol: LogSymbol, m: int) -> dict[str, tuple[Fraction, Arc, Step]]:
    """Return component -> (lower bound on κ, its arc, step) from arcs that need no search."""
    found = {}
    for c in log_symbol.perturbations:
        arc = split_arc(log_symbol, c)
        value = Fraction(arc.contact(4))
        found[c] = (value, arc, Step(f"kappa >= {value}", "arc", f"V = O(eps^{value}) along {arc}"))
    for arc, orders in _hermite(log_symbol, min(m, 3)):
        for c, order in orders.items():
            value = Fraction(2 * m, order)
            if value > found[c][0]:
                reason = f"V = O(eps^{2 * m}) along {arc}"
                if m > 3:
                    reason += f", with the {m} Gauss-Hermite nodes z instead"
                found[c] = (value, arc, Step(f"kappa >= {value}", "arc", reason))
    for size in range(4, min(m, LARGEST) + 1, 2):
        for arc, orders in _doubled(log_symbol, size):
            for c, order in orders.items():
                value = Fraction(2 * size - 2, order)
                if value > found[c][0]:
                    reason = f"V = O(eps^{2 * size - 2}) along {arc}: two atoms share a Gauss-Hermite node"
                    found[c] = (value, arc, Step(f"kappa >= {value}", "arc", reason))
    return found


@lru_cache(maxsize=256)
def _hermite(log_symbol: LogSymbol, size: int) -> list[tuple[Arc, dict[str, int]]]:
    listed = []
    found = [
        arc for k in (log_symbol, *changed_log_symbols(log_symbol)) for arc in gauss_hermite_arcs(k, size)
    ]
    for arc in (replace(arc, log_symbol=log_symbol) for arc in found):
        if arc.contact(2 * size) != 2 * size:
            raise AssertionError(f"the Gauss-Hermite arc {arc} has too low a contact")
        listed.append((arc, _orders(arc)))
    return listed


@lru_cache(maxsize=256)
def _doubled(log_symbol: LogSymbol, size: int) -> list[tuple[Arc, dict[str, int]]]:
    return [(arc, _orders(arc)) for arc in doubled_node_arcs(log_symbol, size)]


def _orders(arc: Arc) -> dict[str, int]:
    orders = {c: arc.order(c) for c in arc.log_symbol.perturbations}
    return {c: order for c, order in orders.items() if order is not None}
