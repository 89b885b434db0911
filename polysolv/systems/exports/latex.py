"""The system as LaTeX for papers."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from polysolv.formula import latex_name
from polysolv.systems.exports.terms import render

if TYPE_CHECKING:
    from polysolv.systems.polynomial_system import PolynomialSystem

_TERMS_A_LINE = 6


def write(system: PolynomialSystem) -> str:
    """Return an ``align*`` environment (package amsmath), long equations broken into lines."""
    names = [latex_name(n, perturbation=n not in system.weights) for n in system.unknowns]
    rows = []
    for index, polynomial in system.equations.items():
        terms = list(polynomial.items())
        lines = [
            render(
                dict(terms[i : i + _TERMS_A_LINE]),
                names,
                power="^",
                times=" ",
                coefficient=_fraction,
                spaced=True,
            )
            for i in range(0, len(terms), _TERMS_A_LINE)
        ] or ["0"]
        first, rest = lines[0], lines[1:]
        label = ",".join(map(str, index))
        row = f"P_{{({label})}} &= {first}"
        row += "".join(f" \\\\\n&\\quad {line if line.startswith('-') else '+ ' + line}" for line in rest)
        rows.append(row + " = 0")
    body = " \\\\\n".join(rows)
    return f"\\begin{{align*}}\n{body}\n\\end{{align*}}\n"


def _fraction(value: Fraction) -> str:
    return str(value) if value.denominator == 1 else rf"\tfrac{{{value.numerator}}}{{{value.denominator}}}"
