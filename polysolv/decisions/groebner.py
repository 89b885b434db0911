"""Decisions by Gröbner bases: saturation, exact real roots, slices, elimination to weights."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from polysolv.decisions.eliminant import (
    NoEliminant,
    eliminate_to_weights,
    restrict,
)
from polysolv.decisions.near_point import solvable_near
from polysolv.decisions.normal_form import Case, reduce_system, restricted_cases
from polysolv.decisions.positivity import certify_unsolvable, forced, log_reductions
from polysolv.decisions.proofs import solvable_at, witness_of
from polysolv.decisions.saturation import Saturated, saturate
from polysolv.decisions.ternary import positive_where_weights_are, vanishes_only_at_ties
from polysolv.decisions.verdict import (
    CERTIFIED_NUMERIC,
    NUMERIC,
    REAL_POSITIVE,
    SOLVABLE,
    UNDECIDED,
    UNSOLVABLE,
    Verdict,
    undecided,
)
from polysolv.display.counted import counted
from polysolv.groebner.counting import count_points
from polysolv.groebner.engines import Engine, get_engine
from polysolv.groebner.ideal import EngineFailed, Ideal, Parametrization, trivial_points
from polysolv.groebner.real_roots import RealRoot, isolate
from polysolv.polynomials.algebra import Poly

if TYPE_CHECKING:
    from polysolv.groebner.budget import Budget
    from polysolv.systems import PolynomialSystem

METHOD = "groebner"
_SLICES = 6
_SHARE = 0.3  # of the time that is left goes to one attempt that may be hopeless


def decide_by_groebner(system: PolynomialSystem, limits: Budget) -> Verdict:
    """Decide a system with a Gröbner engine.

    Args:
        system: any system.
        limits: deadline, engine, jobs and log.

    Returns:
        SOLVABLE with a certificate where the kernel accepts one; UNSOLVABLE with evidence NUMERIC (all
        points, whose number was confirmed by linear algebra modulo a prime, or a multi-modular eliminant)
        unless a certificate was found by linear algebra; UNDECIDED.

    Raises:
        InputError: if the engine asked for is missing or does not work.

    A case with as many equations as unknowns, or more, is saturated and its points over C computed: none, or
    finitely many, whose real ones are isolated and tested exactly. With fewer equations, some unknowns are
    set to rationals in the hope of a witness; to show that there is none, the unknowns other than weights are
    eliminated.
    """
    engine = get_engine(limits.engine)
    limits.log["engine"] = engine.name
    reduced = reduce_system(system)
    log_reductions(reduced, limits)
    if (verdict := forced(system, reduced, METHOD)) is not None:
        return verdict
    reasons = []
    for case in reduced.cases:
        found = _decide_case(case, engine, limits)
        if found.status != UNSOLVABLE:
            return found
        reasons.append(found.reason)
    verdict = Verdict(UNSOLVABLE, REAL_POSITIVE, NUMERIC, METHOD, "; ".join(dict.fromkeys(reasons)))
    return certify_unsolvable(verdict, reduced, limits)


def _decide_case(case: Case, engine: Engine, limits: Budget) -> Verdict:
    """Decide one case; UNSOLVABLE is about this case alone."""
    if len(case.unknowns) > len(case.equations):
        witness = _slices(case, engine, limits)
        if witness is not None:
            return witness
        try:
            return _by_eliminant(case, engine, limits)
        except NoEliminant as error:
            limits.log["elimination"] = str(error)
    found = _decide_finite(case, engine, limits)
    if found is None and len(case.unknowns) <= len(case.equations):
        found = _slices(case, engine, limits)
    if found is None:
        trouble = limits.log.get("elimination", "there are infinitely many complex solutions")
        return undecided(METHOD, str(trouble))
    return found


def _by_eliminant(case: Case, engine: Engine, limits: Budget) -> Verdict:
    """Decide by the eliminant in the weights: no positive zero, or none but where two weights are equal.

    In the latter case the systems with two equal weights, which have finitely many solutions, are decided
    too.
    """
    eliminant = eliminate_to_weights(case, engine, limits)
    size = f"of degree {limits.log.get('eliminant_degree')} with {counted(len(eliminant), 'term')}"
    how = f"{engine.name}, {limits.log.get('eliminant_primes')} primes, not checked by the kernel"
    if positive_where_weights_are(eliminant):
        reason = f"the eliminant in the weights, {size}, has coefficients of one sign ({how})"
        return Verdict(UNSOLVABLE, REAL_POSITIVE, NUMERIC, METHOD, reason)
    if not vanishes_only_at_ties(eliminant):
        raise NoEliminant(f"the eliminant in the weights, {size}, may have positive zeros")
    first, second = case.weights
    tied = [(case.with_values({first: 1}), None), (case.with_values({second: 1}), None), restrict(case, 1)]
    for ties, (part, sums) in enumerate(tied, start=1):
        found = _decide_finite(part, engine, limits, sums)
        limits.log["ties_decided"] = ties
        if found is None or found.status == UNDECIDED:
            raise NoEliminant("a system with two equal weights was not decided")
        if found.status == SOLVABLE:  # of the last one the witness lacks a weight: leave it to other methods
            raise NoEliminant("a system with two equal weights has a solution")
    reason = (
        f"the eliminant in the weights, {size}, has no positive zero unless two weights are equal, "
        f"and then there is no real solution ({how})"
    )
    return Verdict(UNSOLVABLE, REAL_POSITIVE, NUMERIC, METHOD, reason)


def _decide_finite(
    case: Case, engine: Engine, limits: Budget, sums: list[Poly] | None = None, confirm: bool = True
) -> Verdict | None:
    """Decide a case by all its points over C; ``None`` if they are infinitely many.

    Args:
        case, engine, limits: what to decide, and how.
        sums: what to make invertible if not all subset sums of the weights.
        confirm: whether UNSOLVABLE takes a second count of the points.
    """
    saturated = saturate(case, sums)
    trivial = trivial_points(saturated.ideal)
    points = trivial or engine.points(saturated.ideal, limits)
    if points.kind == "infinite":
        return None
    over = f"{engine.name}, {saturated.inverted} subset sums of weights made invertible"
    confirm = confirm and trivial is None
    if points.kind == "none":
        if confirm and (doubt := _doubt(engine, saturated.ideal, 0, limits)):
            return undecided(METHOD, doubt)
        limits.log["basis"] = "{1}"
        reason = f"the saturated ideal is {{1}}: no solution over C either ({over})"
        return Verdict(UNSOLVABLE, REAL_POSITIVE, NUMERIC, METHOD, reason)
    if points.parametrization is None:
        return undecided(METHOD, points.trouble)
    found = points.parametrization
    limits.log["complex_solutions"] = found.degree
    roots = isolate(found.polynomial)
    limits.log["real_solutions"] = len(roots)
    try:
        positive = [root for low, high in roots if (root := _positive(saturated, found, low, high))]
    except ArithmeticError as error:
        return undecided(METHOD, str(error))
    limits.log["positive_solutions"] = len(positive)
    if positive:
        return _solvable(saturated, found, positive[0])
    if confirm and (doubt := _doubt(engine, saturated.ideal, found.degree, limits)):
        return undecided(METHOD, doubt)
    reason = (
        f"{counted(found.degree, 'solution')} over C, {len(roots)} real, none with positive weights ({over})"
    )
    return Verdict(UNSOLVABLE, REAL_POSITIVE, NUMERIC, METHOD, reason)


def _doubt(engine: Engine, ideal: Ideal, count: int, limits: Budget) -> str:
    """Return why an engine's number of points is not to be trusted, or "" if a second count agrees."""
    try:
        for attempt in (1, 2):  # an unlucky prime is rare, two are not met
            other = count_points(engine.basis, ideal, limits, limits.seed + attempt, count)
            if other == count:
                limits.log["points_confirmed"] = limits.log.get("points_confirmed", 0) + 1  # type: ignore[operator]
                return ""
    except EngineFailed as error:
        return f"the number of points that {engine.name} finds, {count}, was not confirmed: {error}"
    return f"{engine.name} finds {counted(count, 'point')}, linear algebra modulo a prime {other}"


def _positive(saturated: Saturated, found: Parametrization, low: Fraction, high: Fraction) -> RealRoot | None:
    """Return the real root if the weights are positive there, by exact signs."""
    root = RealRoot(found.polynomial, low, high)
    for name, (top, bottom) in zip(saturated.unknowns, found.coordinates, strict=True):
        if name in saturated.case.weights and root.sign(top, bottom) <= 0:
            return None
    return root


def _solvable(saturated: Saturated, found: Parametrization, root: RealRoot) -> Verdict:
    """Return SOLVABLE at a real root with positive weights, with a certificate if the kernel accepts one."""
    case = saturated.case
    reason = f"a real root among {found.degree} complex solutions, weights positive by exact signs"
    if any(name not in case.values and name not in case.unknowns for name in case.system.unknowns):
        return Verdict(SOLVABLE, REAL_POSITIVE, NUMERIC, METHOD, reason)  # two weights share one unknown
    near = {
        name: root.value(top, bottom)
        for name, (top, bottom) in zip(saturated.unknowns, found.coordinates, strict=True)
        if name is not None
    }
    values = saturated.complete(near)
    exact = solvable_at(case.system, case.complete(values), METHOD, reason)
    if exact is not None:
        return exact
    approximation = {name: float(value) for name, value in values.items()}
    proved = solvable_near(case, approximation, METHOD, reason)
    if proved is not None:
        return proved
    rounded = {name: value.limit_denominator(10**12) for name, value in values.items()}
    witness = witness_of(case.system, case.complete(rounded), Fraction(1, 10**9))
    return Verdict(SOLVABLE, REAL_POSITIVE, CERTIFIED_NUMERIC, METHOD, reason, witness=witness)


def _slices(case: Case, engine: Engine, limits: Budget) -> Verdict | None:
    """Look for a witness with some unknowns set to rationals, so that finitely many points are left."""
    attempts = 0
    for easy in (*restricted_cases(case), case):
        excess = max(len(easy.unknowns) - len(easy.equations), int(len(case.unknowns) <= len(case.equations)))
        for values in _choices(easy, excess, limits.seed) if easy.equations else [{}]:
            if not limits.left():
                return None
            attempts += 1
            limits.log["slices"] = attempts
            fixed = easy.with_values(values)
            if _hopeless(fixed):
                continue
            found = _decide_finite(fixed, engine, limits.within(_SHARE * limits.left()), confirm=False)
            if found is not None and found.status == SOLVABLE:
                return replace(found, reason=f"{found.reason}, {_spelled(values)}")
    return None


def _hopeless(case: Case) -> bool:
    """Return whether an equation is a number, or an unknown is free: more than a slice is needed."""
    used = {i for p in case.equations.values() for monomial in p for i, _ in monomial}
    constant = any(set(p) == {()} for p in case.equations.values())
    return constant or len(used) < len(case.unknowns)


def _choices(case: Case, excess: int, seed: int) -> Iterator[dict[str, Fraction]]:
    """Yield values for as many unknowns as there are too many: weights first, equal ones first."""
    order = [
        *case.weights,
        *(n for n in reversed(case.unknowns) if n not in case.weights and n != case.nonzero),
    ]
    names = order[: max(0, excess)]
    yield dict.fromkeys(names, Fraction(1))
    generator = random.Random(seed)
    for _ in range(_SLICES - 1 if names else 0):
        yield {
            name: Fraction(generator.randint(1, 6), generator.randint(1, 3))
            * (1 if name in case.weights else generator.choice((1, -1)))
            for name in names
        }


def _spelled(values: dict[str, Fraction]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in values.items()) or "no unknown fixed"
