"""Our own JSON: a saved `PolynomialSystem`, the system of a saved `SolveResult`, or the short form.

The short form is {"unknowns": […], "equations": ["x^2 - 1", …]}.
"""

from __future__ import annotations

import json
from typing import Any

from polysolv.errors import InputError, require_integer
from polysolv.polynomials.equations import Equations
from polysolv.polynomials.expression import Names, parse_equation, require_name
from polysolv.polynomials.gaussian_rational import Coefficient, gaussian
from polysolv.polynomials.polynomial import ComplexPolynomial, Monomial
from polysolv.polynomials.system_json import SCHEMA, read_fields
from polysolv.strict_json import parse_json, parse_rational, require_keys

_SOLUTIONS = "polysolv/solutions/1"
_MAX_EXPONENT = 10_000


def read(text: str) -> Equations:
    """Read any of these forms, or a bare list of equations.

    Of a saved `PolynomialSystem` the digest is checked; that its equations are those of the family it names
    is what ``PolynomialSystem.from_json`` checks.

    Raises:
        InputError: if the JSON is not valid, holds a float, an unknown key, or something that is no equation.
    """
    if _SOLUTIONS in text:  # such a document holds floats, which parse_json refuses
        solved = _solved(text)
        if solved is not None:
            return solved
    data = parse_json(text, "system")
    if isinstance(data, list):
        data = {"equations": data}
    if isinstance(data, dict) and "schema" in data:
        if data["schema"] != SCHEMA:
            raise InputError("system.schema", data["schema"], f"{SCHEMA} or {_SOLUTIONS}")
        saved = read_fields(data)
        saved.require_digest()
        return Equations(saved.unknowns, tuple(saved.equations.values()))
    keys = ["unknowns", "equations"] if "unknowns" in data else ["equations"]
    require_keys(data, keys, "system")
    for key in keys:
        if not isinstance(data[key], list) or not all(isinstance(item, str) for item in data[key]):
            raise InputError(f"system.{key}", data[key], "a list of strings")
    names = Names(data.get("unknowns"))
    equations = tuple(
        parse_equation(item, names, f"equation {i}") for i, item in enumerate(data["equations"], 1)
    )
    return Equations(tuple(data.get("unknowns", names.known)), equations)


def _solved(text: str) -> Equations | None:
    """Return the system of a saved `SolveResult`; its paths and counts, which hold floats, are not read."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno} column {error.colno}"
        raise InputError("system", f"{error.msg} at {place}", "complete, valid JSON") from None
    except (ValueError, RecursionError):
        return None  # parse_json says in one line what is wrong
    if not isinstance(data, dict) or data.get("schema") != _SOLUTIONS:
        return None
    for key in ("unknowns", "equations"):
        if not isinstance(data.get(key), list):
            raise InputError(f"system.{key}", data.get(key), "a list, as SolveResult.to_json writes it")
    for name in data["unknowns"]:
        if not isinstance(name, str):
            raise InputError("system.unknowns", name, "a list of strings")
        require_name(name, "system.unknowns")
    return Equations(
        tuple(data["unknowns"]),
        tuple(
            _polynomial(terms, len(data["unknowns"]), f"system.equations[{i}]")
            for i, terms in enumerate(data["equations"], 1)
        ),
    )


def _polynomial(terms: Any, unknowns: int, field: str) -> ComplexPolynomial:
    result: dict[Monomial, Coefficient] = {}
    allowed = 'terms of the form ["1/2", [[0, 2], [1, 1]]]: coefficient, then index and exponent of unknowns'
    if not isinstance(terms, list):
        raise InputError(field, terms, allowed)
    for term in terms:
        match term:
            case [str() | [_, _] as coefficient, [*powers]] if all(
                isinstance(p, list) and len(p) == 2 for p in powers
            ):
                monomial = tuple(
                    sorted(
                        (
                            require_integer(field, index, 0, unknowns - 1),
                            require_integer(field, exponent, 1, _MAX_EXPONENT),
                        )
                        for index, exponent in powers
                    )
                )
                if monomial in result or len(dict(monomial)) != len(monomial):
                    raise InputError(field, powers, "each monomial once, and each unknown once in it")
                result[monomial] = _coefficient(coefficient, field)
            case _:
                raise InputError(field, term, allowed)
    return result


def _coefficient(value: str | list[Any], field: str) -> Coefficient:
    """Read a rational, or a list of real and imaginary part."""
    if isinstance(value, str):
        return parse_rational(value, field)
    return gaussian(*(parse_rational(part, field) for part in value))
