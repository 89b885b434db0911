"""The noun `Independence`: derivatives of a density whose independence a rank at rational points shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from polysolv.display.value import Value
from polysolv.families.relations import Orders

if TYPE_CHECKING:
    from numpy.typing import NDArray

LARGEST_MATRIX = 41
PRIME = 2**31 - 1

Matrix = tuple[tuple[Fraction, ...], ...]


@dataclass(eq=False, repr=False)
class Independence(Value):
    """Derivatives of a density u that are linearly independent functions, at one place and so at nearly all.

    Args:
        derivatives: their orders, u itself as ``()``.
        point: names that are held fixed, with their values. A minor that is not zero there is not zero
            outside a proper algebraic subset.
        varying: names of what the derivatives are functions of.
        rows: as many values of those as there are derivatives.
        matrix: derivative/u there, one row for each of ``rows``; ``None`` if it is too large to keep.
        prime: a prime; modulo it the matrix is regular.
        levels: the levels of covariates to which this is limited.
    """

    derivatives: tuple[Orders, ...]
    point: tuple[tuple[str, Fraction], ...]
    varying: tuple[str, ...]
    rows: tuple[tuple[Fraction, ...], ...]
    matrix: Matrix | None
    prime: int = PRIME
    levels: tuple[tuple[str, Fraction], ...] = ()

    def __len__(self) -> int:
        """Return how many derivatives there are."""
        return len(self.derivatives)


def pivots(rows: Sequence[Sequence[int]], prime: int = PRIME) -> list[int]:
    """Return rows on which the first columns, as many as possible, are independent modulo a prime below 2^31.

    >>> pivots([[1, 2, 0], [2, 4, 1], [1, 1, 0]])
    [0, 2, 1]
    >>> pivots([[1, 2, 0], [2, 4, 1], [3, 6, 0]])
    [0]
    """
    import numpy as np

    left: NDArray[np.int64] = np.array(rows, dtype=np.int64) % prime
    places = list(range(len(rows)))
    for column in range(left.shape[1]):
        candidates = np.flatnonzero(left[column:, column])
        if not len(candidates):
            return places[:column]
        at = column + int(candidates[0])
        if at != column:
            left[[column, at]] = left[[at, column]]
            places[column], places[at] = places[at], places[column]
        pivot = left[column, column:]
        pivot[:] = pivot * pow(int(pivot[0]), -1, prime) % prime
        below = left[column + 1 :, column:]
        below[:] = (below - np.outer(below[:, 0], pivot)) % prime
    return places[: left.shape[1]]
