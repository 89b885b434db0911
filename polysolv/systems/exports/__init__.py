"""Polynomial systems as text for people and for other programs, one file a format.

Every export keeps the order of the unknowns and of the equations, and states each monomial once.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from polysolv.errors import unknown_name

if TYPE_CHECKING:
    from polysolv.systems.polynomial_system import PolynomialSystem

# Format -> module of this folder; each has write(system) -> text.
FORMATS = {
    "text": "text",
    "latex": "latex",
    "json": "json_text",
    "singular": "singular",
    "macaulay2": "macaulay2",
    "msolve": "msolve",
    "bertini": "bertini",
    "phcpack": "phcpack",
    "homotopycontinuation": "homotopycontinuation",
    "sympy": "sympy_source",
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


def export(system: PolynomialSystem, style: str) -> str:
    """Return ``system`` as text in the given format.

    >>> from polysolv import build_system
    >>> print(export(build_system("location-gaussian", m=2, degree=1), "msolve"), end="")
    w_1,w_2,mu_1,mu_2
    0
    w_1*mu_1+w_2*mu_2
    """
    module = import_module(f"polysolv.systems.exports.{FORMATS[canonical_format(style)]}")
    write: Callable[[PolynomialSystem], str] = module.write
    return write(system)
