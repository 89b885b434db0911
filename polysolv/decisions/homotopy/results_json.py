"""Strict reading of a saved `SolveResult`."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from typing import Any

from polysolv.decisions.homotopy.results import RETURN_CODES, SCHEMA, PathResult, SolveResult
from polysolv.errors import InputError
from polysolv.strict_json import require_keys
from polysolv.systems.generic_system import GenericSystem

_KEYS = [
    "schema",
    "counts",
    "statistics",
    "start",
    "seed",
    "tol",
    "slices",
    "notes",
    "unknowns",
    "equations",
    "paths",
]
_PATH_KEYS = [
    *(
        "index",
        "return_code",
        "solution",
        "residual",
        "condition",
        "winding_number",
        "multiplicity",
        "distinct",
    ),
    *("singular", "real", "steps", "retracked"),
]


def read_result(text: str | bytes) -> SolveResult:
    """Return the result that ``SolveResult.to_json`` wrote; see :meth:`SolveResult.from_json`."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise InputError("result", "text that is not JSON", "complete, valid JSON") from None
    require_keys(data, _KEYS, "result")
    if data["schema"] != SCHEMA:
        raise InputError("result.schema", data["schema"], SCHEMA)
    try:
        system = GenericSystem(
            tuple(_typed(name, str) for name in data["unknowns"]),
            tuple(
                {
                    tuple((_typed(i, int), _typed(e, int)) for i, e in m): Fraction(_typed(c, str))
                    for c, m in polynomial
                }
                for polynomial in data["equations"]
            ),
        )
        result = SolveResult(
            system=system,
            paths=tuple(_path(item) for item in data["paths"]),
            start=_typed(data["start"], str),
            seed=_typed(data["seed"], int),
            tol=_typed(data["tol"], float),
            slices=_typed(data["slices"], int),
            notes=tuple(_typed(note, str) for note in data["notes"]),
        )
    except (TypeError, ValueError, ZeroDivisionError, AttributeError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError("result", "a value of the wrong type", "what SolveResult.to_json writes") from None
    for key in ("counts", "statistics"):
        if data[key] != getattr(result, key):
            raise InputError(f"result.{key}", data[key], f"{getattr(result, key)}, as the paths say")
    return result


def _path(item: Any) -> PathResult:
    require_keys(item, _PATH_KEYS, "result.paths")
    if item["return_code"] not in RETURN_CODES:
        raise InputError("result.paths.return_code", item["return_code"], ", ".join(RETURN_CODES))
    solution = tuple(complex(_typed(re, float), _typed(im, float)) for re, im in item["solution"])
    return PathResult(
        index=_typed(item["index"], int),
        return_code=item["return_code"],
        solution=solution,
        residual=_typed(item["residual"], float),
        condition=math.inf if item["condition"] is None else _typed(item["condition"], float),
        winding_number=None if item["winding_number"] is None else _typed(item["winding_number"], int),
        multiplicity=_typed(item["multiplicity"], int),
        distinct=None if item["distinct"] is None else _typed(item["distinct"], int),
        singular=_typed(item["singular"], bool),
        real=_typed(item["real"], bool),
        steps=_typed(item["steps"], int),
        retracked=_typed(item["retracked"], int),
    )


def _typed(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise TypeError
    return value
