"""Compiled pieces of the tracker: evaluation, Taylor coefficients, elimination, double-double residuals."""

# Flat arrays and explicit loops: this is compiled by numba, which turns them into scalar machine code.
from __future__ import annotations

from typing import Any

import numba
import numpy as np

# Reordering is harmless in the double-precision leaves. numba applies the flags to inlined callees too, so
# nothing
# that calls the double-double part may be FAST.
FAST: Any = numba.njit(error_model="numpy", fastmath={"contract", "reassoc", "nsz", "arcp"}, nogil=True)
EXACT: Any = numba.njit(error_model="numpy", nogil=True)

# Rows of Homotopy.table.
F, F_LOW, G, LIFT = 0, 1, 2, 3
# Rows of Work.z (complex, one entry an unknown); the matrix is last and may be preceded by the loop's
# samples.
B, TRIAL, LOW, PATCH, PATH = 0, 1, 2, 3, 4
# Rows of Work.r (real).
WEIGHT, ROW_SCALE, SIZES, SUMS = 0, 1, 2, 3

ORDER = 4  # Taylor coefficients 1..ORDER of the path are computed

MAX_WINDING = 24
LOOP = 12  # samples in one turn of Cauchy's loop
SAMPLES = PATH + ORDER + 1
SAVED = SAMPLES + MAX_WINDING * LOOP + 1
BEFORE = SAVED + 1
CANDIDATE = BEFORE + 1
MATRIX = CANDIDATE + 1


@FAST
def modulus(z):
    """|z|, without the care for overflow that abs takes."""
    return np.sqrt(z.real * z.real + z.imag * z.imag)


@FAST
def coefficients(h, s, c):
    """Taylor coefficients in s of every c_t: kind 0 is s·g + (1−s)·f, kind 1 is f·exp(lift·s)."""
    f = h.table[F]
    if h.kind == 0:
        g = h.table[G]
        for t in range(f.size):
            c[0, t] = s * g[t] + (1.0 - s) * f[t]
            c[1, t] = g[t] - f[t]
    else:
        lift = h.table[LIFT]
        for t in range(f.size):
            term = f[t] * np.exp(lift[t] * s)
            for k in range(ORDER + 1):
                c[k, t] = term
                term = term * (lift[t] / (k + 1.0))


@FAST
def evaluate(p, x, nodes, count):
    """Values of the first ``count`` nodes at x."""
    nodes[0, 0] = 1.0
    for i in range(p.unknowns):
        nodes[0, i + 1] = x[i]
    for k in range(p.unknowns + 1, count):
        nodes[0, k] = nodes[0, p.link[0, k]] * nodes[0, p.link[1, k]]


@FAST
def values(p, w):
    """F at the evaluated nodes; in projective coordinates the last row is the patch."""
    c = w.c
    nodes = w.nodes
    out = w.z[B]
    for i in range(p.term_start.size - 1):
        total = 0.0 + 0.0j
        for t in range(p.term_start[i], p.term_start[i + 1]):
            total += c[0, t] * nodes[0, p.term_node[t]]
        out[i] = total
    patch_value(p, w)


@FAST
def patch_value(p, w):
    """Value of the patch equation, where the coordinates are projective."""
    nodes = w.nodes
    patch = w.z[PATCH]
    out = w.z[B]
    if p.term_start.size == p.unknowns:
        total = -1.0 + 0.0j
        for i in range(p.unknowns):
            total += patch[i] * nodes[0, i + 1]
        out[p.unknowns - 1] = total


@FAST
def jacobian(p, w):
    """Row MATRIX and on of w.z = Jacobian at the evaluated nodes."""
    c = w.c
    nodes = w.nodes
    patch = w.z[PATCH]
    out = w.z[MATRIX:]
    for i in range(p.unknowns):
        for j in range(p.unknowns):
            out[i, j] = 0.0
    for e in range(p.entry.shape[1] - 1):
        total = 0.0 + 0.0j
        for q in range(p.entry[2, e], p.entry[2, e + 1]):
            total += p.summand[2, q] * (c[0, p.summand[0, q]] * nodes[0, p.summand[1, q]])
        out[p.entry[0, e], p.entry[1, e]] = total
    if p.term_start.size == p.unknowns:
        for j in range(p.unknowns):
            out[p.unknowns - 1, j] = patch[j]


@FAST
def factor(w):
    """LU of the matrix a, rows scaled to maximum 1 and columns by ``weight``, with partial pivoting; in
    place.

    Returns the smallest pivot's modulus (0 for a matrix that is singular or not finite).
    """
    a = w.z[MATRIX:]
    weight = w.r[WEIGHT]
    row_scale = w.r[ROW_SCALE]
    pivot = w.pivot
    n = a.shape[1]
    for i in range(n):
        largest = 0.0
        for j in range(n):
            a[i, j] *= weight[j]
            largest = max(largest, abs(a[i, j].real) + abs(a[i, j].imag))
        if not (largest > 0.0 and largest < 1e300):
            return 0.0
        row_scale[i] = 1.0 / largest
        for j in range(n):
            a[i, j] *= row_scale[i]
    least = 1e300
    for k in range(n):
        best = -1.0
        row = k
        for i in range(k, n):
            size = abs(a[i, k].real) + abs(a[i, k].imag)
            if size > best:
                best = size
                row = i
        if not best > 0.0:
            return 0.0
        least = min(least, best)
        pivot[k] = row
        if row != k:
            for j in range(n):
                a[k, j], a[row, j] = a[row, j], a[k, j]
        inverse = 1.0 / a[k, k]
        a[k, k] = inverse
        for i in range(k + 1, n):
            m = a[i, k]
            if m.real != 0.0 or m.imag != 0.0:
                m *= inverse
                a[i, k] = m
                for j in range(k + 1, n):
                    a[i, j] -= m * a[k, j]
    return least


@FAST
def solve_factored(w, b):
    """Solve in place for b; the result is in units of the column weights."""
    a = w.z[MATRIX:]
    row_scale = w.r[ROW_SCALE]
    pivot = w.pivot
    n = a.shape[1]
    for i in range(n):
        b[i] *= row_scale[i]
    for k in range(n):
        row = pivot[k]
        if row != k:
            b[k], b[row] = b[row], b[k]
    for i in range(n):
        total = b[i]
        for j in range(i):
            total -= a[i, j] * b[j]
        b[i] = total
    for i in range(n - 1, -1, -1):
        total = b[i]
        for j in range(i + 1, n):
            total -= a[i, j] * b[j]
        b[i] = total * a[i, i]


@EXACT
def dd_subtract(x, w):
    """(x, low) −= b · weight, in double-double."""
    low = w.z[LOW]
    b = w.z[B]
    weight = w.r[WEIGHT]
    for i in range(x.size):
        dr = -(b[i].real * weight[i])
        di = -(b[i].imag * weight[i])
        rh, rl = dd_add(x[i].real, low[i].real, dr, 0.0)
        ih, il = dd_add(x[i].imag, low[i].imag, di, 0.0)
        x[i] = complex(rh, ih)
        low[i] = complex(rl, il)


@FAST
def row_sizes(p, w):
    """Sum of the moduli of the terms of each equation where every |x_i| is weight[i]; 1 for the patch."""
    c = w.c
    nodes = w.nodes
    weight = w.r[WEIGHT]
    out = w.r[SIZES]
    for i in range(p.unknowns):
        nodes[1, i + 1] = weight[i]
    nodes[1, 0] = 1.0
    for k in range(p.unknowns + 1, p.nodes_of_values):
        nodes[1, k] = nodes[1, p.link[0, k]] * nodes[1, p.link[1, k]]
    out[p.unknowns - 1] = 1.0
    for i in range(p.term_start.size - 1):
        size = 0.0
        for t in range(p.term_start[i], p.term_start[i + 1]):
            size += modulus(c[0, t]) * nodes[1, p.term_node[t]].real
        out[i] = max(size, 1e-300)


@FAST
def condition(p, w):
    """∞-norm of the inverse Jacobian: unknowns in units of ``weight``, equations in units of their terms."""
    b = w.z[PATH]
    sizes = w.r[SIZES]
    n = p.unknowns
    row_sizes(p, w)
    sums = w.r[SUMS]
    sums[:] = 0.0
    for j in range(n):
        for i in range(n):
            b[i] = 0.0
        b[j] = sizes[j]
        solve_factored(w, b)
        for i in range(n):
            sums[i] += modulus(b[i])
    return sums.max()


@FAST
def weights(x, floor, out):
    """The unit in which each coordinate's error is measured: its modulus, at least ``floor`` times the
    largest."""
    top = 0.0
    for i in range(x.size):
        out[i] = modulus(x[i])
        top = max(top, out[i])
    least = max(floor * top, 1e-100)
    for i in range(x.size):
        out[i] = max(out[i], least)


@FAST
def largest(v):
    """Largest modulus of the entries; nan if one is nan."""
    result = 0.0
    for i in range(v.size):
        size = v[i].real * v[i].real + v[i].imag * v[i].imag
        if not size <= result:  # also true for nan
            result = size
    return np.sqrt(result)


@FAST
def products(p, nodes, k):
    """Order-k coefficients of all product nodes."""
    for q in range(p.unknowns + 1, p.nodes_of_values):
        left = p.link[0, q]
        right = p.link[1, q]
        total = 0.0 + 0.0j
        for i in range(k + 1):
            total += nodes[i, left] * nodes[k - i, right]
        nodes[k, q] = total


@FAST
def clear(p, nodes):
    """Zero the order-1 coefficients of all product nodes."""
    for q in range(p.unknowns + 1, p.nodes_of_values):
        nodes[1, q] = 0.0


@FAST
def taylor(p, kind, w):
    """Taylor coefficients 1..ORDER, rows PATH + k of w.z, of the solution path; nodes[0] and the factored
    Jacobian are given."""
    c = w.c
    nodes = w.nodes
    weight = w.r[WEIGHT]
    b = w.z[B]
    n = p.unknowns
    top = ORDER if kind == 1 else 1
    for i in range(n):
        for k in range(1, ORDER + 1):
            nodes[k, i + 1] = 0.0
    for k in range(1, ORDER + 1):
        nodes[k, 0] = 0.0
    for k in range(1, ORDER + 1):
        # Products at order k without the unknown k-th coefficients; they vanish for k = 1.
        if k > 1:
            products(p, nodes, k)
        else:
            clear(p, nodes)
        b[n - 1] = 0.0
        for i in range(p.term_start.size - 1):
            total = 0.0 + 0.0j
            for t in range(p.term_start[i], p.term_start[i + 1]):
                node = p.term_node[t]
                total += c[0, t] * nodes[k, node]
                for q in range(1, min(k, top) + 1):
                    total += c[q, t] * nodes[k - q, node]
            b[i] = -total
        solve_factored(w, b)
        for i in range(n):
            w.z[PATH + k, i] = b[i] * weight[i]
            nodes[k, i + 1] = w.z[PATH + k, i]
        if k < ORDER:
            products(p, nodes, k)


@EXACT
def two_sum(a, b):
    """Sum and its rounding error, exactly."""
    s = a + b
    t = s - a
    return s, (a - (s - t)) + (b - t)


@EXACT
def two_product(a, b):
    """Product and its rounding error, exactly (Dekker)."""
    p = a * b
    t = 134217729.0 * a
    ah = t - (t - a)
    al = a - ah
    t = 134217729.0 * b
    bh = t - (t - b)
    bl = b - bh
    return p, ((ah * bh - p) + ah * bl + al * bh) + al * bl


@EXACT
def dd_add(ah, al, bh, bl):
    """Sum of two double-doubles."""
    s, e = two_sum(ah, bh)
    t, f = two_sum(al, bl)
    e += t
    s, e = two_sum(s, e)
    e += f
    return two_sum(s, e)


@EXACT
def dd_multiply(ah, al, bh, bl):
    """Product of two double-doubles."""
    p, e = two_product(ah, bh)
    e += ah * bl + al * bh
    return two_sum(p, e)


@EXACT
def cdd_multiply(a, i, b, j, out, k):
    """out[:, k] = a[:, i] · b[:, j] for complex double-doubles stored as rows (re, re', im, im')."""
    rh, rl = dd_multiply(a[0, i], a[1, i], b[0, j], b[1, j])
    sh, sl = dd_multiply(a[2, i], a[3, i], b[2, j], b[3, j])
    uh, ul = dd_multiply(a[0, i], a[1, i], b[2, j], b[3, j])
    vh, vl = dd_multiply(a[2, i], a[3, i], b[0, j], b[1, j])
    out[0, k], out[1, k] = dd_add(rh, rl, -sh, -sl)
    out[2, k], out[3, k] = dd_add(uh, ul, vh, vl)


@EXACT
def values_extended(p, h, s, x, w):
    """F(x + low, s) for linear coefficients, evaluated with about 32 digits and rounded once."""
    f = h.table[F]
    f_low = h.table[F_LOW]
    g = h.table[G]
    low = w.z[LOW]
    wide = w.wide
    scratch = w.scratch
    out = w.z[B]
    n = p.unknowns
    for q in range(4):
        wide[q, 0] = 0.0
    wide[0, 0] = 1.0
    for i in range(n):
        wide[0, i + 1] = x[i].real
        wide[1, i + 1] = low[i].real
        wide[2, i + 1] = x[i].imag
        wide[3, i + 1] = low[i].imag
    for k in range(n + 1, p.nodes_of_values):
        cdd_multiply(wide, p.link[0, k], wide, p.link[1, k], wide, k)
    # scratch columns: 0 = s, 1 = 1 − s, 2 = coefficient of F, 3 = of G, 4 and 5 products, 6 sum
    scratch[0, 0] = s.real
    scratch[1, 0] = 0.0
    scratch[2, 0] = s.imag
    scratch[3, 0] = 0.0
    scratch[0, 1], scratch[1, 1] = two_sum(1.0, -s.real)
    scratch[2, 1] = -s.imag
    scratch[3, 1] = 0.0
    for i in range(p.term_start.size - 1):
        rh, rl, ih, il = 0.0, 0.0, 0.0, 0.0
        for t in range(p.term_start[i], p.term_start[i + 1]):
            scratch[0, 2] = f[t].real
            scratch[1, 2] = f_low[t].real
            scratch[2, 2] = f[t].imag
            scratch[3, 2] = f_low[t].imag
            scratch[0, 3] = g[t].real
            scratch[1, 3] = 0.0
            scratch[2, 3] = g[t].imag
            scratch[3, 3] = 0.0
            cdd_multiply(scratch, 0, scratch, 3, scratch, 4)
            cdd_multiply(scratch, 1, scratch, 2, scratch, 5)
            scratch[0, 6], scratch[1, 6] = dd_add(scratch[0, 4], scratch[1, 4], scratch[0, 5], scratch[1, 5])
            scratch[2, 6], scratch[3, 6] = dd_add(scratch[2, 4], scratch[3, 4], scratch[2, 5], scratch[3, 5])
            cdd_multiply(scratch, 6, wide, p.term_node[t], scratch, 4)
            rh, rl = dd_add(rh, rl, scratch[0, 4], scratch[1, 4])
            ih, il = dd_add(ih, il, scratch[2, 4], scratch[3, 4])
        out[i] = complex(rh, ih)


@FAST
def relative_residual(p, w):
    """max_i |F_i| / Σ|terms of F_i|, the terms taken at ``weight`` so that a zero coordinate does no harm."""
    residual = w.z[B]
    sizes = w.r[SIZES]
    row_sizes(p, w)
    worst = 0.0
    for i in range(p.term_start.size - 1):
        worst = max(worst, modulus(residual[i]) / sizes[i])
    return worst
