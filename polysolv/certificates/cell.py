"""Certificates of learning coefficients: regions that bound them from above, and values known by theorem."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from polysolv.certificates.certificate import Certificate, seal
from polysolv.certificates.spelling import spell_rational
from polysolv.certificates.statements import REAL_POSITIVE
from polysolv.families import Family
from polysolv.verify.reading import digest

LEARNING_COEFFICIENT = "LEARNING_COEFFICIENT"


def region_certificate(
    family: Family,
    m: int,
    gate: str,
    at_most: Fraction,
    speeds: Mapping[str, Fraction],
    fixed: Mapping[int, Fraction],
    free: Sequence[int],
    centre: Sequence[Fraction],
    radius: Fraction,
    preconditioner: Sequence[Sequence[Fraction]],
) -> Certificate:
    """Return the certificate that λ_diff of a cell of m atoms is at most ``at_most``.

    Args:
        family: a family without symbolic true values.
        m: cell size, at least 2.
        gate: "exact" or "kernel".
        at_most: the bound.
        speeds: perturbation -> exponent of η in its size.
        fixed, free, centre, radius, preconditioner: a box around a regular zero of the slow equations'
            leading parts; coordinates are numbered, weights first, then the perturbations atom by atom.

    Returns:
        the certificate; it proves nothing until the kernel has accepted it.
    """
    names = [f"w_{atom + 1}" for atom in range(m)]
    names += [f"{name}_{atom + 1}" for atom in range(m) for name in family.components]
    payload = {
        "speeds": {name: spell_rational(value) for name, value in speeds.items()},
        "fixed": {names[i]: spell_rational(value) for i, value in fixed.items()},
        "free": [names[i] for i in free],
        "centre": [spell_rational(value) for value in centre],
        "radii": [spell_rational(radius)] * len(free),
        "preconditioner": [[spell_rational(value) for value in row] for row in preconditioner],
    }
    return seal("region", _statement(family, m, gate, None, None, at_most, None), payload)


def coefficient_certificate(
    family: Family,
    m: int,
    gate: str,
    dirichlet: Fraction | None,
    at_least: Fraction,
    at_most: Fraction,
    multiplicity: int | None,
) -> Certificate:
    """Return the certificate of a value known by theorem, which the kernel recomputes.

    Args:
        family: a built-in family.
        m, gate, at_most: as for :func:`region_certificate`.
        dirichlet: parameter of the prior on weights, ``None`` if they are bounded below.
        at_least: the lower bound.
        multiplicity: μ, if it is known.
    """
    return seal("coefficient", _statement(family, m, gate, dirichlet, at_least, at_most, multiplicity), {})


def _statement(
    family: Family,
    m: int,
    gate: str,
    dirichlet: Fraction | None,
    at_least: Fraction | None,
    at_most: Fraction,
    multiplicity: int | None,
) -> dict[str, Any]:
    defining = {
        "family": family.name[:64],
        "d": len(family.log_symbol.covariates),
        "m": m,
        "gate": gate,
        "weights": "bounded" if dirichlet is None else spell_rational(dirichlet),
        "field": REAL_POSITIVE,
        "log_symbol": family.log_symbol.to_data(),
        "at_least": None if at_least is None else spell_rational(at_least),
        "at_most": spell_rational(at_most),
        "multiplicity": multiplicity,
    }
    return {**defining, "claim": LEARNING_COEFFICIENT, "digest": digest(defining)}
