"""Linear changes of the dual variables that turn the symbols of K into monomials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import combinations

from polysolv.families.log_symbol import Exponents, LogSymbol, LogSymbolTerm
from polysolv.rates.prover.linear_part import symbol_table

_MAX_BASES = 12
_MAX_DUALS = 4

Form = tuple[Fraction, ...]


@lru_cache(maxsize=256)
def changed_log_symbols(log_symbol: LogSymbol) -> tuple[LogSymbol, ...]:
    """Return K in other coordinates of the dual variables, for each basis of linear forms that K suggests.

    Args:
        log_symbol: K.

    Returns:
        log-symbols in the same perturbations. A form is suggested if a component multiplies it or its square:
        for ``p*(y1 + y2) + q*(y1 - y2)^2`` the basis y1 + y2, y1 − y2 makes K = p·z1 + q·z2².

    The perturbations and V are the same in all coordinates, so every bound and every arc carries over.

    >>> from polysolv import Family
    >>> family = Family.from_log_symbol("f", "p*(u + v) + q*(u - v)^2", ["p", "q"], duals=["u", "v"])
    >>> print(changed_log_symbols(family.log_symbol)[0])
    p*z1 + q*z2^2
    """
    count = len(log_symbol.duals)
    if not 2 <= count <= _MAX_DUALS:
        return ()
    units = [tuple(Fraction(int(i == j)) for j in range(count)) for i in range(count)]
    suggested = [form for form in _forms(log_symbol) if form not in units]
    found = []
    for basis in combinations([*suggested, *units], count):
        if any(form in suggested for form in basis):
            inverse = _inverse(basis)
            if inverse is not None:
                found.append(_substituted(log_symbol, inverse))
        if len(found) >= _MAX_BASES:
            break
    return tuple(found)


def _forms(log_symbol: LogSymbol) -> list[Form]:
    """Return the linear forms, first non-zero coefficient 1, that a component multiplies plain or squared."""
    first, count = len(log_symbol.covariates), len(log_symbol.duals)
    forms: dict[Form, None] = {}
    for position in range(len(log_symbol.perturbations)):
        part: dict[Exponents, Fraction] = {}
        for index, terms in symbol_table(log_symbol).items():
            for c, e, constants in terms:
                if sum(e) == 1 and e[position] and not any(constants) and not any(index[:first]):
                    part[index[first:]] = part.get(index[first:], Fraction(0)) + c
        form = _linear(part, count) or _root(part, count)
        if form is not None:
            lead = next(c for c in form if c)
            forms[tuple(c / lead for c in form)] = None
    return list(forms)


def _linear(part: Mapping[Exponents, Fraction], count: int) -> Form | None:
    if not part or any(sum(index) != 1 for index in part):
        return None
    return tuple(part.get(tuple(int(i == j) for j in range(count)), Fraction(0)) for i in range(count))


def _root(part: Mapping[Exponents, Fraction], count: int) -> Form | None:
    """Return f with part = c·f² for a quadratic form of rank one, else ``None``."""
    if not part or any(sum(index) != 2 for index in part):
        return None

    def entry(i: int, j: int) -> Fraction:
        index = tuple((k == i) + (k == j) for k in range(count))
        return part.get(index, Fraction(0)) / (1 if i == j else 2)

    lead = next((i for i in range(count) if entry(i, i)), None)
    if lead is None:
        return None
    form = tuple(entry(lead, j) / entry(lead, lead) for j in range(count))
    matches = all(
        entry(i, j) == entry(lead, lead) * form[i] * form[j] for i in range(count) for j in range(count)
    )
    return form if matches else None


def _inverse(rows: Sequence[Form]) -> list[list[Fraction]] | None:
    n = len(rows)
    table = [[*row, *(Fraction(int(i == j)) for j in range(n))] for i, row in enumerate(rows)]
    for column in range(n):
        pivot = next((i for i in range(column, n) if table[i][column]), None)
        if pivot is None:
            return None
        table[column], table[pivot] = table[pivot], table[column]
        scale = table[column][column]
        table[column] = [v / scale for v in table[column]]
        for i in range(n):
            factor = table[i][column]
            if i != column and factor:
                table[i] = [v - factor * w for v, w in zip(table[i], table[column], strict=True)]
    return [row[n:] for row in table]


def _substituted(log_symbol: LogSymbol, inverse: Sequence[Sequence[Fraction]]) -> LogSymbol:
    """Put dual_i = Σ_j inverse[i][j] z_j into K."""
    first, count = len(log_symbol.covariates), len(log_symbol.duals)
    collected: dict[tuple[Exponents, Exponents, Exponents], Fraction] = {}
    for t in log_symbol.terms:
        expanded: dict[Exponents, Fraction] = {(0,) * count: t.coefficient}
        for i, power in enumerate(t.variables[first:]):
            for _ in range(power):
                grown: dict[Exponents, Fraction] = {}
                for index, c in expanded.items():
                    for j, factor in enumerate(inverse[i]):
                        if factor:
                            key = tuple(e + (k == j) for k, e in enumerate(index))
                            grown[key] = grown.get(key, Fraction(0)) + c * factor
                expanded = grown
        for index, c in expanded.items():
            place = (t.perturbations, t.variables[:first] + index, t.constants)
            collected[place] = collected.get(place, Fraction(0)) + c
    terms = tuple(LogSymbolTerm(c, *place) for place, c in collected.items() if c)
    names = tuple(f"z{j}" for j in range(1, count + 1))
    taken = {*log_symbol.perturbations, *log_symbol.covariates, *log_symbol.constants}
    while taken & set(names):
        names = tuple(f"{name}_" for name in names)
    return LogSymbol(log_symbol.perturbations, log_symbol.covariates, names, terms, log_symbol.constants)
