"""Mixed cells of a random lifting, by linear programming; their volumes add up to the mixed volume."""

# Compiled by numba: flat arrays and loops.
from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
from numba import carray

JIT = numba.njit(error_model="numpy", nogil=True)

_MARGIN = 1e-10
_PIVOT = 1e-9

# What a call of `entry` does.
EDGES, CELLS = 0, 1


class Lifting(NamedTuple):
    """Lifted supports and their lower edges, one support after another."""

    points: np.ndarray
    lift: np.ndarray
    start: np.ndarray  # first point of each support
    first: np.ndarray  # end points of each edge
    second: np.ndarray
    edge_start: np.ndarray  # first edge of each support
    together: np.ndarray  # which two edges can be lowest at once
    work: np.ndarray  # multiplications done, and allowed
    stop: np.ndarray  # not 0: end the search


class Scratch(NamedTuple):
    """Scratch arrays of the search."""

    rows: np.ndarray
    right: np.ndarray
    table: np.ndarray
    slopes: np.ndarray
    base: np.ndarray  # of each depth
    basis: np.ndarray
    free: np.ndarray
    used: np.ndarray
    support: np.ndarray  # chosen at each depth
    a: np.ndarray
    b: np.ndarray
    position: np.ndarray
    allowed: np.ndarray
    taken: np.ndarray


@JIT
def is_over(lifting):
    """Whether the search has done all that it may."""
    return lifting.work[0] > lifting.work[1] or lifting.stop[0] != 0


@JIT
def whole_space(n, scratch):
    """Make depth 0 the space of all α."""
    for k in range(n):
        scratch.base[0, k] = 0.0
        for j in range(n):
            scratch.basis[0, k, j] = 1.0 if k == j else 0.0
    scratch.free[0] = n


@JIT
def restrict(lifting, scratch, depth, a, b):
    """Restrict depth's {base + basis·z} to α with <a, α> + lift[a] = <b, α> + lift[b], as the next depth.

    Returns whether the condition is independent of the earlier ones.
    """
    points = lifting.points
    n = points.shape[1]
    free = scratch.free[depth]
    base = scratch.base[depth + 1]
    basis = scratch.basis[depth + 1]
    slopes = scratch.slopes
    for k in range(n):
        base[k] = scratch.base[depth, k]
        for j in range(free):
            basis[k, j] = scratch.basis[depth, k, j]
    best = 0.0
    pivot = -1
    gap = lifting.lift[b] - lifting.lift[a]
    for k in range(n):
        gap -= (points[a, k] - points[b, k]) * base[k]
    for j in range(free):
        slopes[j] = 0.0
        for k in range(n):
            slopes[j] += (points[a, k] - points[b, k]) * basis[k, j]
        if abs(slopes[j]) > best:
            best = abs(slopes[j])
            pivot = j
    if best < _PIVOT:
        return False
    for k in range(n):
        column = basis[k, pivot] / slopes[pivot]
        base[k] += column * gap
        for j in range(free):
            if j != pivot:
                basis[k, j] -= column * slopes[j]
        basis[k, pivot] = basis[k, free - 1]
    scratch.free[depth + 1] = free - 1
    scratch.a[depth] = a
    scratch.b[depth] = b
    return True


@JIT
def interior(scratch, count, free, work):
    """Whether some z has rows·z < right strictly: simplex on the dual of max t, rows·z + t <= right, t <= 1.

    ``work[0]`` counts multiplications.
    """
    rows = scratch.rows
    right = scratch.right
    used = scratch.used
    height = free + 1
    width = count + 1
    # Columns 0..count-1 belong to the constraints, column `count` to t <= 1; the last entry is the
    # right-hand side.
    table = scratch.table[: height + 1, : width + 1]
    for c in range(count):
        for j in range(free):
            table[j, c] = rows[c, j]
        table[free, c] = 1.0
        table[height, c] = right[c]
    for j in range(free):
        table[j, count] = 0.0
        table[j, width] = 0.0
        used[j] = -1
    table[free, count] = 1.0
    table[free, width] = 1.0
    table[height, count] = 1.0
    table[height, width] = 0.0
    for c in range(width + 1):
        table[height, c] -= table[free, c]
    used[free] = count
    # Drive the zero rows' artificial variables out; their value is 0, so that any pivot keeps the point
    # feasible.
    for r in range(free):
        best = _PIVOT
        column = -1
        for c in range(width):
            if abs(table[r, c]) > best:
                best = abs(table[r, c])
                column = c
        if column >= 0:
            pivot_on(table, r, column, used)
    work[0] += (free + 2) * height * width
    for iteration in range(1000):
        work[0] += height * width
        # The objective is -table[height, width]; it only falls, and at or below 0 there is no interior point.
        if -table[height, width] <= _MARGIN:
            return False
        column = -1
        best = -1e-11
        for c in range(width):
            if table[height, c] < best:
                column = c
                if iteration > 300:
                    break
                best = table[height, c]
        if column < 0:
            return True
        row = -1
        least = 1e300
        for r in range(height):
            if used[r] >= 0 and table[r, column] > _PIVOT:
                ratio = table[r, width] / table[r, column]
                if ratio < least - 1e-15 or (ratio <= least and row >= 0 and used[r] < used[row]):
                    least = ratio
                    row = r
        if row < 0:
            return True
        pivot_on(table, row, column, used)
    return True


@JIT
def pivot_on(table, row, column, used):
    """Make ``column`` basic in ``row``."""
    inverse = 1.0 / table[row, column]
    for c in range(table.shape[1]):
        table[row, c] *= inverse
    for r in range(table.shape[0]):
        if r != row:
            factor = table[r, column]
            if factor != 0.0:
                for c in range(table.shape[1]):
                    table[r, c] -= factor * table[row, c]
    used[row] = column


@JIT
def is_face(lifting, scratch, depth):
    """Whether some α makes the first ``depth`` chosen pairs the lowest points of their supports at once."""
    points = lifting.points
    lift = lifting.lift
    rows = scratch.rows
    right = scratch.right
    base = scratch.base[depth]
    basis = scratch.basis[depth]
    free = scratch.free[depth]
    n = points.shape[1]
    count = 0
    for q in range(depth):
        i = scratch.support[q]
        a = scratch.a[q]
        for c in range(lifting.start[i], lifting.start[i + 1]):
            if c == a or c == scratch.b[q]:
                continue
            value = lift[c] - lift[a]
            for k in range(n):
                value += (points[c, k] - points[a, k]) * base[k]
            norm = 0.0
            for j in range(free):
                slope = 0.0
                for k in range(n):
                    slope -= (points[c, k] - points[a, k]) * basis[k, j]
                rows[count, j] = slope
                norm += abs(slope)
            if norm < _PIVOT:
                if value <= _MARGIN:
                    return False
                continue
            right[count] = value
            count += 1
    if free == 0 or count == 0:
        return True
    return interior(scratch, count, free, lifting.work)


@JIT
def find_edges(lifting, scratch):
    """Fill in the lower edges of every support; returns their number, or -1 beyond the budget."""
    n = lifting.start.size - 1
    edges = 0
    whole_space(n, scratch)
    for i in range(n):
        lifting.edge_start[i] = edges
        scratch.support[0] = i
        for a in range(lifting.start[i], lifting.start[i + 1]):
            for b in range(a + 1, lifting.start[i + 1]):
                if is_over(lifting):
                    return -1
                if restrict(lifting, scratch, 0, a, b) and is_face(lifting, scratch, 1):
                    lifting.first[edges] = a
                    lifting.second[edges] = b
                    edges += 1
    lifting.edge_start[n] = edges
    return edges


@JIT
def find_pairs(lifting, scratch):
    """Fill in which edges of two supports can be lowest at once; returns whether the budget sufficed."""
    n = lifting.start.size - 1
    first = lifting.first
    second = lifting.second
    edge_start = lifting.edge_start
    whole_space(n, scratch)
    for i in range(n):
        for j in range(i + 1, n):
            scratch.support[0] = i
            scratch.support[1] = j
            for e in range(edge_start[i], edge_start[i + 1]):
                restrict(lifting, scratch, 0, first[e], second[e])
                for f in range(edge_start[j], edge_start[j + 1]):
                    if is_over(lifting):
                        return False
                    if restrict(lifting, scratch, 1, first[f], second[f]) and is_face(lifting, scratch, 2):
                        lifting.together[e, f] = 1
                        lifting.together[f, e] = 1
    return True


@JIT
def choose_support(lifting, scratch, depth):
    """Take the support with the fewest edges left at this depth."""
    i = fewest(scratch.allowed[depth], lifting.edge_start, scratch.taken)
    scratch.support[depth] = i
    scratch.taken[i] = 1
    scratch.position[depth] = lifting.edge_start[i]


@JIT
def leaves_edges(lifting, scratch, depth, e):
    """Fill in the edges allowed after edge e; returns whether every support left has one."""
    edge_start = lifting.edge_start
    for j in range(scratch.taken.size):
        if scratch.taken[j] == 0:
            alive = False
            for f in range(edge_start[j], edge_start[j + 1]):
                both = scratch.allowed[depth, f] & lifting.together[e, f]
                scratch.allowed[depth + 1, f] = both
                alive = alive or both != 0
            if not alive:
                return False
    return True


@JIT
def find_cells(lifting, scratch, cells):
    """Fill in the mixed cells, rows (a_1, b_1, …, a_n, b_n); returns their number.

    The number is -1 if there are more than rows, or the search takes more multiplications than allowed.
    """
    n = lifting.start.size - 1
    edge_start = lifting.edge_start
    found = 0
    for e in range(edge_start[n]):
        scratch.allowed[0, e] = 1
    for i in range(n):
        scratch.taken[i] = 0
    whole_space(n, scratch)
    # Depth first; at each level the support with the fewest edges left is taken.
    depth = 0
    choose_support(lifting, scratch, 0)
    while depth >= 0:
        if is_over(lifting):
            return -1
        i = scratch.support[depth]
        e = scratch.position[depth]
        if e == edge_start[i + 1]:
            scratch.taken[i] = 0
            depth -= 1
            continue
        scratch.position[depth] += 1
        if scratch.allowed[depth, e] == 0:
            continue
        if not restrict(lifting, scratch, depth, lifting.first[e], lifting.second[e]):
            continue
        if depth > 1 and not is_face(lifting, scratch, depth + 1):
            continue
        if depth + 1 == n:
            if found == cells.shape[0]:
                return -1
            for q in range(n):
                cells[found, 2 * scratch.support[q]] = scratch.a[q]
                cells[found, 2 * scratch.support[q] + 1] = scratch.b[q]
            found += 1
            continue
        if leaves_edges(lifting, scratch, depth, e):
            depth += 1
            choose_support(lifting, scratch, depth)
    return found


@JIT
def fewest(allowed, edge_start, taken):
    """The support, not yet taken, with the fewest edges allowed."""
    best = 1 << 60
    result = -1
    for j in range(taken.size):
        if taken[j] == 0:
            count = 0
            for f in range(edge_start[j], edge_start[j + 1]):
                if allowed[f] != 0:
                    count += 1
            if count < best:
                best = count
                result = j
    return result


# Types of the arguments of `entry`: sizes, the lifting, results, scratch arrays.
ARGUMENTS = (
    *("int64",) * 6,
    *("float64*", "float64*", "int64*"),
    *("int64*", "int64*", "int64*", "uint8*", "float64*"),
    *("int64*", "int64*"),
    *("float64*", "float64*", "float64*", "float64*", "float64*", "float64*"),
    *("int64*",) * 6,
    *("uint8*", "uint8*", "int64*"),
)


def entry(
    total,
    mode,
    n,
    limit,
    edges,
    most,
    points,
    lift,
    start,
    first,
    second,
    edge_start,
    together,
    work,
    cells,
    found,
    rows,
    right,
    table,
    slopes,
    base,
    basis,
    free,
    used,
    support,
    a,
    b,
    position,
    allowed,
    taken,
    stop,
):
    """Find the edges, or the mixed cells, with bare pointers: what `polyhedral` calls."""
    if total == 0:
        return
    lifting = Lifting(
        carray(points, (total, n)),
        carray(lift, (total,)),
        carray(start, (n + 1,)),
        carray(first, (most,)),
        carray(second, (most,)),
        carray(edge_start, (n + 1,)),
        carray(together, (edges, edges)),
        carray(work, (2,)),
        carray(stop, (1,)),
    )
    scratch = Scratch(
        carray(rows, (total, n)),
        carray(right, (total,)),
        carray(table, (n + 2, total + 2)),
        carray(slopes, (n,)),
        carray(base, (n + 1, n)),
        carray(basis, (n + 1, n, n)),
        carray(free, (n + 1,)),
        carray(used, (n + 2,)),
        carray(support, (n,)),
        carray(a, (n,)),
        carray(b, (n,)),
        carray(position, (n,)),
        carray(allowed, (n + 1, edges)),
        carray(taken, (n,)),
    )
    result = carray(found, (1,))
    if mode == EDGES:
        result[0] = find_edges(lifting, scratch)
    elif find_pairs(lifting, scratch):
        result[0] = find_cells(lifting, scratch, carray(cells, (limit, 2 * n)))
    else:
        result[0] = -1
