"""Splitting program text at separators that stand outside of brackets."""

from __future__ import annotations

_DEPTH = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}


def split_outside(text: str, separators: str) -> list[str]:
    """Return the stripped pieces of a text between separators that stand in no bracket, empty ones left out.

    >>> split_outside("f(a, b), [c, d], e", ",")
    ['f(a, b)', '[c, d]', 'e']
    """
    pieces, depth, start = [], 0, 0
    for place, character in enumerate(text):
        depth += _DEPTH.get(character, 0)
        if depth == 0 and character in separators:
            pieces.append(text[start:place])
            start = place + 1
    pieces.append(text[start:])
    return [piece.strip() for piece in pieces if piece.strip()]


def closing(text: str, start: int) -> int:
    """Return the place of the bracket that closes the one at ``start``, or the length of the text."""
    depth = 0
    for place in range(start, len(text)):
        depth += _DEPTH.get(text[place], 0)
        if depth == 0:
            return place
    return len(text)
