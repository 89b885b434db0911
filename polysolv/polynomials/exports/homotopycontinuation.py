"""The system as Julia source for HomotopyContinuation.jl."""

from __future__ import annotations

from polysolv.polynomials.exports.labelled_system import LabelledSystem
from polysolv.polynomials.rendering import render


def write(system: LabelledSystem) -> str:
    """Return a script that defines the ``System`` F with the unknowns in order."""
    comments = "".join(f"# {line}\n" for line in system.heading)
    body = ",\n    ".join(
        render(
            polynomial,
            system.unknowns,
            coefficient=lambda c: str(c) if c.denominator == 1 else f"{c.numerator}//{c.denominator}",
        )
        for polynomial in system.equations
    )
    return (
        f"{comments}using HomotopyContinuation\n@var {' '.join(system.unknowns)}\n"
        f"F = System([\n    {body},\n]; variables = [{', '.join(system.unknowns)}])\n"
    )
