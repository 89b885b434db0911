"""How k − k* extra experts can fall on k* true atoms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from polysolv.errors import InputError

MAX_ATOMS_LISTED = 100_000


def allocations(k_true: int, k_excess: int) -> list[tuple[int, ...]]:
    """Return every multiset of cell sizes of k* + excess atoms in k* non-empty cells.

    Args:
        k_true: number k* ≥ 1 of true atoms.
        k_excess: number k − k* ≥ 0 of extra atoms.

    Returns:
        tuples of k* cell sizes, each largest first; the most concentrated tuple first.

    Raises:
        InputError: if all tuples together would list more than 100,000 atoms.

    >>> allocations(3, 2)
    [(3, 1, 1), (2, 2, 1)]
    """
    count = _count(k_true, k_excess)
    if count * k_true > MAX_ATOMS_LISTED:
        raise InputError(
            "k_true",
            k_true,
            f"a k_true and k_excess with at most {MAX_ATOMS_LISTED} atoms in all allocations together "
            f"(k_excess {k_excess} gives {count} allocations); leave k_true out for the rates alone",
        )
    return [
        tuple(1 + part for part in parts) + (1,) * (k_true - len(parts))
        for parts in _partitions(k_excess, k_true, k_excess)
    ]


def _partitions(total: int, most_parts: int, largest: int) -> Iterator[tuple[int, ...]]:
    """Yield the partitions of ``total`` into at most ``most_parts`` parts, largest first."""
    if total == 0:
        yield ()
    elif most_parts > 0:
        for first in range(min(total, largest), 0, -1):
            if first * most_parts < total:
                return
            for rest in _partitions(total - first, most_parts - 1, first):
                yield (first, *rest)


def _count(k_true: int, k_excess: int) -> int:
    """Count partitions of k_excess into at most k_true parts: equally, into parts of at most k_true."""
    counts = [1] + [0] * k_excess
    for part in range(1, min(k_true, k_excess) + 1):
        for total in range(part, k_excess + 1):
            counts[total] += counts[total - part]
    return counts[k_excess]


def can_occur_with_walls(cells: Sequence[int], top_k: int | None = None) -> bool:
    """Return whether cell sizes are possible under a top-K gate with fewer active experts than there are.

    Args:
        cells: sizes of the cells of all k* true atoms.
        top_k: the number K of true experts that are active at a time, 1 to k*; ``None`` for any K < k*.

    Every true atom is active somewhere. One that is not active everywhere gives way to another at a wall, and
    the two cells have equal size (observed-algebra page §8). So each size keeps its number of active cells
    everywhere, at least one, K in all: there are at most K different sizes. Conversely, numbers from 1 to how
    often a size occurs can be chosen with sum K. K = k* has no walls, and neither has k* = 1.

    >>> can_occur_with_walls((2, 1)), can_occur_with_walls((2, 2)), can_occur_with_walls((2, 1, 1), 2)
    (False, True, True)
    """
    known = len(cells)
    active = max(1, known - 1) if top_k is None else top_k
    return active == known or len(set(cells)) <= active
