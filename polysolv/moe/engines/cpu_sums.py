"""The compiled sums on a CPU: block by block in the processor's cache, each loop over the rows of a block.

Sums of one block are plain; blocks are added with the compensation of Neumaier (1974), so that the error does
not grow with the number of rows.
"""

from __future__ import annotations

import numpy as np

from polysolv.moe.rows.scalars import compiled, exponential, logarithm

BLOCK = 520
_LOG_2PI = float(np.log(2.0 * np.pi))


def _summing(function):
    """Compile a sum over a block, whose order is left to the compiler."""
    return compiled(function, fastmath={"reassoc", "contract", "nsz"})


@_summing
def _total(values):
    total = 0.0
    for t in range(values.size):
        total += values[t]
    return total


@_summing
def _product(values, others):
    total = 0.0
    for t in range(values.size):
        total += values[t] * others[t]
    return total


@_summing
def _three(values, one, two, out):
    """Return the sum; the sums of the products with two others go to ``out``."""
    total, left, right = 0.0, 0.0, 0.0
    for t in range(values.size):
        value = values[t]
        total += value
        left += value * one[t]
        right += value * two[t]
    out[0], out[1], out[2] = total, left, right


@compiled
def _put(values, monomials, width, out, at):
    """Write the sums of ``values`` times the first ``width`` monomials, the first of which is 1."""
    if width == 3:
        _three(values, monomials[1], monomials[2], out[at : at + 3])
        return at + 3
    out[at] = _total(values)
    for m in range(1, width):
        out[at + m] = _product(values, monomials[m])
    return at + width


@compiled
def _linear(row, z, out):
    out[:] = row[0]
    for c in range(1, row.size):
        factor, column = row[c], z[c]
        for t in range(out.size):
            out[t] += factor * column[t]


@compiled
def _tops(logit, joint, top, joint_top):
    for t in range(top.size):
        top[t] = max(top[t], logit[t])
    for t in range(top.size):
        joint_top[t] = max(joint_top[t], joint[t])


@compiled
def _exponentials(values, top, total):
    for t in range(top.size):
        values[t] = exponential(values[t] - top[t])
    for t in range(top.size):
        total[t] += values[t]


@compiled
def _log_density(total, joint_total, top, joint_top, inside, out):
    for t in range(out.size):
        share = joint_total[t] / total[t]
        # The last term is 0, or NaN.
        out[t] = inside[t] * (logarithm(share) + (joint_top[t] - top[t]) + 0.0 * share)


@compiled
def _shares(values, total, inside):
    for t in range(total.size):
        values[t] = values[t] / total[t] * inside[t]


@compiled
def _residuals(y, mean, precision, half_log, logit, e, q, joint):
    for t in range(y.size):
        residual = y[t] - mean[t]
        e[t] = residual * precision
        q[t] = residual * e[t]
    for t in range(y.size):
        joint[t] = logit[t] - half_log - 0.5 * q[t]


@compiled
def _less(left, right, out):
    for t in range(out.size):
        out[t] = left[t] - right[t]


@compiled
def _times(left, right, out):
    for t in range(out.size):
        out[t] = left[t] * right[t]


@compiled
def _negative(left, right, out):
    for t in range(out.size):
        out[t] = -left[t] * right[t]


@compiled
def _halved(tau, q, out):
    for t in range(out.size):
        out[t] = tau[t] * (0.5 * (q[t] - 1.0))


@compiled
def _gate_pair(tau, other, pi, other_pi, same, out):
    if same:
        for t in range(out.size):
            out[t] = tau[t] * (1.0 - tau[t]) - pi[t] * (1.0 - pi[t])
    else:
        for t in range(out.size):
            out[t] = pi[t] * other_pi[t] - tau[t] * other[t]


@compiled
def _added(values, others, factor, constant, out):
    """Add values times (factor times others plus constant)."""
    for t in range(out.size):
        out[t] += values[t] * (factor * others[t] + constant)


@compiled
def _second_order(k, widths, precision, tau, pi, e, q, te, th, monomials, c, sums, at):
    zero, one, two = widths
    for i in range(k - 1):
        for j in range(i + 1):
            _gate_pair(tau[i], tau[j], pi[i], pi[j], i == j, c)
            at = _put(c, monomials, two, sums, at)
    for i in range(k - 1):
        for j in range(k):
            _negative(tau[i], te[j], c)
            if i == j:
                _added(te[i], te[i], 0.0, 1.0, c)
            at = _put(c, monomials, two, sums, at)
    for i in range(k):
        for j in range(i + 1):
            _negative(te[i], te[j], c)
            if i == j:
                _added(te[i], e[i], 1.0, 0.0, c)
                _added(tau[i], tau[i], 0.0, -precision[i], c)
            at = _put(c, monomials, two, sums, at)
    for i in range(k - 1):
        for j in range(k):
            _negative(tau[i], th[j], c)
            if i == j:
                _added(th[i], th[i], 0.0, 1.0, c)
            at = _put(c, monomials, one, sums, at)
    for i in range(k):
        for j in range(k):
            _negative(te[i], th[j], c)
            if i == j:
                # e (h - 1) with h = (q - 1)/2
                _added(te[i], q[i], 0.5, -1.5, c)
            at = _put(c, monomials, one, sums, at)
    for i in range(k):
        for j in range(i + 1):
            _negative(th[i], th[j], c)
            if i == j:
                # h^2 - q/2 with h = (q - 1)/2
                _added(th[i], q[i], 0.5, -0.5, c)
                _added(tau[i], q[i], -0.5, 0.0, c)
            at = _put(c, monomials, zero, sums, at)
    return at


@compiled
def _compensated(block, totals, rests):
    for s in range(totals.size):
        value, total = block[s], totals[s]
        larger = total + value
        if abs(total) >= abs(value):
            rests[s] += (total - larger) + value
        else:
            rests[s] += (value - larger) + total
        totals[s] = larger


@compiled
def added(x, y, mean, scale, y_mean, y_scale, gate, expert, log_variance, second, totals, rests):
    """Add the sums (:mod:`polysolv.moe.engines.sums`) of some rows.

    Args:
        x, y: rows, shapes (d, n) and (n,); (x - mean)/scale and (y - y_mean)/y_scale are what counts.
        gate, expert, log_variance: of the model, shapes (k, d + 1), (k, d + 1) and (k,).
        second: whether second derivatives are wanted.
        totals, rests: what is added to: sums and their rounding errors, shape (size,).
    """
    d, k = x.shape[0], log_variance.size
    p = d + 1
    widths = (1, p, p * (p + 1) // 2)
    monomials = np.ones((widths[2], BLOCK))
    tau, pi, e, q = np.empty((k, BLOCK)), np.empty((k, BLOCK)), np.empty((k, BLOCK)), np.empty((k, BLOCK))
    te, th = np.empty((k, BLOCK)), np.empty((k, BLOCK))
    response, work, inside = np.zeros(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    top, joint_top, total, joint_total = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    precision = np.exp(-log_variance)
    sums = np.zeros(totals.size)
    for start in range(0, y.size, BLOCK):
        size = min(BLOCK, y.size - start)
        inside[:size] = 1.0
        # Whole blocks: those beyond the last row count nothing.
        inside[size:] = 0.0
        for t in range(size):
            response[t] = (y[start + t] - y_mean) / y_scale
        for c in range(d):
            column = monomials[c + 1]
            for t in range(size):
                column[t] = (x[c, start + t] - mean[c]) / scale[c]
        at = p
        for a in range(1, p):
            for b in range(a, p):
                _times(monomials[a], monomials[b], monomials[at])
                at += 1
        top[:], joint_top[:], total[:], joint_total[:] = -np.inf, -np.inf, 0.0, 0.0
        for i in range(k):
            _linear(gate[i], monomials, pi[i])
            _linear(expert[i], monomials, work)
            half_log = 0.5 * (log_variance[i] + _LOG_2PI)
            _residuals(response, work, precision[i], half_log, pi[i], e[i], q[i], tau[i])
            _tops(pi[i], tau[i], top, joint_top)
        for i in range(k):
            _exponentials(pi[i], top, total)
            _exponentials(tau[i], joint_top, joint_total)
        _log_density(total, joint_total, top, joint_top, inside, work)
        sums[0] = _total(work)
        for i in range(k):
            _shares(pi[i], total, inside)
            _shares(tau[i], joint_total, inside)
            _times(tau[i], e[i], te[i])
            _halved(tau[i], q[i], th[i])
        at = 1
        for i in range(k):
            at = _put(tau[i], monomials, 1, sums, at)
        for i in range(k - 1):
            _less(tau[i], pi[i], work)
            at = _put(work, monomials, p, sums, at)
        for i in range(k):
            at = _put(te[i], monomials, p, sums, at)
        for i in range(k):
            at = _put(th[i], monomials, 1, sums, at)
        if second:
            _second_order(k, widths, precision, tau, pi, e, q, te, th, monomials, work, sums, at)
        _compensated(sums, totals, rests)
