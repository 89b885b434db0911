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


ROUNDING = 1e-15  # V below this is zero as far as floats of size one can tell


def slope_above_rounding(steps: Sequence[float], distances: Sequence[float]) -> float | None:
    """Return the least-squares slope of log V against log ε, of those V that are more than rounding.

    Returns:
        ``None`` if fewer than two are.

    >>> round(slope_above_rounding([0.1, 0.2, 0.4], [3e-17, 1e-8, 1.6e-7]), 6)
    4.0
    >>> slope_above_rounding([0.1, 0.2], [3e-17, 2e-17]) is None
    True
    """
    import numpy as np

    from polysolv.experiments.slope import line

    kept = [(step, v) for step, v in zip(steps, distances, strict=True) if v >= ROUNDING]
    if len(kept) < 2:
        return None
    x, y = np.log(np.array(kept)).T
    return float(line(x, y)[0])


def slope_said(slope: float | None, distances: Sequence[float], against: str) -> str:
    """Return the line below the table that says the slope, or why there is none."""
    if slope is not None:
        return f"slope of log V against log {against}: {slope:.3f}"
    where = f"at every {against}" if max(distances) < ROUNDING else f"at every {against} but one"
    return f"V is zero up to rounding (below {ROUNDING:g}) {where}: no slope"


class ProbeTable(RichDisplay):
    """Mixin for a class with ``_title``, ``_columns`` (numbers by header), and ``_lines`` that follow."""

    __slots__ = ()

    def grid(self: _Probed) -> Grid:
        """Return the table: enforced differences in the first column, then distances, 0 for rounding."""
        first, *others = self._columns().values()
        rows = [
            [f"{epsilon:.4g}", *("0" if value < ROUNDING else f"{value:.4e}" for value in values)]
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
