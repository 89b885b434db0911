"""Whether two polynomials have a common factor, and the factors of one."""

from __future__ import annotations

import random
from fractions import Fraction

from polysolv.polynomials.polynomial import ComplexPolynomial, Monomial

_PRIME = 2**61 - 1


def have_common_factor(
    left: ComplexPolynomial, right: ComplexPolynomial, unknowns: int, rng: random.Random
) -> bool:
    """Whether two rational polynomials have, it seems, a common factor other than numbers.

    On a random line over a finite field polynomials without one have no common zero: these meet where two
    equations hold, which few lines do.

    >>> x, y = ((0, 1),), ((1, 1),)
    >>> one = {((0, 1), (1, 1)): Fraction(1), x: Fraction(-1)}
    >>> have_common_factor(one, {y: Fraction(2), (): Fraction(-2)}, 2, random.Random(0))
    True
    >>> have_common_factor(one, {y: Fraction(2), x: Fraction(-2)}, 2, random.Random(0))
    False
    """
    line = [[rng.randrange(1, _PRIME) for _ in range(2)] for _ in range(unknowns)]
    a, b = _on_line(left, line), _on_line(right, line)
    while b:
        a, b = b, _remainder(a, b)
    return len(a) > 1


def distinct_factors(polynomial: ComplexPolynomial, unknowns: int) -> list[dict[Monomial, Fraction]]:
    """Return the irreducible factors over Q of a rational polynomial, each once.

    >>> square = {((0, 2),): Fraction(1), ((0, 1),): Fraction(2), (): Fraction(1)}
    >>> [len(factor) for factor in distinct_factors(square, 1)]
    [2]
    """
    import sympy

    dense = {}
    for monomial, value in polynomial.items():
        powers = dict(monomial)
        exponents = tuple(powers.get(i, 0) for i in range(unknowns))
        dense[exponents] = sympy.Rational(value.numerator, value.denominator)  # type: ignore[union-attr]
    names = sympy.symbols(f"x:{unknowns}")
    found = []
    for factor, _ in sympy.Poly.from_dict(dense, *names, domain="QQ").factor_list()[1]:
        terms = {}
        for exponents, number in factor.terms():
            monomial = tuple((i, int(e)) for i, e in enumerate(exponents) if e)
            terms[monomial] = Fraction(int(number.p), int(number.q))
        found.append(terms)
    return found


def _on_line(polynomial: ComplexPolynomial, line: list[list[int]]) -> list[int]:
    """Coefficients of the polynomial at x_i = a_i + b_i·t, lowest first, without zeros at the end."""
    total: list[int] = []
    for monomial, value in polynomial.items():
        numerator, denominator = value.numerator, value.denominator  # type: ignore[union-attr]
        term = [numerator % _PRIME * pow(denominator, -1, _PRIME) % _PRIME]
        for index, exponent in monomial:
            a, b = line[index]
            for _ in range(exponent):
                term = [
                    (a * low + b * high) % _PRIME for low, high in zip([*term, 0], [0, *term], strict=True)
                ]
        total += [0] * (len(term) - len(total))
        for i, c in enumerate(term):
            total[i] = (total[i] + c) % _PRIME
    return _trimmed(total)


def _remainder(a: list[int], b: list[int]) -> list[int]:
    a = a.copy()
    inverse = pow(b[-1], -1, _PRIME)
    while len(a) >= len(b):
        factor, shift = a[-1] * inverse % _PRIME, len(a) - len(b)
        for i, c in enumerate(b):
            a[i + shift] = (a[i + shift] - factor * c) % _PRIME
        a = _trimmed(a[:-1])
    return a


def _trimmed(coefficients: list[int]) -> list[int]:
    while coefficients and not coefficients[-1]:
        coefficients.pop()
    return coefficients
