"""How the results of probes show themselves: the smallest V for each enforced difference, then lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from polysolv.display.grid import Grid
from polysolv.display.rich_display import RichDisplay, Tables

if TYPE_CHECKING:

    class _Probed(Protocol):
        def grid(self) -> Grid: ...
        def to_text(self) -> str: ...
        def _title(self) -> str: ...
        def _columns(self) -> Mapping[str, Sequence[float]]: ...
        def _lines(self) -> list[str]: ...


class ProbeTable(RichDisplay):
    """Mixin for a class with ``_title``, ``_columns`` (numbers by header), and ``_lines`` that follow."""

    __slots__ = ()

    def grid(self: _Probed) -> Grid:
        """Return the table: enforced differences in the first column, distances in the others."""
        first, *others = self._columns().values()
        rows = [
            [f"{epsilon:.4g}", *(f"{value:.4e}" for value in values)]
            for epsilon, *values in zip(first, *others, strict=True)
        ]
        return Grid(self._title(), list(self._columns()), rows)

    def to_text(self: _Probed) -> str:
        """Return the table, the slope, and the exponents it is compared with."""
        return f"{self.grid().to_text()}\n\n" + "\n".join(self._lines())

    def _display(self: _Probed) -> Tables:
        return [self.grid()], self._lines()

    def __str__(self: _Probed) -> str:
        return self.to_text()
