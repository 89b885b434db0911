"""From what a method found to a verdict: witnesses in the family's parameters, and certificates checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from polysolv.decisions.verdict import NUMERIC, PROVED, REAL_POSITIVE, SOLVABLE, UNSOLVABLE, Verdict
from polysolv.errors import InputError

if TYPE_CHECKING:
    from polysolv.certificates import Certificate
    from polysolv.systems import PolynomialSystem


def accepted(build: Callable[[], Certificate | None]) -> Certificate | None:
    """Return the certificate that ``build`` makes if the trusted kernel accepts it, else ``None``."""
    try:
        certificate = build()
    except InputError:
        return None
    return certificate if certificate is not None and certificate.verify().accepted else None


def witness_of(
    system: PolynomialSystem, values: Mapping[str, Fraction], radius: Fraction | None = None
) -> dict[str, Any]:
    """Return a solution in the terms of the system: by atoms for a family, else by unknowns.

    Args:
        system: the system.
        values: value of every unknown.
        radius: how far from ``values`` the exact solution may lie in each unknown; ``None``: they are exact.

    >>> from polysolv import build_system
    >>> system = build_system("location-gaussian", 2, 1)
    >>> values = {name: Fraction(v) for name, v in zip(system.unknowns, (1, 1, 1, -1))}
    >>> witness = witness_of(system, values)
    >>> system.evaluate(**witness)
    {(1,): Fraction(0, 1)}
    """
    found: dict[str, Any]
    if system.family is None or system.m is None:
        found = {"values": dict(values)}
    else:
        found = {
            "weights": [values[name] for name in system.weights],
            "perturbations": [
                {
                    parameter.name: _one_or_all([values[f"{c}_{atom}"] for c in parameter.components])
                    for parameter in system.family.parameters
                }
                for atom in range(1, system.m + 1)
            ],
        }
    return found if radius is None else {**found, "radius": radius}


def _one_or_all(values: list[Fraction]) -> Fraction | tuple[Fraction, ...]:
    return values[0] if len(values) == 1 else tuple(values)


def solves(system: PolynomialSystem, values: Mapping[str, Fraction]) -> bool:
    """Return whether rational values are a non-trivial solution with positive weights, by substitution."""
    nontrivial = not system.nontrivial or any(values[name] for name in system.nontrivial)
    positive = all(values[name] > 0 for name in system.weights)
    return nontrivial and positive and not any(system.substitute(values).values())


def solvable_at(
    system: PolynomialSystem, values: Mapping[str, Fraction], method: str, reason: str
) -> Verdict | None:
    """Return SOLVABLE with its certificate if a rational point is a solution, else ``None``."""
    from polysolv.certificates import point_certificate

    if not solves(system, values):
        return None
    certificate = accepted(lambda: point_certificate(system, values))
    return Verdict(
        SOLVABLE,
        REAL_POSITIVE,
        PROVED if certificate else NUMERIC,
        method,
        reason,
        witness=witness_of(system, values),
        certificate=certificate,
    )


def unsolvable(method: str, reason: str, build: Callable[[], Certificate | None] | None = None) -> Verdict:
    """Return UNSOLVABLE, PROVED if ``build`` makes a certificate that the kernel accepts, else NUMERIC."""
    certificate = accepted(build) if build else None
    evidence = PROVED if certificate else NUMERIC
    return Verdict(UNSOLVABLE, REAL_POSITIVE, evidence, method, reason, certificate=certificate)
