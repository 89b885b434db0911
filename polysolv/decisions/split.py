"""The ± split witness: two atoms moved apart by rational amounts, checked by substitution."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from polysolv.decisions.verdict import REAL_POSITIVE, SOLVABLE, Verdict
from polysolv.systems.expansion import exponential_values

if TYPE_CHECKING:
    from polysolv.families import Family


def decide_by_split(family: Family, m: int, degree: int) -> Verdict | None:
    """Return SOLVABLE if equal weights and one component at ±1 in two atoms solve the system, else ``None``.

    Args:
        family: any family.
        m: cell size; the atoms after the second stay at the truth.
        degree: degree r.

    >>> from polysolv.families import get
    >>> decide_by_split(get("location-gaussian"), 2, 1).status
    'SOLVABLE'
    """
    if m < 2:
        return None
    zero = dict.fromkeys(family.components, Fraction(0))
    for component in family.nontrivial:
        plus, minus = ({**zero, component: Fraction(sign)} for sign in (1, -1))
        values = [exponential_values(family.log_symbol, degree, atom) for atom in (plus, minus)]
        indices = {index for value in values for index in value if any(index)}
        if all(sum(value.get(index, Fraction(0)) for value in values) == 0 for index in indices):
            return Verdict(
                status=SOLVABLE,
                field=REAL_POSITIVE,
                evidence=None,
                method="split",
                reason=f"equal weights, {component} = 1 and -1 in two atoms",
                witness={"weights": [1] * m, component: [1, -1] + [0] * (m - 2)},
            )
    return None
