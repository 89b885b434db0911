"""Which theorems speak of a family: its log-symbol decides, not its name."""

from __future__ import annotations

from polysolv.families import Family
from polysolv.rates.learning.theorems import FREE_GATE, LOCATION, LOCATION_SCALE, SOFTMAX


def theorem_family(family: Family) -> tuple[str, int] | None:
    """Return the name of the built-in family with these symbols, and d (of location: the number of duals).

    Names and non-zero factors of perturbations do not matter.

    >>> theorem_family(Family.from_log_symbol("mine", "3*p*y - q*y^2", ["p", "q"]))
    ('location-scale-gaussian', 0)
    """
    symbol = family.log_symbol
    if family.source is not None or family.relations or not symbol.is_linear or family.density is not None:
        return None
    d = len(symbol.covariates)
    monomials = {monomial for _, monomial in symbol.symbols.values()}
    units = {tuple(int(i == j) for j in range(len(symbol.variables))) for i in range(len(symbol.variables))}
    if monomials == units and not d:
        return LOCATION, 0 if len(units) == 1 else len(units)
    if len(symbol.duals) != 1:
        return None
    y = (*(0 for _ in range(d)), 1)
    gates = {unit for unit in units if unit != y}
    scale = {y, tuple(2 * e for e in y)}
    slopes = {tuple(a + b for a, b in zip(gate, y, strict=True)) for gate in gates}
    if monomials == scale and not d:
        return LOCATION_SCALE, 0
    if d and monomials == scale | slopes:
        return FREE_GATE, d
    # Of top-K gates only the log-symbol is that of a softmax.
    if d and monomials == scale | slopes | gates and family.name != "top-k-softmax":
        return SOFTMAX, d
    return None
