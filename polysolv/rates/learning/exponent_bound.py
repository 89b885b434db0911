"""From exponents to learning coefficients: |δ_s|^κ ≲ V for every atom bounds the volume of {V < η}."""

from __future__ import annotations

from fractions import Fraction

from polysolv.families import Family
from polysolv.rates.prover.exponents import component_exponents


def upper_exponents(family: Family, m: int, gate: str) -> dict[str, Fraction | None]:
    """Return for each component a κ with |δ|^κ ≲ V that is proved, ``None`` where there is none."""
    found = component_exponents(family, m, gate == "exact")
    return {name: bounds.upper if bounds.lower is not None else None for name, bounds in found.items()}


def exponent_bound(family: Family, m: int, gate: str) -> Fraction:
    """Return a lower bound of λ_diff: Σ over perturbations of (m - 1)/(2κ), less ½ for each irregular one.

    Args:
        family: the family.
        m: cell size.
        gate: "exact" or "kernel".

    {V < η} lies in the set where every difference of atoms is O(η^(1/κ)) and as many combinations of the
    perturbations as terms of the first degree are independent are O(η).

    >>> from polysolv.families import get
    >>> exponent_bound(get("softmax-gaussian"), 2, "exact")
    Fraction(7, 8)
    """
    kappas = upper_exponents(family, m, gate)
    total = sum((1 / kappa for kappa in kappas.values() if kappa is not None), Fraction(0))
    return ((m - 1) * total - (len(kappas) - _rank(family))) / 2


def _rank(family: Family) -> int:
    """Return how many combinations of an atom's perturbations act on what is observed to first order.

    A coefficient counts where it cannot vanish: a rational, alone or times true values that are assumed not
    to be 0. Each column is used once, and so is each row, which a matching of distinct monomials guarantees.
    """
    symbol = family.observed.log_symbol  # modulo relations, in monomials that are independent
    certain = {f"{name} != 0" for name in symbol.constants} & set(family.assumptions)
    terms: dict[tuple[int, tuple[int, ...]], list[bool]] = {}
    for term in symbol.terms:
        if sum(term.perturbations) == 1:
            acting = {f"{name} != 0" for name, e in zip(symbol.constants, term.constants, strict=True) if e}
            place = (term.perturbations.index(1), term.variables)
            terms.setdefault(place, []).append(acting <= certain)
    columns: dict[int, set[tuple[int, ...]]] = {}
    for (column, monomial), known in terms.items():
        if known == [True]:  # two terms of one place may cancel
            columns.setdefault(column, set()).add(monomial)
    everywhere: dict[int, set[tuple[int, ...]]] = {}
    for column, monomial in terms:
        everywhere.setdefault(column, set()).add(monomial)
    matched, used = 0, set[tuple[int, ...]]()
    rows = {i: sorted(monomials) for i, monomials in columns.items()}
    for i in sorted(rows, key=lambda i: len(rows[i])):
        others = {v for j, listed in everywhere.items() if j != i for v in listed}
        own = [v for v in rows[i] if v not in others and v not in used]
        if own:
            used.add(own[0])
            matched += 1
    return matched
