"""`certify_solutions`: Krawczyk's test in exact arithmetic for every solution of a `SolveResult`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from polysolv.display.grid import Grid
from polysolv.display.rich_display import RichDisplay, Tables, pairs
from polysolv.errors import InputError
from polysolv.homotopy.integer_system import Gaussian, IntegerSystem
from polysolv.homotopy.krawczyk import (
    KrawczykTest,
    Preconditioner,
    precondition,
    some_equation_is_non_zero,
)
from polysolv.homotopy.real_factors import real_factors
from polysolv.homotopy.results import PathResult, SolveResult, require_result, show_number
from polysolv.polynomials.gaussian_rational import parts
from polysolv.polynomials.polynomial import ComplexPolynomial

CERTIFIED = "certified"
REFUTED = "refuted"
UNDECIDED = "undecided"

# Bits of each coordinate, relative to its size: more where fewer do not tell a zero from its conjugate.
_BITS = (96, 192, 384, 768)
# A point stands for a zero that differs from it, in each coordinate, by at most 2^-16 of the coordinate plus
# 2^-40 of the largest coordinate (at least 1): coordinates that are zero are known up to rounding errors.
_REACH, _NOISE = 16, 40
_INVERSES, _CHORDS = 4, 12


@dataclass(frozen=True)
class SolutionCertificate:
    """What was proved about one distinct finite solution.

    Args:
        distinct: number of the solution in the result.
        status: ``certified``: the box holds exactly one zero of the system, a simple one; ``refuted``: the
            box, which is about the given point, holds none; ``undecided``: neither was proved, as for
            singular solutions. An undecided solution may be one all the same.
        real: True if the zero is proved real, False if proved non-real, ``None`` if neither.
        centre: real and imaginary part of each coordinate of the box's centre, exact.
        radii: for each coordinate half the side of the box, in its real and its imaginary direction, exact.
    """

    distinct: int
    status: str
    real: bool | None
    centre: tuple[tuple[Fraction, Fraction], ...]
    radii: tuple[Fraction, ...]

    @property
    def radius(self) -> Fraction:
        """The largest of the radii."""
        return max(self.radii)


@dataclass(frozen=True)
class CertifiedSolutions(RichDisplay):
    """Certificates of all distinct finite solutions of one result, with the three counts.

    Args:
        solutions: one certificate for each distinct finite solution of the result, in its order.
        distinct: number of certified zeros that are proved pairwise different. The system has at least so
            many zeros; that it has no others is not proved.
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
        """Number of solutions proved real; two of them may be the same zero, see :attr:`distinct_real`."""
        return sum(s.real is True for s in self.solutions)

    @property
    def nnonreal(self) -> int:
        """Number of solutions proved non-real; two of them may be the same zero."""
        return sum(s.real is False for s in self.solutions)

    @property
    def distinct_real(self) -> int:
        """Number of zeros proved real and pairwise different: the system has at least so many real zeros."""
        return count_disjoint([s for s in self.solutions if s.real])

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
            "distinct_real": self.distinct_real,
            "solutions": [
                {
                    "distinct": s.distinct,
                    "status": s.status,
                    "real": s.real,
                    "centre": [[str(re), str(im)] for re, im in s.centre],
                    "radius": str(s.radius),
                    "radii": [str(r) for r in s.radii],
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
        result: what `solve` returned.

    Returns:
        `CertifiedSolutions` with counts certified, refuted, undecided. For a result with ``slices``, or with
        more equations than unknowns, nothing is certified (the square system that was tracked is not the
        given one), but a point at which a given equation is not zero is refuted.

    Raises:
        InputError: if ``result`` is no `SolveResult`, or a solution has an infinite coordinate or one too
            many.

    What is certified is the zero next to the given point: one that differs from it in each coordinate by at
    most 2^-16 of the coordinate plus 2^-40 of the largest (at least 1). Coordinates are integers on a lattice
    that is fine relative to each of them; there Newton's method looks for the zero, and Krawczyk's test is
    evaluated with integers only. A box that is symmetric to the real space and holds exactly one zero holds a
    real one, as conjugation permutes the zeros of a system that it leaves alone: one whose coefficients are
    real, or whose equations are conjugate in pairs up to factors. Of other systems a zero is proved
    real where the common divisors of the equations' real and imaginary parts are proved to have it.
    Nothing is said about solutions that the result does not hold.

    >>> from polysolv.homotopy import solve
    >>> print(certify_solutions(solve(["x^2 - 2", "y - x"])))
    certified 2 (pairwise distinct 2; real 2, non-real 0), refuted 0, undecided 0
    """
    require_result(result)
    equations = [polynomial for polynomial in result.system.equations if polynomial]
    unknowns = len(result.system.unknowns)
    square = not result.slices and len(equations) == unknowns
    symmetric = _is_symmetric(equations)
    certificates = []
    for path in result.solutions:
        if len(path.solution) != unknowns or not all(
            math.isfinite(z.real) and math.isfinite(z.imag) for z in path.solution
        ):
            field = f"result.paths[{path.index}].solution"
            raise InputError(field, path.solution, f"{unknowns} finite coordinates")
        certificates.append(_certify(equations, square, symmetric, path))
    return CertifiedSolutions(tuple(certificates), count_disjoint(certificates))


def _is_symmetric(equations: Sequence[ComplexPolynomial]) -> bool:
    """Whether conjugation only permutes the equations, up to factors: then it permutes their zeros, too."""
    found, conjugate = set(), set()
    for polynomial in equations:
        terms = sorted(polynomial.items())
        first = terms[0][1]
        monic = [(m, parts(c / first)) for m, c in terms]
        found.add(tuple(monic))
        conjugate.add(tuple((m, (re, -im)) for m, (re, im) in monic))
    return found == conjugate


def _certify(
    equations: Sequence[ComplexPolynomial], square: bool, symmetric: bool, path: PathResult
) -> SolutionCertificate:
    number = path.distinct or 0
    found: SolutionCertificate | None = None
    for bits in _BITS if square else ():
        exact = converged = False
        # Coordinates that are tiny beside the largest may be zeros with their rounding errors.
        for uniform in (False, True):
            lattice = _Lattice(equations, path.solution, bits, symmetric, uniform=uniform)
            exact |= lattice.exact
            # Rows are compared in the user's units, or in those of the point's coordinates.
            for units in (lattice.scales, [0] * len(lattice.scales)):
                zero = lattice.newton(units)
                if zero is not None:
                    converged = True
                    found = lattice.certify(*zero, number) or found
                    if found is not None:
                        break
            if found is not None:
                break
        if found is not None and (found.real is not None or not symmetric):
            break
        if found is None and exact and not converged:
            break  # a finer lattice would show the same
    if found is not None and found.real is None and not symmetric and _lies_on_real_factors(equations, found):
        found = replace(found, real=True)
    return found or _Lattice(equations, path.solution, _BITS[0], symmetric).refute(square, number)


def _lies_on_real_factors(equations: Sequence[ComplexPolynomial], found: SolutionCertificate) -> bool:
    """Whether a real zero of the equations' real factors is proved to lie in a box: it is the one there."""
    factors = real_factors(equations, len(found.centre))
    if any(set(factor) == {()} for factor in factors):
        return False
    point = tuple(complex(float(re), 0.0) for re, _ in found.centre)
    for bits in _BITS[1:]:
        lattice = _Lattice(factors, point, bits, symmetric=True)
        zero = lattice.newton(lattice.scales)
        inner = None if zero is None else lattice.certify(*zero, found.distinct)
        if inner is not None and inner.real and _holds(found, inner):
            return True
    return False


def _holds(outer: SolutionCertificate, inner: SolutionCertificate) -> bool:
    """Whether one box lies within another."""
    return all(
        abs(x[k] - y[k]) + s <= r
        for x, y, r, s in zip(outer.centre, inner.centre, outer.radii, inner.radii, strict=True)
        for k in (0, 1)
    )


class _Lattice:
    """Points x_i = u_i / 2^scales[i] with Gaussian integers u_i, about a given point."""

    def __init__(
        self,
        equations: Sequence[ComplexPolynomial],
        point: Sequence[complex],
        bits: int,
        symmetric: bool | None = None,
        uniform: bool = False,
    ) -> None:
        self.symmetric = _is_symmetric(equations) if symmetric is None else symmetric
        sizes = [math.frexp(max(abs(z.real), abs(z.imag)))[1] if z else None for z in point]
        largest = max((size for size in sizes if size is not None), default=0)
        # Coordinates that are tiny beside the largest are rounding errors of zero, most of the time.
        least = largest if uniform else largest - 4 * bits
        self.scales = [bits - (largest if size is None else max(size, least)) for size in sizes]
        self.system = IntegerSystem.on_lattice(equations, self.scales)
        exact = [
            [Fraction(part) * Fraction(2) ** scale for part in (z.real, z.imag)]
            for z, scale in zip(point, self.scales, strict=True)
        ]
        self.start: list[Gaussian] = [(round(x), round(y)) for x, y in exact]
        self.exact = all(part.denominator == 1 for parts in exact for part in parts)
        noise = max(largest, 0) - _NOISE
        self.reach = [
            (max(abs(x), abs(y)) >> _REACH) + (1 << max(0, noise + scale))
            for (x, y), scale in zip(self.start, self.scales, strict=True)
        ]

    def newton(self, units: Sequence[int]) -> tuple[list[Gaussian], Preconditioner] | None:
        """A point near a zero and an inverse of the Jacobian there; ``None`` if there seems to be none."""
        centre = self.start
        inverse: Preconditioner | None = None
        first = 0
        for _ in range(_INVERSES):
            inverse = precondition(self.system.jacobian(centre), units)
            if inverse is None:
                return None
            before = 0
            for _ in range(_CHORDS):
                steps = inverse.newton_step(self.system.values(centre))
                centre = [(x - a, y - b) for (x, y), (a, b) in zip(centre, steps, strict=True)]
                if not self._is_near(centre, 64):
                    return None
                size = max(max(abs(a), abs(b)) for a, b in steps)
                if size <= 2:
                    return centre, inverse
                if not before:
                    # Towards a multiple zero a new Jacobian gains one bit only, or none.
                    if first and 8 * size > first:
                        return None
                    first = size
                elif 4 * size > before:
                    break
                before = size
        assert inverse is not None
        return centre, inverse

    def certify(
        self, centre: list[Gaussian], inverse: Preconditioner, number: int
    ) -> SolutionCertificate | None:
        """The certificate of a zero near the given point, or ``None``."""
        if not self._is_near(centre, 1):
            return None
        if self.symmetric and all(abs(y) <= 4 for _, y in centre):
            centre = [(x, 0) for x, _ in centre]
        radii = KrawczykTest(self.system, inverse, centre).find_radii(self.reach)
        if radii is None:
            return None
        real: bool | None = None
        if any(abs(y) > r for (_, y), r in zip(centre, radii, strict=True)):
            real = False
        elif not self.symmetric:
            real = None
        elif not any(y for _, y in centre):
            real = True
        else:
            # The box meets the real space: put its centre there and certify again.
            moved: list[Gaussian] = [(x, 0) for x, _ in centre]
            wider = KrawczykTest(self.system, inverse, moved).find_radii(self.reach)
            if wider is not None:
                centre, radii, real = moved, wider, True
        return self._certificate(number, CERTIFIED, real, centre, radii)

    def refute(self, square: bool, number: int) -> SolutionCertificate:
        """The certificate that there is no zero near the given point, or the answer undecided."""
        status = UNDECIDED
        if some_equation_is_non_zero(self.system, self.start, self.reach):
            status = REFUTED
        elif square:
            inverse = precondition(self.system.jacobian(self.start), self.scales)
            if inverse and KrawczykTest(self.system, inverse, self.start).holds_no_zero(self.reach):
                status = REFUTED
        return self._certificate(number, status, None, self.start, self.reach)

    def _is_near(self, centre: Sequence[Gaussian], factor: int) -> bool:
        return all(
            abs(x - a) <= factor * r and abs(y - b) <= factor * r
            for (x, y), (a, b), r in zip(centre, self.start, self.reach, strict=True)
        )

    def _certificate(
        self, number: int, status: str, real: bool | None, centre: Sequence[Gaussian], radii: Sequence[int]
    ) -> SolutionCertificate:
        units = [Fraction(2) ** -scale for scale in self.scales]
        return SolutionCertificate(
            number,
            status,
            real,
            tuple((x * unit, y * unit) for (x, y), unit in zip(centre, units, strict=True)),
            tuple(r * unit for r, unit in zip(radii, units, strict=True)),
        )


def count_disjoint(certificates: Sequence[SolutionCertificate]) -> int:
    """Return the number of certified boxes that meet no certified box counted before.

    Boxes that do not meet hold different zeros; boxes that meet may hold the same one.
    """
    kept = sorted((s for s in certificates if s.status == CERTIFIED), key=_left_end)
    count = 0
    active: list[SolutionCertificate] = []
    for s in kept:
        active = [t for t in active if t.centre[0][0] + t.radii[0] >= _left_end(s)]
        if not any(_meet(s, t) for t in active):
            count += 1
            active.append(s)
    return count


def _left_end(certificate: SolutionCertificate) -> Fraction:
    return certificate.centre[0][0] - certificate.radii[0]


def _meet(a: SolutionCertificate, b: SolutionCertificate) -> bool:
    return all(
        abs(x[0] - y[0]) <= r + s and abs(x[1] - y[1]) <= r + s
        for x, y, r, s in zip(a.centre, b.centre, a.radii, b.radii, strict=True)
    )
