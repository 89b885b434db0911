"""What relations among real covariates entail besides: an ideal of real points must be real radical.

A relation such as x³ = 1 or x² = 0 between real numbers says more than its ideal does: x = 1, x = 0. Only
with those added are the normal monomials independent functions of the covariates.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from polysolv.errors import InputError
from polysolv.families.polynomial_text import show_polynomial
from polysolv.groebner.basis import Quotient
from polysolv.groebner.quotient_ring import QuotientRing
from polysolv.groebner.rational_roots import irreducible_factors, rational_roots
from polysolv.groebner.real_roots import isolate, primitive_part
from polysolv.polynomials.exponent_vectors import Vector, evaluate, sparse

_TRIES = 400
_MAX_POINTS = 60
_MAX_LINES = 40
_CURVED = 2  # the degree up to which a polynomial that changes sign has no complex factors besides
_VALUES = [Fraction(v) for v in (0, 1, -1, 2, -2)] + [Fraction(1, 2), Fraction(3)]


def real_completion(ring: QuotientRing, field: str) -> tuple[list[Vector], bool]:
    """Return relations that real covariates satisfy as well, and whether then nothing is missing.

    Args:
        ring: the ring; its first variables are covariates.
        field: what the relations were read from, for error messages.

    Returns:
        generators to be added, and whether the relations, with these, are known to be all that hold. Among
        covariates that is decided for each block of variables that share a relation: it is so for finitely
        many points (each coordinate gets a squarefree polynomial with real roots only, Seidenberg's lemma),
        products of variables, or one equation whose factors change sign and stay irreducible over R.
        Relations that hold dual variables must have leading monomials without covariates: then Q[x, y]/J is
        free over the functions of x, with the same basis at every value of the covariates, and what vanishes
        at every value is in J. (From (x² + 1) y = 0 follows y = 0.)

    Raises:
        InputError: if no real covariates satisfy them.

    >>> ring = QuotientRing(("x",), 1, [{(3,): Fraction(1), (0,): Fraction(-1)}])
    >>> real_completion(ring, "relations")
    ([{(0,): Fraction(-1, 1), (1,): Fraction(1, 1)}], True)
    """
    among = [g for g in ring.basis if not any(any(e[ring.first :]) for e in g)]
    added: list[Vector] = []
    leads = [ring.leading(g) for g in ring.basis]
    certain = not any(any(e[: ring.first]) and any(e[ring.first :]) for e in leads)
    for block in _blocks(among):
        extra, known = _complete(block, ring, field)
        added += extra
        certain = certain and known
    return added, certain


def _blocks(relations: Sequence[Vector]) -> list[list[Vector]]:
    """Group relations that share variables."""
    groups: list[tuple[set[int], list[Vector]]] = []
    for g in relations:
        acting = {i for e in g for i, k in enumerate(e) if k}
        linked = [group for group in groups if group[0] & acting]
        merged = (set(acting).union(*(v for v, _ in linked)), [h for _, hs in linked for h in hs] + [g])
        groups = [group for group in groups if group not in linked] + [merged]
    return [members for _, members in groups]


def _complete(block: Sequence[Vector], ring: QuotientRing, field: str) -> tuple[list[Vector], bool]:
    count = len(ring.variables)
    acting = sorted({i for g in block for e in g for i, k in enumerate(e) if k})
    inactive = [
        {tuple(int(j == i) for j in range(count)): Fraction(1)} for i in range(count) if i not in acting
    ]
    quotient = Quotient(
        [sparse(g) for g in QuotientRing(ring.variables, 0, [*block, *inactive], field).basis], count
    )
    if quotient.is_finite:
        if len(quotient.standard_monomials()) > _MAX_POINTS:
            return [], False
        extra: list[Vector] = []
        certain = True
        for i in acting:
            minimal = quotient.minimal_polynomial([int(j == i) for j in range(count)])
            kept, real = _with_real_roots(minimal)
            if len(kept) == 1:
                raise _no_real_point(block, ring, field)
            certain = certain and real
            if len(kept) < len(minimal):
                extra.append(
                    {tuple(k * int(j == i) for j in range(count)): c for k, c in enumerate(kept) if c}
                )
        return extra, certain
    if all(len(g) == 1 for g in block):
        radical = [{tuple(min(k, 1) for k in e): Fraction(1) for e in g} for g in block]
        return [g for g, h in zip(radical, block, strict=True) if g != h], True
    if len(block) > 1:
        return [], False
    return _complete_one(block[0], acting, ring, field)


def _with_real_roots(polynomial: Sequence[Fraction]) -> tuple[list[Fraction], bool]:
    """Return the product of the irreducible factors with a real root, and whether all its roots are real.

    >>> _with_real_roots([Fraction(0), Fraction(1), Fraction(0), Fraction(1)])
    ([Fraction(0, 1), Fraction(1, 1)], True)
    >>> _with_real_roots([Fraction(-2), Fraction(0), Fraction(0), Fraction(1)])[1]
    False
    """
    total, real = [Fraction(1)], True
    for factor in irreducible_factors(polynomial):
        roots = len(isolate(primitive_part(factor)))
        if roots:
            real = real and roots == len(factor) - 1
            grown = [Fraction(0)] * (len(total) + len(factor) - 1)
            for i, a in enumerate(total):
                for j, b in enumerate(factor):
                    grown[i + j] += a * b
            total = grown
    return total, real


def _complete_one(
    g: Vector, acting: Sequence[int], ring: QuotientRing, field: str
) -> tuple[list[Vector], bool]:
    """Return the product of the irreducible factors; each must change sign and be irreducible over R."""
    from sympy import QQ, Poly, symbols

    names = symbols([f"v{i}" for i in acting])
    polynomial = Poly.from_dict(
        {tuple(e[i] for i in acting): QQ(c.numerator, c.denominator) for e, c in g.items()}, *names, domain=QQ
    )
    factors = polynomial.factor_list()[1]
    kept = [factor for factor, _ in factors if _is_real(_terms(factor), len(acting))]
    if not kept:
        return [], False
    if len(kept) == len(factors) and all(power == 1 for _, power in factors):
        return [], True
    if len(kept) < len(factors):
        return [], False  # the other factors may have real points of their own
    total = kept[0]
    for factor in kept[1:]:
        total *= factor
    found: Vector = {}
    for exponents, c in _terms(total).items():
        e = [0] * len(ring.variables)
        for i, k in zip(acting, exponents, strict=True):
            e[i] = k
        found[tuple(e)] = c
    return [found], True


def _terms(polynomial: Any) -> Vector:
    return {e: Fraction(int(c.p), int(c.q)) for e, c in polynomial.terms()}


def _is_real(terms: Vector, count: int) -> bool:
    """Whether an irreducible polynomial is known to generate all real relations at its real zeros.

    So it is if it changes sign and is irreducible over R too, as one is that is linear in some variable, or
    has a rational zero where its gradient is not zero; and at degree 2, where a product of two real linear
    forms changes sign at both. (x1⁴ = 2 x2⁴ changes sign, but x1² = √2 x2² follows.)
    """
    if not _changes_sign(terms, count):
        return False
    if max(map(sum, terms)) <= _CURVED or any(max(e[i] for e in terms) == 1 for i in range(count)):
        return True
    return _has_smooth_rational_point(terms, count)


def _has_smooth_rational_point(terms: Vector, count: int) -> bool:
    chooser = random.Random(11)
    for number in range(_MAX_LINES):
        free = number % count
        fixed = [chooser.choice(_VALUES) for _ in range(count)]
        on_line = _on_line(terms, fixed, free)
        for root in rational_roots(on_line) if any(on_line[1:]) else ():
            point = [root if i == free else value for i, value in enumerate(fixed)]
            if any(_derivative_at(terms, point, i) for i in range(count)):
                return True
    return False


def _on_line(terms: Vector, fixed: Sequence[Fraction], free: int) -> list[Fraction]:
    values = [Fraction(0)] * (1 + max(e[free] for e in terms))
    for e, c in terms.items():
        for i, k in enumerate(e):
            if i != free:
                c *= fixed[i] ** k
        values[e[free]] += c
    while len(values) > 1 and not values[-1]:
        values.pop()
    return values


def _derivative_at(terms: Vector, point: Sequence[Fraction], direction: int) -> Fraction:
    total = Fraction(0)
    for e, c in terms.items():
        if e[direction]:
            for i, k in enumerate(e):
                c *= k * point[i] ** (k - 1) if i == direction else point[i] ** k
            total += c
    return total


def _changes_sign(terms: Vector, count: int) -> bool:
    """Whether a polynomial takes both signs at rational points."""
    chooser = random.Random(7)
    signs = set()
    for number in range(_TRIES):
        scale = Fraction(1, 4) if number % 2 else Fraction(8)
        point = [scale * Fraction(chooser.randint(-60, 60), chooser.randint(1, 12)) for _ in range(count)]
        value = evaluate(terms, point)
        signs.add((value > 0) - (value < 0))
        if {1, -1} <= signs:
            return True
    return False


def _no_real_point(block: Sequence[Vector], ring: QuotientRing, field: str) -> InputError:
    shown = "; ".join(show_polynomial(g, ring.variables) for g in block)
    return InputError(field, shown, "relations that real covariates can satisfy")
