"""What is observed of a family: its log-symbol modulo the relations among covariates and dual variables."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from polysolv.errors import InputError
from polysolv.families.log_symbol import Exponents, LogSymbol, LogSymbolTerm
from polysolv.families.parser import ParsedPolynomial, parse_polynomial
from polysolv.families.polynomial_text import show_polynomial
from polysolv.families.real_relations import real_completion
from polysolv.groebner.quotient_ring import QuotientRing
from polysolv.polynomials.exponent_vectors import substituted

MAX_RELATIONS = 200
MAX_LEVELS = 20
_LEVEL = re.compile(
    r"\s*[+-]?(\d{1,40}(/\d{1,40})?|\d{0,40}\.\d{1,40}|\d{1,40}\.)([eE][+-]?\d{1,2})?\s*", re.A
)
_ALLOWED = "relations that leave something to observe"


@dataclass(frozen=True, eq=False)
class Observed:
    """A log-symbol and the ring in which its exponential is observed.

    Args:
        log_symbol: K in the variables that are left, each term in normal form. Terms without a variable are
            left out: they multiply an atom's weight, which is free.
        ring: Q[x, y]/J in these variables.
        rules: generators of J in all variables of K, the term that is rewritten by the others first.
        substituted: variable -> what it equals, in text, for variables that relations solve for.
        is_complete: whether the relations among covariates are known to be all that hold at their real zeros.
    """

    log_symbol: LogSymbol
    ring: QuotientRing
    rules: tuple[Mapping[Exponents, Fraction], ...]
    substituted: Mapping[str, str]
    is_complete: bool = True

    @property
    def has_few_points(self) -> bool:
        """Whether the covariates take finitely many values: there are relations for all of them."""
        return self.ring.pure_powers.keys() >= set(range(self.ring.first))


def relation_text(text: object, field: str = "relations") -> str:
    """Return a relation as the text of a polynomial that vanishes: ``left = right`` becomes a difference.

    >>> relation_text("x2 = x1^2")
    'x2 - (x1^2)'
    """
    allowed = 'a polynomial in the covariates and dual variables that vanishes, like "x^2 - x" or "x2 = x1^2"'
    if not isinstance(text, str) or not text.strip() or text.count("=") > 1:
        raise InputError(field, text, allowed)
    sides = [" ".join(side.split()) for side in text.split("=")]
    if not all(sides):
        raise InputError(field, text, allowed)
    if len(sides) == 1 or sides[1] == "0":
        return sides[0]
    return f"{sides[0]} - ({sides[1]})"


def levels_text(text: object, field: str = "--levels") -> str:
    """Return the relation that a variable takes the listed values only, from ``name=value,value``.

    Args:
        text: values are integers, fractions such as 1/3, or decimals, which count as printed.

    >>> levels_text("x=0,1"), levels_text("x1=-0.5,2")
    ('(x)*(x - 1)', '(x1 + 1/2)*(x1 - 2)')
    """
    allowed = f"NAME=VALUE,VALUE with at most {MAX_LEVELS} different numbers, like x=0,1"
    parts = text.split("=") if isinstance(text, str) else []
    if len(parts) != 2:
        raise InputError(field, text, allowed)
    name = parts[0].strip()
    try:
        values = [Fraction(value.strip()) for value in parts[1].split(",") if _LEVEL.fullmatch(value)]
    except (ValueError, ZeroDivisionError):
        raise InputError(field, text, allowed) from None
    if not name or len(values) != len(parts[1].split(",")) or not 0 < len(set(values)) <= MAX_LEVELS:
        raise InputError(field, text, allowed)
    shifts = [f"- {v}" if v > 0 else f"+ {-v}" for v in sorted(set(values)) if v]
    factors = [f"({name} {shift})" for shift in shifts]
    return "*".join([f"({name})"] * (0 in values) + factors)


def parse_relations(
    log_symbol: LogSymbol, relations: Sequence[str], field: str = "relations"
) -> list[ParsedPolynomial]:
    """Return the relations as polynomials in the variables of K.

    Raises:
        InputError: for anything but a list of polynomials in these variables with rational coefficients.
    """
    if isinstance(relations, str) or not isinstance(relations, Sequence) or len(relations) > MAX_RELATIONS:
        raise InputError(field, relations, 'a list of relations like ["x^2 - x"]')
    texts = [relation_text(text, field) for text in relations]
    return [parse_polynomial(text, log_symbol.variables, field) for text in texts]


def checked_relations(log_symbol: LogSymbol, relations: Sequence[str]) -> tuple[str, ...]:
    """Return the relations as texts that vanish, without those that say nothing.

    Raises:
        InputError: as :func:`parse_relations`.
    """
    found = []
    for text, polynomial in zip(relations, parse_relations(log_symbol, relations), strict=True):
        if polynomial:
            plain = not any(c in text for c in "=(")
            found.append(
                " ".join(text.split()) if plain else show_polynomial(polynomial, log_symbol.variables)
            )
    return tuple(found)


@lru_cache(maxsize=256)
def observe(log_symbol: LogSymbol, relations: tuple[str, ...], field: str = "relations") -> Observed:
    """Return K modulo the ideal J that the relations generate.

    Args:
        log_symbol: K.
        relations: texts of polynomials that vanish on what is observed; J is assumed to hold all relations.
        field: what they were read from, for error messages.

    Raises:
        InputError: if a relation is not a polynomial in the variables of K, J has no common zero (over C, or
            a covariate no real value), J leaves no term of K, or its basis takes too long.

    What real covariates satisfy besides is added (:mod:`polysolv.families.real_relations`). A relation that
    gives one covariate as a polynomial in others, or one dual variable as a multiple of others, is used to
    leave that variable out. Source: observed-algebra page §2.

    >>> from polysolv.families import get
    >>> print(observe(get("softmax-gaussian", 2).log_symbol, ("x2 - x1^2",)).log_symbol.variables)
    ('x1', 'y')
    """
    names = log_symbol.variables
    generators = [dict(p) for p in parse_relations(log_symbol, relations, field) if p]
    basis = [dict(g) for g in QuotientRing(names, len(log_symbol.covariates), generators, field).basis]
    solved: dict[int, dict[Exponents, Fraction]] = {}
    while True:
        while (found := _solvable(basis, len(log_symbol.covariates))) is not None:
            position, value = found
            solved[position] = value
            basis = [h for g in basis if (h := substituted(g, {position: value}))]
            solved = {p: substituted(v, {position: value}) if p != position else v for p, v in solved.items()}
        kept = [i for i in range(len(names)) if i not in solved]
        first = sum(1 for i in kept if i < len(log_symbol.covariates))
        if first == len(kept):
            raise InputError(field, "; ".join(relations), f"{_ALLOWED}: no dual variable is left")
        left = QuotientRing([names[i] for i in kept], first, [_kept(g, kept) for g in basis], field)
        added, complete = real_completion(left, field)
        if not added:
            break
        more = QuotientRing(left.variables, first, [*left.basis, *added], field)
        basis = [_lifted(g, kept, len(names)) for g in more.basis]
    symbol = _normal_symbol(log_symbol, solved, kept, left)
    if not symbol.terms:
        raise InputError(field, "; ".join(relations), f"{_ALLOWED}: they kill every term of K = {log_symbol}")
    axes = {i: tuple(int(j == i) for j in range(len(names))) for i in solved}
    rules = (
        *({axes[i]: Fraction(1), **{e: -c for e, c in value.items()}} for i, value in solved.items()),
        *(_lifted(g, kept, len(names)) for g in left.basis),
    )
    shown = {names[i]: show_polynomial(value, names) for i, value in sorted(solved.items())}
    return Observed(symbol, left, rules, shown, complete)


def _solvable(
    basis: Sequence[Mapping[Exponents, Fraction]], first: int
) -> tuple[int, dict[Exponents, Fraction]] | None:
    """Return a variable and what it equals: for a dual one, a sum of terms that hold a dual variable."""
    for g in basis:
        for position in reversed(range(len(next(iter(g))))):
            holding = [e for e in g if e[position]]
            if len(holding) != 1 or sum(holding[0]) != 1:
                continue
            value = {e: -c / g[holding[0]] for e, c in g.items() if e != holding[0]}
            duals = [any(e[first:]) for e in value]
            if all(duals) if position >= first else not any(duals):
                return position, value
    return None


def _kept(polynomial: Mapping[Exponents, Fraction], kept: Sequence[int]) -> dict[Exponents, Fraction]:
    return {tuple(e[i] for i in kept): c for e, c in polynomial.items()}


def _lifted(
    polynomial: Mapping[Exponents, Fraction], kept: Sequence[int], count: int
) -> dict[Exponents, Fraction]:
    """Return a polynomial in the variables that are left as one in all of them."""
    found = {}
    for e, c in polynomial.items():
        full = [0] * count
        for i, k in zip(kept, e, strict=True):
            full[i] = k
        found[tuple(full)] = c
    return found


def _normal_symbol(
    log_symbol: LogSymbol,
    solved: Mapping[int, Mapping[Exponents, Fraction]],
    kept: Sequence[int],
    ring: QuotientRing,
) -> LogSymbol:
    collected: dict[tuple[Exponents, Exponents, Exponents], Fraction] = {}
    for term in log_symbol.terms:
        monomial = substituted({term.variables: Fraction(1)}, solved)
        for e, c in ring.reduce(_kept(monomial, kept)).items():
            key = (term.perturbations, e, term.constants)
            collected[key] = collected.get(key, Fraction(0)) + term.coefficient * c
    terms = tuple(LogSymbolTerm(c, *key) for key, c in collected.items() if c and any(key[1]))
    names = log_symbol.variables
    covariates = tuple(names[i] for i in kept if i < len(log_symbol.covariates))
    duals = tuple(names[i] for i in kept if i >= len(log_symbol.covariates))
    return LogSymbol(log_symbol.perturbations, covariates, duals, terms, log_symbol.constants)
