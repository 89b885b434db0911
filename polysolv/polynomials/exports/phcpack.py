"""The system as a PHCpack input file."""

from __future__ import annotations

from polysolv.polynomials.exports.labelled_system import LabelledSystem


def write(system: LabelledSystem) -> str:
    """Return the numbers of equations and unknowns, then each polynomial ended by a semicolon."""
    equations, unknowns = len(system.equations), len(system.unknowns)
    first = f"{equations}" if equations == unknowns else f"{equations} {unknowns}"
    return first + "\n" + "".join(f" {text};\n" for text in system.rendered())
