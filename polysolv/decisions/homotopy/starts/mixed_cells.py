"""Mixed cells of a random lifting, by linear programming; their volumes add up to the mixed volume."""

# Compiled by numba: flat arrays and loops.
from __future__ import annotations

import numba
import numpy as np

JIT = numba.njit(cache=True, error_model="numpy")

_MARGIN = 1e-10
_PIVOT = 1e-9


@JIT
def restrict(base, basis, free, normal, value):
    """Restrict {base + basis·z} to <normal, α> = value, in place; returns the number of free directions or
    -1."""
    n = base.size
    best = 0.0
    pivot = -1
    gap = value
    for k in range(n):
        gap -= normal[k] * base[k]
    slopes = np.zeros(free)
    for j in range(free):
        for k in range(n):
            slopes[j] += normal[k] * basis[k, j]
        if abs(slopes[j]) > best:
            best = abs(slopes[j])
            pivot = j
    if best < _PIVOT:
        return -1
    for k in range(n):
        column = basis[k, pivot] / slopes[pivot]
        base[k] += column * gap
        for j in range(free):
            if j != pivot:
                basis[k, j] -= column * slopes[j]
        basis[k, pivot] = basis[k, free - 1]
    return free - 1


@JIT
def interior(rows, right, count, free, work):
    """Whether some z has rows·z < right strictly: simplex on the dual of max t, rows·z + t <= right, t <= 1.

    ``work[0]`` counts multiplications.
    """
    height = free + 1
    width = count + 1
    # Columns 0..count-1 belong to the constraints, column `count` to t <= 1; the last entry is the
    # right-hand side.
    table = np.zeros((height + 1, width + 1))
    for c in range(count):
        for j in range(free):
            table[j, c] = rows[c, j]
        table[free, c] = 1.0
        table[height, c] = right[c]
    table[free, count] = 1.0
    table[free, width] = 1.0
    table[height, count] = 1.0
    for c in range(width + 1):
        table[height, c] -= table[free, c]
    used = np.full(height, -1)
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
def is_face(
    points, lift, start, chosen_support, chosen_a, chosen_b, depth, base, basis, free, rows, right, work
):
    """Whether some α makes the chosen pairs the lowest points of their supports at once."""
    n = base.size
    count = 0
    for q in range(depth):
        i = chosen_support[q]
        a = chosen_a[q]
        for c in range(start[i], start[i + 1]):
            if c == a or c == chosen_b[q]:
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
    return interior(rows, right, count, free, work)


@JIT
def mixed_cells(points, lift, start, limit, budget):
    """All mixed cells as rows of (a_1, b_1, …, a_n, b_n), and their number.

    The number is -1 if there are more than ``limit``, or the search takes more than ``budget``
    multiplications.
    """
    work = np.zeros(1)
    n = start.size - 1
    total = points.shape[0]
    rows = np.zeros((total, n))
    right = np.zeros(total)
    support = np.zeros(n, np.int64)
    first = np.zeros(n, np.int64)
    second = np.zeros(n, np.int64)
    bases = np.zeros((n + 1, n))
    frames = np.zeros((n + 1, n, n))
    frees = np.zeros(n + 1, np.int64)
    # Edges of each lower hull.
    edge_start = np.zeros(n + 1, np.int64)
    most = 0
    for i in range(n):
        size = start[i + 1] - start[i]
        most += size * (size - 1) // 2
    ea = np.zeros(most, np.int64)
    eb = np.zeros(most, np.int64)
    edges = 0
    base = np.zeros(n)
    basis = np.zeros((n, n))
    for i in range(n):
        for a in range(start[i], start[i + 1]):
            for b in range(a + 1, start[i + 1]):
                base[:] = 0.0
                basis[:, :] = np.eye(n)
                free = restrict(base, basis, n, points[a] - points[b], lift[b] - lift[a])
                support[0] = i
                first[0] = a
                second[0] = b
                if free >= 0 and is_face(
                    points, lift, start, support, first, second, 1, base, basis, free, rows, right, work
                ):
                    ea[edges] = a
                    eb[edges] = b
                    edges += 1
        edge_start[i + 1] = edges
    # Which pairs of edges of different supports can be lowest at once.
    together = np.zeros((edges, edges), np.bool_)
    for i in range(n):
        for j in range(i + 1, n):
            if work[0] > budget:
                return np.zeros((0, 2 * n), np.int64), -1
            for e in range(edge_start[i], edge_start[i + 1]):
                for f in range(edge_start[j], edge_start[j + 1]):
                    base[:] = 0.0
                    basis[:, :] = np.eye(n)
                    free = restrict(base, basis, n, points[ea[e]] - points[eb[e]], lift[eb[e]] - lift[ea[e]])
                    free = restrict(
                        base, basis, free, points[ea[f]] - points[eb[f]], lift[eb[f]] - lift[ea[f]]
                    )
                    if free < 0:
                        continue
                    support[0] = i
                    first[0] = ea[e]
                    second[0] = eb[e]
                    support[1] = j
                    first[1] = ea[f]
                    second[1] = eb[f]
                    if is_face(
                        points, lift, start, support, first, second, 2, base, basis, free, rows, right, work
                    ):
                        together[e, f] = True
                        together[f, e] = True
    # Depth first; at each level the support with the fewest edges left is taken.
    cells = np.zeros((limit, 2 * n), np.int64)
    found = 0
    allowed = np.zeros((n + 1, edges), np.bool_)
    allowed[0, :] = True
    position = np.zeros(n, np.int64)
    frames[0] = np.eye(n)
    frees[0] = n
    taken = np.zeros(n, np.bool_)
    depth = 0
    support[0] = fewest(allowed[0], edge_start, taken)
    taken[support[0]] = True
    position[0] = edge_start[support[0]]
    while depth >= 0:
        if work[0] > budget:
            return cells, -1
        i = support[depth]
        e = position[depth]
        if e == edge_start[i + 1]:
            taken[i] = False
            depth -= 1
            continue
        position[depth] += 1
        if not allowed[depth, e]:
            continue
        bases[depth + 1] = bases[depth]
        frames[depth + 1] = frames[depth]
        frees[depth + 1] = restrict(
            bases[depth + 1],
            frames[depth + 1],
            frees[depth],
            points[ea[e]] - points[eb[e]],
            lift[eb[e]] - lift[ea[e]],
        )
        if frees[depth + 1] < 0:
            continue
        first[depth] = ea[e]
        second[depth] = eb[e]
        if depth > 1 and not is_face(
            points,
            lift,
            start,
            support,
            first,
            second,
            depth + 1,
            bases[depth + 1],
            frames[depth + 1],
            frees[depth + 1],
            rows,
            right,
            work,
        ):
            continue
        if depth + 1 == n:
            if found == limit:
                return cells, -1
            for q in range(n):
                cells[found, 2 * support[q]] = first[q]
                cells[found, 2 * support[q] + 1] = second[q]
            found += 1
            continue
        dead = False
        for j in range(n):
            if not taken[j]:
                alive = False
                for f in range(edge_start[j], edge_start[j + 1]):
                    allowed[depth + 1, f] = allowed[depth, f] and together[e, f]
                    alive = alive or allowed[depth + 1, f]
                if not alive:
                    dead = True
                    break
        if dead:
            continue
        depth += 1
        support[depth] = fewest(allowed[depth], edge_start, taken)
        taken[support[depth]] = True
        position[depth] = edge_start[support[depth]]
    return cells, found


@JIT
def fewest(allowed, edge_start, taken):
    """The support, not yet taken, with the fewest edges allowed."""
    best = 1 << 60
    result = -1
    for j in range(taken.size):
        if not taken[j]:
            count = 0
            for f in range(edge_start[j], edge_start[j + 1]):
                if allowed[f]:
                    count += 1
            if count < best:
                best = count
                result = j
    return result
