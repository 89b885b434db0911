"""The protocol `Engine`, and `Rows`: what an engine is asked, and the rows that it works on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from polysolv.moe.likelihood import Array, Evaluation
from polysolv.moe.rows.row_stream import RowStream

# Rows at a time: some hundred kilobytes.
CHUNK = 16_640
# Rows of a stream that are kept once they are made: 12 MB with two covariates, however many there are in all.
KEPT = 32 * CHUNK


class Engine(Protocol):
    """Value, gradient and Hessian of the log-likelihood over rows, in one layout of the parameters.

    Vectors have the layout of :mod:`polysolv.moe.likelihood`; sums are over the first ``rows`` rows, None for
    all of them.
    """

    name: str

    def evaluate(self, vector: Array, second: bool = True, rows: int | None = None) -> Evaluation:
        """Return value, gradient and, if wanted, Hessian, summed over the rows."""

    def mass(self, vector: Array) -> Array:
        """Return the total responsibility of each atom, shape (k,)."""


@dataclass(frozen=True, eq=False)
class Units:
    """What rows are standardised by: (x - x_mean)/x_scale and (y - y_mean)/y_scale."""

    x_mean: Array
    x_scale: Array
    y_mean: float = 0.0
    y_scale: float = 1.0

    @classmethod
    def none(cls, d: int) -> Units:
        """Return the units that change nothing."""
        return cls(np.zeros(d), np.ones(d))


class Rows:
    """The rows of an engine: stored ones, or a stream.

    Args:
        source: a stream, or arrays x (d, n) and y (n,).
        count: how many rows.
        units: what they are standardised by.
    """

    def __init__(self, source: RowStream | tuple[Array, Array], count: int, units: Units) -> None:
        self.source, self.count, self.units = source, count, units
        self.stream = source if isinstance(source, RowStream) else None
        self._kept: tuple[Array, Array] | None = None
        if not isinstance(source, RowStream):
            self._kept = source

    @property
    def d(self) -> int:
        """Number of covariates."""
        return int(self.units.x_mean.size)

    @property
    def stored(self) -> tuple[Array, Array]:
        """The rows as arrays x (d, n) and y (n,); those of a stream are made."""
        return self._stored(self.count)

    def first(self, count: int | None) -> int:
        """Return how many rows are meant by ``count``, None for all."""
        return self.count if count is None else min(count, self.count)

    def chunks(self, count: int) -> Iterator[tuple[Array, Array]]:
        """Yield the first ``count`` rows as (x, y) of shapes (d, m) and (m,), in order; not standardised.

        The arrays are used again for the next chunk.
        """
        kept = min(count, KEPT) if self.stream is not None else count
        if kept:
            x, y = self._stored(kept)
            for start in range(0, kept, CHUNK):
                stop = min(start + CHUNK, kept)
                yield x[:, start:stop], y[start:stop]
        if self.stream is None or kept == count:
            return
        room_x, room_y = np.empty((self.d, CHUNK)), np.empty(CHUNK)
        for start in range(kept, count, CHUNK):
            size = min(CHUNK, count - start)
            x, y = (room_x, room_y) if size == CHUNK else (np.empty((self.d, size)), np.empty(size))
            self.stream.fill(x, y, start)
            yield x, y

    def _stored(self, count: int) -> tuple[Array, Array]:
        if self._kept is None or self._kept[1].size < count:
            assert self.stream is not None
            x, y = np.empty((self.d, count)), np.empty(count)
            self.stream.fill(x, y, 0)
            self._kept = x, y
        return self._kept[0][:, :count], self._kept[1][:count]
