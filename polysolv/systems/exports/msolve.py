"""The system as an msolve input file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from polysolv.systems.exports.terms import rendered

if TYPE_CHECKING:
    from polysolv.systems.polynomial_system import PolynomialSystem


def write(system: PolynomialSystem) -> str:
    """Return the unknowns, the characteristic 0 and the polynomials; the format has no comments."""
    return f"{','.join(system.unknowns)}\n0\n" + ",\n".join(rendered(system)) + "\n"
