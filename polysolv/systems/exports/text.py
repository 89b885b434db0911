"""The system as plain text for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from polysolv.systems.exports.terms import heading, render

if TYPE_CHECKING:
    from polysolv.systems.polynomial_system import PolynomialSystem


def write(system: PolynomialSystem) -> str:
    """Return a heading, then one line ``P[ℓ] = …`` for each equation."""
    lines = [*heading(system), f"sha256 {system.digest}", ""]
    lines += [
        f"P[{','.join(map(str, index))}] = {render(polynomial, system.unknowns, spaced=True)}"
        for index, polynomial in system.equations.items()
    ]
    return "\n".join(lines) + "\n"
