"""Certificates of how closely two mixtures touch, and that an arc touches the truth closely enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from polysolv.certificates.certificate import Certificate, seal
from polysolv.certificates.core import chosen_steps
from polysolv.certificates.spelling import spell_path, spell_polynomial, spell_rational
from polysolv.certificates.statements import REAL_POSITIVE, log_symbol_data
from polysolv.errors import InputError
from polysolv.families import Family
from polysolv.verify.reading import digest

if TYPE_CHECKING:
    from polysolv.certificates.arc import Path
    from polysolv.certificates.box import Box

CONTACT_ORDER = "CONTACT_ORDER"
LOCAL_MINIMAX = "LOCAL_MINIMAX"


def contact_certificate(
    family: Family,
    m: int,
    m_true: int,
    degree: int,
    fixed: Mapping[str, int | Fraction],
    free: Sequence[str] = (),
    box: Box | None = None,
    weights: str = "free",
    differ: Sequence[str] = ("location", "scale"),
) -> Certificate:
    """Return the certificate that the order of contact of m and m_true atoms is ``degree``.

    Args:
        family: a family without symbolic true values, its K linear with symbols of degree 1 and 2.
        m, m_true: numbers of atoms.
        degree: the order of contact.
        fixed: values of some of ``w_i``, ``b_i``, ``s_i``, i from 1 to m + m_true, the m atoms first.
        free: the others; there are ``degree`` equations.
        box: a box in the free coordinates that holds two mixtures that agree to degree − 1; ``None`` if
            nothing is free.
        weights: "free", or "equal" within each mixture.
        differ: in what the two mixtures differ: "location", "scale" or both.

    Returns:
        the certificate; it proves nothing until the kernel has accepted it.

    >>> from polysolv.families import get
    >>> values = {"w_1": 1, "w_2": 1, "b_1": 0, "b_2": 0, "s_1": 1, "s_2": 0}
    >>> family = get("location-scale-gaussian")
    >>> contact_certificate(family, 1, 1, 2, values, differ=["scale"]).verify().accepted
    True
    """
    defining: dict[str, Any] = {
        "family": family.name,
        "d": len(family.log_symbol.covariates),
        "m": m,
        "m_true": m_true,
        "weights": weights,
        "differ": list(differ),
        "degree": degree,
        "field": REAL_POSITIVE,
        "log_symbol": log_symbol_data(family.log_symbol),
    }
    about = {**defining, "claim": CONTACT_ORDER, "digest": digest(defining)}
    payload = {
        "fixed": {name: spell_rational(value) for name, value in fixed.items()},
        "free": list(free),
        "boxes": [
            {
                "centre": [spell_rational(value) for value in box.centre] if box else [],
                "radii": [spell_rational(value) for value in box.radii] if box else [],
                "preconditioner": [[spell_rational(value) for value in row] for row in box.preconditioner]
                if box
                else [],
            }
        ],
    }
    return seal("contact", about, payload)


def minimax_certificate(
    family: Family,
    m: int,
    exponents: Mapping[str, Fraction],
    shifts: Sequence[Fraction],
    norms: Sequence[Fraction],
    paths: Mapping[str, Path],
    contact: int,
    given: Sequence[str] = (),
) -> Certificate:
    """Return the certificate that an arc attains exponents in a cell of m atoms: N ≥ κ p for each.

    Args:
        family: a family without symbolic true values, with the relations of what is observed.
        m: cell size.
        exponents: component -> κ.
        shifts, norms: the nodes z, by their three-term recurrence; at most m of them.
        paths: component -> its path, a polynomial in ε and z.
        contact: N with Σ w exp(K) constant up to O(ε^N).
        given: premises that the kernel cannot check, in words of printable ASCII.

    Source: observed-algebra page §7.

    >>> from polysolv.families import get
    >>> zero, one = Fraction(0), Fraction(1)
    >>> path = {(1, 1): one}
    >>> split = minimax_certificate(
    ...     get("softmax-gaussian"), 2, {"beta1": Fraction(2)}, [zero, zero], [one], {"beta1": path}, 2
    ... )
    >>> print(split.verify().text().splitlines()[1])
    proved: softmax-gaussian, d = 1, m = 2: no rate near the truth beats beta1 n^(-1/4)
    """
    payload: dict[str, Any] = {
        "shifts": [spell_rational(a) for a in shifts],
        "norms": [spell_rational(b) for b in norms],
        "paths": {name: spell_path(path) for name, path in paths.items()},
        "contact": contact,
    }
    return seal("minimax", _about(family, m, exponents, given), payload)


def hermite_minimax_certificate(family: Family, m: int, exponents: Mapping[str, Fraction]) -> Certificate:
    """Return the certificate that the Gauss–Hermite arc attains exponents of a location–scale pair.

    Args:
        family: a family with such a pair and no relations.
        m: cell size, at least 2.
        exponents: κ of the location, of the scale, or of both.

    Raises:
        InputError: if the family has no such pair.

    >>> from polysolv.families import get
    >>> exponents = {"b": Fraction(6), "sigma": Fraction(3)}
    >>> hermite_minimax_certificate(get("softmax-gaussian"), 3, exponents).verify().accepted
    True
    """
    steps = chosen_steps(family.log_symbol, tuple(exponents)) or chosen_steps(
        family.log_symbol, family.nontrivial
    )
    if steps is None:
        raise InputError("family", family.name, "a family with a location and a scale component")
    return seal("minimax", _about(family, m, exponents), {"rule": "gauss-hermite"}, list(steps))


def _about(
    family: Family, m: int, exponents: Mapping[str, Fraction], given: Sequence[str] = ()
) -> dict[str, Any]:
    symbol = family.log_symbol
    rules = family.observed.rules if family.relations else ()
    defining: dict[str, Any] = {
        "family": family.name,
        "d": len(family.log_symbol.covariates),
        "m": m,
        "exponents": {name: spell_rational(kappa) for name, kappa in exponents.items()},
        "field": REAL_POSITIVE,
        "log_symbol": log_symbol_data(symbol),
        "relations": [
            spell_polynomial(
                {
                    tuple((n, k) for n, k in zip(symbol.variables, e, strict=True) if k): c
                    for e, c in rule.items()
                }
            )
            for rule in rules
        ],
    }
    if given:
        defining["given"] = list(given)
    return {**defining, "claim": LOCAL_MINIMAX, "digest": digest(defining)}
