"""Certificates that a box holds a solution, by Krawczyk's test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from polysolv.certificates.certificate import Certificate, seal
from polysolv.certificates.spelling import spell_rational
from polysolv.certificates.statements import SOLVABLE, FamilySystem, statement
from polysolv.errors import InputError

if TYPE_CHECKING:
    from polysolv.systems import PolynomialSystem

Matrix = list[list[Fraction]]


class Box(NamedTuple):
    """A box around a solution.

    Attributes:
        centre: n rationals.
        radii: n positive rationals.
        preconditioner: n × n rationals, near the inverse of the Jacobian at the centre.
    """

    centre: Sequence[Fraction]
    radii: Sequence[Fraction]
    preconditioner: Sequence[Sequence[Fraction]]


def box_certificate(
    about: FamilySystem | PolynomialSystem,
    fixed: Mapping[str, int | Fraction],
    free: Sequence[str],
    boxes: Sequence[Box],
) -> Certificate:
    """Return the certificate that each box holds a non-trivial solution with positive weights.

    Args:
        about: the system.
        fixed: rational values of some weights and unknowns.
        free: the n others; fixing must leave n equations.
        boxes: one or more boxes in the free coordinates, pairwise disjoint.
    """
    payload = {
        "fixed": {name: spell_rational(value) for name, value in fixed.items()},
        "free": list(free),
        "boxes": [
            {
                "centre": [spell_rational(value) for value in box.centre],
                "radii": [spell_rational(value) for value in box.radii],
                "preconditioner": [[spell_rational(value) for value in row] for row in box.preconditioner],
            }
            for box in boxes
        ],
    }
    return seal("box", statement(about, SOLVABLE), payload)


def enclose(
    system: PolynomialSystem,
    fixed: Mapping[str, int | Fraction],
    approximation: Mapping[str, float | Fraction],
    digits: int = 12,
) -> Box | None:
    """Return a box around the solution near ``approximation``, or ``None`` if there seems to be none.

    Args:
        system: the system.
        fixed: exact values of some weights and unknowns.
        approximation: name -> approximate value of all others, in the order of the box's coordinates.
        digits: the centre is refined to about this many decimal digits.

    Newton's method in rational arithmetic from the approximation; the radius is a multiple of the last step,
    the preconditioner the rounded inverse of the Jacobian. Nothing is proved here: the kernel tests the box.

    >>> from polysolv import build_system
    >>> system = build_system("location-scale-gaussian", m=2, degree=3)
    >>> fixed = {"w_1": 1, "w_2": 1, "mu_1": 1}
    >>> near = {"mu_2": -0.99, "sigma_1": -1.01, "sigma_2": -1.0}
    >>> box = enclose(system, fixed, near)
    >>> box_certificate(system, fixed, list(near), [box]).verify().accepted
    True
    """
    names, scale = list(approximation), 10**digits
    positions = [system.unknowns.index(name) for name in names]
    point = {system.unknowns.index(name): Fraction(value) for name, value in fixed.items()}
    point |= {
        position: Fraction(round(Fraction(approximation[name]) * scale), scale)
        for name, position in zip(names, positions, strict=True)
    }
    missing = [name for i, name in enumerate(system.unknowns) if i not in point]
    if missing:
        raise InputError("approximation", missing[0], "a value for every unknown that is not fixed")
    used = [
        polynomial
        for polynomial in system.equations.values()
        if any(_derivative(polynomial, i, point) for i in positions) or _value(polynomial, point)
    ]
    if len(used) != len(names):
        return None
    inverse: Matrix | None = None
    size = Fraction(1)
    for _ in range(60):
        inverse = inverse_matrix([[_derivative(p, i, point) for i in positions] for p in used])
        if inverse is None:
            return None
        inverse = [[Fraction(round(value * scale), scale) for value in row] for row in inverse]
        residual = [_value(polynomial, point) for polynomial in used]
        step = [sum((a * b for a, b in zip(row, residual, strict=True)), Fraction(0)) for row in inverse]
        before, size = size, max(map(abs, step), default=Fraction(0))
        for position, change in zip(positions, step, strict=True):
            point[position] = Fraction(round((point[position] - change) * scale), scale)
        if size * scale <= 2 or size > 10**6 or (size >= before and size * scale < 10**3):
            break
    centre = [point[position] for position in positions]
    radius = Fraction(10**3 + round(size * scale) * 10**3, scale)
    return Box(centre, [radius] * len(names), inverse or [])


def _value(
    polynomial: Mapping[tuple[tuple[int, int], ...], Fraction], point: Mapping[int, Fraction]
) -> Fraction:
    total = Fraction(0)
    for monomial, coefficient in polynomial.items():
        for position, exponent in monomial:
            coefficient *= point[position] ** exponent
        total += coefficient
    return total


def _derivative(
    polynomial: Mapping[tuple[tuple[int, int], ...], Fraction], variable: int, point: Mapping[int, Fraction]
) -> Fraction:
    lowered = {}
    for monomial, coefficient in polynomial.items():
        exponent = dict(monomial).get(variable, 0)
        if exponent:
            rest = tuple((i, e - (i == variable)) for i, e in monomial if i != variable or e > 1)
            lowered[rest] = coefficient * exponent
    return _value(lowered, point)


def inverse_matrix(matrix: Matrix) -> Matrix | None:
    """Return the inverse by Gauss–Jordan elimination, or ``None`` if there is none."""
    n = len(matrix)
    rows = [[*row, *(Fraction(i == j) for j in range(n))] for i, row in enumerate(matrix)]
    for column in range(n):
        pivot = next((i for i in range(column, n) if rows[i][column]), None)
        if pivot is None:
            return None
        rows[column], rows[pivot] = rows[pivot], rows[column]
        top = [value / rows[column][column] for value in rows[column]]
        rows = [
            top if i == column else [a - row[column] * b for a, b in zip(row, top, strict=True)]
            for i, row in enumerate(rows)
        ]
    return [row[n:] for row in rows]
