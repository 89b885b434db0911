"""Strict reading: JSON without floats or duplicate keys, known keys only, numbers in one spelling."""

import hashlib
import json
from fractions import Fraction

from .limits import MAX_BYTES, MAX_DEPTH, MAX_DIGITS, MAX_EXPONENT, MAX_INTEGER, MAX_NAME, Malformed, spend


def parse(data: bytes) -> object:
    """Return the JSON value that ``data`` spells."""
    if len(data) > MAX_BYTES:
        raise Malformed("file", f"more than {MAX_BYTES} bytes")
    try:
        return _DECODER.decode(data.decode("utf-8"))
    except ValueError as error:  # not UTF-8, or not JSON
        raise Malformed("file", f"not JSON: {error}"[:120]) from None


def _int(token: str) -> int:
    if len(token) > 17 or not token.lstrip("-").isdigit():
        raise Malformed("file", f"the number {token[:20]} is not an integer of at most 16 digits")
    return int(token)


def _dict(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len(found := dict(pairs)) < len(pairs):
        raise Malformed("file", "a key that occurs twice in one object")
    return found


_DECODER = json.JSONDecoder(parse_int=_int, parse_float=_int, parse_constant=_int, object_pairs_hook=_dict)
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


def check_plain(value: object) -> None:
    """Check that ``value`` holds only lists, objects, printable ASCII strings, small integers and null."""
    level, depth = [value], 1
    while level:
        inside: list[object] = []
        for item in level:
            if type(item) is str:
                if not (item.isascii() and item.isprintable()):
                    raise Malformed("file", "a string with characters other than printable ASCII")
            elif type(item) is dict or type(item) is list:
                if depth > MAX_DEPTH or (type(item) is dict and {*map(type, item)} - {str}):
                    where = f"nested deeper than {MAX_DEPTH}, or with a key that is not a string"
                    raise Malformed("file", where)
                spend(len(item) + 1)
                inside += [*item, *item.values()] if type(item) is dict else item
            elif item is not None and (type(item) is not int or abs(item) > MAX_INTEGER):
                raise Malformed("file", f"a value of type {type(item).__name__}, or an integer beyond 2^53")
        level, depth = inside, depth + 1


def digest(value: object) -> str:
    """Return the sha256, in hexadecimal, of the canonical JSON text of ``value``."""
    return hashlib.sha256(_ENCODER.encode(value).encode("ascii")).hexdigest()


def mapping(value: object, where: str) -> dict[str, object]:
    """Return ``value`` if it is an object."""
    if type(value) is not dict:
        raise Malformed(where, "must be an object")
    return value


def fields(value: object, required: str, where: str, optional: str = "") -> dict[str, object]:
    """Return ``value`` if it is an object with the ``required`` keys and at most the ``optional`` ones."""
    found, needed = mapping(value, where), required.split()
    missing = [key for key in needed if key not in found]
    unknown = [key[:MAX_NAME] for key in found if key not in needed and key not in optional.split()]
    if missing or unknown:
        raise Malformed(where, f"missing keys {missing}, unknown keys {unknown[:1]}")
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
    """Return ``value`` if it is a string of reasonable length."""
    if type(value) is not str or not 0 < len(value) <= MAX_NAME:
        raise Malformed(where, f"must be a string of 1 to {MAX_NAME} characters")
    return value


def names(value: object, where: str) -> list[str]:
    """Return ``value`` if it is a list of distinct names: letters, digits and underscores, no digit first."""
    found = [string(item, where) for item in items(value, where)]
    if len(set(found)) < len(found) or not all(name.isidentifier() for name in found):
        raise Malformed(where, "must be distinct names of letters, digits and underscores")
    return found


def powers(value: object, known: dict[str, int], where: str) -> dict[str, int]:
    """Return ``value`` if it is a monomial: an object from ``known`` names to positive exponents."""
    found = {name: integer(power, 1, MAX_EXPONENT, where) for name, power in mapping(value, where).items()}
    if not found.keys() <= known.keys():
        raise Malformed(where, f"an unknown variable among {[name[:MAX_NAME] for name in found][:9]}")
    return found


def spell(number: int) -> str:
    """Return the one spelling of an integer that is read: decimal below 10^18, else hexadecimal."""
    return str(number) if abs(number) < 10**18 else hex(number)


def rational(value: object, where: str) -> Fraction:
    """Return the rational that a string ``n`` or ``n/d`` in lowest terms spells."""
    parts = value.split("/") if type(value) is str and len(value) <= MAX_DIGITS else []
    try:
        top, bottom = [int(part, 16 if "x" in part else 10) for part in (*parts, "1")[:2]]
        number = Fraction(top, bottom)
    except (ValueError, ZeroDivisionError):
        raise Malformed(where, f"must be a string n or n/d of at most {MAX_DIGITS} digits") from None
    canonical = spell(number.numerator) + (f"/{spell(number.denominator)}" if number.denominator > 1 else "")
    if canonical != value:
        raise Malformed(where, "a number must be in lowest terms, below 10^18 decimal, else hexadecimal")
    return number
