"""The part of K that is linear in δ: which combinations of symbols pin down which perturbation."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import TypeVar

from polysolv.families.log_symbol import Exponents, LogSymbol, LogSymbolTerm

# Monomial of the variables -> its terms (coefficient, exponents of δ, exponents of the constants).
Table = dict[Exponents, list[tuple[Fraction, Exponents, Exponents]]]


def symbol_table(log_symbol: LogSymbol) -> Table:
    """Return the coefficient η_s of every monomial s in K, as a list of terms."""
    table: Table = {}
    for term in log_symbol.terms:
        constants = term.constants or (0,) * len(log_symbol.constants)
        table.setdefault(term.variables, []).append((term.coefficient, term.perturbations, constants))
    return table


# Component position -> combination of symbols whose linear part is that component. A factor is a rational and
# exponents of the constants, which may be negative: constants are not zero.
Factor = tuple[Fraction, Exponents]
Solution = tuple[tuple[int, tuple[tuple[Exponents, Factor], ...]], ...]


@lru_cache(maxsize=256)
def linear_solution(log_symbol: LogSymbol) -> Solution:
    """Return, component by component, Σ_s r_s η_s = δ + components listed earlier + non-linear terms.

    A coefficient is divided by only if it is one term; a sum that holds constants may be zero. Where all of
    the linear part is rational, the combinations come from Gaussian elimination and hold no other listed
    component; components that are not listed may stand in any of them, and may be given any value.

    >>> from polysolv.families import get
    >>> linear_solution(get("location-scale-gaussian").log_symbol)
    ((0, (((1,), (Fraction(1, 1), ())),)), (1, (((2,), (Fraction(2, 1), ())),)))
    """
    rows: dict[Exponents, dict[int, list[Factor]]] = {}
    for index, terms in symbol_table(log_symbol).items():
        row = rows.setdefault(index, {})
        for c, e, constants in terms:
            if sum(e) == 1:
                row.setdefault(e.index(1), []).append((c, constants))
    triangular = _triangular(rows)
    if len(triangular) == len(log_symbol.perturbations):
        return triangular
    if any(any(constants) for row in rows.values() for sums in row.values() for _, constants in sums):
        return triangular
    rational = {s: {i: sums[0][0] for i, sums in row.items()} for s, row in rows.items()}
    return _eliminated(rational, (0,) * len(log_symbol.constants))


def _triangular(rows: dict[Exponents, dict[int, list[Factor]]]) -> Solution:
    found: list[tuple[int, tuple[tuple[Exponents, Factor], ...]]] = []
    assigned: set[int] = set()
    used: set[Exponents] = set()
    progress = True
    while progress:
        progress = False
        for index in sorted(rows, key=lambda s: (sum(s), s)):
            missing = [i for i in rows[index] if i not in assigned]
            if len(missing) != 1 or index in used:
                continue
            if len(rows[index][missing[0]]) == 1:
                coefficient, constants = rows[index][missing[0]][0]
                factor = (1 / coefficient, tuple(-e for e in constants))
                found.append((missing[0], ((index, factor),)))
                assigned.add(missing[0])
                used.add(index)
                progress = True
    return tuple(found)


def _eliminated(rows: dict[Exponents, dict[int, Fraction]], zeros: Exponents) -> Solution:
    """Bring the linear part to reduced row echelon form, keeping track of the combinations."""
    left = [dict(row) for row in rows.values()]
    right = [{s: Fraction(1)} for s in rows]
    pivots: dict[int, int] = {}
    for column in sorted({i for row in left for i in row}):
        place = next((k for k, row in enumerate(left) if k not in pivots.values() and column in row), None)
        if place is None:
            continue
        pivots[column] = place
        scale = 1 / left[place][column]
        left[place] = {i: scale * c for i, c in left[place].items()}
        right[place] = {s: scale * c for s, c in right[place].items()}
        for k, row in enumerate(left):
            if k != place and column in row:
                factor = row[column]
                left[k] = _minus(row, left[place], factor)
                right[k] = _minus(right[k], right[place], factor)
    return tuple(
        (column, tuple((s, (c, zeros)) for s, c in right[k].items())) for column, k in pivots.items()
    )


Key = TypeVar("Key")


def _minus(left: dict[Key, Fraction], right: dict[Key, Fraction], factor: Fraction) -> dict[Key, Fraction]:
    result = dict(left)
    for key, value in right.items():
        result[key] = result.get(key, Fraction(0)) - factor * value
    return {key: value for key, value in result.items() if value}


def has_free_symbols(log_symbol: LogSymbol) -> bool:
    """Whether δ ↦ (η_s) is locally one-to-one and onto: the symbols range over a neighbourhood of zero.

    Source: inverse function theorem with :func:`linear_solution`.
    """
    count = len(log_symbol.perturbations)
    return len(linear_solution(log_symbol)) == count == len(symbol_table(log_symbol))


def with_constants(log_symbol: LogSymbol) -> LogSymbol:
    """Return K with its constants appended to the perturbations, for expansions that keep them symbolic."""
    return LogSymbol(
        log_symbol.perturbations + log_symbol.constants,
        log_symbol.covariates,
        log_symbol.duals,
        tuple(
            LogSymbolTerm(
                t.coefficient,
                t.perturbations + (t.constants or (0,) * len(log_symbol.constants)),
                t.variables,
            )
            for t in log_symbol.terms
        ),
    )
