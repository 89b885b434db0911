"""The conditional log-likelihood of the model with its gradient and Hessian, block by block over the rows.

A parameter vector has the layout ``[gate (k, p) | expert (k, p) | log variance (k)]`` with ``p = d + 1``:
column 0 of ``gate`` is beta0 and column 0 of ``expert`` is b, so that with z = (1, x) the gate logits are
``gate @ z`` and the means ``expert @ z``. Rows travel in blocks that fit the processor's cache; memory is
O(rows of a block).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
Mask = NDArray[np.bool_]

BLOCK = 4096
# Of many vectors at once, fewer rows at a time.
_LEAST_BLOCK = 256
_LOG_2PI = float(np.log(2.0 * np.pi))


@dataclass(frozen=True)
class Evaluation:
    """Log-likelihood, gradient and (if asked for) Hessian at one parameter vector, summed over the rows."""

    value: float
    gradient: Array
    hessian: Array | None

    @property
    def finite(self) -> bool:
        """Whether every number is finite."""
        return bool(
            np.isfinite(self.value)
            and np.isfinite(self.gradient).all()
            and (self.hessian is None or np.isfinite(self.hessian).all())
        )


def design(X: Array) -> Array:
    """Return the transposed design matrix, shape (d + 1, n): a row of ones, then the covariates."""
    return np.concatenate([np.ones((1, X.shape[0])), X.T])


def unpack(vector: Array, k: int) -> tuple[Array, Array, Array]:
    """Split a parameter vector into gate (k, p), expert (k, p) and log variance (k), as views."""
    p = (vector.size // k - 1) // 2
    return vector[: k * p].reshape(k, p), vector[k * p : 2 * k * p].reshape(k, p), vector[2 * k * p :]


def pack(gate: Array, expert: Array, log_variance: Array) -> Array:
    """Join gate, expert and log variance into one parameter vector."""
    return np.concatenate([gate.ravel(), expert.ravel(), log_variance])


def log_softmax(logits: Array) -> Array:
    """Return ``logits - log(sum(exp(logits), axis=0))``, without overflow."""
    shifted = logits - logits.max(axis=0)
    result: Array = shifted - np.log(np.exp(shifted).sum(axis=0))
    return result


def log_joint(vector: Array, k: int, Z: Array, y: Array) -> Array:
    """Return log(gate probability times expert density) of each expert and row, shape (k, n)."""
    gate, expert, log_variance = unpack(vector, k)
    residual = y - expert @ Z
    with np.errstate(over="ignore"):
        square = np.minimum(residual * (residual * np.exp(-log_variance)[:, None]), 1e300)
    return log_softmax(gate @ Z) - 0.5 * (square + log_variance[:, None] + _LOG_2PI)


def log_density(vector: Array, k: int, Z: Array, y: Array) -> Array:
    """Return the log conditional density of each row, shape (n,)."""
    out = np.empty(y.size)
    for start in range(0, y.size, BLOCK):
        rows = slice(start, start + BLOCK)
        joint = log_joint(vector, k, Z[:, rows], y[rows])
        top = joint.max(axis=0)
        out[rows] = top + np.log(np.exp(joint - top).sum(axis=0))
    return out


def responsibilities(vector: Array, k: int, Z: Array, y: Array) -> Array:
    """Return the posterior probability of each expert for each row, shape (k, n)."""
    out = np.empty((k, y.size))
    for start in range(0, y.size, BLOCK):
        rows = slice(start, start + BLOCK)
        out[:, rows] = np.exp(log_softmax(log_joint(vector, k, Z[:, rows], y[rows])))
    return out


def evaluate(
    vector: Array, k: int, Z: Array, y: Array, second: bool = True, weights: Array | None = None
) -> Evaluation:
    """Return the log-likelihood and its derivatives with respect to the parameter vector.

    Args:
        vector: parameters in this module's layout, ``k (2 p + 1)`` numbers.
        k: number of experts.
        Z: transposed design, shape (p, n), first row ones.
        y: responses, shape (n,).
        second: whether the Hessian is wanted.
        weights: how often each row counts, positive, shape (n,); None for once.
    """
    values, gradients, hessians = derivatives(vector[None], k, Z, y, second, weights)
    return Evaluation(float(values[0]), gradients[0], hessians[0] if second else None)


def derivatives(
    vectors: Array, k: int, Z: Array, y: Array, second: bool = True, weights: Array | None = None
) -> tuple[Array, Array, Array]:
    """Return log-likelihoods, gradients and Hessians at several parameter vectors at once.

    Args:
        vectors: parameters in this module's layout, shape (c, k (2 p + 1)).
        k, Z, y: see :func:`evaluate`.
        second: whether the Hessians are wanted; empty if not.
        weights: see :func:`evaluate`.

    With A_i = log(exp(gate_i.z) N_i), tau = softmax(A), pi = softmax(gate z) and v_i = dA_i, the Hessian of a
    row is  sum tau_i (d2A_i + v_i v_i') - (sum tau_i v_i)(sum tau_i v_i)' - (diag(pi) - pi pi') x zz'.
    All sums over rows are matrix products.
    """
    c, p = vectors.shape[0], Z.shape[0]
    kp = k * p
    gate, expert, log_variance = stacked_parts(vectors, k)
    half_log = 0.5 * (log_variance + _LOG_2PI)[:, :, None]
    precision = np.exp(-log_variance)[:, :, None]
    value = np.zeros(c)
    gate_sum, expert_sum, variance_sum = np.zeros((c, k, p)), np.zeros((c, k, p)), np.zeros((c, k))
    outer, gate_outer = np.zeros((c, 2 * kp + k, 2 * kp + k)), np.zeros((c, kp, kp))
    blocks, borders, corner = np.zeros((c, 3 * k, p * p)), np.zeros((c, 2 * k, p)), np.zeros((c, k))
    rows = min(y.size, max(BLOCK // c, _LEAST_BLOCK))
    work = np.empty((c, 2 * kp + k, rows))
    with np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore"):
        for start in range(0, y.size, rows):
            z = Z[:, start : start + rows]
            size = z.shape[1]
            logits = gate @ z
            residual = y[start : start + rows] - expert @ z
            e = residual * precision
            q = residual * e
            joint = logits - half_log
            joint -= 0.5 * q
            top = logits.max(axis=1, keepdims=True)
            pi = np.exp(np.subtract(logits, top, out=logits), out=logits)
            pi_total = pi.sum(axis=1, keepdims=True)
            joint_top = joint.max(axis=1, keepdims=True)
            tau = np.exp(np.subtract(joint, joint_top, out=joint), out=joint)
            tau_total = tau.sum(axis=1, keepdims=True)
            pi /= pi_total
            tau /= tau_total
            log_densities = (np.log(tau_total / pi_total) + (joint_top - top))[:, 0]
            if weights is None:
                often, z_often = np.ones(size), z
                value += log_densities.sum(axis=1)
            else:
                # Half of the weight is in tau and pi, so that products of two rows of W or P carry all of it.
                often = np.sqrt(weights[start : start + rows])
                z_often = z * often
                value += log_densities @ weights[start : start + rows]
                tau *= often
                pi *= often
            tau_e = tau * e
            h = 0.5 * (q - 1.0)
            tau_h = tau * h
            difference = tau - pi
            gate_sum += difference @ z_often.T
            expert_sum += tau_e @ z_often.T
            variance_sum += tau_h @ often
            if not second:
                continue
            W = work[:, :, :size]
            np.multiply(tau[:, :, None, :], z, out=W[:, :kp].reshape(c, k, p, size))
            np.multiply(tau_e[:, :, None, :], z, out=W[:, kp : 2 * kp].reshape(c, k, p, size))
            W[:, 2 * kp :] = tau_h
            outer += W @ W.transpose(0, 2, 1)
            P = (pi[:, :, None, :] * z).reshape(c, kp, size)
            gate_outer += P @ P.transpose(0, 2, 1)
            zz = (z_often[:, None, :] * z).reshape(p * p, size)
            weighted = np.concatenate([difference, tau_e, tau_e * e - tau * precision], axis=1)
            blocks += weighted @ zz.T
            borders += np.concatenate([tau_h, tau_e * h - tau_e], axis=1) @ z_often.T
            corner += (tau_h * h - 0.5 * (tau * q)) @ often
        parts = (gate_sum.reshape(c, kp), expert_sum.reshape(c, kp), variance_sum)
        gradients = np.concatenate(parts, axis=1)
        hessians = _assembled(k, p, outer, gate_outer, blocks, borders, corner) if second else np.empty(0)
    return value, gradients, hessians


def stacked_parts(vectors: Array, k: int) -> tuple[Array, Array, Array]:
    """Split vectors (c, size) into gates (c, k, p), experts (c, k, p) and log variances (c, k), as views."""
    c, p = vectors.shape[0], (vectors.shape[1] // k - 1) // 2
    return (
        vectors[:, : k * p].reshape(c, k, p),
        vectors[:, k * p : 2 * k * p].reshape(c, k, p),
        vectors[:, 2 * k * p :],
    )


def _assembled(
    k: int, p: int, outer: Array, gate_outer: Array, blocks: Array, borders: Array, corner: Array
) -> Array:
    """Return the Hessians from their sums over the rows."""
    kp, c = k * p, outer.shape[0]
    hessian = -outer
    hessian[:, :kp, :kp] += gate_outer
    gate = np.arange(kp).reshape(k, p)
    expert, variance = gate + kp, np.arange(2 * kp, 2 * kp + k)[:, None]
    of_gate, mixed, of_expert = blocks.reshape(c, 3, k, p, p).swapaxes(0, 1)
    hessian[:, gate[:, :, None], gate[:, None, :]] += of_gate
    hessian[:, gate[:, :, None], expert[:, None, :]] += mixed
    hessian[:, expert[:, :, None], gate[:, None, :]] += mixed
    hessian[:, expert[:, :, None], expert[:, None, :]] += of_expert
    for rows, border in ((gate, borders[:, :k]), (expert, borders[:, k:])):
        hessian[:, rows, variance] += border
        hessian[:, variance, rows] += border
    hessian[:, variance[:, 0], variance[:, 0]] += corner
    return hessian
