"""Tables on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from polysolv.grid import Grid


def print_rich(grids: Sequence[Grid], notes: Sequence[str]) -> None:
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
