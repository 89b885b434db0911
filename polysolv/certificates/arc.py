"""Certificates that a component is not identifiable: an arc along which nothing observed changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from polysolv.certificates.certificate import Certificate, seal
from polysolv.certificates.spelling import spell_path, spell_polynomial, spell_rational
from polysolv.certificates.statements import REAL_POSITIVE
from polysolv.families import Family
from polysolv.verify.reading import digest

NOT_IDENTIFIABLE = "NOT_IDENTIFIABLE"

# (power of ε, power of z) -> coefficient
Path = Mapping[tuple[int, int], Fraction]


def arc_certificate(
    family: Family,
    m: int,
    component: str,
    shifts: Sequence[Fraction],
    norms: Sequence[Fraction],
    paths: Mapping[str, Path],
    shift: Fraction | None = None,
    given: Sequence[str] = (),
) -> Certificate:
    """Return the certificate that a component is not identifiable in a cell of m atoms.

    Args:
        family: a family without symbolic true values, with the relations of what is observed.
        m: cell size.
        component: a component that moves along the arc.
        shifts, norms: the nodes z, by their three-term recurrence; at most m of them.
        paths: component -> its path, a polynomial in ε and z.
        shift: for a function of two values c with (N + c ε z)² constant, see the kernel.
        given: premises that the kernel cannot check, in words of printable ASCII.

    Returns:
        the certificate; it proves nothing until the kernel has accepted it.

    Source: observed-algebra page §1.

    >>> from polysolv.families import get
    >>> family = get("softmax-gaussian").observed_modulo(["x^2 - x"])
    >>> path = {(1, 1): Fraction(1)}
    >>> half = Fraction(-1, 2)
    >>> zero, one = Fraction(0), Fraction(1)
    >>> arc_certificate(family, 2, "beta1", [zero, zero], [one], {"beta1": path}, half).verify().accepted
    True
    """
    symbol = family.log_symbol
    relations = [
        spell_polynomial(
            {tuple((n, k) for n, k in zip(symbol.variables, e, strict=True) if k): c for e, c in rule.items()}
        )
        for rule in family.observed.rules
    ]
    defining: dict[str, Any] = {
        "d": family.dimension,
        "m": m,
        "component": component,
        "log_symbol": symbol.to_data(),
        "relations": relations,
    }
    if given:
        defining["given"] = list(given)
    about = {
        "family": family.name,
        "claim": NOT_IDENTIFIABLE,
        "field": REAL_POSITIVE,
        **defining,
        "digest": digest(defining),
    }
    payload: dict[str, Any] = {
        "shifts": [spell_rational(a) for a in shifts],
        "norms": [spell_rational(b) for b in norms],
        "paths": {name: spell_path(path) for name, path in paths.items()},
    }
    if shift is not None:
        payload["shift"] = spell_rational(shift)
    return seal("arc", about, payload)
