"""Strict reading of JSON: no floats, no duplicate keys, no surprises in size or depth."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from typing import Any

from polysolv.errors import InputError

_RATIONAL = re.compile(r"-?(0|[1-9][0-9]*)(/[1-9][0-9]*)?")
_MAX_DIGITS = 4000


def parse_json(text: str | bytes, field: str) -> Any:
    """Return the data that ``text`` spells, refusing what exact readers must not accept.

    Args:
        text: JSON text or its UTF-8 bytes.
        field: what is read, for error messages.

    Raises:
        InputError: if the text is not valid JSON, or holds a float, NaN, a key twice, an integer of more
            than 4,300 digits, or is nested too deeply.

    >>> parse_json('{"m": 3}', "system")
    {'m': 3}
    """

    def refuse(token: str) -> Any:
        raise InputError(field, token, 'exact numbers: integers, and rationals as strings like "1/2"')

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(pairs)
        if len(result) != len(pairs):
            names = [name for name, _ in pairs]
            raise InputError(field, next(n for n in names if names.count(n) > 1), "each key once")
        return result

    try:
        if isinstance(text, bytes):
            text = text.decode("utf-8")
        return json.loads(text, parse_float=refuse, parse_constant=refuse, object_pairs_hook=unique)
    except InputError:
        raise
    except json.JSONDecodeError as error:
        place = f"line {error.lineno} column {error.colno}"
        raise InputError(field, f"{error.msg} at {place}", "complete, valid JSON") from None
    except RecursionError:
        raise InputError(field, "very deep nesting", "JSON nested less deeply") from None
    except UnicodeDecodeError:
        raise InputError(field, "bytes that are not UTF-8", "UTF-8 text") from None
    except ValueError:
        raise InputError(field, "an integer of more than 4300 digits", "shorter integers") from None


def require_keys(data: object, keys: list[str], field: str) -> None:
    """Check that ``data`` is an object with exactly the given keys.

    Raises:
        InputError: naming the first unknown or missing key.
    """
    if not isinstance(data, dict):
        raise InputError(field, data, f"an object with the keys {', '.join(keys)}")
    for key in data:
        if key not in keys:
            raise InputError(f"{field}.{key}", data[key], f"the keys {', '.join(keys)} only")
    for key in keys:
        if key not in data:
            raise InputError(field, f"no key {key}", f"all of the keys {', '.join(keys)}")


def parse_rational(value: object, field: str) -> Fraction:
    """Return the rational that a string like ``"-3"`` or ``"1/2"`` spells, in lowest terms.

    Raises:
        InputError: for anything else: a float, a number that is no string, a fraction that can be reduced.

    >>> parse_rational("-1/12", "coefficient")
    Fraction(-1, 12)
    """
    allowed = 'a rational in lowest terms as a string, like "1/2"'
    if not isinstance(value, str) or len(value) > _MAX_DIGITS or not _RATIONAL.fullmatch(value):
        raise InputError(field, value, allowed)
    number = Fraction(value)
    if str(number) != value:
        raise InputError(field, value, allowed)
    return number
