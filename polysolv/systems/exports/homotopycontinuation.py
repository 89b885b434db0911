"""The system as Julia source for HomotopyContinuation.jl."""

from __future__ import annotations

from typing import TYPE_CHECKING

from polysolv.systems.exports.terms import heading, render

if TYPE_CHECKING:
    from polysolv.systems.polynomial_system import PolynomialSystem


def write(system: PolynomialSystem) -> str:
    """Return a script that defines the ``System`` F with the unknowns in order."""
    comments = "".join(f"# {line}\n" for line in heading(system))
    body = ",\n    ".join(
        render(
            polynomial,
            system.unknowns,
            coefficient=lambda c: str(c) if c.denominator == 1 else f"{c.numerator}//{c.denominator}",
        )
        for polynomial in system.equations.values()
    )
    return (
        f"{comments}using HomotopyContinuation\n@var {' '.join(system.unknowns)}\n"
        f"F = System([\n    {body},\n]; variables = [{', '.join(system.unknowns)}])\n"
    )
