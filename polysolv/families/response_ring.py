"""How many functions of the response relations leave: what bounds the number of true atoms told apart."""

from __future__ import annotations

from math import prod

from polysolv.families.family import Family
from polysolv.polynomials.exponent_vectors import Exponents

_MOST = 10_000  # functions, above which nobody has so many atoms


def response_dimension(family: Family) -> int | None:
    """Return the dimension of Q[y]/J over Q, ``None`` where it is infinite or there are covariates.

    >>> from polysolv.families import get
    >>> response_dimension(get("poisson").observed_modulo(["y^3"])), response_dimension(get("poisson"))
    (3, None)
    """
    if family.source is not None or family.log_symbol.covariates or not family.relations:
        return None
    from polysolv.groebner.vanishing_ideal import standard_monomials  # loads numpy

    ring = family.observed.ring
    powers = ring.pure_powers
    if len(powers) < len(ring.variables) or prod(powers.values()) > _MOST:
        return None
    highest = sum(power - 1 for power in powers.values())
    leads = [ring.leading(g) for g in ring.basis]
    return len(standard_monomials(len(ring.variables), highest, leads))


def relations_remark(family: Family) -> str | None:
    """Return what to say where relations leave few functions of the response, and no covariates are there.

    Moving an atom multiplies the transform of its density by exp K, so the densities and derivatives of all
    atoms lie in a space of dim Q[y]/J. Those of order 0 and 1 at k atoms are k(p + 1) functions, where p is
    the rank of the first derivatives with respect to the parameters.
    """
    count = response_dimension(family)
    most = 0 if count is None else count // (_rank(family) + 1)
    if not most or any(f"spans only {count} functions" in remark for remark in family.remarks):
        return None
    atoms = "1 true atom" if most == 1 else f"{most} true atoms"
    return (
        f"The relations leave only {count} independent functions of the response: for more than {atoms} the "
        "derivatives of different ones depend on each other, and nothing that is said applies."
    )


def _rank(family: Family) -> int:
    """Return the rank of the parts of K that are linear in one perturbation, constants at some values."""
    import sympy

    symbol = family.observed.log_symbol
    columns: dict[Exponents, int] = {}
    matrix = sympy.zeros(len(symbol.perturbations), len(symbol.terms))
    for term in symbol.terms:
        if sum(term.perturbations) == 1:
            place = term.perturbations.index(1), columns.setdefault(term.variables, len(columns))
            value = term.coefficient * prod((i + 2) ** e for i, e in enumerate(term.constants))
            matrix[place] += sympy.Rational(value.numerator, value.denominator)
    return int(matrix.rank())
