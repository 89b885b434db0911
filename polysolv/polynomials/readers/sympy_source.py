"""The part of Python that states a system for SymPy; nothing is run."""

from __future__ import annotations

import re

from polysolv.errors import InputError
from polysolv.polynomials.equations import Equations
from polysolv.polynomials.expression import Names, parse_expression
from polysolv.polynomials.polynomial import ComplexPolynomial
from polysolv.polynomials.readers.splitting import closing, split_outside

_SYMBOLS = re.compile(
    r"(?:[^\W\d]\w*|\([^()=]*\)|[\w\s,]+?)\s*=\s*(?:sympy\.|sp\.)?symbols\(\s*([\"'])(.*?)\1.*\)$", re.DOTALL
)
_SYMBOL = re.compile(r"[^\W\d]\w*\s*=\s*(?:sympy\.|sp\.)?Symbol\(\s*([\"'])(.*?)\1.*\)$", re.DOTALL)
_ASSIGNED = re.compile(r"([^\W\d]\w*)\s*=\s*(.*)$", re.DOTALL)
_UNPACKED = re.compile(r"\(?[\w\s,]+\)?\s*=\s*[^\W\d]\w*$")
_CALL = re.compile(r"(?<![\w.])(?:sympy\.|sp\.)?(Add|Mul|Rational|Integer|Eq|Pow|S)\(")
_MAX_DEPTH = 50
_STATEMENTS = "imports of sympy, x, y = symbols('x y'), name = polynomial, name = [polynomials]"
_REPORT = re.compile(r"(?:sympy\.|sp\.)?(?:from|import|print|solve|nonlinsolve|solve_poly_system|groebner)\b")


def read(text: str) -> Equations:
    """Read the unknowns and the last list of polynomials.

    Raises:
        InputError: for anything else in the text.
    """
    text = re.sub(r"#[^\n]*", "", text)
    names = Names((), imaginary=("I",))
    found: list[ComplexPolynomial] = []
    for statement in split_outside(text, ";\n"):
        match = _ASSIGNED.match(statement)
        if symbols := _SYMBOLS.match(statement) or _SYMBOL.match(statement):
            for name in filter(None, re.split(r"[\s,]+", symbols[2])):
                names.known.setdefault(name, len(names.known))
        elif match and match[2].startswith(("[", "(")) and match[2].endswith((",]", "]", ",)")):
            pieces = split_outside(match[2][1:-1], ",")
            found = [
                parse_expression(_plain(part), names, f"equation {i}") for i, part in enumerate(pieces, 1)
            ]
        elif (
            _REPORT.match(statement) or _REPORT.match(match[2] if match else "") or _UNPACKED.match(statement)
        ):
            continue
        elif match:
            names.definitions[match[1]] = parse_expression(_plain(match[2]), names, match[1])
        else:
            raise InputError("statement", " ".join(statement.split()), _STATEMENTS)
    if not found:
        raise InputError("system", "a text without a list of equations", _STATEMENTS)
    return Equations(tuple(names.known), tuple(found))


def _plain(text: str, depth: int = 0) -> str:
    """Return an expression without calls: sums, fractions and equations written with operators."""
    if depth > _MAX_DEPTH:
        raise InputError("expression", "very deep nesting", f"at most {_MAX_DEPTH} calls in each other")
    pieces, place = [], 0
    while match := _CALL.search(text, place):
        end = closing(text, match.end() - 1)
        arguments = [f"({_plain(part, depth + 1)})" for part in split_outside(text[match.end() : end], ",")]
        operator = {"Add": "+", "Mul": "*", "Rational": "/", "Eq": "-", "Pow": "^"}.get(match[1], "+")
        if match[1] == "Pow" and len(arguments) == 2:
            arguments[1] = arguments[1][1:-1]
        joined = operator.join(arguments) or "0"
        pieces += [text[place : match.start()], f"({joined})"]
        place = end + 1
    return "".join([*pieces, text[place:]])
