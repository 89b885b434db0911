"""The least value of one unknown under linear inequalities and alternatives, by exact branch and bound."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Hashable, Sequence
from fractions import Fraction
from typing import Any

from polysolv.rates.prover.linear_program import Row, minimise

# A violated alternative: its label, and the inequalities of which at least one must hold.
Alternatives = tuple[Hashable, list[Row]]


def least(
    unknown: int,
    count: int,
    rows: list[Row],
    violated: Callable[[list[Fraction]], Sequence[Alternatives]],
    enough: Fraction,
    max_cases: int,
) -> tuple[Fraction, int, set[Hashable]]:
    """Return a lower bound on one unknown, the number of cases, and the labels of the alternatives used.

    Args:
        unknown: index of the unknown to minimise.
        count: number of unknowns, all of them ≥ 0.
        rows: inequalities that always hold.
        violated: the alternatives that a point violates, none if it satisfies all of them.
        enough: stop at this value, which is then returned.
        max_cases: stop after so many cases with the least open value, which is a valid bound too.

    >>> def either(point):
    ...     x, y = point
    ...     return [] if x >= 1 or y >= 2 else [("either", [({0: 1}, Fraction(1)), ({1: 1}, Fraction(2))])]
    >>> least(0, 2, [({0: 2, 1: -1}, Fraction(0))], either, Fraction(5), 100)[0]
    Fraction(1, 1)
    """
    costs = [Fraction(int(i == unknown)) for i in range(count)]
    start = minimise(costs, rows)
    if start is None:
        return enough, 0, set()
    heap: list[tuple[Fraction, int, list[Fraction], list[Row]]] = [(start[0], 0, start[1], rows)]
    serial = 0
    used: set[Hashable] = set()
    while heap:
        value, _, point, rows = heap[0]
        if value >= enough or serial > max_cases:
            return min(value, enough), serial, used
        heapq.heappop(heap)
        options = violated(point)
        if not options:
            return value, serial, used
        # Split where the cases that stay possible are few and slow: this keeps the tree small.
        split: list[tuple[Fraction, list[Fraction], list[Row]]] | None = None
        chosen: Hashable = None
        for label, alternatives in options:
            solved = [(minimise(costs, [*rows, row]), [*rows, row]) for row in alternatives]
            cases = [(answer[0], answer[1], more) for answer, more in solved if answer is not None]
            if split is None or _quality(cases, enough) > _quality(split, enough):
                split, chosen = cases, label
        used.add(chosen)
        for low, where, more in split or []:
            serial += 1
            heapq.heappush(heap, (low, serial, where, more))
    return enough, serial, used


def _quality(cases: Sequence[tuple[Fraction, Any, Any]], enough: Fraction) -> tuple[Fraction, int]:
    open_cases = [value for value, _, _ in cases if value < enough]
    return min(open_cases, default=enough), -len(open_cases)
