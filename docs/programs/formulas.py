"""MkDocs hook: formulas become MathML while the site is built, so that no page needs a script or a font."""

from __future__ import annotations

import html
import re

from latex2mathml.converter import convert
from mkdocs.exceptions import PluginError

_FORMULA = re.compile(
    r'<(?P<tag>span|div) class="arithmatex">\\(?P<open>[(\[])(?P<tex>.*?)\\[)\]]</(?P=tag)>', re.DOTALL
)
# Slashes and bars are set tight; the converter gives them the space of a relation.
_TIGHT = re.compile(r"<mo(?: stretchy=\"false\")?>(&#x0002F;|&#x0007C;)</mo>")


def to_mathml(tex: str, display: bool) -> str:
    """Return ``tex`` as MathML.

    Raises:
        PluginError: if a command is not known (the converter would print its name instead).
    """
    mathml = convert(tex, display="block" if display else "inline")
    mathml = _TIGHT.sub(r'<mo stretchy="false" lspace="0" rspace="0">\1</mo>', mathml)
    if "\\" in mathml:
        raise PluginError(f"formula not understood: {tex}")
    return mathml


def on_page_content(content: str, page: object, config: object, files: object) -> str:
    """Replace every formula of a page."""

    def replace(match: re.Match[str]) -> str:
        display = match["open"] == "["
        mathml = to_mathml(html.unescape(match["tex"]).strip(), display)
        return f'<div class="formula">{mathml}</div>' if display else mathml

    return _FORMULA.sub(replace, content)
