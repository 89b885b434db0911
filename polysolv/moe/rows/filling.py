"""The compiled loops that fill arrays with rows: stage by stage, so that each loop becomes vectors."""

from __future__ import annotations

import numpy as np

from polysolv.moe.rows.scalars import (
    CHOICE,
    FURTHER,
    LINSPACE,
    NOISE,
    NORMAL,
    compiled,
    exponential,
    normals,
    spaced,
    uniforms,
)

_BLOCK = 520


@compiled
def _uniforms(first, block, replicate, key0, key1, left, right):
    for i in range(left.size):
        left[i], right[i] = uniforms(np.uint64(first + i), block, replicate, key0, key1)


@compiled
def _normals(left, right):
    for i in range(left.size):
        left[i], right[i] = normals(left[i], right[i])


@compiled
def _covariates(x, noise, choice, other, first, law, low, width, rows, stride, replicate, key0, key1):
    """Fill noise, choice and the covariates of a block of rows; ``other`` is for work."""
    d = x.shape[0]
    _uniforms(first, NOISE, replicate, key0, key1, noise, other)
    _normals(noise, other)
    _uniforms(first, CHOICE, replicate, key0, key1, choice, x[0])
    if law == NORMAL:
        x[0] = other
    elif law == LINSPACE:
        for i in range(noise.size):
            x[0, i] = spaced(first + i, rows, stride)
    if d > 1:
        _uniforms(first, FURTHER, replicate, key0, key1, x[1], other)
        if law == NORMAL:
            _normals(x[1], other)
        if d > 2:
            x[2] = other
    for c in range(d):
        column = x[c]
        for i in range(column.size):
            column[i] = low + width * column[i]


@compiled
def _linear(row, x, out):
    """Fill ``out`` with row[0] + row[1] x_1 + ..."""
    out[:] = row[0]
    for c in range(x.shape[0]):
        factor, column = row[c + 1], x[c]
        for i in range(out.size):
            out[i] += factor * column[i]


@compiled
def _running(x, gate, top, weights):
    """Fill ``weights`` (k, n) with the running sums over the atoms of the gate's exponentials."""
    k = gate.shape[0]
    top[:] = -np.inf
    for j in range(k):
        logit = weights[j]
        _linear(gate[j], x, logit)
        for i in range(top.size):
            top[i] = max(top[i], logit[i])
    for j in range(k):
        logit, before = weights[j], weights[max(j - 1, 0)]
        if j == 0:
            for i in range(top.size):
                logit[i] = exponential(logit[i] - top[i])
        else:
            for i in range(top.size):
                logit[i] = before[i] + exponential(logit[i] - top[i])


@compiled
def _scaled(values, factors):
    for i in range(values.size):
        values[i] *= factors[i]


@compiled
def _taken(choice, reached, mean, deviation, response, spread):
    """Take mean and deviation of an atom where ``choice`` is below what the atoms up to it reach."""
    for i in range(choice.size):
        here = choice[i] < reached[i]
        response[i] = mean[i] if here else response[i]
        spread[i] = deviation if here else spread[i]


@compiled
def filled(x, y, first, law, low, width, rows, stride, replicate, key0, key1, gate, expert, sd):
    """Fill ``x`` (d, n) and ``y`` (n,) with the rows from number ``first`` on.

    Args:
        first: signed; the other rows follow it.
        law, low, width: `UNIFORM` from ``low`` on a length ``width``; `NORMAL` with mean ``low`` and standard
            deviation ``width``; `LINSPACE`, ``rows`` equally spaced points in the order of the multiples of
            ``stride``.
        replicate, key0, key1: of the counters, unsigned.
        gate, expert: of the measure, shapes (k, d + 1), intercepts first.
        sd: standard deviations, shape (k,).

    The atom is the first at which the running sum of the gate's exponentials exceeds ``choice`` of them all.
    """
    d, k = x.shape[0], sd.size
    # Whole blocks only, contiguous: loops over them become vectors. What is beyond the last row is dropped.
    weights, block = np.empty((k, _BLOCK)), np.empty((d, _BLOCK))
    noise, choice, work = np.empty(_BLOCK), np.empty(_BLOCK), np.empty(_BLOCK)
    response, spread = np.empty(_BLOCK), np.empty(_BLOCK)
    for start in range(0, y.size, _BLOCK):
        _covariates(
            *(block, noise, choice, work),
            *(first + start, law, low, width, rows, stride, replicate, key0, key1),
        )
        _running(block, gate, work, weights)
        _scaled(choice, weights[k - 1])
        _linear(expert[k - 1], block, response)
        spread[:] = sd[k - 1]
        for j in range(k - 2, -1, -1):
            _linear(expert[j], block, work)
            _taken(choice, weights[j], work, sd[j], response, spread)
        _scaled(noise, spread)
        size = min(_BLOCK, y.size - start)
        for i in range(size):
            y[start + i] = response[i] + noise[i]
        for c in range(d):
            x[c, start : start + size] = block[c, :size]
