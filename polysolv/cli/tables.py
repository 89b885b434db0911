"""Tables and sentences on a page: a terminal, or as many columns as COLUMNS asks for."""

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
_LEAST_WIDTH = 20


def show(
    result: Any,
    style: str,
    output: str | None,
    grids: Callable[[], Sequence[Grid]],
    notes: Sequence[str],
    ending: str = "",
) -> None:
    """Print or write a result in one of its forms; on a page a table is grids, notes and ending."""
    on_page = style == "table" and page_width(output) is not None
    if not (on_page and print_on_page(grids(), notes, output, ending)):
        emit(getattr(result, _RENDERERS[style])(), output)


def print_on_page(grids: Sequence[Grid], notes: Sequence[str], output: str | None, ending: str = "") -> bool:
    """Print tables and notes so that they fit the page, if there is one; return whether there is."""
    width = page_width(output)
    if width is None:
        return False
    if on_terminal():
        _print_rich(grids, notes, ending, width)
        return True
    from polysolv.display.filling import fill

    tables = [grid.to_text(width) for grid in grids]
    listed = "\n".join(fill(note, width, "- ", "  ") for note in notes)
    emit("\n\n".join(filter(None, [*tables, listed, fill(ending, width) if ending else ""])), None)
    return True


def emit_text(text: str, output: str | None) -> None:
    """Print or write text; on a page its long lines are broken between words, and indented."""
    width = page_width(output)
    if width is not None:
        text = "\n".join(_broken(line, width) for line in text.split("\n"))
    emit(text, output)


def page_width(output: str | None) -> int | None:
    """Return how many columns there are: of the terminal or of COLUMNS; ``None`` for a file or a pipe."""
    import os

    asked = os.environ.get("COLUMNS", "")
    if (asked, os.environ.get("LINES")) == ("80", "24"):
        asked = ""  # what Python's readline exports to child processes where there is no terminal
    if output is not None or not (on_terminal() or (asked.isascii() and asked.isdigit() and int(asked) > 0)):
        return None
    from shutil import get_terminal_size  # slow to load

    return max(_LEAST_WIDTH, get_terminal_size().columns)


def _broken(line: str, width: int) -> str:
    from polysolv.display.filling import fill

    if len(line) <= width:
        return line
    indent = line[: len(line) - len(line.lstrip())]
    return fill(line, width, indent, f"{indent}  ")


def _print_rich(grids: Sequence[Grid], notes: Sequence[str], ending: str, width: int) -> None:
    """Print tables and notes with rich; meant for a terminal, where colours and borders help."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(width=width)
    for grid in grids:
        if grid.title:
            console.print(f"[italic]{escape(grid.title)}[/italic]", highlight=False)
        for part in grid.fitted(width - 1, 3):  # a border at the left, and three columns for each cell
            table = Table(header_style="bold")
            for header in part.headers:
                table.add_column(escape(header), overflow="fold")
            for row in part.rows:
                table.add_row(*map(escape, row))
            console.print(table)
    for note in notes:
        console.print(f"[dim]-[/dim] {escape(note)}", highlight=False)
    if ending:
        console.print(f"\n{escape(ending)}", highlight=False)
