"""The verb `counted`: a number with its noun."""

from __future__ import annotations


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Return the number and the noun, in the plural unless the number is one.

    >>> counted(1, "path"), counted(0, "path"), counted(2, "vertex", "vertices")
    ('1 path', '0 paths', '2 vertices')
    """
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
