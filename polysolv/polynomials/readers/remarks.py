"""What the comments of our own exports say: old names of unknowns, and which solutions are wanted."""

from __future__ import annotations

import re
from typing import NamedTuple

from polysolv.errors import InputError
from polysolv.polynomials.equations import Equations
from polysolv.polynomials.expression import require_name

# Patterns are compiled by the first text that asks for them.
_START = r"^[^\w\n]{0,20}"  # the sign of a comment in any of the formats
_END = r"[^\S\n]*\}?$"
_RENAMED = rf"(?m){_START}renamed: (.+)$"
_PAIR = r"(\w+) for (\S+?)(?:,\s|\s*\}?\s*$)"
_WANTED = rf"(?m){_START}wanted: real solutions(?: with (.+) > 0)?{_END}"
_SOME = rf"(?m){_START}(?:and|with) some of (.+) non-zero{_END}"
_CELL = (
    rf"(?m){_START}(\S{{1,200}}), d = ([0-9]{{1,4}}), cell size m = ([0-9]{{1,4}}), "
    rf"degree r = ([0-9]{{1,4}}){_END}"
)


class Cell(NamedTuple):
    """The system that a heading names."""

    family: str
    dimension: int
    m: int
    degree: int


class Remarks(NamedTuple):
    """What the comments of a text say about its system.

    Attributes:
        weights: unknowns that must be positive, or ``None`` if the text does not say which solutions count.
        nontrivial: unknowns of which some must be non-zero.
        cell: the family and cell that the equations are said to be those of, or ``None``.
    """

    weights: tuple[str, ...] | None
    nontrivial: tuple[str, ...]
    cell: Cell | None


def read_remarks(text: str) -> Remarks:
    """Return what the comments say; names are those before any renaming.

    >>> read_remarks("% wanted: real solutions with w_1 > 0\\n%         and some of mu_1 non-zero")
    Remarks(weights=('w_1',), nontrivial=('mu_1',), cell=None)
    """
    wanted, some, cell = (re.search(pattern, text) for pattern in (_WANTED, _SOME, _CELL))
    return Remarks(
        weights=None if wanted is None else _listed(wanted[1]),
        nontrivial=_listed(some[1]) if wanted is not None and some is not None else (),
        cell=None if cell is None else Cell(cell[1], int(cell[2]), int(cell[3]), int(cell[4])),
    )


def with_old_names(found: Equations, text: str) -> Equations:
    """Return the equations with the names that a comment of an export says were changed for a program."""
    if "renamed: " not in text:
        return found
    old = {new: name for line in re.findall(_RENAMED, text) for new, name in re.findall(_PAIR, line)}
    names = tuple(old.get(name, name) for name in found.unknowns)
    try:
        for name in names:
            require_name(name)
    except InputError:
        return found
    return found._replace(unknowns=names) if len(set(names)) == len(names) else found


def _listed(names: str | None) -> tuple[str, ...]:
    return tuple(names.split(", ")) if names else ()
