"""Sample sizes as users write them: ``1e3:1e6:7`` or ``1000,10000``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from polysolv.errors import InputError, require_integer

_LARGEST, _MOST = 10**9, 10_000
_ALLOWED = "LOW:HIGH:COUNT (log-spaced, both ends included) or a list such as 1000,10000"


def parse_sizes(text: str, field: str = "sizes") -> tuple[int, ...]:
    """Return the sample sizes that a text spells.

    Args:
        text: ``LOW:HIGH:COUNT``, COUNT sizes log-spaced from LOW to HIGH inclusive and rounded, or a list
            separated by commas; a number may be written as 1e3.
        field: name of the option, for error messages.

    Returns:
        the sizes, ascending.

    Raises:
        InputError: for another text, sizes that do not ascend, or that repeat after rounding.

    >>> parse_sizes("1e3:1e6:4")
    (1000, 10000, 100000, 1000000)
    >>> parse_sizes("500,2e3")
    (500, 2000)
    """
    if ":" not in text:
        return check_sizes([_integer(part, text, field) for part in text.split(",")], field)
    parts = text.split(":")
    if len(parts) != 3:
        raise InputError(field, text, _ALLOWED)
    low, high, count = (_integer(part, text, field) for part in parts)
    if not (1 <= low < high and 2 <= count <= _MOST):
        raise InputError(field, text, f"{_ALLOWED}, with LOW < HIGH and COUNT from 2 to {_MOST}")
    step = (math.log(high) - math.log(low)) / (count - 1)
    inner = [round(math.exp(math.log(low) + i * step)) for i in range(1, count - 1)]
    return check_sizes([low, *inner, high], field)


def check_sizes(sizes: Sequence[int], field: str = "sizes", parameters: int = 1) -> tuple[int, ...]:
    """Return the sizes as a tuple if they ascend strictly and are at least the number of parameters."""
    if isinstance(sizes, str) or not isinstance(sizes, Sequence):
        raise InputError(field, sizes, "a sequence of integers, strictly ascending")
    checked = tuple(require_integer(f"{field}: entry {i}", n, 1, _LARGEST) for i, n in enumerate(sizes))
    if not 1 <= len(checked) <= _MOST:
        raise InputError(field, len(checked), f"from 1 to {_MOST} sizes")
    for before, after in pairwise(checked):
        if after <= before:
            raise InputError(field, after, f"strictly ascending sizes (it comes after {before})")
    if checked[0] < parameters:
        raise InputError(field, checked[0], f"at least as many rows as free parameters ({parameters})")
    return checked


def _integer(part: str, text: str, field: str) -> int:
    try:
        value = float(part)
    except ValueError:
        raise InputError(field, text, _ALLOWED) from None
    if not (1 <= value <= _LARGEST and value == int(value)):
        raise InputError(field, part, f"an integer from 1 to {_LARGEST}")
    return int(value)
