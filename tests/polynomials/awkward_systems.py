"""Random systems whose names, numbers and coefficients other programs are known to misread."""

from __future__ import annotations

import random
import re
from fractions import Fraction

from polysolv import GenericSystem
from polysolv.polynomials.gaussian_rational import Coefficient, gaussian

NAMES = re.findall(
    r"\S+",
    """i I im e E eta Pi pi f1 f2 lambda Gamma zeta ii x x1 x_1 x_1_2 x[1,2] x[3] R F Add sigma_1 sigma1 std
ring v1 v2 v3 end λ K T w a_b unknowns System imaginary imaginaryUnit sin x2 y S O o1 i1 pi_1 zeta_2 W d echo is of
short Rational symbols True poly char_series size2 eps Ex Ix function expo INPUT t""",
)


def awkward_system(seed: int, is_complex: bool) -> GenericSystem:
    """Return a system with at most five of these names, integers of up to 25 digits, zero equations, lost names."""
    rng = random.Random(seed)
    count = rng.randint(1, 5)
    names = rng.sample(NAMES, count)
    if {"i", "I", "im"} <= set(names):
        names[names.index("im")] = "z"
    equations = []
    for _ in range(rng.randint(1, 4)):
        polynomial: dict[tuple[tuple[int, int], ...], Coefficient] = {}
        for _ in range(rng.randint(1, 5)):
            monomial = tuple((i, rng.choice([1, 1, 2, 3, 12])) for i in range(count) if rng.random() < 0.4)
            size = rng.choice([3, 30, 10**25])
            real = Fraction(rng.randint(-size, size), rng.choice([1, 1, 2, 7, 10**20 + 1]))
            imaginary = Fraction(rng.randint(-size, size), rng.choice([1, 3]))
            turned = is_complex and rng.random() < 0.5
            value = gaussian(rng.choice([Fraction(0), real]), imaginary) if turned else real
            if value:
                polynomial[monomial] = value
        equations.append(polynomial)
    return GenericSystem(tuple(names), tuple(equations))


def value_at(system: GenericSystem, point: list[int]) -> list[Coefficient]:
    """Return the values of all equations at a point, by a sum that shares nothing with the package."""
    values: list[Coefficient] = []
    for polynomial in system.equations:
        total: Coefficient = Fraction(0)
        for monomial, coefficient in polynomial.items():
            for index, exponent in monomial:
                coefficient = coefficient * point[index] ** exponent
            total = total + coefficient
        values.append(total)
    return values
