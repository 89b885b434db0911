"""The noun `ExponentBounds` and the verb `exponents`: two-sided statements about every parameter."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from polysolv.certificates.premises import premise_texts
from polysolv.display.grid import Grid, show_rate
from polysolv.display.rich_display import DisplayedDict, RichDisplay, Tables
from polysolv.errors import InputError, require_integer
from polysolv.families import Family, resolve
from polysolv.families.log_symbol import LogSymbol
from polysolv.rates.prover.arc import Arc
from polysolv.rates.prover.components import component_bounds
from polysolv.rates.prover.spherical import spherical_bounds, spherical_dimension
from polysolv.rates.prover.trace import Step
from polysolv.rates.prover.written_arc import WrittenArc

MAX_CELL_SIZE = 400
MAX_MONOMIALS = 120
MAX_DEGREE = 64
NOT_IDENTIFIABLE = "not identifiable"


@dataclass(frozen=True)
class ExponentBounds(RichDisplay):
    """What is proved about the exponent κ of one parameter: the smallest κ with |δ|^κ ≲ V.

    Args:
        name: the parameter.
        lower: κ is at least this; an explicit arc shows it. ``None`` if the parameter is not identifiable:
            the arc changes it and leaves the density as it is.
        upper: κ is at most this, or ``None`` if no rule gives a bound.
        proved: whether lower and upper meet.
        needs_exactly_fitted: whether the upper bound asks for an exactly fitted cell next to this one.
        trace: the steps of both proofs.
        arc: the arc of the lower bound.
        given: what was taken from the family's density, see :mod:`polysolv.certificates.premises`.
    """

    name: str
    lower: Fraction | None
    upper: Fraction | None
    proved: bool
    needs_exactly_fitted: bool
    trace: tuple[Step, ...]
    arc: Arc | WrittenArc
    given: tuple[str, ...] = ()

    @property
    def evidence(self) -> str:
        """``"PROVED"``, for a density ``"PROVED given the relations"``, ``"-"`` where bounds do not meet."""
        if self.status == "bounds":
            return "-"
        return "PROVED given the relations" if self.given else "PROVED"

    @property
    def status(self) -> str:
        """``"proved"``, ``"bounds"`` or ``"not identifiable"``."""
        if self.lower is None:
            return NOT_IDENTIFIABLE
        return "proved" if self.proved else "bounds"

    def __str__(self) -> str:
        if self.proved or self.lower is None:
            return NOT_IDENTIFIABLE if self.lower is None else str(self.lower)
        return f"[{self.lower}, {'?' if self.upper is None else self.upper}]"

    def _display(self) -> Tables:
        rate = NOT_IDENTIFIABLE if self.lower is None else show_rate(1 / (2 * self.lower))
        if self.status == "bounds":
            rate = f"{'?' if self.upper is None else show_rate(1 / (2 * self.upper))} to {rate}"
        needs = "yes" if self.needs_exactly_fitted else "no"
        row = [self.name, str(self), rate, self.evidence, needs, str(self.arc)]
        headers = ["parameter", "exponent", "rate", "evidence", "needs an exactly fitted cell", "arc"]
        return [Grid("exponents, from above and from below", headers, [row])], ()

    def to_data(self) -> dict[str, Any]:
        """Return the statement as JSON data."""
        return {
            "name": self.name,
            "status": self.status,
            "lower": None if self.lower is None else str(self.lower),
            "upper": None if self.upper is None else str(self.upper),
            "proved": self.proved,
            "needs_exactly_fitted": self.needs_exactly_fitted,
            "arc": str(self.arc),
            **({"given": list(self.given)} if self.given else {}),
            "trace": [{"claim": s.claim, "rule": s.rule, "reason": s.reason} for s in self.trace],
        }


def exponents(
    family: str | Family = "softmax-gaussian",
    m: int = 2,
    d: int | None = None,
    exactly_fitted: bool = True,
) -> dict[str, ExponentBounds]:
    """Return for each parameter what is proved about its exponent in a cell of m atoms.

    Args:
        family: a family or the name of one.
        m: cell size, 1 to 400. In a cell of one atom every symbol of K has the exponent 1, and with a K that
            is linear in δ so has every parameter that is identified.
        d: number of covariates for a family given by name; 1 if left out.
        exactly_fitted: whether some other cell holds one atom; it matters for families with a gate.

    Returns:
        parameter name -> two-sided statement. For a vector parameter: that of its slowest component.

    Raises:
        InputError: if an argument is out of range, or K has more than 120 monomials or a degree above 64.

    The exponent is the smallest κ with |δ|^κ ≲ V for every atom of the cell, all perturbations small and
    weights bounded below; the truth is interior to the parameter space. Upper bounds:
    :mod:`polysolv.rates.prover.symbol_bounds` and :mod:`polysolv.rates.prover.perturbation_bounds`. Lower
    bounds: explicit arcs, substituted exactly.

    >>> found = exponents("softmax-gaussian", 3)
    >>> {name: str(bounds) for name, bounds in found.items()}
    {'beta1': '2', 'a': '2', 'b': '6', 'sigma': '3'}
    """
    resolved = resolve(family, d)
    m = require_integer("m", m, 1, MAX_CELL_SIZE)
    _require_size(resolved.log_symbol)
    by_component = component_exponents(resolved, m, exactly_fitted)
    result: DisplayedDict[str, ExponentBounds] = DisplayedDict()
    for parameter in resolved.parameters:
        listed = [by_component[component] for component in parameter.components]
        slowest = max(listed, key=_slowness)
        if len(listed) == 1 or slowest.lower is None:
            result[parameter.name] = replace(slowest, name=parameter.name)
            continue
        lower = max(listed, key=lambda b: b.lower or 0)
        result[parameter.name] = ExponentBounds(
            parameter.name,
            lower.lower,
            slowest.upper,
            lower.lower == slowest.upper,
            any(b.needs_exactly_fitted for b in listed),
            slowest.trace if lower is slowest else slowest.trace + lower.trace,
            lower.arc,
            lower.given,
        )
    return result


def _slowness(bounds: ExponentBounds) -> tuple[bool, bool, Fraction, Fraction]:
    zero = Fraction(0)
    return (bounds.lower is None, bounds.upper is None, bounds.upper or zero, bounds.lower or zero)


def component_exponents(family: Family, m: int, exactly_fitted: bool = True) -> dict[str, ExponentBounds]:
    """Return the statement for every component of δ; arguments as for :func:`exponents`."""
    given = tuple(premise_texts(family, m, matrices=False))
    if family.source is not None:
        from polysolv.rates.prover.second_order import relation_bounds

        return {
            c: ExponentBounds(c, b.lower, b.upper, b.lower == b.upper, False, b.trace, b.arc, given)
            for c, b in relation_bounds(family, m).items()
        }
    if not family.relations and spherical_dimension(family.log_symbol):
        return {
            c: ExponentBounds(c, b.lower, b.upper, b.lower == b.upper, False, b.trace, b.arc, given)
            for c, b in spherical_bounds(family.log_symbol, m).items()
        }
    found = component_bounds(family.for_cell(m).observed, m, exactly_fitted)
    return {
        c: ExponentBounds(
            c,
            b.lower,
            b.upper,
            b.lower is not None and b.lower == b.upper,
            b.needs_exactly_fitted,
            b.trace,
            b.arc,
            given,
        )
        for c, b in found.items()
    }


def _require_size(log_symbol: LogSymbol) -> None:
    monomials = {t.variables for t in log_symbol.terms}
    if len(monomials) > MAX_MONOMIALS or max(map(sum, monomials)) > MAX_DEGREE:
        allowed = f"a K of at most {MAX_MONOMIALS} monomials of degree at most {MAX_DEGREE} in the variables"
        raise InputError("log_symbol", str(log_symbol), allowed)
