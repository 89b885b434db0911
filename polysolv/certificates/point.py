"""Certificates that a rational point solves a system."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from polysolv.certificates.certificate import Certificate, seal
from polysolv.certificates.spelling import spell_rational
from polysolv.certificates.statements import SOLVABLE, FamilySystem, statement

if TYPE_CHECKING:
    from polysolv.systems import PolynomialSystem


def point_certificate(
    about: FamilySystem | PolynomialSystem, values: Mapping[str, int | Fraction]
) -> Certificate:
    """Return the certificate that ``values`` is a solution with positive weights, and not a trivial one.

    Args:
        about: the system.
        values: name of every weight and unknown -> rational.

    >>> from polysolv import build_system
    >>> system = build_system("location-gaussian", m=2, degree=1)
    >>> point_certificate(system, {"w_1": 1, "w_2": 2, "mu_1": 2, "mu_2": -1}).verify().accepted
    True
    """
    spelled = {name: spell_rational(value) for name, value in values.items()}
    return seal("point", statement(about, SOLVABLE), {"values": spelled})
