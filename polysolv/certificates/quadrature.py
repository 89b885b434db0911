"""Certificates that the Gauss–Hermite rule solves a system with a location–scale core."""

from __future__ import annotations

from polysolv.certificates.certificate import Certificate, seal
from polysolv.certificates.core import chosen_steps
from polysolv.certificates.statements import SOLVABLE, FamilySystem, statement
from polysolv.errors import InputError
from polysolv.verify.quadrature import hermite
from polysolv.verify.reading import spell


def quadrature_certificate(about: FamilySystem) -> Certificate:
    """Return the certificate that the m-point Gauss–Hermite rule solves the system of degree r ≤ 2m − 1.

    Args:
        about: family, cell size and degree. All components but a location and a scale are set to zero.

    Raises:
        InputError: if the family has no such pair of components, or the degree is too high for the rule.

    Source: theory page §3, lower bound.

    >>> from polysolv.families import get
    >>> quadrature_certificate(FamilySystem(get("softmax-gaussian"), 3, 5)).verify().accepted
    True
    """
    steps = chosen_steps(about.family.log_symbol, about.family.nontrivial)
    if steps is None:
        raise InputError("family", about.family.name, "a family with a location and a scale component")
    if about.m < 2 or about.degree > 2 * about.m - 1:
        raise InputError("degree", about.degree, f"at most 2m - 1 = {2 * about.m - 1}, with m at least 2")
    nodes = [spell(coefficient) for coefficient in hermite(about.m)[0]]
    return seal("quadrature", statement(about, SOLVABLE), {"nodes": nodes}, list(steps))
