"""The ways to write a monomial as a product of symbols."""

from __future__ import annotations

from functools import lru_cache

from polysolv.families.log_symbol import Exponents, LogSymbol


def factorisations(monomial: Exponents, symbols: list[Exponents]) -> list[Exponents]:
    """Return every way to write ``monomial`` as a product of powers of ``symbols``.

    Args:
        monomial: exponents of the variables.
        symbols: non-constant monomials.

    Returns:
        exponent vectors over ``symbols``, in lexicographic order from the largest.

    >>> factorisations((2,), [(1,), (2,)])
    [(2, 0), (0, 1)]
    """
    useful = [i for i, s in enumerate(symbols) if all(n <= have for n, have in zip(s, monomial, strict=True))]
    found = []
    for powers in _split(monomial, [symbols[i] for i in useful]):
        full = [0] * len(symbols)
        for position, power in zip(useful, powers, strict=True):
            full[position] = power
        found.append(tuple(full))
    return found


@lru_cache(maxsize=64)
def square_factorisations(log_symbol: LogSymbol, name: str) -> tuple[Exponents, ...]:
    """Return every way to write the square of a component's symbol as a product of symbols of a linear K."""
    square = tuple(2 * e for e in log_symbol.symbols[name][1])
    return tuple(factorisations(square, [monomial for _, monomial in log_symbol.symbols.values()]))


def _split(monomial: Exponents, symbols: list[Exponents]) -> list[Exponents]:
    if not symbols:
        return [] if any(monomial) else [()]
    first, rest = symbols[0], symbols[1:]
    most = min(have // need for have, need in zip(monomial, first, strict=True) if need)
    if not rest:  # the last symbol must make up all that is left
        return [(most,)] if monomial == tuple(most * need for need in first) else []
    return [
        (power, *tail)
        for power in range(most, -1, -1)
        for tail in _split(
            tuple(have - power * need for have, need in zip(monomial, first, strict=True)), rest
        )
    ]
