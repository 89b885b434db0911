"""The system as a Bertini input file."""

from __future__ import annotations

import re

from polysolv.polynomials.exports.labelled_system import LabelledSystem
from polysolv.polynomials.exports.renaming import renamed

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
# Bertini 1 knows i, I, e, E, Pi and functions; Bertini 2 takes no name that begins with one of its own.
_TAKEN = re.compile(
    r"[iIeE]|[pP]i|f[0-9]|END|CONFIG|(?:function|constant|variable|hom_variable|pathvariable|parameter"
    r"|random|subfunction|definesubfunction|sin|cos|tan|exp|log|sqrt|pow|asin|acos|atan|abs)"
)


def write(system: LabelledSystem) -> str:
    """Return CONFIG and INPUT sections; with fewer equations than unknowns, a positive-dimensional run."""
    system = renamed(system, _is_allowed)
    comments = "".join(f"% {line}\n" for line in system.heading)
    track = 1 if len(system.equations) < len(system.unknowns) else 0
    functions = [f"f{i}" for i in range(1, len(system.equations) + 1)]
    body = "".join(f"{name} = {text};\n" for name, text in zip(functions, system.rendered("I"), strict=True))
    return (
        f"{comments}CONFIG\nTrackType: {track};\nEND;\n\nINPUT\n"
        f"variable_group {','.join(system.unknowns)};\nfunction {','.join(functions)};\n\n{body}END;\n"
    )


def _is_allowed(name: str) -> bool:
    return _NAME.fullmatch(name) is not None and _TAKEN.match(name) is None
