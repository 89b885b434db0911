"""The system as a Bertini input file."""

from __future__ import annotations

from polysolv.polynomials.exports.labelled_system import LabelledSystem


def write(system: LabelledSystem) -> str:
    """Return CONFIG and INPUT sections; with fewer equations than unknowns, a positive-dimensional run."""
    comments = "".join(f"% {line}\n" for line in system.heading)
    track = 1 if len(system.equations) < len(system.unknowns) else 0
    functions = [f"f{i}" for i in range(1, len(system.equations) + 1)]
    body = "".join(f"{name} = {text};\n" for name, text in zip(functions, system.rendered(), strict=True))
    return (
        f"{comments}CONFIG\nTrackType: {track};\nEND;\n\nINPUT\n"
        f"variable_group {','.join(system.unknowns)};\nfunction {','.join(functions)};\n\n{body}END;\n"
    )
