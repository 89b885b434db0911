"""Gauss–Hermite arcs of a K that holds components as powers, such as K = b y + c² y + c³ y²."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from polysolv.families.log_symbol import Exponents, LogSymbol
from polysolv.rates.prover.arc import Arc, Series, add_to, multiply
from polysolv.rates.prover.linear_part import symbol_table
from polysolv.rates.prover.nodes import Nodes, gauss_hermite

_LARGEST_POWER = 6
_MAX_BITS = 900  # of a number whose root is taken in floating point first
_SCALES = (Fraction(1), Fraction(2), Fraction(4), Fraction(1, 2), Fraction(1, 4), Fraction(8), Fraction(16))


def power_arcs(log_symbol: LogSymbol, size: int) -> Iterator[tuple[Arc, int]]:
    """Yield (arc, p) with η_s = a z ε^p, η_(s²) = −a² ε^2p/2 and no other symbol, at Gauss–Hermite nodes z.

    Args:
        log_symbol: a K without constants; otherwise nothing is yielded.
        size: number of nodes. The same paths with m nodes have V = O(ε^2mp).

    Components are solved for one after another, each from an η that holds it in one pure power alone; a
    k-th power asks for a rational k-th root, which decides the scale a and p. Of those that fit, the first is
    taken for each s.

    >>> from polysolv import Family
    >>> family = Family.from_log_symbol("f", "b*y + c^2*y + c^3*y^2", ["b", "c"])
    >>> [(str(arc), p) for arc, p in power_arcs(family.log_symbol, 2)]
    [('c = -2*eps^2; b = 4*eps^3*z - 4*eps^4 at the 2 nodes with alpha = (0, 0), beta = (1,)', 3)]
    """
    if log_symbol.constants:
        return
    nodes = gauss_hermite(size)
    pad = (Fraction(0),) * (size - 2)
    table = symbol_table(log_symbol)
    for s in table:
        square = tuple(2 * e for e in s)
        if square not in table:
            continue
        for p, a in ((p, a) for p in range(1, _LARGEST_POWER + 1) for a in _SCALES):
            target: dict[Exponents, Series] = {
                s: {(p,): (Fraction(0), a, *pad)},
                square: {(2 * p,): (-(a**2) / 2, Fraction(0), *pad)},
            }
            paths = _solved(log_symbol, nodes, target, 2 * size * p)
            if paths is not None:
                yield Arc(log_symbol, nodes, paths), p
                break


def _solved(
    log_symbol: LogSymbol, nodes: Nodes, target: Mapping[Exponents, Series], order: int
) -> dict[str, Series] | None:
    """Return paths with η_s = target_s modulo ε^order, ``None`` if these steps do not find any."""
    names = log_symbol.perturbations
    left = {s: [(c, e) for c, e, _ in terms] for s, terms in symbol_table(log_symbol).items()}
    known: dict[int, Series] = {}
    while left:
        s = next((s for s, terms in left.items() if _is_solvable(terms, known)), None)
        if s is None:
            return None
        terms = left.pop(s)
        holding = [(c, e) for c, e in terms if not _holds_only(e, known)]
        rest: Series = dict(target.get(s, {}))
        for c, e in terms:
            if (c, e) not in holding:
                add_to(rest, _product(nodes, known, c, e, order), nodes, Fraction(-1))
        if holding:
            c, e = holding[0]
            root = _root(rest, c, max(e), nodes)
            if root is None:
                return None
            known[next(i for i, power in enumerate(e) if power)] = root
        elif rest:
            return None
    return {names[i]: series for i, series in known.items() if series}


def _is_solvable(terms: list[tuple[Fraction, Exponents]], known: Mapping[int, Series]) -> bool:
    """Whether all is known but one term, a pure power."""
    holding = [e for _, e in terms if not _holds_only(e, known)]
    return not holding or (len(holding) == 1 and sum(holding[0]) == max(holding[0]))


def _holds_only(e: Exponents, known: Mapping[int, Series]) -> bool:
    return all(i in known for i, power in enumerate(e) if power)


def _product(nodes: Nodes, known: Mapping[int, Series], c: Fraction, e: Exponents, order: int) -> Series:
    value: Series = {(0,): tuple(c * x for x in nodes.one)}
    for i, power in enumerate(e):
        for _ in range(power):
            value = multiply(value, known[i], nodes, order)
    return value


def _root(series: Series, c: Fraction, k: int, nodes: Nodes) -> Series | None:
    """Return the rational k-th root of ``series``/c, which for k > 1 must be one term without z."""
    if k == 1 or not series:
        return {key: tuple(Fraction(x) / c for x in vector) for key, vector in series.items()}
    ((key, vector), *others) = series.items()
    if others or any(vector[1:]) or key[0] % k:
        return None
    value = Fraction(vector[0]) / c
    if value < 0 and k % 2 == 0:
        return None
    top, bottom = _integer_root(abs(value.numerator), k), _integer_root(value.denominator, k)
    if top is None or bottom is None:
        return None
    root = Fraction(top if value > 0 else -top, bottom)
    return {(key[0] // k,): (root, *vector[1:])}


def _integer_root(value: int, k: int) -> int | None:
    if value.bit_length() > _MAX_BITS:
        return None
    root = round(value ** (1 / k))
    return next((r for r in (root - 1, root, root + 1) if r >= 0 and r**k == value), None)
