"""Upper bounds in a cell of two atoms: all speeds at once, by case analysis with exact linear programs.

With weights w_1, w_2 write δ_l = M + D v_l, v = (w_2, −w_1)/(w_1 + w_2), M the weighted mean and D the
difference of the atoms. Weighted means of v^k are 0 for k = 1, a positive unit for even k, and θ times a
positive unit for odd k ≥ 3, θ = (w_2 − w_1)/(w_1 + w_2). So every P_ℓ is a polynomial in the scalars M and
D whose terms have exact speeds along an arc, linear in the speeds of M, D and θ. P_ℓ = O(V) (see
``symbol_bounds``) then says: a term slower than V needs another term, not slower to vanish than itself and
not of the same definite sign, to cancel against. The least speed of one M or D under all these alternatives
is found by branching: solve a linear program, pick a violated alternative, split into its cases. Any set of
equations gives a valid bound, and so does stopping early, with the least open case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from math import comb
from typing import Any

from polysolv.families.log_symbol import Exponents, LogSymbol
from polysolv.rates.prover.branching import Alternatives, least
from polysolv.rates.prover.linear_part import with_constants
from polysolv.rates.prover.linear_program import Row
from polysolv.rates.prover.trace import Step, show_monomial

_MAX_COMPONENTS = 7
_MAX_TERMS = 120
_MAX_CASES = 600
_OPTIONS = 8
_MAX_DEGREE = 6


@dataclass(frozen=True)
class _Term:
    """A term of P_ℓ: its speed is Σ coefficient · speed of scalar; ``sign`` ±1 if definite, else 0."""

    speed: tuple[tuple[int, int], ...]
    sign: int
    certain: bool


def two_atom_speeds(
    log_symbol: LogSymbol, known: Mapping[str, Fraction], attained: Mapping[str, Fraction]
) -> dict[str, tuple[Fraction, Step]]:
    """Return improved speeds of components of δ in a cell of two atoms, each with its proof step.

    Args:
        log_symbol: K.
        known: speeds proved already.
        attained: speeds that some arc attains; a component whose two values agree is skipped.

    >>> from polysolv import Family
    >>> family = Family.from_log_symbol("f", "b*y + a*x*y + q*x^2*y + s*y^2/2", ["b", "a", "q", "s"], ["x"])
    >>> known = {"b": Fraction(1, 4), "s": Fraction(1, 2), "q": Fraction(1, 2), "a": Fraction(3, 8)}
    >>> two_atom_speeds(family.log_symbol, known, {"a": Fraction(1, 2)})["a"][0]
    Fraction(1, 2)
    """
    names = log_symbol.perturbations
    if len(names) > _MAX_COMPONENTS:
        return {}
    base = [known.get(name, Fraction(0)) for name in names]
    bounds = [v for v in base for _ in (0, 1)] + [Fraction(0)]
    equations = {  # terms that are O(V) by what is known need no attention
        index: [t for t in terms if sum((k * bounds[i] for i, k in t.speed), Fraction(0)) < 1]
        for index, terms in _equations(log_symbol).items()
    }
    rows: list[Row] = [({i: 1}, v) for i, v in enumerate(bounds) if v]
    found = {}
    for i, name in enumerate(names):
        if name not in attained or known.get(name, Fraction(0)) >= attained[name]:
            continue
        cases, speed = 0, attained[name]
        used: set[Any] = set()
        for scalar in (2 * i, 2 * i + 1):
            value, count, indices = least(
                scalar, len(bounds), rows, partial(_violated, equations), attained[name], _MAX_CASES
            )
            speed, cases, used = min(speed, value), cases + count, used | indices
        if speed > known.get(name, Fraction(0)):
            listed = sorted(used, key=lambda s: (sum(s), s))
            shown = ", ".join(show_monomial(s, log_symbol.variables) for s in listed)
            reason = f"means M and differences D of two atoms, {cases} cases, from P at {shown}"
            found[name] = (speed, Step(f"|{name}| = O(V^({speed}))", "two atoms", reason))
    return found


def _violated(equations: Mapping[Exponents, list[_Term]], point: list[Fraction]) -> list[Alternatives]:
    """Return violated equations with their alternatives, those with the fewest first."""
    found: list[tuple[int, Exponents, list[Row]]] = []
    for index, terms in equations.items():
        speeds = [sum((k * point[i] for i, k in term.speed), Fraction(0)) for term in terms]
        for term, speed in zip(terms, speeds, strict=True):
            if speed >= 1 or not term.certain:
                continue
            partners = [
                (other, s)
                for other, s in zip(terms, speeds, strict=True)
                if other is not term and not (term.sign and other.sign == term.sign)
            ]
            if any(s <= speed for _, s in partners):
                continue
            rows: list[Row] = [(dict(term.speed), Fraction(1))]
            rows += [(_difference(term, other), Fraction(0)) for other, _ in partners]
            found.append((len(rows), index, rows))
    found.sort(key=lambda entry: (entry[0], sum(entry[1]), entry[1]))
    return [(index, rows) for _, index, rows in found[:_OPTIONS]]


def _difference(term: _Term, other: _Term) -> dict[int, int | Fraction]:
    result: dict[int, int | Fraction] = dict(term.speed)
    for i, k in other.speed:
        result[i] = result.get(i, 0) - k
    return result


def _equations(log_symbol: LogSymbol) -> dict[Exponents, list[_Term]]:
    """Return for small ℓ the terms of P_ℓ in M and D: scalar 2i is M, 2i+1 is D of component i, last is θ."""
    from polysolv.systems.expansion import atom_polynomials

    count = len(log_symbol.perturbations)
    longest = max(sum(t.variables) for t in log_symbol.terms)
    degree = min(2 * longest + 1, max(_MAX_DEGREE, 2 * longest))
    result = {}
    for index, polynomial in atom_polynomials(with_constants(log_symbol), degree).items():
        terms: dict[tuple[int, ...], dict[tuple[tuple[int, int], ...], Fraction]] = {}
        for monomial, coefficient in polynomial.items():
            constants = tuple((i, e) for i, e in monomial if i >= count)
            for scalars, c in _expanded([(i, e) for i, e in monomial if i < count], count):
                place = terms.setdefault(scalars, {})
                place[constants] = place.get(constants, Fraction(0)) + c * coefficient
            if len(terms) > _MAX_TERMS:
                break
        if len(terms) <= _MAX_TERMS:
            listed = [_term(scalars, place, count) for scalars, place in terms.items()]
            result[index] = [term for term in listed if term is not None]
    return result


def _expanded(powers: list[tuple[int, int]], count: int) -> list[tuple[tuple[int, ...], int]]:
    """Expand Π (M_i + D_i v)^e and take means over v, dropping terms of degree 1 in v."""
    products: list[tuple[tuple[int, ...], int]] = [((0,) * (2 * count), 1)]
    for i, e in powers:
        grown = []
        for scalars, c in products:
            for k in range(e + 1):
                changed = list(scalars)
                changed[2 * i] += e - k
                changed[2 * i + 1] += k
                grown.append((tuple(changed), c * comb(e, k)))
        products = grown
    return [(scalars, c) for scalars, c in products if sum(scalars[1::2]) != 1]


def _term(
    scalars: tuple[int, ...], coefficients: Mapping[tuple[tuple[int, int], ...], Fraction], count: int
) -> _Term | None:
    present = {constants: c for constants, c in coefficients.items() if c}
    if not present:
        return None
    odd = sum(scalars[1::2]) % 2
    speed = [(i, e) for i, e in enumerate(scalars) if e] + ([(2 * count, 1)] if odd else [])
    sign = 0
    if len(present) == 1 and not odd and all(e % 2 == 0 for e in scalars):
        (constants, c), *_ = present.items()
        if all(e % 2 == 0 for _, e in constants):
            sign = 1 if c > 0 else -1
    return _Term(tuple(speed), sign, len(present) == 1)
