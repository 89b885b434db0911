"""The system as a PHCpack input file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from polysolv.systems.exports.terms import rendered

if TYPE_CHECKING:
    from polysolv.systems.polynomial_system import PolynomialSystem


def write(system: PolynomialSystem) -> str:
    """Return the numbers of equations and unknowns, then each polynomial ended by a semicolon."""
    equations, unknowns = len(system.equations), len(system.unknowns)
    first = f"{equations}" if equations == unknowns else f"{equations} {unknowns}"
    return first + "\n" + "".join(f" {text};\n" for text in rendered(system))
