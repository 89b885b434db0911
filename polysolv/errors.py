"""The one exception that bad input raises."""

from __future__ import annotations

from typing import Any

_LONGEST_VALUE = 60


class InputError(ValueError):
    """A value that the caller gave is not allowed.

    Args:
        field: name of the argument, option, key or file that holds the value.
        value: the offending value; shown shortened. ``None`` where there is none.
        allowed: what would be allowed, in plain words.

    The message is one line that names all three.

    >>> print(InputError("degree", 0, "an integer from 1 to 1000"))
    degree: 0 is not allowed; allowed: an integer from 1 to 1000
    >>> print(InputError("--x", None, "names of columns"))
    --x: not given; allowed: names of columns
    """

    def __init__(self, field: str, value: object, allowed: str) -> None:
        self.field = field
        self.value = value
        self.allowed = allowed
        said = "not given" if value is None else f"{_shown(value)} is not allowed"
        super().__init__(f"{field}: {said}; allowed: {allowed}")

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.field, self.value, self.allowed))


def _shown(value: object) -> str:
    try:
        text = repr(value)
    except ValueError:  # an integer too long to be printed in decimal
        text = f"a value of type {type(value).__name__} too long to print"
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"


def require_integer(field: str, value: object, low: int, high: int) -> int:
    """Return ``value`` as an ``int`` if it is an integer in ``[low, high]``.

    Args:
        field: name used in the error message.
        value: any object; booleans and floats are refused.
        low, high: inclusive bounds.

    Raises:
        InputError: if ``value`` is not an integer or lies outside the bounds.

    >>> require_integer("degree", 3, 1, 10)
    3
    """
    import numbers

    allowed = f"an integer from {low} to {high}"
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise InputError(field, value, allowed)
    number = int(value)
    if not low <= number <= high:
        raise InputError(field, number, allowed)
    return number


def require_seconds(field: str, value: object) -> float:
    """Return ``value`` as a positive number of seconds.

    Raises:
        InputError: if it is no number, not positive or not finite.

    >>> require_seconds("timeout", 3)
    3.0
    """
    import math
    import numbers

    number = float(value) if isinstance(value, numbers.Real) and not isinstance(value, bool) else math.nan
    if not 0 < number < math.inf:
        raise InputError(field, value, "a positive number of seconds")
    return number


def unknown_name(field: str, value: object, known: list[str]) -> InputError:
    """Build the error for a name that is not in ``known``, suggesting the nearest one.

    >>> print(unknown_name("format", "jsn", ["json", "text"]))
    format: 'jsn' is not allowed; allowed: json, text (did you mean json?)
    """
    from difflib import get_close_matches

    allowed = ", ".join(known)
    near = get_close_matches(value, known, n=1, cutoff=0.5) if isinstance(value, str) else []
    return InputError(field, value, f"{allowed} (did you mean {near[0]}?)" if near else allowed)
