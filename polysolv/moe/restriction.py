"""The noun `Restriction`: the parameter vectors that a structure allows, a linear map of free coordinates."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from polysolv.moe.likelihood import Array, Indices, Mask
from polysolv.moe.structure import Structure

Entry = TypeVar("Entry", bound=np.generic)


@dataclass(frozen=True)
class Restriction:
    """The parameter vectors theta = E phi of k experts, phi the free coordinates.

    Args:
        structure: in places of the covariates of the design.
        k: number of experts.
        p: rows of the transposed design, the constant and all covariates that gate or experts see.

    theta has the layout of :mod:`polysolv.moe.likelihood`. Slopes of columns that the gate or the experts do
    not see are 0; phi leaves them out. Where the variances are equal, the last entry of phi is the logarithm
    of the one variance. Every row of E is a unit vector or 0, so gradients are E'g and Hessians E'HE.
    """

    structure: Structure
    k: int
    p: int

    @property
    def whole(self) -> bool:
        """Whether every vector is allowed: E is the identity."""
        columns = tuple(range(self.p - 1))
        variances_free = self.k == 1 or not self.structure.equal_variances
        return variances_free and self.structure.gate == columns and self.structure.experts == columns

    @property
    def gate_rows(self) -> tuple[int, ...]:
        """Rows of the design that the gate sees, the constant first."""
        return (0, *(j + 1 for j in self.structure.gate))

    @property
    def expert_rows(self) -> tuple[int, ...]:
        """Rows of the design that the experts see, the constant first."""
        return (0, *(j + 1 for j in self.structure.experts))

    @cached_property
    def places(self) -> Indices:
        """For each free coordinate the first entry of theta that it gives, shape (size,)."""
        k, p = self.k, self.p
        gate = [i * p + j for i in range(k) for j in self.gate_rows]
        experts = [k * p + i * p + j for i in range(k) for j in self.expert_rows]
        variances = range(2 * k * p, 2 * k * p + (1 if self.structure.equal_variances else k))
        return np.array([*gate, *experts, *variances], dtype=np.intp)

    @cached_property
    def matrix(self) -> Array:
        """The map E, shape (k (2 p + 1), size)."""
        matrix = np.zeros((self.k * (2 * self.p + 1), self.size))
        matrix[self.places, np.arange(self.size)] = 1.0
        if self.structure.equal_variances:
            matrix[-self.k :, -1] = 1.0
        return matrix

    @property
    def size(self) -> int:
        """Number of free coordinates; the gate's translations are among them."""
        return int(self.places.size)

    @cached_property
    def allowed(self) -> Mask:
        """Which entries of theta are free, alone or with others; the rest is 0."""
        return np.asarray(self.matrix.any(axis=1))

    @cached_property
    def gauge(self) -> tuple[tuple[int, ...], ...]:
        """Groups of free coordinates that may be shifted together at no change: the gate's translations."""
        few = len(self.gate_rows)
        return tuple(tuple(range(j, j + self.k * few, few)) for j in range(few))

    def project(self, vector: Array) -> Array:
        """Return the nearest allowed vector: absent slopes 0, unequal log variances their mean."""
        if self.whole:
            return vector
        near = np.where(self.allowed, vector, 0.0)
        if self.structure.equal_variances:
            near[..., -self.k :] = near[..., -self.k :].mean(axis=-1, keepdims=True)
        return near

    def reduced(self, vectors: NDArray[Entry]) -> NDArray[Entry]:
        """Return the free coordinates of allowed vectors, or of masks, shape (..., size)."""
        return vectors if self.whole else vectors[..., self.places]

    def expanded(self, free: Array) -> Array:
        """Return the vectors of free coordinates."""
        return free if self.whole else free @ self.matrix.T

    def gradient(self, gradient: Array) -> Array:
        """Return derivatives by the free coordinates, E'g, of derivatives by theta, shape (..., size)."""
        return gradient if self.whole else gradient @ self.matrix

    def hessian(self, hessian: Array) -> Array:
        """Return second derivatives by the free coordinates, E'HE."""
        return hessian if self.whole else self.matrix.T @ hessian @ self.matrix

    def covariance(self, free: Array) -> Array:
        """Return E C E', the covariance of theta given that of the free coordinates."""
        return free if self.whole else self.matrix @ free @ self.matrix.T

    def pooled(self, values: Array) -> Array:
        """Return values of each expert, shape (..., k), by their mean where the variances are equal."""
        if not self.structure.equal_variances:
            return values
        return np.broadcast_to(values.mean(axis=-1, keepdims=True), values.shape)

    def of(self, k: int) -> Restriction:
        """Return the restriction of another number of experts."""
        return Restriction(self.structure, k, self.p)
