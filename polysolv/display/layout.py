"""How a table is made to fit a page or a terminal: lines of words, and columns in several tables."""

from __future__ import annotations

from collections.abc import Sequence


def broken(text: str, width: float) -> list[str]:
    """Return a text in lines, broken at spaces only, ``k - k*`` nowhere; a longer word has its own line.

    >>> broken("growth of n for half the error", 9)
    ['growth of', 'n for', 'half the', 'error']
    """
    if " - " in text:
        return [text]
    lines: list[str] = []
    width = max([width, *map(len, text.split())])
    for word in text.split():
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines or [""]


def split_columns(
    widths: Sequence[float],
    keys: Sequence[int],
    page: float,
    units: Sequence[Sequence[int]] | None = None,
) -> list[list[int]]:
    """Return the columns of the tables that a table is split into so that each fits.

    Args:
        widths: width of every column, with what separates it from the next.
        keys: columns that all tables have, so that rows can be told apart.
        page: the width that there is. A column that is wider than that is alone with the keys.
        units: columns that stay together; each alone if left out.

    >>> split_columns([4, 4, 5, 5, 5], [0], 14)
    [[0, 1, 2], [0, 3, 4]]
    """
    if sum(widths) <= page:
        return [list(range(len(widths)))]
    panels: list[list[int]] = []
    fixed = sum(widths[j] for j in keys)
    for unit in units or [[j] for j in range(len(widths))]:
        added = [j for j in unit if j not in keys]
        if not added:
            continue
        wide = sum(widths[j] for j in added)
        if panels and fixed + sum(widths[j] for j in panels[-1]) + wide <= page:
            panels[-1] += added
        else:
            panels.append(list(added))
    return [sorted([*keys, *panel]) for panel in panels] or [list(keys)]
