"""Our own text for people: a heading, then lines like ``P[0,1] = w_1*b_1 + w_2*b_2``."""

from __future__ import annotations

import re

from polysolv.errors import InputError
from polysolv.polynomials.equations import Equations
from polysolv.polynomials.expression import Names, listed, parse_expression

# Patterns are compiled by the first text that asks for them.
EQUATION = r"(?m)^[A-Za-z]\[[0-9]+(?:,[0-9]+)*\] = (.+)$"
COUNTS = r"(?m)^([0-9]{1,6}) equations?, ([0-9]{1,6}) unknowns?$"
_UNKNOWNS = r"(?m)^unknowns: (.+)$"


def read(text: str) -> Equations:
    """Read the equations; a line ``unknowns: …`` declares the unknowns, else they are those that occur.

    Raises:
        InputError: if an equation cannot be read, or their number is not the stated one.
    """
    declared = re.search(_UNKNOWNS, text)
    names = Names(None if declared is None else declared[1].split(", "))
    found = re.findall(EQUATION, text)
    equations = tuple(parse_expression(part, names, f"equation {i}") for i, part in enumerate(found, 1))
    counts = re.search(COUNTS, text)
    if counts is not None and int(counts[1]) != len(equations):
        raise InputError("equations", len(equations), f"{counts[1]}, as the heading says")
    if counts is not None and int(counts[2]) != len(names.known):
        raise InputError("unknowns", listed(names.known), f"{counts[2]}, as the heading says")
    return Equations(tuple(names.known), equations)
