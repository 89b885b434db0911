"""Chain certificates: equations that are independent wherever they vanish bound λ from below."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from polysolv.decisions import Verdict, decide
from polysolv.decisions.nullstellensatz import find_identity
from polysolv.families.log_symbol import Exponents, LogSymbol
from polysolv.systems import PolynomialSystem
from polysolv.systems.expansion import AtomMonomial, AtomPolynomial, atom_polynomials

_QUESTION_SECONDS = 20.0
_MAX_DEGREE = 8

# A polynomial by the names of its unknowns: ((name, exponent), …) -> coefficient.
Named = dict[tuple[tuple[str, int], ...], Fraction]


@dataclass(frozen=True)
class Chain:
    """What the questions have shown.

    Args:
        order: equations of a degree below this are independent where they vanish.
        questions: how many systems were proved UNSOLVABLE.
        bound: λ_diff is at least this.
    """

    order: int
    questions: int
    bound: Fraction


def find_chain(
    log_symbol: LogSymbol, m: int, highest: Fraction, target: Fraction | None, seconds: float = 60.0
) -> Chain | None:
    """Return the best lower bound by independent equations, ``None`` if there is no first link.

    Args:
        log_symbol: a K that is linear, one monomial for each perturbation.
        m: cell size, at least 2.
        highest: R with τ^R ≲ V, where perturbations of degree g are of the size τ^g.
        target: an upper bound; nothing is asked once it is reached.
        seconds: after which no further question is asked.

    Let perturbations have the degrees of their monomials. If for all k < N the equations of degree below k
    are independent at their common zeros with δ ≠ 0 and w > 0, then λ_diff is at least half the minimum over
    o ≥ 1/R of (m - 1) Σ deg · o + Σ max(0, 1 - o · degree), over the equations of degree below N that have no
    symbol.

    They are dependent at a zero if some Q = Σ c_j P_j other than 0 vanishes at every atom with all its
    derivatives; c is 0 at symbols then. Some perturbation is not 0 in all atoms. The first such one, by
    degree, has weighted mean 0, so that two atoms have it with opposite signs: what is asked is whether two
    such atoms exist. That does not depend on m.
    """
    if not log_symbol.is_linear:
        return None
    end = time.monotonic() + seconds
    symbols = [monomial for _, monomial in log_symbol.symbols.values()]
    best: Chain | None = None
    questions = 0
    for order in range(4, int(highest) + 2):
        forms = _forms(log_symbol, order - 1)
        if not forms:
            continue
        asked = _independent(log_symbol, order - 1, max(0.0, end - time.monotonic()))
        if asked is None:
            break
        questions += asked
        bound = _least(sum(map(sum, symbols)) * (m - 1), [sum(j) for j in forms], highest)
        if best is None or bound > best.bound:
            best = Chain(order, questions, bound)
        if target is not None and best.bound >= target:
            break
    return best


def _forms(log_symbol: LogSymbol, degree: int) -> dict[Exponents, AtomPolynomial]:
    symbols = {monomial for _, monomial in log_symbol.symbols.values()}
    return {j: p for j, p in atom_polynomials(log_symbol, degree).items() if j not in symbols}


def _least(weight: int, degrees: list[int], highest: Fraction) -> Fraction:
    """Return half the minimum of weight · o + Σ max(0, 1 - o · degree) over o ≥ 1/highest."""
    places = {1 / highest, *(Fraction(1, g) for g in degrees if g <= highest)}
    return min(weight * o + sum(max(Fraction(0), 1 - o * g) for g in degrees) for o in places) / 2


@lru_cache(maxsize=64)
def _independent(log_symbol: LogSymbol, degree: int, seconds: float) -> int | None:
    """Return how many questions were answered UNSOLVABLE (PROVED); ``None`` if one was not."""
    end = time.monotonic() + seconds
    forms = list(_forms(log_symbol, degree).items())
    names = log_symbol.perturbations
    by_degree = sorted(range(len(names)), key=lambda i: sum(log_symbol.symbols[names[i]][1]))
    linear = atom_polynomials(log_symbol, max(sum(s) for _, s in log_symbol.symbols.values()))
    asked = 0
    for place, moving in enumerate(by_degree):
        gone = frozenset(by_degree[:place])
        mean = _without(linear[log_symbol.symbols[names[moving]][1]], gone)
        if set(mean) != {((moving, 1),)}:
            return None
        for last in range(len(forms)):
            left = end - time.monotonic()
            if left <= 0:
                return None
            if not _two_atoms_excluded(names, forms[: last + 1], moving, gone, min(left, _QUESTION_SECONDS)):
                return None
            asked += 1
    return asked


def _two_atoms_excluded(
    names: tuple[str, ...],
    forms: list[tuple[Exponents, AtomPolynomial]],
    moving: int,
    gone: frozenset[int],
    seconds: float,
) -> bool:
    """Ask whether Q = Σ c_j P_j, last c_j = 1, vanishes doubly at two atoms, ``moving`` of opposite signs."""
    kept = [i for i in range(len(names)) if i not in gone and i != moving]
    multipliers = [f"c_{j}" for j in range(len(forms) - 1)]
    equations: list[Named] = []
    for atom, sign in ((1, 1), (2, -1)):

        def named(monomial: AtomMonomial, atom: int = atom) -> tuple[tuple[str, int], ...]:
            return tuple((f"w_{atom}" if s == moving else f"{names[s]}_{atom}", e) for s, e in monomial)

        for derivative in (None, *range(len(names))):
            total: Named = {}
            for number, (_, form) in enumerate(forms):
                factor = ((multipliers[number], 1),) if number < len(multipliers) else ()
                for monomial, c in _without(_derived(form, derivative), gone).items():
                    power = dict(monomial).get(moving, 0)
                    key = tuple(sorted((*named(monomial), *factor)))
                    total[key] = total.get(key, Fraction(0)) + c * sign**power
            if any(total.values()):
                equations.append({key: c for key, c in total.items() if c})
    unknowns = [f"{names[s]}_{atom}" for atom in (1, 2) for s in kept] + multipliers
    # By homogeneity the first atom has it equal to 1.
    equations = [
        {tuple(f for f in key if f[0] != "w_1"): c for key, c in equation.items()} for equation in equations
    ]
    return _unsolvable(equations, ["w_2"], unknowns, seconds)


def _unsolvable(equations: list[Named], weights: list[str], unknowns: list[str], seconds: float) -> bool:
    """Ask, once unknowns that stand alone with a number as their factor are eliminated."""
    end = time.monotonic() + seconds
    equations, unknowns = _eliminated(equations, unknowns)
    if any(set(equation) == {()} for equation in equations):
        return True
    if not equations:
        return False
    every = [*weights, *unknowns]
    system = PolynomialSystem(
        unknowns=tuple(every),
        weights=tuple(weights),
        nontrivial=(),
        grading=(0,) * len(every),
        equations={
            (i,): {tuple(sorted((every.index(n), e) for n, e in key)): c for key, c in equation.items()}
            for i, equation in enumerate(equations)
        },
    )
    for form in ("positive-eliminant", "nullstellensatz"):
        identity = find_identity(system, form, _MAX_DEGREE, max(0.1, (end - time.monotonic()) / 2))
        if identity is not None:
            return identity.verify().accepted
    verdict: Verdict = decide(system, timeout=max(0.1, end - time.monotonic()))
    return verdict.status == "UNSOLVABLE" and verdict.evidence == "PROVED"


def _eliminated(equations: list[Named], unknowns: list[str]) -> tuple[list[Named], list[str]]:
    """Solve equations for unknowns that occur in one term only, of the first degree and alone in it."""
    for position, equation in enumerate(equations):
        for unknown in unknowns:
            terms = [key for key in equation if unknown in dict(key)]
            if terms == [((unknown, 1),)]:
                scale = -1 / equation[terms[0]]
                value = {key: c * scale for key, c in equation.items() if key != terms[0]}
                rest = [e for i, e in enumerate(equations) if i != position]
                left = [e for e in (_substituted(e, unknown, value) for e in rest) if e]
                return _eliminated(left, [name for name in unknowns if name != unknown])
    return equations, unknowns


def _substituted(equation: Named, unknown: str, value: Named) -> Named:
    found: Named = {}
    powers: list[Named] = [{(): Fraction(1)}]
    for key, c in equation.items():
        power = dict(key).get(unknown, 0)
        while len(powers) <= power:
            powers.append(_product(powers[-1], value))
        rest = {tuple((n, e) for n, e in key if n != unknown): c}
        for monomial, coefficient in _product(rest, powers[power]).items():
            found[monomial] = found.get(monomial, Fraction(0)) + coefficient
    return {key: c for key, c in found.items() if c}


def _product(left: Named, right: Named) -> Named:
    found: Named = {}
    for one, a in left.items():
        for other, b in right.items():
            powers = dict(one)
            for name, e in other:
                powers[name] = powers.get(name, 0) + e
            key = tuple(sorted(powers.items()))
            found[key] = found.get(key, Fraction(0)) + a * b
    return found


def _derived(form: AtomPolynomial, by: int | None) -> AtomPolynomial:
    if by is None:
        return form
    found: AtomPolynomial = {}
    for monomial, c in form.items():
        powers = dict(monomial)
        if power := powers.get(by, 0):
            powers[by] = power - 1
            found[tuple(sorted((s, e) for s, e in powers.items() if e))] = c * power
    return found


def _without(form: Mapping[AtomMonomial, Fraction], gone: frozenset[int]) -> AtomPolynomial:
    return {monomial: c for monomial, c in form.items() if not any(s in gone for s, _ in monomial)}
