"""The compiled part of `cell_divergence`: the Kullback-Leibler divergence of many cells of Gaussian experts.

The conditional density of a cell at (x, y), relative to the true N(y; 0, 1), has the gap

    g = (1/Z(x)) Σ_l w_l exp(e_l(x) + q_l(x, y)) - 1,   e_l = r_0 + β_l·x,
    q_l = log N(y; a_l·x + b_l, v_l) - log N(y; 0, 1)

where Z is what the gate divides by. Numbers near 0 are kept as numbers near 0 (expm1), so that V has digits
down to 1e-13. Regular coordinates r are chosen by Gauss-Newton steps on Σ g², which is V² up to a bounded
factor.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

# What the gate divides by: 1; the cell; the cell and an exactly fitted expert of equal share.
NO_GATE, ALONE, BESIDE = 0, 1, 2
LEAST_VARIANCE = 0.2
_STEPS, _HALVINGS = 12, 6
_ENOUGH = 0.02  # steps that would lower V² by less, relatively, are not taken


def compiled(function: Any) -> Any:
    """Compile a function, and keep its machine code where some folder can be written."""
    try:
        return numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    except RuntimeError:  # there is no such folder
        return numba.njit(nogil=True, error_model="numpy")(function)


@compiled
def _loss(gap: float) -> float:
    """Return gap − log(1 + gap), to all digits near 0."""
    if abs(gap) < 1e-2:
        total, power = 0.0, gap * gap
        for k in range(2, 10):
            total += power / k if k % 2 == 0 else -power / k
            power *= gap
        return total
    return gap - np.log1p(max(gap, -1 + 1e-12))


@compiled
def _gaps(weights, atoms, regular, gate, x, y, gaps, beside, slopes, beside_slopes):
    """Fill gaps (X, Y) and their derivatives by regular coordinates (X, Y, R); return if variances are fine.

    An atom has d gate slopes, d expert slopes, an intercept and half the excess of its variance over 1. The
    gap and its derivatives at an exactly fitted expert go to ``beside`` (X,) and ``beside_slopes`` (X, R).
    """
    m, d = weights.size, x.shape[1]
    intercept, scale = 1 + 2 * d, 2 + 2 * d
    gaps[:] = 0.0
    slopes[:] = 0.0
    for atom in range(m):
        if 1 + 2 * (regular[scale] + atoms[atom, scale - 1]) < LEAST_VARIANCE:
            return False
    for i in range(x.shape[0]):
        excess = 0.0  # Σ w (exp(e) − 1)
        for atom in range(m):
            e = regular[0]
            mean = regular[intercept] + atoms[atom, intercept - 1]
            for k in range(d):
                e += (regular[1 + k] + atoms[atom, k]) * x[i, k]
                mean += (regular[1 + d + k] + atoms[atom, d + k]) * x[i, k]
            excess += weights[atom] * np.expm1(e)
            extra = 2 * (regular[scale] + atoms[atom, scale - 1])
            variance = 1 + extra
            # log N(y; mean, variance) - log N(y; 0, 1) without cancellation
            constant = e - 0.5 * np.log1p(extra) - 0.5 * mean * mean / variance
            linear, square = mean / variance, 0.5 * extra / variance
            for j in range(y.size):
                near = np.expm1(constant + (linear + square * y[j]) * y[j]) * weights[atom]
                gaps[i, j] += near
                value = near + weights[atom]
                score = (y[j] - mean) / variance
                slopes[i, j, 0] += value
                slopes[i, j, intercept] += value * score
                slopes[i, j, scale] += value * (score * score - 1 / variance)
                for k in range(d):
                    slopes[i, j, 1 + d + k] += value * score * x[i, k]
        over = excess if gate == ALONE else (0.5 * excess if gate == BESIDE else 0.0)  # Z - 1
        whole = 1 + over
        # Derivative of log Z by r_0.
        part = (
            (1 + excess) / whole if gate == ALONE else (0.5 * (1 + excess) / whole if gate == BESIDE else 0.0)
        )
        beside[i] = -over / whole
        beside_slopes[i, :] = 0.0
        beside_slopes[i, 0] = -part / whole
        for k in range(d):
            beside_slopes[i, 1 + k] = -part / whole * x[i, k]
        for j in range(y.size):
            gaps[i, j] = (gaps[i, j] - over) / whole
            for r in range(scale + 1):
                slopes[i, j, r] /= whole
            slopes[i, j, 0] *= 1 - part
            for k in range(d):
                slopes[i, j, 1 + k] = slopes[i, j, 0] * x[i, k]
    return True


@compiled
def _divergence(gate, x_shares, y_shares, gaps, beside):
    total = 0.0
    for i in range(x_shares.size):
        inner = 0.0
        for j in range(y_shares.size):
            inner += y_shares[j] * _loss(gaps[i, j])
        if gate == BESIDE:
            inner = 0.5 * (inner + _loss(beside[i]))
        total += x_shares[i] * inner
    return total


@compiled
def _step(gate, free, x_shares, y_shares, gaps, beside, slopes, beside_slopes, step):
    """Fill the Gauss-Newton step of the free regular coordinates; return by how much it should lower V²."""
    width = free.size
    matrix, right = np.zeros((width, width)), np.zeros(width)
    for i in range(x_shares.size):
        scale = 0.5 * x_shares[i] if gate == BESIDE else x_shares[i]
        for j in range(y_shares.size):
            share = scale * y_shares[j]
            for p in range(width):
                left = share * slopes[i, j, free[p]]
                right[p] -= left * gaps[i, j]
                for q in range(p + 1):
                    matrix[p, q] += left * slopes[i, j, free[q]]
        if gate == BESIDE:
            for p in range(width):
                left = scale * beside_slopes[i, free[p]]
                right[p] -= left * beside[i]
                for q in range(p + 1):
                    matrix[p, q] += left * beside_slopes[i, free[q]]
    # Cholesky
    for p in range(width):
        for q in range(p + 1):
            value = matrix[p, q]
            for k in range(q):
                value -= matrix[p, k] * matrix[q, k]
            if p == q:
                if value <= 0.0:
                    return 0.0
                matrix[p, p] = np.sqrt(value)
            else:
                matrix[p, q] = value / matrix[q, q]
    lower = 0.0
    for p in range(width):
        for k in range(p):
            right[p] -= matrix[p, k] * right[k]
        right[p] /= matrix[p, p]
        lower += 0.5 * right[p] * right[p]
    for p in range(width - 1, -1, -1):
        for k in range(p + 1, width):
            right[p] -= matrix[k, p] * right[k]
        right[p] /= matrix[p, p]
    for p in range(width):
        step[p] = right[p]
    return lower


@compiled
def divergences(weights, atoms, gate, free, x, x_shares, y, y_shares):
    """Return for each cell the root of the divergence at the best regular coordinates.

    Args:
        weights: shape (count, m), sums 1.
        atoms: shape (count, m, 2d + 2): gate slopes, expert slopes, intercept, half the variance's excess.
        gate: `NO_GATE`, `ALONE` or `BESIDE`.
        free: which regular coordinates (of 1 + 2d + 2: log of the whole weight, then as an atom) are chosen.
        x, x_shares: covariates, shape (X, d), and their probabilities.
        y, y_shares: quadrature for N(0, 1).

    Returns:
        shape (count,); infinite where a variance is below 0.2.
    """
    count, m = weights.shape
    d = x.shape[1]
    width = 2 * d + 3
    found = np.full(count, np.inf)
    gaps, beside = np.zeros((x_shares.size, y.size)), np.zeros(x_shares.size)
    slopes = np.zeros((x_shares.size, y.size, width))
    beside_slopes = np.zeros((x_shares.size, width))
    regular, step = np.zeros(width), np.zeros(free.size)
    for cell in range(count):
        regular[:] = 0.0
        for p in range(free.size):
            if free[p] > 0:
                for atom in range(m):
                    regular[free[p]] -= weights[cell, atom] * atoms[cell, atom, free[p] - 1]
        if free[-1] == width - 1:  # half the variance of the means at x = 0
            for atom in range(m):
                mean = regular[1 + 2 * d] + atoms[cell, atom, 2 * d]
                regular[width - 1] -= 0.5 * weights[cell, atom] * mean * mean
        if not _gaps(weights[cell], atoms[cell], regular, gate, x, y, gaps, beside, slopes, beside_slopes):
            continue
        value = _divergence(gate, x_shares, y_shares, gaps, beside)
        for _ in range(_STEPS):
            lower = _step(gate, free, x_shares, y_shares, gaps, beside, slopes, beside_slopes, step)
            if lower < _ENOUGH * value:
                break
            tried = value
            for _ in range(_HALVINGS):
                for p in range(free.size):
                    regular[free[p]] += step[p]
                fine = _gaps(
                    weights[cell], atoms[cell], regular, gate, x, y, gaps, beside, slopes, beside_slopes
                )
                tried = _divergence(gate, x_shares, y_shares, gaps, beside) if fine else np.inf
                if tried < value:
                    break
                for p in range(free.size):
                    regular[free[p]] -= step[p]
                    step[p] *= 0.5
            if not tried < value * (1 - _ENOUGH):
                value = min(value, tried)
                break
            value = tried
        found[cell] = np.sqrt(max(value, 0.0))
    return found
