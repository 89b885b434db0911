"""Values of expressions in balls of arbitrary precision (Arb), and ranks that they show."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

PRECISIONS = (128, 384, 1024)


class NoValue(Exception):
    """An expression has no finite real value at a point, or none that the balls enclose."""


def ball(expression: Any, point: dict[Any, Any]) -> Any:
    """Return a ball that holds the value of a SymPy expression.

    Args:
        expression: numbers, the symbols of ``point``, arithmetic, exp, log, gamma, polygamma, loggamma, erf,
            besseli, sin, cos, tan, Abs, pi.
        point: symbol -> SymPy rational.

    Raises:
        NoValue: if there is no finite real value, or a function is not known.
    """
    found = _value(expression, point, {})
    if not found.is_finite():
        raise NoValue(str(expression))
    return found


def _value(e: Any, point: dict[Any, Any], known: dict[Any, Any]) -> Any:
    import flint
    import sympy

    if e in known:
        return known[e]
    if e.is_Symbol:
        if e not in point:
            raise NoValue(str(e))
        e_value = point[e]
        return flint.arb(flint.fmpq(int(e_value.p), int(e_value.q)))
    if e.is_Rational:
        return flint.arb(flint.fmpq(int(e.p), int(e.q)))
    if e is sympy.pi:
        return flint.arb.pi()
    if e is sympy.E:
        return flint.arb(1).exp()
    if e is sympy.EulerGamma:
        return flint.arb.const_euler()
    parts = [_value(part, point, known) for part in e.args]
    try:
        found = _function(e, parts)
    except (ValueError, ZeroDivisionError, OverflowError):
        raise NoValue(str(e)) from None
    if not found.is_finite():
        raise NoValue(str(e))
    known[e] = found
    return found


def _function(e: Any, parts: list[Any]) -> Any:
    import flint
    import sympy

    if e.is_Add or e.is_Mul:
        total = parts[0]
        for part in parts[1:]:
            total = total + part if e.is_Add else total * part
        return total
    if e.is_Pow:
        base, exponent = parts
        if e.exp.is_Integer:
            return base ** int(e.exp)
        if not base > 0:
            raise NoValue(str(e))
        return base.sqrt() if e.exp == sympy.Rational(1, 2) else (exponent * base.log()).exp()
    if isinstance(e, sympy.log):
        if not parts[0] > 0:
            raise NoValue(str(e))
        return parts[0].log()
    if isinstance(e, sympy.polygamma):
        if not e.args[0].is_Integer or not parts[1] > 0:
            raise NoValue(str(e))
        return (
            parts[1].digamma() if e.args[0] == 0 else flint.acb(parts[1]).polygamma(flint.acb(parts[0])).real
        )
    if isinstance(e, sympy.besseli):
        return parts[1].bessel_i(parts[0])
    simple: dict[Any, Callable[[Any], Any]] = {
        sympy.exp: lambda v: v.exp(),
        sympy.gamma: lambda v: v.gamma(),
        sympy.loggamma: lambda v: v.lgamma(),
        sympy.erf: lambda v: v.erf(),
        sympy.sin: lambda v: v.sin(),
        sympy.cos: lambda v: v.cos(),
        sympy.tan: lambda v: v.tan(),
        sympy.Abs: lambda v: abs(v),
        sympy.zeta: lambda v: v.zeta(),
    }
    if e.func not in simple or len(parts) > 1:
        raise NoValue(str(e))
    return simple[e.func](parts[0])


def regular_minor(rows: Sequence[Sequence[Any]], size: int) -> list[int] | None:
    """Return rows of a matrix of balls or exact numbers on which a minor of the first ``size`` columns is not
    0.

    Args:
        rows: rows of equal length, in balls.
        size: how many columns, all of them, are to be independent.

    Elimination with balls: a pivot is a ball that does not hold 0, so the product of the pivots, the minor,
    is not 0 either. ``None`` if no such pivot is left.
    """
    left = [list(row[:size]) for row in rows]
    places = list(range(len(rows)))
    for column in range(size):
        best, at = None, -1
        for i in range(column, len(left)):
            magnitude = (
                abs(left[i][column]).mid() if hasattr(left[i][column], "mid") else abs(left[i][column])
            )
            sure = left[i][column] != 0
            if sure and (best is None or magnitude > best):
                best, at = magnitude, i
        if at < 0:
            return None
        left[column], left[at] = left[at], left[column]
        places[column], places[at] = places[at], places[column]
        pivot = left[column]
        for i in range(column + 1, len(left)):
            factor = left[i][column] / pivot[column]
            left[i] = [a - factor * b for a, b in zip(left[i], pivot, strict=True)]
    return places[:size]
