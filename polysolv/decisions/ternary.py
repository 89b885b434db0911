"""An exact proof that a symmetric form in three weights vanishes only where two are equal.

A symmetric eliminant may vanish at real points that carry non-real solutions: where two weights are equal,
pairs of complex conjugate atoms occur, and E is a square times something positive there. So one sign of all
coefficients is too much to ask. But E is even in the difference of two weights, and that leaves room for a
proof off these lines.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import comb, lcm

from polysolv.groebner.basis import squarefree_factors
from polysolv.groebner.real_roots import positive_roots
from polysolv.polynomials.algebra import one_sign

Eliminant = Mapping[tuple[int, int], Fraction]
Form = dict[tuple[int, int, int], int]
Coefficients = list[int]

# Regions that together cover x < y < z, by polynomials in s > 0: the single weight, the middle p of the tied
# pair p ± d, the bound of d², and the integer that this bound is divided by.
_REGIONS = (
    ([1], [1, 1], [0, 0, 1], 4),  # weights 1, p − d, p + d with p = 1 + s and d < s/2
    ([1, 4], [1, 1], [0, 0, 1], 1),  # p − d, p + d, p + 3s with p = 1 + s and d < s
    ([3, 1], [1], [1], 1),  # p − d, p + d, 3 + s with p = 1 and d < 1
)


def positive_where_weights_are(eliminant: Eliminant) -> bool:
    """Return whether E(w_2, w_3), w_1 = 1, has coefficients of one sign, so no zero with positive weights.

    >>> positive_where_weights_are({(0, 0): Fraction(1), (1, 1): Fraction(1)})
    True
    """
    return one_sign(eliminant.values()) != 0


def vanishes_only_at_ties(eliminant: Eliminant) -> bool:
    """Return whether E, made homogeneous, is symmetric, without zeros at positive distinct weights.

    For a tied pair p ± d, E is a polynomial in d². With d² = bound · z/(1 + z) it becomes a polynomial in z
    ≥ 0 whose coefficients are polynomials in s. If the constant one has no positive root of odd multiplicity,
    all others are 0 or have no positive root and are positive, E is positive for z > 0. The regions
    cover all orders x < y < z: y and z are tied where z − y < 2 (y − x), x and y where y − x < z − y.

    >>> vanishes_only_at_ties({(0, 0): Fraction(1), (2, 0): Fraction(1), (0, 2): Fraction(1)})
    True
    >>> vanishes_only_at_ties({(0, 0): Fraction(1), (1, 0): Fraction(-1)})
    False
    """
    form = _homogeneous(eliminant)
    if any(
        form.get((e[i], e[j], e[k])) != v
        for e, v in form.items()
        for i, j, k in itertools.permutations(range(3))
    ):
        return False
    even = _even(form)
    answers = [_positive_on(even, region, sign) for sign in (1, -1) for region in _REGIONS]
    return all(answers[:3]) or all(answers[3:])


def _homogeneous(eliminant: Eliminant) -> Form:
    degree = max(i + j for i, j in eliminant)
    scale = lcm(*(value.denominator for value in eliminant.values()))
    return {(degree - i - j, i, j): int(value * scale) for (i, j), value in eliminant.items()}


def _even(form: Form) -> Form:
    """Return the coefficients of E(a, p − d, p + d) by exponents of a, p and d²."""
    found: Form = {}
    for (a, i, j), value in form.items():
        for r in range(i + 1):
            for s in range(r % 2, j + 1, 2):
                key = (a, i + j - r - s, (r + s) // 2)
                found[key] = found.get(key, 0) + value * comb(i, r) * comb(j, s) * (-1) ** r
    return {key: value for key, value in found.items() if value}


def _positive_on(even: Form, region: tuple[Coefficients, Coefficients, Coefficients, int], sign: int) -> bool:
    single, middle, bound, divisor = region
    top = max(k for _, _, k in even)
    grows = False  # whether a power of z has a positive coefficient, or else E may be constant in z
    parts: list[Coefficients] = [[0] for _ in range(top + 1)]
    tables = [_powers(p, max(e[i] for e in even)) for i, p in enumerate((single, middle, bound))]
    for (a, b, k), value in even.items():
        term = _times(_times(tables[0][a], tables[1][b]), tables[2][k])
        parts[k] = _sum(parts[k], [sign * value * divisor ** (top - k) * c for c in term])
    for n in range(top + 1):  # Σ_k part_k z^k (1 + z)^(top − k)
        total: Coefficients = [0]
        for k in range(n + 1):
            total = _sum(total, [comb(top - k, n - k) * c for c in parts[k]])
        if any(total):
            if not _positive(total, strictly=n > 0):
                return False
            grows = grows or n > 0
    return grows


def _positive(p: Coefficients, strictly: bool) -> bool:
    """Return whether p ≠ 0 is positive (or nowhere negative) on s > 0, by its coefficients or its roots."""
    while p and not p[-1]:
        p = p[:-1]
    while p and not p[0]:
        p = p[1:]
    if one_sign(map(Fraction, p)) == 1:
        return True
    if p[-1] < 0:
        return False
    return all(
        (multiplicity % 2 == 0 and not strictly) or positive_roots(factor) == 0
        for factor, multiplicity in squarefree_factors(p)
    )


def _powers(p: Coefficients, count: int) -> list[Coefficients]:
    powers: list[Coefficients] = [[1]]
    for _ in range(count):
        powers.append(_times(powers[-1], p))
    return powers


def _times(p: Sequence[int], q: Sequence[int]) -> Coefficients:
    total = [0] * (len(p) + len(q) - 1)
    for i, a in enumerate(p):
        for j, b in enumerate(q):
            total[i + j] += a * b
    return total


def _sum(p: Sequence[int], q: Sequence[int]) -> Coefficients:
    return [(p[i] if i < len(p) else 0) + (q[i] if i < len(q) else 0) for i in range(max(len(p), len(q)))]
