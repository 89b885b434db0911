"""Griffe extension: makes Markdown of docstrings.

Doctests become blocks of code, Sphinx roles plain names, and `low, high: bounds` one entry for each name.
"""

from __future__ import annotations

import re
from typing import Any

import griffe

_DOCTEST = re.compile(r"^>>> .*?(?=\n[ ]*\n|\Z)", re.DOTALL | re.MULTILINE)
_SHARED = re.compile(r"^( +)(\w+(?:, \w+)+): (.*(?:\n\1 +\S.*)*)", re.MULTILINE)
_ROLE = re.compile(r":[a-z]+:`~?([^`]+)`")


def to_markdown(text: str) -> str:
    """Return a docstring as Markdown.

    >>> print(to_markdown("See :func:`order`."))
    See `order`.
    """
    text = _DOCTEST.sub(lambda match: f"```pycon\n{match[0]}\n```", _ROLE.sub(r"`\1`", text))
    return _SHARED.sub(
        lambda match: "\n".join(f"{match[1]}{name}: {match[3]}" for name in match[2].split(", ")), text
    )


class Docstrings(griffe.Extension):
    """Applied to every object of the package before its docstring is parsed."""

    def on_object(self, *, obj: griffe.Object, **kwargs: Any) -> None:
        if obj.docstring:
            obj.docstring.value = to_markdown(obj.docstring.value)
