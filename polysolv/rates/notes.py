"""The sentences that go with a rate report: sources, conditions, and where nothing is identifiable."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from polysolv.display.filling import fill
from polysolv.families import Family, LogSymbolTerm
from polysolv.families.response_ring import relations_remark
from polysolv.families.walls import has_walls
from polysolv.rates.statements import REFINED_SOURCE, ParameterRates

UNDECIDED_RANGE = "where the rate is not decided, the proved range from the slowest to the fastest"


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
    if remark := relations_remark(family):
        notes.append(remark)
    assumed = family.for_cell(k_excess + 1).stated_assumptions
    notes += [f"Assumed of the {assumption}." for assumption in assumed]
    if gates and k_excess >= 1:
        notes += _identifiability(family, gates, k_excess, k_true)
    if k_true == 1 and k_excess >= 1:
        notes.append(
            f"With k_true = 1 all {k_excess + 1} fitted atoms share the one true atom: the only cell has "
            f"size {k_excess + 1} and no cell is exactly fitted."
        )
    return notes


def notes_as_text(notes: Sequence[str]) -> str:
    """Return the notes as a list for plain text, wrapped at 100 columns."""
    return "\n".join(fill(note, 100, "- ", "  ") for note in notes)


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
    return f"pointwise (refined): {basis}{condition}; a worst-case statement that explicit arcs attain."


def column_notes(
    columns: Sequence[str], k_true: int | None, parameters: Mapping[str, ParameterRates]
) -> list[str]:
    """Return what the columns local minimax and uniform say, a note each if the column is shown.

    Args:
        columns: names of the columns shown.
        k_true: k*, or ``None``.
        parameters: the statements in some cell, for what has no entry.
    """
    from polysolv.rates.minimax import MINIMAX_SOURCE
    from polysolv.rates.uniform import MERGING, UNIFORM_SOURCE

    notes = []
    if "minimax" in columns:
        notes.append(
            f"local minimax: no estimator has a smaller worst error, the largest in the cell, among the G "
            f"with V(G, G*) <= C n^(-1/2); {MINIMAX_SOURCE}."
        )
    if "uniform" in columns:
        atoms = k_true or MERGING
        known = f"{atoms} true atoms" if atoms > 1 else "one true atom"
        asked = "" if k_true else " (k_true, if given)"
        lost = [name for name, rates in parameters.items() if rates.uniform is None]
        notes.append(
            f"uniform: {known}{asked} that may merge, and m - 1 atoms more fitted to them, all at one "
            f"distance; {UNIFORM_SOURCE}." + (f" Open for {', '.join(lost)}." if lost else "")
        )
    return notes


def _identifiability(family: Family, gates: str, k_excess: int, k_true: int | None) -> list[str]:
    split = "every true atom can be split in two with opposite gate slopes without changing the density"
    walls = ", if all its walls are one" if has_walls(family) else ""
    consequence = (
        f"the gate slopes {gates} are not identifiable ({split}{walls}) and the published rates cannot hold "
        "as printed"
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
            f"k = {k} >= 2 k_true = {2 * k_true}: {consequence}. Where no cell is exactly fitted, parameters "
            "of the experts keep what is proved without equations of the gate.",
            estimable_of_gates(family),
        ]
    return [f"k = {k} <= 2 k_true - 1 = {2 * k_true - 1}: every allocation leaves an exactly fitted cell."]


def estimable_of_gates(family: Family) -> str:
    """Return what can be estimated of the gates where no cell is exactly fitted.

    Args:
        family: a family with parameters of the gate alone.

    Source: observed-algebra page §4. With S_j(x) the sum of the numerators of cell j without their experts,
    log S_j is the cumulant generating function of the cell's slopes up to a constant, and a function common
    to all cells cancels in the softmax.

    >>> from polysolv.families import get
    >>> print(estimable_of_gates(get("softmax-gaussian"))[:96])
    Estimable of the gates there: log S_j - log S_1, S_j(x) the sum of exp(beta0_i + beta1_i.x) over
    """
    linear = all(sum(t.perturbations) == 1 and sum(t.variables) == 1 for t in _gate_terms(family)) and not (
        family.relations
    )
    names = [p.name for p in family.parameters if set(p.components) <= set(family.gate_components)]
    if linear and len(names) == 1:
        numerator = f"exp(beta0_i + {names[0]}_i.x)"
        what = (
            "the difference between cells of the log total weight and of every cumulant of the slopes' "
            "distribution (mean, variance, ...), each at n^(-1/2)"
        )
    else:
        numerator = "atom i's numerator in the gate"
        what = (
            "the difference between cells of the log of that sum as a function of the covariates that are "
            "observed, at n^(-1/2)"
        )
    single = " or ".join(f"{name}_i" for name in names)
    return (
        f"Estimable of the gates there: log S_j - log S_1, S_j(x) the sum of {numerator} over the atoms i "
        f"of cell j, that is, {what}; a single {single} is not."
    )


def _gate_terms(family: Family) -> list[LogSymbolTerm]:
    first = len(family.log_symbol.covariates)
    return [t for t in family.log_symbol.terms if not any(t.variables[first:])]


def wall_notes(left_out: int, k_true: int, top_k: int | None) -> list[str]:
    """Return the note about allocations that walls exclude: none if there is no such allocation.

    Args:
        left_out: how many allocations cannot occur.
        k_true: k*.
        top_k: K, or ``None`` for any K < k*.
    """
    if not left_out:
        return []
    known = f"fewer than {k_true} true atoms are" if top_k is None else f"{top_k} of {k_true} true atoms are"
    many = f"{left_out} allocation{'s' if left_out > 1 else ''}"
    return [
        f"{many} cannot occur and {'are' if left_out > 1 else 'is'} not listed: {known} active at a time, "
        "cells that swap over a wall have equal size, so there are at most as many different sizes as active "
        "atoms."
    ]


def arc_notes(cells: Iterable[tuple[int, Mapping[str, ParameterRates]]]) -> list[str]:
    """Return for every parameter that is not identifiable the arc along which the density does not change.

    Args:
        cells: size and statements about every parameter there, smallest size first. An arc of a small cell
            serves in larger ones, where further atoms stay at the truth, and is stated once.
    """
    found: dict[str, str] = {}
    for size, parameters in cells:
        for rates in parameters.values():
            if not rates.identifiable and rates.name not in found:
                unchanged = f"with suitable weights the density does not change along {rates.arc}"
                found[rates.name] = f"{rates.name} is not identifiable in a cell of {size}: {unchanged}."
    return list(found.values())
