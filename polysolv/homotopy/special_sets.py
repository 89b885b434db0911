"""Solution sets of positive dimension that the monomials and the factors of a system prove there are.

Where |S| unknowns are zero an equation holds by itself if each of its monomials has one of them. If fewer
equations are left than unknowns, and they have a common zero at all, that zero lies on a set of positive
dimension (Krull). Factors that equations share do the same: only one of the equations need be counted. A
start system made of mixed cells may miss such sets, as it promises isolated zeros only.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations, product
from math import comb
from typing import NamedTuple

import numpy as np

from polysolv.homotopy.common_factors import distinct_factors, have_common_factor
from polysolv.polynomials.gaussian_rational import GaussianRational
from polysolv.polynomials.generic_system import total_degree
from polysolv.polynomials.polynomial import ComplexPolynomial, Monomial

_MOST_TESTS = 3_000_000  # of a set of unknowns against a monomial
_MOST_MASKS = 400  # minimal monomials of an equation; one with more counts as never zero
_WORD = 62  # unknowns up to which a set of them is a machine word
_MOST_SETS = 8
# Unknowns, terms and degrees up to which common factors are looked for, and products of choices of factors.
_UNKNOWNS, _TERMS, _DEGREE, _CHOICES = 3, 120, 12, 64


class SpecialSet(NamedTuple):
    """The points at which some unknowns are zero and some equations hold; all others hold there, too.

    Args:
        zero: the unknowns that are zero, ascending.
        equations: polynomials in the other unknowns.
        dimension: of every component, at least.
    """

    zero: tuple[int, ...]
    equations: tuple[ComplexPolynomial, ...]
    dimension: int

    def holds(self, other: SpecialSet) -> bool:
        """Whether all points of the other set are plainly points of this one, which is as large."""
        if not set(self.zero) <= set(other.zero) or self.dimension < other.dimension:
            return False
        known = [_monic(polynomial) for polynomial in other.equations]
        rest = (_restricted(polynomial, other.zero) for polynomial in self.equations)
        return all(not polynomial or _monic(polynomial) in known for polynomial in rest)


def special_sets(equations: Sequence[ComplexPolynomial], unknowns: int) -> list[SpecialSet]:
    """Return sets that have dimension 1 or more at each of their points; they may be empty.

    Args:
        equations: none of them zero or constant.
        unknowns: number of unknowns.

    For many unknowns only small sets S are looked at, and at most 8 sets are returned. None that holds
    another one is left out.

    >>> x, y = ((0, 1),), ((1, 1),)
    >>> square = {((0, 2),): Fraction(1), x: Fraction(-1)}
    >>> special_sets([square, {((0, 1), (1, 1)): Fraction(1)}], 2)
    [SpecialSet(zero=(0,), equations=(), dimension=1)]
    >>> special_sets([square, {y: Fraction(1), (): Fraction(-2)}], 2)
    []
    """
    found: list[SpecialSet] = []
    small = (
        unknowns <= _UNKNOWNS
        and sum(map(len, equations)) <= _TERMS
        and max(map(total_degree, equations)) <= _DEGREE
        and not any(isinstance(c, GaussianRational) for row in equations for c in row.values())
    )
    candidates = _all_faces(unknowns) if small else _faces(equations, unknowns)
    for zero in candidates:
        for new in _sets_within(equations, unknowns, zero, small):
            if not any(old.holds(new) for old in found):
                found.append(new)
            if len(found) == _MOST_SETS:
                return found
    return found


def _all_faces(unknowns: int) -> Iterator[tuple[int, ...]]:
    for size in range(unknowns):
        yield from combinations(range(unknowns), size)


def _faces(equations: Sequence[ComplexPolynomial], unknowns: int) -> Iterator[tuple[int, ...]]:
    """Sets of unknowns that leave fewer equations than unknowns when they are zero, small ones first."""
    # An equation with a constant never holds by itself.
    vanishing = [masks for row in equations if () not in row if (masks := _minimal(row)) is not None]
    # Each unknown that is zero must have an equation that then holds, and one more is needed.
    most = min(len(vanishing) - (len(equations) - unknowns) - 1, unknowns - 1)
    left = _MOST_TESTS
    for size in range(1, most + 1):
        left -= comb(unknowns, size) * sum(map(len, vanishing))
        if left < 0:
            return
        sets = list(combinations(range(unknowns), size))
        kind = np.int64 if unknowns <= _WORD else object
        faces = np.array([sum(1 << i for i in zero) for zero in sets], kind)
        holding = np.zeros(len(sets), np.int64)
        for masks in vanishing:
            hit = np.ones(len(sets), bool)
            for mask in masks:
                hit &= (faces & mask) != 0
            holding += hit
        for place in np.flatnonzero(len(equations) - holding < unknowns - size).tolist():
            yield sets[place]


def _minimal(row: ComplexPolynomial) -> list[int] | None:
    """The unknowns of monomials as bits, those of other ones' multiples left out; ``None`` for too many."""
    masks = sorted({sum(1 << i for i, _ in monomial) for monomial in row}, key=int.bit_count)
    kept: list[int] = []
    for mask in masks:
        if not any(other & mask == other for other in kept):
            kept.append(mask)
        if len(kept) > _MOST_MASKS:
            return None
    return kept


def _sets_within(
    equations: Sequence[ComplexPolynomial], unknowns: int, zero: tuple[int, ...], small: bool
) -> Iterator[SpecialSet]:
    rest = {}
    for row in equations:
        restricted = _restricted(row, zero)
        if restricted:
            rest[_monic(restricted)] = restricted
    left: list[ComplexPolynomial] = list(rest.values())
    if any(total_degree(row) == 0 for row in left):
        return
    room = unknowns - len(zero)
    if len(left) < room:
        yield SpecialSet(zero, tuple(left), room - len(left))
    elif small and any(
        have_common_factor(a, b, unknowns, random.Random(0)) for a, b in combinations(left, 2)
    ):
        yield from _sets_of_factors(left, unknowns, zero)


def _sets_of_factors(
    rest: Sequence[ComplexPolynomial], unknowns: int, zero: tuple[int, ...]
) -> Iterator[SpecialSet]:
    """Sets on which one factor of each equation is zero, with fewer factors than unknowns."""
    choices = []
    for row in rest:
        # A factor that is an unknown belongs to a larger set of zeros.
        factors = [f for f in distinct_factors(row, unknowns) if len(f) > 1]
        choices.append([_monic(factor) for factor in factors])
    if np.prod([float(len(factors)) for factors in choices]) > _CHOICES:
        return
    sets = sorted({frozenset(choice) for choice in product(*choices)}, key=lambda s: (len(s), sorted(s)))
    kept: list[frozenset[tuple[tuple[Monomial, Fraction], ...]]] = []
    for chosen in sets:
        if len(chosen) < unknowns - len(zero) and not any(other <= chosen for other in kept):
            kept.append(chosen)
            shared = tuple(dict(factor) for factor in sorted(chosen))
            yield SpecialSet(zero, shared, unknowns - len(zero) - len(chosen))


def _restricted(row: ComplexPolynomial, zero: Sequence[int]) -> ComplexPolynomial:
    return {m: c for m, c in row.items() if not any(i in zero for i, _ in m)}


def _monic(row: ComplexPolynomial) -> tuple[tuple[Monomial, Fraction], ...]:
    """The terms in order, divided by the first coefficient: the same for all multiples by numbers."""
    terms = sorted(row.items(), key=lambda term: term[0])
    first = terms[0][1]
    return tuple((monomial, c / first) for monomial, c in terms)  # type: ignore[misc]
