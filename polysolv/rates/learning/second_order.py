"""Learning coefficients of a density of which second-order relations alone are known.

With independent first derivatives V ≲ |first-order part| + Σ w |δ|², by Taylor, so λ_diff ≤ (m - 1) D/4;
where all exponents are 2 this is an equality, and μ = 1. Else proved exponents bound λ_diff from below.

Source: observed-algebra page §5, learning-coefficients page §1 and §9 (docs/choosing-k.md).
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from polysolv.errors import InputError
from polysolv.families import Family
from polysolv.families.second_order.relations import find_second_order
from polysolv.rates.learning.exponent_bound import upper_exponents
from polysolv.rates.prover.second_order import relation_certificates

if TYPE_CHECKING:
    from polysolv.certificates import Certificate


TAYLOR = "V is bounded by the first-order part and the squared differences, by Taylor"


class SecondOrderBounds(NamedTuple):
    """Bounds of λ_diff, μ where it is known, the certificate of the exponents if they are 2, and notes."""

    lower: Fraction
    upper: Fraction
    multiplicity: int | None
    certificate: Certificate | None
    notes: tuple[str, ...]


def taylor_bound(m: int, components: int) -> Fraction:
    """Return (m - 1) D/4, an upper bound of λ_diff for every family: V ≲ |first-order part| + Σ w |δ|².

    >>> taylor_bound(3, 2)
    Fraction(1, 1)
    """
    return Fraction((m - 1) * components, 4)


def second_order_bounds(family: Family, m: int) -> SecondOrderBounds:
    """Return what second-order relations say of λ_diff(m).

    Args:
        family: a family with a source and at most one given truth.
        m: cell size, at least 1.

    Raises:
        InputError: if several true atoms are given, or the relations are not known.

    >>> from polysolv.families import get
    >>> bounds = second_order_bounds(get("student-location-scale-5"), 2)
    >>> bounds.lower == bounds.upper == Fraction(1, 2)
    True
    """
    assert family.source is not None
    if len(family.source.truths) > 1:
        raise InputError(
            "truths", len(family.source.truths), "one true atom: the coefficient is that of one cell"
        )
    found = find_second_order(family.source)
    where = f"at the truth {found.place}" + ("" if found.known else ", which stands for others")
    zero = Fraction(0)
    if m == 1:
        return SecondOrderBounds(
            zero, zero, 1, None, (f"one atom: its first derivatives are independent {where}",)
        )
    kappas = upper_exponents(family, m, "exact")
    lower = sum((Fraction(m - 1) / (2 * kappa) for kappa in kappas.values() if kappa is not None), zero)
    upper = taylor_bound(m, len(kappas))
    above = f"at most {upper}: {TAYLOR}"
    if lower < upper:
        notes = (f"at least {lower}: proved exponents, {where}", above)
        return SecondOrderBounds(lower, upper, None, None, notes)
    all_two = f"at least {lower}: all exponents are 2, by the second-order relations {where}"
    certificate = relation_certificates(family, m).get("all")
    return SecondOrderBounds(lower, upper, 1, certificate, (all_two, above))
