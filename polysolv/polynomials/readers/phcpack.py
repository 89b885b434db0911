"""PHCpack's text: a line ``n`` or ``n m``, then n polynomials, each ended by a semicolon."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from polysolv.errors import InputError
from polysolv.polynomials.equations import Equations
from polysolv.polynomials.expression import Names, listed, parse_equation
from polysolv.polynomials.gaussian_rational import Coefficient
from polysolv.polynomials.polynomial import ComplexPolynomial, Monomial


def read(text: str) -> Equations:
    """Read the system; what follows the n-th polynomial (such as a list of solutions) is left alone.

    So are further words on the first line, as PHCpack skips them, and comments in braces. For the inverse of
    an unknown x that occurs with negative exponents stands one more unknown ``x_inverse``, with the equation
    x·x_inverse = 1: as many solutions, each with x ≠ 0.

    Raises:
        InputError: if a polynomial is missing, or the number of unknowns is not the stated one.
    """
    text = without_comments(text)
    first, _, rest = text.lstrip().partition("\n")
    numbers = re.match(r"([0-9]+)(?:\s+([0-9]+)\b)?", first)
    counts = [int(word) if len(word) < 7 else 10**7 for word in numbers.groups() if word] if numbers else [0]
    if not all(1 <= count <= 100_000 for count in counts):
        raise InputError("first line", first.strip(), "n or n m: the numbers of polynomials and unknowns")
    # PHCpack writes `-- comment` nowhere, but lets blank lines and line breaks stand anywhere.
    polynomials = rest.split(";", counts[0])
    if len(polynomials) <= counts[0]:
        raise InputError(
            "polynomials", len(polynomials) - 1, f"{counts[0]}, as the first line says, each ended by ;"
        )
    names = Names(imaginary=("i", "I"), laurent=True)
    equations = tuple(
        parse_equation(re.sub(r"\s+", " ", polynomial), names, f"polynomial {i}")
        for i, polynomial in enumerate(polynomials[: counts[0]], 1)
    )
    stated = counts[1] if len(counts) > 1 else counts[0]
    if len(names.known) > stated or (len(counts) > 1 and len(names.known) != stated):
        raise InputError("unknowns", listed(names.known), f"{stated}, as the first line says")
    return _without_negative_powers(tuple(names.known), equations)


def without_comments(text: str) -> str:
    """Return the text without what stands in braces."""
    return re.sub(r"\{[^{}]*\}", " ", text)


def _without_negative_powers(unknowns: tuple[str, ...], equations: Sequence[ComplexPolynomial]) -> Equations:
    """Replace the factors -1 - i of monomials, the inverses of unknowns i, by unknowns of their own."""
    collected = [_collected(polynomial) for polynomial in equations]
    inverted = sorted({-1 - i for p in collected for monomial in p for i, _ in monomial if i < 0})
    place = {-1 - i: len(unknowns) + number for number, i in enumerate(inverted)}
    names, added = list(unknowns), []
    for i in inverted:
        name = f"{unknowns[i].replace('[', '_').replace(']', '').replace(',', '_')}_inverse"
        while name in names:
            name += "_"
        names.append(name)
        one: ComplexPolynomial = {((i, 1), (place[-1 - i], 1)): Fraction(1), (): Fraction(-1)}
        added.append(one)
    moved: list[ComplexPolynomial] = [
        {tuple(sorted((place.get(i, i), e) for i, e in monomial)): c for monomial, c in polynomial.items()}
        for polynomial in collected
    ]
    return Equations(tuple(names), (*moved, *added))


def _collected(polynomial: ComplexPolynomial) -> dict[Monomial, Coefficient]:
    """Cancel unknowns with their inverses."""
    result: dict[Monomial, Coefficient] = {}
    for monomial, coefficient in polynomial.items():
        powers: dict[int, int] = {}
        for i, e in monomial:
            unknown, sign = (i, 1) if i >= 0 else (-1 - i, -1)
            powers[unknown] = powers.get(unknown, 0) + sign * e
        key = tuple(sorted((i, e) if e > 0 else (-1 - i, -e) for i, e in powers.items() if e))
        total = result.get(key, Fraction(0)) + coefficient
        if total:
            result[key] = total
        else:
            result.pop(key, None)
    return result
