"""The order of contact by its formula."""

from __future__ import annotations

from polysolv.families import Family


def contact_degree(family: Family, m: int, m_true: int) -> int | None:
    """Return the order of contact by its formula, or ``None`` if it does not cover the family.

    Args:
        family: a family.
        m, m_true: numbers of atoms, at least 1.

    With symbols of degree 1 and 2, one of them the square of another: 2(m + m' − 1). With symbols of degree
    1 alone: min(m + m' − 1, 2 min(m, m')).

    >>> from polysolv.families import get
    >>> softmax, location = get("softmax-gaussian"), get("location-gaussian")
    >>> contact_degree(softmax, 2, 2), contact_degree(location, 3, 3), contact_degree(location, 9, 2)
    (6, 5, 4)
    """
    if not family.log_symbol.is_linear or family.relations or family.density or family.source:
        return None
    monomials = [monomial for _, monomial in family.log_symbol.symbols.values()]
    ones = [monomial for monomial in monomials if sum(monomial) == 1]
    if not ones or max(map(sum, monomials)) > 2 or len(set(monomials)) < len(monomials):
        return None
    if len(ones) == len(monomials):
        return min(m + m_true - 1, 2 * min(m, m_true))
    squares = {tuple(2 * e for e in monomial) for monomial in ones}
    return 2 * (m + m_true - 1) if squares & set(monomials) else None
