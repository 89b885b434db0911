"""Bertini's input file: declarations and assignments between INPUT and END."""

from __future__ import annotations

import random
import re
from fractions import Fraction

from polysolv.errors import InputError
from polysolv.polynomials.equations import Equations
from polysolv.polynomials.expression import Names, parse_expression, require_name
from polysolv.polynomials.polynomial import ComplexPolynomial, Monomial

_REFUSED = ("pathvariable", "parameter", "random", "random_real", "implicit_parameter")


def read(text: str) -> Equations:
    """Read groups of variables, ``function``, ``constant`` and assignments; CONFIG is skipped.

    The coordinates of a homogeneous group are fixed by one more equation, a generic linear
    form in them that equals 1: each projective solution is listed once, by one of its representatives.

    Raises:
        InputError: for parameters, whose values the file does not hold, for functions that are declared
            without a definition or defined twice, and for functions that are not homogeneous in a homogeneous
            group.
    """
    text = re.sub(r"%.*", "", text)
    section = r"^\s*CONFIG\b(?:(?!\bINPUT\b).)*?\bEND\b\s*;?"
    text, found = re.subn(section, "", text, count=1, flags=re.DOTALL)
    if not found and re.match(r"\s*CONFIG\b", text):
        raise InputError("CONFIG", "a section without END;", "END; after the settings")
    # What stands between the sections, or before the first, is no part of the input.
    begin = re.search(r"^(?:.*\s)?INPUT\b[^\S\n]*$|\A\s*INPUT\b", text, re.MULTILINE)
    text = text[begin.end() :] if begin else text
    text = re.split(r"\bEND\b\s*(?:;|$)", text, maxsplit=1)[0]
    unknowns: list[str] = []
    groups: list[list[str]] = []
    functions: list[str] = []
    assignments: dict[str, str] = {}
    for statement in filter(None, (" ".join(piece.split()) for piece in text.split(";"))):
        word, _, rest = statement.partition(" ")
        listed = [name.strip() for name in rest.split(",")]
        if word in _REFUSED:
            raise InputError(
                word, " ".join(listed), "a system without parameters: give each its value as a constant"
            )
        if word in {"variable_group", "hom_variable_group", "variable"}:
            unknowns += listed
            groups += [listed] if word == "hom_variable_group" else []
        elif word == "function":
            functions += listed
        elif word in {"constant", "subfunction"}:
            continue
        else:
            name, equals, expression = statement.partition("=")
            name = name.strip()
            if not equals:
                raise InputError("INPUT", statement, "name = polynomial;")
            if name in assignments:
                raise InputError("INPUT", name, "one definition of each name")
            assignments[require_name(name, "INPUT")] = expression
    if not functions:
        raise InputError("INPUT", "no function", "function f, g; with the names of the polynomials")
    names = Names(unknowns, imaginary=("I", "i"))
    values: dict[str, ComplexPolynomial] = {}
    for name, expression in assignments.items():
        if name in unknowns:
            raise InputError("INPUT", name, "assignments to names that are not variables")
        values[name] = names.definitions[name] = parse_expression(expression, names, name)
    for name in functions:
        if name not in values:
            raise InputError("function", name, "functions that are defined below their declaration")
    equations = [values[name] for name in functions]
    for group in groups:
        places = {names.known[name] for name in group}
        for name in functions:
            if len({sum(e for i, e in monomial if i in places) for monomial in values[name]}) > 1:
                raise InputError("function", name, f"polynomials that are homogeneous in {', '.join(group)}")
        equations.append(_patch(sorted(places)))
    return Equations(tuple(unknowns), tuple(equations))


def _patch(places: list[int]) -> ComplexPolynomial:
    """A linear form that equals 1; it vanishes at a given solution only by bad luck."""
    generator = random.Random(len(places))
    patch: dict[Monomial, Fraction] = {
        ((i, 1),): Fraction(generator.choice((-1, 1)) * generator.randint(701, 1999), 1009) for i in places
    }
    patch[()] = Fraction(-1)
    return patch
