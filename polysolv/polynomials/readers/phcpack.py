"""PHCpack's text: a line ``n`` or ``n m``, then n polynomials, each ended by a semicolon."""

from __future__ import annotations

import re

from polysolv.errors import InputError
from polysolv.polynomials.equations import Equations
from polysolv.polynomials.expression import Names, listed, parse_equation


def read(text: str) -> Equations:
    """Read the system; what follows the n-th polynomial (such as a list of solutions) is left alone.

    So are further words on the first line, as PHCpack skips them.

    Raises:
        InputError: if a polynomial is missing, or the number of unknowns is not the stated one.
    """
    first, _, rest = text.lstrip().partition("\n")
    numbers = re.match(r"([0-9]+)(?:\s+([0-9]+)\b)?", first)
    counts = [int(word) if len(word) < 7 else 10**7 for word in numbers.groups() if word] if numbers else [0]
    if not all(1 <= count <= 100_000 for count in counts):
        raise InputError("first line", first.strip(), "n or n m: the numbers of polynomials and unknowns")
    # PHCpack writes `-- comment` nowhere, but lets blank lines and line breaks stand anywhere.
    polynomials = rest.split(";", counts[0])
    if len(polynomials) <= counts[0]:
        raise InputError(
            "polynomials", len(polynomials) - 1, f"{counts[0]}, as the first line says, each ended by ;"
        )
    names = Names()
    equations = tuple(
        parse_equation(re.sub(r"\s+", " ", polynomial), names, f"polynomial {i}")
        for i, polynomial in enumerate(polynomials[: counts[0]], 1)
    )
    stated = counts[1] if len(counts) > 1 else counts[0]
    if len(names.known) > stated or (len(counts) > 1 and len(names.known) != stated):
        raise InputError("unknowns", listed(names.known), f"{stated}, as the first line says")
    return Equations(tuple(names.known), equations)
