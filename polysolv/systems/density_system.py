"""The reduced system of a cell of a density's own derivatives."""

from __future__ import annotations

from fractions import Fraction
from math import factorial

from polysolv.errors import require_integer
from polysolv.families.density import DensityRelations
from polysolv.systems.polynomial_system import PolynomialSystem


def density_system(relations: DensityRelations, m: int) -> PolynomialSystem:
    """Return the reduced system of a cell of m atoms: Taylor coefficients up to the order of the relations.

    Args:
        relations: the linear relations among the derivatives of a density.
        m: cell size, 1 to 20.

    Returns:
        the system. The equation of an independent derivative ∂^B u is Σ_α r_(α,B) Σ_l w_l δ_l^α/α!, where
        ∂^α u contains it r_(α,B) times, |α| ≤ order. If relations depend on θ the system is that of the truth
        ``relations.point``.

    Raises:
        InputError: if m is not from 1 to 20.

    >>> from sympy import exp, sqrt, symbols
    >>> from polysolv.families.density import density_relations
    >>> Y, mu, s = symbols("Y mu sigma")
    >>> density_system(density_relations(exp(-(Y - mu) ** 2 / (2 * s)) / sqrt(s), [mu, s], [], Y), m=2)
    PolynomialSystem(family=None, d=None, m=None, degree=None, equations=4, unknowns=6)
    """
    m = require_integer("m", m, 1, 20)
    place = {name: i for i, name in enumerate(relations.parameters)}
    equations: dict[tuple[int, ...], dict[tuple[tuple[int, int], ...], Fraction]] = {}
    for orders, parts in relations.groups.items():
        scale = Fraction(1)
        for _, k in orders:
            scale /= factorial(k)
        for base, r in parts.items():
            if not orders or not base:
                continue
            powers = dict(base)
            index = tuple(powers.get(name, 0) for name in relations.parameters)
            for atom in range(m):
                monomial = ((atom, 1), *sorted((m + m * place[name] + atom, k) for name, k in orders))
                equations.setdefault(index, {})[monomial] = r * scale
    weights = tuple(f"w_{atom}" for atom in range(1, m + 1))
    unknowns = tuple(f"{name}_{atom}" for name in relations.parameters for atom in range(1, m + 1))
    return PolynomialSystem(weights + unknowns, weights, unknowns, (0,) * (m + len(unknowns)), equations)
