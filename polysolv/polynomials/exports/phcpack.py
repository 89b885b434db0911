"""The system as a PHCpack input file."""

from __future__ import annotations

from fractions import Fraction

from polysolv.polynomials.exports.labelled_system import LabelledSystem
from polysolv.polynomials.exports.renaming import renamed
from polysolv.polynomials.rendering import render

_DIGITS = 18  # of an integer; PHCpack drops those that follow
_LONGEST_NAME = 80


def write(system: LabelledSystem) -> str:
    """Return the numbers of equations and unknowns, then each polynomial ended by a semicolon.

    PHCpack learns the unknowns, and their order, from the polynomials: where these do not tell them, the
    first begins with ``x-x+y-y``. Comments stand at the end, where it reads no more.
    """
    system = renamed(system, _is_allowed)
    equations, unknowns = len(system.equations), len(system.unknowns)
    first = f"{equations}" if equations == unknowns else f"{equations} {unknowns}"
    texts = [
        render(polynomial, system.unknowns, coefficient=_number, imaginary="i")
        for polynomial in system.equations
    ]
    if not system.tells_unknowns():
        order = "+".join(f"{name}-{name}" for name in system.unknowns)
        texts[0] = f"{order}{'' if texts[0].startswith('-') else '+'}{texts[0]}"
    # The counts alone are on the first line already.
    comments = "".join(f"{{{line}}}\n" for line in system.heading) if len(system.heading) > 1 else ""
    return f"{first}\n" + "".join(f" {text};\n" for text in texts) + (f"\n{comments}" if comments else "")


def _is_allowed(name: str) -> bool:
    """Anything that begins like the imaginary unit or an exponent of ten is read as one."""
    return name[0] not in "iIeE" and len(name.encode()) <= _LONGEST_NAME


def _number(value: Fraction) -> str:
    parts = [value.numerator] if value.denominator == 1 else [value.numerator, value.denominator]
    return "/".join(map(_integer, parts))


def _integer(value: int) -> str:
    digits = str(value)
    if len(digits) <= _DIGITS:
        return digits
    return f"{digits[0]}.{digits[1:].rstrip('0') or '0'}E+{len(digits) - 1}"
