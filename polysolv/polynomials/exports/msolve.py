"""The system as an msolve input file."""

from __future__ import annotations

from polysolv.polynomials.exports.labelled_system import LabelledSystem


def write(system: LabelledSystem) -> str:
    """Return the unknowns, the characteristic 0 and the polynomials; the format has no comments."""
    return f"{','.join(system.unknowns)}\n0\n" + ",\n".join(system.rendered()) + "\n"
