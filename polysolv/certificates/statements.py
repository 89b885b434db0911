"""The statement that a certificate makes, as data with its digest."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from polysolv.certificates.spelling import spell_polynomial
from polysolv.errors import InputError
from polysolv.families import Family
from polysolv.verify.log_symbol import BUILT_IN
from polysolv.verify.reading import digest

if TYPE_CHECKING:
    from polysolv.families import LogSymbol
    from polysolv.systems import PolynomialSystem

SOLVABLE = "SOLVABLE"
UNSOLVABLE = "UNSOLVABLE"
ORDER = "ORDER"
REAL_POSITIVE = "REAL_POSITIVE"
COMPLEX = "COMPLEX"


class FamilySystem(NamedTuple):
    """Names the system of one degree without expanding it.

    Attributes:
        family: the family.
        m: cell size.
        degree: degree r.
    """

    family: Family
    m: int
    degree: int


def statement(
    about: FamilySystem | PolynomialSystem, claim: str, field: str = REAL_POSITIVE
) -> dict[str, Any]:
    """Return the statement that ``claim`` holds over ``field``.

    Args:
        about: the system; one that was built from a family is named by its defining data, any other is
            written out.
        claim: ``"SOLVABLE"``, ``"UNSOLVABLE"`` or ``"ORDER"``.
        field: ``"REAL_POSITIVE"`` (real unknowns, weights > 0) or ``"COMPLEX"`` (weights ≠ 0).

    >>> from polysolv.families import get
    >>> found = statement(FamilySystem(get("location-gaussian"), 2, 1), "SOLVABLE")
    >>> found["family"], found["m"], found["degree"], len(found["digest"])
    ('location-gaussian', 2, 1, 64)
    """
    if not isinstance(about, FamilySystem):
        if about.family is None or about.m is None or about.degree is None:
            return {**_written(about), "claim": claim, "field": field}
        about = FamilySystem(about.family, about.m, about.degree)
    family = about.family
    found = {
        "family": family.name,
        "d": family.dimension,
        "m": about.m,
        "degree": about.degree,
        "claim": claim,
        "field": field,
        "digest": _digest(family.log_symbol, family.nontrivial, family.dimension, about.m, about.degree),
    }
    if family.name not in BUILT_IN:  # the kernel generates these four itself
        found |= {"log_symbol": log_symbol_data(family.log_symbol), "nontrivial": list(family.nontrivial)}
    return found


# An order and its unsolvable side are about the same system.
@lru_cache(maxsize=64)
def _digest(symbol: LogSymbol, nontrivial: tuple[str, ...], d: int, m: int, degree: int) -> str:
    defining = {"log_symbol": log_symbol_data(symbol), "d": d, "m": m, "degree": degree}
    return digest({**defining, "nontrivial": list(nontrivial)})


@lru_cache(maxsize=64)
def log_symbol_data(symbol: LogSymbol) -> dict[str, Any]:
    """Return the log-symbol as the JSON data that the digest of a statement covers."""
    return symbol.to_data()


def _written(system: PolynomialSystem) -> dict[str, Any]:
    if not system.equations:
        raise InputError("system", "no equation", "a system with at least one equation")
    unknowns = system.unknowns
    equations = [
        spell_polynomial(
            {tuple((unknowns[i], e) for i, e in monomial): c for monomial, c in polynomial.items()}
        )
        for polynomial in system.equations.values()
    ]
    written = {
        "weights": list(system.weights),
        "unknowns": [name for name in unknowns if name not in system.weights],
        "nontrivial": list(system.nontrivial),
        "equations": equations,
    }
    return {"system": written, "digest": digest({"system": written})}


def position(about: FamilySystem | PolynomialSystem, index: tuple[int, ...]) -> list[int]:
    """Return how a certificate cites the equation ``index``: itself, or its position in a written system.

    Raises:
        InputError: if the written system has no such equation.
    """
    if isinstance(about, FamilySystem) or about.family is not None:
        return list(index)
    try:
        return [list(about.equations).index(index)]
    except ValueError:
        raise InputError("index", index, "the index of an equation of the system") from None
