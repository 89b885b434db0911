"""Krawczyk's test on a lattice: one zero in a box of squares, or none, by integer arithmetic alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from operator import mul

from polysolv.homotopy.integer_system import Gaussian, IntegerSystem

_INFLATIONS = 8


@dataclass(frozen=True)
class Preconditioner:
    """The matrix Y with entries (re[i][k] + i·im[i][k]) / 2^shifts[i]; any matrix is sound."""

    re: tuple[tuple[int, ...], ...]
    im: tuple[tuple[int, ...], ...]
    shifts: tuple[int, ...]

    def times(self, values: Sequence[Gaussian]) -> list[Gaussian]:
        """Return the numerators of Y·values, row i over 2^shifts[i]."""
        re, im = [x for x, _ in values], [y for _, y in values]
        return [
            (sum(map(mul, a, re)) - sum(map(mul, b, im)), sum(map(mul, a, im)) + sum(map(mul, b, re)))
            for a, b in zip(self.re, self.im, strict=True)
        ]

    def newton_step(self, values: Sequence[Gaussian]) -> list[Gaussian]:
        """Return Y·values, rounded to the nearest lattice point."""
        return [
            ((x << 1 >> shift) + 1 >> 1, (y << 1 >> shift) + 1 >> 1)
            for (x, y), shift in zip(self.times(values), self.shifts, strict=True)
        ]


def precondition(jacobian: Sequence[Sequence[Gaussian]], units: Sequence[int]) -> Preconditioner | None:
    """Return an approximate inverse of a square matrix; ``None`` if it is singular in double precision.

    Powers of two bring first the rows to one size, where column j counts 2^units[j] times, then the columns.
    """
    import numpy as np

    n = len(jacobian)
    sizes = [[_bits(entry) for entry in row] for row in jacobian]
    heights = [
        max((size + u for size, u in zip(row, units, strict=True) if size), default=0) for row in sizes
    ]
    lifts = [max(heights) - height for height in heights]
    widths = [max(sizes[k][j] + lifts[k] for k in range(n)) for j in range(n)]
    matrix = np.zeros((n, n), np.complex128)
    for k, row in enumerate(jacobian):
        for j, (x, y) in enumerate(row):
            by = lifts[k] - widths[j] + 64
            matrix[k, j] = complex(_shifted(x, by), _shifted(y, by)) / 2**64
    try:
        inverse = np.linalg.inv(matrix)
    except np.linalg.LinAlgError:
        return None
    if not np.isfinite(inverse).all():
        return None
    re, im, shifts = [], [], []
    for i in range(n):
        # The largest entry of each row is given 63 bits.
        size = max(max(abs(z.real), abs(z.imag)) for z in inverse[i].tolist())
        by = max(63 - math.frexp(size)[1], -widths[i])
        row = [(int(math.ldexp(z.real, by)), int(math.ldexp(z.imag, by))) for z in inverse[i].tolist()]
        re.append(tuple(x << lift for (x, _), lift in zip(row, lifts, strict=True)))
        im.append(tuple(y << lift for (_, y), lift in zip(row, lifts, strict=True)))
        shifts.append(by + widths[i])
    return Preconditioner(tuple(re), tuple(im), tuple(shifts))


class KrawczykTest:
    """Krawczyk's operator K(X) = c − Y G(c) + (1 − Y G'(X))(X − c) about one centre c.

    X is the box of the squares |Re(u_i − c_i)|, |Im(u_i − c_i)| ≤ r_i. A zero of G in X is in K(X). If K(X)
    lies in the interior of X, then X holds exactly one zero and G' is invertible on X (Krawczyk 1969; Rump
    1983). All bounds are integers in units of the lattice, rounded up where they are divided.
    """

    def __init__(self, system: IntegerSystem, inverse: Preconditioner, centre: Sequence[Gaussian]) -> None:
        self.system = system
        self.inverse = inverse
        self.centre = centre
        n = len(centre)
        # Y G(c), rounded away from zero.
        self.steps = [
            max(_up(abs(x), shift), _up(abs(y), shift))
            for (x, y), shift in zip(inverse.times(system.values(centre)), inverse.shifts, strict=True)
        ]
        # Moduli of 1 − Y G'(c), row i over 2^shifts[i].
        self.errors = [[0] * n for _ in range(n)]
        jacobian = system.jacobian(centre)
        for j in range(n):
            for i, (x, y) in enumerate(inverse.times([row[j] for row in jacobian])):
                one = 1 << inverse.shifts[i] if i == j else 0
                self.errors[i][j] = abs(one - x) + abs(y)
        self.moduli = [
            [abs(x) + abs(y) for x, y in zip(a, b, strict=True)]
            for a, b in zip(inverse.re, inverse.im, strict=True)
        ]

    def spreads(self, radii: Sequence[int]) -> list[int]:
        """Bounds for |((1 − Y G'(X))(X − c))_i|, rounded up."""
        # A square of half side r lies in the disc of radius √2·r < 3r/2.
        discs = [(3 * r + 1) // 2 for r in radii]
        _, slopes = self.system.growth(self.centre, discs)
        return [
            _up(sum(map(mul, errors, discs)) + sum(map(mul, moduli, slopes)), shift)
            for errors, moduli, shift in zip(self.errors, self.moduli, self.inverse.shifts, strict=True)
        ]

    def holds_one_zero(self, radii: Sequence[int]) -> bool:
        """Whether the test proves that the box holds exactly one zero, a simple one."""
        spreads = self.spreads(radii)
        return all(step + s < r for step, s, r in zip(self.steps, spreads, radii, strict=True))

    def holds_no_zero(self, radii: Sequence[int]) -> bool:
        """Whether the test proves that the box holds no zero, as K(X) and X are disjoint."""
        spreads = self.spreads(radii)
        # The step was rounded up by less than one.
        return any(step - 1 - s > r for step, s, r in zip(self.steps, spreads, radii, strict=True))

    def find_radii(self, largest: Sequence[int]) -> list[int] | None:
        """Return radii of a box with exactly one zero, by inflation of K (Rump 1983), or ``None``."""
        radii = [2 * step + 2 for step in self.steps]
        for _ in range(_INFLATIONS):
            if any(r > limit for r, limit in zip(radii, largest, strict=True)):
                return None
            spreads = self.spreads(radii)
            images = [step + s for step, s in zip(self.steps, spreads, strict=True)]
            if all(image < r for image, r in zip(images, radii, strict=True)):
                return radii
            radii = [max(r, 2 * image + 2) for image, r in zip(images, radii, strict=True)]
        return None


def some_equation_is_non_zero(
    system: IntegerSystem, centre: Sequence[Gaussian], radii: Sequence[int]
) -> bool:
    """Whether some G_k is proved to vanish nowhere in the box; for any number of equations."""
    changes, _ = system.growth(centre, [(3 * r + 1) // 2 for r in radii])
    return any(
        max(abs(x), abs(y)) > change for (x, y), change in zip(system.values(centre), changes, strict=True)
    )


def _bits(entry: Gaussian) -> int:
    return max(entry[0].bit_length(), entry[1].bit_length())


def _shifted(value: int, by: int) -> int:
    return value << by if by >= 0 else value >> -by


def _up(value: int, shift: int) -> int:
    return -(-value >> shift)
