"""Which atoms of a fit say nothing about the data: a few aligned or tied rows, or less than y resolves.

The likelihood of a mixture with free variances is unbounded, and rises high above all honest maxima on the
way there: an expert that shrinks onto a handful of rows that happen to lie on a line, or onto ties. With
p = d + 1 and m_i the effective rows (total responsibility) of atom i, the atom is spurious if

- m_i < p + 1.5: about as many rows as its line and its variance have parameters, or
- its variance is at or below the floor max(r^2/12, least variance), r the step of the grid that y lies on, or
- its variance is below 1e-4 of the reference, or below 1e-2 of it while m_i < 4 p, or below 4e-4 of it while
  m_i < p log2 n.

The reference is the median of the variances weighted by m_i: spikes hold few rows, so they do not move it.
Of the n^p lines through p of n rows some pass close by further rows by chance, the more the larger n is:
hence log2 n. A true expert of standard deviation 1/30 of the others' (a ratio of 1.1e-3), or of ten rows,
is kept.
"""

from __future__ import annotations

import numpy as np

from polysolv.moe.likelihood import Array, Mask

LEAST_ROWS = 1.5
FEW_ROWS = 4
RATIO, RATIO_OF_FEW, RATIO_BY_CHANCE = 1e-4, 1e-2, 4e-4
_ROUNDING = 1e-9


def spurious_atoms(mass: Array, variance: Array, p: int, floor: float) -> tuple[int, ...]:
    """Return the indices of the spurious atoms; the rule is this module's.

    Args:
        mass: effective rows of each atom, shape (k,).
        variance: variances, shape (k,), in the units of ``floor``.
        p: parameters of one line, d + 1.
        floor: variance at which the data stop to say anything; 0 if nothing is known.

    >>> spurious_atoms(np.array([60.0, 36.0, 4.0]), np.array([0.5, 0.4, 1e-3]), 2, 1e-6)
    (2,)
    >>> spurious_atoms(np.array([80.0, 10.0, 10.0]), np.array([1.0, 0.9, 1 / 900]), 2, 1e-6)
    ()
    >>> spurious_atoms(np.array([972.6, 1017.7, 9.7]), np.array([0.73, 0.52, 7.9e-5]), 2, 1e-6)
    (2,)
    """
    return tuple(np.flatnonzero(spurious_of_many(mass[None], variance[None], p, floor)[0]).tolist())


def spurious_of_many(mass: Array, variance: Array, p: int, floor: float) -> Mask:
    """Return which atoms of many mixtures are spurious, shape (c, k).

    Args:
        mass, variance: as in :func:`spurious_atoms`, shape (c, k).
        p, floor: see :func:`spurious_atoms`.
    """
    at_floor: Mask = variance <= floor * (1 + _ROUNDING)
    if variance.shape[1] == 1:
        return at_floor
    order = np.argsort(variance, axis=1, kind="stable")
    total = np.cumsum(np.maximum(np.take_along_axis(mass, order, axis=1), 0.0), axis=1)
    middle = (total < 0.5 * total[:, -1:]).sum(axis=1, keepdims=True)
    reference = np.take_along_axis(variance, np.take_along_axis(order, middle, axis=1), axis=1)
    few = mass < FEW_ROWS * p
    by_chance = mass < p * np.log2(mass.sum(axis=1, keepdims=True))
    least = np.where(few, RATIO_OF_FEW, np.where(by_chance, RATIO_BY_CHANCE, RATIO)) * reference
    return np.asarray((mass < p + LEAST_ROWS) | at_floor | (variance < least))


def reasons(
    mass: Array, variance: Array, p: int, floor: float, resolution: float, atoms: tuple[int, ...]
) -> dict[int, str]:
    """Return for each spurious atom why it is one, in plain words; arguments as in :func:`spurious_atoms`.

    Args:
        mass, variance, p, floor: see :func:`spurious_atoms`.
        resolution: step of the grid of y, 0 for none.
        atoms: the spurious atoms.
    """
    reference = weighted_median(variance, mass)
    words = {}
    for i in atoms:
        rows = f"{mass[i]:.3g} effective rows"
        if variance[i] <= floor * (1 + _ROUNDING):
            by_grid = resolution > 0 and floor <= resolution**2 / 12 * (1 + 1e-6)
            what = (
                f"what steps of {resolution:.6g} in y can tell" if by_grid else "the least variance allowed"
            )
            words[i] = f"its variance is at {what} ({rows})"
        elif mass[i] < p + LEAST_ROWS:
            words[i] = f"it holds {rows}, no more than its line has parameters"
        else:
            words[i] = f"its variance is {variance[i] / reference:.1g} of the typical one, on {rows}"
    return words


def weighted_median(values: Array, weights: Array) -> float:
    """Return the least value at which half of the total weight is reached.

    >>> weighted_median(np.array([5.0, 1.0, 2.0]), np.array([1.0, 1.0, 3.0]))
    2.0
    """
    order = np.argsort(values, kind="stable")
    total = np.cumsum(np.maximum(weights[order], 0.0))
    return float(values[order][int(np.searchsorted(total, 0.5 * total[-1]))])
