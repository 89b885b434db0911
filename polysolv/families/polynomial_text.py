"""The text of a polynomial in named variables, as the parser of this package reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

Exponents = tuple[int, ...]


def show_polynomial(polynomial: Mapping[Exponents, Fraction], names: Sequence[str]) -> str:
    """Return a polynomial as text that :func:`polysolv.families.parser.parse_polynomial` reads.

    >>> show_polynomial({(2,): Fraction(1), (1,): Fraction(-1, 2)}, ["x"])
    'x^2 - 1/2*x'
    """
    text = ""
    for e, c in sorted(polynomial.items(), key=lambda item: (-sum(item[0]), [-k for k in item[0]])):
        factors = [n if k == 1 else f"{n}^{k}" for n, k in zip(names, e, strict=True) if k]
        if abs(c) != 1 or not factors:
            factors.insert(0, str(abs(c)))
        sign = ("-" if c < 0 else "") if not text else (" - " if c < 0 else " + ")
        text += sign + "*".join(factors)
    return text or "0"
