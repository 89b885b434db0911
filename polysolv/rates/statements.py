"""What is stated about one parameter in one cell: the published and the refined exponent."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from polysolv.families import Family
from polysolv.rates.exponent import Exponent, halving_factor
from polysolv.rates.rules import exponents_by_rules

REFINED_SOURCE = "polysolv theory page, section 4 (rules P1 and P2)"
NOT_DECIDED = "no rule decides this parameter"


@dataclass(frozen=True)
class ParameterRates:
    """Published and refined exponent of one parameter in a cell.

    Args:
        name: the parameter.
        published: the exponent in print, or ``None``.
        refined: the exponent proved by the rules, or ``None``.
        reason: why there is no refined exponent; "" where there is one.
    """

    name: str
    published: Exponent | None
    refined: Exponent | None
    reason: str = ""

    @property
    def halving_factor(self) -> int | float | None:
        """By what factor n must grow to halve the error: by the refined exponent, else the published one.

        ``None`` where the refined exponent is withheld: there the published one cannot hold as printed.
        """
        if self.reason and self.reason != NOT_DECIDED:
            return None
        best = self.refined or self.published
        return None if best is None else halving_factor(best.exponent)

    def to_data(self) -> dict[str, Any]:
        """Return the statements as JSON data."""
        data = {
            "name": self.name,
            "published": self.published.to_data() if self.published else None,
            "refined": self.refined.to_data() if self.refined else None,
            "halving_factor": self.halving_factor,
        }
        if self.reason:
            data["reason"] = self.reason
        return data


def parameter_rates(family: Family, m: int, order: int, withheld: str = "") -> dict[str, ParameterRates]:
    """Return the statements about every parameter in a cell of m atoms.

    Args:
        family: the family.
        m: cell size.
        order: r̄(m), which published exponents refer to.
        withheld: a reason to withhold the refined exponents, or "".

    >>> from polysolv.families import get
    >>> rates = parameter_rates(get("softmax-gaussian"), 3, 6)["beta1"]
    >>> str(rates.published.rate), str(rates.refined.rate)
    ('1/12', '1/4')
    """
    by_component = exponents_by_rules(family.log_symbol, m)
    published = {p.parameter: p for p in family.published}
    result = {}
    for parameter in family.parameters:
        rules = [by_component.get(component) for component in parameter.components]
        refined, reason = None, withheld
        if not withheld:
            known = [rule.exponent for rule in rules if rule is not None]
            if len(known) == len(rules):
                refined = Exponent(max(known), REFINED_SOURCE)
            else:
                reason = NOT_DECIDED
        printed = None
        if parameter.name in published:
            statement = published[parameter.name]
            printed = Exponent(Fraction(1) if m == 1 else statement.exponent(order), statement.source)
        result[parameter.name] = ParameterRates(parameter.name, printed, refined, reason)
    return result
