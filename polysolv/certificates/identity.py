"""Certificates that a polynomial identity leaves no room for a solution."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from polysolv.certificates.certificate import Certificate, seal
from polysolv.certificates.spelling import NamedPolynomial, spell_polynomial, spell_rational
from polysolv.certificates.statements import (
    COMPLEX,
    REAL_POSITIVE,
    UNSOLVABLE,
    FamilySystem,
    position,
    statement,
)

if TYPE_CHECKING:
    from polysolv.systems import PolynomialSystem

# (d_k > 0, exponents of the weights, s_k)
Square = tuple[int | Fraction, Mapping[str, int], NamedPolynomial]


def identity_certificate(
    about: FamilySystem | PolynomialSystem,
    form: str,
    cofactors: Mapping[tuple[int, ...], NamedPolynomial],
    squares: Iterable[Square] = (),
    steps: Iterable[Mapping[str, Any]] = (),
) -> Certificate:
    """Return the certificate that Σ q_i f_i is something that cannot vanish at a solution.

    Args:
        about: the system.
        form: ``"positivstellensatz"`` (the sum is 1 + Σ d_k s_k² · product of weights),
            ``"positive-eliminant"`` (a polynomial in the weights with positive coefficients) or
            ``"nullstellensatz"`` (a number times a product of weights; a statement over C).
        cofactors: index of an equation f_i -> cofactor q_i.
        squares: the terms of a ``"positivstellensatz"``: d_k, exponents of the weights, s_k.
        steps: reductions, see :func:`drop_steps`, :func:`unit_weight` and :func:`unit_unknown`.

    >>> from polysolv import build_system
    >>> system = build_system("location-gaussian", m=2, degree=2)
    >>> cofactor = {(2,): {(): Fraction(2)}}
    >>> steps = [unit_weight("w_1"), unit_unknown("mu", "mu_1", {"mu": 1})]
    >>> square = (1, {"w_2": 1}, {(("mu_2", 1),): 1})
    >>> identity_certificate(system, "positivstellensatz", cofactor, [square], steps).verify().accepted
    True
    """
    payload: dict[str, Any] = {
        "form": form,
        "cofactors": [
            {"index": position(about, index), "cofactor": spell_polynomial(cofactor)}
            for index, cofactor in cofactors.items()
        ],
    }
    if form == "positivstellensatz":
        payload["squares"] = [
            {"coefficient": spell_rational(d), "weights": dict(weights), "root": spell_polynomial(root)}
            for d, weights, root in squares
        ]
    field = COMPLEX if form == "nullstellensatz" else REAL_POSITIVE
    return seal("identity", statement(about, UNSOLVABLE, field), payload, [dict(step) for step in steps])


def drop_step(component: str, index: Iterable[int]) -> dict[str, Any]:
    """Return the step that drops a component because the equation ``index`` is a sum of squares."""
    return {"step": "drop", "component": component, "index": list(index)}


def unit_weight(weight: str) -> dict[str, Any]:
    """Return the step that divides all weights by ``weight``."""
    return {"step": "unit-weight", "weight": weight}


def unit_unknown(component: str, unknown: str, grading: Mapping[str, int]) -> dict[str, Any]:
    """Return the step that scales ``unknown``, one of those of ``component``, to 1.

    Args:
        component: the one component of the non-triviality clause that is left.
        unknown: one of its unknowns.
        grading: component -> degree for which all equations cited are homogeneous; 1 for ``component``.
    """
    return {"step": "unit-unknown", "component": component, "unknown": unknown, "grading": dict(grading)}
