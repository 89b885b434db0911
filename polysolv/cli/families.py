"""``polysolv families``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from polysolv.cli.options import Names, command, emit, format_option, output_option

if TYPE_CHECKING:
    from polysolv.display.grid import Grid
    from polysolv.families import Family


COLUMNS = ("name", "model", "parameters", "log-symbol", "published in")
RATES = ("published", "pointwise", "minimax", "uniform")


@command("families")
@click.option(
    "--columns",
    type=Names([*COLUMNS, *RATES]),
    default=None,
    help=f"Columns, among {', '.join(COLUMNS)}; and the rates {', '.join(RATES)} in a cell of two atoms. "
    "[default: all but rates]",
)
@format_option("table", "json", "csv", "latex", "markdown", "page", default="table")
@output_option
def families_command(columns: tuple[str, ...] | None, style: str, output: str | None) -> None:
    """List the families that polysolv knows by name; the format page proves all their exponents.

    Rates: published, in print; pointwise, at one truth; minimax, that no estimator beats near it; uniform,
    where two true atoms may merge (docs/uniform.md). JSON holds all of a family but these.

    A model that is not listed: docs/own-families.md.
    """
    if columns is not None:
        from polysolv.errors import unknown_name

        for column in columns:
            if column not in (*COLUMNS, *RATES):
                raise unknown_name("--columns", column, [*COLUMNS, *RATES])
    if style == "page":
        from polysolv.rates.families_page import families_page

        emit(families_page(), output)
        return
    from polysolv.cli.tables import print_on_page
    from polysolv.display.grid import Grid
    from polysolv.families import catalogue

    known = [catalogue.get(name) for name in catalogue.names()]
    if style == "json":
        import json

        data = {"schema": "polysolv/families/1", "families": [family.to_data() for family in known]}
        emit(json.dumps(data, indent=2, ensure_ascii=False), output)
        return
    headers = list(columns or COLUMNS)
    rows = [_row(family, headers) for family in known]
    if style == "csv":
        rows = [[*row, "; ".join(f.stated_assumptions)] for row, f in zip(rows, known, strict=True)]
        emit(Grid("", [*headers, "assumed of the"], rows).to_csv(), output)
        return
    grid, notes = Grid("", headers, rows), _assumed(known)
    if set(headers) & set(RATES):
        from polysolv.rates.notes import column_notes

        notes = [*column_notes(headers, None, {}), *notes]
    if style == "table":
        from polysolv.rates.notes import notes_as_text

        if not print_on_page([grid], notes, output):
            emit(f"{grid.to_text()}\n\n{notes_as_text(notes)}", output)
    else:
        emit(_in_latex(grid, notes) if style == "latex" else _in_markdown(grid, notes), output)


def _in_markdown(grid: Grid, notes: Sequence[str]) -> str:
    return "\n\n".join([grid.to_markdown(), "\n".join(f"- {note}" for note in notes)])


def _in_latex(grid: Grid, notes: Sequence[str]) -> str:
    """Return a table for a paper, log-symbols set as mathematics."""
    from polysolv.display.formula import Formula, Word
    from polysolv.display.grid import Grid
    from polysolv.display.latex_table import latex_tables

    headers = list(grid.headers)
    kinds = {"log-symbol": Formula, "name": Word}
    rows = [
        [kinds.get(header, str)(cell) for header, cell in zip(headers, row, strict=True)] for row in grid.rows
    ]
    names = [row[headers.index("name")] for row in grid.rows] if "name" in headers else []
    return latex_tables([Grid("Families known by name", headers, rows)], notes, words=names)


def _row(family: Family, columns: Sequence[str]) -> list[str]:
    cells = {
        "name": family.name,
        "model": family.title,
        "parameters": ", ".join(p.name for p in family.parameters),
        "log-symbol": family.shown_symbol,
        "published in": "; ".join(dict.fromkeys(p.source for p in family.published)),
    }
    if set(columns) & set(RATES):
        from polysolv.rates import rate
        from polysolv.rates.report import shown_cells

        two = rate(1, family).cell(2).parameters
        for column in RATES:
            cells[column] = ", ".join(f"{p.name} {shown_cells(p, [column])[0]}" for p in two.values())
    return [cells[column] for column in columns]


def _assumed(known: Sequence[Family]) -> list[str]:
    """Return each assumption once, with the families that make it."""
    by_text: dict[str, list[str]] = {}
    for family in known:
        for assumption in family.stated_assumptions:
            by_text.setdefault(assumption, []).append(family.name)
    everyone = len(known)
    return [
        f"Assumed of the {text} ({'every family' if len(names) == everyone else ', '.join(names)})."
        for text, names in by_text.items()
    ]
