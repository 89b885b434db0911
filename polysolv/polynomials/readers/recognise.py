"""Which of the known formats a text is in, and the way to its reader."""

from __future__ import annotations

import re
from importlib import import_module

from polysolv.errors import InputError
from polysolv.polynomials.equations import Equations
from polysolv.polynomials.readers.export_text import COUNTS, EQUATION
from polysolv.polynomials.readers.phcpack import without_comments
from polysolv.polynomials.readers.remarks import with_old_names

# Format -> its module; each has read(text) -> Equations.
FORMATS = {
    "json": "polysolv.polynomials.readers.json_text",
    "bertini": "polysolv.polynomials.readers.bertini",
    "julia": "polysolv.polynomials.readers.julia",
    "phcpack": "polysolv.polynomials.readers.phcpack",
    "singular": "polysolv.polynomials.readers.singular",
    "macaulay2": "polysolv.polynomials.readers.macaulay2",
    "msolve": "polysolv.polynomials.readers.msolve",
    "sympy": "polysolv.polynomials.readers.sympy_source",
    "latex": "polysolv.polynomials.readers.latex",
    "text": "polysolv.polynomials.readers.export_text",
    "plain": "polysolv.polynomials.readers.plain",
}

# Patterns are compiled by the first text that gets so far.
_NAME, _BLANK = r"[^\W\d][\w\[\]]*", r"[^\S\n]*"
_MSOLVE = rf"\s*{_NAME}(?:{_BLANK},{_BLANK}{_NAME})*{_BLANK}\n{_BLANK}[0-9]+{_BLANK}\n"
_LATEX = r"\\begin\{align\*?\}"
_PROGRAMS = {
    "singular": r"(?m)^[^\S\n]*ring\s+\w+\s*=",
    "macaulay2": rf"(?m)(?:^|;){_BLANK}\w+{_BLANK}={_BLANK}[\w/]+{_BLANK}\[[^\n]*\]{_BLANK}(?:;|$)",
    "sympy": r"(?m)^[^\S\n]*(?:from\s+sympy\s+import|import\s+sympy)\b|\bsymbols\(\s*[\"']",
}
# Rings over the fields that Macaulay2 has names for, and packages, need no ideal beside them.
_MACAULAY = rf"(?m)(?:^|[;=]){_BLANK}(?:QQ|ZZ|RR|CC)(?:_[0-9]+)?{_BLANK}\[[^\n\[\]'\"]+\]{_BLANK}(?:;|$)"
_PACKAGE = r"(?m)^[^\S\n]*(?:needsPackage|loadPackage)\b[\s(]*\""
_DECLARATION = r"(?:variable_group|hom_variable_group|variable|function)\s+\w"
_BERTINI = rf"(?m)^[^\S\n]*(?:(?:INPUT|CONFIG)\b(?![^\S\n]*[-+*/^=])|{_DECLARATION})"
_JULIA_VARIABLES = r"@(?:var|polyvar|ncpolyvar)\b"
_JULIA = r"(?m)\bSystem\s*\(|^[^\S\n]*(?:using|import)\s+\w"
_LIST = r"\s*\[\s*[^\W\d]|\s*\[\s*\("  # no JSON begins so
# PHCpack skips what follows the numbers on the first line, such as a comment or a title in words.
_PHCPACK = r"\s*[0-9]+(?:[^\S\n]+[0-9]+)?[^\S\n]*(?:\n|$|--|[#%{!]|(?<=\s)[^\W\d][^-+*/^=;\n]*\n)"


def recognise(text: str) -> str:
    """Return the name of the format that ``text`` is in, one of :data:`FORMATS`.

    >>> recognise("2\\n x^2 - 1;\\n x*y - 1;\\n")
    'phcpack'
    >>> recognise("x^2 - 1\\nx*y = 1")
    'plain'
    """
    if re.match(_LIST, text):
        return "julia"
    uncommented = without_comments(text) if text.lstrip()[:1] in "{0123456789" else text
    if re.match(_PHCPACK, uncommented) and ";" in uncommented:
        return "phcpack"
    if text.lstrip().startswith(("{", "[")):
        return "json"
    if re.match(_MSOLVE, text):
        return "msolve"
    if re.search(COUNTS, text) and re.search(EQUATION, text) and r"\begin{" not in text:
        return "text"
    if re.search(_LATEX, text):
        return "latex"
    # What a comment says is no sign of a format.
    code = re.sub(r"#=.*?=#|[#%][^\n]*", "", text, flags=re.DOTALL)
    if re.search(_JULIA_VARIABLES, code):
        return "julia"
    if re.search(_MACAULAY, code) or re.search(_PACKAGE, code):
        return "macaulay2"
    for name, sign in _PROGRAMS.items():
        if re.search(sign, code) and (name != "macaulay2" or "ideal" in code):
            return name
    if re.search(_BERTINI, code):
        return "bertini"
    return "julia" if re.search(_JULIA, code) else "plain"


def decoded(text: str | bytes) -> str:
    """Return text with plain line ends.

    Raises:
        InputError: if bytes are not UTF-8.
    """
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise InputError("system", "bytes that are not UTF-8", "UTF-8 text") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_text(text: str | bytes) -> Equations:
    """Read a system in any of :data:`FORMATS`: all that exports write, and plain equations.

    Decimal numbers are exact rationals: 1.1 is 11/10. Unknowns that an export had to rename for a program get
    their names back.

    Raises:
        InputError: if the text is empty or cannot be read; the message names the place.

    >>> read_text("2\\n x**2 + 1.1;\\n (x + y)*(x - y) - 1;\\n").equations[0]
    {((0, 2),): Fraction(1, 1), (): Fraction(11, 10)}
    """
    text = decoded(text)
    if not text.strip():
        raise InputError("system", "an empty text", "equations")
    module = import_module(FORMATS[recognise(text)])
    result: Equations = module.read(text)
    return with_old_names(result, text)
