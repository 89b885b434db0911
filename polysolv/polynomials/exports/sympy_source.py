"""The system as Python source for SymPy."""

from __future__ import annotations

import keyword
from collections.abc import Sequence
from fractions import Fraction

from polysolv.polynomials.exports.labelled_system import LabelledSystem
from polysolv.polynomials.exports.renaming import renamed
from polysolv.polynomials.polynomial import ComplexPolynomial
from polysolv.polynomials.rendering import render

_TAKEN = frozenset(("Add", "I", "Rational", "symbols", "unknowns", "equations"))


def write(system: LabelledSystem) -> str:
    """Return a script that defines ``unknowns`` and the list ``equations`` with exact coefficients."""
    system = renamed(system, _is_allowed)
    comments = "".join(f"# {line}\n" for line in system.heading)
    body = "".join(
        f"    Add({_arguments(polynomial, system.unknowns)}),\n" for polynomial in system.equations
    )
    names = ", ".join(system.unknowns)
    return (
        f"{comments}from sympy import Add, {'' if system.is_real else 'I, '}Rational, symbols\n\n"
        f'unknowns = symbols("{" ".join(system.unknowns)}", seq=True)\n'
        f"({names},) = unknowns\nequations = [\n{body}]\n"
    )


def _arguments(polynomial: ComplexPolynomial, names: Sequence[str]) -> str:
    """Return the terms as arguments of ``Add``: a chain of + would be too deep for Python's compiler."""
    return ", ".join(
        render({monomial: value}, names, power="**", coefficient=_rational, imaginary="I")
        for monomial, value in polynomial.items()
    )


def _rational(value: Fraction) -> str:
    return str(value) if value.denominator == 1 else f"Rational({value.numerator}, {value.denominator})"


def _is_allowed(name: str) -> bool:
    return name.isidentifier() and name not in _TAKEN and not keyword.iskeyword(name)
