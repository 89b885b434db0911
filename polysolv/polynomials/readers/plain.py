"""Plain equations: one a line, or separated by semicolons; ``#`` begins a comment."""

from __future__ import annotations

import re

from polysolv.errors import InputError
from polysolv.polynomials.equations import Equations
from polysolv.polynomials.expression import Names, parse_equation


def read(text: str) -> Equations:
    """Read the equations.

    A line that ends in an operator or an open parenthesis goes on below, and so does one before a line that
    begins with an operator; before + and − only where semicolons end the equations, as those may be signs.

    Raises:
        InputError: naming the equation that cannot be read.
    """
    body = re.sub(r"#.*", "", text)
    joined = re.sub(r"([-+*/^(=])[ \t]*\n\s*", r"\1 ", body)
    going_on = r"[-+*/^=)]" if ";" in body else r"[*/^=)]"
    joined = re.sub(rf"(?<=[^;\s])\s*\n\s*({going_on})", r" \1", joined)
    pieces = [piece.strip().rstrip(",") for piece in re.split(r"[;\n]", joined)]
    names = Names()
    pieces = [piece for piece in pieces if piece]
    equations = tuple(parse_equation(piece, names, f"equation {i}") for i, piece in enumerate(pieces, 1))
    if not equations:
        raise InputError("system", "a text without equations", "equations")
    for i, (piece, equation) in enumerate(zip(pieces, equations, strict=True), 1):
        units = sorted(names.imaginary & set(re.findall(r"[^\W\d]\w*", piece)))
        if units and set(equation) == {()}:
            allowed = f"an equation with an unknown: {units[0]} is the imaginary unit"
            raise InputError(f"equation {i}", piece, allowed)
    return Equations(tuple(names.known), equations)
