"""Which families have walls: gates that switch experts off."""

from __future__ import annotations

from polysolv.families.family import Family

NAME = "top-k-softmax"


def has_walls(family: Family) -> bool:
    """Return whether the gate of a family switches experts off.

    >>> from polysolv.families import get
    >>> has_walls(get("top-k-softmax")), has_walls(get("softmax-gaussian"))
    (True, False)
    """
    return family.name == NAME
