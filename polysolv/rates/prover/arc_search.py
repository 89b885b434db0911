"""Lower bounds by search: arcs of two or three atoms with cancellations, every one substituted exactly."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import lru_cache

from polysolv.families.factorisations import factorisations
from polysolv.families.log_symbol import Exponents, LogSymbol
from polysolv.groebner.quotient_ring import QuotientRing
from polysolv.rates.prover.arc import Arc, Series
from polysolv.rates.prover.corrections import corrected
from polysolv.rates.prover.nodes import PRIME, Nodes, gauss_hermite
from polysolv.rates.prover.symbol_bounds import MAX_FACTORISATIONS, count_factorisations

_SAMPLES = 4_000
_CANDIDATES = 200
_MAX_ORDER = 6
_MAX_ACTIVE = 4
_MAX_CONTACT = 24
_MAX_NEEDED = 12
_SCALES = (1, -1, 1, -1, 2, -2, Fraction(1, 2), Fraction(-1, 2))
_TRIALS = (Fraction(1), Fraction(2), Fraction(-1))

Found = dict[str, tuple[Fraction, Arc]]


@lru_cache(maxsize=256)
def searched_arcs(
    log_symbol: LogSymbol,
    size: int,
    wanted: tuple[tuple[str, Fraction, Fraction | None], ...],
    seed: int = 0,
    ring: QuotientRing | None = None,
) -> Mapping[str, tuple[Fraction, Arc]]:
    """Return for components of δ the largest lower bound found, with its arc.

    Args:
        log_symbol: K.
        size: number of atoms that move, 1 to 3; further atoms of a cell stay at the truth.
        wanted: (component, lower bound to beat, upper bound or ``None``) for the components of interest.
        seed: the search is random but repeatable.
        ring: the ring that exp(K) is observed in, if there are relations.

    A candidate gives some components a leading term c ε^p p_j(z), p_j an orthogonal polynomial of the nodes.
    Means of all components are then corrected so that the pinned coefficients vanish, and one scale c may be
    changed so that the lowest remaining coefficient vanishes too. What counts is the exact contact.
    """
    chooser = random.Random(seed * 1000 + size)
    best: Found = {}
    goals = {c: low for c, low, _ in wanted}
    ceilings = {c: high for c, _, high in wanted}
    tried = 0
    for nodes, shape in _candidates(log_symbol, size, chooser, goals, ring):
        tried += 1
        if tried > _CANDIDATES or all(goals[c] >= (ceilings[c] or _MAX_CONTACT) for c in goals):
            break
        limit = _needed(shape, goals)
        found = _adjusted(log_symbol, nodes, shape, limit, ring)
        if found is None:
            continue
        arc = corrected(log_symbol, nodes, _leading(log_symbol, nodes, found), limit, ring)
        contact = arc.contact(limit)
        while contact == limit and limit < _MAX_CONTACT:
            limit += 4
            arc = corrected(log_symbol, nodes, arc.paths, limit, ring)
            contact = arc.contact(limit)
        for c in goals:
            order = arc.order(c)
            if order is not None and Fraction(contact, order) > goals[c]:
                goals[c] = Fraction(contact, order)
                best[c] = (goals[c], arc)
    return best


# Component -> (power p of ε, number j of the orthogonal polynomial, scale c).
_Shape = dict[str, tuple[int, int, Fraction]]


def _candidates(
    log_symbol: LogSymbol,
    size: int,
    chooser: random.Random,
    goals: Mapping[str, Fraction],
    ring: QuotientRing | None,
) -> Iterator[tuple[Nodes, _Shape]]:
    names = log_symbol.perturbations
    if ring is not None:
        names = tuple(sorted(names))  # the same search in whatever order they are listed
    if size == 1:
        rules = [gauss_hermite(1)]
    elif size == 2:
        rules = [gauss_hermite(2), gauss_hermite(2), Nodes((0, 1), (1,))]
    else:
        rules = [gauss_hermite(3), gauss_hermite(3), Nodes((0, 0, 0), (1, 1)), Nodes((0, 1, 0), (1, 1))]
    squares = {} if size == 1 or ring is not None else _uncancelled_squares(log_symbol)
    seen = set()
    for _ in range(_SAMPLES):
        orders = _balanced(chooser, squares, goals) if chooser.random() < 0.7 else None
        if orders is None:
            active = chooser.sample(names, min(len(names), chooser.randint(1, _MAX_ACTIVE)))
            orders = {name: chooser.randint(1, _MAX_ORDER) for name in active}
        nodes = chooser.choice(rules)
        shape = {
            name: (
                orders[name],
                chooser.randint(min(1, size - 1), size - 1),
                Fraction(chooser.choice(_SCALES)),
            )
            for name in names
            if name in orders
        }
        key = (str(nodes), tuple(shape.items()))
        if key in seen or not set(shape) & set(goals):
            continue
        seen.add(key)
        needed = _needed(shape, goals)
        if needed <= _MAX_NEEDED and _plausible(shape, needed, squares):
            yield nodes, shape


def _balanced(
    chooser: random.Random, squares: Mapping[str, list[dict[str, int]]], goals: Mapping[str, Fraction]
) -> dict[str, int] | None:
    """Return orders at which the square of one component of interest can cancel against a product."""
    name = chooser.choice(list(goals))
    products = [product for product in squares.get(name, []) if name not in product]
    if not products:
        return None
    product = chooser.choice(products)
    orders = {other: chooser.randint(1, _MAX_ORDER) for other in product}
    total = sum(e * orders[other] for other, e in product.items())
    return None if total % 2 else {name: total // 2, **orders}


def _needed(shape: _Shape, goals: Mapping[str, Fraction]) -> int:
    """Return the least contact that would improve the bound of some component."""
    return min(int(low * shape[c][0]) + 1 for c, low in goals.items() if c in shape)


def _uncancelled_squares(log_symbol: LogSymbol) -> dict[str, list[dict[str, int]]]:
    """For a linear K: component with symbol s, where s² is no symbol -> other factorisations of s²."""
    if not log_symbol.is_linear:
        return {}
    symbols = {monomial: name for name, (_, monomial) in log_symbol.symbols.items()}
    listed = list(symbols)
    result = {}
    for s, name in symbols.items():
        square = tuple(2 * e for e in s)
        if square not in symbols and count_factorisations(square, listed) <= MAX_FACTORISATIONS:
            result[name] = [
                {symbols[t]: e for t, e in zip(listed, powers, strict=True) if e}
                for powers in factorisations(square, listed)
                if powers[listed.index(s)] < 2
            ]
    return result


def _plausible(shape: _Shape, needed: int, squares: Mapping[str, list[dict[str, int]]]) -> bool:
    """Whether every sum of squares that is too large could be cancelled by a product of the same size."""
    for name, (order, _, _) in shape.items():
        if name in squares and 2 * order < needed:
            sizes = [
                sum(e * shape[other][0] for other, e in product.items())
                for product in squares[name]
                if all(other in shape for other in product)
            ]
            if 2 * order not in sizes:
                return False
    return True


def _leading(log_symbol: LogSymbol, nodes: Nodes, shape: _Shape) -> dict[str, Series]:
    zeros = (0,) * len(log_symbol.constants)
    return {
        name: {(p, *zeros): tuple(scale * c for c in nodes.basis[j])} for name, (p, j, scale) in shape.items()
    }


def _adjusted(
    log_symbol: LogSymbol, nodes: Nodes, shape: _Shape, needed: int, ring: QuotientRing | None
) -> _Shape | None:
    """Return this shape, or one with another scale, with V = O(ε^needed) modulo a prime; ``None`` if none."""
    modular = Nodes(nodes.shifts, nodes.norms, PRIME)
    for order in (needed // 2 + 1, needed):  # most shapes fail early
        wrong = _lowest(_modular_arc(log_symbol, modular, shape, order, ring), order)
        if wrong is not None:
            break
    else:
        return shape
    index, key = wrong
    for name, (p, j, scale) in shape.items():
        values = []
        for trial in _TRIALS:
            arc = _modular_arc(log_symbol, modular, {**shape, name: (p, j, scale * trial)}, key[0] + 1, ring)
            values.append(dict(arc.residuals(key[0] + 1)).get(index, {}).get(key, (0,))[0])
        for root in _roots([_rational(int(value)) for value in values]):
            changed = {**shape, name: (p, j, scale * root)}
            if root and _lowest(_modular_arc(log_symbol, modular, changed, needed, ring), needed) is None:
                return changed
    return None


def _modular_arc(
    log_symbol: LogSymbol, modular: Nodes, shape: _Shape, order: int, ring: QuotientRing | None
) -> Arc:
    leading = {
        name: {key: tuple(map(modular.number, v)) for key, v in series.items()}
        for name, series in _leading(log_symbol, modular, shape).items()
    }
    return corrected(log_symbol, modular, leading, order, ring)


def _rational(value: int) -> Fraction:
    """Return the rational of small height that is ``value`` modulo the prime (half of Euclid's algorithm)."""
    a, b, x, y = PRIME, value, 0, 1
    while b * b > PRIME:
        a, b, x, y = b, a % b, y, x - a // b * y
    return Fraction(b, y)


def _lowest(arc: Arc, order: int) -> tuple[Exponents, tuple[int, ...]] | None:
    found = [(min(series), index) for index, series in arc.residuals(order)]
    if not found:
        return None
    key, index = min(found)
    return index, key


def _roots(values: list[Fraction]) -> list[Fraction]:
    """Return the rational roots of the quadratic with these values at 1, 2 and −1."""
    at_one, at_two, at_minus = values
    linear = (at_one - at_minus) / 2
    constant = (at_two - 2 * linear - 4 * (at_one + at_minus) / 2) / -3
    quadratic = (at_one + at_minus) / 2 - constant
    if not quadratic:
        return [-constant / linear] if linear else []
    discriminant = linear**2 - 4 * quadratic * constant
    root = _square_root(discriminant)
    return [] if root is None else [(-linear + sign * root) / (2 * quadratic) for sign in (1, -1)]


def _square_root(value: Fraction) -> Fraction | None:
    from math import isqrt

    if value < 0:
        return None
    top, bottom = isqrt(value.numerator), isqrt(value.denominator)
    return Fraction(top, bottom) if top**2 == value.numerator and bottom**2 == value.denominator else None
