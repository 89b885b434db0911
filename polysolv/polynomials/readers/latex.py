"""LaTeX as our export writes it: an ``align*`` environment of rows ``P_{(0,1)} &= … = 0``."""

from __future__ import annotations

import re

from polysolv.display.formula import latex_names
from polysolv.errors import InputError
from polysolv.polynomials.equations import Equations
from polysolv.polynomials.expression import Names, parse_equation

_BODY = re.compile(r"\\begin\{align\*?\}(.*?)\\end\{align\*?\}", re.DOTALL)
_LABEL = re.compile(r"^\s*[A-Za-z]_\{\([0-9,]*\)\}\s*=")
_UNKNOWNS = re.compile(r"^% unknowns: (.+)$", re.MULTILINE)
_FRACTION = re.compile(r"\\[td]?frac\s*\{([0-9]+)\}\s*\{([0-9]+)\}")
_NAME = re.compile(r"\{(?:\\delta\s*)?(?:\\mathrm\{([^{}]+)\}|\\?([A-Za-z]+))(?:_\{([0-9,]+)\})?\}")
_POWER = re.compile(r"\^\{([0-9]+)\}")


def read(text: str) -> Equations:
    """Read the rows of all environments; a comment ``% unknowns: …`` declares the unknowns.

    Raises:
        InputError: if a row is no polynomial equation.
    """
    declared = _UNKNOWNS.search(text)
    unknowns = None if declared is None else declared[1].split(", ")
    unit = "imaginary"
    while unit in (unknowns or ()):
        unit += "_"
    names = Names(unknowns, imaginary=(unit,))
    spelled = _spelling(unknowns or [])
    rows = []
    for body in _BODY.findall(re.sub(r"(?<!\\)%.*", "", text)):
        joined = re.sub(r"\\\\\s*&\\quad", " ", body).replace("&", "")
        rows += [row for row in joined.split(r"\\") if row.strip()]
    if not rows:
        raise InputError("system", "an environment without rows", r"rows that end in \\")
    equations = []
    for number, row in enumerate(rows, 1):
        expression = _FRACTION.sub(r"(\1/\2)", _LABEL.sub("", row).replace(r"\mathrm{i}", f" {unit} "))
        expression = _NAME.sub(lambda match: f" {_name(match, spelled)} ", expression)
        expression = _POWER.sub(r"^\1", expression).replace(r"\left", "").replace(r"\right", "")
        equations.append(parse_equation(re.sub(r"\s+(?=\^)", "", expression), names, f"row {number}"))
    return Equations(tuple(names.known), tuple(equations))


def _spelling(unknowns: list[str]) -> dict[str, str]:
    spelled: dict[str, str] = {}
    for perturbed in (frozenset(unknowns), frozenset[str]()):
        spelled |= dict(zip(latex_names(unknowns, perturbed), unknowns, strict=True))
    return spelled


def _name(match: re.Match[str], spelled: dict[str, str]) -> str:
    if match[0] in spelled:
        return spelled[match[0]]
    upright, letters, numbers = match.groups()
    base = (upright or letters).replace(r"\_", "_")
    return "_".join([base, *(numbers.split(",") if numbers else [])])
