"""Exact values of a family's system at rational weights and perturbations."""

from __future__ import annotations

import numbers
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from polysolv.errors import InputError
from polysolv.families import Family
from polysolv.polynomials.polynomial import Index
from polysolv.systems.expansion import exponential_values


def evaluate_atoms(
    family: Family,
    m: int,
    degree: int,
    indices: Iterable[Index],
    weights: Sequence[Any],
    perturbations: Sequence[Mapping[str, Any]],
) -> dict[Index, Fraction]:
    """Return P_ℓ(w, δ) for the indices ℓ of a system; see :meth:`PolynomialSystem.evaluate`."""
    for field, given in (("weights", weights), ("perturbations", perturbations)):
        if isinstance(given, (str, Mapping)) or not hasattr(given, "__len__") or len(given) != m:
            raise InputError(field, given, f"a sequence of {m} entries, one for each atom")
    totals = dict.fromkeys(indices, Fraction(0))
    for number, (weight, perturbation) in enumerate(zip(weights, perturbations, strict=True), start=1):
        w = rational(f"weights[{number}]", weight)
        values = component_values(family, perturbation, f"perturbations[{number}]")
        for index, value in exponential_values(family.log_symbol, degree, values).items():
            if index in totals:
                totals[index] += w * value
    return totals


def component_values(family: Family, perturbation: Mapping[str, Any], field: str) -> dict[str, Fraction]:
    """Return component name -> rational from parameter name -> rational or tuple of rationals.

    Raises:
        InputError: if a parameter is missing or unknown, a tuple has a wrong length, or a number is no
            rational.
    """
    known = [p.name for p in family.parameters]
    if not isinstance(perturbation, Mapping):
        raise InputError(field, perturbation, f"a mapping with the keys {', '.join(known)}")
    for name in perturbation:
        if name not in known:
            raise InputError(field, name, f"the keys {', '.join(known)}")
    values = {}
    for parameter in family.parameters:
        if parameter.name not in perturbation:
            raise InputError(field, list(perturbation), f"all of the keys {', '.join(known)}")
        given = perturbation[parameter.name]
        entries = list(given) if isinstance(given, Sequence) and not isinstance(given, str) else [given]
        if len(entries) != len(parameter.components):
            raise InputError(f"{field}.{parameter.name}", given, f"{len(parameter.components)} rational(s)")
        for component, entry in zip(parameter.components, entries, strict=True):
            values[component] = rational(f"{field}.{parameter.name}", entry)
    return values


def rational(field: str, value: object) -> Fraction:
    """Return ``value`` as a Fraction if it is an exact rational; floats are refused.

    Raises:
        InputError: for anything but an exact rational number.

    >>> rational("w", 3)
    Fraction(3, 1)
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Rational):
        raise InputError(field, value, "an exact rational (int or Fraction); floats are refused")
    return Fraction(int(value.numerator), int(value.denominator))
