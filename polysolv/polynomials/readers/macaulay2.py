"""The part of Macaulay2 that states a system: a polynomial ring over Q or Q(i), and an ideal in it."""

from __future__ import annotations

import re

from polysolv.errors import InputError
from polysolv.polynomials.equations import Equations
from polysolv.polynomials.expression import Names, parse_expression
from polysolv.polynomials.polynomial import ComplexPolynomial
from polysolv.polynomials.readers.splitting import closing, split_outside

_ASSIGNED = re.compile(r"([A-Za-z]\w*)\s*=\s*(.*)$", re.DOTALL)
_FIELD = re.compile(r"toField\s*\(\s*QQ\s*\[\s*(\w+)\s*\]\s*/\s*\(?\s*\1\s*\^\s*2\s*\+\s*1\s*\)?\s*\)")
_RING = re.compile(r"([\w/]+)\s*\[(.*)\]$", re.DOTALL)
_IDEAL = re.compile(r"(?:ideal|polySystem|solveSystem)\b\s*(.*)$", re.DOTALL)
_RANGE = re.compile(r"(\w+)_([0-9]{1,4})\s*\.\.\s*\1_([0-9]{1,4})")
_LETTERS = re.compile(r"([a-z])\s*\.\.\s*([a-z])|([A-Z])\s*\.\.\s*([A-Z])")
_GENERATORS = re.compile(r"^\s*(?:flatten\s+entries\s+gens\b)?\s*|_\*")
_DIGITS = re.compile(r"\b(?:CC|RR)_[0-9]+\b")
_SUBSCRIPT = re.compile(r"_\(\s*([0-9]+(?:\s*,\s*[0-9]+)*)\s*\)")
_STATEMENTS = "R = QQ[x,y]; I = ideal(polynomials)"
_REPORT = re.compile(r"(?:print|dim|degree|gens|needsPackage|exit|use|restart|codim|decompose|gb|toString)\b")


def read(text: str) -> Equations:
    """Read the last ideal, list of polynomials or solved system in the last ring.

    Unknowns ``x_(1,2)`` become ``x_1_2``.

    Raises:
        InputError: for rings over other fields, and statements that define something else.
    """
    text = re.sub(r"-\*.*?\*-|--[^\n]*", " ", text, flags=re.DOTALL)
    text = re.sub(r"\)_[A-Za-z]\w*", ")", text)  # a number as an element of a ring
    text = _SUBSCRIPT.sub(lambda match: "_" + re.sub(r"\s*,\s*", "_", match[1]), text)
    text = _DIGITS.sub("CC", text)
    fields: dict[str, tuple[str, ...]] = {"QQ": (), "ZZ": (), "RR": (), "CC": ("ii",)}
    names: Names | None = None
    found: list[ComplexPolynomial] = []
    lists: dict[str, list[ComplexPolynomial]] = {}
    for statement in _statements(text):
        match = _ASSIGNED.match(statement)
        value = match[2].strip() if match else statement
        ring, ideal = _RING.fullmatch(value), _IDEAL.match(value)
        if match and value in fields:
            fields[match[1]] = fields[value]
        elif match and (field := _FIELD.fullmatch(value)):
            fields[match[1]] = (field[1],)
        elif ring is not None and ring[2].strip() and not value.startswith(("[", "{")):
            if ring[1] not in fields:
                raise InputError("ring", value, "a polynomial ring over QQ")
            names = Names(_unknowns(ring[2]), imaginary=fields[ring[1]])
            found, lists = [], {}
        elif (
            ideal is not None
            and (name := _GENERATORS.sub("", ideal[1]).strip(" ()").removesuffix("_*")) in lists
        ):
            found = lists[name]
            if match:
                lists[match[1]] = found
        elif ideal is not None or (match and value.startswith("{")):
            if names is None:
                raise InputError("ideal", value, "a ring before it")
            pieces = split_outside(_inside(ideal[1] if ideal else value), ",")
            found = [parse_expression(part, names, f"polynomial {i}") for i, part in enumerate(pieces, 1)]
            if match:
                lists[match[1]] = found
        elif match and names is not None:
            names.definitions[match[1]] = parse_expression(value, names, match[1])
        elif _REPORT.match(value) is None:
            raise InputError("statement", " ".join(statement.split()), _STATEMENTS)
    if names is None or not found:
        raise InputError("system", "a text without an ideal", _STATEMENTS)
    return Equations(tuple(names.known), tuple(found))


def _statements(text: str) -> list[str]:
    """Split at semicolons, and at line ends after which no operator or bracket goes on."""
    joined = re.sub(r"([-+*/^(=,\[{])[^\S\n]*\n\s*", r"\1 ", text)
    return split_outside(joined, ";\n")


def _inside(text: str) -> str:
    text = text.strip()
    while text[:1] in {"(", "{", "["} and closing(text, 0) == len(text) - 1:
        inner = text[1:-1].strip()
        if text[0] == "(" and len(split_outside(text, ",")) > 1:
            break
        text = inner
    return text


def _unknowns(inside: str) -> list[str]:
    result: list[str] = []
    for piece in split_outside(inside, ","):
        if match := _RANGE.fullmatch(piece):
            result += [f"{match[1]}_{i}" for i in range(int(match[2]), int(match[3]) + 1)]
        elif match := _LETTERS.fullmatch(piece):
            result += [chr(code) for code in range(ord(match[1] or match[3]), ord(match[2] or match[4]) + 1)]
        elif "=>" not in piece:  # an option such as MonomialOrder => Lex
            result.append(piece)
    return result
