"""The sentences that go with a rate report: sources, conditions, and where nothing is identifiable."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill

from polysolv.families import Family
from polysolv.rates.statements import REFINED_SOURCE

UNDECIDED_RANGE = "where the rate is not decided, the proved range from the slowest to the fastest"
NO_EXACTLY_FITTED_CELL = "no cell of this allocation is exactly fitted"


def report_notes(
    family: Family, k_excess: int, k_true: int | None, sources: Sequence[str] = (REFINED_SOURCE,)
) -> list[str]:
    """Return the notes of a report.

    Args:
        family: the family.
        k_excess: k − k*.
        k_true: k*, or ``None``.
        sources: what the refined exponents rest on.

    Source: theory page §4 and §5.
    """
    gates = ", ".join(p.name for p in family.parameters if set(p.components) <= set(family.gate_components))
    notes = [_published(family)] if family.published else []
    notes += [_refined(family.has_gate, sources), "All rates are up to a factor (log n)^c.", *family.remarks]
    if family.assumptions:
        notes.append(f"Assumed: {', '.join(family.assumptions)}.")
    if gates and k_excess >= 1:
        notes += _identifiability(gates, k_excess, k_true)
    if k_true == 1 and k_excess >= 1:
        notes.append(
            f"With k_true = 1 all {k_excess + 1} fitted atoms share the one true atom: the only cell has "
            f"size {k_excess + 1} and no cell is exactly fitted."
        )
    return notes


def notes_as_text(notes: Sequence[str]) -> str:
    """Return the notes as a list for plain text, wrapped at 100 columns."""
    return "\n".join(fill(note, 100, initial_indent="- ", subsequent_indent="  ") for note in notes)


def _published(family: Family) -> str:
    sources = list(dict.fromkeys(statement.source for statement in family.published))
    others = list(dict.fromkeys(p.order_of for p in family.published if p.order_of))
    order = f"order r(m) of {', '.join(others)}" if others else "order r(m)"
    return (
        f"published: {'; '.join(sources)}, in terms of the {order}; r(m) is decided here and in print "
        "only for m <= 3."
        if any(statement.of_order for statement in family.published)
        else f"published: {'; '.join(sources)}."
    )


def _refined(has_gate: bool, sources: Sequence[str]) -> str:
    condition = ", for cells next to at least one exactly fitted cell" if has_gate else ""
    basis = "; ".join(sources) or REFINED_SOURCE
    return f"refined: {basis}{condition}; a worst-case statement that explicit arcs attain."


def _identifiability(gates: str, k_excess: int, k_true: int | None) -> list[str]:
    consequence = (
        f"the gate slopes {gates} are not identifiable (every true atom can be split in two with opposite "
        "gate slopes without changing the density) and the published rates cannot hold as printed"
    )
    if k_true is None:
        known = f"k_true <= {k_excess}" if k_excess > 1 else "k_true = 1"
        return [
            f"If {known}, then k >= 2 k_true: {consequence}. "
            f"The refined rates assume k_true >= {k_excess + 1}, or a cell that is exactly fitted."
        ]
    k = k_true + k_excess
    if k >= 2 * k_true:
        return [
            f"k = {k} >= 2 k_true = {2 * k_true}: {consequence}. Refined rates are given where some cell is "
            "exactly fitted."
        ]
    return [f"k = {k} <= 2 k_true - 1 = {2 * k_true - 1}: every allocation leaves an exactly fitted cell."]
