"""Two parameters and one second-order relation: its type, and that no more relations hold up to an order.

Source: observed-algebra page §6. The relation p(∂)u = lower order and its type are to hold for all θ near the
truth: the relation is computed once more with symbols for the parameters.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from polysolv.display.value import Value
from polysolv.families.second_order.balls import PRECISIONS, NoValue, ball
from polysolv.families.second_order.derivatives import Index, TooLong
from polysolv.families.second_order.places import independent_columns
from polysolv.families.second_order.relations import (
    SecondOrder,
    Undecided,
    derivative_columns,
    find_second_order,
)
from polysolv.families.second_order.source import DensitySource
from polysolv.polynomials.ball_precision import precision

ELLIPTIC, HYPERBOLIC, PARABOLIC = "elliptic", "hyperbolic", "parabolic"
MAX_CHECKED = 6
_PAIR = 2


@dataclass(eq=False, repr=False)
class RelationType(Value):
    """The type of the one relation of a family of two parameters.

    Args:
        kind: ``"elliptic"``, ``"hyperbolic"`` or ``"parabolic"``.
        direction: of a parabolic relation v vᵀ: v at the truth.
        along: of a parabolic relation: for each parameter whether its part of v is zero at every truth.
    """

    kind: str
    direction: tuple[Fraction, Fraction] | None = None
    along: tuple[bool, bool] = (False, False)


@lru_cache(maxsize=64)
def relation_type(source: DensitySource) -> RelationType | None:
    """Return the type of the one relation between second derivatives, near the truth.

    Returns:
        ``None`` unless there are one true atom, two parameters and one relation, which holds for all θ near
        the truth with a type that does not change there, and, if it is parabolic, a lower term that is not
        degenerate.
    """
    found = find_second_order(source)
    if (len(found.parameters), len(found.place.truths), len(found.relations)) != (_PAIR, 1, 1):
        return None
    ((a, b), (_, c)) = found.basis[0][0]
    discriminant = a * c - b * b
    near = _near(source)
    if near is None:
        return None
    entries, lower = near
    if discriminant:  # the entries are analytic in θ, so the sign stays near the truth
        return RelationType(ELLIPTIC if discriminant > 0 else HYPERBOLIC)
    return _parabolic(source, found, entries, lower)


def _near(source: DensitySource) -> tuple[dict[Index, Any], dict[Index, Any]] | None:
    """Return second-order and lower coefficients of the one relation, as expressions in the parameters."""
    import sympy

    try:
        columns, field = derivative_columns(source, [{}], 2)
    except Undecided:
        return None
    relations = field.relations(columns)
    if len(relations) != 1:
        return None
    found = {index: field.expression(value) for (_, index), value in relations[0].items()}
    empty = sympy.S.Zero
    second: dict[Index, Any] = {index: found.get(index, empty) for index in ((2, 0), (1, 1), (0, 2))}
    lower: dict[Index, Any] = {index: found.get(index, empty) for index in ((1, 0), (0, 1))}
    return second, lower


def _parabolic(
    source: DensitySource, found: SecondOrder, second: dict[Index, Any], lower: dict[Index, Any]
) -> RelationType | None:
    """Return the parabolic type: with v = (1, r) the relation is (∂_v)² u = q·∂u, q not along v."""
    import sympy

    thetas = source.thetas
    a, half, c = second[2, 0], second[1, 1] / 2, second[0, 2]
    if sympy.cancel(sympy.together(a * c - half**2)) != 0:
        return None
    first = 0 if found.basis[0][0][0][0] else 1  # a parameter in which v moves
    other = 1 - first
    lead, cross = (a, half) if first == 0 else (c, half)
    slope = sympy.cancel(sympy.together(cross / lead))
    unit = [(1, 0), (0, 1)]
    turning = sympy.diff(slope, thetas[first]) + slope * sympy.diff(slope, thetas[other])
    # λ (∂_v)² u − λ (∂_v v)·∂u + lower = 0
    q_first, q_other = -lower[unit[first]] / lead, -lower[unit[other]] / lead + turning
    degenerate = q_other - slope * q_first
    truth = found.place.atoms[0]
    at = {t: sympy.Rational(v.numerator, v.denominator) for t, v in zip(thetas, truth.values(), strict=True)}
    value = sympy.cancel(sympy.together(degenerate.xreplace(at)))
    r = sympy.cancel(sympy.together(slope.xreplace(at)))
    if not r.is_Rational or not _not_zero(value):
        return None
    vector = [Fraction(1), Fraction(1)]
    vector[other] = Fraction(int(r.p), int(r.q))
    along = [False, False]
    along[other] = bool(slope == 0)
    return RelationType(PARABOLIC, (vector[0], vector[1]), (along[0], along[1]))


def _not_zero(value: Any) -> bool:
    """Whether a constant is shown not to be 0."""
    if value.is_Rational:
        return bool(value != 0)
    try:
        with precision(PRECISIONS[0]):
            return bool(ball(value, {}) != 0)
    except NoValue:
        return False


@lru_cache(maxsize=256)
def no_more_relations(source: DensitySource, order: int) -> str | None:
    """Return how it is shown that no relation up to an order is independent of the one, in words, or
    ``None``.

    Args:
        source: a density with a :func:`relation_type`.
        order: highest order of differentiation.

    The relation and its derivatives write every derivative through those with at most one ∂ in a parameter
    whose second derivative occurs in it; these are shown to be independent at the truth.
    """
    found = find_second_order(source)
    matrix = found.basis[0][0]
    place = 0 if matrix[0][0] else 1
    if not matrix[place][place]:
        return None
    wanted: list[tuple[int, Index]] = []
    for total in range(order + 1):
        for normal in (0, 1):
            if normal <= total:
                index = [total - normal, total - normal]
                index[place] = normal
                wanted.append((0, (index[0], index[1])))
    try:
        return independent_columns(source, found.place, wanted)
    except TooLong:
        return None
