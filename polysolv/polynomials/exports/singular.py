"""The system as a Singular script."""

from __future__ import annotations

import re

from polysolv.polynomials.exports.labelled_system import LabelledSystem
from polysolv.polynomials.exports.renaming import is_free_word, renamed

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_TAKEN = frozenset(("i", "I", "R", "IN", "NF", "if", "or", "char_series", "nc_algebra", "ring_list"))
_UNIT = "imaginary"


def write(system: LabelledSystem) -> str:
    """Return a ring ``R`` with graded reverse lexicographic order and the ideal ``I``.

    The ring is over Q, or over Q(i) where coefficients are complex.
    """
    system = renamed(system, _is_allowed)
    comments = "".join(f"// {line}\n" for line in system.heading)
    names = ",".join(system.unknowns)
    if system.is_real:
        ring = f"ring R = 0,({names}),dp;\n"
    else:
        ring = f"ring R = (0,{_UNIT}),({names}),dp;\nminpoly = {_UNIT}^2+1;\n"
    return comments + ring + "ideal I =\n" + ",\n".join(system.rendered(_UNIT)) + ";\n"


def _is_allowed(name: str) -> bool:
    return _NAME.fullmatch(name) is not None and name not in _TAKEN and is_free_word(name)
