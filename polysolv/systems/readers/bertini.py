"""Bertini's input file: declarations and assignments between INPUT and END."""

from __future__ import annotations

import re

from polysolv.errors import InputError
from polysolv.systems.generic_system import GenericSystem
from polysolv.systems.polynomial import Polynomial
from polysolv.systems.readers.expression import Names, parse_expression

_REFUSED = ("hom_variable_group", "pathvariable", "parameter", "random", "random_real", "implicit_parameter")


def read(text: str) -> GenericSystem:
    """Read ``variable_group``, ``variable``, ``function``, ``constant`` and assignments; CONFIG is skipped.

    Raises:
        InputError: for homogeneous groups and parameters, which this reader does not take, and for functions
            that are declared without a definition.
    """
    text = re.sub(r"%.*", "", text)
    text = re.sub(r"\bCONFIG\b.*?\bEND\s*;", "", text, count=1, flags=re.DOTALL)
    text = re.sub(r"^\s*INPUT\b", "", text, count=1)
    text = re.split(r"\bEND\s*;", text, maxsplit=1)[0]
    unknowns: list[str] = []
    functions: list[str] = []
    assignments: list[tuple[str, str]] = []
    for statement in filter(None, (" ".join(piece.split()) for piece in text.split(";"))):
        word, _, rest = statement.partition(" ")
        listed = [name.strip() for name in rest.split(",")]
        if word in _REFUSED:
            raise InputError("INPUT", word, "variable_group, variable, function, constant and assignments")
        if word in {"variable_group", "variable"}:
            unknowns += listed
        elif word == "function":
            functions += listed
        elif word in {"constant", "subfunction"}:
            continue
        else:
            name, equals, expression = statement.partition("=")
            if not equals:
                raise InputError("INPUT", statement, "name = polynomial;")
            assignments.append((name.strip(), expression))
    names = Names(unknowns)
    values: dict[str, Polynomial] = {}
    for name, expression in assignments:
        if name in unknowns:
            raise InputError("INPUT", name, "assignments to names that are not variables")
        values[name] = names.definitions[name] = parse_expression(expression, names, name)
    for name in functions:
        if name not in values:
            raise InputError("function", name, "functions that are defined below their declaration")
    return GenericSystem(tuple(unknowns), tuple(values[name] for name in functions))
