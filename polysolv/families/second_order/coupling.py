"""Exactly fitted atoms that interact: the arc along which first-order terms of several atoms cancel.

Source: observed-algebra page §6 (docs/second-order.md). Let F(x) be the change of the density for
perturbations x of all weights and parameters, one atom in each cell, and let the kernel of its derivative be
spanned by one vector v. The equations in the range of the derivative are solved along x = ε v + ε² x_2 + …,
by the implicit function theorem up to O(V), until one order N cannot be: then V ≍ ε^N beside O(V). A
component whose series begins with ε^e has the exponent max(1, N/e), and one that does not move before ε^N has
1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import product
from math import factorial, prod
from typing import Any

from polysolv.display.value import Value
from polysolv.errors import InputError
from polysolv.families.second_order.balls import PRECISIONS, NoValue, ball, regular_minor
from polysolv.families.second_order.derivatives import TooLong
from polysolv.families.second_order.function_field import FunctionField
from polysolv.families.second_order.places import values_at_points
from polysolv.families.second_order.relations import (
    Column,
    derivative_columns,
    find_second_order,
    ordered_indices,
)
from polysolv.families.second_order.source import DensitySource
from polysolv.polynomials.ball_precision import precision

MAX_ORDER = 5
WEIGHT = "weight"

# (true atom, name of a parameter or "weight"): one coordinate of the mixture.
Coordinate = tuple[int, str]


@dataclass(eq=False, repr=False)
class Coupling(Value):
    """How atoms that are all exactly fitted interact.

    Args:
        order: N, the order of contact of the arc.
        series: coordinate -> its power series along the arc up to ε^(N−1), in text; without coordinates that
            do not move.
        exponents: coordinate -> κ.
        evidence: how it is shown that order N cannot be removed, in words.
    """

    order: int
    series: tuple[tuple[Coordinate, str], ...]
    exponents: tuple[tuple[Coordinate, Fraction], ...]
    evidence: str

    def of(self, parameter: str) -> Fraction:
        """Return the largest exponent of a parameter, or of the weights, among the atoms."""
        return max(value for (_, name), value in self.exponents if name == parameter)

    @property
    def arc(self) -> str:
        """The arc in words."""
        return ", ".join(f"{_named(place)} = {text}" for place, text in self.series)


def _named(place: Coordinate) -> str:
    atom, name = place
    letter = "w" if name == WEIGHT else name
    return f"{letter}_{atom + 1} - {letter}_{atom + 1}*"


@lru_cache(maxsize=64)
def find_coupling(source: DensitySource) -> Coupling | None:
    """Return the coupling of the true atoms of a source, each exactly fitted, with equal true weights.

    Returns:
        ``None`` if the first derivatives are independent, the kernel has more than one dimension, or the
        order of contact is above five or cannot be shown.
    """
    found = find_second_order(source)
    if len(found.couplings) != 1:
        return None
    atoms = found.place.atoms
    try:
        columns, field = derivative_columns(source, atoms, MAX_ORDER)
    except (TooLong, InputError):
        return None
    names = source.parameters
    units = {name: tuple(int(i == k) for i in range(len(names))) for k, name in enumerate(names)}
    zero = (0,) * len(names)
    weight = Fraction(1, len(atoms))
    linear: dict[Coordinate, dict[Column, Any]] = {}
    one = _scalar(field, Fraction(1))
    for j in range(len(atoms)):
        linear[j, WEIGHT] = {(j, zero): one}
        for name in names:
            linear[j, name] = {(j, units[name]): _scalar(field, weight)}
    (kernel,) = field.relations({place: _sum(part, columns, field) for place, part in linear.items()})
    series: dict[Coordinate, dict[int, Any]] = {place: {} for place in linear}
    for place, value in kernel.items():
        series[place][1] = value
    solved = [place for place in linear if place != next(iter(kernel))]
    for k in range(2, MAX_ORDER + 1):
        rest = _order(series, names, len(atoms), k, weight, field)
        every = {place: _sum(linear[place], columns, field) for place in solved}
        relations = field.relations({**every, "rest": _sum(rest, columns, field)})
        if not relations:
            how = _not_removable(source, [linear[place] for place in solved], rest, columns, field)
            return None if how is None else _coupling(series, k, how, field)
        for place, value in relations[0].items():
            if place != "rest":
                series[place][k] = value
    return None


def _scalar(field: FunctionField, value: Fraction) -> Any:
    scalars = field.scalars()
    return scalars.convert(scalars.from_sympy(_rational(value)))


def _rational(value: Fraction) -> Any:
    import sympy

    return sympy.Rational(value.numerator, value.denominator)


def _sum(part: Mapping[Column, Any], columns: Mapping[Column, Any], field: FunctionField) -> Any:
    total = field.field.zero
    for column, value in part.items():
        total = total + field.lifted(value) * columns[column]
    return total


def _order(
    series: Mapping[Coordinate, Mapping[int, Any]],
    names: Sequence[str],
    atoms: int,
    k: int,
    weight: Fraction,
    field: FunctionField,
) -> dict[Column, Any]:
    """Return the coefficient of ε^k of F along the series known so far, as a combination of derivatives."""
    scalars = field.scalars()
    total: dict[Column, Any] = {}
    for j in range(atoms):
        weights = {0: _scalar(field, weight), **series[j, WEIGHT]}
        for degree in range(1, k + 1):
            for index in ordered_indices(len(names), degree):
                power = {0: scalars.one}
                for name, e in zip(names, index, strict=True):
                    for _ in range(e):
                        power = _times(power, series[j, name], k)
                factor = _scalar(field, Fraction(1, prod(factorial(e) for e in index)))
                value = _times(power, weights, k).get(k)
                if value:
                    total[j, index] = value * factor
    return total


def _times(left: Mapping[int, Any], right: Mapping[int, Any], most: int) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for (i, a), (j, b) in product(left.items(), right.items()):
        if i + j <= most:
            found[i + j] = found[i + j] + a * b if i + j in found else a * b
    return found


def _not_removable(
    source: DensitySource,
    linear: Sequence[Mapping[Column, Any]],
    rest: Mapping[Column, Any],
    columns: Mapping[Column, Any],
    field: FunctionField,
) -> str | None:
    """Return how it is shown that the rest is independent of the linear parts, in words, or ``None``."""
    wanted = list(dict.fromkeys(c for part in (*linear, rest) for c in part))
    size = len(linear) + 1
    place = find_second_order(source).place
    for bits in PRECISIONS:
        with precision(bits):
            try:
                parts = [
                    {c: ball(field.expression(v), {}) for c, v in part.items()} for part in (*linear, rest)
                ]
            except NoValue:
                return None
            values, _ = values_at_points(source, place, wanted, size + 6)
            rows = [
                [sum(v * dict(zip(wanted, row, strict=True))[c] for c, v in part.items()) for part in parts]
                for row in values
            ]
            if len(rows) >= size and regular_minor(rows, size) is not None:
                return f"a minor of size {size} at rational points is not zero (in balls of {bits} bits)"
    return None


def _coupling(
    series: Mapping[Coordinate, Mapping[int, Any]], order: int, how: str, field: FunctionField
) -> Coupling:
    exponents, shown = [], []
    for place, powers in series.items():
        moving = {k: field.expression(v) for k, v in powers.items() if v}
        first = min(moving, default=order)
        exponents.append((place, max(Fraction(1), Fraction(order, first))))
        if moving:
            shown.append((place, _text(moving)))
    return Coupling(order, tuple(shown), tuple(exponents), how)


def _text(powers: Mapping[int, Any]) -> str:
    text = ""
    for k, value in sorted(powers.items()):
        factor = f"({value})" if value.is_Add else str(value)
        factor = {"1": "", "-1": "-"}.get(factor, f"{factor}*")
        term = f"{factor}eps" + (f"^{k}" if k > 1 else "")
        text += f" - {term[1:]}" if term.startswith("-") else f" + {term}"
    return text[3:] if text.startswith(" + ") else f"-{text[3:]}"
