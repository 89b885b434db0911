"""The two sides of an order by theorem: which certificate proves a degree solvable, or unsolvable."""

from __future__ import annotations

from polysolv.certificates.certificate import Certificate
from polysolv.certificates.core import chosen_steps, forced_steps
from polysolv.certificates.identity import (
    Square,
    drop_step,
    identity_certificate,
    unit_unknown,
    unit_weight,
)
from polysolv.certificates.point import point_certificate
from polysolv.certificates.quadrature import quadrature_certificate
from polysolv.certificates.spelling import NamedPolynomial
from polysolv.certificates.statements import FamilySystem
from polysolv.certificates.zero_crossing import zero_crossing_certificate
from polysolv.systems.reductions import DropStep, find_reduction


def solvable_side(about: FamilySystem) -> Certificate | None:
    """Return the certificate that the system is solvable, by theorem, or ``None`` if no theorem says so.

    A location–scale pair of components: the Gauss–Hermite rule, up to degree 2m − 1. Else, at degree 1: equal
    weights and one component at 1 and −1 in two atoms.

    >>> from polysolv.families import get
    >>> solvable_side(FamilySystem(get("location-gaussian"), 4, 1)).kind
    'point'
    """
    family, m = about.family, about.m
    if m < 2:
        return None
    if about.degree < 2 * m and chosen_steps(family.log_symbol, family.nontrivial) is not None:
        return quadrature_certificate(about)
    # At degree 1 every equation is linear in the perturbations, if K is.
    if about.degree > 1 or not family.log_symbol.is_linear:
        return None
    values = {f"{component}_{atom}": 0 for component in family.components for atom in range(1, m + 1)}
    values |= {f"w_{atom}": 1 for atom in range(1, m + 1)}
    return point_certificate(
        about, {**values, f"{family.nontrivial[0]}_1": 1, f"{family.nontrivial[0]}_2": -1}
    )


def unsolvable_side(about: FamilySystem) -> Certificate | None:
    """Return the certificate that the system is unsolvable, by theorem, or ``None`` if no theorem says so.

    One atom: its linear equations. A clause of components that are all forced to zero: sums of squares. A
    location–scale core at degree r ≥ 2m: zero crossings.

    >>> from polysolv.families import get
    >>> unsolvable_side(FamilySystem(get("location-scale-gaussian"), 4, 8)).kind
    'zero-crossing'
    """
    family = about.family
    if not family.log_symbol.is_linear:
        return None
    if about.m == 1:
        return _one_atom(about)
    forced = find_reduction(family.log_symbol, about.degree).steps
    if set(family.nontrivial) <= {step.component for step in forced}:
        return _sum_of_squares(about, forced)
    steps = forced_steps(family.log_symbol, about.degree)
    if steps is None or steps[-1]["location"] not in family.nontrivial or about.degree < 2 * about.m:
        return None
    return zero_crossing_certificate(about)


def _one_atom(about: FamilySystem) -> Certificate | None:
    """The equation at the symbol of a component c is k w_1 c_1, with no other term."""
    symbols = about.family.log_symbol.symbols
    linear = {name: symbols[name] for name in about.family.nontrivial if sum(symbols[name][1]) == 1}
    if set(linear) != set(about.family.nontrivial):
        return None
    if len(linear) > 1:
        steps = [drop_step(name, index) for name, (_, index) in linear.items()]
        return identity_certificate(about, "positivstellensatz", {}, steps=steps)
    ((name, (coefficient, index)),) = linear.items()
    steps = [unit_weight("w_1"), unit_unknown(name, f"{name}_1", {name: 1})]
    inverse: NamedPolynomial = {(): 1 / coefficient}
    return identity_certificate(about, "positivstellensatz", {index: inverse}, steps=steps)


def _sum_of_squares(about: FamilySystem, forced: tuple[DropStep, ...]) -> Certificate:
    """The equation at the square of the symbol of c is k Σ w c²; with w_1 = c_1 = 1 it is k + squares."""
    if len(about.family.nontrivial) > 1:
        steps = [drop_step(step.component, step.equation) for step in forced]
        return identity_certificate(about, "positivstellensatz", {}, steps=steps)
    (name,) = about.family.nontrivial
    place = [step.component for step in forced].index(name)
    steps = [drop_step(step.component, step.equation) for step in forced[:place]]
    steps += [unit_weight("w_1"), unit_unknown(name, f"{name}_1", {name: 1})]
    inverse: NamedPolynomial = {(): 1 / forced[place].coefficient}
    squares: list[Square] = [
        (1, {f"w_{atom}": 1}, {((f"{name}_{atom}", 1),): 1}) for atom in range(2, about.m + 1)
    ]
    return identity_certificate(
        about, "positivstellensatz", {forced[place].equation: inverse}, squares, steps
    )
