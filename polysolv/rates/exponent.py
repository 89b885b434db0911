"""The noun `Exponent`: κ, the rate it gives, and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any


@dataclass(frozen=True)
class Exponent:
    """A parameter's exponent κ in a cell: |δ|^κ ≲ V.

    Args:
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
        return 1 / (2 * self.exponent)

    def to_data(self) -> dict[str, Any]:
        """Return exponent and rate as strings."""
        return {"exponent": str(self.exponent), "rate": str(self.rate)}


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
