"""Sentences and names with mathematics in plain text, such as ``m <= 3`` and ``beta1``, as LaTeX."""

from __future__ import annotations

import re

from polysolv.display.formula import GREEK, Formula, Word, latex_text

_FUNCTIONS = {"exp", "log", "cos", "sin", "softmax", "erf", "sqrt"}
_OWN_COMMAND = {"exp", "log", "cos", "sin"}
_SPECIAL = {"k_true": "k^*", "oo": r"\infty", "pi": r"\pi", "cov": r"\operatorname{cov}"}
_RELATIONS = {"<=": r"\leq", ">=": r"\geq", "!=": r"\neq"}

# Two levels of brackets within a pair are enough for what is written here.
_INSIDE = r"\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"
_GREEK_NAMES = "|".join(sorted(GREEK, key=len, reverse=True))
_NAME = (
    rf"(?:(?:{_GREEK_NAMES}|[A-Za-z])(?:\d*(?:_(?:\d+|[a-z]|star))*)|[a-z]+_star|k_true|k_excess|pi|oo)\*?"
)
_CALL = rf"(?:{'|'.join(sorted(_FUNCTIONS))}|[A-Za-z]\d?){_INSIDE}"
_POWER = r"\^(?:\(-?\d+(?:/\d+)?\)|\d+|[a-z]\b)"
_PARTIAL = r"∂[^\s,;()]*[^\s,;().]"
_ATOM = rf"(?:(?:{_NAME} |\([^()]*\) )?{_PARTIAL}|{_CALL}|{_NAME}|\|{_NAME}\||\d+(?:\.\d+)?)(?:{_POWER})?"
_OPERAND = rf"-?(?:\d+ |(?:[A-Z]|log|Σ) (?={_NAME}[\^_]|{_NAME}{_POWER}))?{_ATOM}"
_OPERATION = r" ?(?:<=|>=|!=|[=<>+/*]) ?| - |\.(?=x)"
_RUN = re.compile(
    rf"(?<![\w\-'’./^])(?:(?:<=|>=|!=) )?(?:{_OPERAND}|\((?:log n|{_NAME})\){_POWER})"
    rf"(?:(?:{_OPERATION})(?:{_OPERAND}|{_INSIDE}))*(?![\w\-^(]|['’]\w|[/.]\w)"
)
_OPERATOR = re.compile(r"<=|>=|!=|[=<>+/*^|_]| - |\.x")
_PIECE = re.compile(
    rf"(?P<partial>{_PARTIAL})|(?P<power>{_POWER})|(?P<call>(?:{'|'.join(sorted(_FUNCTIONS))})\b)"
    rf"|(?P<name>{_NAME})(?!\w)|(?P<words>[A-Za-z][A-Za-z0-9]*(?: [A-Za-z][A-Za-z0-9]+)*)"
    r"|(?P<relation><=|>=|!=)|(?P<other>.)"
)


def latex_symbol(name: str) -> str:
    """Return a parameter's name for mathematics mode, numbers at its end as subscripts.

    >>> for name in ("beta1", "sigma", "Sigma_1_2", "a_star", "shape", "beta1_i"):
    ...     print(latex_symbol(name))
    \\beta_1
    \\sigma
    \\Sigma_{1,2}
    a^*
    \\mathrm{shape}
    \\beta_{1,i}
    """
    starred = name.endswith(("_star", "*"))
    name = re.sub(r"_star$|\*$", "", name)
    if name in _SPECIAL:
        return _SPECIAL[name] + ("^*" if starred else "")
    match = re.fullmatch(rf"({_GREEK_NAMES}|[A-Za-z])_?(\d*)((?:_(?:\d+|[a-z]))*)", name)
    if match is None:
        return rf"\mathrm{{{latex_text(name)}}}" + ("^*" if starred else "")
    letter = f"\\{match[1]}" if match[1] in GREEK else match[1]
    below = [part for part in (match[2], *match[3].split("_")) if part]
    joined = ",".join(below)
    subscript = "" if not below else f"_{joined}" if len(joined) == 1 else f"_{{{joined}}}"
    return letter + subscript + ("^*" if starred else "")


def latex_prose(text: str, names: tuple[str, ...] = (), words: tuple[str, ...] = ()) -> str:
    """Return a sentence for LaTeX's text mode, with its mathematics set as such.

    Args:
        text: plain text. Greek names, powers, calls of functions and relations between single letters and
            numbers are mathematics; ``a`` alone is the article.
        names: names of parameters that become mathematics where one stands alone as the whole text.
        words: what is a word wherever it stands, such as the name of a family.

    >>> print(latex_prose("r(m) is in print only for m <= 3, beta1 has n^(-1/8)"))
    $r(m)$ is in print only for $m \\leq 3$, $\\beta_1$ has $n^{-1/8}$
    >>> print(latex_prose("a"), latex_prose("a", ("a",)), latex_prose("a 100% gain of sigma1 over R^d"))
    a $a$ a 100\\% gain of $\\sigma_1$ over $R^d$
    >>> print(latex_prose("gamma: mu and gamma", (), ("gamma",)))
    gamma: $\\mu$ and gamma
    """
    if words:
        kept = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
        parts = re.split(rf"(?<![\w-])({kept})(?![\w-])", text)
        return "".join(latex_text(p) if i % 2 else latex_prose(p, names) for i, p in enumerate(parts))
    if text in names:
        return f"${latex_symbol(text)}$"
    pieces, end = [], 0
    for match in _RUN.finditer(text):
        if _is_mathematics(match[0], text, match.end()):
            pieces += [latex_text(text[end : match.start()]), f"${_mathematics(match[0])}$"]
            end = match.end()
    pieces.append(latex_text(text[end:]))
    return "".join(pieces)


def _is_mathematics(run: str, text: str, end: int) -> bool:
    """Return whether a run is no word of the sentence: not the article or a rule's name."""
    after = text[end : end + 2]
    if run == "Gamma":  # a family's name before a noun
        return re.match(r" [a-z]", after) is None
    if _OPERATOR.search(run) or re.match(_CALL, run) or re.match(rf"-?(?:{_GREEK_NAMES}|oo|pi|∂)", run):
        return True
    if run == "a":
        return after[:1] in (",", ".", ";", ")") or (not after and ", " in text)
    return re.fullmatch(_NAME, run) is not None and not re.fullmatch(r"I|[A-Z]\d", run)


def _mathematics(text: str) -> str:
    """Return what mathematics mode needs, words among it as text."""
    result = []
    for match in _PIECE.finditer(text):
        if match["partial"]:
            result.append(Formula(match["partial"]).to_latex())
        elif match["power"]:
            power = match["power"][1:].strip("()")
            result.append(f"^{power}" if len(power) == 1 else f"^{{{power}}}")
        elif match["call"]:
            function = match["call"]
            result.append(f"\\{function}" if function in _OWN_COMMAND else rf"\operatorname{{{function}}}")
        elif match["name"]:
            result.append(latex_symbol(match["name"]))
        elif match["words"]:
            result.append(rf"\text{{{latex_text(match['words'])}}}")
        elif match["relation"]:
            result.append(_RELATIONS[match["relation"]])
        else:
            result.append(_sign(match["other"], text, match.start()))
    return "".join(result)


def _sign(sign: str, text: str, at: int) -> str:
    if sign == "." and text[at + 1 : at + 2].isalpha():
        return r" \cdot "
    if sign == "*":
        return " "
    if sign in "&%$#{}_~^\\":
        return rf"\text{{{latex_text(sign)}}}"
    return sign if sign.isascii() else latex_text(sign).strip("$")


def latex_cell(cell: str, names: tuple[str, ...] = ()) -> str:
    """Return a cell of a table as LaTeX."""
    if isinstance(cell, Word):
        return latex_text(cell)
    return f"${cell.to_latex()}$" if isinstance(cell, Formula) else latex_prose(cell, names)
