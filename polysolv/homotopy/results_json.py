"""The JSON form of a `SolveResult`: writing, and strict reading."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from polysolv.errors import InputError
from polysolv.homotopy.return_codes import RETURN_CODES
from polysolv.polynomials.gaussian_rational import Coefficient, GaussianRational, gaussian
from polysolv.polynomials.polynomial import ComplexPolynomial, Monomial
from polysolv.strict_json import require_keys

SCHEMA = "polysolv/solutions/1"
_KEYS = [
    *("schema", "counts", "statistics", "start", "seed", "tol", "slices", "notes", "trace_test"),
    *("unknowns", "equations", "paths"),
]
_PATH_KEYS = [
    *("index", "return_code", "solution", "residual", "condition", "winding_number", "multiplicity"),
    *("distinct", "singular", "real", "steps", "retracked", "dimension"),
]
# Keys that results of earlier versions lack.
_LATER_KEYS, _LATER_PATH_KEYS = {"trace_test": None}, {"dimension": None}
# `polysolv solve --certify` adds it; a result is read without.
_PASSED_OVER = "certification"

# Python reads and writes decimal integers of up to 4300 digits; longer ones are hexadecimal.
_DECIMAL_DIGITS = 4000
_INTEGER = rf"(?:[0-9]{{1,{_DECIMAL_DIGITS}}}|0x[0-9a-f]+)"
_RATIONAL = re.compile(rf"(-?{_INTEGER})(?:/({_INTEGER}))?")
_NOT_FINITE = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}


class ResultFields(NamedTuple):
    """What a text says of a result; ``paths`` is left to :func:`read_paths`."""

    counts: Any
    statistics: Any
    start: str
    seed: int
    tol: float
    slices: int
    notes: tuple[str, ...]
    trace_test: bool | None
    unknowns: tuple[str, ...]
    equations: tuple[ComplexPolynomial, ...]
    paths: Any


def result_data(
    counts: Mapping[str, int],
    statistics: Mapping[str, int],
    start: str,
    seed: int,
    tol: float,
    slices: int,
    notes: Sequence[str],
    trace_test: bool | None,
    unknowns: Sequence[str],
    equations: Sequence[ComplexPolynomial],
    paths: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Return a result as JSON data; see :meth:`SolveResult.to_data`.

    Args:
        counts, statistics, start, seed, tol, slices, notes, trace_test: as in `SolveResult`.
        unknowns, equations: the system.
        paths: the fields of each `PathResult`.
    """
    return {
        "schema": SCHEMA,
        "counts": {name: int(value) for name, value in counts.items()},
        "statistics": {name: int(value) for name, value in statistics.items()},
        "start": start,
        "seed": int(seed),
        "tol": _measured(tol),
        "slices": int(slices),
        "notes": list(notes),
        "trace_test": trace_test,
        "unknowns": list(unknowns),
        "equations": [
            [[_coefficient_data(c), [list(pair) for pair in m]] for m, c in sorted(polynomial.items())]
            for polynomial in equations
        ],
        "paths": [_path_data(path) for path in paths],
    }


def _path_data(path: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "index": int(path["index"]),
        "return_code": path["return_code"],
        "solution": [[_measured(z.real), _measured(z.imag)] for z in path["solution"]],
        "residual": _measured(path["residual"]),
        "condition": None if path["condition"] == math.inf else _measured(path["condition"]),
        "winding_number": None if path["winding_number"] is None else int(path["winding_number"]),
        "multiplicity": int(path["multiplicity"]),
        "distinct": None if path["distinct"] is None else int(path["distinct"]),
        "singular": bool(path["singular"]),
        "real": bool(path["real"]),
        "steps": int(path["steps"]),
        "retracked": int(path["retracked"]),
        "dimension": None if path["dimension"] is None else int(path["dimension"]),
    }


def _measured(value: float) -> float | str:
    # JSON has no infinite numbers.
    return float(value) if math.isfinite(value) else repr(float(value))


def _coefficient_data(value: Coefficient) -> str | list[str]:
    if isinstance(value, GaussianRational):
        return [_spelled(value.real), _spelled(value.imag)]
    return _spelled(value)


def _spelled(number: Fraction) -> str:
    parts = [number.numerator] if number.denominator == 1 else [number.numerator, number.denominator]
    return "/".join(str(part) if abs(part) < 10**_DECIMAL_DIGITS else hex(part) for part in parts)


def read_result(text: str | bytes) -> ResultFields:
    """Return the fields of the result that ``SolveResult.to_json`` wrote; see :meth:`SolveResult.from_json`.

    Raises:
        InputError: naming the field, if the text is not such a result.
    """
    data = _parsed(text)
    if isinstance(data, dict):
        data.pop(_PASSED_OVER, None)
        data = {**_LATER_KEYS, **data}
    require_keys(data, _KEYS, "result")
    if data["schema"] != SCHEMA:
        raise InputError("result.schema", data["schema"], SCHEMA)
    unknowns = tuple(_each(data["unknowns"], "result.unknowns", _text))
    return ResultFields(
        counts=data["counts"],
        statistics=data["statistics"],
        start=_text(data["start"], "result.start"),
        seed=_integer(data["seed"], "result.seed"),
        tol=_number(data["tol"], "result.tol"),
        slices=_integer(data["slices"], "result.slices"),
        notes=tuple(_each(data["notes"], "result.notes", _text)),
        trace_test=None if data["trace_test"] is None else _flag(data["trace_test"], "result.trace_test"),
        unknowns=unknowns,
        equations=tuple(
            _each(
                data["equations"],
                "result.equations",
                lambda item, field: _polynomial(item, field, len(unknowns)),
            )
        ),
        paths=data["paths"],
    )


def read_paths(items: Any, unknowns: int) -> list[dict[str, Any]]:
    """Return the fields of each `PathResult` of a system in so many unknowns.

    Raises:
        InputError: naming the field that is wrong.
    """
    return _each(items, "result.paths", lambda item, field: _path(item, field, unknowns))


def _parsed(text: str | bytes) -> Any:
    def refuse(token: str) -> Any:
        raise InputError("result", token, 'finite numbers, and "inf", "-inf" or "nan" as strings')

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        if len(set(names)) != len(names):
            raise InputError("result", next(name for name in names if names.count(name) > 1), "each key once")
        return dict(pairs)

    try:
        return json.loads(text, parse_constant=refuse, object_pairs_hook=unique)
    except InputError:
        raise
    except (TypeError, ValueError, RecursionError):
        raise InputError("result", "text that is not JSON", "complete, valid JSON") from None


def _path(item: Any, field: str, unknowns: int) -> dict[str, Any]:
    item = {**_LATER_PATH_KEYS, **item} if isinstance(item, dict) else item
    require_keys(item, _PATH_KEYS, field)
    if item["return_code"] not in RETURN_CODES:
        raise InputError(f"{field}.return_code", item["return_code"], ", ".join(RETURN_CODES))
    solution = tuple(_each(item["solution"], f"{field}.solution", _complex))
    if len(solution) not in (0, unknowns):
        raise InputError(f"{field}.solution", item["solution"], f"none or {unknowns} coordinates")

    def at(key: str, read: Callable[[Any, str], Any]) -> Any:
        return read(item[key], f"{field}.{key}")

    return {
        "index": at("index", _integer),
        "return_code": item["return_code"],
        "solution": solution,
        "residual": at("residual", _number),
        "condition": math.inf if item["condition"] is None else at("condition", _number),
        "winding_number": None if item["winding_number"] is None else at("winding_number", _integer),
        "multiplicity": at("multiplicity", _integer),
        "distinct": None if item["distinct"] is None else at("distinct", _integer),
        "singular": at("singular", _flag),
        "real": at("real", _flag),
        "steps": at("steps", _integer),
        "retracked": at("retracked", _integer),
        "dimension": None if item["dimension"] is None else at("dimension", _integer),
    }


def _polynomial(item: Any, field: str, unknowns: int) -> ComplexPolynomial:
    polynomial: dict[Monomial, Coefficient] = {}

    def add(term: Any, place: str) -> None:
        coefficient, pairs = _pair(term, place, "a coefficient and a monomial")
        monomial = tuple(_each(pairs, place, _power))
        indices = [i for i, _ in monomial]
        if indices != sorted(set(indices)) or any(i >= unknowns for i in indices) or monomial in polynomial:
            raise InputError(place, pairs, "each monomial once, with ascending indices of unknowns")
        polynomial[monomial] = _coefficient(coefficient, place)

    _each(item, field, add)
    return polynomial


def _power(item: Any, field: str) -> tuple[int, int]:
    index, exponent = _pair(item, field, "an index and an exponent")
    return _integer(index, field), _integer(exponent, field, 1)


def _complex(item: Any, field: str) -> complex:
    real, imaginary = _pair(item, field, "a real and an imaginary part")
    return complex(_number(real, field), _number(imaginary, field))


def _each(value: Any, field: str, read: Callable[[Any, str], Any]) -> list[Any]:
    if not isinstance(value, list):
        raise InputError(field, value, "a list")
    return [read(item, f"{field}[{i}]") for i, item in enumerate(value)]


def _pair(value: Any, field: str, allowed: str) -> list[Any]:
    if not isinstance(value, list) or len(value) != 2:
        raise InputError(field, value, f"a list of two: {allowed}")
    return value


def _coefficient(value: Any, field: str) -> Coefficient:
    if not isinstance(value, list):
        return _rational(value, field)
    real, imaginary = _pair(value, field, "a real and an imaginary part")
    return gaussian(_rational(real, field), _rational(imaginary, field))


def _rational(value: Any, field: str) -> Fraction:
    match = _RATIONAL.fullmatch(value) if isinstance(value, str) else None
    numbers = [int(part, 16 if "x" in part else 10) for part in match.groups() if part] if match else []
    if not numbers or numbers[1:] == [0]:
        raise InputError(
            field, value, f'a rational as a string, like "1/2", hexadecimal beyond {_DECIMAL_DIGITS} digits'
        )
    return Fraction(*numbers)


def _number(value: Any, field: str) -> float:
    if isinstance(value, str) and value in _NOT_FINITE:
        return _NOT_FINITE[value]
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
    except OverflowError:
        pass
    raise InputError(field, value, "a number")


def _integer(value: Any, field: str, low: int = 0) -> int:
    if type(value) is not int or value < low:
        raise InputError(field, value, f"an integer from {low}")
    return value


def _text(value: Any, field: str) -> str:
    if not isinstance(value, str):
        raise InputError(field, value, "text")
    return value


def _flag(value: Any, field: str) -> bool:
    if not isinstance(value, bool):
        raise InputError(field, value, "true or false")
    return value
