"""The engine `numpy`: today's blocks of matrix products, over chunks of rows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from polysolv.moe import likelihood
from polysolv.moe.engines.engine import Rows
from polysolv.moe.likelihood import Array, Evaluation


class NumpyEngine:
    """Evaluates chunk by chunk with :mod:`polysolv.moe.likelihood`, adding with compensation.

    Args:
        rows: what the likelihood is of.
        k: number of experts.
    """

    name = "numpy"

    def __init__(self, rows: Rows, k: int) -> None:
        self._rows, self._k = rows, k

    def evaluate(self, vector: Array, second: bool = True, rows: int | None = None) -> Evaluation:
        """See :class:`polysolv.moe.engines.engine.Engine`."""
        width = vector.size
        sums = _Compensated(1 + width + (width * width if second else 0))
        for Z, y in self._standardised(rows):
            found = likelihood.evaluate(vector, self._k, Z, y, second)
            parts = [np.array([found.value]), found.gradient]
            sums.add(np.concatenate(parts if found.hessian is None else [*parts, found.hessian.ravel()]))
        total = sums.total
        hessian = total[1 + width :].reshape(width, width) if second else None
        return Evaluation(float(total[0]), total[1 : 1 + width], hessian)

    def mass(self, vector: Array) -> Array:
        """See :class:`polysolv.moe.engines.engine.Engine`."""
        sums = _Compensated(self._k)
        for Z, y in self._standardised(None):
            sums.add(likelihood.responsibilities(vector, self._k, Z, y).sum(axis=1))
        return sums.total

    def _standardised(self, rows: int | None) -> Iterator[tuple[Array, Array]]:
        units = self._rows.units
        for x, y in self._rows.chunks(self._rows.first(rows)):
            scaled = (x - units.x_mean[:, None]) / units.x_scale[:, None]
            yield np.concatenate([np.ones((1, y.size)), scaled]), (y - units.y_mean) / units.y_scale


class _Compensated:
    """A running sum of arrays with the compensation of Neumaier."""

    def __init__(self, size: int) -> None:
        self._sum, self._rest = np.zeros(size), np.zeros(size)

    def add(self, values: Array) -> None:
        larger = self._sum + values
        big = np.abs(self._sum) >= np.abs(values)
        self._rest += np.where(big, (self._sum - larger) + values, (values - larger) + self._sum)
        self._sum = larger

    @property
    def total(self) -> Array:
        return self._sum + self._rest
