"""The system as Python source for SymPy."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from polysolv.systems.exports.terms import heading, render

if TYPE_CHECKING:
    from polysolv.systems.polynomial import Polynomial
    from polysolv.systems.polynomial_system import PolynomialSystem


def write(system: PolynomialSystem) -> str:
    """Return a script that defines ``unknowns`` and the list ``equations`` with exact coefficients."""
    comments = "".join(f"# {line}\n" for line in heading(system))
    body = "".join(
        f"    Add({_arguments(polynomial, system.unknowns)}),\n" for polynomial in system.equations.values()
    )
    names = ", ".join(system.unknowns)
    return (
        f"{comments}from sympy import Add, Rational, symbols\n\n"
        f'unknowns = symbols("{" ".join(system.unknowns)}", seq=True)\n'
        f"({names},) = unknowns\nequations = [\n{body}]\n"
    )


def _arguments(polynomial: Polynomial, names: Sequence[str]) -> str:
    """Return the terms as arguments of ``Add``: a chain of + would be too deep for Python's compiler."""
    return ", ".join(
        render({monomial: value}, names, power="**", coefficient=_rational)
        for monomial, value in polynomial.items()
    )


def _rational(value: Fraction) -> str:
    return str(value) if value.denominator == 1 else f"Rational({value.numerator}, {value.denominator})"
