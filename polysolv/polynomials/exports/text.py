"""The system as plain text for people."""

from __future__ import annotations

from polysolv.polynomials.exports.labelled_system import LabelledSystem
from polysolv.polynomials.exports.renaming import UNITS, imaginary_unit
from polysolv.polynomials.rendering import render


def write(system: LabelledSystem) -> str:
    """Return the heading, then one line ``P[ℓ] = …`` for each equation.

    A line lists the unknowns where the equations do not tell which they are, and in which order.
    """
    lines = list(system.heading)
    if not system.tells_unknowns() or not set(UNITS).isdisjoint(system.unknowns):
        lines.append(f"unknowns: {', '.join(system.unknowns)}")
    lines.append("")
    unit = imaginary_unit(system)
    lines += [
        f"{label} = {render(polynomial, system.unknowns, imaginary=unit, spaced=True)}"
        for label, polynomial in zip(system.labels, system.equations, strict=True)
    ]
    return "\n".join(lines) + "\n"
