"""Rational roots and irreducible factors of polynomials in one variable."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from polysolv.groebner.basis import squarefree_part
from polysolv.groebner.real_roots import isolate, primitive_part


def rational_roots(polynomial: Sequence[Fraction]) -> list[Fraction]:
    """Return the rational roots, each once, ascending.

    Args:
        polynomial: not zero, the constant first.

    >>> rational_roots([Fraction(0), Fraction(-1), Fraction(2)])
    [Fraction(0, 1), Fraction(1, 2)]
    """
    linear = [f for f in irreducible_factors(polynomial) if len(f) == 2]
    return sorted(-f[0] / f[1] for f in linear)


def irreducible_factors(polynomial: Sequence[Fraction]) -> list[list[Fraction]]:
    """Return the irreducible factors over Q, each once, the constant first, by SymPy.

    >>> irreducible_factors([Fraction(-1), Fraction(0), Fraction(0), Fraction(1)])
    [[Fraction(-1, 1), Fraction(1, 1)], [Fraction(1, 1), Fraction(1, 1), Fraction(1, 1)]]
    """
    from sympy import ZZ, Poly, Symbol

    integers = primitive_part(list(polynomial))
    if len(integers) == 2:
        return [[Fraction(c) for c in integers]]
    factors = Poly(list(reversed(integers)), Symbol("t"), domain=ZZ).factor_list()[1]
    return [[Fraction(int(c)) for c in reversed(factor.all_coeffs())] for factor, _ in factors]


def real_part(polynomial: Sequence[Fraction]) -> list[Fraction]:
    """Return the product of the irreducible factors all of whose roots are real, the constant first.

    >>> real_part([Fraction(0), Fraction(1), Fraction(0), Fraction(1)])
    [Fraction(0, 1), Fraction(1, 1)]
    """
    total = [Fraction(1)]
    for factor in irreducible_factors(polynomial):
        if len(isolate(primitive_part(squarefree_part(factor)))) == len(factor) - 1:
            grown = [Fraction(0)] * (len(total) + len(factor) - 1)
            for i, a in enumerate(total):
                for j, b in enumerate(factor):
                    grown[i + j] += a * b
            total = grown
    return total
