"""The system as a Singular script."""

from __future__ import annotations

from typing import TYPE_CHECKING

from polysolv.systems.exports.terms import heading, rendered

if TYPE_CHECKING:
    from polysolv.systems.polynomial_system import PolynomialSystem


def write(system: PolynomialSystem) -> str:
    """Return a ring ``R`` over Q with graded reverse lexicographic order and the ideal ``I``."""
    comments = "".join(f"// {line}\n" for line in heading(system))
    ring = f"ring R = 0,({','.join(system.unknowns)}),dp;\n"
    return comments + ring + "ideal I =\n" + ",\n".join(rendered(system)) + ";\n"
