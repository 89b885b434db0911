"""The PDE interaction of a family: linear dependencies among derivatives of one atom's density."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations_with_replacement

from polysolv.families.factorisations import factorisations
from polysolv.families.log_symbol import Exponents, LogSymbol


@dataclass(frozen=True)
class PdeRelation:
    """The exact relation ``∂^left u = coefficient · ∂^right u`` for every atom's density u.

    Args:
        left, right: derivative orders, ((component, order ≥ 1), ...); left has the higher total order.
        coefficient: non-zero rational.
    """

    left: tuple[tuple[str, int], ...]
    right: tuple[tuple[str, int], ...]
    coefficient: Fraction

    def __str__(self) -> str:
        factor = "" if self.coefficient == 1 else f"{self.coefficient} "
        return f"{show_derivative(self.left)} = {factor}{show_derivative(self.right)}"


def interaction(log_symbol: LogSymbol, max_order: int = 2) -> tuple[PdeRelation, ...]:
    """Return minimal binomial relations among the derivatives of u = exp(K).

    On the dual side ∂/∂δ_c multiplies by the monomial of c, so products of derivatives are equal, up to a
    rational factor, whenever their monomials are. These relations form a toric ideal; a minimal generating
    set connects, monomial by monomial, the factorisations that share no symbol (Diaconis and Sturmfels 1998,
    Theorem 3.1, in its graded form).

    Args:
        log_symbol: a K that is linear in the perturbations.
        max_order: relations are found in which one side has at most this order of differentiation.

    Raises:
        InputError: if K is not linear in the perturbations.

    >>> from polysolv.families import get
    >>> for relation in get("softmax-gaussian").interaction():
    ...     print(relation)
    ∂²u/∂b² = 2 ∂u/∂sigma
    ∂²u/∂beta1∂b = ∂u/∂a
    """
    symbols = log_symbol.symbols
    names = list(symbols)
    monomials = [symbols[name][1] for name in names]
    relations = []
    for monomial in sorted(_products(monomials, max_order), key=lambda m: (sum(m), m)):
        groups = _connected(factorisations(monomial, monomials))
        if len(groups) < 2:
            continue
        # The lowest order stands on the right: it is the derivative that the others reduce to.
        leaders = sorted((min(g, key=lambda f: (sum(f), f)) for g in groups), key=lambda f: (sum(f), f))
        for other in leaders[1:]:
            coefficient = _scale(other, names, log_symbol) / _scale(leaders[0], names, log_symbol)
            relations.append(PdeRelation(_orders(other, names), _orders(leaders[0], names), coefficient))
    return tuple(relations)


def _products(monomials: list[Exponents], max_order: int) -> set[Exponents]:
    return {
        tuple(map(sum, zip(*chosen, strict=True)))
        for count in range(1, max_order + 1)
        for chosen in combinations_with_replacement(monomials, count)
    }


def _connected(members: list[Exponents]) -> list[list[Exponents]]:
    """Group factorisations that are linked by shared symbols."""
    groups: list[list[Exponents]] = []
    for member in members:
        linked = [g for g in groups if any(_share(member, other) for other in g)]
        merged = [member, *(other for g in linked for other in g)]
        groups = [g for g in groups if g not in linked] + [merged]
    return groups


def _share(one: Exponents, other: Exponents) -> bool:
    return any(a and b for a, b in zip(one, other, strict=True))


def _scale(powers: Exponents, names: list[str], log_symbol: LogSymbol) -> Fraction:
    scale = Fraction(1)
    for name, power in zip(names, powers, strict=True):
        scale *= log_symbol.symbols[name][0] ** power
    return scale


def _orders(powers: Exponents, names: list[str]) -> tuple[tuple[str, int], ...]:
    return tuple((name, power) for name, power in zip(names, powers, strict=True) if power)


def show_derivative(orders: tuple[tuple[str, int], ...]) -> str:
    """Return a derivative of u for people.

    >>> show_derivative((("a", 1), ("b", 2)))
    '∂³u/∂a∂b²'
    """
    if not orders:
        return "u"
    total = sum(power for _, power in orders)
    below = "".join(f"∂{name}{_superscript(power)}" for name, power in orders)
    return f"∂{_superscript(total)}u/{below}"


def _superscript(power: int) -> str:
    return "" if power == 1 else str(power).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
