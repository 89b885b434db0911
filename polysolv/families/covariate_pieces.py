"""The noun `Piece`: a part of the set of covariates that relations leave, with rational parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import prod

from polysolv.errors import InputError
from polysolv.families.log_symbol import Exponents
from polysolv.groebner.basis import squarefree_part
from polysolv.groebner.rational_roots import rational_roots
from polysolv.groebner.real_roots import isolate, primitive_part
from polysolv.polynomials.exponent_vectors import evaluate, multiply, substituted

Polynomial = dict[Exponents, Fraction]
MAX_PIECES = 200


@dataclass(frozen=True)
class Piece:
    """Covariates (x_1, …, x_d), each a polynomial in those that are free.

    Args:
        values: covariate's position -> polynomial in all covariates that holds free ones only.
        free: positions of the free ones.
        indicator: polynomial in all covariates that is 1 on this piece and 0 on the others.
        levels: covariate's position -> the level that tells this piece from others.
    """

    values: Mapping[int, Polynomial]
    free: tuple[int, ...]
    indicator: Polynomial
    levels: Mapping[int, Fraction]

    def at(self, chosen: Mapping[int, Fraction]) -> list[Fraction]:
        """Return the covariates at values of the free ones."""
        count = len(self.values) + len(self.free)
        point = [chosen.get(i, Fraction(0)) for i in range(count)]
        return [evaluate(self.values[i], point) if i in self.values else point[i] for i in range(count)]


def covariate_pieces(
    relations: Sequence[Polynomial], count: int, field: str = "relations"
) -> tuple[tuple[Piece, ...], tuple[Polynomial, ...]]:
    """Return the pieces of the set where relations among covariates hold, and what holds there besides.

    Args:
        relations: a Gröbner basis, or part of one, in ``count`` covariates.
        count: number of covariates.
        field: what the relations were read from, for error messages.

    Returns:
        pieces, which together are the set; relations that all real points satisfy though they are not among
        those given: for ``x^3 + x`` that x vanishes.

    Raises:
        InputError: if relations do anything but fix rational levels of a covariate or give one covariate as a
            polynomial in others.

    >>> pieces, _ = covariate_pieces([{(2, 0): Fraction(1), (1, 0): Fraction(-1)}], 2)
    >>> [dict(piece.levels) for piece in pieces], pieces[1].indicator
    ([{0: Fraction(0, 1)}, {0: Fraction(1, 1)}], {(1, 0): Fraction(1, 1)})
    """
    one = {(0,) * count: Fraction(1)}
    extra: list[Polynomial] = []
    whole = Piece({}, tuple(range(count)), one, {})
    found = _split([r for r in relations if r], whole, extra, count, field)
    if len(found) > MAX_PIECES or not found:
        raise InputError(field, f"{len(found)} combinations of levels", f"1 to {MAX_PIECES} beside a density")
    return tuple(found), tuple(extra)


def _split(
    relations: list[Polynomial], piece: Piece, extra: list[Polynomial], count: int, field: str
) -> list[Piece]:
    if not relations:
        return [piece]
    if any(not any(e) for r in relations for e in r if len(r) == 1):
        return []  # a non-zero constant
    solved = next((s for r in relations if (s := _solved(r)) is not None), None)
    if solved is not None:
        position, value = solved
        return _split(*_put(relations, piece, position, value), extra, count, field)
    for relation in relations:
        acting = {i for e in relation for i, k in enumerate(e) if k}
        if len(acting) == 1:
            position = acting.pop()
            roots = _roots(relation, position, field)
            degree = max(e[position] for e in relation)
            if len(roots) < degree:
                fewer = _product([_root(position, c, count) for c in roots], count)
                extra.append(multiply(piece.indicator, fewer))
            found = []
            for root in roots:
                others = [c for c in roots if c != root]
                lagrange = _product([_root(position, c, count) for c in others], count)
                scale = prod((root - c for c in others), start=Fraction(1))
                lagrange = {e: c / scale for e, c in lagrange.items()}
                value = {(0,) * count: root} if root else {}
                left, inside = _put(relations, piece, position, value)
                inside = replace(
                    inside,
                    indicator=multiply(piece.indicator, lagrange),
                    levels={**piece.levels, position: root} if others else piece.levels,
                )
                found += _split(left, inside, extra, count, field)
                if len(found) > MAX_PIECES:
                    break
            return found
    allowed = "relations that fix levels of a covariate or give one by others, beside a density"
    raise InputError(field, f"a relation in {len(acting)} covariates", allowed)


def _solved(relation: Polynomial) -> tuple[int, Polynomial] | None:
    """Return a covariate and the polynomial in others that it equals."""
    for position in reversed(range(len(next(iter(relation))))):
        holding = [e for e in relation if e[position]]
        if len(holding) == 1 and sum(holding[0]) == 1:
            scale = relation[holding[0]]
            return position, {e: -c / scale for e, c in relation.items() if e != holding[0]}
    return None


def _put(
    relations: list[Polynomial], piece: Piece, position: int, value: Polynomial
) -> tuple[list[Polynomial], Piece]:
    left = [r for relation in relations if (r := substituted(relation, {position: value}))]
    values = {i: substituted(v, {position: value}) for i, v in piece.values.items()}
    free = tuple(i for i in piece.free if i != position)
    return left, replace(piece, values={**values, position: value}, free=free)


def _roots(relation: Polynomial, position: int, field: str) -> list[Fraction]:
    """Return the real roots of a polynomial in one covariate, which must be rational."""
    coefficients = [Fraction(0)] * (1 + max(e[position] for e in relation))
    for e, c in relation.items():
        coefficients[e[position]] = c
    roots = rational_roots(coefficients)
    if len(isolate(primitive_part(squarefree_part(coefficients)))) != len(roots):
        from sympy import Poly, Rational, Symbol

        falling = [Rational(c.numerator, c.denominator) for c in reversed(coefficients)]
        shown = Poly(falling, Symbol("x")).as_expr()
        raise InputError(field, f"{shown} = 0", "rational levels beside a density")
    return roots


def _root(position: int, value: Fraction, count: int) -> Polynomial:
    variable = tuple(int(i == position) for i in range(count))
    return {variable: Fraction(1), **({(0,) * count: -value} if value else {})}


def _product(factors: Sequence[Polynomial], count: int) -> Polynomial:
    total: Polynomial = {(0,) * count: Fraction(1)}
    for factor in factors:
        total = multiply(total, factor)
    return total
