"""Lower bounds for a symbol u with u² = t·v, t and t² a location–scale pair: one Gauss–Hermite node doubled.

Let m be even and n = m − 1. The n Gauss–Hermite nodes contain 0; two of the m atoms share it. With η_t = ε g,
η_(t²) = −ε²/2, g the nodes, all P at t^j are O(ε^2n) (theory page, section 3). Let η_u = ε^(m/2) a vanish but
at the doubled node, with opposite values at its two atoms: P at u·t^j is 0 for every j. Then Σ w η_u² h_j,
h_j = [t^j] exp(η_t t + η_(t²) t²), must cancel against Σ w η_v h_(j+1). Since h_j = ε^j He_j(g)/j!, and the
He_j with j < n are orthogonal for the weights, η_v = −½ ⟨a²⟩ ε^(m−1) Σ_(j<n−1) He_j(0)/j! · He_(j+1)(g) does
that for j < n − 1; for j = n − 1 the sum is ε^(m+n−1) = ε^2n. So V = O(ε^2n) and u has exponent at least
4(m − 1)/m, unless other symbols interfere: the contact of the arc is computed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from math import factorial

from polysolv.families.log_symbol import LogSymbol
from polysolv.rates.prover.arc import Arc, Series
from polysolv.rates.prover.linear_part import has_free_symbols, symbol_table
from polysolv.rates.prover.nodes import Nodes, Vector, gauss_hermite
from polysolv.rates.prover.standard_arcs import solve_for_paths

LARGEST = 12

_Polynomial = list[Fraction]


def doubled_node_arcs(log_symbol: LogSymbol, m: int) -> Iterator[Arc]:
    """Yield arcs with V = O(ε^(2m−2)) for every (t, u) as above.

    Args:
        log_symbol: a K whose symbols range over a neighbourhood of zero; otherwise nothing is yielded.
        m: number of atoms, even, 4 to 12; further atoms of a cell stay at the truth.

    >>> from polysolv.families import get
    >>> arc = next(doubled_node_arcs(get("softmax-polynomial-0-2").log_symbol, 4))
    >>> arc.contact(8), arc.order("a_1")
    (6, 2)
    """
    if not has_free_symbols(log_symbol):
        return
    symbols = list(symbol_table(log_symbol))
    zeros = (0,) * len(log_symbol.constants)
    for t in symbols:
        square = tuple(2 * e for e in t)
        for u in symbols:
            v = tuple(2 * a - b for a, b in zip(u, t, strict=True))
            if square not in symbols or v not in symbols or len({t, square, u, v}) < 4:
                continue
            nodes, location, split, partner = _functions(m)
            scale: Vector = (Fraction(-1, 2), *(Fraction(0),) * (m - 1))
            target: dict[tuple[int, ...], Series] = {
                t: {(1, *zeros): location},
                square: {(2, *zeros): scale},
                u: {(m // 2, *zeros): split},
                v: {(m - 1, *zeros): partner},
            }
            arc = Arc(log_symbol, nodes, solve_for_paths(log_symbol, nodes, target))
            if arc.contact(2 * m - 2) == 2 * m - 2:
                yield arc


@lru_cache(maxsize=8)
def _functions(m: int) -> tuple[Nodes, Vector, Vector, Vector]:
    """Return m nodes that stand for n = m − 1 Gauss–Hermite ones, with 0 at both ±1, and g, a, η_v/ε^(m−1).

    The nodes are the zeros of He_n(z)/z · (z² − 1).
    """
    n = m - 1
    hermite = gauss_hermite(n)
    at_zero = _hermite_values(Fraction(0), n)
    weight = 1 / sum((at_zero[k] ** 2 / factorial(k) for k in range(n)), Fraction(0))
    moments, power = [Fraction(1)], hermite.one
    for k in range(1, 2 * m):
        power = hermite.product(power, (Fraction(0), Fraction(1), *(Fraction(0),) * (n - 2)))
        moments.append(Fraction(hermite.mean(power)) + (weight if k % 2 == 0 else 0))
    nodes = _from_moments(moments, m)
    # He_n(z) = z·c(z): g = z (1 − c(z)/c(1)), as c is even; it is z where c = 0, and 0 at ±1.
    coefficients = _hermite_polynomial(n)
    at_one = sum(coefficients, Fraction(0))
    split = tuple(coefficients)
    location = tuple(Fraction(int(i == 1)) - c / at_one for i, c in enumerate(coefficients))
    mean_square = Fraction(nodes.mean(nodes.product(split, split)))
    partner: list[Fraction] = [Fraction(0)] * m
    before: Vector = nodes.one
    current: Vector = location
    for j in range(n - 1):
        factor = -mean_square / 2 * at_zero[j] / factorial(j)
        partner = [Fraction(p + factor * c) for p, c in zip(partner, current, strict=True)]
        following = nodes.product(location, current)
        reduced = tuple(x - (j + 1) * y for x, y in zip(following, before, strict=True))
        before, current = current, reduced
    return nodes, location, split, tuple(partner)


def _hermite_values(z: Fraction, count: int) -> list[Fraction]:
    values = [Fraction(1), z]
    while len(values) < count + 1:
        values.append(z * values[-1] - (len(values) - 1) * values[-2])
    return values


def _hermite_polynomial(n: int) -> _Polynomial:
    before, current = [Fraction(1)], [Fraction(0), Fraction(1)]
    for k in range(1, n):
        following = [Fraction(0), *current]
        for i, c in enumerate(before):
            following[i] -= k * c
        before, current = current, following
    return current


def _from_moments(moments: Sequence[Fraction], m: int) -> Nodes:
    """Return the Gauss rule of a symmetric measure on m points with these moments (Stieltjes)."""

    def mean(polynomial: _Polynomial) -> Fraction:
        return sum((c * moments[i] for i, c in enumerate(polynomial)), Fraction(0))

    def times(one: _Polynomial, other: _Polynomial) -> _Polynomial:
        result = [Fraction(0)] * (len(one) + len(other) - 1)
        for i, a in enumerate(one):
            for j, b in enumerate(other):
                result[i + j] += a * b
        return result

    norms: list[Fraction] = []
    before, current = [Fraction(0)], [Fraction(1)]
    for _ in range(m - 1):
        following = [Fraction(0), *current]
        for i, c in enumerate(before):
            following[i] -= norms[-1] * c if norms else 0
        before, current = current, following
        norms.append(mean(times(current, current)) / mean(times(before, before)))
    return Nodes((0,) * m, norms)
