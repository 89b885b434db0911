"""Tables on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from polysolv.cli.options import emit, on_terminal

if TYPE_CHECKING:
    from polysolv.display.grid import Grid

_RENDERERS = {
    "table": "to_text",
    "json": "to_json",
    "csv": "to_csv",
    "latex": "to_latex",
    "markdown": "to_markdown",
}


def show(
    result: Any,
    style: str,
    output: str | None,
    grids: Callable[[], Sequence[Grid]],
    notes: Sequence[str],
    ending: str = "",
) -> None:
    """Print or write a result in one of its forms; on a terminal a table is grids, notes and ending."""
    if style == "table" and output is None and on_terminal():
        print_rich(grids(), notes, ending)
    else:
        emit(getattr(result, _RENDERERS[style])(), output)


def print_rich(grids: Sequence[Grid], notes: Sequence[str], ending: str = "") -> None:
    """Print tables and notes with rich; meant for a terminal, where colours and borders help."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console()
    for grid in grids:
        table = Table(title=escape(grid.title), title_justify="left", header_style="bold")
        for header in grid.headers:
            table.add_column(escape(header), overflow="fold")
        for row in grid.rows:
            table.add_row(*map(escape, row))
        console.print(table)
    for note in notes:
        console.print(f"[dim]-[/dim] {escape(note)}", highlight=False)
    if ending:
        console.print(f"\n{escape(ending)}", highlight=False)
