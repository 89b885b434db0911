"""The noun `RateReport` and the verb `rate`: what over-fitting by k − k* experts does to every parameter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from polysolv.decisions import MAX_CELL_SIZE, Order, order
from polysolv.decisions.verdict import PROVED
from polysolv.display.grid import Grid, show_rate
from polysolv.display.rich_display import RichDisplay, Tables
from polysolv.display.value import Value
from polysolv.errors import InputError, require_integer
from polysolv.families import Family, resolve
from polysolv.families.walls import has_walls
from polysolv.rates.columns import COLUMNS, chosen_columns
from polysolv.rates.exponent import Exponent, show_factor
from polysolv.rates.minimax import MINIMAX_SOURCE, minimax_certificates
from polysolv.rates.notes import (
    UNDECIDED_RANGE,
    arc_notes,
    column_notes,
    notes_as_text,
    report_notes,
    wall_notes,
)
from polysolv.rates.sentence import slowest_sentence
from polysolv.rates.statements import NOT_IDENTIFIABLE, ParameterRates, parameter_rates
from polysolv.rates.uniform import MAX_MERGING, MERGING, uniform_exponents

if TYPE_CHECKING:
    from pathlib import Path

    from polysolv.certificates import SavedCertificate

SCHEMA = "polysolv/rate/1"
MAX_EXCESS = MAX_CELL_SIZE - 1
NO_N_SUFFICES = "no n suffices"


@dataclass(eq=False, repr=False)
class CellRates(RichDisplay, Value):
    """What is known about a cell of ``size`` fitted atoms.

    Args:
        size: cell size m.
        order: r̄(m), or ``None`` if no theorem settles the family's order.
        evidence: ``"PROVED"`` if the trusted kernel accepted a certificate for the order, with ``given the
            relations`` if the family comes from a density, else ``None``.
        parameters: parameter name -> its statements.
        certificate: where the certificate of the order was saved, if it was.
    """

    size: int
    order: int | None
    evidence: str | None
    parameters: Mapping[str, ParameterRates]
    certificate: SavedCertificate | None = None

    def to_data(self) -> dict[str, Any]:
        """Return the cell as JSON data."""
        data: dict[str, Any] = {
            "size": self.size,
            "order": self.order,
            "evidence": self.evidence,
            "parameters": [rates.to_data() for rates in self.parameters.values()],
        }
        if self.certificate is not None:
            data["certificate"] = self.certificate._asdict()
        return data

    def grid(self) -> Grid:
        """Return one line for each parameter."""
        return _cells_grid(f"rates in a cell of {self.size}", [self])

    def _display(self) -> Tables:
        return [self.grid()], ()


class Allocation(NamedTuple):
    """One way for the fitted atoms to fall on the true ones.

    Attributes:
        cells: cell size of every true atom, largest first.
        exactly_fitted: how many cells have size 1.
        atoms: parameter name -> statements, for every cell.
    """

    cells: tuple[int, ...]
    exactly_fitted: int
    atoms: tuple[Mapping[str, ParameterRates], ...]

    def to_data(self) -> dict[str, Any]:
        """Return the allocation as JSON data."""
        return {
            "cells": list(self.cells),
            "exactly_fitted": self.exactly_fitted,
            "atoms": [
                {"size": size, "parameters": [rates.to_data() for rates in atom.values()]}
                for size, atom in zip(self.cells, self.atoms, strict=True)
            ],
        }


@dataclass(eq=False, repr=False)
class RateReport(RichDisplay, Value):
    """Rates of every parameter for every possible cell size, with what they rest on.

    Args:
        family: the family.
        k_excess: k − k*.
        k_true: k*, or ``None`` if unknown.
        cells: one entry for each possible cell size, smallest first; read one as ``report.cell(m)``.
        notes: what the reader must know, in sentences.
        allocations: with ``k_true`` every allocation that can occur, else ``None``.
        columns: the columns of the tables, see :mod:`polysolv.rates.columns`.
        merging: how many true atoms may merge in the column uniform.
    """

    family: Family
    k_excess: int
    k_true: int | None
    cells: tuple[CellRates, ...]
    notes: tuple[str, ...]
    allocations: tuple[Allocation, ...] | None
    columns: tuple[str, ...] = tuple(COLUMNS)
    merging: int = MERGING

    def cell(self, size: int) -> CellRates:
        """Return the entry for one cell size.

        Raises:
            InputError: if that size is not possible.
        """
        by_size = {cell.size: cell for cell in self.cells}
        if size not in by_size:
            raise InputError("size", size, f"one of {sorted(by_size)}")
        return by_size[size]

    @property
    def sentence(self) -> str:
        """What halving the error takes in the largest cell, in plain words."""
        largest = self.cells[-1]
        return slowest_sentence(self.family, largest.size, largest.parameters)

    @property
    def plain_words(self) -> str:
        """The line that ends the report."""
        return f"In plain words: {self.sentence}."

    def to_data(self) -> dict[str, Any]:
        """Return the report as JSON data (schema ``polysolv/rate/1``)."""
        data: dict[str, Any] = {
            "schema": SCHEMA,
            "family": self.family.name,
            "dimension": self.family.dimension,
            "k_excess": self.k_excess,
            "k_true": self.k_true,
            "merging": self.merging,
            "assumptions": list(self.family.for_cell(self.k_excess + 1).stated_assumptions),
            "cells": [cell.to_data() for cell in self.cells],
            "notes": list(self.notes),
            "sentence": self.sentence,
        }
        if self.allocations is not None:
            data["allocations"] = [allocation.to_data() for allocation in self.allocations]
        return data

    def to_json(self) -> str:
        """Return the report as JSON text."""
        import json

        return json.dumps(self.to_data(), indent=2)

    def grid(self) -> Grid:
        """Return the table of cell sizes and parameters."""
        title = f"{self.family.name}{_dimension(self.family)}: rates with k - k* = {self.k_excess}"
        return _cells_grid(title, self.cells, self.columns)

    def allocation_grid(self) -> Grid | None:
        """Return the table of allocations, or ``None`` without ``k_true``."""
        if self.allocations is None:
            return None
        rows = []
        columns = [name for name in self.columns if name != "growth"]
        for allocation in self.allocations:
            by_size = dict(zip(allocation.cells, allocation.atoms, strict=True))
            name = "(" + ", ".join(map(str, allocation.cells)) + ")"
            rows += [
                [name, str(allocation.exactly_fitted), str(size), rates.name, *shown_cells(rates, columns)]
                for size, atom in by_size.items()
                for rates in atom.values()
            ]
        headers = [
            "cells",
            "exactly fitted",
            "atom with m =",
            "parameter",
            *map(COLUMNS.__getitem__, columns),
        ]
        return Grid(f"allocations with k* = {self.k_true}", headers, rows, (0, 2, 3))

    def to_text(self) -> str:
        """Return the report as plain text, with :attr:`sentence` at the end."""
        grids = [grid.to_text() for grid in (self.grid(), self.allocation_grid()) if grid is not None]
        return "\n\n".join([*grids, notes_as_text(self.notes), self.plain_words])

    def to_csv(self) -> str:
        """Return one line for each cell size and parameter, rates and exponents as fractions."""
        headers = ["size", "order", "evidence", "parameter", "published_exponent", "published_rate"]
        where, more = certificate_headers(self.cells), status_headers(self.cells)
        headers += [*EXACT_HEADERS, *more, *where]
        rows = [
            [
                *(str(cell.size), str(cell.order or ""), cell.evidence or ""),
                *exact_cells(rates),
                *status_cells(rates, more),
                *certificate_cells(cell, where),
            ]
            for cell in self.cells
            for rates in cell.parameters.values()
        ]
        return Grid("", headers, rows).to_csv()

    def to_markdown(self) -> str:
        """Return the tables in Markdown, then the notes as a list."""
        grids = [grid.to_markdown() for grid in (self.grid(), self.allocation_grid()) if grid is not None]
        return "\n\n".join([*grids, "\n".join(f"- {note}" for note in self.notes), self.plain_words])

    def to_latex(self) -> str:
        """Return the tables as LaTeX for a paper, see :func:`polysolv.display.latex_table.latex_tables`."""
        from polysolv.display.latex_table import latex_tables

        grids = [grid for grid in (self.grid(), self.allocation_grid()) if grid is not None]
        return latex_tables(grids, self.notes, [p.name for p in self.family.parameters], self.plain_words)

    def _display(self) -> Tables:
        grids = [grid for grid in (self.grid(), self.allocation_grid()) if grid is not None]
        return grids, (*self.notes, self.plain_words)

    def __str__(self) -> str:
        return self.to_text()


def rate(
    k_excess: int = 2,
    family: str | Family = "softmax-gaussian",
    d: int | None = None,
    k_true: int | None = None,
    certificates: str | Path | None = None,
    top_k: int | None = None,
    columns: Sequence[str] | None = None,
    merging: int | None = None,
) -> RateReport:
    """Return the rate of every parameter when k_excess experts more than the truth are fitted.

    Args:
        k_excess: number k − k* of excess experts, 0 to 399.
        family: a family or the name of one.
        d: number of covariates for a family given by name; 1 if left out.
        k_true: number k* ≥ 1 of true atoms, if known; adds the allocations.
        certificates: folder to save the certificate of every order in, and of every parameter that is not
            identifiable, if the kernel has accepted it; the notes name the latter.
        top_k: for top-k-softmax with ``k_true``: the number K of true experts that are active at a time, 1
            to k*. If left out, some number below k*. Allocations that cannot occur are not listed
            (:func:`polysolv.rates.allocations.can_occur_with_walls`).
        columns: which of published, pointwise (or refined), minimax, uniform and growth the tables show;
            all if left out. JSON and CSV always hold all.
        merging: number of true atoms that may merge, for the column uniform; ``k_true``, or 2, if left out.

    Returns:
        the report: for each possible cell size m the order, and for each parameter the published and the
        refined (pointwise) exponent with its rate, the local minimax one where a certified arc attains it,
        and the uniform one where ``k_true`` true atoms, or two, may merge.

    Raises:
        InputError: if an argument is out of range.

    Source: theory page §4. Published exponents are those of the family's references with r̄(m) computed
    here; refined ones are proved by rules P1 and P2.

    >>> report = rate(k_excess=2)
    >>> [str(report.cell(m).parameters["b"].refined.rate) for m in (1, 2, 3)]
    ['1/2', '1/8', '1/12']
    """
    k_excess = require_integer("k_excess", k_excess, 0, MAX_EXCESS)
    resolved = resolve(family, d)
    shown = chosen_columns(columns)
    merging = None if merging is None else require_integer("merging", merging, 1, MAX_MERGING)
    tuples, left_out = None, [] if resolved.source is None else _couplings(resolved)
    if k_true is not None:
        from polysolv.rates.allocations import MAX_ATOMS_LISTED, allocations, can_occur_with_walls

        k_true = require_integer("k_true", k_true, 1, MAX_ATOMS_LISTED)
        tuples = allocations(k_true, k_excess)
        if has_walls(resolved):
            top_k = None if top_k is None else require_integer("top_k", top_k, 1, k_true)
            possible = [cells for cells in tuples if can_occur_with_walls(cells, top_k)]
            left_out += wall_notes(len(tuples) - len(possible), k_true, top_k)
            tuples = possible
    if top_k is not None and (k_true is None or not has_walls(resolved)):
        raise InputError("top_k", top_k, "a family with walls (top-k-softmax) and k_true beside it")
    sizes = set(range(1, k_excess + 2)) if not tuples else {size for cells in tuples for size in cells}
    orders = {size: settled_order(resolved, size) for size in sorted(sizes)}
    saved: dict[int, SavedCertificate] = {}
    if certificates is not None:
        from polysolv.certificates import save

        proved = {m: r for m, r in orders.items() if r is not None and r.evidence == PROVED}
        saved = {m: save(r.certificate, certificates) for m, r in proved.items()}
        if resolved.source is not None:
            from polysolv.rates.prover.second_order import save_relation_certificates

            left_out += [
                note for m in orders for note in save_relation_certificates(resolved, m, certificates)
            ]
        elif resolved.relations or resolved.density or not resolved.log_symbol.is_linear:
            from polysolv.rates.prover.arc_certificates import save_unidentified

            left_out += [note for m in orders for note in save_unidentified(resolved, m, certificates)]

    @cache
    def statements(size: int, some_exactly_fitted: bool) -> Mapping[str, ParameterRates]:
        found = parameter_rates(resolved, size, orders[size], exactly_fitted=some_exactly_fitted)
        observed = resolved.for_cell(size)
        attained = minimax_certificates(observed, size, found)
        uniform = uniform_exponents(observed, size, merging or k_true or MERGING)
        return {
            name: rates._replace(
                minimax=Exponent(rates.refined.exponent, MINIMAX_SOURCE)
                if rates.refined is not None and name in attained
                else None,
                uniform=uniform.get(name),
            )
            for name, rates in found.items()
        }

    with_singleton = sizes if not tuples else {size for cells in tuples if 1 in cells for size in cells}
    cells_rates = tuple(
        CellRates(
            size,
            None if r is None else int(r),
            None if r is None else resolved.evidence if r.evidence == PROVED else r.evidence,
            statements(size, size in with_singleton),
            saved.get(size),
        )
        for size, r in orders.items()
    )
    return RateReport(
        family=resolved,
        k_excess=k_excess,
        k_true=k_true,
        cells=cells_rates,
        notes=(
            *report_notes(resolved, k_excess, k_true, refined_sources(cells_rates)),
            *column_notes(shown, merging or k_true, cells_rates[-1].parameters),
            *left_out,
            *arc_notes((cell.size, cell.parameters) for cell in cells_rates),
        ),
        allocations=None
        if tuples is None
        else tuple(
            Allocation(cells, cells.count(1), tuple(statements(size, 1 in cells) for size in cells))
            for cells in tuples
        ),
        columns=shown,
        merging=merging or k_true or MERGING,
    )


def _couplings(family: Family) -> list[str]:
    from polysolv.rates.prover.second_order import coupling_notes

    return coupling_notes(family)


def _cells_grid(title: str, cells: Sequence[CellRates], columns: Sequence[str] = tuple(COLUMNS)) -> Grid:
    where = certificate_headers(cells)
    headers = ["cell size m", "order", "evidence", "parameter", *(COLUMNS[name] for name in columns), *where]
    rows = [
        [
            *(str(cell.size), show_order(cell.order), cell.evidence or "-"),
            *(rates.name, *shown_cells(rates, columns)),
            *certificate_cells(cell, where),
        ]
        for cell in cells
        for rates in cell.parameters.values()
    ]
    return Grid(title, headers, rows, (0, 3))


def certificate_headers(cells: Sequence[CellRates]) -> list[str]:
    """Return the headers of the columns that name certificates: none, if no certificate was saved."""
    return ["certificate", "sha256"] if any(cell.certificate for cell in cells) else []


def certificate_cells(cell: CellRates, headers: Sequence[str]) -> list[str]:
    """Return the file and digest behind the order of a cell, for :func:`certificate_headers`."""
    return list(cell.certificate or ("", "")) if headers else []


def status_headers(cells: Sequence[CellRates]) -> list[str]:
    """Return the headers of the columns status and arc: none, if every parameter is identifiable."""
    listed = (rates for cell in cells for rates in cell.parameters.values())
    return [] if all(rates.identifiable for rates in listed) else ["status", "arc"]


def status_cells(rates: ParameterRates, headers: Sequence[str]) -> list[str]:
    """Return status and arc of a parameter, for :func:`status_headers`."""
    return [rates.status or "", rates.arc or ""] if headers else []


def refined_sources(cells: Sequence[CellRates]) -> tuple[str, ...]:
    """Return what the refined exponents of these cells rest on, and how undecided ones are shown."""
    listed = [rates for cell in cells for rates in cell.parameters.values()]
    sources = dict.fromkeys(rates.refined.source for rates in listed if rates.refined)
    return (*sources, UNDECIDED_RANGE) if any(rates.bounds for rates in listed) else tuple(sources)


def settled_order(family: Family, m: int) -> Order | None:
    """Return r̄(m), or ``None`` where no theorem settles it (then the exponents come from the prover).

    An order is that of the ring without relations: with relations there is none.
    """
    try:
        return order(family.for_cell(m), m)
    except InputError:
        return None


def show_order(order: int | None) -> str:
    """Return an order for people: ``"-"`` where it is not known."""
    return "-" if order is None else str(order)


EXACT_HEADERS = ["refined_exponent", "refined_rate", "halving_factor"]
EXACT_HEADERS += ["minimax_exponent", "minimax_rate", "uniform_exponent", "uniform_rate"]


def exact_cells(rates: ParameterRates) -> list[str]:
    """Return a parameter's statements as table cells with exact fractions, empty where there is none."""
    published, refined, minimax, uniform = (
        ["", ""] if statement is None else [str(statement.exponent), str(statement.rate)]
        for statement in (rates.published, rates.refined, rates.minimax, rates.uniform)
    )
    if not rates.identifiable:
        refined[-1] = NOT_IDENTIFIABLE
    factor = rates.halving_factor
    return [rates.name, *published, *refined, "" if factor is None else str(factor), *minimax, *uniform]


def shown_cells(rates: ParameterRates, columns: Sequence[str]) -> list[str]:
    """Return a parameter's statements for people, a cell for each of the columns."""
    return [_shown(rates, column) for column in columns]


def _shown(rates: ParameterRates, column: str) -> str:
    if column == "pointwise":
        return show_refined(rates)
    if column == "growth":
        factor = rates.halving_factor
        growth = "-" if rates.identifiable else NO_N_SUFFICES
        return growth if factor is None else show_factor(factor)
    by_name = {"published": rates.published, "minimax": rates.minimax, "uniform": rates.uniform}
    statement = by_name[column]
    return show_rate(statement.rate if statement else None)


def show_refined(rates: ParameterRates) -> str:
    """Return the refined rate for people; where undecided, the proved range from slowest to fastest."""
    if not rates.identifiable:
        return NOT_IDENTIFIABLE
    if rates.bounds is None:
        return show_rate(rates.refined.rate if rates.refined else None)
    low, high = rates.bounds
    fastest = show_rate(1 / (2 * low))
    return f"? to {fastest}" if high is None else f"{show_rate(1 / (2 * high))} to {fastest}"


def _dimension(family: Family) -> str:
    return f", d = {family.dimension}" if family.dimension else ""
