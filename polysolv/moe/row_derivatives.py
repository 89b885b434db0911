"""Log-likelihood, gradient and Hessian of every row by itself, and their sums with weights of any sign.

Parameter vectors have the layout of :mod:`~polysolv.moe.likelihood`. A row's derivatives are written as one
column: the value, the q entries of the gradient, then the upper triangle of the Hessian row by row.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from polysolv.moe.likelihood import Array, Evaluation, unpack

_BLOCK = 1024
_LOG_2PI = float(np.log(2.0 * np.pi))


class _Block(NamedTuple):
    """What the derivatives of some rows are made of; (k, rows) but for z, first, gates, and value (rows)."""

    columns: slice
    z: Array
    value: Array
    first: Array
    gates: Array
    tau: Array
    pi: Array
    e: Array
    h: Array
    precision: Array


def entries(size: int) -> int:
    """Return the number of entries of one column for ``size`` parameters: 1 + q + q (q + 1) / 2.

    >>> entries(3)
    10
    """
    return 1 + size + size * (size + 1) // 2


def flattened(found: Evaluation) -> Array:
    """Return an evaluation with its Hessian as one column."""
    if found.hessian is None:
        raise ValueError("an evaluation without its Hessian")
    triangle = found.hessian[np.triu_indices(found.gradient.size)]
    return np.concatenate([[found.value], found.gradient, triangle])


def row_derivatives(vector: Array, k: int, Z: Array, y: Array, second: bool = True) -> Array:
    """Return the columns of all rows, shape (:func:`entries`, n), or (1 + q, n) without the Hessians.

    Args:
        vector: parameters, q numbers.
        k: number of experts.
        Z: transposed design, shape (p, n), first row ones.
        y: responses, shape (n,).
        second: whether the Hessians are wanted.

    The formulas are those of :func:`polysolv.moe.likelihood.derivatives`, before the sum over the rows.
    """
    size, p = vector.size, Z.shape[0]
    kp, upper = k * p, np.triu_indices(size)
    out = np.empty((entries(size) if second else 1 + size, y.size))
    for block in _blocks(vector, k, Z, y):
        out[0, block.columns] = block.value
        out[1 : 1 + size, block.columns] = block.first
        out[1 : 1 + kp, block.columns] -= block.gates
        if not second:
            continue
        z, tau, e, h = block.z, block.tau, block.e, block.h
        zz = z[:, None] * z
        hessian = -block.first[:, None] * block.first
        hessian[:kp, :kp] += block.gates[:, None] * block.gates
        for i in range(k):
            g, x, s = slice(i * p, i * p + p), slice(kp + i * p, kp + i * p + p), 2 * kp + i
            hessian[g, g] += zz * (tau[i] - block.pi[i])
            hessian[g, x] += zz * (tau[i] * e[i])
            hessian[x, x] += zz * (tau[i] * (e[i] ** 2 - block.precision[i]))
            hessian[g, s] += z * (tau[i] * h[i])
            hessian[x, s] += z * (tau[i] * (e[i] * h[i] - e[i]))
            hessian[s, s] += tau[i] * (h[i] * h[i] - h[i] - 0.5)
        out[1 + size :, block.columns] = hessian[upper]
    return out


def weighted_sum(vector: Array, k: int, Z: Array, y: Array, weights: Array) -> Evaluation:
    """Return the sum of weights times log-likelihood over the rows, with gradient and Hessian.

    Args:
        vector, k, Z, y: see :func:`row_derivatives`.
        weights: one number of any sign for each row, shape (n,).
    """
    size, p = vector.size, Z.shape[0]
    kp = k * p
    value, gradient, hessian = 0.0, np.zeros(size), np.zeros((size, size))
    for block in _blocks(vector, k, Z, y):
        w, e, h = weights[block.columns], block.e, block.h
        z, tau = block.z, block.tau * w
        zz = (z[:, None] * z).reshape(p * p, -1)
        value += float(block.value @ w)
        gradient += block.first @ w
        gradient[:kp] -= block.gates @ w
        hessian -= (block.first * w) @ block.first.T
        hessian[:kp, :kp] += (block.gates * w) @ block.gates.T
        gate, mixed = ((tau - block.pi * w) @ zz.T).reshape(k, p, p), ((tau * e) @ zz.T).reshape(k, p, p)
        expert = ((tau * (e * e - block.precision)) @ zz.T).reshape(k, p, p)
        gate_border, expert_border = (tau * h) @ z.T, (tau * (e * h - e)) @ z.T
        corner = (tau * (h * h - h - 0.5)).sum(axis=1)
        for i in range(k):
            g, x, s = slice(i * p, i * p + p), slice(kp + i * p, kp + i * p + p), 2 * kp + i
            hessian[g, g] += gate[i]
            hessian[g, x] += mixed[i]
            hessian[x, g] += mixed[i]
            hessian[x, x] += expert[i]
            hessian[g, s] += gate_border[i]
            hessian[s, g] += gate_border[i]
            hessian[x, s] += expert_border[i]
            hessian[s, x] += expert_border[i]
            hessian[s, s] += corner[i]
    return Evaluation(value, gradient, hessian)


def _blocks(vector: Array, k: int, Z: Array, y: Array) -> Iterator[_Block]:
    gate, expert, log_variance = unpack(vector, k)
    precision = np.exp(-log_variance)[:, None]
    half_log = 0.5 * (log_variance + _LOG_2PI)[:, None]
    with np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore"):
        for start in range(0, y.size, _BLOCK):
            columns = slice(start, start + _BLOCK)
            z = Z[:, columns]
            logits = gate @ z
            residual = y[columns] - expert @ z
            e = residual * precision
            h = 0.5 * (residual * e - 1.0)
            joint = logits - half_log - (h + 0.5)
            top, joint_top = logits.max(axis=0), joint.max(axis=0)
            pi, tau = np.exp(logits - top), np.exp(joint - joint_top)
            pi_total, tau_total = pi.sum(axis=0), tau.sum(axis=0)
            value = np.log(tau_total / pi_total) + (joint_top - top)
            pi /= pi_total
            tau /= tau_total
            rows = z.shape[1]
            of_gate, of_expert = ((part[:, None] * z).reshape(-1, rows) for part in (tau, tau * e))
            first = np.concatenate([of_gate, of_expert, tau * h])
            gates = (pi[:, None] * z).reshape(-1, rows)
            yield _Block(columns, z, value, first, gates, tau, pi, e, h, precision)
