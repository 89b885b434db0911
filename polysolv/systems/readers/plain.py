"""Plain equations: one a line, or separated by semicolons; ``#`` begins a comment."""

from __future__ import annotations

import re

from polysolv.errors import InputError
from polysolv.systems.generic_system import GenericSystem
from polysolv.systems.readers.expression import Names, parse_equation


def read(text: str) -> GenericSystem:
    """Read the equations; a line that ends in an operator or a comma-free open parenthesis goes on below.

    Raises:
        InputError: naming the equation that cannot be read.
    """
    lines = [re.sub(r"#.*", "", line) for line in text.splitlines()]
    joined = re.sub(r"([-+*/^(=])[ \t]*\n\s*", r"\1 ", "\n".join(lines))
    pieces = [piece.strip().rstrip(",") for piece in re.split(r"[;\n]", joined)]
    names = Names()
    equations = tuple(
        parse_equation(piece, names, f"equation {i}") for i, piece in enumerate(filter(None, pieces), 1)
    )
    if not equations:
        raise InputError("system", "a text without equations", "equations")
    return GenericSystem(tuple(names.known), equations)
