"""Derivatives of a density over the density, through those of its logarithm; see :func:`over_density`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from math import comb, prod
from typing import Any, TypeVar

from polysolv.errors import InputError
from polysolv.families.density_derivatives import logarithmic_derivative

MAX_OPERATIONS = 3_000
_ALWAYS = 2

Index = tuple[int, ...]
Number = TypeVar("Number")


class TooLong(Exception):
    """Derivatives of high order are too long to be of use."""


def logarithmic_derivatives(expression: Any, thetas: Sequence[Any], order: int) -> dict[Index, Any]:
    """Return ∂^γ log u for 1 ≤ |γ| ≤ ``order``, as SymPy expressions.

    Args:
        expression: u.
        thetas: the symbols of the parameters.
        order: highest order.

    Raises:
        InputError: if u holds the absolute value of something that depends on a parameter: there it has no
            derivatives.
        TooLong: if a derivative of order three or more has over 3,000 operations.

    >>> from sympy import exp, symbols
    >>> y, b = symbols("y b")
    >>> logarithmic_derivatives(b * exp(-b * y), [b], 2)
    {(1,): -y + 1/b, (2,): -1/b**2}
    """
    import sympy

    for part in expression.atoms(sympy.Abs, sympy.sign, sympy.Max, sympy.Min, sympy.Piecewise):
        named = [theta.name for theta in thetas if theta in part.free_symbols]
        if named:
            inside = part.args[0] if part.args else part
            allowed = (
                f"a density with derivatives: where {inside} = 0 this one has none with respect to "
                f"{named[0]}, and the theorem on second-order relations assumes three"
            )
            if isinstance(part, sympy.Abs) and part.free_symbols <= set(thetas):
                square = f"{inside}^2" if inside.is_Symbol else f"({inside})^2"
                allowed += f"; if {inside} > 0 is meant, write {inside} for abs({inside}) or sqrt({square})"
            raise InputError("density", str(part), allowed)
    units = [tuple(int(i == k) for i in range(len(thetas))) for k in range(len(thetas))]
    found = {
        unit: logarithmic_derivative(expression, theta) for unit, theta in zip(units, thetas, strict=True)
    }
    for total in range(2, order + 1):
        for index in indices(len(thetas), total):
            place = next(i for i, e in enumerate(index) if e)
            below = tuple(e - (i == place) for i, e in enumerate(index))
            found[index] = sympy.diff(found[below], thetas[place])
            if total > _ALWAYS and sympy.count_ops(found[index]) > MAX_OPERATIONS:
                raise TooLong
    return {index: value for index, value in found.items() if sum(index) <= order}


def indices(count: int, total: int) -> list[Index]:
    """Return all multi-indices of that length and sum.

    >>> indices(2, 1)
    [(0, 1), (1, 0)]
    """
    return [index for index in product(range(total + 1), repeat=count) if sum(index) == total]


def over_density(
    logarithmic: Mapping[Index, Number], wanted: Sequence[Index], one: Number, zero: Number
) -> dict[Index, Number]:
    """Return (∂^α u)/u for the wanted α and all below them, from the values of ∂^γ log u.

    From ∂_t u = L_t u and Leibniz: ∂^(α + t) u / u = Σ_{β ≤ α} C(α, β) ∂^β L_t · ∂^(α − β) u / u.
    """
    count = len(next(iter(logarithmic)))
    found: dict[Index, Number] = {(0,) * count: one}

    def value(index: Index) -> Number:
        if index not in found:
            place = next(i for i, e in enumerate(index) if e)
            alpha = tuple(e - (i == place) for i, e in enumerate(index))
            total: Any = zero
            for beta in product(*(range(e + 1) for e in alpha)):
                times = prod(comb(a, b) for a, b in zip(alpha, beta, strict=True))
                first: Any = logarithmic[tuple(b + (i == place) for i, b in enumerate(beta))]
                rest = value(tuple(a - b for a, b in zip(alpha, beta, strict=True)))
                total = total + first * rest * times
            found[index] = total
        return found[index]

    return {index: value(index) for index in wanted}
