"""Which points are the same: groups of end points that numbers cannot tell apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from polysolv.homotopy.compiled.straightline import Complexes, Floats


def coincident(points: Complexes, tolerance: float) -> list[list[int]]:
    """Groups of at least two rows that are the same point of projective space.

    >>> coincident(np.array([[1, 2], [2, 4], [1, 3]], complex), 1e-9)
    [[0, 1]]
    """
    if len(points) < 2:
        return []
    generator = np.random.default_rng(len(points[0]))
    form = generator.standard_normal(points.shape[1]) + 1j * generator.standard_normal(points.shape[1])
    scaled = points / (points @ form)[:, None]
    return close_groups(scaled, tolerance)


def close_groups(points: Complexes, tolerance: float, floor: float = 1e-300) -> list[list[int]]:
    """Groups of two rows or more, linked by distances below ``tolerance`` · max(norm, floor), each sorted."""
    generator = np.random.default_rng(1 + points.shape[1])
    direction = generator.standard_normal(points.shape[1]) + 1j * generator.standard_normal(points.shape[1])
    values = (points @ direction).real
    sizes = np.maximum(np.abs(points).max(axis=1), floor)
    order = np.argsort(values, kind="stable")
    reach = tolerance * float(np.abs(direction).sum()) * 2
    pairs = []
    for position, i in enumerate(order):
        for j in order[position + 1 :]:
            if values[j] - values[i] > reach * max(sizes[i], sizes[j]):
                break
            if np.abs(points[i] - points[j]).max() <= tolerance * max(sizes[i], sizes[j]):
                pairs.append((int(i), int(j)))
    return _connected(len(points), pairs)


def close_in_own_units(
    points: Complexes, units: Floats, tolerance: float, floor: float = 1e-300
) -> list[list[int]]:
    """Groups of at least two rows that `close_groups` finds in the units of each of them.

    Args:
        points: affine points, one a row.
        units: base-2 logarithms of the units of their coordinates, likewise.
        tolerance: and ``floor``, as for `close_groups`.

    >>> close_in_own_units(np.array([[1e-20], [2e-20]], complex), np.array([[-66.0], [-66.0]]), 1e-3)
    []
    >>> close_in_own_units(np.array([[1e-20], [2e-20]], complex), np.zeros((2, 1)), 1e-3, 1.0)
    [[0, 1]]
    """
    if not len(points):
        return []
    kinds, kind = np.unique(units, axis=0, return_inverse=True)
    kind = kind.reshape(-1)
    near = set()
    with np.errstate(over="ignore", invalid="ignore"):
        if len(kinds) == 1:
            return close_groups(in_units(points, -units), tolerance, floor)
        for number, unit in enumerate(kinds):
            for group in close_groups(in_units(points, -unit), tolerance, floor):
                near |= {(i, j) for i in group if kind[i] == number for j in group if i != j}
    return _connected(len(points), [(i, j) for i, j in near if (j, i) in near])


def in_units(points: Complexes, logarithms: Floats) -> Complexes:
    """Return points multiplied by 2^logarithms, whole numbers that doubles need not hold the powers of.

    >>> in_units(np.array([[0, 2**-1000]], complex), np.array([-1500.0, 1600.0])).real.tolist()
    [[0.0, 4.149515568880993e+180]]
    """
    powers = np.clip(logarithms, -(10**6), 10**6).astype(np.int64)
    result = np.empty(np.broadcast_shapes(points.shape, powers.shape), np.complex128)
    with np.errstate(over="ignore", under="ignore"):
        result.real = np.ldexp(points.real, powers)
        result.imag = np.ldexp(points.imag, powers)
    return result


def joined_groups(count: int, groups: Iterable[Sequence[int]]) -> list[list[int]]:
    """Unite groups of the numbers 0..count−1 that have a member in common; each result is sorted.

    >>> joined_groups(5, [[0, 1], [3, 1]])
    [[0, 1, 3]]
    """
    return _connected(count, [(group[0], other) for group in groups for other in group[1:]])


def _connected(count: int, pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Connected components of at least two of the vertices 0..count−1, each sorted."""
    parent = list(range(count))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for i, j in pairs:
        parent[root(j)] = root(i)
    groups: dict[int, list[int]] = {}
    for i in range(count):
        groups.setdefault(root(i), []).append(i)
    return sorted(sorted(group) for group in groups.values() if len(group) > 1)
