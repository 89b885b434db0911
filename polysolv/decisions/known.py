"""The methods `theorem` and `quadrature` (with `split`) as `decide` calls them: with certificates."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from polysolv.decisions.proofs import accepted
from polysolv.decisions.quadrature import decide_by_quadrature
from polysolv.decisions.split import decide_by_split
from polysolv.decisions.theorem import decide_by_theorem
from polysolv.decisions.verdict import PROVED, UNSOLVABLE, Verdict, undecided

if TYPE_CHECKING:
    from polysolv.groebner.budget import Budget
    from polysolv.systems import PolynomialSystem


def decide_known_theorem(system: PolynomialSystem, limits: Budget) -> Verdict:
    """Return UNSOLVABLE if a theorem says so, PROVED if the kernel accepts its certificate.

    Args:
        system: any system; one without a family is UNDECIDED.
        limits: not used, it takes no time.
    """
    if system.family is None or system.m is None or system.degree is None:
        return undecided("theorem", "theorems speak of the systems of a family")
    if not system.family.log_symbol.is_linear:
        return undecided("theorem", "no theorem covers a log-symbol that is not linear")
    found = decide_by_theorem(system.family, system.m, system.degree)
    return (
        undecided("theorem", "no theorem says that it is unsolvable")
        if found is None
        else _proved(system, found)
    )


def decide_known_quadrature(system: PolynomialSystem, limits: Budget) -> Verdict:
    """Return SOLVABLE if the Gauss–Hermite rule or a ± split is a witness, PROVED if the kernel agrees.

    Args:
        system: any system; one without a family is UNDECIDED.
        limits: not used, it takes no time.
    """
    if system.family is None or system.m is None or system.degree is None:
        return undecided("quadrature", "explicit witnesses are known for the systems of a family")
    if not system.family.log_symbol.is_linear:
        return undecided("quadrature", "no explicit witness for a log-symbol that is not linear")
    family, m, degree = system.family, system.m, system.degree
    found = decide_by_quadrature(family, m, degree)
    if found is None and (split := decide_by_split(family, m, degree)) is not None:
        found = replace(split, method="quadrature", reason=f"split: {split.reason}")
    return (
        undecided("quadrature", "no explicit witness reaches this degree")
        if found is None
        else _proved(system, found)
    )


def _proved(system: PolynomialSystem, verdict: Verdict) -> Verdict:
    from polysolv.certificates import FamilySystem, solvable_side, unsolvable_side

    assert system.family is not None
    assert system.m is not None
    assert system.degree is not None
    about = FamilySystem(system.family, system.m, system.degree)
    side = unsolvable_side if verdict.status == UNSOLVABLE else solvable_side
    certificate = accepted(lambda: side(about))
    return verdict if certificate is None else replace(verdict, evidence=PROVED, certificate=certificate)
