"""Lower bounds that need no search: the ± split of a component, Gauss–Hermite arcs along a linear form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import combinations

from polysolv.families.log_symbol import Exponents, LogSymbol
from polysolv.groebner.quotient_ring import QuotientRing
from polysolv.rates.prover.arc import Arc, Series, add_to, symbol_series, times_constants
from polysolv.rates.prover.linear_part import linear_solution, symbol_table
from polysolv.rates.prover.nodes import Nodes, gauss_hermite
from polysolv.rates.prover.sign_forms import sign_forms

_LARGEST = 3
_MAX_PAIRS = 200


Form = Mapping[Exponents, Fraction]


def split_arc(log_symbol: LogSymbol, component: str, ring: QuotientRing | None = None) -> Arc:
    """Return the arc with two atoms of equal weight at ±ε in one component: V = O(ε²).

    >>> from polysolv.families import get
    >>> split_arc(get("location-gaussian").log_symbol, "mu").contact(4)
    2
    """
    series: Series = {(1,) + (0,) * len(log_symbol.constants): (Fraction(0), Fraction(1))}
    return Arc(log_symbol, gauss_hermite(2), {component: series}, ring)


def gauss_hermite_arcs(log_symbol: LogSymbol, m: int) -> Iterator[Arc]:
    """Yield arcs with V = O(ε^2m): K = z ε L − ε² L²/2 at the nodes z of the m-point Gauss–Hermite rule.

    Args:
        log_symbol: a K whose symbols range over a neighbourhood of zero; otherwise nothing is yielded.
        m: cell size. For m > 3 the arc is shown with three nodes: its orders in ε are the same.

    L is a monomial of K, or a sum or difference of two, such that all monomials of L² are in K. By theory
    page §3 Σ_l w_l exp(z_l τ − τ²/2) = 1 + O(τ^2m), put τ = ε L.
    """
    if len(linear_solution(log_symbol)) < len(symbol_table(log_symbol)):
        return
    size = min(m, _LARGEST)
    nodes = gauss_hermite(size)
    symbols = list(symbol_table(log_symbol))
    forms: list[dict[Exponents, int]] = [{s: 1} for s in symbols]
    pairs = list(combinations(symbols, 2))[:_MAX_PAIRS]
    forms += [{s: 1, t: sign} for s, t in pairs for sign in (1, -1)]
    for form in forms:
        square: dict[Exponents, int] = {}
        for s, a in form.items():
            for t, b in form.items():
                product = tuple(map(sum, zip(s, t, strict=True)))
                square[product] = square.get(product, 0) + a * b
        if set(square) <= set(symbols) and not set(square) & set(form):
            target = _target(log_symbol, nodes, form, square)
            yield Arc(log_symbol, nodes, solve_for_paths(log_symbol, nodes, target))


def observed_hermite_arcs(log_symbol: LogSymbol, ring: QuotientRing, size: int) -> Iterator[tuple[Arc, Form]]:
    """Yield (arc, L) with K ≡ z ε L − ε² L²/2 modulo the relations, exactly, at Gauss–Hermite nodes z.

    Args:
        log_symbol: a K in normal form, linear in the perturbations.
        ring: the ring that exp(K) is observed in.
        size: number of nodes, 2 or 3. The same paths with m nodes have V = O(ε^2m), and V = 0 if L^2m ≡ 0.

    L is a monomial of K, a sum or difference of two, or a monomial times a function that is ±1 at all levels
    of discrete covariates (:mod:`polysolv.rates.prover.sign_forms`), such that K can be L and L².
    """
    nodes = gauss_hermite(size)
    symbols = list(symbol_table(log_symbol))
    forms: list[dict[Exponents, Fraction]] = [{s: Fraction(1)} for s in symbols]
    pairs = list(combinations(symbols, 2))[:_MAX_PAIRS]
    forms += [{s: Fraction(1), t: Fraction(sign)} for s, t in pairs for sign in (1, -1)]
    zero = (0,) * len(log_symbol.variables)
    for form in [*sign_forms(log_symbol, ring), *forms]:
        square = {e: c for e, c in ring.product(form, form).items() if e != zero}
        if not set(square) <= set(symbols):
            continue
        target = _target(log_symbol, nodes, form, square)
        paths = solve_for_paths(log_symbol, nodes, target)
        if paths and symbol_series(log_symbol, nodes, paths, 2 * size + 1) == target:
            yield Arc(log_symbol, nodes, paths, ring), form


def _target(
    log_symbol: LogSymbol,
    nodes: Nodes,
    form: Mapping[Exponents, Fraction | int],
    square: Mapping[Exponents, Fraction | int],
) -> dict[Exponents, Series]:
    zeros = (0,) * len(log_symbol.constants)
    pad = (Fraction(0),) * (nodes.size - 2)
    target: dict[Exponents, Series] = {
        s: {(1, *zeros): (Fraction(0), Fraction(a), *pad)} for s, a in form.items() if a
    }
    for s, a in square.items():
        if a:
            add_to(target.setdefault(s, {}), {(2, *zeros): (Fraction(-a, 2), Fraction(0), *pad)}, nodes)
    return target


def solve_for_paths(
    log_symbol: LogSymbol, nodes: Nodes, target: Mapping[Exponents, Series]
) -> dict[str, Series]:
    """Return paths δ(ε), modulo ε^2m, with η_s(δ(ε)) = target_s, by iterating the triangular linear part."""
    order = 2 * nodes.size
    paths: dict[str, Series] = {}
    pinned = linear_solution(log_symbol)
    for _ in range(order * len(pinned)):
        changed = False
        for i, combination in pinned:
            current = symbol_series(log_symbol, nodes, paths, order)
            difference: Series = {}
            for s, factor in combination:
                for series, sign in ((target.get(s, {}), 1), (current.get(s, {}), -1)):
                    add_to(difference, times_constants(series, factor[1]), nodes, sign * factor[0])
            if difference:
                changed = True
                add_to(paths.setdefault(log_symbol.perturbations[i], {}), difference, nodes)
        if not changed:
            break
    return {name: series for name, series in paths.items() if series}
