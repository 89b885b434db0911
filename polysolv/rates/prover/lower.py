"""Lower bounds on the exponents of the components of δ: explicit arcs, substituted exactly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

from polysolv.families.log_symbol import LogSymbol
from polysolv.groebner.quotient_ring import QuotientRing
from polysolv.rates.prover.arc import Arc, Series
from polysolv.rates.prover.corrections import corrected
from polysolv.rates.prover.doubled_node import LARGEST, doubled_node_arcs
from polysolv.rates.prover.dual_changes import changed_log_symbols
from polysolv.rates.prover.nodes import gauss_hermite
from polysolv.rates.prover.power_arcs import power_arcs
from polysolv.rates.prover.standard_arcs import gauss_hermite_arcs, observed_hermite_arcs, split_arc
from polysolv.rates.prover.trace import Step

LIMIT = 24  # contact from which an arc may leave the density unchanged
Lower = dict[str, tuple[Fraction, Arc, Step]]


def lower_arcs(log_symbol: LogSymbol, m: int, ring: QuotientRing | None = None) -> Lower:
    """Return component -> (lower bound on κ, its arc, step) from arcs that need no search.

    Args:
        log_symbol: K, in normal form if there are relations.
        m: cell size, at least 1.
        ring: the ring that exp(K) is observed in, if there are relations.
    """
    found: Lower = {}
    for c in log_symbol.perturbations:
        arc = _simplest(log_symbol, c, m, ring)
        value = Fraction(arc.contact(LIMIT if m == 1 or ring is not None else 4))
        found[c] = (value, arc, _step(value, int(value), arc))
    if m == 1:
        return found
    for arc, power, orders in _hermite(log_symbol, min(m, 3), ring):
        for c, order in orders.items():
            value = Fraction(2 * m * power, order)
            if value > found[c][0]:
                reason = f"V = O(eps^{2 * m * power}) along {arc}"
                if m > 3:
                    reason += f", with the {m} Gauss-Hermite nodes z instead"
                found[c] = (value, arc, Step(f"kappa >= {value}", "arc", reason))
    for size in range(4, min(m, LARGEST) + 1, 2) if ring is None else ():
        for arc, orders in _doubled(log_symbol, size):
            for c, order in orders.items():
                value = Fraction(2 * size - 2, order)
                if value > found[c][0]:
                    reason = f"V = O(eps^{2 * size - 2}) along {arc}: two atoms share a Gauss-Hermite node"
                    found[c] = (value, arc, Step(f"kappa >= {value}", "arc", reason))
    return found


def _step(value: Fraction, contact: int, arc: Arc) -> Step:
    return Step(f"kappa >= {value}", "arc", f"V = O(eps^{contact}) along {arc}")


def _simplest(log_symbol: LogSymbol, component: str, m: int, ring: QuotientRing | None) -> Arc:
    """Return the arc where one component alone moves: split in two, or of the only atom."""
    if m > 1:
        return split_arc(log_symbol, component, ring)
    unit: Series = {(1, *(0,) * len(log_symbol.constants)): (Fraction(1),)}
    leading = {component: unit}
    plain = Arc(log_symbol, gauss_hermite(1), leading, ring)
    better = corrected(log_symbol, gauss_hermite(1), leading, LIMIT // 2, ring)
    return max(plain, better, key=lambda arc: Fraction(arc.contact(LIMIT), arc.order(component) or LIMIT))


@lru_cache(maxsize=256)
def _hermite(
    log_symbol: LogSymbol, size: int, ring: QuotientRing | None
) -> list[tuple[Arc, int, dict[str, int]]]:
    """Return (arc, p, orders of the components) with V = O(ε^2mp) for m nodes."""
    listed = []
    for arc, power in _hermite_arcs(log_symbol, size, ring):
        if arc.contact(2 * size * power) != 2 * size * power:
            raise AssertionError(f"the Gauss-Hermite arc {arc} has too low a contact")
        listed.append((arc, power, _orders(arc)))
    return listed


def _hermite_arcs(log_symbol: LogSymbol, size: int, ring: QuotientRing | None) -> Iterator[tuple[Arc, int]]:
    if ring is not None:
        if log_symbol.is_linear_in_perturbations:
            yield from ((arc, 1) for arc, _ in observed_hermite_arcs(log_symbol, ring, size))
        return
    for changed in (log_symbol, *changed_log_symbols(log_symbol)):
        for arc in gauss_hermite_arcs(changed, size):
            yield replace(arc, log_symbol=log_symbol), 1
    if not log_symbol.is_linear_in_perturbations:
        yield from power_arcs(log_symbol, size)


@lru_cache(maxsize=256)
def _doubled(log_symbol: LogSymbol, size: int) -> list[tuple[Arc, dict[str, int]]]:
    return [(arc, _orders(arc)) for arc in doubled_node_arcs(log_symbol, size)]


def _orders(arc: Arc) -> dict[str, int]:
    orders = {c: arc.order(c) for c in arc.log_symbol.perturbations}
    return {c: order for c, order in orders.items() if order is not None}
