"""The system as plain text for people."""

from __future__ import annotations

from polysolv.polynomials.exports.labelled_system import LabelledSystem
from polysolv.polynomials.rendering import render


def write(system: LabelledSystem) -> str:
    """Return the heading, then one line ``P[ℓ] = …`` for each equation."""
    lines = [*system.heading, ""]
    lines += [
        f"{label} = {render(polynomial, system.unknowns, spaced=True)}"
        for label, polynomial in zip(system.labels, system.equations, strict=True)
    ]
    return "\n".join(lines) + "\n"
