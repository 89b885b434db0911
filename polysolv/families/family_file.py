"""Families in files: TOML or JSON with a log-symbol, or a density, and what belongs to it as keys."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from polysolv.errors import InputError

MAX_BYTES = 1_000_000
_REQUIRED = ("name", "log_symbol", "parameters")
_OPTIONAL = ("covariates", "duals", "assumptions", "title", "relations")
_OF_DENSITY = ("name", "density"), ("support", "truths")


def read_arguments(path: str, field: str = "family_file") -> dict[str, Any]:
    """Return the arguments of ``Family.from_log_symbol``, or of a density, that a file gives.

    Args:
        path: a ``.json`` file; any other name is read as TOML. Keys: ``name``, ``log_symbol``,
            ``parameters``, and optionally ``covariates``, ``duals``, ``assumptions``, ``title``,
            ``relations``. With a key ``density``: ``name``, ``density`` (a text), and optionally ``support``
            and ``truths`` (a list of tables).
        field: name of the option, for error messages.

    Raises:
        InputError: if the file cannot be read or is not valid, or a key is unknown or missing.
    """
    try:
        with open(path, "rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a file name"
        raise InputError(field, str(path), f"a file that can be read ({reason})") from None
    if len(content) > MAX_BYTES:
        raise InputError(field, str(path), f"a file of at most {MAX_BYTES} bytes")
    return parse_arguments(content, str(path).lower().endswith(".json"), field)


def parse_arguments(content: bytes, is_json: bool, field: str = "family_file") -> dict[str, Any]:
    """Return the arguments that the bytes of a file give; see :func:`read_arguments`.

    >>> toml = b'name = "mine"\\nlog_symbol = "m*y"\\nparameters = ["m"]'
    >>> parse_arguments(toml, is_json=False)["name"]
    'mine'
    """
    data = _json(content, field) if is_json else _toml(content, field)
    if not isinstance(data, dict):
        raise InputError(field, data, f"an object with the keys {', '.join(_REQUIRED)}")
    required, optional = _OF_DENSITY if "density" in data else (_REQUIRED, _OPTIONAL)
    for key in data:
        if key not in required + optional:
            raise InputError(f"{field}.{key}", data[key], f"the keys {', '.join(required + optional)} only")
    for key in required:
        if key not in data:
            raise InputError(field, f"no key {key}", f"all of the keys {', '.join(required)}")
    return data


def exact_truths(truths: Any) -> list[dict[str, Fraction]]:
    """Return true atoms from a file, where a rational is an integer or a text such as ``"1/2"``.

    Raises:
        InputError: if they are not of that form.
    """
    allowed = 'a list of tables such as {shape = 2, rate = "1/2"}'
    if not isinstance(truths, list) or not all(isinstance(atom, dict) for atom in truths):
        raise InputError("truths", truths, allowed)
    found: list[dict[str, Fraction]] = [{} for _ in truths]
    for atom, exact in zip(truths, found, strict=True):
        for name, value in atom.items():
            try:
                if isinstance(value, (bool, float)) or "." in str(value) or "e" in str(value).lower():
                    raise ValueError
                exact[name] = Fraction(value)
            except (ValueError, TypeError, ZeroDivisionError):
                raise InputError(f"truths.{name}", value, "an integer, or a text such as 1/2") from None
    return found


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
