"""Formulas such as ``y ~ x + C(group)``: their reading, by formulaic, and what they may hold.

A formula is evaluated, also one that a saved fit brings along. So its factors are looked at first: names,
numbers, arithmetic, and the functions of :data:`FUNCTIONS` are all that they may hold.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import Any

from polysolv.errors import InputError

FUNCTIONS = ("C", "I", "abs", "exp", "log", "log10", "log2", "sqrt")
_ALLOWED = f"names, numbers, + - * / **, and {', '.join(FUNCTIONS)}"
_MOST_CHARACTERS, _MOST_POWER = 2000, 20
_QUOTED = re.compile(r"`([^`]*)`")


@dataclass(frozen=True)
class ParsedFormula:
    """A formula whose factors may be evaluated.

    Args:
        response: the left side as written.
        terms: the right side as written.
        response_names: columns of the left side.
        names: columns of the right side.
        categorical: those inside C(...).
        gate: the right side of the formula of the gate, or None where the gate has the same.
    """

    response: str
    terms: str
    response_names: tuple[str, ...]
    names: tuple[str, ...]
    categorical: frozenset[str]
    gate: str | None = None


def formulaic() -> Any:
    """Return the module formulaic.

    Raises:
        InputError: saying how to install it.
    """
    try:
        import formulaic as found
    except ImportError:
        allowed = 'formulaic to be installed: pip install "polysolv[formula]"'
        raise InputError("--formula", "a formula", allowed) from None
    return found


def parsed(text: str, field: str = "--formula", gate: str | None = None) -> ParsedFormula:
    """Return a formula with one response and at least one covariate, which may be the gate's alone.

    Args:
        text: the formula.
        field: name of the option or key, for error messages.
        gate: the formula of the gate, such as "~ z" or "~ 1", if it has one of its own.

    Raises:
        InputError: for a text that is no formula, a factor that is not allowed, a response among the
            covariates, or a formula without an intercept.

    >>> found = parsed("log(y) ~ x + C(group):x")
    >>> found.response, found.names, sorted(found.categorical)
    ('log(y)', ('group', 'x'), ['group'])
    """
    formulaic()
    left, right = _sides(text, field, 'a formula such as "y ~ x + C(group)"')
    (response, categorical), (names, more) = (_read(side, text, field) for side in (left, right))
    if len(_factors(left, text, field)) != 1 or categorical or not response:
        raise InputError(field, text, "one numeric response on the left")
    _require_intercept(right, text, field)
    _refuse_response(response & names, text, field)
    terms = None
    if gate is not None:
        before, terms = _sides(gate, "--gate", 'a formula without a left side, such as "~ z" or "~ 1"')
        if before or not terms:
            raise InputError("--gate", gate, 'a formula without a left side, such as "~ z" or "~ 1"')
        _require_intercept(terms, gate, "--gate")
        found = _read(terms, gate, "--gate")
        _refuse_response(response & found[0], gate, "--gate")
        names, more = names | found[0], more | found[1]
    if not names:
        where = "on the right" if gate is None else "on the right, or in --gate"
        raise InputError(field, text, f"at least one covariate {where}")
    if not right:
        raise InputError(field, text, "terms on the right; 1 for none")
    return ParsedFormula(left, right, tuple(sorted(response)), tuple(sorted(names)), frozenset(more), terms)


def _sides(text: str, field: str, allowed: str) -> tuple[str, str]:
    """Return both sides of a formula."""
    if text.count("~") != 1 or len(text) > _MOST_CHARACTERS:
        raise InputError(field, text, allowed)
    left, right = (side.strip() for side in text.split("~"))
    if "|" in _QUOTED.sub("q", text) or "." in re.split(r"[^\w.]+", _QUOTED.sub("q", right)):
        raise InputError(field, text, "a formula without | and without a dot for all columns")
    big = [int(power) for power in re.findall(r"\*\*\s*(\d+)|\^\s*(\d+)", text) for power in power if power]
    if any(power > _MOST_POWER for power in big):
        raise InputError(field, text, f"powers of at most {_MOST_POWER}")
    return left, right


def _require_intercept(side: str, text: str, field: str) -> None:
    """Refuse a side that asks for no intercept: gate and experts always have one."""
    if side and not any(str(term) == "1" for term in _terms(side, text, field)):
        raise InputError(field, text, "a formula without 0 and -1: an intercept is always fitted")


def _refuse_response(names: set[str], text: str, field: str) -> None:
    """Refuse covariates that are the response, or what it is made of."""
    if names:
        allowed = f"covariates other than the response (column {sorted(names)[0]!r})"
        raise InputError(field, text, allowed)


def _terms(side: str, text: str, field: str) -> list[Any]:
    """Return the terms of one side of a formula."""
    module = formulaic()
    try:
        return list(module.Formula(side))
    except (module.errors.FormulaSyntaxError, module.errors.FormulaParsingError, SyntaxError) as error:
        raise InputError(field, text, complaint(error)) from None


def _factors(side: str, text: str, field: str) -> list[Any]:
    """Return the factors of one side of a formula."""
    terms = _terms(side, text, field)
    return [factor for term in terms for factor in term.factors if factor.expr not in ("0", "1")]


def _read(side: str, text: str, field: str) -> tuple[set[str], set[str]]:
    """Return the columns of one side of a formula, and those inside C(...)."""
    return _names(_factors(side, text, field), text, field)


def complaint(error: Exception) -> str:
    """Return what would be allowed where formulaic refuses a formula: the first line of its message."""
    lines = re.sub(r"\x1b\[[0-9;]*m|[\u29da\u29db]", "", str(error)).strip().split("\n")
    return f"a formula that can be evaluated ({lines[0]})"


def plain_response(left: str) -> str:
    """Return the name of a response, without the backticks around it."""
    return left[1:-1] if re.fullmatch(_QUOTED, left) else left


def in_formula(name: str) -> str:
    """Return the name of a column as a formula holds it: in backticks unless it is a plain name.

    >>> in_formula("group"), in_formula("income, net")
    ('group', '`income, net`')
    """
    return name if name.isidentifier() else f"`{name}`"


def _names(factors: list[Any], text: str, field: str) -> tuple[set[str], set[str]]:
    """Return the columns of factors, and those inside C(...)."""
    names: set[str] = set()
    categorical: set[str] = set()
    for factor in factors:
        if factor.eval_method.value == "lookup":
            names.add(factor.expr)
            continue
        aliases: dict[str, str] = {}

        def alias(match: re.Match[str], aliases: dict[str, str] = aliases) -> str:
            aliases[f"_q{len(aliases)}"] = match[1]
            return f"_q{len(aliases) - 1}"

        try:
            tree = ast.parse(_QUOTED.sub(alias, factor.expr).strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise InputError(field, text, f"in a factor: {_ALLOWED}") from None
        _walk(tree, aliases, names, categorical, text, field)
    return names, categorical


def _walk(
    node: ast.expr, aliases: dict[str, str], names: set[str], categorical: set[str], text: str, field: str
) -> None:
    """Collect the names of an expression, or refuse it."""

    def refuse() -> InputError:
        return InputError(field, text, f"in a factor: {_ALLOWED}")

    match node:
        case ast.Name(id=name):
            if name.startswith("__") or name in FUNCTIONS:
                raise refuse()
            names.add(aliases.get(name, name))
        case ast.Constant(value=value) if type(value) in (int, float):
            pass
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=inner):
            _walk(inner, aliases, names, categorical, text, field)
        case ast.BinOp(left=left, op=ast.Pow(), right=ast.Constant(value=power)):
            if not isinstance(power, int | float) or not 0 <= power <= _MOST_POWER:
                raise refuse()
            _walk(left, aliases, names, categorical, text, field)
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div(), right=right):
            _walk(left, aliases, names, categorical, text, field)
            _walk(right, aliases, names, categorical, text, field)
        case ast.Call(func=ast.Name(id="C"), args=[ast.Name(id=name)], keywords=[]):
            names.add(aliases.get(name, name))
            categorical.add(aliases.get(name, name))
        case ast.Call(func=ast.Name(id=function), args=[inner], keywords=[]) if (
            function in FUNCTIONS and function != "C"
        ):
            _walk(inner, aliases, names, categorical, text, field)
        case _:
            raise refuse()
