"""The system as a Singular script."""

from __future__ import annotations

from polysolv.polynomials.exports.labelled_system import LabelledSystem


def write(system: LabelledSystem) -> str:
    """Return a ring ``R`` over Q with graded reverse lexicographic order and the ideal ``I``."""
    comments = "".join(f"// {line}\n" for line in system.heading)
    ring = f"ring R = 0,({','.join(system.unknowns)}),dp;\n"
    return comments + ring + "ideal I =\n" + ",\n".join(system.rendered()) + ";\n"
