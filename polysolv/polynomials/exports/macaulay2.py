"""The system as a Macaulay2 script."""

from __future__ import annotations

import re

from polysolv.polynomials.exports.labelled_system import LabelledSystem
from polysolv.polynomials.exports.renaming import is_free_word, renamed
from polysolv.polynomials.rendering import render

_NAME = re.compile(r"([A-Za-z][A-Za-z0-9]*?)((?:_(?:0|[1-9][0-9]*))*)")
_TAKEN = re.compile(
    r"R|I|K|T|imaginaryUnit|CC|GF|HH|OO|QQ|RR|ZZ|Up|dd|do|gb|hh|id|if|ii|in|is|of|on|oo|or|pi|to|[io]+[0-9]+"
    r"|atan2|expm1|log1p|size2|Homogeneous2|RadicalCodim1|RealQP1|makeS2|utf8\w*"
)
_UNIT = "imaginaryUnit"


def write(system: LabelledSystem) -> str:
    """Return a ring ``R`` over Q, or over Q(i) where coefficients are complex, and the ideal ``I``."""
    # x and x_1 cannot both be unknowns, as the one would be an entry of the other.
    parents = {name[:place] for name in system.unknowns for place, sign in enumerate(name) if sign == "_"}
    system = renamed(system, lambda name: name not in parents and _is_allowed(name))
    names = macaulay2_names(system.unknowns)
    comments = "".join(f"-- {line}\n" for line in system.heading)
    texts = [render(polynomial, names, imaginary=_UNIT) for polynomial in system.equations]
    # A number is an element of R only where it is said so.
    body = ",\n".join(
        text if any(polynomial) else f"({text})_R"
        for text, polynomial in zip(texts, system.equations, strict=True)
    )
    field, over = "QQ", ""
    if not system.is_real:
        field, over = "K", f"K = toField(QQ[{_UNIT}]/({_UNIT}^2+1));\n"
    return f"{comments}{over}R = {field}[{','.join(names)}];\nI = ideal(\n{body});\n"


def macaulay2_names(unknowns: tuple[str, ...]) -> list[str]:
    """Return the unknowns as Macaulay2 reads them: ``_`` is its subscript operator.

    A name with several numbers gets them in parentheses.

    >>> macaulay2_names(("w_1", "beta1_2_1", "x"))
    ['w_1', 'beta1_(2,1)', 'x']
    """
    names = []
    for unknown in unknowns:
        base, *numbers = unknown.split("_")
        subscript = numbers[0] if len(numbers) == 1 else f"({','.join(numbers)})"
        names.append(f"{base}_{subscript}" if numbers else base)
    return names


def _is_allowed(name: str) -> bool:
    match = _NAME.fullmatch(name)
    return match is not None and _TAKEN.fullmatch(match[1]) is None and is_free_word(match[1])
