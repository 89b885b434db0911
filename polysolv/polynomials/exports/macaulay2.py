"""The system as a Macaulay2 script."""

from __future__ import annotations

import re

from polysolv.polynomials.exports.labelled_system import LabelledSystem
from polysolv.polynomials.rendering import render


def write(system: LabelledSystem) -> str:
    """Return a ring ``R`` over Q and the ideal ``I``."""
    names = macaulay2_names(system.unknowns)
    comments = "".join(f"-- {line}\n" for line in system.heading)
    body = ",\n".join(render(polynomial, names) for polynomial in system.equations)
    return f"{comments}R = QQ[{','.join(names)}];\nI = ideal(\n{body});\n"


def macaulay2_names(unknowns: tuple[str, ...]) -> list[str]:
    """Return the unknowns as Macaulay2 reads them: ``_`` is its subscript operator.

    A name with several numbers gets them in parentheses; names that do not end in numbers, or that would
    clash, are numbered instead.

    >>> macaulay2_names(("w_1", "beta1_2_1"))
    ['w_1', 'beta1_(2,1)']
    """
    names = []
    for unknown in unknowns:
        match = re.fullmatch(r"([A-Za-z][A-Za-z0-9]*?)((?:_\d+)+)", unknown)
        if match is None:
            return [f"v_{i}" for i in range(1, len(unknowns) + 1)]
        numbers = match[2][1:].split("_")
        names.append(f"{match[1]}_{numbers[0] if len(numbers) == 1 else '(' + ','.join(numbers) + ')'}")
    return names
