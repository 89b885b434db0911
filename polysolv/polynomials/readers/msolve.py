"""msolve's input: a line of unknowns, a line with the characteristic, polynomials separated by commas."""

from __future__ import annotations

from polysolv.errors import InputError
from polysolv.polynomials.equations import Equations
from polysolv.polynomials.expression import Names, parse_expression


def read(text: str) -> Equations:
    """Read a system of characteristic 0.

    Raises:
        InputError: for another characteristic, or what is no polynomial.
    """
    first, characteristic, rest = [*text.lstrip().split("\n", 2), ""][:3]
    if characteristic.strip() != "0":
        raise InputError("characteristic", characteristic.strip(), "0: coefficients are rational numbers")
    names = Names([name.strip() for name in first.split(",")], imaginary=())
    pieces = [piece for piece in rest.split(",") if piece.strip()]
    if not pieces:
        raise InputError("system", "a text without polynomials", "polynomials separated by commas")
    equations = tuple(parse_expression(part, names, f"polynomial {i}") for i, part in enumerate(pieces, 1))
    return Equations(tuple(names.known), equations)
