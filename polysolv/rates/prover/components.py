"""The exponents of the components of δ: upper and lower bounds together, or an arc without any change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from polysolv.families.observed import Observed
from polysolv.rates.prover.arc import Arc
from polysolv.rates.prover.arc_search import searched_arcs
from polysolv.rates.prover.lower import LIMIT, Lower, lower_arcs
from polysolv.rates.prover.trace import Step
from polysolv.rates.prover.unidentified import leaves_unchanged, unidentified_arcs
from polysolv.rates.prover.upper import Bounds, upper_bounds_of

_LARGEST_SEARCHED = 3
_MAX_TERMS_SEARCHED = 20


class ComponentBounds(NamedTuple):
    """What is proved about the exponent of one component; the fields are those of ``ExponentBounds``."""

    lower: Fraction | None
    upper: Fraction | None
    needs_exactly_fitted: bool
    trace: tuple[Step, ...]
    arc: Arc


@lru_cache(maxsize=1024)
def component_bounds(
    observed: Observed, m: int, exactly_fitted: bool = True
) -> Mapping[str, ComponentBounds]:
    """Return the statement for every component of δ in a cell of m ≥ 1 atoms.

    Args:
        observed: K and the ring that its exponential is observed in.
        m: cell size.
        exactly_fitted: whether some other cell holds one atom.
    """
    symbol = observed.log_symbol
    ring = None if observed.ring.is_free else observed.ring
    unidentified = unidentified_arcs(symbol, observed.ring, m)
    upper = upper_bounds_of(observed, m, exactly_fitted)
    gated = any(not any(t.variables[len(symbol.covariates) :]) for t in symbol.terms)
    free = upper_bounds_of(observed, m, False) if gated and exactly_fitted and m > 1 else upper
    lower = lower_arcs(symbol, m, ring)
    if m > 1:
        _use_fewer_atoms(observed, m, exactly_fitted, lower, unidentified)
    _search(observed, m, upper, lower, unidentified)
    result = {}
    for c in symbol.perturbations:
        if c in unidentified:
            arc = unidentified[c]
            reason = f"sum w exp(K) stays constant along {arc}, weights adjusted: nothing observed changes"
            result[c] = ComponentBounds(
                None, None, False, (Step(f"{c} is not identifiable", "arc", reason),), arc
            )
            continue
        value, arc, step = lower[c]
        bound, steps = upper.get(c, (None, ()))
        if bound is not None and value > bound:
            raise AssertionError(f"{c}: the arc {arc} contradicts the upper bound {bound} of {symbol}")
        needs = gated and _differs(upper, free, c)
        result[c] = ComponentBounds(value, bound, needs, (*steps, step), arc)
    for c in unidentified:
        if c in upper:
            raise AssertionError(
                f"{c}: the arc {unidentified[c]} contradicts the bound {upper[c][0]} of {symbol}"
            )
    return result


def _differs(with_fitted: Bounds, without: Bounds, c: str) -> bool:
    return c in with_fitted and (c not in without or without[c][0] > with_fitted[c][0])


def _use_fewer_atoms(
    observed: Observed, m: int, exactly_fitted: bool, lower: Lower, unidentified: dict[str, Arc]
) -> None:
    """Take over better arcs of fewer atoms: further atoms stay at the truth."""
    fewer_atoms = min(m - 1, _LARGEST_SEARCHED)
    if fewer_atoms == 1 and observed.log_symbol.is_linear_in_perturbations:
        return  # a linear K that is identified has exponents 1 in a cell of one atom
    for c, fewer in component_bounds(observed, fewer_atoms, exactly_fitted).items():
        if fewer.lower is None:
            unidentified.setdefault(c, fewer.arc)
        elif fewer.lower > lower[c][0]:
            lower[c] = (fewer.lower, fewer.arc, fewer.trace[-1])


def _search(observed: Observed, m: int, upper: Bounds, lower: Lower, unidentified: dict[str, Arc]) -> None:
    """Search arcs for components with a gap; one of high contact is tried as one without any change."""
    symbol = observed.log_symbol
    ring = None if observed.ring.is_free else observed.ring
    if m > _LARGEST_SEARCHED or len(symbol.terms) > _MAX_TERMS_SEARCHED:
        return
    gaps = []
    for c in symbol.perturbations:
        high = upper[c][0] if c in upper else None
        if c not in unidentified and (high is None or lower[c][0] < high):
            gaps.append((c, lower[c][0], high))
    for c, (value, arc) in searched_arcs(symbol, m, tuple(gaps), ring=ring).items() if gaps else ():
        contact = value * (arc.order(c) or 1)
        if contact >= LIMIT and leaves_unchanged(replace(arc, ring=observed.ring)):
            unidentified[c] = arc
            continue
        reason = f"found by search: V = O(eps^{contact}) along {arc}"
        lower[c] = (value, arc, Step(f"kappa >= {value}", "arc", reason))
