"""The system as LaTeX for papers."""

from __future__ import annotations

import re
from fractions import Fraction

from polysolv.display.formula import latex_name, latex_names
from polysolv.polynomials.exports.labelled_system import LabelledSystem
from polysolv.polynomials.rendering import render

__all__ = ["latex_name", "write"]

_TERMS_A_LINE = 6


def write(system: LabelledSystem) -> str:
    """Return an ``align*`` environment (package amsmath), long equations broken into lines."""
    names = latex_names(system.unknowns, system.perturbations)
    rows = []
    for label, polynomial in zip(system.labels, system.equations, strict=True):
        terms = list(polynomial.items())
        lines = [
            render(
                dict(terms[i : i + _TERMS_A_LINE]),
                names,
                power="^",
                times=" ",
                coefficient=_fraction,
                imaginary=r"\mathrm{i}",
                spaced=True,
            )
            for i in range(0, len(terms), _TERMS_A_LINE)
        ] or ["0"]
        first, rest = lines[0], lines[1:]
        letter, index = label.rstrip("]").split("[")
        row = f"{letter}_{{({index})}} &= {first}"
        row += "".join(f" \\\\\n&\\quad {line if line.startswith('-') else '+ ' + line}" for line in rest)
        rows.append(row + " = 0")
    body = " \\\\\n".join(rows)
    body = re.sub(r"\^([0-9]{2,})", r"^{\1}", body)
    comments = "".join(f"% {line}\n" for line in (*system.heading, f"unknowns: {', '.join(system.unknowns)}"))
    return f"\\begin{{align*}}\n{body}\n\\end{{align*}}\n{comments}"


def _fraction(value: Fraction) -> str:
    return str(value) if value.denominator == 1 else rf"\tfrac{{{value.numerator}}}{{{value.denominator}}}"
