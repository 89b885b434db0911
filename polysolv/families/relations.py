"""Linear relations among derivatives of one atom, by exact linear algebra."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations_with_replacement
from typing import TypeVar

from polysolv.families.interaction import show_derivative
from polysolv.families.log_symbol import Exponents, LogSymbol

# Derivative orders: ((component, order ≥ 1), ...); () is the density itself.
Orders = tuple[tuple[str, int], ...]
Column = Mapping[Hashable, Fraction]


@dataclass(frozen=True)
class LinearRelation:
    """The exact relation ``∂^left u = Σ coefficient · ∂^right u``.

    Args:
        left: derivative orders.
        right: (coefficient, derivative orders) of linearly independent derivatives of no higher order.
    """

    left: Orders
    right: tuple[tuple[Fraction, Orders], ...]

    def __str__(self) -> str:
        parts = []
        for coefficient, orders in self.right:
            factor = "" if coefficient == 1 else "-" if coefficient == -1 else f"{coefficient} "
            parts.append(factor + show_derivative(orders))
        return f"{show_derivative(self.left)} = {' + '.join(parts).replace('+ -', '- ') or '0'}"


def relations_among(columns: Mapping[Orders, Column]) -> tuple[LinearRelation, ...]:
    """Return a basis of the linear relations among columns, each column written through earlier ones.

    Args:
        columns: derivative -> its entries; listed by increasing order of differentiation.

    >>> columns = {(("b", 1),): {1: Fraction(2)}, (("b", 2),): {1: Fraction(1)}}
    >>> print(*relations_among(columns))
    ∂²u/∂b² = 1/2 ∂u/∂b
    """
    independent: list[tuple[dict[Hashable, Fraction], dict[Orders, Fraction], Hashable]] = []
    found = []
    for orders, column in columns.items():
        rest = {key: value for key, value in column.items() if value}
        combination: dict[Orders, Fraction] = {}
        for row, origin, pivot in independent:
            if pivot in rest:
                factor = rest[pivot] / row[pivot]
                rest = _minus(rest, row, factor)
                combination = _minus(combination, origin, -factor)
        if rest:
            # rest = column − Σ combination, so it stands for that combination of the columns.
            origin = _minus({orders: Fraction(1)}, combination, Fraction(1))
            independent.append((rest, origin, next(iter(rest))))
        else:
            found.append(LinearRelation(orders, tuple((c, o) for o, c in combination.items())))
    return tuple(found)


Key = TypeVar("Key", bound=Hashable)


def _minus(
    left: Mapping[Key, Fraction], right: Mapping[Key, Fraction], factor: Fraction
) -> dict[Key, Fraction]:
    result = dict(left)
    for key, value in right.items():
        result[key] = result.get(key, Fraction(0)) - factor * value
    return {key: value for key, value in result.items() if value}


def second_order_relations(log_symbol: LogSymbol) -> tuple[LinearRelation, ...]:
    """Return the relations among derivatives of u = exp(K) of order 1 and 2 at δ = 0.

    Args:
        log_symbol: a K that need not be linear; constants of K stay symbolic, so a relation holds for all
            their values.
    """
    names = log_symbol.perturbations
    linear: dict[int, dict[Hashable, Fraction]] = {i: {} for i in range(len(names))}
    columns: dict[Orders, dict[Hashable, Fraction]] = {}
    for term in log_symbol.terms:
        if sum(term.perturbations) == 1:
            linear[term.perturbations.index(1)][term.variables + term.constants] = term.coefficient
    for i, name in enumerate(names):
        columns[((name, 1),)] = linear[i]
    for i, j in combinations_with_replacement(range(len(names)), 2):
        product: dict[Hashable, Fraction] = {}
        for s, a in linear[i].items():
            for t, b in linear[j].items():
                assert isinstance(s, tuple)
                assert isinstance(t, tuple)
                key = tuple(map(sum, zip(s, t, strict=True)))
                product[key] = product.get(key, Fraction(0)) + a * b
        both: Exponents = tuple((k == i) + (k == j) for k in range(len(names)))
        for second in log_symbol.terms:
            if second.perturbations == both:
                key = second.variables + second.constants
                product[key] = product.get(key, Fraction(0)) + second.coefficient * (2 if i == j else 1)
        columns[((names[i], 2),) if i == j else ((names[i], 1), (names[j], 1))] = product
    return relations_among(columns)
