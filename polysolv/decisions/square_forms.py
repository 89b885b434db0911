"""Multipliers that turn the equations of the location–scale core into sums of squares, atom by atom.

The equations of the core are f_k = Σ_l w_l H_k(b_l, s_l), k = 1..2m, with Σ_k H_k(b, s) y^k = exp(b y + s
y²). They are linear in the weights, so it is enough to find polynomials c_k in all (b, s), symmetric in the
atoms, such that g = Σ_k c_k H_k(b_1, s_1) is a sum of squares; by symmetry Σ_k c_k f_k is then Σ_l w_l times
squares.

With (b, s) of grade (1, 2), c_k has degree D − k, and g = zᵀ Q z over monomials z of degree D/2. On some
configurations g must vanish whatever c is (an atom at 0, two atoms shrinking to 0), so only monomials that
vanish there can occur: the face of the cone that :func:`face` describes. Within it Q is positive definite.
A matrix is found by Douglas–Rachford iteration between {Q of the form above} and {Q ⪰ I}, then rounded, and
the linear conditions are restored exactly. Nothing is trusted: the identity is checked by the kernel.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import factorial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Exponents of (b_1, …, b_m, s_1, …, s_m).
Exponents = tuple[int, ...]
Form = dict[Exponents, Fraction]

_ITERATIONS = 4_000
_BITS = (8, 12, 16, 24, 32, 48)


@dataclass(frozen=True)
class SquareForm:
    """Multipliers and the sum of squares that they give.

    Args:
        m: number of atoms.
        degree: D, the weighted degree of g.
        multipliers: k -> c_k.
        squares: (d, s) with d > 0 and g = reserve + Σ d s².
        reserve: positive multiple of the squares that :func:`reserved` names.
    """

    m: int
    degree: int
    multipliers: dict[int, Form]
    squares: list[tuple[Fraction, Form]]
    reserve: Fraction


def atom_form(k: int) -> dict[tuple[int, int], Fraction]:
    """Return H_k as exponents of (b, s) -> coefficient.

    >>> atom_form(2)
    {(2, 0): Fraction(1, 2), (0, 1): Fraction(1, 1)}
    """
    return {(k - 2 * j, j): Fraction(1, factorial(k - 2 * j) * factorial(j)) for j in range(k // 2 + 1)}


def monomials(m: int, degree: int) -> list[Exponents]:
    """Return all exponents of weighted degree ``degree`` in m atoms.

    >>> monomials(1, 2)
    [(2, 0), (0, 1)]
    """

    def parts(total: int, count: int) -> list[Exponents]:
        if count == 1:
            return [(total,)]
        return [(first, *rest) for first in range(total + 1) for rest in parts(total - first, count - 1)]

    return [b + s for j in range(degree // 2 + 1) for b in parts(degree - 2 * j, m) for s in parts(j, m)]


def face(m: int) -> tuple[int, list[Form], list[int]] | None:
    """Return (D, basis z, positions in z of the reserved squares), or ``None`` if m is not covered.

    m = 2: D = 6, the monomials divisible by b_1 or s_1. m = 3: D = 12, H_6(b_1, s_1), and the monomials of
    degree ≥ 3 in each pair of atoms that contains the first one, ≥ 1 in the first, and not in it alone.
    """
    if m == 2:
        basis: list[Form] = [{e: Fraction(1)} for e in monomials(2, 3) if e[0] or e[2]]
        return 6, basis, [i for i, z in enumerate(basis) if (3, 0, 0, 0) in z]
    if m == 3:
        basis = [{(i, 0, 0, j, 0, 0): c for (i, j), c in atom_form(6).items()}]
        basis += [{e: Fraction(1)} for e in monomials(3, 6) if _in_face(e)]
        reserved = [i for i, z in enumerate(basis) if (5, 1, 0, 0, 0, 0) in z or (5, 0, 1, 0, 0, 0) in z]
        return 12, basis, reserved
    return None


def _in_face(e: Exponents) -> bool:
    grade = [e[atom] + 2 * e[3 + atom] for atom in range(3)]
    pairs = (grade[0] + grade[1], grade[0] + grade[2])
    return grade[0] >= 1 and grade[1] + grade[2] >= 1 and min(pairs) >= 3


def find_square_form(note: Callable[[str, object], None], m: int, seed: int) -> SquareForm | None:
    """Find multipliers for the core with m atoms.

    Args:
        note: called with what is learned on the way.
        m: 2 or 3.
        seed: where the iteration starts.

    Returns:
        the form, or ``None`` if the iteration or the rounding fails.
    """
    covered = face(m)
    if covered is None:
        return None
    degree, basis, reserved = covered
    problem = _Problem(m, degree, basis)
    gram = problem.search(note, seed)
    if gram is None:
        return None
    for bits in _BITS:
        rounded = problem.round(gram, bits)
        if rounded is None:
            continue
        multipliers, matrix = rounded
        for i in reserved:
            matrix[i][i] -= Fraction(1, 2)
        squares = _squares(matrix, basis, bits)
        if squares is not None:
            note("bits", bits)
            return SquareForm(m, degree, multipliers, squares, Fraction(1, 2))
    return None


class _Problem:
    """The linear conditions between the coefficients of the c_k and the entries of Q."""

    def __init__(self, m: int, degree: int, basis: list[Form]) -> None:
        self.m, self.basis = m, basis
        self.columns: list[tuple[int, list[Exponents]]] = []  # an orbit of monomials of c_k
        self.images: list[Form] = []  # what it contributes to g
        for k in range(1, 2 * m + 1):
            seen: set[Exponents] = set()
            for e in monomials(m, degree - k):
                if e in seen:
                    continue
                orbit = {
                    tuple(e[i] for i in p) + tuple(e[m + i] for i in p)
                    for p in itertools.permutations(range(m))
                }
                seen |= orbit
                self.columns.append((k, sorted(orbit)))
                self.images.append(self._image(k, orbit))
        self.pairs = [(i, j) for j in range(len(basis)) for i in range(j + 1)]
        self.products = [_product(basis[i], basis[j]) for i, j in self.pairs]
        occurring = sorted({e for form in (*self.images, *self.products) for e in form})
        self.rows = {e: number for number, e in enumerate(occurring)}

    def _image(self, k: int, orbit: set[Exponents]) -> Form:
        image: Form = {}
        for e in orbit:
            for (i, j), c in atom_form(k).items():
                target = list(e)
                target[0] += i
                target[self.m] += j
                image[tuple(target)] = image.get(tuple(target), Fraction(0)) + c
        return image

    def search(self, note: Callable[[str, object], None], seed: int) -> NDArray[np.float64] | None:
        """Return a numerical Q ⪰ I/2 that satisfies the linear conditions nearly."""
        import numpy as np

        n = len(self.basis)
        first, second = (np.array(x) for x in zip(*self.pairs, strict=True))
        scale = np.where(first == second, 1.0, np.sqrt(2.0))
        normal = self._conditions(scale)
        note("gram_size", n)
        note("multiplier_unknowns", len(self.columns))

        def matrix(x: Any) -> Any:
            q = np.zeros((n, n))
            q[first, second] = q[second, first] = x / scale
            return q

        x = np.eye(n)[first, second] * scale
        x = x + 0.01 * np.random.default_rng(seed).standard_normal(x.size)
        for step in range(1, _ITERATIONS + 1):
            inside = x - normal.T @ (normal @ x)
            values, vectors = np.linalg.eigh(matrix(2 * inside - x))
            positive = (vectors * np.maximum(values, 1.0)) @ vectors.T
            x = x + positive[first, second] * scale - inside
            if step % 20 == 0:
                smallest = float(np.linalg.eigvalsh(matrix(inside))[0])
                note("iterations", step)
                note("least_eigenvalue", smallest)
                if smallest > 0.9:
                    found: NDArray[np.float64] = matrix(inside)
                    return found
        return None

    def _conditions(self, scale: Any) -> Any:
        """Return orthonormal conditions on Q: those combinations of coefficients that no c can change."""
        import numpy as np

        left = np.zeros((len(self.rows), len(self.columns)))
        for column, image in enumerate(self.images):
            for e, c in image.items():
                left[self.rows[e], column] += float(c)
        right = np.zeros((len(self.rows), len(self.pairs)))
        for column, product in enumerate(self.products):
            for e, c in product.items():
                right[self.rows[e], column] += float(c) * scale[column]
        self.left, self.right, self.scale = left, right, scale
        u, s, _ = np.linalg.svd(left)
        conditions = u[:, int((s > 1e-10 * s[0]).sum()) :].T @ right
        _, s, v = np.linalg.svd(conditions, full_matrices=False)
        return v[: int((s > 1e-10 * s[0]).sum())]

    def round(
        self, gram: NDArray[np.float64], bits: int
    ) -> tuple[dict[int, Form], list[list[Fraction]]] | None:
        """Return exact multipliers and the exact Q near ``gram``, entries about multiples of 2^−bits."""
        import numpy as np

        flat = np.array([gram[i, j] for i, j in self.pairs]) * self.scale
        guess = np.linalg.lstsq(self.left, self.right @ flat, rcond=None)[0]
        unit = 1 << bits

        def near(value: float) -> Fraction:
            return Fraction(round(value * unit), unit)

        # Basis elements of several terms get their rows of Q from the linear conditions, not by correction.
        single = [len(z) == 1 for z in self.basis]
        inner = [p for p, (i, j) in enumerate(self.pairs) if single[i] and single[j]]
        outer = [p for p, (i, j) in enumerate(self.pairs) if not (single[i] and single[j])]
        correctable: dict[Exponents, list[int]] = {}
        for p in inner:
            correctable.setdefault(next(iter(self.products[p])), []).append(p)
        count = len(self.columns)
        equations: dict[Exponents, dict[int, Fraction]] = {}
        for column, image in enumerate(self.images):
            for e, c in image.items():
                equations.setdefault(e, {})[column] = c
        for number, p in enumerate(outer):
            i, j = self.pairs[p]
            for e, c in self.products[p].items():
                equations.setdefault(e, {})[count + number] = -c * (1 if i == j else 2)
        start = [near(value) for value in guess] + [near(float(gram[self.pairs[p]])) for p in outer]
        solution = _solve_near([row for e, row in equations.items() if e not in correctable], start)
        matrix = [[Fraction(0)] * len(self.basis) for _ in self.basis]

        def put(p: int, value: Fraction) -> None:
            i, j = self.pairs[p]
            matrix[i][j] = matrix[j][i] = value

        for number, p in enumerate(outer):
            put(p, solution[count + number])
        for e, positions in correctable.items():
            wanted = sum((c * solution[v] for v, c in equations.get(e, {}).items()), Fraction(0))
            shares = [1 if i == j else 2 for i, j in (self.pairs[p] for p in positions)]
            values = [near(float(gram[self.pairs[p]])) for p in positions]
            gap = wanted - sum((s * v for s, v in zip(shares, values, strict=True)), Fraction(0))
            for p, value in zip(positions, values, strict=True):
                put(p, value + gap / sum(shares))
        multipliers: dict[int, Form] = {}
        for (k, orbit), value in zip(self.columns, solution, strict=False):
            if value:
                multipliers.setdefault(k, {}).update(dict.fromkeys(orbit, value))
        return multipliers, matrix


def _product(left: Form, right: Form) -> Form:
    total: Form = {}
    for a, x in left.items():
        for b, y in right.items():
            e = tuple(i + j for i, j in zip(a, b, strict=True))
            total[e] = total.get(e, Fraction(0)) + x * y
    return total


def _solve_near(rows: list[dict[int, Fraction]], start: list[Fraction]) -> list[Fraction]:
    """Return an exact solution of homogeneous equations: all but the pivots keep their start values."""
    pivots: dict[int, dict[int, Fraction]] = {}
    for row in sorted(rows, key=len):
        row = dict(row)
        while row and (column := max(row)) in pivots:
            factor = row[column]
            for other, value in pivots[column].items():
                changed = row.get(other, Fraction(0)) - factor * value
                if changed:
                    row[other] = changed
                else:
                    row.pop(other, None)
        if row:
            column = max(row)
            lead = row[column]
            pivots[column] = {other: value / lead for other, value in row.items()}
    solution = list(start)
    for column in sorted(pivots):  # a pivot is the largest column of its row
        solution[column] = -sum(
            (value * solution[other] for other, value in pivots[column].items() if other != column),
            Fraction(0),
        )
    return solution


def _squares(
    matrix: list[list[Fraction]], basis: list[Form], bits: int
) -> list[tuple[Fraction, Form]] | None:
    """Return zᵀ Q z as a sum of squares, or ``None`` if that fails.

    Q = L Lᵀ + R with a rounded L, and R so near to a positive multiple of the identity that it is diagonally
    dominant: R_ij z_i z_j becomes |R_ij|/2 · (z_i ± z_j)². Unlike those of an exact LDLᵀ the numbers stay
    short.
    """
    import numpy as np

    n, unit = len(matrix), 1 << (bits + 4)
    approximate = np.array([[float(value) for value in row] for row in matrix])
    smallest = float(np.linalg.eigvalsh(approximate)[0])
    if smallest <= 0:
        return None
    lower = np.linalg.cholesky(approximate - smallest / 2 * np.eye(n))
    whole = [[round(float(value) * unit) for value in row] for row in lower]
    squares: list[tuple[Fraction, Form]] = []
    for column in range(n):
        squares.append((Fraction(1, unit**2), _combine(basis, {i: whole[i][column] for i in range(n)})))
    diagonal = [Fraction(0)] * n
    for j in range(n):
        for i in range(j + 1):
            inner = sum(a * b for a, b in zip(whole[i], whole[j], strict=True))
            rest = matrix[i][j] - Fraction(inner, unit**2)
            if i == j:
                diagonal[i] += rest
            elif rest:
                diagonal[i] -= abs(rest)
                diagonal[j] -= abs(rest)
                squares.append((abs(rest), _combine(basis, {i: 1, j: 1 if rest > 0 else -1})))
    if min(diagonal) <= 0:
        return None
    return squares + [(value, z) for value, z in zip(diagonal, basis, strict=True)]


def _combine(basis: list[Form], factors: dict[int, int]) -> Form:
    total: Form = {}
    for i, factor in factors.items():
        for e, c in basis[i].items() if factor else ():
            total[e] = total.get(e, Fraction(0)) + factor * c
    return total
