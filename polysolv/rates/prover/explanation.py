"""The noun `Explanation` and the verb `explain`: why a parameter has its exponent, in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from polysolv.certificates.premises import premise_texts
from polysolv.display.counted import counted
from polysolv.display.filling import fill
from polysolv.display.grid import Grid, show_rate
from polysolv.display.rich_display import DisplayedList, RichDisplay, Tables
from polysolv.families import Family, resolve
from polysolv.families.response_ring import relations_remark
from polysolv.rates.exponent import Exponent, published_exponents
from polysolv.rates.prover.exponents import ExponentBounds, exponents
from polysolv.rates.prover.trace import Step

SCHEMA = "polysolv/explain/1"
_WIDTH = 100


@dataclass(frozen=True)
class Explanation(RichDisplay):
    """What is proved about one parameter, next to what is in print.

    Args:
        family: the family.
        m: cell size.
        bounds: the two-sided statement with its trace.
        published: the exponent in print, or ``None``.
        estimate: where the bounds do not meet, a numerical estimate, or ``None``.
    """

    family: Family
    m: int
    bounds: ExponentBounds
    published: Exponent | None
    estimate: float | None

    def to_data(self) -> dict[str, Any]:
        """Return the explanation as JSON data (schema ``polysolv/explain/1``)."""
        return {
            "schema": SCHEMA,
            "family": self.family.name,
            "m": self.m,
            "assumptions": list(self.assumptions),
            **self.bounds.to_data(),
            "published": self.published.to_data() if self.published else None,
            "estimate": self.estimate,
        }

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What the statement assumes, in sentences."""
        return self.family.for_cell(self.m).stated_assumptions

    def comparison(self) -> str:
        """Return how the exponent in print and ours compare, in one sentence; "" without one in print."""
        if self.published is None:
            return ""
        kappa, source, bounds = self.published.exponent, self.published.source, self.bounds
        if bounds.proved and kappa == bounds.lower:
            return f"published {kappa} ({source}), here {bounds} as well"
        differ = f"published {kappa} ({source}), here {bounds}"
        if bounds.upper is not None and bounds.upper < kappa:
            return f"{differ}: proved, and the arc attains {bounds.lower}"
        if bounds.lower is None or bounds.lower > kappa:
            return f"{differ}: the arc decides against the one in print"
        return differ

    def to_text(self) -> str:
        """Return the explanation as plain text."""
        bounds, source = self.bounds, self.family.source
        lines = [
            f"{self.family.name}, cell of m = {counted(self.m, 'atom')}, parameter {bounds.name}",
            f"K = {self.family.log_symbol}" if source is None else f"u = {source.text}",
        ]
        relations = self.family.for_cell(self.m).relations
        if relations:
            lines.append(f"observed: {', '.join(f'{relation} = 0' for relation in relations)}")
        lines += ["", self._verdict(), ""]
        if bounds.lower is None:
            lines += ["The arc:", *_numbered([str(step) for step in self._lower])]
            return "\n".join([*lines, *self._ending()])
        symbols = "every grouped coefficient P; eta[s] is the coefficient of s in K"
        lines.append(f"From above (V bounds {'what is observed' if source else symbols}):")
        lines += _numbered([str(step) for step in self._upper]) or ["  no rule gives a bound"]
        if bounds.needs_exactly_fitted:
            lines.append(
                "  This uses equations without dual variables: some other cell must be exactly fitted."
            )
        lines.append("From below:")
        lines += _numbered([step.reason for step in self._lower])
        if self.comparison():
            lines += ["", self.comparison()]
        if self.estimate is not None:
            lines += ["", f"numerical estimate (a hint, not a proof): {self.estimate:.2f}"]
        return "\n".join([*lines, *self._ending()])

    def _ending(self) -> list[str]:
        """Return what is given of a density, what is assumed and remarked, as lines after an empty one."""
        said = [f"Given: {premise}" for premise in premise_texts(self.family, self.m, matrices=False)]
        said += [f"Assumed of the {assumption}." for assumption in self.assumptions]
        remarks = [*self.family.remarks, relations_remark(self.family)]
        return ["", *(fill(one, _WIDTH) for one in (*said, *remarks) if one is not None)]

    def _display(self) -> Tables:
        name = self.bounds.name
        rows = [[name, "above", step.rule, step.claim, step.reason] for step in self._upper]
        rows += [[name, "below", "arc", step.claim, step.reason] for step in self._lower]
        title = f"{self.family.name}, cell of {self.m}: why each exponent"
        notes = [f"{name}: {said}" for said in (self._verdict(), self.comparison()) if said]
        notes += [f"assumed of the {assumption}" for assumption in self.assumptions]
        return [Grid(title, ["parameter", "bound from", "rule", "claim", "reason"], rows)], notes

    @property
    def _upper(self) -> list[Step]:
        return [step for step in self.bounds.trace if step.rule != "arc"]

    @property
    def _lower(self) -> list[Step]:
        return [step for step in self.bounds.trace if step.rule == "arc"]

    def _verdict(self) -> str:
        bounds = self.bounds
        if bounds.lower is None:
            return f"{bounds.evidence}: not identifiable, the density does not change along an arc"
        if bounds.proved:
            return f"{bounds.evidence}: exponent {bounds.lower}, rate {show_rate(1 / (2 * bounds.lower))}"
        high = "no upper bound" if bounds.upper is None else f"at most {bounds.upper}"
        return f"not decided: exponent at least {bounds.lower}, {high}"

    def __str__(self) -> str:
        return self.to_text()


def explain(
    family: str | Family = "softmax-gaussian",
    parameter: str | None = None,
    m: int = 2,
    d: int | None = None,
    estimates: bool = True,
) -> list[Explanation]:
    """Return why each parameter, or one of them, has its exponent in a cell of m atoms.

    Args:
        family: a family or the name of one.
        parameter: name of the parameter; ``None`` for all of them.
        m: cell size, 2 to 400.
        d: number of covariates for a family given by name; 1 if left out.
        estimates: whether to probe numerically where the bounds do not meet.

    Raises:
        InputError: if an argument is out of range or the parameter unknown.

    >>> print(explain("location-gaussian", "mu")[0].to_text().splitlines()[3])
    PROVED: exponent 2, rate n^(-1/4)
    """
    resolved = resolve(family, d)
    wanted = resolved.parameters if parameter is None else (resolved.parameter(parameter),)
    proved, published = exponents(resolved, m), published_exponents(resolved, m)
    resolved = resolved.for_cell(m)
    return DisplayedList(
        Explanation(
            resolved,
            m,
            proved[p.name],
            published.get(p.name),
            _estimate(resolved, proved[p.name], m) if estimates else None,
        )
        for p in wanted
    )


def _estimate(family: Family, bounds: ExponentBounds, m: int) -> float | None:
    if bounds.status != "bounds" or family.source is not None:
        return None
    from polysolv.rates.prover.probe import probe

    component = next(p.components[0] for p in family.parameters if p.name == bounds.name)
    return probe(family.log_symbol, component, m)


def _numbered(sentences: list[str]) -> list[str]:
    return [
        fill(sentence, _WIDTH, f"  {number}. ", "     ") for number, sentence in enumerate(sentences, start=1)
    ]
