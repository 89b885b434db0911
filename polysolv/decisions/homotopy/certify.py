"""`certify_solutions`: Krawczyk's test in exact rational arithmetic for every solution of a `SolveResult`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from polysolv.decisions.homotopy.core import derivative
from polysolv.decisions.homotopy.results import PathResult, SolveResult, require_result, show_number
from polysolv.display import RichDisplay, Tables, pairs
from polysolv.grid import Grid
from polysolv.systems.polynomial import Polynomial

CERTIFIED = "certified"
REFUTED = "refuted"
UNDECIDED = "undecided"

# Complex number with exact parts, scaled by 2^_BITS and rounded outwards where intervals are meant.
_BITS = 160
_ONE = 1 << _BITS
_REFUTING = 20  # a refuted box has a side of about 2^-20 of the point's norm


@dataclass(frozen=True)
class SolutionCertificate:
    """What was proved about one distinct finite solution.

    Args:
        distinct: number of the solution in the result.
        status: ``certified``: the square box with this centre and radius holds exactly one zero, a simple
        one;
            ``refuted``: no zero lies within the box; ``undecided``: neither was proved (singular solutions).
        real: True if the zero is proved real, False if proved non-real, ``None`` if neither.
        centre: real and imaginary part of each coordinate, exact.
        radius: half the side of the box, in each real and imaginary direction, exact.
    """

    distinct: int
    status: str
    real: bool | None
    centre: tuple[tuple[Fraction, Fraction], ...]
    radius: Fraction


@dataclass(frozen=True)
class CertifiedSolutions(RichDisplay):
    """Certificates of all distinct finite solutions of one result, with the three counts.

    ``distinct`` counts the certified zeros that are proved pairwise different.
    """

    solutions: tuple[SolutionCertificate, ...]
    distinct: int

    @property
    def counts(self) -> dict[str, int]:
        """Numbers of certified, refuted and undecided solutions."""
        return {
            status: sum(s.status == status for s in self.solutions)
            for status in (CERTIFIED, REFUTED, UNDECIDED)
        }

    @property
    def nreal(self) -> int:
        """Number of solutions proved real."""
        return sum(s.real is True for s in self.solutions)

    @property
    def nnonreal(self) -> int:
        """Number of solutions proved non-real."""
        return sum(s.real is False for s in self.solutions)

    def _display(self) -> Tables:
        proved = {"proved real": self.nreal, "proved non-real": self.nnonreal, "distinct": self.distinct}
        table = pairs("certified solutions", **self.counts, **proved)
        rows = [
            [
                str(s.distinct),
                s.status,
                {True: "proved real", False: "proved non-real", None: "-"}[s.real],
                ", ".join(show_number(complex(float(re), float(im))) for re, im in s.centre),
                f"{float(s.radius):.1e}",
            ]
            for s in self.solutions
        ]
        return [table, Grid("boxes", ["solution", "status", "real", "centre", "radius"], rows)], ()

    def to_data(self) -> dict[str, Any]:
        """Return JSON data; rationals are strings."""
        return {
            "counts": self.counts,
            "distinct": self.distinct,
            "real": self.nreal,
            "nonreal": self.nnonreal,
            "solutions": [
                {
                    "distinct": s.distinct,
                    "status": s.status,
                    "real": s.real,
                    "centre": [[str(re), str(im)] for re, im in s.centre],
                    "radius": str(s.radius),
                }
                for s in self.solutions
            ],
        }

    def __str__(self) -> str:
        counts = self.counts
        return (
            f"certified {counts[CERTIFIED]} (pairwise distinct {self.distinct}; real {self.nreal}, "
            f"non-real {self.nnonreal}), refuted {counts[REFUTED]}, undecided {counts[UNDECIDED]}"
        )


def certify_solutions(result: SolveResult) -> CertifiedSolutions:
    """Certify each distinct finite solution, real or non-real, and that all are distinct.

    Args:
        result: what `solve` returned. For a result with ``slices`` or with more equations than unknowns
            nothing can be certified (the square system that was tracked is not the given one): all are
            undecided.

    Returns:
        `CertifiedSolutions` with counts certified, refuted, undecided.

    Raises:
        InputError: if ``result`` is no `SolveResult`.

    Krawczyk's operator K(X) = c − Y f(c) + (1 − Y f'(X))(X − c) is evaluated with integers only: numbers are
    multiples of 2^-160, intervals are rounded outwards. K(X) inside X proves exactly one zero in X, and f'
    invertible there (Krawczyk 1969; Rump 1983). A zero whose box meets the mirror box of its conjugate and
    is the
    only one in a box around both is real, as conjugation permutes the zeros of a real system.

    >>> from polysolv.decisions.homotopy import solve
    >>> print(certify_solutions(solve(["x^2 - 2", "y - x"])))
    certified 2 (pairwise distinct 2; real 2, non-real 0), refuted 0, undecided 0
    """
    require_result(result)
    square = not result.slices and sum(bool(p) for p in result.system.equations) == len(
        result.system.unknowns
    )
    equations = [polynomial for polynomial in result.system.equations if polynomial]
    certificates = []
    for path in result.solutions:
        if square:
            certificates.append(_certify(equations, path))
        else:
            centre = tuple((Fraction(z.real), Fraction(z.imag)) for z in path.solution)
            certificates.append(SolutionCertificate(path.distinct or 0, UNDECIDED, None, centre, Fraction(0)))
    return CertifiedSolutions(tuple(certificates), _count_distinct(certificates))


Complex = tuple[int, int]  # re, im in units of 2^-_BITS
Box = tuple[int, int, int, int]  # re low, re high, im low, im high


def _certify(equations: Sequence[Polynomial], path: PathResult) -> SolutionCertificate:
    n = len(path.solution)
    centre = [(_fixed(z.real), _fixed(z.imag)) for z in path.solution]
    inverse = _inverse_jacobian(equations, [_float(c) for c in centre])
    status, real, radius = UNDECIDED, None, 0
    if inverse is not None:
        # Newton's method in fixed point makes the box small, so that nearby zeros do not disturb.
        for _ in range(3):
            step = _apply(inverse, [_evaluate(f, [(x, x, y, y) for x, y in centre]) for f in equations])
            centre = [
                (x - (low + high) // 2, y - (below + above) // 2)
                for (x, y), (low, high, below, above) in zip(centre, step, strict=True)
            ]
        scale = max(_ONE, *(max(abs(x), abs(y)) for x, y in centre)) if n else _ONE
        for exponent in (40, 60, 30, 50, 24, 18):
            radius = scale >> exponent
            if _krawczyk(equations, inverse, centre, radius) == CERTIFIED:
                status = CERTIFIED
                break
        if status == CERTIFIED:
            centre, real = _reality(equations, inverse, centre, radius)
        else:
            # Refuting takes a box about the given point that is wide enough to matter.
            centre = [(_fixed(z.real), _fixed(z.imag)) for z in path.solution]
            radius = scale >> _REFUTING
            status = _krawczyk(equations, inverse, centre, radius)
    exact = tuple((Fraction(x, _ONE), Fraction(y, _ONE)) for x, y in centre)
    return SolutionCertificate(path.distinct or 0, status, real, exact, Fraction(radius, _ONE))


def _krawczyk(
    equations: Sequence[Polynomial], inverse: list[list[Complex]], centre: list[Complex], radius: int
) -> str:
    points: list[Box] = [(x, x, y, y) for x, y in centre]
    box: list[Box] = [(x - radius, x + radius, y - radius, y + radius) for x, y in centre]
    newton = _apply(inverse, [_evaluate(f, points) for f in equations])
    jacobian = [[_evaluate(derivative(f, j), box) for j in range(len(centre))] for f in equations]
    inside, outside = True, False
    for i in range(len(centre)):
        bound_re = bound_im = 0
        for j in range(len(centre)):
            entry: Box = (_ONE, _ONE, 0, 0) if i == j else (0, 0, 0, 0)
            for k in range(len(centre)):
                entry = _minus(
                    entry, _times((*_twice(inverse[i][k][0]), *_twice(inverse[i][k][1])), jacobian[k][j])
                )
            size = max(abs(entry[0]), abs(entry[1])) + max(abs(entry[2]), abs(entry[3]))
            bound_re += (size * radius >> _BITS) + 1
            bound_im = bound_re
        low, high, below, above = newton[i]
        if max(abs(low), abs(high)) + bound_re >= radius or max(abs(below), abs(above)) + bound_im >= radius:
            inside = False
        # K(X) contains every zero of X: if the two are disjoint there is none.
        if low - bound_re > radius or high + bound_re < -radius:
            outside = True
        if below - bound_im > radius or above + bound_im < -radius:
            outside = True
    if inside:
        return CERTIFIED
    return REFUTED if outside else UNDECIDED


def _reality(
    equations: Sequence[Polynomial], inverse: list[list[Complex]], centre: list[Complex], radius: int
) -> tuple[list[Complex], bool | None]:
    if any(abs(y) > radius for _, y in centre):
        return centre, False
    # The box meets the real space: put its centre there and certify again.
    moved = [(x, 0) for x, _ in centre]
    grown = radius
    if all(abs(y) <= grown for _, y in centre) and _krawczyk(equations, inverse, moved, grown) == CERTIFIED:
        return moved, True
    return centre, None


def _count_distinct(certificates: Sequence[SolutionCertificate]) -> int:
    """Number of certified boxes that meet no earlier certified box."""
    kept = sorted((s for s in certificates if s.status == CERTIFIED), key=lambda s: s.centre[0][0] - s.radius)
    count = 0
    active: list[SolutionCertificate] = []
    for s in kept:
        active = [t for t in active if t.centre[0][0] + t.radius >= s.centre[0][0] - s.radius]
        if not any(_meet(s, t) for t in active):
            count += 1
        active.append(s)
    return count


def _meet(a: SolutionCertificate, b: SolutionCertificate) -> bool:
    reach = a.radius + b.radius
    return all(
        abs(x[0] - y[0]) <= reach and abs(x[1] - y[1]) <= reach
        for x, y in zip(a.centre, b.centre, strict=True)
    )


def _fixed(value: float) -> int:
    exact = Fraction(value)
    return (exact.numerator << _BITS) // exact.denominator


def _float(value: Complex) -> complex:
    return complex(float(Fraction(value[0], _ONE)), float(Fraction(value[1], _ONE)))


def _twice(value: int) -> tuple[int, int]:
    return value, value


def _evaluate(polynomial: Polynomial, box: Sequence[Box]) -> Box:
    total: Box = (0, 0, 0, 0)
    for monomial, coefficient in polynomial.items():
        term: Box = (_ONE, _ONE, 0, 0)
        for index, exponent in monomial:
            for _ in range(exponent):
                term = _times(term, box[index])
        n, d = coefficient.numerator, coefficient.denominator
        a, b, c, e = (value * n for value in term)
        if n < 0:
            a, b, c, e = b, a, e, c
        total = (total[0] + a // d, total[1] - (-b // d), total[2] + c // d, total[3] - (-e // d))
    return total


def _times(x: Box, y: Box) -> Box:
    a, b = _product(x[0], x[1], y[0], y[1])
    c, d = _product(x[2], x[3], y[2], y[3])
    e, f = _product(x[0], x[1], y[2], y[3])
    g, h = _product(x[2], x[3], y[0], y[1])
    # Floor for lower ends, ceiling for upper ones.
    return (a - d) >> _BITS, -((c - b) >> _BITS), (e + g) >> _BITS, -(-(f + h) >> _BITS)


def _product(a: int, b: int, c: int, d: int) -> tuple[int, int]:
    products = (a * c, a * d, b * c, b * d)
    return min(products), max(products)


def _minus(x: Box, y: Box) -> Box:
    return x[0] - y[1], x[1] - y[0], x[2] - y[3], x[3] - y[2]


def _apply(matrix: list[list[Complex]], vector: Sequence[Box]) -> list[Box]:
    result = []
    for row in matrix:
        total: Box = (0, 0, 0, 0)
        for (re, im), entry in zip(row, vector, strict=True):
            a, b, c, d = _times((re, re, im, im), entry)
            total = total[0] + a, total[1] + b, total[2] + c, total[3] + d
        result.append(total)
    return result


def _inverse_jacobian(
    equations: Sequence[Polynomial], point: Sequence[complex]
) -> list[list[Complex]] | None:
    """Approximate inverse of the Jacobian, in fixed point; any matrix is sound as a preconditioner."""
    import numpy as np

    n = len(point)
    matrix = np.zeros((n, n), np.complex128)
    for i, polynomial in enumerate(equations):
        for j in range(n):
            for monomial, coefficient in derivative(polynomial, j).items():
                term = complex(float(coefficient))
                for index, exponent in monomial:
                    term *= point[index] ** exponent
                matrix[i, j] += term
    try:
        inverse = np.linalg.inv(matrix)
    except np.linalg.LinAlgError:
        return None
    if not np.isfinite(inverse).all():
        return None
    return [[(_fixed(float(z.real)), _fixed(float(z.imag))) for z in row] for row in inverse]
