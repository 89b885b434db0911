"""Expectation-maximisation for the model: least squares for the experts, Newton for the gate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from polysolv.moe import likelihood
from polysolv.moe.likelihood import BLOCK, Array, pack, unpack
from polysolv.moe.penalty import Penalty
from polysolv.moe.restriction import Restriction
from polysolv.moe.structure import Structure
from polysolv.moe.trust_region import Box, box_step

_GATE_STEPS, _HALVINGS = 2, 30
_SMALLEST_MASS = 1e-8
_STEP_MIN, _STEP_GROWTH = 1.0, 4.0


@dataclass(frozen=True)
class _Moments:
    """What one E-step leaves: responsibilities times weights, sums for the experts, the log-likelihood."""

    value: float
    tau: Array
    zz: Array
    zy: Array
    mass: Array


class ExpectationMaximisation:
    """The EM map of one data set in standardised coordinates.

    Args:
        Z: transposed design, shape (p, n).
        y: responses, shape (n,).
        k: number of experts.
        box: feasible set; its lower end bounds the variances.
        penalty: what is added to the log-likelihood, or None.
        row_weights: how often each row counts, shape (n,); None for once.
        restriction: which vectors are allowed; None for all. What the map returns is.

    Each map raises the log-likelihood or leaves it: the expert step maximises its part exactly (a box on the
    regression coefficients is met by a box-constrained quadratic step), the gate step is accepted only if its
    part of the expected log-likelihood does not fall. An expert of mass below 1e-8 of a row keeps its
    parameters.
    """

    def __init__(
        self,
        Z: Array,
        y: Array,
        k: int,
        box: Box,
        penalty: Penalty | None = None,
        row_weights: Array | None = None,
        restriction: Restriction | None = None,
    ) -> None:
        self.Z, self.y, self.k, self.box, self.penalty = Z, y, k, box, penalty
        self.p = Z.shape[0]
        self.row_weights = row_weights
        self.restriction = restriction or Restriction(Structure.whole(self.p - 1), k, self.p)
        self.gate_rows = list(self.restriction.gate_rows)
        self.expert_rows = list(self.restriction.expert_rows)
        self._gate_Z = Z if len(self.gate_rows) == self.p else np.ascontiguousarray(Z[self.gate_rows])

    def clip(self, vector: Array) -> Array:
        """Return the nearest allowed vector in the box."""
        return self.restriction.project(self.box.clip(vector))

    def step(self, vector: Array) -> tuple[Array, float]:
        """Apply the EM map once; return the new vector and the objective at the OLD one."""
        moments = self._expect(vector)
        gate, expert, log_variance = (part.copy() for part in unpack(vector, self.k))
        low, high = (unpack(end, self.k) for end in (self.box.lower, self.box.upper))
        for i in range(self.k):
            mass = float(moments.mass[i])
            if mass < _SMALLEST_MASS:
                continue
            expert[i] = self._regress(moments.zz[i], moments.zy[i], expert[i], low[1][i], high[1][i])
        squares = self._residual_squares(expert, moments.tau)
        alive = moments.mass >= _SMALLEST_MASS
        squares, rows = self.restriction.pooled(squares), self.restriction.pooled(moments.mass)
        alive |= self.restriction.structure.equal_variances
        with np.errstate(divide="ignore"):
            log_variance[alive] = np.log(self._variances(squares[alive], rows[alive]))
        log_variance = np.clip(log_variance, low[2], high[2])
        if self.k > 1:
            gate = self._gate(gate, moments.tau, low[0], high[0])
        return pack(gate, expert, log_variance), moments.value

    def from_responsibilities(self, tau: Array) -> Array:
        """Return the parameters that one M-step makes of given responsibilities, shape (k, n)."""
        tau = tau if self.row_weights is None else tau * self.row_weights
        expert = np.zeros((self.k, self.p))
        low, high = (unpack(end, self.k) for end in (self.box.lower, self.box.upper))
        for i in range(self.k):
            weighted = self.Z * tau[i]
            expert[i] = self._regress(
                weighted @ self.Z.T, weighted @ self.y, expert[i], low[1][i], high[1][i]
            )
        mass = np.maximum(tau.sum(axis=1), _SMALLEST_MASS)
        pooled = self.restriction.pooled
        variances = self._variances(pooled(self._residual_squares(expert, tau)), pooled(mass))
        log_variance = np.clip(np.log(np.maximum(variances, 1e-300)), low[2], high[2])
        gate = np.zeros((self.k, self.p))
        gate[:, 0] = np.log(mass / mass.sum())
        gate = np.clip(gate, low[0], high[0])
        for _ in range(_GATE_STEPS if self.k > 1 else 0):
            gate = self._gate(gate, tau, low[0], high[0])
        return pack(gate, expert, log_variance)

    def _expect(self, vector: Array) -> _Moments:
        k, p, n = self.k, self.p, self.y.size
        tau = np.empty((k, n))
        zz, zy = np.zeros((k, p * p)), np.zeros((k, p))
        value = 0.0
        for start in range(0, n, BLOCK):
            rows = slice(start, start + BLOCK)
            z, y = self.Z[:, rows], self.y[rows]
            joint = likelihood.log_joint(vector, k, z, y)
            top = joint.max(axis=0)
            weights = np.exp(joint - top)
            total = weights.sum(axis=0)
            density = top + np.log(total)
            weights /= total
            if self.row_weights is not None:
                density *= self.row_weights[rows]
                weights *= self.row_weights[rows]
            value += float(density.sum())
            tau[:, rows] = weights
            zz += weights @ (z[:, None, :] * z).reshape(p * p, -1).T
            zy += (weights * y) @ z.T
        if self.penalty is not None:
            value += self.penalty.value(unpack(vector, k)[2])
        return _Moments(value, tau, zz.reshape(k, p, p), zy, tau.sum(axis=1))

    def _residual_squares(self, expert: Array, tau: Array) -> Array:
        squares = np.zeros(self.k)
        for start in range(0, self.y.size, BLOCK):
            rows = slice(start, start + BLOCK)
            residual = self.y[rows] - expert @ self.Z[:, rows]
            squares += np.einsum("ij,ij,ij->i", tau[:, rows], residual, residual)
        return squares

    def _variances(self, squares: Array, mass: Array) -> Array:
        return squares / mass if self.penalty is None else self.penalty.variances(squares, mass)

    def _regress(self, zz: Array, zy: Array, current: Array, low: Array, high: Array) -> Array:
        """Minimise the weighted squares; along directions that the rows do not determine, do not move."""
        seen = self.expert_rows
        if len(seen) < self.p:
            whole = np.zeros(self.p)
            part = zz[np.ix_(seen, seen)], zy[seen], current[seen], low[seen], high[seen]
            whole[seen] = self._minimised(*part)
            return whole
        return self._minimised(zz, zy, current, low, high)

    def _minimised(self, zz: Array, zy: Array, current: Array, low: Array, high: Array) -> Array:
        slope, curvature = zz @ current - zy, zz
        eigenvalues, Q = np.linalg.eigh(curvature)
        known = eigenvalues > 1e-12 * max(float(eigenvalues[-1]), 1e-300)
        rotated = Q.T @ slope
        solved = current - Q @ np.where(known, rotated / np.where(known, eigenvalues, 1.0), 0.0)
        if (solved >= low).all() and (solved <= high).all():
            return np.asarray(solved)
        start = np.clip(current, low, high)
        for _ in range(20):
            step, gain = box_step(zz @ start - zy, zz, low - start, high - start, 1e6, ())
            start = np.clip(start + step, low, high)
            if gain <= 1e-14 * float(np.abs(zy).max()):
                break
        return start

    def _gate(self, gate: Array, tau: Array, low: Array, high: Array) -> Array:
        """Raise sum tau log pi by Newton steps (IRLS) with backtracking; tau holds the weights."""
        seen = self.gate_rows
        if len(seen) == self.p:
            return self._raised(gate, tau, low, high)
        whole = np.zeros_like(gate)
        whole[:, seen] = self._raised(gate[:, seen], tau, low[:, seen], high[:, seen])
        return whole

    def _raised(self, gate: Array, tau: Array, low: Array, high: Array) -> Array:
        p = gate.shape[1]
        groups = tuple(tuple(range(j, self.k * p, p)) for j in range(p))
        total = self.y.size if self.row_weights is None else float(self.row_weights.sum())
        value, gradient, hessian = self._gate_objective(gate, tau)
        for _ in range(_GATE_STEPS):
            flat = gate.ravel()
            ends = low.ravel() - flat, high.ravel() - flat
            step, gain = box_step(-gradient, -hessian, *ends, 10.0, groups)
            if gain <= 0.0:
                break
            # A gain below rounding cannot be seen in the value; the objective is concave, so it is real.
            noise = 1e-14 * (abs(value) + total) if gain < 1e-12 * (abs(value) + 1.0) else 0.0
            for halving in range(_HALVINGS):
                trial = (flat + 0.5**halving * step).reshape(self.k, p)
                found = self._gate_objective(trial, tau)
                if found[0] >= value - noise:
                    gate, (value, gradient, hessian) = trial, found
                    break
            else:
                break
        return gate

    def _gate_objective(self, gate: Array, tau: Array) -> tuple[float, Array, Array]:
        Z, (k, p) = self._gate_Z, gate.shape
        value, gradient = 0.0, np.zeros((k, p))
        diagonal, outer = np.zeros((k, p * p)), np.zeros((k * p, k * p))
        for start in range(0, self.y.size, BLOCK):
            z, weights = Z[:, start : start + BLOCK], tau[:, start : start + BLOCK]
            log_pi = likelihood.log_softmax(gate @ z)
            pi = np.exp(log_pi)
            value += float(np.einsum("ij,ij->", weights, log_pi))
            P = (pi[:, None, :] * z).reshape(k * p, -1)
            often = P
            if self.row_weights is not None:
                pi = pi * self.row_weights[start : start + BLOCK]
                often = P * self.row_weights[start : start + BLOCK]
            gradient += (weights - pi) @ z.T
            diagonal += pi @ (z[:, None, :] * z).reshape(p * p, -1).T
            outer += often @ P.T
        for i in range(k):
            outer[i * p : (i + 1) * p, i * p : (i + 1) * p] -= diagonal[i].reshape(p, p)
        return value, gradient.ravel(), outer


def run(
    em: ExpectationMaximisation, start: Array, max_iter: int, until: Callable[[Array, list[float]], bool]
) -> tuple[Array, list[float]]:
    """Iterate the plain EM map from ``start``; return the last vector and the log-likelihood of each iterate.

    ``until(vector, values)`` ends the run early; the last value belongs to the last vector but one.
    """
    vector, values = em.clip(start), []
    for _ in range(max_iter):
        following, value = em.step(vector)
        values.append(value)
        if until(vector, values):
            break
        vector = following
    return vector, values


def accelerate(
    em: ExpectationMaximisation, start: Array, max_iter: int, min_gain: float
) -> tuple[Array, list[float], int]:
    """Run squared extrapolation (SQUAREM, Varadhan and Roland 2008, scheme S3) of the EM map.

    Two maps give r = F(v) - v and u = F(F(v)) - F(v) - r; the next iterate is F(v - 2 s r + s^2 u) with
    s = -|r|/|u|, kept only if its log-likelihood is at least that of F(v): otherwise F(F(v)) is taken. Ends
    when a cycle gains less than ``min_gain`` or ``max_iter`` maps have been spent. Returns the vector, the
    log-likelihood at the start of each cycle, and the number of maps.
    """
    vector = em.clip(start)
    values: list[float] = []
    limit, spent = _STEP_GROWTH, 0
    while spent < max_iter:
        first, value = em.step(vector)
        values.append(value)
        second, first_value = em.step(first)
        spent += 2
        r, u = first - vector, second - 2.0 * first + vector
        length = float(np.linalg.norm(u))
        s = min(max(float(np.linalg.norm(r)) / length if length > 0 else 1.0, _STEP_MIN), limit)
        proposal = second
        if s > 1.0:
            jump = em.clip(vector + 2.0 * s * r + s * s * u)
            landed, jump_value = em.step(jump)
            spent += 1
            if np.isfinite(jump_value) and jump_value >= first_value:
                proposal = landed
                limit = limit * _STEP_GROWTH if s == limit else limit
            else:
                limit = max(_STEP_GROWTH, limit / _STEP_GROWTH)
        vector = proposal
        if first_value - value < min_gain:
            break
    return vector, values, spent
