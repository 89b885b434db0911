"""The engine `numba`: compiled sums on one core of a CPU."""

from __future__ import annotations

import numpy as np

from polysolv.moe.engines.engine import Rows
from polysolv.moe.engines.sums import assembled, size
from polysolv.moe.likelihood import Array, Evaluation, unpack


class NumbaEngine:
    """Evaluates block by block, with compensated sums over the blocks; memory does not depend on the rows.

    Args:
        rows: what the likelihood is of.
        k: number of experts.
    """

    name = "numba"

    def __init__(self, rows: Rows, k: int) -> None:
        self._rows, self._k = rows, k

    def evaluate(self, vector: Array, second: bool = True, rows: int | None = None) -> Evaluation:
        """See :class:`polysolv.moe.engines.engine.Engine`."""
        return self._summed(vector, second, rows)[0]

    def mass(self, vector: Array) -> Array:
        """See :class:`polysolv.moe.engines.engine.Engine`."""
        return self._summed(vector, False, None)[1]

    def _summed(self, vector: Array, second: bool, rows: int | None) -> tuple[Evaluation, Array]:
        from polysolv.moe.engines.cpu_sums import added

        k, p, units = self._k, self._rows.d + 1, self._rows.units
        gate, expert, log_variance = (np.ascontiguousarray(part) for part in unpack(vector, k))
        totals, rests = np.zeros(size(k, p, second)), np.zeros(size(k, p, second))
        for x, y in self._rows.chunks(self._rows.first(rows)):
            added(
                *(np.ascontiguousarray(x), y, units.x_mean, units.x_scale, units.y_mean, units.y_scale),
                *(gate, expert, log_variance, second, totals, rests),
            )
        return assembled(k, p, totals + rests, second)
