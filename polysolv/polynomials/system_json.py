"""The JSON form of the system of a cell as plain values: writing, digest, and strict reading."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from polysolv.errors import InputError, require_integer
from polysolv.polynomials.polynomial import Index, Monomial, Polynomial
from polysolv.strict_json import parse_json, parse_rational, require_keys

SCHEMA = "polysolv/system/1"
_MAX_EXPONENT = 10_000
_KEYS = [
    *("schema", "family", "log_symbol", "dimension", "m", "degree", "unknowns", "weights", "nontrivial"),
    *("grading", "equations", "digest"),
]


class SystemFields(NamedTuple):
    """What the JSON form says of a system; see `PolynomialSystem` for what the fields mean.

    Attributes:
        unknowns, weights, nontrivial, grading, equations: checked by themselves.
        family, log_symbol, dimension, m, degree: as they stand, for those who know families.
        digest: the digest that the text states.
        computed: the digest of its content.
    """

    unknowns: tuple[str, ...]
    weights: tuple[str, ...]
    nontrivial: tuple[str, ...]
    grading: tuple[int, ...]
    equations: dict[Index, dict[Monomial, Fraction]]
    family: Any
    log_symbol: Any
    dimension: Any
    m: Any
    degree: Any
    digest: Any
    computed: str

    def require_digest(self) -> None:
        """Refuse a content that is not what its digest says.

        Raises:
            InputError: if the digests differ.
        """
        if self.digest != self.computed:
            raise InputError("system.digest", self.digest, f"the digest of the content, {self.computed}")


def system_data(
    unknowns: tuple[str, ...],
    weights: tuple[str, ...],
    nontrivial: tuple[str, ...],
    grading: tuple[int, ...],
    equations: Mapping[Index, Polynomial],
    *,
    family: str | None,
    log_symbol: Any,
    dimension: int | None,
    m: int | None,
    degree: int | None,
) -> dict[str, Any]:
    """Return a system as JSON data, without its digest; the arguments are the fields of the JSON form."""
    return {
        "schema": SCHEMA,
        "family": family,
        "log_symbol": log_symbol,
        "dimension": dimension,
        "m": m,
        "degree": degree,
        "unknowns": list(unknowns),
        "weights": list(weights),
        "nontrivial": list(nontrivial),
        "grading": list(grading),
        "equations": [
            {
                "index": list(index),
                "terms": [
                    [str(coefficient), {unknowns[i]: e for i, e in monomial}]
                    for monomial, coefficient in sorted(polynomial.items())
                ],
            }
            for index, polynomial in equations.items()
        ],
    }


def system_digest(data: Mapping[str, Any]) -> str:
    """Return the sha256 of the canonical JSON form of :func:`system_data`: sorted keys, no spaces."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def write_system(data: Mapping[str, Any], digest: str) -> str:
    """Return :func:`system_data` and its digest as JSON text, one equation a line."""
    data = {**data, "digest": digest}
    equations = ",\n  ".join(json.dumps(equation) for equation in data["equations"])
    lines = [f'"{key}": {json.dumps(value)}' for key, value in data.items() if key != "equations"]
    lines.insert(-1, f'"equations": [\n  {equations}\n ]')
    return "{\n " + ",\n ".join(lines) + "\n}"


def parse_system(text: str | bytes) -> SystemFields:
    """Return the fields of the text that :func:`write_system` wrote.

    Raises:
        InputError: if the text is truncated, holds a float or an unknown key, or a field is not what it
            should be by itself; the digest is left to :meth:`SystemFields.require_digest`.
    """
    return read_fields(parse_json(text, "system"))


def read_fields(data: Any) -> SystemFields:
    """Return the fields of JSON data; see :func:`parse_system`."""
    require_keys(data, _KEYS, "system")
    if data["schema"] != SCHEMA:
        raise InputError("system.schema", data["schema"], SCHEMA)
    unknowns = _names(data, "unknowns", None)
    return SystemFields(
        unknowns=unknowns,
        weights=_names(data, "weights", unknowns),
        nontrivial=_names(data, "nontrivial", unknowns),
        grading=_grading(data["grading"], len(unknowns)),
        equations=_equations(data["equations"], unknowns),
        **{key: data[key] for key in ("family", "log_symbol", "dimension", "m", "degree", "digest")},
        computed=system_digest({key: value for key, value in data.items() if key != "digest"}),
    )


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
