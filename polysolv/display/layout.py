"""How a table is made to fit a page or a terminal: lines of words, and columns in several tables."""

from __future__ import annotations

from collections.abc import Sequence


def broken(text: str, width: float) -> list[str]:
    """Return a text in lines, broken at spaces only, ``k - k*`` nowhere; a longer word has its own line.

    >>> broken("growth of n for half the error", 9)
    ['growth of', 'n for', 'half the', 'error']
    """
    if len(text.split()) == 3 and " - " in text:
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


def widths_that_fit(least: Sequence[int], natural: Sequence[int], total: int) -> list[int]:
    """Return a width for every column, from ``least`` to ``natural``, of this sum or less.

    The columns that lack most get most. If even ``least`` is too much it is returned.

    >>> widths_that_fit([4, 5, 5], [4, 30, 11], 30)
    [4, 18, 8]
    """
    widths = list(least)
    spare = total - sum(widths)
    wanted = [want - least for want, least in zip(natural, least, strict=True)]
    if spare <= 0 or not any(wanted):
        return widths
    if sum(wanted) <= spare:
        return list(natural)
    shares = [spare * want // sum(wanted) for want in wanted]
    widths = [width + share for width, share in zip(widths, shares, strict=True)]
    for j in sorted(range(len(widths)), key=lambda j: -wanted[j])[: spare - sum(shares)]:
        widths[j] += 1
    return widths
