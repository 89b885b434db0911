"""The system as an msolve input file."""

from __future__ import annotations

import re

from polysolv.polynomials.exports.labelled_system import LabelledSystem
from polysolv.polynomials.exports.renaming import renamed, require_real


def write(system: LabelledSystem) -> str:
    """Return the unknowns, the characteristic 0 and the polynomials; the format has no comments.

    Raises:
        InputError: if some coefficient is not rational.
    """
    require_real(system, "msolve")
    system = renamed(system, lambda name: re.fullmatch(r"[^\W\d]\w*", name) is not None)
    return f"{','.join(system.unknowns)}\n0\n" + ",\n".join(system.rendered()) + "\n"
