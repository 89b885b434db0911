"""Where derivatives are looked at: true atoms, points of covariates and response; ranks there."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from polysolv.display.value import Value
from polysolv.errors import InputError
from polysolv.families.second_order.balls import PRECISIONS, NoValue, ball, regular_minor
from polysolv.families.second_order.derivatives import Index, logarithmic_derivatives, over_density
from polysolv.families.second_order.source import DensitySource
from polysolv.polynomials.ball_precision import precision

_TRIED = 12
_EXTRA = 6
_POINTS = 40


@dataclass(eq=False, repr=False)
class Place(Value):
    """True atoms, each a value for every parameter."""

    truths: tuple[tuple[tuple[str, Fraction], ...], ...]

    @property
    def atoms(self) -> list[dict[str, Fraction]]:
        """The atoms as mappings."""
        return [dict(atom) for atom in self.truths]

    def __str__(self) -> str:
        return "; ".join(", ".join(f"{n} = {v}" for n, v in atom) for atom in self.truths)


def find_place(source: DensitySource) -> Place:
    """Return the truth of a source, or an atom that stands for an unknown one, where the density exists.

    Raises:
        InputError: if the density is not positive and finite at points of its support.
    """
    if source.truths:
        for truth in source.truths:
            if problem := _problem(source, dict(truth)):
                shown = ", ".join(f"{n} = {v}" for n, v in truth)
                raise InputError("density", source.text, f"a density: at {shown} {problem}")
        return Place(source.truths)
    if source.generic:
        return Place((source.generic,))
    problem = ""
    for values in _candidates(len(source.parameters)):
        atom = dict(zip(source.parameters, values, strict=True))
        found = _problem(source, atom)
        if not found:
            return Place((tuple(atom.items()),))
        problem = problem or f"at {', '.join(f'{n} = {v}' for n, v in atom.items())} {found}"
    raise InputError("density", source.text, f"a density, positive on {source.support}: {problem}")


def _candidates(count: int) -> Iterator[list[Fraction]]:
    chooser = random.Random(5)
    for spread in (1, 3, 1, 3) * (_TRIED // 4):
        yield [
            Fraction(chooser.randint(1, 10) + (11 * chooser.randint(0, spread - 1)), 11) for _ in range(count)
        ]


def _problem(source: DensitySource, atom: Mapping[str, Fraction]) -> str:
    """Return what speaks against a density there, from values at points; "" for nothing."""
    import sympy

    at = {
        t: sympy.Rational(v.numerator, v.denominator)
        for t, v in zip(source.thetas, atom.values(), strict=True)
    }
    expression = source.density.xreplace(at)
    seen = 0
    for point in points(source, 11, _POINTS):
        try:
            with precision(PRECISIONS[0]):
                value = ball(expression, point)
                if value < 0:
                    where = ", ".join(f"{s.name} = {v}" for s, v in point.items())
                    return f"it is negative ({float(value.mid()):.3g} at {where})"
                seen += bool(value > 0)
        except NoValue:
            where = ", ".join(f"{s.name} = {v}" for s, v in point.items())
            return f"it has no finite real value at {where}"
    return "" if seen else "it is not positive anywhere where it was tried"


def points(source: DensitySource, seed: int, count: int) -> Iterator[dict[Any, Any]]:
    """Yield rational points of the support, with covariates from −2 to 2.

    Values of a discrete response come in order, again and again with other covariates.
    """
    import sympy

    chooser = random.Random(seed)
    covariates, responses = source.varying[: len(source.covariates)], source.varying[len(source.covariates) :]
    support = source.support
    low, high = support.ends
    for number in range(count):
        point = {x: sympy.Rational(chooser.randint(-40, 40), 21) for x in covariates}
        for y in responses:
            if support.values:
                value = support.values[number % len(support.values)]
                point[y] = sympy.Rational(value.numerator, value.denominator)
            elif support.integers:
                point[y] = sympy.Integer(number % 24)
            else:
                point[y] = _inside(low, high, sympy.Rational(2 * chooser.randint(1, 60) - 1, 121))
        yield point


def _inside(low: float, high: float, share: Any) -> Any:
    """Return a rational point of an interval; ``share`` between 0 and 1 says where."""
    from math import inf

    import sympy

    ends = [
        sympy.Rational(Fraction(e).limit_denominator(10**6)) if abs(e) < inf else None for e in (low, high)
    ]
    stretched = share / (1 - share)
    if ends[0] is None and ends[1] is None:
        return (share - sympy.Rational(1, 2)) * 9
    if ends[1] is None:
        return ends[0] + 2 * stretched
    if ends[0] is None:
        return ends[1] - 2 * stretched
    return ends[0] + (ends[1] - ends[0]) * share


def independent_columns(
    source: DensitySource, place: Place, wanted: Sequence[tuple[int, Index]]
) -> str | None:
    """Return how derivatives of the atoms are shown to be independent, in words, or ``None`` if they are not.

    Args:
        source: the density.
        place: the true atoms.
        wanted: (atom, orders of differentiation) of the derivatives.

    A minor of their values over u that is not zero shows it: exact where they are rational at rational
    points, else in balls whose precision is raised until it is not zero.
    """
    enough = _EXTRA if not source.support.is_discrete else 3 * _EXTRA
    for bits in PRECISIONS:
        with precision(bits):
            rows, exact = values_at_points(source, place, wanted, len(wanted) + enough)
            if len(rows) >= len(wanted) and regular_minor(rows, len(wanted)) is not None:
                how = "exact" if exact else f"in balls of {bits} bits"
                return f"a minor of size {len(wanted)} at rational points is not zero ({how})"
            if exact and len(rows) >= len(wanted):
                return None
    return None


def values_at_points(
    source: DensitySource, place: Place, wanted: Sequence[tuple[int, Index]], count: int
) -> tuple[list[list[Any]], bool]:
    """Return derivatives over the first atom's density at rational points, and whether they are exact.

    Args:
        source: the density.
        place: the true atoms.
        wanted: (atom, orders of differentiation) of the derivatives.
        count: how many points.

    Returns:
        a row for each point at which they exist, at most ``count`` of them.
    """
    import sympy

    order = max(sum(index) for _, index in wanted)
    thetas = source.thetas
    logarithmic = logarithmic_derivatives(source.density, thetas, max(order, 1))
    numbers = [
        {t: sympy.Rational(v.numerator, v.denominator) for t, v in zip(thetas, atom.values(), strict=True)}
        for atom in place.atoms
    ]
    values = [{g: e.xreplace(at).doit() for g, e in logarithmic.items()} for at in numbers]
    densities = [source.density.xreplace(at).doit() for at in numbers]
    rows: list[list[Any]] = []
    exact = True
    for point in points(source, 12, 4 * count + _POINTS):
        if len(rows) == count:
            break
        try:
            row, rational = _row(values, densities, wanted, point)
        except NoValue:
            continue
        rows.append(row)
        exact = exact and rational
    return rows, exact


def _row(
    values: list[dict[Index, Any]],
    densities: list[Any],
    wanted: Sequence[tuple[int, Index]],
    point: dict[Any, Any],
) -> tuple[list[Any], bool]:
    """Return the derivatives over the first atom's density at a point, and whether they are exact."""
    import flint
    import sympy

    found: list[dict[Index, Any]] = []
    exact = True
    for j, of_atom in enumerate(values):
        at_point = {g: e.xreplace(point) for g, e in of_atom.items()}
        rational = len(values) == 1 and all(e.is_Rational for e in at_point.values())
        exact = exact and rational
        if rational:
            numbers = {g: flint.fmpq(int(e.p), int(e.q)) for g, e in at_point.items()}
            one: Any = flint.fmpq(1)
            zero: Any = flint.fmpq(0)
            scale: Any = flint.fmpq(1)
        else:
            numbers = {g: ball(e, point) for g, e in of_atom.items()}
            one, zero, scale = flint.arb(1), flint.arb(0), flint.arb(1)
            if j:
                scale = ball(densities[j], point) / ball(densities[0], point)
        mine = [index for atom, index in wanted if atom == j]
        over = over_density(numbers, mine, one, zero)
        found.append({index: scale * over[index] for index in mine})
    if not all(sympy.Rational(v).is_Rational for v in point.values()):
        raise NoValue("point")
    return [found[j][index] for j, index in wanted], exact
