"""Derivatives of a density over the density, as rational functions, and their values at random points."""

from __future__ import annotations

import random
from collections.abc import Hashable, Sequence
from fractions import Fraction
from itertools import combinations_with_replacement
from typing import Any

from polysolv.errors import InputError
from polysolv.families.relations import LinearRelation, Orders

_EXTRA_POINTS = 8
_TRIES = 20
_SPREAD = 40

# Derivative -> (∂^α u)/u: one rational function, or one for each value of the response.
Derivatives = dict[Orders, tuple[Any, ...]]
# Derivative -> place -> value/u, all values of the response at a point one after the other; the points.
Evaluated = tuple[dict[Orders, dict[Hashable, Fraction]], list[tuple[Fraction, ...]]]


class NotRational(InputError):
    """A density whose logarithmic derivatives are not rational functions."""


def derivatives_over_density(
    expr: Any, thetas: list[Any], order: int, symbols: list[Any]
) -> dict[Orders, Any]:
    """Return (∂^α u)/u by increasing order as elements of Q(symbols): (∂_t D_α) + D_α D_t."""
    import sympy

    field = sympy.QQ.frac_field(*symbols)
    polynomials = field.field.ring
    first = {}
    for theta in thetas:
        value = sympy.together(logarithmic_derivative(expr, theta))
        if not value.is_rational_function(*symbols):
            value = sympy.together(sympy.simplify(value))
        if not value.is_rational_function(*symbols):
            raise NotRational("expr", expr, "a density whose logarithmic derivatives are rational functions")
        top, bottom = sympy.fraction(value)
        first[theta] = field.field(polynomials.from_expr(top)) / field.field(polynomials.from_expr(bottom))
    result: dict[Orders, Any] = {(): field.one}
    for degree in range(1, order + 1):
        for chosen in combinations_with_replacement(range(len(thetas)), degree):
            below = _orders(chosen[:-1], thetas)
            theta = thetas[chosen[-1]]
            place = field.gens[symbols.index(theta)]
            result[_orders(chosen, thetas)] = result[below].diff(place) + result[below] * first[theta]
    return result


def logarithmic_derivative(expr: Any, theta: Any) -> Any:
    """Return ∂u/∂θ / u, factor by factor.

    Args:
        expr: u, a SymPy expression.
        theta: the symbol of a parameter.

    >>> from sympy import exp, symbols
    >>> y, b = symbols("y b")
    >>> logarithmic_derivative(b * exp(-b * y), b)
    -y + 1/b
    """
    import sympy

    if theta not in expr.free_symbols:
        return sympy.S.Zero
    if expr.is_Mul:
        return sympy.Add(*(logarithmic_derivative(factor, theta) for factor in expr.args))
    if isinstance(expr, sympy.exp):
        return sympy.diff(expr.args[0], theta)
    if expr.is_Pow:
        inner = sympy.diff(expr.exp, theta) * sympy.log(expr.base)
        return inner + expr.exp * logarithmic_derivative(expr.base, theta)
    if isinstance(expr, sympy.gamma):
        return sympy.polygamma(0, expr.args[0]) * sympy.diff(expr.args[0], theta)
    return sympy.diff(expr, theta) / expr


def _orders(chosen: tuple[int, ...], thetas: list[Any]) -> Orders:
    return tuple((thetas[i].name, chosen.count(i)) for i in sorted(set(chosen)))


def at_values_of_response(value: Any, values: Sequence[Fraction]) -> tuple[Any, ...]:
    """Return the rational function, or what it is at each value of the response; nothing at a pole."""
    import sympy

    if not values:
        return (value,)
    y, found = value.field.ring.gens[-1], []
    for v in values:
        number = sympy.QQ(v.numerator, v.denominator)
        bottom = value.denom.subs(y, number)
        if not bottom:
            return ()
        found.append(value.field(value.numer.subs(y, number)) / value.field(bottom))
    return tuple(found)


def evaluated(derivatives: Derivatives, count: int, first: Sequence[Fraction] = ()) -> Evaluated:
    """Evaluate every derivative at random rational points of Q^count, the same for all.

    The first coordinates of all points are ``first``. Nothing is returned if the points met too many poles.
    """
    import sympy

    chooser = random.Random(20)
    columns: dict[Orders, dict[Hashable, Fraction]] = {orders: {} for orders in derivatives}
    points: list[tuple[Fraction, ...]] = []
    wanted = len(derivatives) + _EXTRA_POINTS
    fixed = [sympy.QQ(v.numerator, v.denominator) for v in first]
    for _ in range(_TRIES * wanted):
        point = fixed + [
            sympy.QQ(chooser.randint(1, _SPREAD), chooser.randint(1, 9)) for _ in range(count - len(fixed))
        ]
        bottoms = [[part.denom(*point) for part in parts] for parts in derivatives.values()]
        if all(all(row) for row in bottoms):
            for (orders, parts), row in zip(derivatives.items(), bottoms, strict=True):
                for i, (part, bottom) in enumerate(zip(parts, row, strict=True)):
                    quotient = part.numer(*point) / bottom
                    value = Fraction(int(quotient.numerator), int(quotient.denominator))
                    columns[orders][len(points) * len(parts) + i] = value
            points.append(tuple(Fraction(int(v.numerator), int(v.denominator)) for v in point))
            if len(points) == wanted:
                return columns, points
    return {}, []


def difference(derivatives: Derivatives, relation: LinearRelation) -> list[Any]:
    """Return left − right of a relation; at each value of the response if there are finitely many."""
    import sympy

    totals = list(derivatives[relation.left])
    for c, orders in relation.right:
        factor = sympy.QQ(c.numerator, c.denominator)
        totals = [t - factor * part for t, part in zip(totals, derivatives[orders], strict=True)]
    return totals
