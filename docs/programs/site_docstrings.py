r"""Sphinx extension: what autodoc finds, put as its authors mean it.

In docstrings, bars, stars and underscores are meant as they stand: in reStructuredText ``|δ|`` would be a
substitution, ``k*`` the start of emphasis and ``w_`` a link. Literals, roles and examples are left alone.
An entry ``low, high: bounds`` becomes one for each name, which is what sphinx.ext.napoleon reads.
"""

from __future__ import annotations

import inspect
import re

from docutils import nodes
from sphinx.application import Sphinx

_KEPT = re.compile(r"``.*?``|:[a-z:]+:`[^`]*`|`[^`]*`__?", re.DOTALL)
_MARK = re.compile(r"[*|]|_(?!\w)")
_ARRAY = re.compile(r"ndarray\[tuple\[Any, \.\.\.\], dtype\[(\w+)\]\]")
_SHARED = re.compile(r"^( +)(\w+(?:, \w+)+): (.*(?:\n\1 +\S.*)*)", re.MULTILINE)
_EXAMPLE = re.compile(r"^[ ]*>>> .*?(?=\n[ ]*\n|\Z)", re.DOTALL | re.MULTILINE)


def escaped(text: str) -> str:
    r"""Return a docstring with its marks escaped.

    >>> print(escaped("|δ| < k* in ``a*b``, w_"))
    \|δ\| < k\* in ``a*b``, w\_
    >>> escaped(">>> 2 * 3")
    '>>> 2 * 3'
    """
    parts, end = [], 0
    kept = sorted([*_EXAMPLE.finditer(text), *_KEPT.finditer(text)], key=lambda match: match.start())
    for match in kept:
        if match.start() >= end:
            parts += [_MARK.sub(r"\\\g<0>", text[end : match.start()]), match[0]]
            end = match.end()
    return "".join([*parts, _MARK.sub(r"\\\g<0>", text[end:])])


def separate(text: str) -> str:
    r"""Return a docstring with one entry for each name.

    >>> print(separate("Args:\n    low, high: bounds."))
    Args:
        low: bounds.
        high: bounds.
    """
    return _SHARED.sub(
        lambda match: "\n".join(f"{match[1]}{name}: {match[3]}" for name in match[2].split(", ")), text
    )


def process(app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    """Escape a docstring before its sections are read; that of a value's type says nothing of the value."""
    inherited = what == "data" and "\n".join(lines).strip() == inspect.getdoc(type(obj))
    lines[:] = [] if inherited else escaped(separate("\n".join(lines))).split("\n")


def skip(app: Sphinx, what: str, name: str, obj: object, skipped: bool, options: object) -> bool | None:
    """Leave out what scikit-learn adds to every estimator, and fields that the docstring lists."""
    field = type(obj).__name__ == "_tuplegetter"
    return True if field or re.fullmatch(r"set_\w+_request", name) else None


def dashes(app: Sphinx, document: nodes.document) -> None:
    """Set a dash between a name and its description, where docutils writes two hyphens."""
    for text in list(document.findall(nodes.Text)):
        if text == " -- ":
            text.parent.replace(text, nodes.Text(" – "))


def shortened(
    app: Sphinx,
    what: str,
    name: str,
    obj: object,
    options: object,
    signature: str | None,
    returns: str | None,
) -> tuple[str | None, str | None]:
    """Write arrays in signatures as their authors do."""
    return tuple(text and _ARRAY.sub(r"NDArray[\1]", text) for text in (signature, returns))  # type: ignore[return-value]


def setup(app: Sphinx) -> dict[str, bool]:
    """Escape before sphinx.ext.napoleon reads sections, at priority 500."""
    app.connect("autodoc-process-docstring", process, priority=400)
    app.connect("autodoc-process-signature", shortened)
    app.connect("doctree-read", dashes)
    app.connect("autodoc-skip-member", skip)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
