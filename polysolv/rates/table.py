"""The noun `RateTable` and the verb `rate_table`: the slowest rates against the number of excess experts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from polysolv.display.grid import Grid
from polysolv.display.rich_display import RichDisplay, Tables
from polysolv.errors import InputError, require_integer
from polysolv.families import Family
from polysolv.rates.columns import COLUMNS, TABLE_COLUMNS, chosen_columns
from polysolv.rates.notes import notes_as_text
from polysolv.rates.report import (
    EXACT_HEADERS,
    MAX_EXCESS,
    CellRates,
    certificate_cells,
    certificate_headers,
    exact_cells,
    rate,
    show_order,
    shown_cells,
    status_cells,
    status_headers,
)
from polysolv.rates.uniform import MERGING

if TYPE_CHECKING:
    from pandas import DataFrame

    from polysolv.display.pictures import Picture

SCHEMA = "polysolv/table/1"


@dataclass(frozen=True)
class RateTable(RichDisplay):
    """For k − k* = 0, 1, …: the rates in the largest possible cell, which are the slowest.

    Args:
        family: the family.
        rows: the cell of size excess + 1 for each excess, from excess 0.
        notes: what the reader must know.
        columns: the columns for each parameter, see :mod:`polysolv.rates.columns`.
        merging: how many true atoms may merge in the column uniform.
    """

    family: Family
    rows: tuple[CellRates, ...]
    notes: tuple[str, ...]
    columns: tuple[str, ...] = TABLE_COLUMNS
    merging: int = MERGING

    def to_data(self) -> dict[str, Any]:
        """Return the table as JSON data (schema ``polysolv/table/1``)."""
        return {
            "schema": SCHEMA,
            "family": self.family.name,
            "dimension": self.family.dimension,
            "merging": self.merging,
            "assumptions": list(self.family.for_cell(self.rows[-1].size).stated_assumptions),
            "rows": [{"k_excess": cell.size - 1, **cell.to_data()} for cell in self.rows],
            "notes": list(self.notes),
        }

    def to_json(self) -> str:
        """Return the table as JSON text."""
        import json

        return json.dumps(self.to_data(), indent=2)

    def grid(self) -> Grid:
        """Return one row for each excess, the columns asked for for each parameter."""
        names = [p.name for p in self.family.parameters]
        headers = ["k - k*", "m", "order", "evidence"]
        headers += [f"{name} {which}" for name in names for which in map(COLUMNS.__getitem__, self.columns)]
        where = certificate_headers(self.rows)
        headers += where
        rows = []
        for cell in self.rows:
            row = [str(cell.size - 1), str(cell.size), show_order(cell.order), cell.evidence or "-"]
            for rates in cell.parameters.values():
                row += shown_cells(rates, self.columns)
            rows.append([*row, *certificate_cells(cell, where)])
        title = f"{self.family.name}: rates in the largest cell, by the number of excess experts"
        return Grid(title, headers, rows)

    def to_text(self) -> str:
        """Return the table as plain text with its notes."""
        return self.grid().to_text() + "\n\n" + notes_as_text(self.notes)

    def to_csv(self) -> str:
        """Return one line for each excess and parameter, rates and exponents as fractions."""
        headers = [*_LONG_HEADERS, *status_headers(self.rows), *certificate_headers(self.rows)]
        return Grid("", headers, [[str(v) for v in row] for row in self._long()]).to_csv()

    def to_markdown(self) -> str:
        """Return the table in Markdown."""
        return self.grid().to_markdown()

    def to_latex(self) -> str:
        """Return the table as LaTeX for a paper, with its notes; columns of one kind side by side."""
        from polysolv.display.latex_table import latex_tables

        return latex_tables([self.grid()], self.notes, [p.name for p in self.family.parameters])

    def to_pandas(self) -> DataFrame:
        """Return a data frame, one row for each excess and parameter, with Fractions as values.

        Raises:
            InputError: if pandas is not installed.
        """
        try:
            from pandas import DataFrame
        except ImportError:
            raise InputError("pandas", "not installed", "pip install pandas") from None
        rows = []
        for cell in self.rows:
            for rates in cell.parameters.values():
                published, refined = rates.published, rates.refined
                rows.append(
                    [
                        cell.size - 1,
                        cell.size,
                        cell.order,
                        cell.evidence,
                        rates.name,
                        published.exponent if published else None,
                        published.rate if published else None,
                        refined.exponent if refined else None,
                        refined.rate if refined else None,
                        rates.halving_factor,
                        *(rates.minimax or (None,))[:1],
                        rates.minimax.rate if rates.minimax else None,
                        *(rates.uniform or (None,))[:1],
                        rates.uniform.rate if rates.uniform else None,
                        rates.status,
                        rates.arc,
                    ]
                )
        frame: DataFrame = DataFrame(rows, columns=[*_LONG_HEADERS, "status", "arc"], dtype=object)
        return frame

    def plot(self) -> Picture:
        """Return the picture of the rates against the number of excess experts, a panel for each parameter.

        A rate is drawn as its exponent 1/(2κ); lower is slower. Where a rate is not decided, a bar spans the
        proved range (open below if there is no upper bound on κ); a cross at the bottom says that the
        parameter is not identifiable.
        """
        from polysolv.rates.plots import RatePoint, rate_picture

        points: dict[str, list[RatePoint]] = {}
        for name in (p.name for p in self.family.parameters):
            listed = [(cell.size - 1, cell.parameters[name]) for cell in self.rows]
            points[name] = [
                RatePoint(
                    excess,
                    rates.published.rate if rates.published else None,
                    rates.refined.rate if rates.refined else None,
                    rates.bounds,
                    rates.identifiable,
                )
                for excess, rates in listed
            ]
        return rate_picture(points)

    def _long(self) -> list[list[Any]]:
        where, more = certificate_headers(self.rows), status_headers(self.rows)
        return [
            [
                *(cell.size - 1, cell.size, cell.order or "", cell.evidence or ""),
                *exact_cells(rates),
                *status_cells(rates, more),
                *certificate_cells(cell, where),
            ]
            for cell in self.rows
            for rates in cell.parameters.values()
        ]

    def _display(self) -> Tables:
        return [self.grid()], self.notes

    def __str__(self) -> str:
        return self.to_text()


_LONG_HEADERS = ["k_excess", "size", "order", "evidence", "parameter", "published_exponent", "published_rate"]
_LONG_HEADERS += EXACT_HEADERS


def rate_table(
    max_k_excess: int = 4,
    family: str | Family = "softmax-gaussian",
    d: int | None = None,
    certificates: str | Path | None = None,
    columns: Sequence[str] | None = None,
    merging: int | None = None,
) -> RateTable:
    """Return the slowest possible rates for 0 to ``max_k_excess`` excess experts.

    Args:
        max_k_excess: largest k − k*, 0 to 399.
        family: a family or the name of one.
        d: number of covariates for a family given by name; 1 if left out.
        certificates: see :func:`polysolv.rates.report.rate`.
        columns: which of published, pointwise (or refined), minimax, uniform and growth the table shows for
            each parameter; published and pointwise if left out. JSON and CSV always hold all.
        merging: number of true atoms that may merge, for the column uniform; 2 if left out.

    Raises:
        InputError: if an argument is out of range.

    >>> print(rate_table(2, "location-scale-gaussian").to_csv().splitlines()[5])
    2,3,6,PROVED,mu,6,1/12,6,1/12,4096,6,1/12,10,1/20
    """
    max_k_excess = require_integer("max_k_excess", max_k_excess, 0, MAX_EXCESS)
    shown = chosen_columns(columns, TABLE_COLUMNS)
    report = rate(max_k_excess, family, d, certificates=certificates, columns=shown, merging=merging)
    return RateTable(report.family, report.cells, report.notes, shown, report.merging)
