"""Names of unknowns that read as products of others, such as ``xy`` beside ``x`` and ``y``."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache


def joined_names(unknowns: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the names that are two or more other names written one after the other.

    Args:
        unknowns: all names of a system.

    Returns:
        name -> the names that it is made of, the longest first where several are possible.

    >>> joined_names(["x", "y", "xy", "yx2", "xz", "theta"])
    {'xy': ('x', 'y')}
    >>> joined_names(["x1", "x2", "x1x2x1"])
    {'x1x2x1': ('x1', 'x2', 'x1')}
    """
    found = {}
    for name in unknowns:
        others = sorted({other for other in unknowns if len(other) < len(name)}, key=len, reverse=True)

        @cache
        def split(rest: str, others: Sequence[str] = tuple(others)) -> tuple[str, ...] | None:
            if not rest:
                return ()
            for other in others:
                if rest.startswith(other) and (tail := split(rest[len(other) :])) is not None:
                    return (other, *tail)
            return None

        parts = split(name)
        if parts:
            found[name] = parts
    return found


def joined_names_notes(unknowns: Sequence[str]) -> tuple[str, ...]:
    """Return a note about such names, none if there is none.

    >>> print(*joined_names_notes(["x", "y", "xy"]))
    xy is an unknown of its own, not x*y: a product needs a star
    """
    found = list(joined_names(unknowns).items())
    if not found:
        return ()
    shown = ", ".join(f"{name} is an unknown of its own, not {'*'.join(parts)}" for name, parts in found[:3])
    more = f" (so are {len(found) - 3} more names)" if len(found) > 3 else ""
    return (f"{shown}{more}: a product needs a star",)
