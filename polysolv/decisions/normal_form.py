"""Exact reductions of a system, recorded and reversible: what is dropped, scaled to 1, or set to 0.

Every method but `theorem` and `quadrature` works on the cases made here. A solution of the system is one of
some case after a renumbering of atoms and positive scalings; every solution of a case is one of the system.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from polysolv.errors import InputError
from polysolv.polynomials.algebra import Poly, is_homogeneous, one_sign, renumber, substitute

if TYPE_CHECKING:
    from polysolv.polynomials.polynomial import Index
    from polysolv.systems.polynomial_system import PolynomialSystem


@dataclass(frozen=True)
class Case:
    """A system after reductions, in the unknowns that are left.

    Args:
        system: the system it comes from.
        steps: the reductions in the form of a certificate's steps.
        values: unknown -> the rational it got.
        unknowns: names of the unknowns left, the weights last.
        weights: those that must be positive.
        nonzero: an unknown that must not vanish, or ``None`` if the case makes sure of non-triviality.
        equations: index -> polynomial, not identically zero; variables are positions in ``unknowns``.
        restricted: whether unknowns were set to 0 by choice, so that "no solution" says nothing.
        citable: whether ``steps`` say all that a certificate needs; not so if there are several cases.
    """

    system: PolynomialSystem
    steps: tuple[Mapping[str, Any], ...]
    values: Mapping[str, Fraction]
    unknowns: tuple[str, ...]
    weights: tuple[str, ...]
    nonzero: str | None
    equations: Mapping[Index, Poly]
    restricted: bool = False
    citable: bool = True

    @cached_property
    def positions(self) -> dict[str, int]:
        """Unknown -> its number in ``equations``."""
        return {name: i for i, name in enumerate(self.unknowns)}

    def complete(self, values: Mapping[str, Fraction]) -> dict[str, Fraction]:
        """Map a solution of the case back: return a value for every unknown of the system."""
        return {
            name: self.values[name] if name in self.values else values[name] for name in self.system.unknowns
        }

    def with_values(self, values: Mapping[str, int | Fraction]) -> Case:
        """Return the case with more unknowns replaced by rationals."""
        numbers = {self.positions[name]: Fraction(value) for name, value in values.items()}
        left = [name for name in self.unknowns if name not in values]
        order = {self.positions[name]: i for i, name in enumerate(left)}
        equations = {}
        for index, polynomial in self.equations.items():
            if smaller := substitute(polynomial, numbers):
                equations[index] = renumber(smaller, order)
        return replace(
            self,
            values={**self.values, **{name: Fraction(value) for name, value in values.items()}},
            unknowns=tuple(left),
            weights=tuple(name for name in self.weights if name not in values),
            nonzero=None if self.nonzero in values else self.nonzero,
            equations=equations,
        )


@dataclass(frozen=True)
class Reduced:
    """What exact reductions say about a system.

    Args:
        dropped: component -> index of the equation, a sum of squares, that forces it to zero; in order.
        contradiction: index of an equation without real zeros for positive weights, or ``None``.
        cases: cases that together cover all non-trivial solutions.
    """

    dropped: Mapping[str, Index]
    contradiction: Index | None
    cases: tuple[Case, ...]


def require_system(system: PolynomialSystem) -> None:
    """Refuse a system about which nothing can be asked.

    Raises:
        InputError: if it has no equations or no unknowns, or a coefficient that is no Fraction.
    """
    if not system.equations:
        raise InputError("system.equations", [], "at least one equation")
    if not system.unknowns:
        raise InputError("system.unknowns", [], "at least one unknown")
    known = range(len(system.unknowns))
    for polynomial in system.equations.values():
        for monomial, coefficient in polynomial.items():
            if isinstance(coefficient, bool) or not isinstance(coefficient, (int, Fraction)):
                raise InputError(
                    "system.equations", coefficient, "exact rational coefficients; floats are refused"
                )
            if any(i not in known for i, _ in monomial):
                raise InputError("system.equations", monomial, f"unknowns numbered 0 to {len(known) - 1}")
    for field in ("weights", "nontrivial"):
        for name in getattr(system, field):
            if name not in system.unknowns:
                raise InputError(f"system.{field}", name, "names from unknowns")


def reduce_system(system: PolynomialSystem) -> Reduced:
    """Return the exact reductions of a system: sums of squares, then one weight and one unknown scaled to 1.

    Args:
        system: any system.

    An equation whose coefficients are all positive and whose unknowns other than weights have even exponents
    is a sum of squares with positive weights: each unknown of which it has a pure power is zero in every real
    solution. The others follow theory page §2: dividing by a weight (equations homogeneous in the weights),
    scaling by the grading, and renumbering atoms.

    >>> from polysolv import build_system
    >>> found = reduce_system(build_system("softmax-gaussian", 2, 4))
    >>> dict(found.dropped), found.cases[0].unknowns
    ({'beta1': (2, 0), 'a': (2, 2)}, ('b_2', 'sigma_1', 'sigma_2', 'w_2'))
    """
    groups = _components(system)
    dropped: dict[str, Index] = {}
    equations: dict[Index, Poly] = {
        index: {monomial: Fraction(value) for monomial, value in polynomial.items()}
        for index, polynomial in system.equations.items()
        if polynomial
    }
    weights = {i for i, name in enumerate(system.unknowns) if name in system.weights}
    while True:
        found = _sum_of_squares(equations, weights)
        if found is None:
            break
        index, forced = found
        if not forced:
            return Reduced(dropped, index, ())
        zero: dict[int, Fraction] = {}
        for component, unknowns in groups.items():
            if forced & set(unknowns):
                dropped[component] = index
                zero |= dict.fromkeys(unknowns, Fraction(0))
        equations = {i: p for i, q in equations.items() if (p := substitute(q, zero))}
    return Reduced(dropped, None, _cases(system, groups, dropped, equations))


def _components(system: PolynomialSystem) -> dict[str, list[int]]:
    """Group the unknowns other than weights: by component for a family, else each one alone."""
    position = {name: i for i, name in enumerate(system.unknowns)}
    if system.family is None or system.m is None:
        return {name: [i] for name, i in position.items() if name not in system.weights}
    return {
        component: [position[f"{component}_{atom}"] for atom in range(1, system.m + 1)]
        for component in system.family.components
    }


def _sum_of_squares(equations: Mapping[Index, Poly], weights: set[int]) -> tuple[Index, set[int]] | None:
    """Return an equation that is a sum of squares, with the unknowns it forces to zero.

    None of them: the equation has a term in the weights alone, or no unknowns at all, and cannot vanish.
    """
    for index, polynomial in equations.items():
        if one_sign(polynomial.values()) != 1:
            continue
        rests = [tuple((i, e) for i, e in monomial if i not in weights) for monomial in polynomial]
        if any(e % 2 for rest in rests for _, e in rest):
            continue
        if () in rests:
            return index, set()
        if pure := {rest[0][0] for rest in rests if len(rest) == 1}:
            return index, pure
    return None


def _cases(
    system: PolynomialSystem,
    groups: Mapping[str, list[int]],
    dropped: Mapping[str, Index],
    equations: Mapping[Index, Poly],
) -> tuple[Case, ...]:
    names = system.unknowns
    zero = {names[i]: Fraction(0) for component in dropped for i in groups[component]}
    left = [name for name in names if name not in zero]
    order = [name for name in left if name not in system.weights] + [n for n in left if n in system.weights]
    numbers = {names.index(name): i for i, name in enumerate(order)}
    base = Case(
        system,
        tuple({"step": "drop", "component": c, "index": list(index)} for c, index in dropped.items()),
        zero,
        tuple(order),
        tuple(name for name in order if name in system.weights),
        None,
        {index: renumber(polynomial, numbers) for index, polynomial in equations.items()},
    )
    clause = {c: [names[i] for i in groups[c]] for c in groups if names[groups[c][0]] in system.nontrivial}
    active = {c: unknowns for c, unknowns in clause.items() if c not in dropped}
    # A weight is never 0: one in the clause makes every solution non-trivial.
    everything = not system.nontrivial or not set(system.nontrivial).isdisjoint(system.weights)
    if not everything and not active:
        return ()
    base = _unit_weight(base)
    if everything:
        return (base,)
    cases = []
    for component, unknowns in active.items():
        # The atoms of a family can be renumbered: if one of their unknowns is not 0, let it be the first.
        scaled = _unit_unknown(base, component, unknowns[0], groups, len(active) == 1)
        cases.append(scaled or replace(base, nonzero=unknowns[0], citable=False))
    return tuple(cases)


def _unit_weight(case: Case) -> Case:
    grades = {case.positions[name]: 1 for name in case.weights}
    if not case.weights or not all(is_homogeneous(p, grades) for p in case.equations.values()):
        return case
    step = {"step": "unit-weight", "weight": case.weights[0]}
    return replace(case.with_values({case.weights[0]: 1}), steps=(*case.steps, step))


def _unit_unknown(
    case: Case, component: str, unknown: str, groups: Mapping[str, list[int]], alone: bool
) -> Case | None:
    """Scale ``unknown`` to 1 if the grading of the system allows it; grade 1 also takes care of its sign."""
    grading = {name: case.system.grading[unknowns[0]] for name, unknowns in groups.items()}
    if grading[component] != 1:
        return None
    component_of = {case.system.unknowns[i]: c for c, unknowns in groups.items() for i in unknowns}
    grades = {case.positions[n]: grading[component_of[n]] for n in case.unknowns if n not in case.weights}
    same = all(case.system.grading[i] == grading[c] for c, unknowns in groups.items() for i in unknowns)
    if not same or not all(is_homogeneous(p, grades) for p in case.equations.values()):
        return None
    step = {"step": "unit-unknown", "component": component, "unknown": unknown, "grading": grading}
    return replace(case.with_values({unknown: 1}), steps=(*case.steps, step), citable=alone)


def restricted_cases(case: Case) -> list[Case]:
    """Return the case with whole components set to zero, the smallest ones first: easier places to look.

    Only for families: the components of the non-triviality clause stay, with at most one other.
    """
    family, m = case.system.family, case.system.m
    if family is None or m is None:
        return []
    left = [c for c in family.components if any(n.rpartition("_")[0] == c for n in case.unknowns)]
    free = [c for c in left if c not in family.nontrivial]
    found = []
    for kept in [*([c] for c in reversed(free)), []]:
        zero = {
            n: Fraction(0)
            for n in case.unknowns
            if n not in case.weights and (c := n.rpartition("_")[0]) in free and c not in kept
        }
        if zero:
            found.append(replace(case.with_values(zero), restricted=True))
    return found
