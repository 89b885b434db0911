"""Which relations the derivatives of a density satisfy up to the order that a cell needs."""

from __future__ import annotations

import random
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, reduce
from itertools import combinations_with_replacement
from math import gcd, prod
from typing import Any

from polysolv.display.value import Value
from polysolv.errors import InputError
from polysolv.families.contact_order import contact_order
from polysolv.families.covariate_pieces import (
    Piece,
    Polynomial,
    covariate_pieces,
)
from polysolv.families.independence import LARGEST_MATRIX, PRIME, Independence, pivots
from polysolv.families.interaction import show_derivative
from polysolv.families.kept_density import Density
from polysolv.families.log_symbol import Exponents, LogSymbol
from polysolv.families.observed import parse_relations
from polysolv.families.polynomial_text import show_polynomial
from polysolv.families.relations import Orders, relations_among
from polysolv.polynomials.exponent_vectors import evaluate, multiply, substituted

MAX_ORDER = 800
MAX_COVARIATE_DEGREE = 6
MAX_MONOMIALS = 250
TIME_LIMIT = 60.0  # seconds for the symbolic verification of one relation
SMALL = 20_000  # terms, below which a relation is verified in this process
_MAX_WORK = 2 * (MAX_ORDER + 1) ** 3
_EXTRA = 8
_TRIES = 40
_PLACES = 3
_STAGES = (30, 200, MAX_ORDER)
_NO_POLES = "a density that is finite and not zero at most points"
_SPREAD = 40


@dataclass(eq=False, repr=False)
class DensityPremises(Value):
    """What the exponents of a family rest on that was derived from a density.

    Args:
        order: derivatives with respect to the location up to this order were looked at.
        given: the relations that were given beside the density.
        found: relations found among the derivatives, each verified symbolically, as texts for
            :meth:`polysolv.families.family.Family.observed_modulo`.
        shown: the same in derivatives, such as ``"∂⁵u/∂b⁵ = 0"``.
        independence: that these generate all relations up to this order, for each part of the covariates.
    """

    order: int
    given: tuple[str, ...]
    found: tuple[str, ...]
    shown: tuple[str, ...]
    independence: tuple[Independence, ...]


def needed_order(log_symbol: LogSymbol, m: int) -> int:
    """Return the order N of derivatives that the exponents of a cell of m atoms rest on.

    Args:
        log_symbol: K with one dual variable y.
        m: cell size.

    For m = 1 that is the degree k of K in y, by first-order independence. For m ≥ 2 fix covariates x. The
    coefficients of Σ_l w_l exp(K) at y, …, y^N have no common zero in δ(x) but 0, by the *direction* rule of
    :mod:`polysolv.rates.prover.symbol_bounds`: N = 2 for k = 1, 2m for k = 2, n − 1 + (k − 1)n(n − 1)/2 with
    n = m + 1 for larger k (in units of the common divisor of all degrees). They are quasi-homogeneous, so
    they are of size ρ^N at least, ρ the size of δ(x) in the same weights, while all later coefficients are
    O(ρ^(N + 1)). Hence independence up to order N makes every coefficient, of any order, O(V).

    >>> from polysolv.families import get
    >>> [needed_order(get("location-scale-gaussian").log_symbol, m) for m in (1, 2, 3)]
    [2, 4, 6]
    """
    degrees = {t.variables[-1] for t in log_symbol.terms if t.variables[-1]}
    if m == 1:
        return max(degrees)
    unit = reduce(gcd, degrees)
    return unit * contact_order(max(degrees) // unit, m)


@lru_cache(maxsize=128)
def density_premises(
    density: Density, log_symbol: LogSymbol, given: tuple[str, ...], m: int
) -> DensityPremises:
    """Return the relations that a cell of m atoms needs, and the proof that there are no others.

    Args:
        density: the density; without a location its independence to order 2 or more, which the exponents 2 of
            K = Σ δ_t y_t rest on for every m, was found when the family was made.
        log_symbol: its K, with one dual variable.
        given: relations that hold of what is observed, as texts.
        m: cell size.

    Returns:
        the premises.

    Raises:
        InputError: if derivatives of a higher order are needed than can be looked at, a relation has
            coefficients that depend on the parameters or takes too long to verify, or ``given`` fixes
            irrational levels or the like.

    On each part of the covariates' values (one, unless ``given`` fixes levels) a rank at rational points
    shows that ∂^j u, j < q, are independent as functions of the response for all parameters and covariates
    but special ones; with q = N + 1 no more is needed. If ∂^q u with q ≤ N depends on them, a relation
    M(x, ∂)u = 0 with constant coefficients and least degree in x is looked for, exactly, and verified as an
    identity. Then M divides every relation over Q(x), and by Gauss's lemma in Q[x, y]: it generates all
    relations of any order. Relations with other coefficients make no ideal and are refused.
    Source: observed-algebra page §2.
    """
    if density.location is None:
        return DensityPremises(density.order, given, (), (), density.independence)
    order = needed_order(log_symbol, m)
    count = len(density.covariates)
    pieces, extra = _pieces(log_symbol, given)
    highest = min(order, MAX_ORDER)
    if len(pieces) * (highest + 1) ** 3 > _MAX_WORK:
        allowed = f"a smaller cell: {len(pieces)} levels of covariates, derivatives to order {order} on each"
        raise InputError("m", m, allowed)
    independence = [_independent(density, piece, highest) for piece in pieces]
    if highest < order and any(len(shown) > highest for shown in independence):
        allowed = f"a cell that needs derivatives of a density to order {MAX_ORDER} at most, not to {order}"
        raise InputError("m", m, allowed)
    relations = [
        _relation(density, piece, len(shown)) if len(shown) <= order else {}
        for piece, shown in zip(pieces, independence, strict=True)
    ]
    if relations[0] and all(r == relations[0] for r in relations):
        products = [relations[0]]
    else:
        products = [_times(p.indicator, r) for p, r in zip(pieces, relations, strict=True) if r]
    total = [*({(*e, 0): c for e, c in r.items()} for r in extra), *products]
    names = log_symbol.variables
    assert len(names) == count + 1
    return DensityPremises(
        order,
        given,
        tuple(show_polynomial(r, names) for r in total),
        tuple(_in_derivatives(r, density) for r in total),
        tuple(independence),
    )


def spanned_by(density: Density) -> int | None:
    """Return how many functions of the response a density spans over its parameters, ``None`` if many.

    Args:
        density: without covariates, with a location.
    """
    if density.location is None or density.covariates:
        return None
    count = len(_independent(density, Piece({}, (), {(): Fraction(1)}, {}), _STAGES[0]))
    return None if count > _STAGES[0] else count


def span_remark(density: Density) -> str | None:
    """Return what to say of a density without covariates whose derivatives span few functions, if they do.

    The derivatives of order 0 and 1 at k true atoms with p parameters are k(p + 1) functions of this span.
    """
    count = spanned_by(density)
    most = 0 if count is None else count // (len(density.parameters) + 1)
    if not most:
        return None
    atoms = "1 true atom" if most == 1 else f"{most} true atoms"
    return (
        f"The density spans only {count} functions of the response: for more than {atoms} the derivatives of "
        "different ones depend on each other, and nothing that is said applies."
    )


def _pieces(
    log_symbol: LogSymbol, given: tuple[str, ...]
) -> tuple[tuple[Piece, ...], tuple[Polynomial, ...]]:
    from polysolv.groebner.quotient_ring import QuotientRing

    count = len(log_symbol.covariates)
    generators = [dict(p) for p in parse_relations(log_symbol, given) if p]
    basis = QuotientRing(log_symbol.variables, count, generators).basis
    among = [{e[:count]: c for e, c in g.items()} for g in basis if not any(any(e[count:]) for e in g)]
    return covariate_pieces(among, count)


def _independent(density: Density, piece: Piece, order: int) -> Independence:
    """Return the first derivatives, up to ``order``, that are independent on a piece."""
    best: tuple[dict[str, Fraction], list[Fraction]] | None = None
    for highest in sorted({min(order, stage) for stage in _STAGES}):
        best = _largest(density, piece, highest)
        if best is None or len(best[1]) <= highest:
            break
    if best is None:
        raise InputError("expr", density.expression, _NO_POLES)
    place, at = best
    location = str(density.location)
    matrix = None
    if len(at) <= LARGEST_MATRIX:
        exact = [density.ratios({**place, density.response: y}, len(at) - 1) or [] for y in at]
        matrix = tuple(tuple(map(Fraction, row)) for row in exact)
    return Independence(
        tuple(((location, j),) if j else () for j in range(len(at))),
        tuple(place.items()),
        (density.response,),
        tuple((y,) for y in at),
        matrix,
        PRIME,
        tuple((density.covariates[i], value) for i, value in sorted(piece.levels.items())),
    )


def _largest(density: Density, piece: Piece, order: int) -> tuple[dict[str, Fraction], list[Fraction]] | None:
    """Return a place, and responses on which as many first derivatives are independent there."""
    chooser = random.Random(22)
    best: tuple[dict[str, Fraction], list[Fraction]] | None = None
    for _ in range(_PLACES):  # a special place shows fewer
        place = _place(density, piece, chooser)
        responses, rows = _rows(density, place, order, chooser)
        chosen = pivots(rows) if rows else []
        if chosen and (best is None or len(chosen) > len(best[1])):
            best = (place, [responses[i] for i in chosen])
        if len(chosen) == order + 1:
            break
    return best


def _place(density: Density, piece: Piece, chooser: random.Random) -> dict[str, Fraction]:
    theta = {name: _rational(chooser) for name in density.parameters}
    x = piece.at({i: _rational(chooser) for i in piece.free})
    return {**theta, **dict(zip(density.covariates, x, strict=True))}


def _rational(chooser: random.Random) -> Fraction:
    return Fraction(chooser.randint(1, _SPREAD), chooser.randint(1, 9))


def _rows(
    density: Density, place: Mapping[str, Fraction], order: int, chooser: random.Random
) -> tuple[list[Fraction], list[list[int]]]:
    """Return responses without a pole, and the derivatives there modulo the prime, divided by j!."""
    responses = list(density.values)
    if not responses:
        wanted = order + 1 + _EXTRA
        spread = _SPREAD + wanted
        drawn = (Fraction(chooser.randint(-spread, spread), chooser.randint(1, 5)) for _ in range(3 * wanted))
        responses = list(dict.fromkeys(drawn))[: 2 * wanted]
    kept, rows = [], []
    for y in responses:
        row = density.ratios({**place, density.response: y}, order, PRIME)
        if row is not None:
            kept.append(y)
            rows.append([int(v) for v in row])
        if not density.values and len(rows) == order + 1 + _EXTRA:
            break
    return kept, rows


def _relation(density: Density, piece: Piece, q: int) -> Polynomial:
    """Return M(x, y) of degree q in y: constant coefficients, and M(x, ∂)u = 0 on a piece."""
    from polysolv.groebner.budget import budget
    from polysolv.groebner.processes import run_python

    for degree in range(MAX_COVARIATE_DEGREE + 1 if piece.free else 1):
        of_x = _monomials(piece.free, degree, len(density.covariates))
        monomials = [(*x, j) for j in range(q + 1) for x in of_x]
        if len(monomials) > MAX_MONOMIALS:
            break
        found = _candidate(density, monomials, _points(density, piece, len(monomials) + _EXTRA), q)
        if found is None:
            continue
        arguments = (density, dict(piece.values), found)
        if _size(density, q) <= SMALL:
            answer, trouble = holds(None, *arguments), ""
        else:
            call = "polysolv.families.density_relations:holds"
            answer, trouble = run_python(call, arguments, budget(TIME_LIMIT))
        if answer is None:
            allowed = f"a density whose relations are verified in less than {TIME_LIMIT:g} s ({trouble})"
            raise InputError("expr", density.expression, allowed)
        if answer:
            return found
    name = show_derivative(((str(density.location), q),))
    allowed = "a density whose relations have coefficients that do not depend on the parameters"
    raise InputError("expr", f"{name} as a combination of lower derivatives", allowed)


def _monomials(free: Sequence[int], degree: int, count: int) -> list[Exponents]:
    return [
        tuple(chosen.count(i) for i in range(count))
        for d in range(degree + 1)
        for chosen in combinations_with_replacement(free, d)
    ]


def _points(density: Density, piece: Piece, number: int) -> list[dict[str, Fraction]]:
    chooser = random.Random(23)
    found: list[dict[str, Fraction]] = []
    for _ in range(_TRIES * number):
        place = _place(density, piece, chooser)
        place[density.response] = chooser.choice(density.values) if density.values else _rational(chooser)
        if density.ratios(place, 0, PRIME) is not None:
            found.append(place)
        if len(found) == number:
            return found
    raise InputError("expr", density.expression, _NO_POLES)


def _candidate(
    density: Density, monomials: list[Exponents], points: list[dict[str, Fraction]], q: int
) -> Polynomial | None:
    """Return a combination of the monomials x^i ∂^j that vanishes at all points, if there is one."""
    columns: dict[Orders, dict[Hashable, Fraction]] = {((f"{e}", 1),): {} for e in monomials}
    residues = []
    for point in points:
        x = [point[name] for name in density.covariates]
        of_x = {e[:-1]: evaluate({e[:-1]: Fraction(1)}, x) for e in monomials}
        ratios = density.ratios(point, q, PRIME) or []
        scale = {e: v.numerator * pow(v.denominator, -1, PRIME) for e, v in of_x.items()}
        residues.append([int(ratios[e[-1]]) * scale[e[:-1]] % PRIME for e in monomials])
    if len(pivots(residues)) == len(monomials):
        return None
    for number, point in enumerate(points):
        x = [point[name] for name in density.covariates]
        exact = density.ratios(point, q) or []
        for key, e in zip(columns, monomials, strict=True):
            columns[key][number] = evaluate({e[:-1]: Fraction(exact[e[-1]])}, x)
    named = dict(zip(columns, monomials, strict=True))
    for relation in relations_among(columns):
        return {named[relation.left]: Fraction(1), **{named[o]: -c for c, o in relation.right}}
    return None


def holds(
    note: Callable[[str, object], None] | None,
    density: Density,
    values: Mapping[int, Polynomial],
    relation: Polynomial,
) -> bool:
    """Return whether M(x, ∂)u = 0 identically in all variables on a piece; can be run in a child process.

    Args:
        note: not used.
        density: u.
        values: covariate's position -> what it is on the piece.
        relation: M, exponents of covariates and of y.

    With D = ∂u/∂location / u = N/M, ∂^j u/u = N_j/M^e_j as polynomials, factors M of N_j taken out.
    """
    from sympy import QQ, ring

    first = len(density.parameters)
    widened = {
        first + i: {(0,) * first + e + (0,): c for e, c in value.items()} for i, value in values.items()
    }
    names = [f"v{i}" for i in range(len(density.variables))]
    polynomials, *gens = ring(names, QQ)

    def element(terms: Mapping[Exponents, Fraction]) -> Any:
        put = substituted(terms, widened)
        return polynomials.from_dict({e: QQ(c.numerator, c.denominator) for e, c in put.items()})

    top, bottom = element(dict(density.numerator)), element(dict(density.denominator))
    responses: list[Fraction | None] = list(density.values) or [None]
    place = gens[density.variables.index(str(density.location))]
    for response in responses:
        a, b = top, bottom
        if response is not None:
            value = QQ(response.numerator, response.denominator)
            a, b = top.subs(gens[-1], value), bottom.subs(gens[-1], value)
        if not b:
            return False
        ratios = [(polynomials.one, 0)]
        for _ in range(max(e[-1] for e in relation)):
            n, k = ratios[-1]
            n, k = n.diff(place) * b - k * n * b.diff(place) + n * a, k + 1
            while k and n:
                quotient, rest = n.div(b)
                if rest:
                    break
                n, k = quotient, k - 1
            ratios.append((n, k if n else 0))
        highest = max(k for _, k in ratios)
        total = polynomials.zero
        for e, c in relation.items():
            n, k = ratios[e[-1]]
            total += element({(0,) * first + e[:-1] + (0,): c}) * n * b ** (highest - k)
        if total:
            return False
    return True


def _size(density: Density, q: int) -> int:
    """Return how many terms the polynomials of :func:`holds` can have, about."""
    terms = [e for e, _ in (*density.numerator, *density.denominator)]
    return prod(q * max(powers) + 1 for powers in zip(*terms, strict=True))


def _times(indicator: Polynomial, relation: Polynomial) -> Polynomial:
    return multiply({(*e, 0): c for e, c in indicator.items()}, relation)


def _in_derivatives(relation: Polynomial, density: Density) -> str:
    """Return ``"∂⁵u/∂b⁵ = 0"`` for y^5: the highest derivative on the left."""
    by_order: dict[int, Polynomial] = {}
    for e, c in relation.items():
        by_order.setdefault(e[-1], {})[e[:-1]] = c
    highest = max(by_order)
    right = ""
    for j in sorted(by_order, reverse=True):
        sign, shown = -1 if j < highest else 1, by_order[j]
        if len(shown) == 1 and next(iter(shown.values())) * sign < 0:
            sign, joint = -sign, " - "
        else:
            joint = " + "
        text = show_polynomial({e: c * sign for e, c in shown.items()}, density.covariates)
        factor = "" if text == "1" else f"({text}) " if len(shown) > 1 else f"{text} "
        derivative = show_derivative(((str(density.location), j),) if j else ())
        if j == highest:
            left = f"{'-' if joint == ' - ' else ''}{factor}{derivative}"
        else:
            right += f"{joint if right else joint.strip(' +')}{factor}{derivative}"
    return f"{left} = {right or '0'}"
