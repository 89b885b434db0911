"""The noun `RowStream`: a data set of any length that is made when it is needed and never stored."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from polysolv.errors import InputError
from polysolv.moe.covariates import covariate_law, law_numbers
from polysolv.moe.likelihood import Array

# What the compiled code is built for.
MAX_ATOMS, MAX_COVARIATES = 8, 3
MOST_ROWS = 2**40
_LAWS = {"uniform": 0, "normal": 1, "linspace": 2}


@dataclass(frozen=True, eq=False)
class RowStream:
    """Rows of a mixing measure: row i is a function of (seed, replicate, i) and of nothing else.

    Args:
        gate, expert: of the measure, shapes (k, d + 1), intercepts first; k at most 8, d at most 3.
        deviation: standard deviations of the experts, shape (k,).
        seed: key of the counters, 64 bits.
        replicate: number of the data set, 32 bits.
        law: law of the covariates, see :func:`polysolv.moe.covariates.covariate_law`.
        rows: number of rows, which the law "linspace" needs; None for as many as are asked for.

    Equally spaced covariates come in an order in which any first rows are spread over the whole range.

    >>> from polysolv.experiments.truths import standard_truth
    >>> stream = standard_truth(2).rows(seed=1, replicate=0)
    >>> X, y = stream[:1000]
    >>> X.shape, y.shape, bool((stream[500:502][1] == y[500:502]).all())
    ((1000, 1), (1000,), True)
    """

    gate: Array
    expert: Array
    deviation: Array
    seed: int
    replicate: int
    law: str
    rows: int | None = None

    @classmethod
    def of(
        cls,
        gate: Array,
        expert: Array,
        variance: Array,
        seed: int,
        replicate: int,
        law: str,
        rows: int | None,
    ) -> RowStream:
        """Check the arguments, which are those of the class but for the variances.

        Raises:
            InputError: for more than 8 atoms or 3 covariates, or an unknown law.
        """
        k, d = gate.shape[0], gate.shape[1] - 1
        check_shape(k, d, "atoms", "covariates")
        covariate_law(law, d, "x")
        if law.startswith("linspace") and rows is None:
            raise InputError("rows", None, "the number of rows that equally spaced covariates are laid over")
        whole = np.ascontiguousarray
        return cls(whole(gate), whole(expert), np.sqrt(variance), seed, replicate, law, rows)

    @property
    def d(self) -> int:
        """Number of covariates."""
        return int(self.gate.shape[1] - 1)

    @property
    def k(self) -> int:
        """Number of atoms."""
        return int(self.gate.shape[0])

    @property
    def law_data(self) -> tuple[int, float, float, int, int]:
        """What the compiled code knows a law by: code, low, width, number of rows, stride."""
        name, low, high = law_numbers(self.law)
        rows = 2 if self.rows is None else self.rows
        width = high - low if name != "normal" else high
        return _LAWS[name], low, width, rows, _stride(rows)

    @property
    def counters(self) -> tuple[np.uint64, np.uint64, np.uint64]:
        """Replicate and the two halves of the seed, as the compiled code takes them."""
        mask = 0xFFFFFFFF
        return np.uint64(self.replicate), np.uint64(self.seed & mask), np.uint64(self.seed >> 32)

    def __getitem__(self, rows: slice) -> tuple[Array, Array]:
        """Return X (n, d) and y (n,) of the rows from ``start`` to ``stop``."""
        limit = MOST_ROWS if self.rows is None else self.rows
        if not isinstance(rows, slice) or rows.step not in (None, 1) or rows.stop is None:
            raise InputError("rows", rows, "a slice with an end and no step, such as stream[0:1000]")
        start, stop = (rows.start or 0), rows.stop
        if not 0 <= start <= stop <= limit:
            raise InputError("rows", f"{start}:{stop}", f"rows from 0 to {limit}, in ascending order")
        x, y = np.empty((self.d, stop - start)), np.empty(stop - start)
        self.fill(x, y, start)
        return np.ascontiguousarray(x.T), y

    def fill(self, x: Array, y: Array, first: int) -> None:
        """Fill ``x`` (d, n) and ``y`` (n,) with the rows from number ``first`` on."""
        from polysolv.moe.rows.filling import filled

        filled(x, y, first, *self.law_data, *self.counters, self.gate, self.expert, self.deviation)


def check_shape(k: int, d: int, atoms: str, covariates: str) -> None:
    """Refuse more atoms or covariates than the compiled code is built for; ``atoms`` ... name the fields."""
    if k > MAX_ATOMS:
        raise InputError(atoms, k, f"at most {MAX_ATOMS} atoms, which the compiled likelihood is built for")
    if d > MAX_COVARIATES:
        allowed = f"at most {MAX_COVARIATES} covariates, which the compiled likelihood is built for"
        raise InputError(covariates, d, allowed)


def _stride(rows: int) -> int:
    """Return the integer nearest to the golden section of ``rows`` that has no divisor in common with it."""
    stride = max(1, round(rows * 0.6180339887498949))
    while math.gcd(stride, rows) != 1:
        stride += 1
    return stride
