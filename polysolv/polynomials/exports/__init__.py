"""Polynomial systems as text for people and for other programs, one file a format.

Every export keeps the order of the unknowns and of the equations, and states each monomial once.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from polysolv.errors import unknown_name
from polysolv.polynomials.exports.labelled_system import LabelledSystem

# Format -> its module; each has write(system) -> text.
FORMATS = {
    "text": "polysolv.polynomials.exports.text",
    "latex": "polysolv.polynomials.exports.latex",
    "json": "polysolv.polynomials.exports.json_text",
    "singular": "polysolv.polynomials.exports.singular",
    "macaulay2": "polysolv.polynomials.exports.macaulay2",
    "msolve": "polysolv.polynomials.exports.msolve",
    "bertini": "polysolv.polynomials.exports.bertini",
    "phcpack": "polysolv.polynomials.exports.phcpack",
    "homotopycontinuation": "polysolv.polynomials.exports.homotopycontinuation",
    "sympy": "polysolv.polynomials.exports.sympy_source",
}

# Other spellings that people use for the same programs.
ALIASES = {
    "homotopycontinuation.jl": "homotopycontinuation",
    "hc.jl": "homotopycontinuation",
    "julia": "homotopycontinuation",
    "m2": "macaulay2",
    "phc": "phcpack",
    "tex": "latex",
}


def canonical_format(style: str) -> str:
    """Return the name in :data:`FORMATS` that ``style`` means, whatever its case.

    Raises:
        InputError: if there is none; the nearest one is suggested.

    >>> canonical_format("HomotopyContinuation.jl")
    'homotopycontinuation'
    """
    name = ALIASES.get(style.lower(), style.lower())
    if name not in FORMATS:
        raise unknown_name("format", style, list(FORMATS))
    return name


def export(system: LabelledSystem, style: str) -> str:
    """Return a system as text in the given format.

    Args:
        system: any system, such as :func:`polysolv.polynomials.exports.labelled_system.labelled` makes of a
            `GenericSystem`.
        style: a name in :data:`FORMATS`, or another spelling of it.

    Raises:
        InputError: if ``style`` is unknown.

    >>> from polysolv.polynomials.exports.labelled_system import labelled
    >>> from polysolv.polynomials.generic_system import GenericSystem
    >>> print(export(labelled(GenericSystem.parse(["x^2 - y", "x*y = 1"])), "msolve"), end="")
    x,y
    0
    x^2-y,
    x*y-1
    """
    write: Callable[[LabelledSystem], str] = import_module(FORMATS[canonical_format(style)]).write
    return write(system)
