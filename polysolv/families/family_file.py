"""Families in files: TOML or JSON with the arguments of :meth:`Family.from_log_symbol` as keys."""

from __future__ import annotations

from typing import Any

from polysolv.errors import InputError

MAX_BYTES = 1_000_000
_REQUIRED = ("name", "log_symbol", "parameters")
_OPTIONAL = ("covariates", "duals", "assumptions", "title", "relations")


def read_arguments(path: str, field: str = "family_file") -> dict[str, Any]:
    """Return the arguments of ``Family.from_log_symbol`` that a file gives.

    Args:
        path: a ``.json`` file; any other name is read as TOML. Keys: ``name``, ``log_symbol``,
            ``parameters``, and optionally ``covariates``, ``duals``, ``assumptions``, ``title``,
            ``relations``.
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
    for key in data:
        if key not in _REQUIRED + _OPTIONAL:
            raise InputError(f"{field}.{key}", data[key], f"the keys {', '.join(_REQUIRED + _OPTIONAL)} only")
    for key in _REQUIRED:
        if key not in data:
            raise InputError(field, f"no key {key}", f"all of the keys {', '.join(_REQUIRED)}")
    return data


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
