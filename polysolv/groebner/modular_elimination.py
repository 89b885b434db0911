"""Gaussian elimination of integer matrices modulo a prime below 2^31, column by column."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Residues = NDArray[np.int64]

PRIME_LIMIT = 2**31


def column_dependences(matrix: Residues, prime: int) -> tuple[list[int], list[int], Residues]:
    """Write every column that depends on earlier ones through the independent columns before it.

    Args:
        matrix: residues, shape (rows, columns), all from 0 to ``prime`` - 1.
        prime: below 2^31, so that products fit 64 bits.

    Returns:
        the independent columns, the dependent ones, and the coefficients, shape (independent, dependent):
        ``matrix[:, dependent] = matrix[:, independent] @ coefficients`` modulo the prime.

    >>> matrix = np.array([[1, 2, 3], [0, 0, 1], [1, 2, 4]])
    >>> independent, dependent, coefficients = column_dependences(matrix, 101)
    >>> independent, dependent, coefficients.tolist()
    ([0, 2], [1], [[2], [0]])
    """
    rest = matrix.copy()
    independent: list[int] = []
    for column in range(rest.shape[1]):
        rank = len(independent)
        filled = np.flatnonzero(rest[rank:, column]) + rank
        if not filled.size:
            continue
        first = int(filled[0])
        if first != rank:
            rest[[rank, first]] = rest[[first, rank]]
        rest[rank, column:] = rest[rank, column:] * pow(int(rest[rank, column]), -1, prime) % prime
        below = filled[1:]
        factors = rest[below, column, None]
        rest[below, column:] = (rest[below, column:] - factors * rest[rank, column:]) % prime
        independent.append(column)
    chosen = set(independent)
    dependent = [column for column in range(rest.shape[1]) if column not in chosen]
    coefficients = rest[: len(independent), dependent]
    for row in range(len(independent) - 1, 0, -1):
        above = rest[:row, independent[row], None]
        coefficients[:row] = (coefficients[:row] - above * coefficients[row]) % prime
    return independent, dependent, coefficients


def combination(matrix: Residues, coefficients: Residues, prime: int) -> Residues:
    """Return ``matrix @ coefficients`` modulo a prime below 2^31.

    >>> combination(np.array([[2, 3]]), np.array([4, 5]), 7).tolist()
    [2]
    """
    used = np.flatnonzero(coefficients)
    total: Residues = (matrix[:, used] * coefficients[used] % prime).sum(axis=1) % prime
    return total
