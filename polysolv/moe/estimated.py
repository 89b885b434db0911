"""The noun `Estimated`: a maximum with its data, and which parameters have errors of order n^(-1/2)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from polysolv.moe.digits import shown
from polysolv.moe.fitted_model import FittedModel
from polysolv.moe.likelihood import Array, Indices, Mask
from polysolv.moe.problem import Problem
from polysolv.moe.quantities import Reported

_RANK = 1e-10
SPURIOUS = "spurious: it follows a few rows"
NOT_STATIONARY = "the fit is not a stationary point"
SINGULAR = "the observed information is singular"
HARD_GATE = "the gate is a hard split: it has no maximum"


@dataclass(frozen=True)
class Estimated:
    """A fit as inference sees it.

    Args:
        problem: data and box.
        model: the fit.
        cells: groups of atoms that look like one (:func:`polysolv.moe.diagnostics.cells_of`).
        held: which coordinates of the model's vector are at a bound.
        converged: whether the fit is stationary; nothing is stated otherwise.
        spurious: atoms that say nothing; statements about the others have these fixed.
        separated: whether the gate has no maximum; statements about the experts have the gate fixed.
    """

    problem: Problem
    model: FittedModel
    cells: tuple[tuple[int, ...], ...]
    held: Mask
    converged: bool
    spurious: tuple[int, ...] = ()
    separated: bool = False

    @property
    def owner(self) -> Indices:
        """The atom of each coordinate of the vector."""
        k, p = self.problem.k, self.problem.Z.shape[0]
        return np.concatenate([np.repeat(np.arange(k), p), np.repeat(np.arange(k), p), np.arange(k)])

    @cached_property
    def withheld(self) -> dict[int, str]:
        """Atom -> why nothing is stated about its errors."""
        found = self._unsuitable
        if self._inverse is None:
            return dict.fromkeys(range(self.problem.k), SINGULAR) | found
        return found

    @property
    def exact(self) -> list[int]:
        """The atoms whose errors are stated."""
        return [i for i in range(self.problem.k) if i not in self.withheld]

    @property
    def reference(self) -> int | None:
        """The atom that gates are relative to, the last one whose errors are stated."""
        return self.exact[-1] if self.exact else None

    @property
    def free(self) -> Mask:
        """The coordinates over which the information is inverted: those of one gate are fixed."""
        k, p = self.problem.k, self.problem.Z.shape[0]
        suitable = [i for i in range(k) if i not in self._unsuitable]
        free: Mask = self.problem.restriction.allowed & ~self.held
        free &= ~np.isin(self.owner, list(self.spurious))
        gate = np.arange(self.owner.size) < k * p
        fixed = self.separated | (self.owner == (suitable[-1] if suitable else k - 1))
        free[gate & fixed] = False
        return free

    @property
    def covariance(self) -> Array | None:
        """The inverse of the observed information over :attr:`free`, 0 elsewhere; None if it is withheld.

        In standardised coordinates, of the whole vector, shape (k (2 p + 1), k (2 p + 1)).
        """
        return self._inverse if self.exact else None

    @cached_property
    def reported(self) -> Reported:
        """What is reported of the parameters, in the user's units."""
        reference = None if self.separated else self.reference
        centre = shown(self.model, self.model.measure(), not self.separated).centre
        return Reported(self.model, reference, self.withheld, self.separated, centre)

    @cached_property
    def _unsuitable(self) -> dict[int, str]:
        if not self.converged:
            return dict.fromkeys(range(self.problem.k), NOT_STATIONARY)
        found = dict.fromkeys(self.spurious, SPURIOUS)
        for cell in self.cells:
            for i in cell if len(cell) > 1 else ():
                others = ", ".join(str(other) for other in cell if other != i)
                reason = f"looks like one atom together with {others}: its errors are not of order n^(-1/2)"
                found.setdefault(i, reason)
        for i in sorted(set(self.owner[self.held].tolist())):
            found.setdefault(i, "a parameter is at its bound")
        return dict(sorted(found.items()))

    @cached_property
    def _inverse(self) -> Array | None:
        """Return the inverse information, 0 beside the free coordinates; None if it is singular."""
        free = self.free
        if len(self._unsuitable) == self.problem.k or not free.any():
            return None
        return inverse_information(self.problem, self.model.vector, free)


def inverse_information(problem: Problem, vector: Array, free: Mask) -> Array | None:
    """Return the inverse of the observed information over some coordinates, 0 beside them.

    Args:
        problem: data, restriction and penalty.
        vector: a solution.
        free: which coordinates of the vector are not held fixed; an entry of one variance frees it for all.

    Returns:
        a matrix in the layout of the vector: equal variances are fully correlated; None if the information is
        singular.
    """
    hessian = problem.evaluate(vector).hessian
    restriction = problem.restriction
    some: Mask = restriction.gradient(free.astype(np.float64)) > 0
    if hessian is None or not some.any():
        return None
    information = -restriction.hessian(hessian)[np.ix_(some, some)]
    scale = np.sqrt(np.abs(np.diag(information)))
    scale[scale == 0] = 1.0
    eigenvalues, Q = np.linalg.eigh(information / np.outer(scale, scale))
    if eigenvalues[0] <= _RANK:
        return None
    covariance = np.zeros((restriction.size,) * 2)
    covariance[np.ix_(some, some)] = ((Q / eigenvalues) @ Q.T) / np.outer(scale, scale)
    return restriction.covariance(covariance)
