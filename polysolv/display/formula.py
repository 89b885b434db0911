"""Formulas in plain text, such as ``1/2*w_1*b_1^2``, and their typesetting in HTML and LaTeX."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence

GREEK = {
    "alpha": "α",
    "beta": "β",
    "gamma": "γ",
    "delta": "δ",
    "epsilon": "ε",
    "eta": "η",
    "theta": "θ",
    "kappa": "κ",
    "lambda": "λ",
    "mu": "μ",
    "nu": "ν",
    "sigma": "σ",
    "Gamma": "Γ",
    "Sigma": "Σ",
}
_TOKEN = re.compile(
    r"(?P<fraction>\d+/\d+)|(?P<perturbed>δ?)(?P<name>[A-Za-z][A-Za-z_0-9]*)"
    r"|(?P<power>\^\d+|[²³⁴⁵⁶⁷⁸⁹⁰¹]+)|(?P<other>.)",
    re.A | re.DOTALL,
)
_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", "^")
_HTML = {"*": "\u2009", "-": "−"}
_LATEX = {"*": " ", "∂": r"\partial ", "−": "-", "≥": r"\ge ", "≤": r"\le ", "…": r"\dots "}


class Formula(str):
    """Mathematics in plain text that table cells typeset: names, rationals, ``^``, ``*``, signs, ``∂``.

    A δ before a name marks a perturbation. Numbers at the end of a name are subscripts.

    >>> print(Formula("1/2*w_1*δb_1^2").to_latex())
    \\tfrac{1}{2} {w_{1}} {\\delta b_{1}}^{2}
    >>> print(Formula("a_1 < b^2").to_html())
    <i>a</i><sub>1</sub> &lt; <i>b</i><sup>2</sup>
    """

    __slots__ = ()

    def to_latex(self) -> str:
        """Return LaTeX for mathematics mode."""
        return "".join(_latex_token(match) for match in _TOKEN.finditer(self))

    def to_html(self) -> str:
        """Return HTML; all else than the formula's own mark-up is escaped."""
        return "".join(_html_token(match) for match in _TOKEN.finditer(self))


class Word(str):
    """A name that is no mathematics even where it looks like a symbol, such as that of a family."""

    __slots__ = ()


def latex_name(name: str, perturbation: bool) -> str:
    """Return an unknown as LaTeX: trailing numbers become subscripts, perturbations get a δ.

    The braces around it keep a power outside.

    >>> print(latex_name("beta1_2_3", perturbation=True))
    {\\delta\\beta_{1,2,3}}
    """
    base, numbers = _spelled(name)
    if numbers is None:
        letter = rf"\mathrm{{{latex_text(base)}}}"
    else:
        letter = f"\\{base}" if base in GREEK else base if len(base) == 1 else rf"\mathrm{{{base}}}"
    subscript = f"_{{{','.join(numbers)}}}" if numbers else ""
    delta = ("\\delta" + ("" if letter.startswith("\\") else " ")) if perturbation else ""
    return f"{{{delta}{letter}{subscript}}}"


def latex_names(names: Sequence[str], perturbations: Collection[str] = ()) -> list[str]:
    """Return all unknowns of a system as LaTeX; those that would look alike are spelled out.

    >>> for name in latex_names(["x_1", "x1", "y_2"]):
    ...     print(name)
    {\\mathrm{x\\_1}}
    {\\mathrm{x1}}
    {y_{2}}
    """
    looks = [latex_name(name, perturbation=name in perturbations) for name in names]
    alike = {look for look, count in Counter(looks).items() if count > 1}
    return [
        look if look not in alike else rf"{{\mathrm{{{latex_text(name)}}}}}"
        for name, look in zip(names, looks, strict=True)
    ]


def latex_text(text: str) -> str:
    """Return text for LaTeX's text mode, every character with a meaning of its own escaped.

    >>> print(latex_text("100% of a_b ~ ≤"))
    100\\% of a\\_b \\textasciitilde{} $\\le$
    """
    return text.translate(_TEXT)


def _spelled(name: str) -> tuple[str, list[str] | None]:
    """Return the name without its trailing numbers, and these; ``None`` if it has another shape."""
    match = re.fullmatch(r"([A-Za-z]+?)_?((?:\d+_)*\d+)?", name)
    if match is None:
        return name, None
    return match[1], match[2].split("_") if match[2] else []


def _latex_token(match: re.Match[str]) -> str:
    if match["fraction"]:
        top, bottom = match["fraction"].split("/")
        return rf"\tfrac{{{top}}}{{{bottom}}}"
    if match["name"]:
        name = match["name"].removesuffix("_star")  # a true value
        star = "" if name == match["name"] else "^*"
        return (
            latex_name(name, bool(match["perturbed"])) if not star else f"{{{latex_name(name, False)}{star}}}"
        )
    if match["power"]:
        return f"^{{{match['power'].translate(_DIGITS)}}}"
    character: str = match["other"]
    if character in _PLAIN:
        return character
    return _LATEX.get(character) or rf"\text{{{latex_text(character)}}}"


def _html_token(match: re.Match[str]) -> str:
    from html import escape

    if match["name"]:
        base, numbers = _spelled(match["name"])
        subscript = f"<sub>{','.join(numbers)}</sub>" if numbers else ""
        return f"{match['perturbed']}<i>{GREEK.get(base, base)}</i>{subscript}"
    if match["power"]:
        return f"<sup>{match['power'].translate(_DIGITS)}</sup>"
    return _HTML.get(match[0]) or escape(match[0])


_PLAIN = frozenset("0123456789+-=<>/(),.;:'[]! ")
_SUPERSCRIPTS = {digit: f"$^{value}$" for value, digit in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}
_SYMBOLS = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": "$<$",
    ">": "$>$",
    "|": "$|$",
    "−": "$-$",
    "∂": r"$\partial$",
    "≥": r"$\ge$",
    "≤": r"$\le$",
    "≠": r"$\ne$",
    "≲": r"$\lesssim$",
    "·": r"$\cdot$",
    "×": r"$\times$",
    "∞": r"$\infty$",
    "…": r"\dots{}",
    "–": "--",
}
_GREEK_TEXT = {letter: rf"$\{name}$" for name, letter in GREEK.items()}
_TEXT = str.maketrans(
    {
        **{character: f"\\{character}" for character in "&%$#_{}"},
        **_SYMBOLS,
        **_GREEK_TEXT,
        **_SUPERSCRIPTS,
    }
)
