"""What is stated about one parameter in one cell: the published and the refined exponent."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from polysolv.errors import InputError
from polysolv.families import Family
from polysolv.families.walls import has_walls
from polysolv.rates.exponent import Exponent, halving_factor, published_exponents
from polysolv.rates.rules import exponents_by_rules

if TYPE_CHECKING:
    from polysolv.rates.prover import ExponentBounds

REFINED_SOURCE = "polysolv theory page, section 4 (rules P1 and P2)"
PROVER_SOURCE = "polysolv exponent prover (docs/families.md; polysolv explain prints the proof)"
NOT_DECIDED = "no rule decides this parameter"
NO_EXACTLY_FITTED_CELL = "no cell of this allocation is exactly fitted"
PROVED, BOUNDS, NOT_IDENTIFIABLE = "proved", "bounds", "not identifiable"
_UNCHANGED = "along the arc the density does not change"
_GATE_ARC = (
    "{} = eps*z at z = -1, 1 with weights 1/2, 1/2 in every cell: the factor that all cells share cancels in "
    "the gate"
)


class ParameterRates(NamedTuple):
    """Published and refined exponent of one parameter in a cell.

    Attributes:
        name: the parameter.
        published: the exponent in print, or ``None``.
        refined: the exponent proved, or ``None``.
        reason: why there is no refined exponent; "" where there is one.
        bounds: where the exponent is not decided, proved bounds on it from below and (if there is one) above.
        status: ``"proved"``, ``"bounds"``, ``"not identifiable"``, or ``None`` where nothing is stated.
        arc: the arc of the lower bound, or the one along which the density does not change; ``None`` where
            a short rule decides (:func:`polysolv.explain` gives it) or nothing is stated.
        minimax: the local minimax exponent, equal to the refined one where the kernel accepts the certificate
            of an arc that attains it (:mod:`polysolv.rates.minimax`), else ``None``.
        uniform: the exponent where true atoms may merge (:mod:`polysolv.rates.uniform`), or ``None``. Reports
            and tables of rates fill in these two.
    """

    name: str
    published: Exponent | None
    refined: Exponent | None
    reason: str = ""
    bounds: tuple[Fraction, Fraction | None] | None = None
    status: str | None = None
    arc: str | None = None
    minimax: Exponent | None = None
    uniform: Exponent | None = None

    @property
    def identifiable(self) -> bool:
        """Whether the parameter is not proved to be not identifiable."""
        return self.status != NOT_IDENTIFIABLE

    @property
    def halving_factor(self) -> int | float | None:
        """By what factor n must grow to halve the error: by the refined exponent, else the published one.

        ``None`` where the refined exponent is withheld or the parameter not identifiable: there the published
        one cannot hold as printed.
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
            "minimax": self.minimax.to_data() if self.minimax else None,
            "uniform": self.uniform.to_data() if self.uniform else None,
            "status": self.status,
            "arc": self.arc,
            "halving_factor": self.halving_factor,
        }
        if self.reason:
            data["reason"] = self.reason
        if self.bounds is not None:
            low, high = self.bounds
            data["bounds"] = {"lower": str(low), "upper": None if high is None else str(high)}
        return data


def parameter_rates(
    family: Family, m: int, order: int | None, withheld: str = "", exactly_fitted: bool = True
) -> dict[str, ParameterRates]:
    """Return the statements about every parameter in a cell of m atoms.

    Args:
        family: the family.
        m: cell size.
        order: r̄(m), which published exponents refer to; ``None`` if no theorem settles it.
        withheld: a reason to withhold the refined exponents, or "".
        exactly_fitted: whether some cell holds one atom. Without one a family with a gate keeps what is
            proved without equations of the gate, and the parameters of the gate alone are not identifiable.

    The short rules P1 and P2 come first; the exponent prover takes over where they leave something open, and
    where there are relations.

    >>> from polysolv.families import get
    >>> rates = parameter_rates(get("softmax-gaussian"), 3, 6)["beta1"]
    >>> str(rates.published.rate), str(rates.refined.rate), rates.status
    ('1/12', '1/4', 'proved')
    """
    family = family.for_cell(m)
    fitted = exactly_fitted or not family.has_gate
    refined = {} if withheld else _refined(family, m, fitted)
    if not fitted:
        withheld = withheld or NO_EXACTLY_FITTED_CELL
    published = published_exponents(family, m, order)
    return {
        p.name: _stated(p.name, published.get(p.name), refined.get(p.name), withheld)
        for p in family.parameters
    }


class _Refined(NamedTuple):
    """What is proved: bounds on κ, both ``None`` if the parameter is not identifiable."""

    low: Fraction | None
    high: Fraction | None
    source: str
    arc: str | None = None
    condition: str = ""


def _stated(name: str, printed: Exponent | None, found: _Refined | None, withheld: str) -> ParameterRates:
    if found is None:
        return ParameterRates(name, printed, None, withheld or NOT_DECIDED)
    low, high, source, arc, condition = found
    if low is None:
        reason = f"{condition}; {_UNCHANGED}" if condition else _UNCHANGED
        return ParameterRates(name, printed, None, reason, None, NOT_IDENTIFIABLE, arc)
    if low == high:
        return ParameterRates(name, printed, Exponent(low, source), "", None, PROVED, arc)
    reason = f"exponent at least {low}" if high is None else f"exponent between {low} and {high}"
    if condition:
        reason = f"{condition}: {reason}"
    return ParameterRates(name, printed, None, reason, (low, high), BOUNDS, arc)


def _refined(family: Family, m: int, exactly_fitted: bool) -> dict[str, _Refined]:
    """Return parameter -> what is proved about its exponent."""
    found = {} if exactly_fitted or m == 1 else _gates_alone(family)
    found.update(_by_rules(family, m, exactly_fitted, found))
    if len(found) == len(family.parameters):
        return found
    from polysolv.rates.prover import exponents

    try:
        proved = exponents(family, m, exactly_fitted=exactly_fitted)
    except InputError:
        if exactly_fitted:
            raise
        return found  # too large for the prover: what the short rules say still holds
    for name, bounds in proved.items():
        if name in found and not exactly_fitted:
            continue
        lost = not exactly_fitted and bounds.needs_exactly_fitted
        high = None if lost else bounds.upper
        condition = "" if exactly_fitted else NO_EXACTLY_FITTED_CELL
        found[name] = _Refined(bounds.lower, high, PROVER_SOURCE, _arc_text(bounds), condition)
    return found


def _arc_text(bounds: ExponentBounds) -> str:
    """Return the arc, with what its step adds where it stands for one of more nodes."""
    arc = str(bounds.arc)
    reasons = [step.reason for step in bounds.trace if step.rule == "arc"]
    if bounds.lower is None or not reasons:
        return arc
    _, found, more = reasons[-1].partition(arc)
    return arc + more if found else arc


def _gates_alone(family: Family) -> dict[str, _Refined]:
    """Return the parameters of the gate alone: where every cell can be split, none is identifiable.

    Splitting every atom in two with opposite perturbations of one of them multiplies all numerators of the
    gate by the same function of x (theory page, section 5). A gate with walls lets a cell be split in few
    directions, so nothing is claimed.
    """
    gates = set() if has_walls(family) else set(family.gate_components)
    return {
        p.name: _Refined(None, None, PROVER_SOURCE, _GATE_ARC.format(p.components[0]), NO_EXACTLY_FITTED_CELL)
        for p in family.parameters
        if set(p.components) <= gates
    }


def _by_rules(
    family: Family, m: int, exactly_fitted: bool, known: dict[str, _Refined]
) -> dict[str, _Refined]:
    """Return what the short rules prove; next to an exactly fitted cell of all parameters, or of none."""
    if family.relations or family.source is not None or not family.log_symbol.is_linear:
        return {}
    rules = exponents_by_rules(family.log_symbol, m)
    if not exactly_fitted:
        rules = {c: rule for c, rule in rules.items() if not rule.needs_exactly_fitted}
    decided = {
        p.name: max(rules[c].exponent for c in p.components)
        for p in family.parameters
        if p.name not in known and set(p.components) <= set(rules)
    }
    if exactly_fitted and len(decided) < len(family.parameters):
        return {}
    return {name: _Refined(value, value, REFINED_SOURCE) for name, value in decided.items()}
