"""How numbers and polynomials are spelled in certificates."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from polysolv.verify.reading import spell

# ((name, exponent ≥ 1), ...) -> coefficient: a polynomial by the names of its variables.
NamedPolynomial = Mapping[tuple[tuple[str, int], ...], int | Fraction]


def spell_rational(number: int | Fraction) -> str:
    """Return the one spelling of a rational that the kernel reads.

    >>> spell_rational(Fraction(-6, 4)), spell_rational(2)
    ('-3/2', '2')
    """
    if number.denominator == 1:
        return spell(number.numerator)
    return f"{spell(number.numerator)}/{spell(number.denominator)}"


def spell_polynomial(polynomial: NamedPolynomial) -> list[dict[str, Any]]:
    """Return a polynomial as the list of its terms.

    >>> spell_polynomial({(("w_2", 2),): Fraction(1, 2)})
    [{'coefficient': '1/2', 'monomial': {'w_2': 2}}]
    """
    return [
        {"coefficient": spell_rational(coefficient), "monomial": dict(monomial)}
        for monomial, coefficient in polynomial.items()
        if coefficient
    ]


def spell_path(path: Mapping[tuple[int, int], int | Fraction]) -> list[dict[str, Any]]:
    """Return a polynomial in ε and z, by its exponents of both.

    >>> spell_path({(1, 0): 2})
    [{'coefficient': '2', 'monomial': {'eps': 1}}]
    """
    names = ("eps", "z")
    return spell_polynomial(
        {tuple((n, k) for n, k in zip(names, e, strict=True) if k): c for e, c in path.items()}
    )
