"""Upper bounds on the exponents of the components of δ: the best of all rules."""

from __future__ import annotations

from fractions import Fraction

from polysolv.families.log_symbol import LogSymbol
from polysolv.families.observed import Observed
from polysolv.rates.prover.dual_changes import changed_log_symbols
from polysolv.rates.prover.linear_part import symbol_table
from polysolv.rates.prover.lower import lower_arcs
from polysolv.rates.prover.observed_bounds import observed_bounds
from polysolv.rates.prover.perturbation_bounds import perturbation_speeds
from polysolv.rates.prover.symbol_bounds import symbol_speeds
from polysolv.rates.prover.trace import Step, show_monomial
from polysolv.rates.prover.two_atoms import two_atom_speeds

Bounds = dict[str, tuple[Fraction, tuple[Step, ...]]]


def upper_bounds_of(observed: Observed, m: int, exactly_fitted: bool = True) -> Bounds:
    """Return component -> (upper bound on κ, its proof), where there is one, modulo what is observed.

    Args:
        observed: K and the ring that its exponential is observed in.
        m: cell size, at least 1.
        exactly_fitted: whether some other cell holds one atom.
    """
    symbol, ring = observed.log_symbol, observed.ring
    if m == 1 and observed.is_complete:
        return single_atom_bounds(symbol)
    if not ring.is_free:
        return observed_bounds(symbol, ring, m, exactly_fitted, observed.is_complete)
    if exactly_fitted:
        return upper_bounds(symbol, m)
    return _upper(symbol, m, exactly_fitted=False)


def single_atom_bounds(log_symbol: LogSymbol) -> Bounds:
    """Return the bounds in a cell of one atom: every symbol has |η_s| = O(V), as K = log exp(K).

    >>> from polysolv import Family
    >>> family = Family.from_log_symbol("f", "b*y + c^2*y + c^3*y^2", ["b", "c"])
    >>> {c: str(bound) for c, (bound, _) in single_atom_bounds(family.log_symbol).items()}
    {'b': '3/2', 'c': '3'}
    """
    speeds = dict.fromkeys(symbol_table(log_symbol), Fraction(1))
    found, proofs = perturbation_speeds(log_symbol, speeds, power_sums=False)
    result: Bounds = {}
    for c, speed in found.items():
        step, symbols, components = proofs[c]
        shown = ", ".join(f"eta[{show_monomial(s, log_symbol.variables)}]" for s in symbols)
        first = Step(
            f"{shown} = O(V)", "one atom", "w exp(K) - w is O(V) coefficient by coefficient, so K is"
        )
        before = [proofs[other][0] for other in components if other in proofs and other != c]
        result[c] = (1 / speed, (first, *before, step))
    return result


def upper_bounds(log_symbol: LogSymbol, m: int) -> Bounds:
    """Return component -> (upper bound on κ next to an exactly fitted cell, its proof), where there is one.

    Args:
        log_symbol: K.
        m: cell size, at least 2.

    >>> from polysolv.families import get
    >>> found = upper_bounds(get("location-scale-gaussian").log_symbol, 5)
    >>> {c: str(bound) for c, (bound, _) in found.items()}
    {'mu': '10', 'sigma': '5'}
    """
    upper = _upper(log_symbol, m, exactly_fitted=True)
    if m == 2:
        known = {c: 1 / bound for c, (bound, _) in upper.items()}
        attained = {c: 1 / value for c, (value, _, _) in lower_arcs(log_symbol, m).items()}
        for c, (speed, step) in two_atom_speeds(log_symbol, known, attained).items():
            upper[c] = (1 / speed, (*upper.get(c, (None, ()))[1], step))
    return upper


def _upper(log_symbol: LogSymbol, m: int, exactly_fitted: bool) -> Bounds:
    """Return component -> (upper bound on κ, proof), the best over linear coordinates of the duals."""
    best = _upper_in(log_symbol, m, exactly_fitted)
    for changed in changed_log_symbols(log_symbol):
        coordinates = Step(f"K = {changed}", "coordinates", "after a linear change of the dual variables")
        for c, (bound, steps) in _upper_in(changed, m, exactly_fitted).items():
            if c not in best or bound < best[c][0]:
                best[c] = (bound, (coordinates, *steps))
    return best


def _upper_in(log_symbol: LogSymbol, m: int, exactly_fitted: bool) -> Bounds:
    """Return component -> (upper bound on κ, proof) in the given dual variables."""
    table = symbol_table(log_symbol)
    covariates = len(log_symbol.covariates)
    speeds, steps = symbol_speeds(list(table), covariates, m, log_symbol.variables, exactly_fitted)
    found, proofs = perturbation_speeds(log_symbol, speeds, exactly_fitted)

    def proof(component: str, seen: set[str]) -> list[Step]:
        step, symbols, components = proofs[component]
        before = [earlier for s in symbols for earlier in steps.get(s, ())]
        for other in components:
            if other not in seen and other in proofs:
                seen.add(other)
                before += proof(other, seen)
        return [*before, step]

    return {c: (1 / speed, tuple(dict.fromkeys(proof(c, {c})))) for c, speed in found.items()}
