"""Sphinx extension: formulas become MathML while the site is built, so that no page needs a script.

The font that they are set in travels inside the style sheet: a page that is opened as a file may not ask for
others.
"""

from __future__ import annotations

import base64
import re

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.writers.html5 import HTML5Translator

# Slashes and bars are set tight; the converter gives them the space of a relation.
_TIGHT = re.compile(r"<mo(?: stretchy=\"false\")?>(&#x0002F;|&#x0007C;)</mo>")
# Infinity and the sign of a derivative are letters; the converter takes them for operators.
_LETTER = re.compile(r"<mo>(&#x0221E;|&#x02202;)</mo>")


def to_mathml(tex: str, display: bool) -> str:
    """Return ``tex`` as MathML.

    Raises:
        ExtensionError: if a command is not known (the converter would print its name instead).
    """
    mathml = convert(tex, display="block" if display else "inline")
    mathml = _TIGHT.sub(r'<mo stretchy="false" lspace="0" rspace="0">\1</mo>', mathml)
    mathml = _LETTER.sub(r"<mi>\1</mi>", mathml)
    if "\\" in mathml:
        raise ExtensionError(f"formula not understood: {tex}")
    return mathml


def visit_inline(translator: HTML5Translator, node: nodes.math) -> None:
    """Write a formula in a line."""
    translator.body.append(to_mathml(node.astext().strip(), display=False))
    raise nodes.SkipNode


def visit_display(translator: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula of its own lines; it scrolls in its own box."""
    mathml = to_mathml(node.astext().strip(), display=True)
    translator.body.append(translator.starttag(node, "div", CLASS="formula") + mathml + "</div>\n")
    raise nodes.SkipNode


def inline_font(app: Sphinx, exception: Exception | None) -> None:
    """Put the font into the style sheet of the finished site."""
    sheet = app.outdir / "_static" / "site.css"
    if exception is None and sheet.exists():
        text = sheet.read_text(encoding="utf-8")
        for name in re.findall(r'url\("(fonts/.+?\.woff2)"\)', text):
            data = base64.b64encode((sheet.parent / name).read_bytes()).decode()
            text = text.replace(f'url("{name}")', f"url(data:font/woff2;base64,{data})")
        sheet.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer that ``html_math_renderer`` of ``docs/conf.py`` names."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_display, None))
    app.connect("build-finished", inline_font)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
