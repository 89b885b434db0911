"""Other names for unknowns whose names another program takes for something else; a comment says so."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from polysolv.errors import InputError
from polysolv.polynomials.exports.labelled_system import LabelledSystem

# Words that no program here has a meaning for, although each has one for many other words.
_FREE_WORD = re.compile(
    "alpha|beta|gamma|delta|epsilon|eta|theta|iota|kappa|lambda|mu|nu|xi|omicron|rho|sigma|tau|upsilon|phi|psi"
    "|omega|Sigma"
)
UNITS = ("i", "I", "im")


def renamed(system: LabelledSystem, is_allowed: Callable[[str], bool]) -> LabelledSystem:
    """Return the system with new names ``v1``, ``v2``, … for the unknowns whose names are not allowed.

    The heading says which name stands for which; the readers take the old names back from there.
    """
    taken = set(system.unknowns)
    names, pairs = [], []
    for number, name in enumerate(system.unknowns, 1):
        if is_allowed(name):
            names.append(name)
            continue
        new = f"v{number}"
        while new in taken or not is_allowed(new):
            new = f"v{new}"
        taken.add(new)
        names.append(new)
        pairs.append(f"{new} for {name}")
    if not pairs:
        return system
    return replace(system, unknowns=tuple(names), heading=(*system.heading, f"renamed: {', '.join(pairs)}"))


def is_free_word(word: str) -> bool:
    """Return whether a word is none of the many that computer algebra systems have commands for.

    >>> is_free_word("x1"), is_free_word("ab"), is_free_word("sigma"), is_free_word("std")
    (True, True, True, False)
    """
    return len(word) < 3 or not word.isalpha() or _FREE_WORD.fullmatch(word) is not None


def imaginary_unit(system: LabelledSystem) -> str:
    """Return how to write the imaginary unit where it is known by the names ``i``, ``I`` and ``im``.

    Raises:
        InputError: if all of them are unknowns, and some coefficient is not real.
    """
    for unit in UNITS:
        if unit not in system.unknowns:
            return unit
    if system.is_real:
        return ""
    raise InputError(
        "unknowns", ", ".join(UNITS), "at most two of these names where coefficients are complex"
    )


def require_real(system: LabelledSystem, program: str) -> None:
    """Refuse complex coefficients where a program has none.

    Raises:
        InputError: if some coefficient is not real.
    """
    if not system.is_real:
        raise InputError("coefficients", "complex numbers", f"rational numbers: {program} reads no others")
