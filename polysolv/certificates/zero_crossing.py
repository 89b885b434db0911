"""Certificates that a location–scale core is unsolvable at degree 2m and above, by zero crossings."""

from __future__ import annotations

from polysolv.certificates.certificate import Certificate, seal
from polysolv.certificates.core import forced_steps
from polysolv.certificates.statements import UNSOLVABLE, FamilySystem, statement
from polysolv.errors import InputError
from polysolv.verify.zero_crossing import THEOREM


def zero_crossing_certificate(about: FamilySystem) -> Certificate:
    """Return the certificate that no non-trivial real solution with positive weights exists at degree r ≥ 2m.

    Args:
        about: family, cell size and degree. All components but a location and a scale must be forced to zero
            by sums of squares.

    Raises:
        InputError: if the family does not reduce to a location–scale core at this degree, or the degree is
            below 2m.

    Source: theory page §3, upper bound; Kalai, Moitra and Valiant 2010, Proposition 7.

    >>> from polysolv.families import get
    >>> zero_crossing_certificate(FamilySystem(get("softmax-gaussian"), 3, 6)).verify().relies_on
    ('Kalai–Moitra–Valiant 2010 Prop. 7',)
    """
    steps = forced_steps(about.family.log_symbol, about.degree)
    if steps is None:
        raise InputError(
            "family",
            about.family.name,
            f"a family that degree {about.degree} reduces to a location-scale core",
        )
    if about.degree < 2 * about.m:
        raise InputError("degree", about.degree, f"at least 2m = {2 * about.m}")
    payload = {"theorem": THEOREM.replace("–", "-")}
    return seal("zero-crossing", statement(about, UNSOLVABLE), payload, list(steps))
