"""How objects show themselves in notebooks: as tables followed by notes, in HTML, LaTeX and text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from polysolv.display.grid import Grid

if TYPE_CHECKING:

    class _Displayed(Protocol):
        def _display(self) -> Tables: ...


Tables = tuple[Sequence[Grid], Sequence[str]]
K = TypeVar("K")
V = TypeVar("V")


class RichDisplay:
    """Mixin for a class whose method ``_display`` returns its tables and notes."""

    __slots__ = ()

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        # IPython prefers the __repr__ of a class to a text form that it inherits.
        cls._repr_pretty_ = RichDisplay._repr_pretty_  # type: ignore[method-assign]

    def _repr_html_(self: _Displayed) -> str:
        return to_html(*self._display())

    def _repr_latex_(self: _Displayed) -> str:
        return to_latex(*self._display())

    def _repr_pretty_(self: _Displayed, printer: Any, cycle: bool) -> None:
        # IPython's text form; inside a list or dictionary tables would not be readable.
        alone = not cycle and len(printer.stack) <= 1
        printer.text(to_text(*self._display()) if alone else repr(self))


class DisplayedList(RichDisplay, list[V]):
    """A list that notebooks show as one table, made of the tables of its entries."""

    def _display(self) -> Tables:
        return _joined(self)


class DisplayedDict(RichDisplay, dict[K, V]):
    """A dictionary that notebooks show as one table, made of the tables of its values."""

    def _display(self) -> Tables:
        return _joined(self.values())


def to_html(grids: Sequence[Grid], notes: Sequence[str]) -> str:
    """Return tables under their titles, then the notes, as HTML; everything is escaped."""
    from html import escape

    items = "".join(f"<li>{escape(note)}</li>" for note in notes)
    return "".join(grid._repr_html_() for grid in grids) + (f"<ul>{items}</ul>" if items else "")


def to_latex(grids: Sequence[Grid], notes: Sequence[str]) -> str:
    """Return tables (packages amsmath, booktabs) with their titles, then the notes as a list."""
    from polysolv.display.formula import latex_text

    parts = []
    for grid in grids:
        title = rf"\noindent\textbf{{{latex_text(grid.title)}}}" + "\n\n" if grid.title else ""
        parts.append(title + grid.to_latex())
    if notes:
        items = "\n".join(rf"\item {latex_text(note)}" for note in notes)
        parts.append(f"\\begin{{itemize}}\n{items}\n\\end{{itemize}}")
    return "\n\n".join(parts)


def to_text(grids: Sequence[Grid], notes: Sequence[str]) -> str:
    """Return tables and notes as plain text."""
    lines = "\n".join(f"- {note}" for note in notes)
    return "\n\n".join([*(grid.to_text() for grid in grids), *([lines] if lines else [])])


def pairs(title: str, **rows: object) -> Grid:
    """Return a table of names and values; values that are ``None`` are left out.

    >>> print(pairs("", cell_size=3).to_text())
                value
    ---------  -----
    cell size  3
    """
    named = [(name.replace("_", " "), value) for name, value in rows.items() if value is not None]
    return Grid(title, ["", "value"], [[name, v if isinstance(v, str) else str(v)] for name, v in named])


def _joined(items: Iterable[Any]) -> Tables:
    """Return the tables of all items, neighbours with the same title and headers made one."""
    grids: list[Grid] = []
    notes: dict[str, None] = {}
    for item in items:
        shown, remarks = item._display()
        notes.update(dict.fromkeys(remarks))
        for grid in shown:
            last = grids[-1] if grids else None
            if last and (last.title, list(last.headers)) == (grid.title, list(grid.headers)):
                grids[-1] = Grid(grid.title, grid.headers, [*last.rows, *grid.rows])
            else:
                grids.append(grid)
    return grids, tuple(notes)
