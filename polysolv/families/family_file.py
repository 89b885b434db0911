"""Families in files: TOML or JSON with the arguments of :meth:`Family.from_log_symbol` as keys."""

from __future__ import annotations

from typing import Any

from polysolv.errors import InputError
from polysolv.families.family import Family

MAX_BYTES = 1_000_000
_REQUIRED = ("name", "log_symbol", "parameters")
_OPTIONAL = ("covariates", "duals", "assumptions", "title")


def read_family(path: str, field: str = "family_file") -> Family:
    """Return the family that a file defines.

    Args:
        path: a ``.json`` file; any other name is read as TOML. Keys: ``name``, ``log_symbol``,
            ``parameters``, and optionally ``covariates``, ``duals``, ``assumptions``, ``title``.
        field: name of the option, for error messages.

    Raises:
        InputError: if the file cannot be read, is not valid, or defines no family.
    """
    try:
        with open(path, "rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a file name"
        raise InputError(field, str(path), f"a file that can be read ({reason})") from None
    if len(content) > MAX_BYTES:
        raise InputError(field, str(path), f"a file of at most {MAX_BYTES} bytes")
    return parse_family(content, str(path).lower().endswith(".json"), field)


def parse_family(content: bytes, is_json: bool, field: str = "family_file") -> Family:
    """Return the family that the bytes of a file define; see :func:`read_family`.

    >>> toml = b'name = "mine"\\nlog_symbol = "m*y"\\nparameters = ["m"]'
    >>> parse_family(toml, is_json=False).name
    'mine'
    """
    data = _json(content, field) if is_json else _toml(content, field)
    if not isinstance(data, dict):
        raise InputError(field, data, f"an object with the keys {', '.join(_REQUIRED)}")
    for key in data:
        if key not in _REQUIRED + _OPTIONAL:
            raise InputError(f"{field}.{key}", data[key], f"the keys {', '.join(_REQUIRED + _OPTIONAL)} only")
    for key in _REQUIRED:
        if key not in data:
            raise InputError(field, f"no key {key}", f"all of the keys {', '.join(_REQUIRED)}")
    return Family.from_log_symbol(**data)


def _json(content: bytes, field: str) -> Any:
    from polysolv.strict_json import parse_json

    return parse_json(content, field)


def _toml(content: bytes, field: str) -> Any:
    import tomllib

    try:
        return tomllib.loads(content.decode("utf-8"))
    except UnicodeDecodeError:
        raise InputError(field, "bytes that are not UTF-8", "UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(field, str(error), "complete, valid TOML (or JSON in a file named .json)") from None
    except (RecursionError, ValueError):
        raise InputError(field, "very deep nesting or a very long integer", "a plain TOML file") from None


def family_from_data(name: str, data: Any, field: str) -> Family:
    """Return the user-defined family whose K has the JSON form of :meth:`LogSymbol.to_data`.

    Raises:
        InputError: if ``data`` is not that of a user-defined family.
    """
    allowed = "the log-symbol of a family, as written by polysolv"
    try:
        terms = [
            "*".join([f"({t['coefficient']})"] + [f"{n}^{e}" for n, e in _powers(t)]) for t in data["terms"]
        ]
        assumptions = [f"{constant} != 0" for constant in data.get("constants", [])]
        names = {key: data[key] for key in ("perturbations", "covariates", "duals")}
    except (TypeError, KeyError, AttributeError):
        raise InputError(field, data, allowed) from None
    family = Family.from_log_symbol(
        name, " + ".join(terms), names["perturbations"], names["covariates"], names["duals"], assumptions
    )
    if family.log_symbol.to_data() != data:
        raise InputError(field, data, allowed)
    return family


def _powers(term: Any) -> list[tuple[str, int]]:
    return [pair for key in ("constants", "perturbations", "variables") for pair in term.get(key, {}).items()]
