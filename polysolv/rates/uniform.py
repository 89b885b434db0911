"""Uniform exponents: k* true atoms that may merge."""

from __future__ import annotations

from fractions import Fraction

from polysolv.decisions.contact_degree import contact_degree
from polysolv.families import Family
from polysolv.rates.exponent import Exponent

UNIFORM_SOURCE = "observed-algebra page, section 7, and docs/uniform.md: the order of contact"
MERGING, MAX_MERGING = 2, 100_000  # true atoms that may merge, where k* is not given, and at most


def uniform_exponents(family: Family, m: int, k_true: int) -> dict[str, Exponent]:
    """Return parameter -> exponent where k* true atoms, and the k* + m − 1 fitted to them, may merge.

    Args:
        family: the family. Only locations and scales of location–scale cells, and locations of cells without
            scales, have an entry; what holds of other parameters, and of those of the gate, is open.
        m: cell size: one more than the excess that falls on these true atoms.
        k_true: number k* ≥ 1 of true atoms that may merge.

    With r the order of contact of k* + m − 1 and k* atoms, mixtures whose atoms lie at distance ε differ by V
    ≍ ε^r at the least: a location has exponent r, a scale r/2. With k* = 1 nothing merges, and a cell of one
    atom has exponent 1.

    >>> from polysolv.families import get
    >>> found = uniform_exponents(get("location-scale-gaussian"), 1, 2)
    >>> {name: str(e.rate) for name, e in found.items()}
    {'mu': '1/12', 'sigma': '1/6'}
    """
    order = contact_degree(family, k_true + m - 1, k_true)
    if order is None:
        return {}
    symbols = family.log_symbol.symbols
    monomials = {monomial for _, monomial in symbols.values()}
    alone = all(sum(monomial) == 1 for monomial in monomials)
    found = {}
    for parameter in family.parameters:
        kappas = set()
        for component in set(parameter.components) - set(family.gate_components):
            _, monomial = symbols[component]
            doubled, halved = tuple(2 * e for e in monomial), tuple(e // 2 for e in monomial)
            if sum(monomial) == 1 and (alone or doubled in monomials):
                kappas.add(Fraction(order))
            elif all(e % 2 == 0 for e in monomial) and halved in monomials:
                kappas.add(Fraction(order, 2))
        if kappas:
            exponent = Fraction(1) if (m, k_true) == (1, 1) else max(kappas)
            found[parameter.name] = Exponent(exponent, UNIFORM_SOURCE)
    return found
