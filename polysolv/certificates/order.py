"""Certificates of the order r̄(m): a solvable side at degree r̄ − 1 and an unsolvable one at r̄."""

from __future__ import annotations

from collections.abc import Sequence

from polysolv.certificates.certificate import Certificate, seal
from polysolv.certificates.sides import solvable_side, unsolvable_side
from polysolv.certificates.statements import ORDER, FamilySystem, statement
from polysolv.errors import InputError, require_integer
from polysolv.families import Family, resolve

MAX_CELL_SIZE = 1000


def combine(
    about: FamilySystem, solvable: Sequence[Certificate], unsolvable: Sequence[Certificate]
) -> Certificate:
    """Return the certificate that the order is ``about.degree``, from certificates of its two sides.

    Args:
        about: family, cell size and order r̄.
        solvable: certificates that degree r̄ − 1 is solvable; none for r̄ = 1.
        unsolvable: certificates that degree r̄ is unsolvable. Several prove the same thing independently.
    """
    # Certificates are immutable: their data are shared, not copied.
    payload = {
        "solvable": [side._data for side in solvable],
        "unsolvable": [side._data for side in unsolvable],
    }
    return seal("order", statement(about, ORDER), payload)


def order_certificate(family: str | Family, m: int, d: int | None = None) -> Certificate:
    """Return the certificate of r̄(m), by the theorems of theory page §3.

    Args:
        family: a family or the name of one.
        m: cell size, 1 to 1000.
        d: number of covariates for a family given by name; 1 if left out.

    Returns:
        the certificate; it proves nothing until the kernel has accepted it.

    Raises:
        InputError: if an argument is out of range, or no theorem settles the order of the family.

    The candidates are 1 (one atom), 2 (sums of squares) and 2m (a location–scale core).

    >>> order_certificate("location-gaussian", 5).statement["degree"]
    2
    >>> print(order_certificate("softmax-gaussian", 3, d=2).verify().text())
    VERIFIED
    proved: softmax-gaussian, d = 2, m = 3: the order is 6
    relies on: Kalai–Moitra–Valiant 2010 Prop. 7
    """
    resolved = resolve(family, d)
    resolved.require_free_ring()
    m = require_integer("m", m, 1, MAX_CELL_SIZE)
    for degree in (1, 2, 2 * m):
        unsolvable = unsolvable_side(FamilySystem(resolved, m, degree))
        if unsolvable is None:
            continue
        solvable = solvable_side(FamilySystem(resolved, m, degree - 1)) if degree > 1 else None
        if solvable is not None or degree == 1:
            return combine(FamilySystem(resolved, m, degree), [solvable] if solvable else [], [unsolvable])
        break
    raise InputError("family", resolved.name, "a family whose order a theorem settles")
