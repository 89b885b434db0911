"""What is stated about one parameter in one cell: the published and the refined exponent."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NamedTuple

from polysolv.families import Family
from polysolv.rates.exponent import Exponent, halving_factor, published_exponents
from polysolv.rates.rules import exponents_by_rules

REFINED_SOURCE = "polysolv theory page, section 4 (rules P1 and P2)"
PROVER_SOURCE = "polysolv exponent prover (docs/families.md; polysolv explain prints the proof)"
NOT_DECIDED = "no rule decides this parameter"


class ParameterRates(NamedTuple):
    """Published and refined exponent of one parameter in a cell.

    Attributes:
        name: the parameter.
        published: the exponent in print, or ``None``.
        refined: the exponent proved by the rules, or ``None``.
        reason: why there is no refined exponent; "" where there is one.
        bounds: where the exponent is not decided, proved bounds on it from below and (if there is one) above.
    """

    name: str
    published: Exponent | None
    refined: Exponent | None
    reason: str = ""
    bounds: tuple[Fraction, Fraction | None] | None = None

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
        if self.bounds is not None:
            low, high = self.bounds
            data["bounds"] = {"lower": str(low), "upper": None if high is None else str(high)}
        return data


def parameter_rates(
    family: Family, m: int, order: int | None, withheld: str = ""
) -> dict[str, ParameterRates]:
    """Return the statements about every parameter in a cell of m atoms.

    Args:
        family: the family.
        m: cell size.
        order: r̄(m), which published exponents refer to; ``None`` if no theorem settles it.
        withheld: a reason to withhold the refined exponents, or "".

    The short rules P1 and P2 come first; the exponent prover takes over where they leave something open.

    >>> from polysolv.families import get
    >>> rates = parameter_rates(get("softmax-gaussian"), 3, 6)["beta1"]
    >>> str(rates.published.rate), str(rates.refined.rate)
    ('1/12', '1/4')
    """
    refined = {} if withheld else _refined(family, m)
    published = published_exponents(family, m, order)
    result = {}
    for parameter in family.parameters:
        printed = published.get(parameter.name)
        low, high, source = refined.get(parameter.name, (None, None, ""))
        if low is not None and low == high:
            result[parameter.name] = ParameterRates(parameter.name, printed, Exponent(low, source))
            continue
        bounds = None if low is None else (low, high)
        result[parameter.name] = ParameterRates(
            parameter.name, printed, None, withheld or _reason(low, high), bounds
        )
    return result


def _reason(low: Fraction | None, high: Fraction | None) -> str:
    if low is None:
        return NOT_DECIDED
    return f"exponent between {low} and {high}" if high is not None else f"exponent at least {low}"


def _refined(family: Family, m: int) -> dict[str, tuple[Fraction, Fraction | None, str]]:
    """Return parameter -> (lower bound, upper bound, source) of its exponent."""
    if family.log_symbol.is_linear:
        rules = exponents_by_rules(family.log_symbol, m)
        if set(rules) == set(family.components):
            slowest = {p.name: max(rules[c].exponent for c in p.components) for p in family.parameters}
            return {name: (value, value, REFINED_SOURCE) for name, value in slowest.items()}
    from polysolv.rates.prover import exponents

    return {
        name: (bounds.lower, bounds.upper, PROVER_SOURCE) for name, bounds in exponents(family, m).items()
    }
