"""Which second-order relations are positive semidefinite, of which rank: decided by exact matrices.

A space of tuples of symmetric matrices holds no positive semidefinite tuple but 0 if and only if some tuple Q
of positive definite ones is orthogonal to it (the cone of semidefinite tuples is its own dual). Q is found as
exp(Σ c_i B_i) at the minimum of the convex function log tr exp(Σ c_i B_i), whose gradient is ⟨Q, B_i⟩, is
made rational, and is then checked with integers.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import product
from math import gcd, isqrt
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_COMBINED = 4
_FARTHEST = 60.0
_BITS = (8, 16, 30, 50)

Matrix = tuple[tuple[Fraction, ...], ...]
Tuple = tuple[Matrix, ...]


class Semidefinite(NamedTuple):
    """What is known of the semidefinite tuples in a space.

    Attributes:
        none: whether 0 is the only one, that is, ``orthogonal`` is positive definite.
        orthogonal: semidefinite matrices orthogonal to the space; ``None`` if none were found.
        found: a semidefinite tuple that is not 0, of the largest rank known; ``None`` if none is known.
        coefficients: of ``found`` in the basis.
        elements: some semidefinite tuples with their coefficients, ``found`` among them.
        only: whether every semidefinite tuple is a multiple of ``found``, by ``orthogonal``.
    """

    none: bool
    orthogonal: Tuple | None
    found: Tuple | None
    coefficients: tuple[Fraction, ...]
    only: bool
    elements: tuple[tuple[Tuple, tuple[Fraction, ...]], ...] = ()

    @property
    def ranks(self) -> tuple[int, ...]:
        """The ranks of ``found``."""
        return ranks(self.found or ())

    def fits(self, sizes: Sequence[int]) -> bool | None:
        """Return whether a tuple ≠ 0 has ranks below the sizes of the cells; ``None`` if not known."""
        if self.none:
            return False
        if any(all(r < m for r, m in zip(ranks(e), sizes, strict=True)) for e, _ in self.elements):
            return True
        return False if self.only else None


@lru_cache(maxsize=256)
def semidefinite_in(basis: tuple[Tuple, ...], sizes: tuple[int, ...]) -> Semidefinite:
    """Return what is known of the semidefinite tuples in the span of ``basis``.

    Args:
        basis: independent tuples of symmetric matrices, one matrix for each true atom.
        sizes: the size of each matrix, for an empty basis.

    >>> zero, one = Fraction(0), Fraction(1)
    >>> elliptic = (((one, zero), (zero, one)),)
    >>> semidefinite_in((elliptic,), (2,)).ranks
    (2,)
    """
    definite = _orthogonal(basis, [_identity(size) for size in sizes])
    if definite is not None:
        return Semidefinite(True, definite, None, (), False)
    best: tuple[Tuple, tuple[Fraction, ...]] | None = None
    elements = []
    for coefficients in _combinations(len(basis)):
        combined = combination(basis, coefficients)
        if any(factors(matrix) is None for matrix in combined):
            continue
        elements.append((combined, coefficients))
        if best is None or _rank(combined) > _rank(best[0]):
            best = combined, coefficients
    if best is None:
        return Semidefinite(False, None, None, (), False)
    found, coefficients = best
    kernels = [kernel(matrix) for matrix in found]
    orthogonal = _orthogonal(basis, kernels)
    only = orthogonal is not None and len(_annihilated(basis, orthogonal)) == 1
    return Semidefinite(False, orthogonal, found, coefficients, only, tuple(elements))


def ranks(matrices: Sequence[Matrix]) -> tuple[int, ...]:
    """Return the ranks of semidefinite matrices."""
    return tuple(len(factors(matrix) or ()) for matrix in matrices)


def _rank(matrices: Tuple) -> int:
    return sum(ranks(matrices))


def _combinations(count: int) -> list[tuple[Fraction, ...]]:
    """Return coefficients to try: units of either sign, and small integers where there are few."""
    units = [tuple(Fraction(sign * (i == k)) for i in range(count)) for k in range(count) for sign in (1, -1)]
    if 1 < count <= MAX_COMBINED:
        units += [tuple(map(Fraction, c)) for c in product((-2, -1, 0, 1, 2), repeat=count) if any(c)]
    return units


def combination(basis: Sequence[Tuple], coefficients: Sequence[Fraction]) -> Tuple:
    """Return Σ c_i B_i."""
    return tuple(
        tuple(
            tuple(
                sum((c * b[j][s][t] for c, b in zip(coefficients, basis, strict=True)), Fraction(0))
                for t in range(n)
            )
            for s in range(n)
        )
        for j, n in enumerate(len(matrix) for matrix in basis[0])
    )


def factors(matrix: Matrix) -> list[tuple[Fraction, tuple[Fraction, ...]]] | None:
    """Return (d, v) with matrix = Σ d v vᵀ and d > 0, or ``None`` if it is not positive semidefinite.

    >>> one = Fraction(1)
    >>> len(factors(((one, one), (one, one))))
    1
    """
    left = [list(row) for row in matrix]
    found = []
    for k in range(len(left)):
        pivot = left[k][k]
        if pivot < 0 or (not pivot and any(left[k])):
            return None
        if not pivot:
            continue
        vector = tuple(x / pivot for x in left[k])
        found.append((pivot, vector))
        left = [
            [left[i][j] - pivot * vector[i] * vector[j] for j in range(len(left))] for i in range(len(left))
        ]
    return found


def kernel(matrix: Matrix) -> list[tuple[Fraction, ...]]:
    """Return a basis of the vectors that a matrix annihilates."""
    return null_space([list(row) for row in matrix], len(matrix))


def null_space(rows: list[list[Fraction]], size: int) -> list[tuple[Fraction, ...]]:
    """Return a basis of the vectors of a length that all rows annihilate."""
    rows = [list(row) for row in rows]
    pivots: list[int] = []
    for column in range(size):
        at = next((i for i in range(len(pivots), len(rows)) if rows[i][column]), None)
        if at is None:
            continue
        top = len(pivots)
        rows[top], rows[at] = rows[at], rows[top]
        rows[top] = [x / rows[top][column] for x in rows[top]]
        for i, row in enumerate(rows):
            if i != top and row[column]:
                rows[i] = [a - row[column] * b for a, b in zip(row, rows[top], strict=True)]
        pivots.append(column)
    found = []
    for free in (i for i in range(size) if i not in pivots):
        vector = [Fraction(int(i == free)) for i in range(size)]
        for row, pivot in zip(rows, pivots, strict=False):
            vector[pivot] = -row[free]
        found.append(tuple(vector))
    return found


def _identity(size: int) -> list[tuple[Fraction, ...]]:
    return [tuple(Fraction(int(i == j)) for j in range(size)) for i in range(size)]


def _annihilated(basis: Sequence[Tuple], orthogonal: Tuple) -> list[tuple[Fraction, ...]]:
    """Return a basis of the coefficients c with Q Σ c_i B_i = 0."""
    columns = []
    for matrices in basis:
        entries: list[Fraction] = []
        for q, p in zip(orthogonal, matrices, strict=True):
            entries += [
                sum((a * b for a, b in zip(row, column, strict=True)), Fraction(0))
                for row in q
                for column in zip(*p, strict=True)
            ]
        columns.append(entries)
    return null_space([list(row) for row in zip(*columns, strict=True)], len(basis))


def _orthogonal(basis: Sequence[Tuple], spaces: list[list[tuple[Fraction, ...]]]) -> Tuple | None:
    """Return matrices orthogonal to the basis, each Σ Y_ab n_a n_bᵀ with Y positive definite, if there are.

    Args:
        basis: the tuples.
        spaces: for each true atom the vectors n_a.
    """
    reduced = [
        [[[_form(p, a, b) for b in space] for a in space] for p, space in zip(matrices, spaces, strict=True)]
        for matrices in basis
    ]
    inner = _definite(reduced, [len(space) for space in spaces])
    if inner is None:
        return None
    return tuple(
        tuple(
            tuple(
                sum(
                    (y[a][b] * u[s] * v[t] for a, u in enumerate(space) for b, v in enumerate(space)),
                    Fraction(0),
                )
                for t in range(size)
            )
            for s in range(size)
        )
        for y, space, size in zip(
            inner, spaces, (len(m) for m in basis[0]) if basis else map(len, spaces), strict=True
        )
    )


def _form(matrix: Matrix, left: Sequence[Fraction], right: Sequence[Fraction]) -> Fraction:
    return sum(
        (
            a * x * b
            for a, row in zip(left, matrix, strict=True)
            for x, b in zip(row, right, strict=True)
            if x
        ),
        Fraction(0),
    )


def _definite(basis: list[Any], sizes: Sequence[int]) -> list[list[list[Fraction]]] | None:
    """Return positive definite matrices orthogonal to the basis, if the search finds some."""
    import numpy as np

    basis = [b for b in basis if any(x for matrix in b for row in matrix for x in row)]
    if not basis:
        return [[list(row) for row in _identity(size)] for size in sizes]
    arrays = [
        [np.array(matrix, dtype=float).reshape(n, n) for matrix, n in zip(b, sizes, strict=True)]
        for b in basis
    ]
    near = _minimum(arrays)
    if near is None:
        return None
    for bits in _BITS:
        scale = 1 << bits
        rough = [
            [[Fraction(round(float(x) * scale), scale) for x in row] for row in matrix] for matrix in near
        ]
        exact = _projected(rough, basis)
        if exact is not None and all(
            len(factors(tuple(map(tuple, matrix))) or ()) == len(matrix) for matrix in exact
        ):
            return exact
    return None


def _minimum(arrays: list[list[NDArray[Any]]]) -> list[NDArray[Any]] | None:
    """Return exp(Σ c_i B_i), its trace 1 for all atoms together, where the log of the trace is least."""
    import numpy as np
    from scipy.optimize import minimize

    scale = [max(float(np.abs(m).max(initial=0.0)) for m in b) for b in arrays]
    scaled = [[m / s for m in b] for b, s in zip(arrays, scale, strict=True)]

    def exponential(c: NDArray[np.float64]) -> tuple[float, list[NDArray[Any]]]:
        parts = [sum(x * b[j] for x, b in zip(c, scaled, strict=True)) for j in range(len(scaled[0]))]
        spectra = [np.linalg.eigh(part) for part in parts]
        top = max((float(values.max(initial=-np.inf)) for values, _ in spectra), default=0.0)
        mats = [(vectors * np.exp(values - top)) @ vectors.T for values, vectors in spectra]
        total = sum(float(np.trace(m)) for m in mats)
        return top + float(np.log(total)), [m / total for m in mats]

    def value(c: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        height, mats = exponential(c)
        gradient = [sum(float((q * m).sum()) for q, m in zip(mats, b, strict=True)) for b in scaled]
        return height, np.array(gradient)

    # Without a minimum the search runs to the bounds, where the gradient is not small.
    bounds = [(-_FARTHEST, _FARTHEST)] * len(scaled)
    options = {"gtol": 1e-10, "ftol": 1e-15, "maxiter": 500}
    found = minimize(
        value, np.zeros(len(scaled)), jac=True, method="L-BFGS-B", bounds=bounds, options=options
    )
    if float(np.abs(value(found.x)[1]).max()) > 1e-5:
        return None
    mats = exponential(found.x)[1]
    size = max(float(np.abs(m).max(initial=0.0)) for m in mats)
    return [m / size for m in mats]


def _projected(rough: Any, basis: list[Any]) -> list[list[list[Fraction]]] | None:
    """Return the matrices less their part in the span of the basis, exactly."""
    flat = [[x for matrix in b for row in matrix for x in row] for b in basis]
    independent = _independent(flat)
    target = [x for matrix in rough for row in matrix for x in row]
    gram = [[_dot(a, b) for b in independent] + [_dot(a, target)] for a in independent]
    solved = null_space([[*row[:-1], -row[-1]] for row in gram], len(independent) + 1)
    if len(solved) != 1 or not solved[0][-1]:
        return None
    weights = [x / solved[0][-1] for x in solved[0][:-1]]
    left = iter(
        x - sum((w * b[i] for w, b in zip(weights, independent, strict=True)), Fraction(0))
        for i, x in enumerate(target)
    )
    return [[[next(left) for _ in row] for row in matrix] for matrix in rough]


def _independent(rows: list[list[Fraction]]) -> list[list[Fraction]]:
    kept: list[list[Fraction]] = []
    for row in rows:
        if not null_space([list(c) for c in zip(*kept, row, strict=True)], len(kept) + 1):
            kept.append(row)
    return kept


def _dot(left: Sequence[Fraction], right: Sequence[Fraction]) -> Fraction:
    return sum((a * b for a, b in zip(left, right, strict=True)), Fraction(0))


def simplex(matrix: Matrix) -> tuple[tuple[Fraction, ...], Matrix]:
    """Return weights and rational points of mean 0 with the given second moments, one more than its rank.

    Args:
        matrix: positive semidefinite.

    With matrix = Σ d_i v_i v_iᵀ the i-th point but the first is −α s/w · v_i away from those before it, all
    of which move by α · v_i, where s is the total weight before it: α² (s + s²/w) = d_i is solved by w for a
    rational α with α² s < d_i.

    >>> one, zero = Fraction(1), Fraction(0)
    >>> weights, points = simplex(((one, zero), (zero, one)))
    >>> len(weights), [sum(w * p[0] for w, p in zip(weights, points))]
    (3, [Fraction(0, 1)])
    """
    size = len(matrix)
    weights, points = [Fraction(1)], [[Fraction(0)] * size]
    for d, v in factors(matrix) or ():
        s = sum(weights, Fraction(0))
        alpha = _root_below(d / s / 2)
        w = s * s / (d / alpha**2 - s)
        points = [[x + alpha * y for x, y in zip(row, v, strict=True)] for row in points]
        points.append([-alpha * s / w * y for y in v])
        weights.append(w)
    return tuple(weights), tuple(tuple(row) for row in points)


def _root_below(value: Fraction) -> Fraction:
    """Return a short rational α > 0 with α² at most a number, and not much less."""
    top, bottom = value.numerator, value.denominator
    for scale in (1, 4, 60, 10**6):
        root = Fraction(isqrt(top * scale * scale // bottom), scale)
        if root and 4 * root * root >= value:
            return root
    scale = 10**6 * bottom
    return Fraction(max(isqrt(top * scale * scale // bottom), 1), scale)


def cyclotomic(m: int) -> list[int]:
    """Return the coefficients of the m-th cyclotomic polynomial, constant first.

    >>> cyclotomic(6)
    [1, -1, 1]
    """
    top = [-1] + [0] * (m - 1) + [1]
    for k in range(1, m):
        if gcd(k, m) == k and m % k == 0:
            top = _quotient(top, cyclotomic(k))
    return top


def _quotient(top: list[int], bottom: list[int]) -> list[int]:
    left, found = list(top), [0] * (len(top) - len(bottom) + 1)
    for place in range(len(found) - 1, -1, -1):
        found[place] = left[place + len(bottom) - 1]
        for i, c in enumerate(bottom):
            left[place + i] -= found[place] * c
    return found
