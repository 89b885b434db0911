"""Compiled pieces of the tracker: evaluation, Taylor coefficients, elimination, double-double residuals."""

# Flat arrays and explicit loops: this is compiled by numba, which turns them into scalar machine code.
from __future__ import annotations

from typing import Any, NamedTuple

import numba
import numpy as np
from numba import types
from numba.extending import intrinsic

from polysolv.homotopy.compiled.codes import LINEAR
from polysolv.homotopy.compiled.workspace import (
    AT_IM,
    AT_RE,
    DELTA,
    DERIVED,
    LOW,
    MATRIX,
    ORDER,
    PATCH,
    PATH,
    ROW_SCALE,
    SIZES,
    SUMS,
    WEIGHT,
    WIDE_IM,
    WIDE_RE,
    B,
)

# Reordering is harmless in the double-precision leaves. numba applies the flags to inlined callees too, so
# nothing that calls the double-double part may be FAST.
FAST: Any = numba.njit(error_model="numpy", fastmath={"contract", "reassoc", "nsz", "arcp"}, nogil=True)
EXACT: Any = numba.njit(error_model="numpy", nogil=True)


class Homotopy(NamedTuple):
    """Coefficients of one homotopy; kinds and rows of ``table`` are described in `codes`."""

    kind: int
    table: np.ndarray
    lift: np.ndarray


# Rows of Homotopy.table.
F, F_LOW, G = 0, 1, 2


@FAST
def modulus(z):
    """|z|, without the care for overflow that abs takes."""
    return np.sqrt(z.real * z.real + z.imag * z.imag)


@FAST
def coefficients(h, s, w):
    """Row 0 of w.c = every c_t at s: s·g + (1−s)·f, or f·exp(lift·s)."""
    c = w.c[0]
    f = h.table[F]
    if h.kind == LINEAR:
        g = h.table[G]
        for t in range(c.size):
            c[t] = s * g[t] + (1.0 - s) * f[t]
    else:
        lift = h.lift
        for t in range(c.size):
            c[t] = f[t] * np.exp(lift[t] * s.real)


@FAST
def derivatives(h, w):
    """Rows 1 and on of w.c = Taylor coefficients in s of every c_t."""
    c = w.c
    if h.kind == LINEAR:
        f = h.table[F]
        g = h.table[G]
        for t in range(f.size):
            c[1, t] = g[t] - f[t]
    else:
        lift = h.lift
        for k in range(1, ORDER + 1):
            for t in range(lift.size):
                c[k, t] = c[k - 1, t] * (lift[t] / k)


@EXACT
def coefficients_at(h, s, w, derived):
    """Compute w.c at s, unless it is there."""
    state = w.state
    if not (state[AT_RE] == s.real and state[AT_IM] == s.imag):
        coefficients(h, s, w)
        state[AT_RE] = s.real
        state[AT_IM] = s.imag
        if h.kind != LINEAR:
            state[DERIVED] = 0.0
    if derived and state[DERIVED] == 0.0:
        derivatives(h, w)
        state[DERIVED] = 1.0


@FAST
def evaluate(p, x, w):
    """Values of all nodes at x."""
    node = w.nodes[0]
    left = p.link[0]
    right = p.link[1]
    node[0] = 1.0
    for i in range(x.size):
        node[i + 1] = x[i]
    for k in range(x.size + 1, node.size):
        node[k] = node[left[k]] * node[right[k]]


@FAST
def values(p, w):
    """F at the evaluated nodes; in projective coordinates the last row is the patch."""
    c = w.c[0]
    node = w.nodes[0]
    out = w.z[B]
    for i in range(p.term_start.size - 1):
        total = 0.0 + 0.0j
        for t in range(p.term_start[i], p.term_start[i + 1]):
            total += c[t] * node[p.term_node[t]]
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
    c = w.c[0]
    node = w.nodes[0]
    patch = w.z[PATCH]
    out = w.z[MATRIX:]
    row = p.entry[0]
    column = p.entry[1]
    start = p.entry[2]
    term = p.summand[0]
    rest = p.summand[1]
    factor = p.summand[2]
    for i in range(p.unknowns):
        for j in range(p.unknowns):
            out[i, j] = 0.0
    for e in range(start.size - 1):
        total = 0.0 + 0.0j
        for q in range(start[e], start[e + 1]):
            total += float(factor[q]) * (c[term[q]] * node[rest[q]])
        out[row[e], column[e]] = total
    if p.term_start.size == p.unknowns:
        for j in range(p.unknowns):
            out[p.unknowns - 1, j] = patch[j]


@FAST
def factor(w):
    """LU of the matrix a in place, rows scaled to maximum 1 and columns by ``weight``, partial pivoting.

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
    for i in range(n):
        sums[i] = 0.0
    for j in range(n):
        for i in range(n):
            b[i] = 0.0
        b[j] = sizes[j]
        solve_factored(w, b)
        for i in range(n):
            sums[i] += modulus(b[i])
    return largest_of(sums)


@FAST
def largest_of(values):
    """The largest of non-negative numbers; nan if one is nan."""
    result = 0.0
    for i in range(values.size):
        if not values[i] <= result:
            result = values[i]
    return result


@FAST
def weights(x, floor, out):
    """The unit of each coordinate's error: its modulus, at least ``floor`` times the largest."""
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
def partial_products(p, nodes, k):
    """Order-k coefficients of all product nodes, as if those of the unknowns were zero."""
    left = p.link[0]
    right = p.link[1]
    n = p.unknowns
    n0 = nodes[0]
    n1 = nodes[1]
    n2 = nodes[2]
    n3 = nodes[3]
    new = nodes[k]
    for i in range(n + 1):
        new[i] = 0.0
    if k == 1:
        for q in range(n + 1, p.nodes_of_values):
            new[q] = 0.0
    elif k == 2:
        for q in range(n + 1, p.nodes_of_values):
            a = left[q]
            b = right[q]
            new[q] = n0[a] * new[b] + new[a] * n0[b] + n1[a] * n1[b]
    elif k == 3:
        for q in range(n + 1, p.nodes_of_values):
            a = left[q]
            b = right[q]
            new[q] = n0[a] * new[b] + new[a] * n0[b] + (n1[a] * n2[b] + n2[a] * n1[b])
    else:
        for q in range(n + 1, p.nodes_of_values):
            a = left[q]
            b = right[q]
            new[q] = n0[a] * new[b] + new[a] * n0[b] + (n1[a] * n3[b] + n3[a] * n1[b]) + n2[a] * n2[b]


@FAST
def complete_products(p, nodes, k):
    """Add what the order-k coefficients of the unknowns contribute to those of the product nodes."""
    left = p.link[0]
    right = p.link[1]
    n0 = nodes[0]
    new = nodes[k]
    share = nodes[DELTA]
    share[0] = 0.0
    for i in range(1, p.unknowns + 1):
        share[i] = new[i]
    for q in range(p.unknowns + 1, p.nodes_of_values):
        a = left[q]
        b = right[q]
        share[q] = n0[a] * share[b] + share[a] * n0[b]
        new[q] += share[q]


@FAST
def known_part(p, kind, w, k):
    """Row B of w.z = minus what is known of the order-k coefficients of H along the path."""
    c0 = w.c[0]
    c1 = w.c[1]
    new = w.nodes[k]
    old = w.nodes[k - 1]
    b = w.z[B]
    b[p.unknowns - 1] = 0.0
    for i in range(p.term_start.size - 1):
        total = 0.0 + 0.0j
        for t in range(p.term_start[i], p.term_start[i + 1]):
            node = p.term_node[t]
            total -= c0[t] * new[node] + c1[t] * old[node]
        b[i] = total
    if kind != LINEAR:
        for order in range(2, k + 1):
            c2 = w.c[order]
            older = w.nodes[k - order]
            for i in range(p.term_start.size - 1):
                total = 0.0 + 0.0j
                for t in range(p.term_start[i], p.term_start[i + 1]):
                    total += c2[t] * older[p.term_node[t]]
                b[i] -= total


@FAST
def taylor(p, kind, w):
    """Taylor coefficients 1..ORDER of the solution path, rows PATH + k of w.z.

    Given are nodes[0] and the factored Jacobian.
    """
    nodes = w.nodes
    weight = w.r[WEIGHT]
    b = w.z[B]
    for k in range(1, ORDER + 1):
        partial_products(p, nodes, k)
        known_part(p, kind, w, k)
        solve_factored(w, b)
        out = w.z[PATH + k]
        new = nodes[k]
        for i in range(p.unknowns):
            value = b[i] * weight[i]
            out[i] = value
            new[i + 1] = value
        if k < ORDER:
            complete_products(p, nodes, k)


@intrinsic
def fused(typing_context, a, b, c):
    """a·b + c with one rounding."""
    del typing_context, a, b, c

    def generate(context, builder, signature, arguments):
        del context, signature
        return builder.fma(*arguments)

    return types.float64(types.float64, types.float64, types.float64), generate


@EXACT
def two_sum(a, b):
    """Sum and its rounding error, exactly."""
    s = a + b
    t = s - a
    return s, (a - (s - t)) + (b - t)


@EXACT
def two_product(a, b):
    """Product and its rounding error, exactly."""
    p = a * b
    return p, fused(a, b, -p)


@EXACT
def dd_add(ah, al, bh, bl):
    """Sum of two double-doubles, up to 2^-104 of their moduli."""
    s, e = two_sum(ah, bh)
    e += al + bl
    high = s + e
    return high, e - (high - s)


@EXACT
def dd_multiply(ah, al, bh, bl):
    """Product of two double-doubles."""
    p, e = two_product(ah, bh)
    e = fused(ah, bl, fused(al, bh, e))
    high = p + e
    return high, e - (high - p)


@EXACT
def cdd_multiply(a, b):
    """Product of two complex double-doubles (re, re', im, im')."""
    rh, rl = dd_multiply(a[0], a[1], b[0], b[1])
    sh, sl = dd_multiply(a[2], a[3], b[2], b[3])
    uh, ul = dd_multiply(a[0], a[1], b[2], b[3])
    vh, vl = dd_multiply(a[2], a[3], b[0], b[1])
    re, re_low = dd_add(rh, rl, -sh, -sl)
    im, im_low = dd_add(uh, ul, vh, vl)
    return re, re_low, im, im_low


@EXACT
def cdd_add(a, b):
    """Sum of two complex double-doubles."""
    re, re_low = dd_add(a[0], a[1], b[0], b[1])
    im, im_low = dd_add(a[2], a[3], b[2], b[3])
    return re, re_low, im, im_low


@EXACT
def row_of(table, k):
    """The complex double-double in row k."""
    return table[k, 0], table[k, 1], table[k, 2], table[k, 3]


@EXACT
def set_row(table, k, value):
    """Store a complex double-double in row k."""
    table[k, 0] = value[0]
    table[k, 1] = value[1]
    table[k, 2] = value[2]
    table[k, 3] = value[3]


@EXACT
def coefficients_extended(h, s, w):
    """w.wide_c = coefficients of a linear homotopy at s, unless they are there."""
    state = w.state
    if state[WIDE_RE] == s.real and state[WIDE_IM] == s.imag:
        return
    state[WIDE_RE] = s.real
    state[WIDE_IM] = s.imag
    f = h.table[F]
    f_low = h.table[F_LOW]
    g = h.table[G]
    begin = (s.real, 0.0, s.imag, 0.0)
    rest, rest_low = two_sum(1.0, -s.real)
    end = (rest, rest_low, -s.imag, 0.0)
    for t in range(f.size):
        value = (f[t].real, f_low[t].real, f[t].imag, f_low[t].imag)
        if s != 0.0:
            first = (g[t].real, 0.0, g[t].imag, 0.0)
            value = cdd_add(cdd_multiply(begin, first), cdd_multiply(end, value))
        set_row(w.wide_c, t, value)


@EXACT
def values_extended(p, h, s, x, w):
    """F(x + low, s) for linear coefficients, evaluated with about 31 digits and rounded once."""
    coefficients_extended(h, s, w)
    low = w.z[LOW]
    wide = w.wide
    out = w.z[B]
    left = p.link[0]
    right = p.link[1]
    set_row(wide, 0, (1.0, 0.0, 0.0, 0.0))
    for i in range(p.unknowns):
        set_row(wide, i + 1, (x[i].real, low[i].real, x[i].imag, low[i].imag))
    for k in range(p.unknowns + 1, p.nodes_of_values):
        set_row(wide, k, cdd_multiply(row_of(wide, left[k]), row_of(wide, right[k])))
    for i in range(p.term_start.size - 1):
        total = (0.0, 0.0, 0.0, 0.0)
        for t in range(p.term_start[i], p.term_start[i + 1]):
            total = cdd_add(total, cdd_multiply(row_of(w.wide_c, t), row_of(wide, p.term_node[t])))
        out[i] = complex(total[0], total[2])


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
