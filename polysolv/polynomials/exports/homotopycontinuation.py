"""The system as Julia source for HomotopyContinuation.jl."""

from __future__ import annotations

import re

from polysolv.polynomials.exports.labelled_system import LabelledSystem
from polysolv.polynomials.exports.renaming import renamed
from polysolv.polynomials.rendering import render

_NAME = re.compile(r"[^\W\d]\w*")
_TAKEN = re.compile(
    "F|im|pi|System|HomotopyContinuation|variables|solve|certify|const|struct|macro|module|quote|export|import"
    "|begin|end|function|do|let|local|global|public|true|false|baremodule|using|mutable|abstract|primitive"
    "|type|where|if|else|elseif|for|in|while|break|continue|return|try|catch|finally|outer|Inf|NaN|missing"
    "|nothing"
)


def write(system: LabelledSystem) -> str:
    """Return a script that defines the ``System`` F with the unknowns in order."""
    system = renamed(system, _is_allowed)
    comments = "".join(f"# {line}\n" for line in system.heading)
    body = ",\n    ".join(
        render(
            polynomial,
            system.unknowns,
            coefficient=lambda c: str(c) if c.denominator == 1 else f"{c.numerator}//{c.denominator}",
            imaginary="im",
        )
        for polynomial in system.equations
    )
    return (
        f"{comments}using HomotopyContinuation\n@var {' '.join(system.unknowns)}\n"
        f"F = System([\n    {body},\n]; variables = [{', '.join(system.unknowns)}])\n"
    )


def _is_allowed(name: str) -> bool:
    return _NAME.fullmatch(name) is not None and _TAKEN.fullmatch(name) is None
