"""Reduction of the generators of an ideal by one another."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from polysolv.groebner.vanishing_ideal import Exponents, Generator, dense, monomial_order, sparse
from polysolv.polynomials.exponent_vectors import divides
from polysolv.polynomials.polynomial import multiply_monomials


def reduced_generators(generators: Sequence[tuple[Exponents, Generator]]) -> dict[Exponents, Generator]:
    """Return generators of the same ideal, none of whose monomials another one's leading monomial divides.

    Args:
        generators: pairs of a leading monomial and a polynomial, as in :class:`VanishingIdeal`.

    >>> one = Fraction(1)
    >>> square = {((0, 2),): one, ((0, 1),): -one}
    >>> full = {((0, 1),): one, ((1, 1),): one, (): -one}
    >>> list(reduced_generators([((2, 0), square), ((1, 0), full)]))
    [(0, 1), (2, 0)]
    """
    waiting = [(lead, dict(generator)) for lead, generator in generators]
    kept: dict[Exponents, Generator] = {}
    while waiting:
        waiting.sort(key=lambda pair: monomial_order(pair[0]))
        lead, generator = waiting.pop(0)
        d = len(lead)
        rest = _remainder(generator, kept, d)
        if not rest:
            continue
        lead = max((dense(monomial, d) for monomial in rest), key=monomial_order)
        top = rest[sparse(lead)]
        new = {monomial: value / top for monomial, value in rest.items()}
        waiting += [(other, kept.pop(other)) for other in list(kept) if divides(lead, other)]
        kept[lead] = new
    for lead in list(kept):
        others = {other: generator for other, generator in kept.items() if other != lead}
        rest = _remainder(kept[lead], others, len(lead))
        ordered = sorted(rest, key=lambda monomial: monomial_order(dense(monomial, len(lead))), reverse=True)
        kept[lead] = {monomial: rest[monomial] for monomial in ordered}
    return dict(sorted(kept.items(), key=lambda pair: monomial_order(pair[0])))


def _remainder(polynomial: Generator, divisors: dict[Exponents, Generator], d: int) -> Generator:
    """Return the normal form of a polynomial modulo monic divisors."""
    rest, result = dict(polynomial), {}
    while rest:
        top = max(rest, key=lambda monomial: monomial_order(dense(monomial, d)))
        value = rest.pop(top)
        exponents = dense(top, d)
        lead = next((lead for lead in divisors if divides(lead, exponents)), None)
        if lead is None:
            result[top] = value
            continue
        quotient = tuple(a - b for a, b in zip(exponents, lead, strict=True))
        for monomial, factor in divisors[lead].items():
            place = multiply_monomials(monomial, sparse(quotient))
            if place != top:
                total = rest.get(place, Fraction(0)) - value * factor
                if total:
                    rest[place] = total
                else:
                    rest.pop(place, None)
    return result
