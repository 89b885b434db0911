"""What the comments of our own exports say: old names of unknowns, and which solutions are wanted."""

from __future__ import annotations

import re
from typing import NamedTuple

from polysolv.errors import InputError
from polysolv.polynomials.equations import Equations
from polysolv.polynomials.expression import require_name

_START = r"^[^\w\n]*"  # the sign of a comment in any of the formats
_END = r"\s*\}?\s*$"
_RENAMED = re.compile(rf"{_START}renamed: (.+?){_END}", re.MULTILINE)
_PAIR = re.compile(r"(\w+) for (\S+?)(?:,\s|$)")
_WANTED = re.compile(rf"{_START}wanted: real solutions(?: with (.+) > 0)?{_END}", re.MULTILINE)
_SOME = re.compile(rf"{_START}(?:and|with) some of (.+) non-zero{_END}", re.MULTILINE)
_CELL = re.compile(
    rf"{_START}(\S+), d = ([0-9]{{1,4}}), cell size m = ([0-9]{{1,4}}), degree r = ([0-9]{{1,4}}){_END}",
    re.MULTILINE,
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
    wanted, some, cell = _WANTED.search(text), _SOME.search(text), _CELL.search(text)
    return Remarks(
        weights=None if wanted is None else _listed(wanted[1]),
        nontrivial=_listed(some[1]) if wanted is not None and some is not None else (),
        cell=None if cell is None else Cell(cell[1], int(cell[2]), int(cell[3]), int(cell[4])),
    )


def with_old_names(found: Equations, text: str) -> Equations:
    """Return the equations with the names that a comment of an export says were changed for a program."""
    old = {new: name for line in _RENAMED.findall(text) for new, name in _PAIR.findall(line)}
    names = tuple(old.get(name, name) for name in found.unknowns)
    try:
        for name in names:
            require_name(name)
    except InputError:
        return found
    return found._replace(unknowns=names) if len(set(names)) == len(names) else found


def _listed(names: str | None) -> tuple[str, ...]:
    return tuple(names.split(", ")) if names else ()
