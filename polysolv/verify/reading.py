"""Strict reading: JSON without floats or duplicate keys, known keys only, numbers in one spelling.

A rational is a string, ``n`` or ``n/d`` in lowest terms; integers from 10^18 on are hexadecimal.
"""

import hashlib
import json
from fractions import Fraction

from .limits import MAX_BITS, MAX_BYTES, MAX_DEPTH, MAX_INTEGER, MAX_NAME, MAX_NODES, Malformed

_DECIMAL = 10**18  # integers below it are written in decimal


def parse(data: bytes) -> object:
    """Return the JSON value that ``data`` spells."""
    if len(data) > MAX_BYTES:
        raise Malformed("file", f"more than {MAX_BYTES} bytes")
    try:
        return json.loads(
            data.decode("utf-8"),
            parse_int=_integer_token,
            parse_float=_float_token,
            parse_constant=_float_token,
            object_pairs_hook=_object,
        )
    except UnicodeDecodeError:
        raise Malformed("file", "not UTF-8") from None
    except json.JSONDecodeError as error:
        raise Malformed("file", f"not JSON (line {error.lineno}, column {error.colno})") from None
    except RecursionError:
        raise Malformed("file", f"nested deeper than {MAX_DEPTH}") from None


def _integer_token(token: str) -> int:
    if len(token) > len(str(MAX_INTEGER)) + 1:
        raise Malformed("file", "an integer beyond 2^53 (large numbers are hexadecimal strings)")
    return int(token)


def _float_token(token: str) -> object:
    raise Malformed("file", f"the number {token[:20]} is not an integer")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Malformed("file", "a key that occurs twice in one object")
    return found


def check_plain(value: object) -> None:
    """Check that ``value`` holds only lists, objects, printable ASCII strings, small integers and null.

    Works level by level, so that neither depth nor an object that holds itself is a danger.
    """
    level, nodes = [value], 1
    for _ in range(MAX_DEPTH):
        below: list[object] = []
        for item in level:
            if type(item) is str:
                if not (item.isascii() and item.isprintable()):
                    raise Malformed("file", "a string with characters other than printable ASCII")
            elif type(item) is list or type(item) is dict:
                nodes += len(item)
                if nodes > MAX_NODES:
                    raise Malformed("file", f"more than {MAX_NODES} values")
                if type(item) is dict and not all(type(key) is str and key.isascii() for key in item):
                    raise Malformed("file", "a key that is not an ASCII string")
                below.extend(item.values() if type(item) is dict else item)
            elif type(item) is int:
                if abs(item) > MAX_INTEGER:
                    raise Malformed("file", "an integer beyond 2^53 (large numbers are hexadecimal strings)")
            elif item is not None:
                raise Malformed("file", f"a value of type {type(item).__name__}")
        if not below:
            return
        level = below
    raise Malformed("file", f"nested deeper than {MAX_DEPTH}")


def digest(value: object) -> str:
    """Return the sha256, in hexadecimal, of the canonical JSON text of ``value``."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def mapping(value: object, where: str) -> dict[str, object]:
    """Return ``value`` if it is an object."""
    if type(value) is not dict:
        raise Malformed(where, "must be an object")
    return value


def fields(value: object, required: str, where: str, optional: str = "") -> dict[str, object]:
    """Return ``value`` if it is an object with the ``required`` keys and at most the ``optional`` ones."""
    found, needed, allowed = mapping(value, where), required.split(), optional.split()
    for key in needed:
        if key not in found:
            raise Malformed(where, f"the key {key!r} is missing")
    for key in found:
        if key not in needed and key not in allowed:
            raise Malformed(where, f"unknown key {key[:MAX_NAME]!r}")
    return found


def items(value: object, where: str) -> list[object]:
    """Return ``value`` if it is a list."""
    if type(value) is not list:
        raise Malformed(where, "must be a list")
    return value


def integer(value: object, low: int, high: int, where: str) -> int:
    """Return ``value`` if it is an integer from ``low`` to ``high``; a boolean is none."""
    if type(value) is not int or not low <= value <= high:
        raise Malformed(where, f"must be an integer from {low} to {high}")
    return value


def string(value: object, where: str) -> str:
    """Return ``value`` if it is a string."""
    if type(value) is not str:
        raise Malformed(where, "must be a string")
    return value


def name(value: object, where: str) -> str:
    """Return ``value`` if it is a name: letters, digits and underscores, no digit first."""
    if type(value) is not str or not value.isidentifier() or len(value) > MAX_NAME:
        raise Malformed(where, f"must be a name of at most {MAX_NAME} letters, digits and underscores")
    return value


def names(value: object, where: str) -> list[str]:
    """Return ``value`` if it is a list of distinct names."""
    found = [name(item, where) for item in items(value, where)]
    if len(set(found)) < len(found):
        raise Malformed(where, "a name occurs twice")
    return found


def spell(number: int) -> str:
    """Return the one spelling of an integer that is read.

    >>> spell(-12), spell(10**18)
    ('-12', '0xde0b6b3a7640000')
    """
    return str(number) if -_DECIMAL < number < _DECIMAL else hex(number)


def _whole(text: str, where: str) -> int:
    if len(text) > MAX_BITS // 4:
        raise Malformed(where, f"a number of more than {MAX_BITS} bits")
    try:
        number = int(text, 16) if "x" in text else int(text[:20])
    except ValueError:
        raise Malformed(where, f"{text[:MAX_NAME]!r} is not an exact number") from None
    if spell(number) != text:
        raise Malformed(where, f"{text[:MAX_NAME]!r} is not the canonical spelling of a number")
    return number


def rational(value: object, where: str) -> Fraction:
    """Return the rational that the string ``value`` spells.

    >>> rational("-5/12", "here")
    Fraction(-5, 12)
    """
    top, slash, bottom = string(value, where).partition("/")
    numerator, denominator = _whole(top, where), _whole(bottom, where) if slash else 1
    if slash and denominator < 2:
        raise Malformed(where, "a denominator must be at least 2")
    number = Fraction(numerator, denominator)
    if number.denominator != denominator:
        raise Malformed(where, "a fraction must be in lowest terms")
    return number
