"""How many fits a sweep has for each n, and how many of them need a second look."""

from __future__ import annotations

from collections.abc import Mapping

from polysolv.display.grid import Grid

COUNTS = ("fits", "failed", "not_converged", "at_bound", "unexpected_cells")


def counts_grid(counts: Mapping[int, Mapping[str, int]]) -> Grid:
    """Return the table of the counts; for each n one number for each name in :data:`COUNTS`."""
    headers = ["n", *(name.replace("_", " ") for name in COUNTS)]
    rows = [[str(n), *map(str, entry.values())] for n, entry in counts.items()]
    return Grid("fits", headers, rows)
