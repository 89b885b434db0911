"""The system as JSON that `GenericSystem.parse` reads back to an equal one."""

from __future__ import annotations

import json

from polysolv.polynomials.exports.labelled_system import LabelledSystem
from polysolv.polynomials.exports.renaming import imaginary_unit


def write(system: LabelledSystem) -> str:
    """Return the names of the unknowns and the equations as text, one a line."""
    equations = ",\n  ".join(map(json.dumps, system.rendered(imaginary_unit(system))))
    return f'{{\n "unknowns": {json.dumps(list(system.unknowns))},\n "equations": [\n  {equations}\n ]\n}}\n'
