"""Unsolvability by theorem: sums of squares, and zero crossings of Gaussian mixtures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from polysolv.decisions.verdict import REAL_POSITIVE, UNSOLVABLE, Verdict
from polysolv.systems.reductions import find_reduction

if TYPE_CHECKING:
    from polysolv.families import Family

ZERO_CROSSING_THEOREM = "Kalai, Moitra and Valiant 2010, Proposition 7"


def decide_by_theorem(family: Family, m: int, degree: int) -> Verdict | None:
    """Return UNSOLVABLE if a theorem says so, else ``None``.

    Args:
        family: a family with a linear log-symbol.
        m: cell size.
        degree: degree r.

    Three theorems are tried, in this order: one atom alone (the linear equations force its perturbation to
    zero); every component of the non-triviality clause is forced to zero by a sum of squares; the reduced
    system is a location–scale core and r ≥ 2m (theory page §3, upper bound, which rests on Kalai, Moitra and
    Valiant 2010, Proposition 7).

    >>> from polysolv.families import get
    >>> decide_by_theorem(get("softmax-gaussian"), 3, 6).reason
    'location-scale core (b, sigma) at degree 6 >= 2m; by Kalai, Moitra and Valiant 2010, Proposition 7'
    """
    reason = _one_atom(family, m) or _sums_of_squares(family, degree) or _zero_crossings(family, m, degree)
    if reason is None:
        return None
    return Verdict(UNSOLVABLE, REAL_POSITIVE, None, "theorem", reason)


def _one_atom(family: Family, m: int) -> str | None:
    """With m = 1 and a symbol of degree 1 that is no product, P at that symbol is c·w·η: η = 0."""
    if m != 1:
        return None
    linear = {name for name, (_, monomial) in family.log_symbol.symbols.items() if sum(monomial) == 1}
    if set(family.nontrivial) <= linear:
        return "one atom: the linear equations force its perturbation to zero"
    return None


def _sums_of_squares(family: Family, degree: int) -> str | None:
    dropped = [step.component for step in find_reduction(family.log_symbol, degree).steps]
    if set(family.nontrivial) <= set(dropped):
        return f"sums of squares force {', '.join(dropped)} to zero"
    return None


def _zero_crossings(family: Family, m: int, degree: int) -> str | None:
    pair = find_reduction(family.log_symbol, degree).location_scale
    if pair is None or pair[0] not in family.nontrivial or degree < 2 * m:
        return None
    core = ", ".join(pair)
    return f"location-scale core ({core}) at degree {degree} >= 2m; by {ZERO_CROSSING_THEOREM}"
