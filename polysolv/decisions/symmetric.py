"""The symmetric ansatz for a location–scale core: atoms in pairs (w, b, s), (w, −b, s), one atom at b = 0."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from polysolv.decisions.normal_form import Case
from polysolv.polynomials.algebra import Poly
from polysolv.systems.reductions import location_scale_pair

ANSATZE = ("symmetric",)

Complete = Callable[[dict[str, Fraction]], dict[str, Fraction]]


def under_ansatz(case: Case) -> tuple[Case, Complete] | None:
    """Return the case under the symmetric ansatz and the way back, or ``None`` if it does not fit.

    Args:
        case: a case that is a location–scale core with its first location and first weight scaled to 1.

    Atoms 2i and 2i − 1 are a pair; for odd m the last one has location 0. Equations of odd degree vanish.

    >>> from polysolv import build_system
    >>> from polysolv.decisions.normal_form import reduce_system
    >>> case = reduce_system(build_system("location-scale-gaussian", 3, 6)).cases[0]
    >>> smaller, complete = under_ansatz(case)
    >>> smaller.unknowns, len(smaller.equations)
    (('sigma_1', 'sigma_3', 'w_3'), 3)
    """
    family, m = case.system.family, case.system.m
    if family is None or m is None or not family.log_symbol.is_linear:
        return None
    gone = {c for c in family.components if case.values.get(f"{c}_2") == 0}
    pair = location_scale_pair(family.log_symbol.without(frozenset(gone)))
    if pair is None or any(case.values.get(name) != 1 for name in (f"{pair[0]}_1", "w_1")):
        return None
    location, scale = pair
    images: dict[str, tuple[str | None, int]] = {}  # unknown -> (other unknown or None for 1, factor)
    for atom in range(2, m + 1):
        twin = atom - 1 if atom % 2 == 0 else None
        if twin is not None:
            for stem, sign in ((location, -1), (scale, 1), ("w", 1)):
                other = f"{stem}_{twin}"
                images[f"{stem}_{atom}"] = (None if other in case.values else other, sign)
        elif atom == m:
            images[f"{location}_{atom}"] = (None, 0)
    if any(name not in case.positions for name in images):
        return None
    left = [name for name in case.unknowns if name not in images]
    order = {name: i for i, name in enumerate(left)}
    equations = {}
    for index, polynomial in case.equations.items():
        total: Poly = {}
        for monomial, value in polynomial.items():
            powers: dict[int, int] = {}
            for i, e in monomial:
                image, factor = images.get(case.unknowns[i], (case.unknowns[i], 1))
                value = value * factor**e
                if image is not None:
                    powers[order[image]] = powers.get(order[image], 0) + e
            key = tuple(sorted(powers.items()))
            total[key] = total.get(key, Fraction(0)) + value
        if smaller := {key: value for key, value in total.items() if value}:
            equations[index] = smaller

    def complete(values: dict[str, Fraction]) -> dict[str, Fraction]:
        image = {
            name: Fraction(factor) * (Fraction(1) if other is None else values[other])
            for name, (other, factor) in images.items()
        }
        return {**values, **image}

    weights = tuple(name for name in case.weights if name in order)
    return replace(case, unknowns=tuple(left), weights=weights, equations=equations), complete
