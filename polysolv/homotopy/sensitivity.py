"""Which end points depend on the last digits of the coefficients."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from polysolv.polynomials.gaussian_rational import parts

if TYPE_CHECKING:
    from polysolv.homotopy.results import PathResult
    from polysolv.polynomials.generic_system import GenericSystem

_DIGITS = 5  # decimals of fewer digits are taken for exact
_FRACTION = 500  # of so many decimals with as many places one has a denominator as small: it is a fraction
_MERGE = 0.1  # of condition² · rounding: two simple zeros may become a double one, or one may leave


def rounding_of(system: GenericSystem) -> float:
    """Return half a unit in the last place, relative, of the coarsest decimal among the coefficients.

    Integers, fractions and decimals of fewer than five digits count as exact: 0.0 if there are no others. So
    do fractions such as 1/1024, whose decimals end.

    >>> from polysolv.polynomials.generic_system import GenericSystem
    >>> rounding_of(GenericSystem.parse("x^2 - 1.23456"))  # 6 digits
    4.050025920165889e-06
    >>> rounding_of(GenericSystem.parse("x^2 - 0.25"))
    0.0
    >>> rounding_of(GenericSystem.parse("x^2 - 1/1048576"))
    0.0
    """
    coarsest = 0.0
    for polynomial in system.equations:
        for coefficient in polynomial.values():
            for part in parts(coefficient):
                digits = None if part.denominator == 1 else _digits(part)
                if digits is not None and digits >= 10 ** (_DIGITS - 1):
                    coarsest = max(coarsest, float(Fraction(1, 2 * digits)))
    return coarsest


def _digits(number: Fraction) -> int | None:
    """Return the digits of a decimal as an integer without zeros at its end, ``None`` for a fraction."""
    rest, twos, fives = number.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    places = max(twos, fives)
    if rest != 1 or 10**places >= _FRACTION * number.denominator:
        return None
    return abs(int(number * Fraction(10) ** places))


def sensitive_ends(system: GenericSystem, paths: Sequence[PathResult]) -> int:
    """Return how many isolated end points a change of the last digits may make, split, merge or send away.

    Args:
        system: the system that was solved.
        paths: its paths.

    A simple zero of condition κ is about 1/κ away from the next one in relative terms; a relative change δ of
    the coefficients moves it by κδ at most to first order. So κ²δ ≥ 0.1 says that two zeros may meet, or be
    two only by the rounding of the coefficients. Singular zeros are changed by any δ. End points on sets
    of positive dimension are not counted: where they lie depends on the seed in any case.
    """
    rounding = rounding_of(system)
    if not rounding:
        return 0
    largest = math.sqrt(_MERGE / rounding)
    ends = {path.distinct: path for path in paths if path.distinct is not None and not path.dimension}
    return sum(path.singular or path.condition > largest for path in ends.values())
