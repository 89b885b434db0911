"""The part of Singular that states a system: ``ring``, ``minpoly``, ``poly`` and ``ideal``."""

from __future__ import annotations

import re

from polysolv.errors import InputError
from polysolv.polynomials.equations import Equations
from polysolv.polynomials.expression import Names, listed, parse_expression
from polysolv.polynomials.polynomial import ComplexPolynomial
from polysolv.polynomials.readers.splitting import split_outside

_RING = re.compile(r"ring\s+\w+\s*=\s*(.*)$", re.DOTALL)
_FIELD = re.compile(r"0|QQ|\(\s*(?:0|QQ)\s*,\s*([A-Za-z]\w*)\s*\)")
_ASSIGNED = re.compile(r"(poly|ideal)\s+(\w+)\s*=\s*(.*)$", re.DOTALL)
_RANGE = re.compile(r"([A-Za-z]\w*)\(\s*([0-9]{1,4})\s*\.\.\s*([0-9]{1,4})\s*\)")
_INDEXED = re.compile(r"(?<![A-Za-z_])([A-Za-z]\w*)\(\s*([0-9]+)\s*\)")
_WORD = re.compile(r"(?<![\w.])[0-9]*([A-Za-z]\w*)")
_STATEMENTS = "ring R = 0,(x,y),dp; minpoly, poly and ideal"
_REPORT = re.compile(r"(?:option|LIB|print|std|vdim|dim|degree|quit|I|short|kill|list|def|solve)\b")


def read(text: str) -> Equations:
    """Read a ring over Q, or over Q(i) by ``minpoly``, and the last ideal in it.

    Indexed unknowns ``x(1)`` become ``x_1``; ``3x2y`` is 3·x²·y where no unknown is called so.

    Raises:
        InputError: for another ring, and for statements that define something else; nothing is evaluated.
    """
    text = re.sub(r"/\*.*?\*/|//[^\n]*", " ", text, flags=re.DOTALL)
    names: Names | None = None
    parameter = ""
    polynomials: dict[str, ComplexPolynomial] = {}
    found: list[ComplexPolynomial] = []
    for statement in split_outside(text, ";"):
        if statement.startswith("ring "):
            match = _RING.match(statement)
            parts = split_outside(match[1], ",") if match else []
            field = _FIELD.fullmatch(parts[0]) if len(parts) > 1 else None
            if field is None:
                raise InputError("ring", " ".join(statement.split()), "a ring over Q: ring R = 0,(x,y),dp")
            parameter = field[1] or ""
            names = Names(_unknowns(parts[1]), imaginary=[parameter] if parameter else [])
        elif statement.startswith("minpoly"):
            minimal = re.sub(r"[\s()]", "", statement.partition("=")[2])
            if minimal not in {f"{parameter}^2+1", f"{parameter}2+1", f"1+{parameter}^2"}:
                raise InputError("minpoly", minimal, "the polynomial of the imaginary unit, i^2+1")
        elif match := _ASSIGNED.match(statement):
            if names is None:
                raise InputError(match[1], match[2], "a ring before it")
            pieces = [_long_form(piece, names) for piece in split_outside(match[3], ",")]
            values: list[ComplexPolynomial] = [
                parse_expression(piece, names, f"{match[2]}[{i}]") for i, piece in enumerate(pieces, 1)
            ]
            if match[1] == "ideal":
                found = values
            elif len(values) == 1:
                polynomials[match[2]] = names.definitions[match[2]] = values[0]
        elif _REPORT.match(statement) is None:
            raise InputError("statement", " ".join(statement.split()), _STATEMENTS)
    if names is None or not found:
        raise InputError("system", "a text without an ideal", _STATEMENTS)
    return Equations(tuple(names.known), tuple(found))


def _unknowns(listed_names: str) -> list[str]:
    inside = listed_names.strip()
    if inside.startswith("(") and inside.endswith(")"):
        inside = inside[1:-1]
    result: list[str] = []
    for piece in split_outside(inside, ","):
        if match := _RANGE.fullmatch(piece):
            result += [f"{match[1]}_{i}" for i in range(int(match[2]), int(match[3]) + 1)]
        else:
            result.append(_INDEXED.sub(r"\1_\2", piece))
    if len(set(result)) < len(result):
        raise InputError("ring", listed(result), "each unknown once")
    return result


def _long_form(text: str, names: Names) -> str:
    """Return an expression with ``x(1)`` and the short form ``x2y`` written out."""
    known = set(names.known)
    text = _INDEXED.sub(lambda m: f"{m[1]}_{m[2]}" if f"{m[1]}_{m[2]}" in known else m[0], text)
    letters = "".join(name for name in known if len(name) == 1)
    if not letters:
        return text
    short = re.compile(rf"(?:[{letters}][0-9]*)+")

    def written_out(match: re.Match[str]) -> str:
        word = match[1]
        if word in known or word in names.definitions or not short.fullmatch(word):
            return match[0]
        factors = re.findall(r"([A-Za-z])([0-9]*)", word)
        product = "*".join(f"{name}^{power}" if power else name for name, power in factors)
        number = match[0][: -len(word)]
        return f"{number}*{product}" if number else product

    return _WORD.sub(written_out, text)
