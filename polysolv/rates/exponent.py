"""The noun `Exponent`: κ, the rate it gives, and where it comes from."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

from polysolv.decisions import order
from polysolv.errors import InputError
from polysolv.families import Family


class Exponent(NamedTuple):
    """A parameter's exponent κ in a cell: |δ|^κ ≲ V.

    Attributes:
        exponent: κ, a positive Fraction.
        source: who states it.

    >>> Exponent(Fraction(6), "here").rate
    Fraction(1, 12)
    """

    exponent: Fraction
    source: str

    @property
    def rate(self) -> Fraction:
        """The rate 1/(2κ): errors are of order n^(-1/(2κ)), up to logarithms."""
        return Fraction(self.exponent.denominator, 2 * self.exponent.numerator)

    def to_data(self) -> dict[str, Any]:
        """Return exponent and rate as strings."""
        return {"exponent": str(self.exponent), "rate": str(self.rate)}


def published_exponents(family: Family, m: int, own_order: int | None = None) -> dict[str, Exponent]:
    """Return the exponents in print for a cell of m atoms, for each parameter that has one.

    Args:
        family: the family.
        m: cell size. For m = 1 they are 1.
        own_order: r̄(m) of the family, if the caller has it already.

    Exponents in terms of an order r̄(m) that no theorem settles are left out.

    >>> from polysolv.families import get
    >>> {n: str(e.exponent) for n, e in published_exponents(get("location-scale-gaussian"), 3).items()}
    {'mu': '6', 'sigma': '3'}
    """
    found = {}
    for statement in family.published:
        known: int | None = 0
        if statement.of_order and m > 1:
            known = (None if statement.order_of else own_order) or _order(statement.order_of or family, m)
        if known is not None:
            exponent = Fraction(1) if m == 1 else statement.exponent(known)
            found[statement.parameter] = Exponent(exponent, statement.source)
    return found


@lru_cache(maxsize=1024)
def _order(family: str | Family, m: int) -> int | None:
    try:
        return int(order(family, m))
    except InputError:
        return None


def halving_factor(exponent: Fraction) -> int | float:
    """Return the factor by which n must grow to halve an error of order n^(-1/(2κ)): 2^(2κ).

    Args:
        exponent: κ.

    Returns:
        an integer where 2κ is one, else a float.

    >>> halving_factor(Fraction(6))
    4096
    """
    power = 2 * exponent
    return 2 ** int(power) if power.denominator == 1 else float(2 ** float(power))


def show_factor(factor: int | float) -> str:
    """Return a halving factor for people: as a power of two where it is long.

    >>> show_factor(4096), show_factor(2**40), show_factor(40.31)
    ('4096', '2^40', '40.3')
    """
    if isinstance(factor, float):
        return f"{factor:.3g}"
    return str(factor) if factor < 10**7 else f"2^{factor.bit_length() - 1}"
