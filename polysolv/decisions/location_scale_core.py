"""The location–scale core of a system, normalised, as equations for the tracker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import factorial
from typing import TYPE_CHECKING

from polysolv.polynomials.generic_system import GenericSystem
from polysolv.systems.reductions import find_reduction, location_scale_pair

if TYPE_CHECKING:
    from polysolv.systems.polynomial_system import PolynomialSystem


@dataclass(frozen=True)
class Core:
    """The equations Σ_l w_l exp(a_l y + s_l y²) = Σ_l w_l + O(y^{r+1}) inside a system (theory page §3).

    Args:
        system: the family's system.
        m: cell size; ``degree``: r.
        location, scale: components with a = c1·location, s = c2·scale.
        factors: (c1, c2).
        equivalent: whether all other components are forced to zero, so that the core decides the system; if
            not, solutions of the core still are solutions of the system.
    """

    system: PolynomialSystem
    m: int
    degree: int
    location: str
    scale: str
    factors: tuple[Fraction, Fraction]
    equivalent: bool

    def equations(
        self, degree: int, weights: Sequence[Fraction] | None = None, m: int | None = None
    ) -> GenericSystem:
        """Equations of y¹ … y^degree with w_1 = 1 and a_1 = 1, in w_2.. (unless given), a_2.., s_1...

        The normalisation loses nothing: weights scale freely, y scales, and atoms can be renumbered.

        >>> from polysolv import build_system
        >>> find_core(build_system("location-scale-gaussian", m=2, degree=4)).equations(4).unknowns
        ('w_2', 'a_2', 's_1', 's_2')
        """
        atoms = range(1, (m or self.m) + 1)
        names = [f"w_{i}" for i in atoms[1:]] if weights is None else []
        names += [f"a_{i}" for i in atoms[1:]] + [f"s_{i}" for i in atoms]
        place = {name: i for i, name in enumerate(names)}
        equations = []
        for order in range(1, degree + 1):
            polynomial: dict[tuple[tuple[int, int], ...], Fraction] = {}
            for atom in atoms:
                for squares in range(order // 2 + 1):
                    rest = order - 2 * squares
                    coefficient = Fraction(1, factorial(rest) * factorial(squares))
                    powers = {}
                    if weights is not None:
                        coefficient *= weights[atom - 1]
                    elif atom > 1:
                        powers[place[f"w_{atom}"]] = 1
                    if atom > 1 and rest:
                        powers[place[f"a_{atom}"]] = rest
                    if squares:
                        powers[place[f"s_{atom}"]] = squares
                    monomial = tuple(sorted(powers.items()))
                    polynomial[monomial] = polynomial.get(monomial, Fraction(0)) + coefficient
            equations.append(polynomial)
        return (
            GenericSystem(tuple(names), tuple(equations))
            if names
            else GenericSystem(("s_1",), tuple(equations))
        )

    def named(self, weights: Sequence[object], a: Sequence[object], s: Sequence[object]) -> dict[str, object]:
        """Values of the system's own unknowns; the components outside the core are zero."""
        values: dict[str, object] = dict.fromkeys(self.system.unknowns, Fraction(0))
        for i in range(self.m):
            values[f"w_{i + 1}"] = weights[i]
            values[f"{self.location}_{i + 1}"] = _divided(a[i], self.factors[0])
            values[f"{self.scale}_{i + 1}"] = _divided(s[i], self.factors[1])
        return values


def _divided(value: object, factor: Fraction) -> object:
    return value / factor if isinstance(value, Fraction) else float(value) / float(factor)  # type: ignore[arg-type]


def find_core(system: PolynomialSystem) -> Core | None:
    """Return the location–scale core, or ``None`` if the system was not built from a family that has one."""
    family, m, degree = system.family, system.m, system.degree
    if family is None or m is None or degree is None:
        return None
    reduction = find_reduction(family.log_symbol, degree)
    pair, symbol, equivalent = reduction.location_scale, reduction.core, True
    if pair is None:
        equivalent = False
        for location in family.nontrivial:
            for scale in family.log_symbol.perturbations:
                others = frozenset(family.log_symbol.perturbations) - {location, scale}
                symbol = family.log_symbol.without(others)
                if location_scale_pair(symbol) == (location, scale):
                    pair = (location, scale)
                    break
            if pair:
                break
    if pair is None or pair[0] not in family.nontrivial:
        return None
    symbol = reduction.core if equivalent else symbol
    factors = (symbol.symbols[pair[0]][0], symbol.symbols[pair[1]][0])
    return Core(system, m, degree, pair[0], pair[1], factors, equivalent)


def derivative(
    polynomial: Mapping[tuple[tuple[int, int], ...], Fraction], index: int
) -> dict[tuple[tuple[int, int], ...], Fraction]:
    """Return the partial derivative.

    >>> derivative({((0, 2), (1, 1)): Fraction(3)}, 0)
    {((0, 1), (1, 1)): Fraction(6, 1)}
    """
    result = {}
    for monomial, coefficient in polynomial.items():
        exponent = dict(monomial).get(index, 0)
        if exponent:
            rest = tuple((i, e - (i == index)) for i, e in monomial if e > (i == index))
            result[rest] = coefficient * exponent
    return result
