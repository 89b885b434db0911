"""Exact arcs along which nothing changes: Σ_l w_l exp(K(δ_l(ε))) ≡ Σ_l w_l modulo the relations.

A parameter has a finite exponent or there is such an arc (observed-algebra page §1). Two kinds can be checked
by finite algebra. Let N be K along the arc without its part that is free of variables, which multiplies
weights, and those are free. (nilpotent) Some power of N vanishes modulo the relations, so exp(N) is a
polynomial, and its weighted mean is constant. (two-valued) Two atoms have N = ±ε U, and (U + c)² is constant
for some number c: with other weights N = ±ε (U + c), and the mean of exp(N) is the even part, a constant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from polysolv.families.log_symbol import Exponents, LogSymbol
from polysolv.groebner.quotient_ring import QuotientRing
from polysolv.rates.prover.arc import Arc, Series, add_to, in_normal_form, multiply, symbol_series
from polysolv.rates.prover.nodes import Nodes, gauss_hermite
from polysolv.rates.prover.sign_forms import two_valued_functions
from polysolv.rates.prover.single_atom_arcs import single_atom_arcs
from polysolv.rates.prover.standard_arcs import observed_hermite_arcs, split_arc

UNLIMITED = 10**9  # a power of ε that no path reaches
_MAX_POWER = 48
_MAX_TERMS = 4_000

_Element = dict[Exponents, Series]


def unidentified_arcs(log_symbol: LogSymbol, ring: QuotientRing, m: int) -> dict[str, Arc]:
    """Return, for components of δ that are not identifiable in a cell of m atoms, an arc that shows it.

    Args:
        log_symbol: K in normal form.
        ring: the ring that exp(K) is observed in.
        m: cell size, at least 1.

    Returns:
        component -> an arc of at most m atoms that :func:`leaves_unchanged` accepts; further atoms stay at
        the truth. A component that is left out may be identifiable or not.

    >>> from polysolv.families import get
    >>> seen = get("softmax-gaussian").observed_modulo(["x^2 - x"]).observed
    >>> {c: str(arc) for c, arc in unidentified_arcs(seen.log_symbol, seen.ring, 2).items()}
    {'beta1': 'beta1 = eps*z at the 2 nodes with alpha = (0, 0), beta = (1,)'}
    """
    found: dict[str, Arc] = {}
    for arc in _candidates(log_symbol, ring, m):
        moving = [c for c in log_symbol.perturbations if c not in found and arc.order(c) is not None]
        if moving and leaves_unchanged(arc):
            found.update(dict.fromkeys(moving, arc))
        if len(found) == len(log_symbol.perturbations):
            break
    return found


def leaves_unchanged(arc: Arc) -> bool:
    """Return whether the weights can be chosen so that the arc leaves the density as it is, exactly.

    Args:
        arc: an arc whose paths are polynomials in ε; ``arc.ring`` must be set.
    """
    ring, nodes = arc.ring, arc.nodes
    assert ring is not None
    width = len(arc.log_symbol.constants)
    parts = symbol_series(arc.log_symbol, nodes, arc.paths, UNLIMITED)
    moved = {index: series for index, series in in_normal_form(parts, ring, nodes).items() if any(index)}
    if not moved or nodes.size == 1:
        return not moved  # one atom: exp(N) = 1 has N = 0 alone
    if two_valued_shift(moved, ring, nodes) is not None:
        return True
    if not _is_nilpotent(_lowest_order(moved), ring, nodes):
        return False
    zero = next(iter(moved))
    unit: _Element = {tuple(0 for _ in zero): {(0,) * (width + 1): nodes.one}}
    total: _Element = {}
    power = unit
    for n in range(1, _MAX_POWER + 1):
        power = _product(power, moved, ring, nodes, Fraction(1, n))
        if not power:
            means = {index: _means(series, nodes) for index, series in total.items() if any(index)}
            return not any(means.values())
        if sum(map(len, power.values())) > _MAX_TERMS or (n > 2 and ring.is_free):
            return False
        for index, series in power.items():
            add_to(total.setdefault(index, {}), series, nodes)
    return False


def _lowest_order(element: _Element) -> _Element:
    """Return the part of the lowest power of ε; it is nilpotent if the element is."""
    lowest = min(key[0] for series in element.values() for key in series)
    parts = {i: {key: v for key, v in s.items() if key[0] == lowest} for i, s in element.items()}
    return {i: series for i, series in parts.items() if series}


def _is_nilpotent(element: _Element, ring: QuotientRing, nodes: Nodes) -> bool:
    power = element
    for n in range(2, _MAX_POWER + 1):
        power = _product(power, element, ring, nodes, Fraction(1))
        if not power:
            return True
        if sum(map(len, power.values())) > _MAX_TERMS or (n > 2 and ring.is_free):
            return False
    return False


def two_valued_shift(moved: _Element, ring: QuotientRing, nodes: Nodes) -> Fraction | None:
    """Return c with (N + c ε z)² constant, N being ε z times a function at two symmetric nodes."""
    if nodes.size != 2 or any(nodes.shifts):
        return None
    if any(
        list(s) != [(1,) + (0,) * (len(next(iter(s))) - 1)] or v[0]
        for s in moved.values()
        for v in s.values()
    ):
        return None
    function = {index: Fraction(next(iter(series.values()))[1]) for index, series in moved.items()}
    square = ring.product(function, function)
    lead = ring.leading(function)
    factor = square.get(lead, Fraction(0)) / function[lead]
    left = {
        e: square.get(e, Fraction(0)) - factor * function.get(e, Fraction(0)) for e in {*square, *function}
    }
    return -factor / 2 if not any(c for e, c in left.items() if any(e)) else None


def _means(series: Series, nodes: Nodes) -> dict[tuple[int, ...], Fraction | int]:
    means = {key: nodes.mean(vector) for key, vector in series.items()}
    return {key: mean for key, mean in means.items() if mean}


def _product(left: _Element, right: _Element, ring: QuotientRing, nodes: Nodes, factor: Fraction) -> _Element:
    total: _Element = {}
    for a, u in left.items():
        for b, v in right.items():
            series = multiply(u, v, nodes, UNLIMITED)
            for normal, c in ring.normal_form(tuple(map(sum, zip(a, b, strict=True)))).items():
                add_to(total.setdefault(normal, {}), series, nodes, factor * c)
    return {index: series for index, series in total.items() if series}


def _candidates(log_symbol: LogSymbol, ring: QuotientRing, m: int) -> Iterator[Arc]:
    yield from single_atom_arcs(log_symbol, ring)
    if m == 1:
        return
    zeros = (0,) * len(log_symbol.constants)
    for combination in two_valued_functions(log_symbol, ring):
        paths: dict[str, Series] = {
            name: {(1, *zeros): (Fraction(0), factor)} for name, factor in combination.items()
        }
        yield Arc(log_symbol, gauss_hermite(2), paths, ring)
    if ring.is_free:
        return
    for component in log_symbol.perturbations:
        yield split_arc(log_symbol, component, ring)
    if log_symbol.is_linear_in_perturbations:
        for _, form in list(observed_hermite_arcs(log_symbol, ring, 2)):
            index = _nilpotency(form, ring)
            size = None if index is None else max(2, (index + 1) // 2)
            if size is not None and 2 < size <= m:
                yield from (a for a, f in observed_hermite_arcs(log_symbol, ring, size) if f == form)


def _nilpotency(form: Mapping[Exponents, Fraction], ring: QuotientRing) -> int | None:
    """Return the least k with form^k ≡ 0, ``None`` if there is none up to the limit."""
    power = dict(form)
    for k in range(1, _MAX_POWER // 2):
        if not power:
            return k
        if len(power) > _MAX_TERMS:
            return None
        power = ring.product(power, form)
    return None
