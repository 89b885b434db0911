"""The JSON form of a polynomial system: writing, digest, and strict reading."""

from __future__ import annotations

import hashlib
import json
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from polysolv.errors import InputError, require_integer
from polysolv.strict_json import parse_json, parse_rational, require_keys
from polysolv.systems.polynomial import Monomial
from polysolv.systems.polynomial_system import Index, PolynomialSystem

if TYPE_CHECKING:
    from polysolv.families import Family

SCHEMA = "polysolv/system/1"
_MAX_EXPONENT = 10_000


def system_data(system: PolynomialSystem) -> dict[str, Any]:
    """Return the system as JSON data, without its digest."""
    return {
        "schema": SCHEMA,
        "family": system.family.name if system.family else None,
        "log_symbol": system.family.log_symbol.to_data() if system.family else None,
        "dimension": system.dimension,
        "m": system.m,
        "degree": system.degree,
        "unknowns": list(system.unknowns),
        "weights": list(system.weights),
        "nontrivial": list(system.nontrivial),
        "grading": list(system.grading),
        "equations": [
            {
                "index": list(index),
                "terms": [
                    [str(coefficient), {system.unknowns[i]: e for i, e in monomial}]
                    for monomial, coefficient in sorted(polynomial.items())
                ],
            }
            for index, polynomial in system.equations.items()
        ],
    }


def system_digest(system: PolynomialSystem) -> str:
    """Return the sha256 of the canonical JSON form: sorted keys, no spaces."""
    return _digest(system_data(system))


def _digest(data: dict[str, Any]) -> str:
    text = json.dumps(data, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def write_system(system: PolynomialSystem) -> str:
    """Return the system as JSON text, one equation a line."""
    data = {**system_data(system), "digest": system.digest}
    equations = ",\n  ".join(json.dumps(equation) for equation in data["equations"])
    lines = [f'"{key}": {json.dumps(value)}' for key, value in data.items() if key != "equations"]
    lines.insert(-1, f'"equations": [\n  {equations}\n ]')
    return "{\n " + ",\n ".join(lines) + "\n}"


def read_system(text: str | bytes) -> PolynomialSystem:
    """Return the system that :func:`write_system` wrote; see :meth:`PolynomialSystem.from_json`."""
    data = parse_json(text, "system")
    keys = [
        *("schema", "family", "log_symbol", "dimension", "m", "degree", "unknowns", "weights", "nontrivial"),
        *("grading", "equations", "digest"),
    ]
    require_keys(data, keys, "system")
    if data["schema"] != SCHEMA:
        raise InputError("system.schema", data["schema"], SCHEMA)
    unknowns = _names(data, "unknowns", None)
    system = PolynomialSystem(
        unknowns=unknowns,
        weights=_names(data, "weights", unknowns),
        nontrivial=_names(data, "nontrivial", unknowns),
        grading=_grading(data["grading"], len(unknowns)),
        equations=_equations(data["equations"], unknowns),
        family=_family(data),
        m=data["m"],
        degree=data["degree"],
    )
    computed = _digest({key: value for key, value in data.items() if key != "digest"})
    if data["digest"] != computed:
        raise InputError("system.digest", data["digest"], f"the digest of the content, {computed}")
    if system.family is not None:
        _require_built(system, data)
    elif data["m"] is not None or data["degree"] is not None:
        raise InputError("system.m", data["m"], "null for m, degree and dimension where family is null")
    return system


def _require_built(system: PolynomialSystem, data: dict[str, Any]) -> None:
    """Refuse equations that are not those of the family, cell size and degree they claim."""
    from polysolv.systems.build import build_system

    assert system.family is not None
    built = build_system(system.family, data["m"], data["degree"])
    if data["log_symbol"] != system.family.log_symbol.to_data():
        raise InputError("system.log_symbol", data["log_symbol"], f"the log-symbol of {system.family.name}")
    if built != system:
        raise InputError("system.equations", data["digest"], f"the equations of {built!r}")


def _family(data: dict[str, Any]) -> Family | None:
    from polysolv.families import get, is_name
    from polysolv.families.family_file import family_from_data

    name, dimension = data["family"], data["dimension"]
    if name is None:
        if data["log_symbol"] is not None or dimension is not None:
            raise InputError("system.family", None, "a family's name where log_symbol or dimension is given")
        return None
    if not isinstance(name, str):
        raise InputError("system.family", name, "a name or null")
    dimension = require_integer("system.dimension", dimension, 0, 1000)
    if not is_name(name):
        family = family_from_data(name, data["log_symbol"], "system.log_symbol")
        if dimension != family.dimension:
            raise InputError("system.dimension", dimension, f"{family.dimension}, the number of covariates")
        return family
    found = get(name)
    return found if found.dimension == dimension else get(name, dimension or 1)


def _names(data: dict[str, Any], key: str, among: tuple[str, ...] | None) -> tuple[str, ...]:
    names = data[key]
    allowed = "a list of different names" + ("" if among is None else " from unknowns")
    if not isinstance(names, list) or not all(isinstance(n, str) and n.isidentifier() for n in names):
        raise InputError(f"system.{key}", names, allowed)
    if len(set(names)) != len(names) or (among is not None and not set(names) <= set(among)):
        raise InputError(f"system.{key}", names, allowed)
    return tuple(names)


def _grading(values: object, count: int) -> tuple[int, ...]:
    if not isinstance(values, list) or len(values) != count:
        raise InputError("system.grading", values, f"a list of {count} integers, one for each unknown")
    return tuple(require_integer("system.grading", value, 0, _MAX_EXPONENT) for value in values)


def _equations(entries: object, unknowns: tuple[str, ...]) -> dict[Index, dict[Monomial, Fraction]]:
    if not isinstance(entries, list):
        raise InputError("system.equations", entries, "a list of equations")
    positions = {name: i for i, name in enumerate(unknowns)}
    equations: dict[Index, dict[Monomial, Fraction]] = {}
    for number, entry in enumerate(entries, start=1):
        field = f"system.equations[{number}]"
        require_keys(entry, ["index", "terms"], field)
        if not isinstance(entry["index"], list) or not isinstance(entry["terms"], list):
            raise InputError(field, entry, "lists for index and terms")
        index = tuple(require_integer(f"{field}.index", i, 0, _MAX_EXPONENT) for i in entry["index"])
        if index in equations:
            raise InputError(f"{field}.index", list(index), "each index once")
        equations[index] = _polynomial(entry["terms"], positions, f"{field}.terms")
    return equations


def _polynomial(terms: list[Any], positions: dict[str, int], field: str) -> dict[Monomial, Fraction]:
    polynomial: dict[Monomial, Fraction] = {}
    for term in terms:
        if not isinstance(term, list) or len(term) != 2 or not isinstance(term[1], dict):
            raise InputError(field, term, 'terms of the form ["1/2", {"b_1": 2}]')
        powers = []
        for name, exponent in term[1].items():
            if name not in positions:
                raise InputError(field, name, "the names in unknowns")
            powers.append((positions[name], require_integer(f"{field}.{name}", exponent, 1, _MAX_EXPONENT)))
        monomial = tuple(sorted(powers))
        if monomial in polynomial:
            raise InputError(field, term[1], "each monomial once")
        polynomial[monomial] = parse_rational(term[0], field)
        if not polynomial[monomial]:
            raise InputError(field, term[0], "non-zero coefficients")
    return polynomial
