"""The direction rule modulo relations: at real and complex points of the zero set of J.

Put some variables to zero, others to constants c, the remaining ones to c·τ. If every relation of J vanishes
there up to τ^R, evaluation is a map from Q[x, y]/J to R[τ]/τ^(R+1), and it turns Σ_l w_l exp(K(δ_l)) − Σ w_l,
all of whose coefficients are O(V), into a power series in τ whose coefficients up to τ^R are O(V) too. So the
bounds of :mod:`polysolv.rates.prover.symbol_bounds` hold for the coefficients of K at that point. R is what
the bound needs: 2 for one degree (a sum of squares), 2m for two, the Wronskian's order else. At a complex
point exponents are complex numbers: n exponentials of polynomials of degree k still vanish to order at most
n − 1 + (k − 1)n(n − 1)/2 (the Wronskian again), which for k = 1 is m by Vandermonde; terms of degree 0 would
make the weights complex, so there must be none.

What is bounded at enough points is bounded: the values of Σ η_s s at all points of the zero set of an ideal
J' that holds a squarefree polynomial in each of its variables determine the coefficients of the normal form
modulo J' (Seidenberg's lemma: J' is radical), and the other way round.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, reduce
from math import gcd

from polysolv.families.contact_order import contact_order, wronskian_order
from polysolv.families.log_symbol import Exponents
from polysolv.groebner.basis import Quotient, squarefree_part
from polysolv.groebner.ideal import Ideal
from polysolv.groebner.rational_roots import real_part
from polysolv.groebner.sympy_engine import reduced_basis
from polysolv.polynomials.exponent_vectors import sparse
from polysolv.rates.prover.directions import (
    CONSTANT,
    MAX_ENUMERATED,
    TAU,
    ZERO,
    Roles,
    all_roles,
    degrees_in_tau,
    setting,
)

_MAX_SLICES = 3
_MAX_POINTS = 40
_VALUES = (Fraction(1), Fraction(1, 2), Fraction(-1), Fraction(1, 3), Fraction(2))

Vector = Mapping[Exponents, Fraction]


@dataclass(frozen=True)
class BoundedForm:
    """A combination Σ_s r_s η_s of the symbols of K with a proved speed.

    Args:
        form: s -> r_s.
        speed: v with |Σ r_s η_s| = O(V^v).
        reason: the point of view that proves it, in plain words.
    """

    form: tuple[tuple[Exponents, Fraction], ...]
    speed: Fraction
    reason: str


def bounded_forms(
    monomials: Sequence[Exponents],
    names: Sequence[str],
    covariates: int,
    basis: Sequence[Vector],
    m: int,
    exactly_fitted: bool,
    complete: bool = True,
) -> list[BoundedForm]:
    """Return combinations of symbols of K with proved speeds, in a cell of m atoms.

    Args:
        monomials: the monomials of K, in normal form.
        names: names of the variables.
        covariates: how many of them, the first ones, are covariates.
        basis: a basis of J.
        m: cell size.
        exactly_fitted: whether some other cell is exactly fitted; if not, covariates stay constant.
        complete: whether J is known to hold all relations; if not, only real curves in its zero set count.

    >>> level = {(2, 0): Fraction(1), (1, 0): Fraction(-1)}
    >>> found = bounded_forms([(0, 1), (1, 1), (0, 2)], ["x", "y"], 1, [level], 2, True)
    >>> sorted({(dict(f.form).get((1, 1)), str(f.speed)) for f in found if (1, 1) in dict(f.form)})
    [(Fraction(1, 1), '1/4')]
    """
    found: dict[tuple[tuple[Exponents, Fraction], ...], BoundedForm] = {}
    fixed = 0 if exactly_fitted else covariates
    for roles in _roles(len(names), fixed, basis):
        for bounded in _at(roles, monomials, names, basis, m, fixed, complete):
            known = found.get(bounded.form)
            if known is None or known.speed < bounded.speed:
                found[bounded.form] = bounded
    return list(found.values())


def spanned_speeds(
    forms: Sequence[BoundedForm], monomials: Sequence[Exponents]
) -> dict[Exponents, BoundedForm]:
    """Return for each symbol η_s the largest speed v such that forms with speed at least v span it."""
    found: dict[Exponents, BoundedForm] = {}
    rows: list[tuple[Exponents, dict[Exponents, Fraction]]] = []
    for speed in sorted({f.speed for f in forms}, reverse=True):
        added = [f for f in forms if f.speed == speed]
        for f in added:
            rest = _eliminated(dict(f.form), rows)
            if rest:
                rows.append((next(iter(rest)), rest))
        for s in monomials:
            if s not in found and not _eliminated({s: Fraction(1)}, rows):
                own = next((f for f in added if dict(f.form).keys() == {s}), added[0])
                found[s] = BoundedForm(((s, Fraction(1)),), speed, own.reason)
    return found


def _eliminated(
    form: dict[Exponents, Fraction], rows: Sequence[tuple[Exponents, dict[Exponents, Fraction]]]
) -> dict[Exponents, Fraction]:
    for pivot, row in rows:
        if form.get(pivot):
            factor = form[pivot] / row[pivot]
            for s, c in row.items():
                form[s] = form.get(s, Fraction(0)) - factor * c
    return {s: c for s, c in form.items() if c}


def _roles(count: int, fixed: int, basis: Sequence[Vector]) -> Iterator[Roles]:
    """Yield roles of the variables; all of them for few, else by groups with variables of levels constant.

    The first ``fixed`` variables, covariates on which weights depend, stay constant.
    """
    if count <= MAX_ENUMERATED:
        yield from all_roles(count, fixed)
        return
    levelled = set()
    for g in basis:
        acting = {i for e in g for i, power in enumerate(e) if power}
        if len(acting) == 1 and len(g) > 1:
            levelled |= acting
    others = [i for i in range(count) if i not in levelled]
    groups = [
        others,
        [i for i in others if i >= fixed],
        *([i] for i in others),
    ]
    for other in (ZERO, CONSTANT):
        for group in groups:
            if group and group[0] >= fixed:
                yield tuple(TAU if i in group else CONSTANT if i in levelled else other for i in range(count))


def _at(
    roles: Roles,
    monomials: Sequence[Exponents],
    names: Sequence[str],
    basis: Sequence[Vector],
    m: int,
    fixed: int,
    complete: bool,
) -> Iterator[BoundedForm]:
    degrees = degrees_in_tau(roles, monomials)
    present = {d for d in degrees.values() if d}
    if not present:
        return
    unit = reduce(gcd, present)
    highest = max(present) // unit
    for real in (True, False) if complete else (True,):
        if not real and len(present) < len(set(degrees.values())):
            continue
        if m == 1:
            bottom, why = highest, "the logarithm of one atom is O(V)"
        elif real and highest <= 2:
            bottom = contact_order(highest, m)
            why = "a sum of squares" if highest == 1 else f"a location-scale cell of order 2m = {2 * m}"
        else:
            bottom = wronskian_order(highest, m)
            why = f"{m + 1} exponentials of polynomials of degree {highest} vanish to order at most {bottom}"
        conditions = _conditions(roles, basis, bottom * unit if complete else None)
        if not real and (not conditions or _hold_any(conditions, fixed)):
            continue
        for points, where in _reductions(conditions, roles, real):
            for d in sorted(present):
                for form in _forms([s for s in degrees if degrees[s] == d], points):
                    reason = (
                        f"{setting(roles, names)}{where} K has the degrees {sorted(present)} in tau: {why}"
                    )
                    yield BoundedForm(
                        form, Fraction(d // unit if m > 1 else 1, bottom if m > 1 else 1), reason
                    )


def _hold_any(conditions: Sequence[Vector], fixed: int) -> bool:
    return any(any(e[:fixed]) for g in conditions for e in g)


def _conditions(roles: Roles, basis: Sequence[Vector], order: int | None) -> list[dict[Exponents, Fraction]]:
    """Return the parts of the basis up to τ^order (``None``: all) that must vanish at the constants."""
    found = []
    for g in basis:
        parts: dict[int, dict[Exponents, Fraction]] = {}
        for e, c in g.items():
            if any(k and r == ZERO for k, r in zip(e, roles, strict=True)):
                continue
            degree = sum(k for k, r in zip(e, roles, strict=True) if r == TAU)
            if order is None or degree <= order:
                parts.setdefault(degree, {})[e] = c
        found += list(parts.values())
    return found


# A ring of functions on finitely many points, and the variables that it is about.
_Points = tuple[Quotient, tuple[int, ...]]


def _reductions(
    conditions: Sequence[Vector], roles: Roles, real: bool
) -> Iterator[tuple[_Points | None, str]]:
    """Yield rings of functions on finitely many points of the conditions, other variables being free."""
    if any(not any(e) for g in conditions if len(g) == 1 for e in g):
        return
    if not conditions:
        yield None, ""
        return
    key = tuple(sorted(tuple(sorted(g.items())) for g in conditions))
    yield from _point_rings(key, tuple(r == TAU for r in roles), real)


@lru_cache(maxsize=512)
def _point_rings(
    key: tuple[tuple[tuple[Exponents, Fraction], ...], ...], scaled: tuple[bool, ...], real: bool
) -> tuple[tuple[_Points, str], ...]:
    conditions = [dict(g) for g in key]
    count = len(scaled)
    acting = sorted({i for g in conditions for e in g for i, k in enumerate(e) if k})
    found = []
    for slice_ in _slices(acting, scaled):
        quotient = _radical(conditions, acting, slice_, count, real)
        if quotient is not None:
            at = "".join(f" (at variable {i + 1} = {v})" for i, v in slice_.items())
            where = f"{' at the real' if real else ' at the complex'} points of J{at},"
            found.append(((quotient, tuple(acting)), where))
            if not slice_ or len(found) >= _MAX_SLICES:
                break
    return tuple(found)


def _slices(acting: Sequence[int], scaled: Sequence[bool]) -> Iterator[dict[int, Fraction]]:
    """Yield no values, then values of one variable, those that scale with τ first."""
    yield {}
    for i in sorted(acting, key=lambda i: not scaled[i]):
        for value in _VALUES:
            yield {i: value}


def _radical(
    conditions: Sequence[Vector],
    acting: Sequence[int],
    values: Mapping[int, Fraction],
    count: int,
    real: bool,
) -> Quotient | None:
    """Return the ring of functions on the (real) zeros, ``None`` unless they are finitely many and some."""
    generators = [dict(g) for g in conditions]
    for i, value in values.items():
        axis = tuple(int(j == i) for j in range(count))
        generators.append({axis: Fraction(1), (0,) * count: -value})
    inactive = [i for i in range(count) if i not in acting]
    generators += [{tuple(int(j == i) for j in range(count)): Fraction(1)} for i in inactive]
    for _ in range(2):
        quotient = _quotient(generators, count)
        if quotient.is_unit or not quotient.is_finite:
            return None
        if len(quotient.standard_monomials()) > _MAX_POINTS:
            return None
        extra = []
        for i in acting:
            minimal = quotient.minimal_polynomial([int(j == i) for j in range(count)])
            wanted = real_part(minimal) if real else squarefree_part(minimal)
            if len(wanted) < 2:
                return None
            if len(wanted) < len(minimal):
                extra.append(
                    {tuple(k * int(j == i) for j in range(count)): c for k, c in enumerate(wanted) if c}
                )
        if not extra:
            return quotient
        generators += extra
    quotient = _quotient(generators, count)
    return None if quotient.is_unit else quotient


def _quotient(generators: Sequence[Vector], count: int) -> Quotient:
    ideal = Ideal(count, tuple(sparse(g) for g in generators if g))
    basis = reduced_basis(ideal, "grevlex")
    return Quotient([sparse(g) for g in basis], count)


def _forms(
    symbols: Sequence[Exponents], points: _Points | None
) -> list[tuple[tuple[Exponents, Fraction], ...]]:
    """Return the coefficients of Σ η_s s at normal monomials times monomials in the free variables."""
    if points is None:
        return [((s, Fraction(1)),) for s in symbols]
    ring, acting = points
    collected: dict[tuple[Exponents, Exponents], dict[Exponents, Fraction]] = {}
    for s in symbols:
        free = tuple(0 if i in acting else k for i, k in enumerate(s))
        inner = tuple(k if i in acting else 0 for i, k in enumerate(s))
        for normal, c in ring.normal_form(inner).items():
            place = collected.setdefault((normal, free), {})
            place[s] = place.get(s, Fraction(0)) + c
    forms = [{s: c for s, c in form.items() if c} for form in collected.values()]
    return [tuple(sorted(form.items())) for form in forms if form]
