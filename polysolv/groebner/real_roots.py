"""Real roots of an integer polynomial, isolated exactly, and exact signs of fractions at them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from math import gcd, lcm

_MAX_BITS = 4_000


def isolate(polynomial: Sequence[int]) -> list[tuple[Fraction, Fraction]]:
    """Return intervals that hold one real root each, and all of them; a rational root may give (q, q).

    Args:
        polynomial: squarefree, the constant first.

    Bisection with Descartes' rule of signs (Collins and Akritas 1976), in integers.

    >>> [(float(a), float(b)) for a, b in isolate([-2, 0, 1])]
    [(-4.0, 0.0), (0.0, 4.0)]
    """
    p = list(polynomial)
    if len(p) < 2:
        return []
    roots: list[tuple[Fraction, Fraction]] = []
    if p[0] == 0:
        roots.append((Fraction(0), Fraction(0)))
        p = p[1:]
    for sign in (1, -1):
        mirrored = [c * sign**i for i, c in enumerate(p)]
        bound = _root_bound(mirrored)
        for low, high in _in_unit_interval([c << (bound * i) for i, c in enumerate(mirrored)]):
            ends = (sign * low * 2**bound, sign * high * 2**bound)
            roots.append((min(ends), max(ends)))
    return sorted(roots)


def _root_bound(p: Sequence[int]) -> int:
    """Return k ≥ 0 such that all real roots are below 2^k in size (Fujiwara)."""
    lead = abs(p[-1]).bit_length() - 1
    degree = len(p) - 1
    ratios = [-(-(abs(c).bit_length() - lead) // (degree - i)) for i, c in enumerate(p[:-1]) if c]
    return max([0, *ratios]) + 1


def _in_unit_interval(p: list[int]) -> list[tuple[Fraction, Fraction]]:
    """Return isolating intervals of the roots in (0, 1)."""
    found: list[tuple[Fraction, Fraction]] = []
    stack = [(p, 0, 0)]  # 2^(k·deg) p((x + c)/2^k) on (0, 1)
    while stack:
        q, c, k = stack.pop()
        if q[0] == 0:  # a root at the left end, counted where it is met as a midpoint
            q = q[1:]
        changes = _variations(_shift(list(reversed(q))))
        if changes == 0:
            continue
        if changes == 1:
            found.append((Fraction(c, 1 << k), Fraction(c + 1, 1 << k)))
            continue
        degree = len(q) - 1
        left = [a << (degree - i) for i, a in enumerate(q)]
        right = _shift(left)
        if right[0] == 0:
            middle = Fraction(2 * c + 1, 1 << (k + 1))
            found.append((middle, middle))
        stack.append((left, 2 * c, k + 1))
        stack.append((right, 2 * c + 1, k + 1))
    return found


def _shift(p: list[int]) -> list[int]:
    """Return p(x + 1)."""
    q = list(p)
    for i in range(len(q) - 1):
        for j in range(len(q) - 2, i - 1, -1):
            q[j] += q[j + 1]
    return q


def _variations(p: Sequence[int]) -> int:
    signs = [c > 0 for c in p if c]
    return sum(a != b for a, b in pairwise(signs))


def positive_roots(polynomial: Sequence[int]) -> int:
    """Return the number of distinct positive roots of a squarefree polynomial.

    >>> positive_roots([2, -3, 1]), positive_roots([1, 1, 1])
    (2, 0)
    """
    return sum(high > 0 and (low > 0 or low < high) for low, high in isolate(polynomial) if low >= 0)


class RealRoot:
    """One real root of a squarefree polynomial, refined as far as needed.

    Args:
        polynomial: the constant first.
        low, high: an isolating interval.
    """

    def __init__(self, polynomial: Sequence[int], low: Fraction, high: Fraction) -> None:
        self.polynomial, self.low, self.high = polynomial, low, high
        self._bits = 64

    def refine(self) -> None:
        """Shrink the interval to double as many bits."""
        self._bits *= 2
        width = Fraction(1, 1 << self._bits)
        if self.low == self.high:
            return
        # Another root may lie at the left end: just right of it the sign is that of the derivative.
        derivative = [i * c for i, c in enumerate(self.polynomial)][1:]
        left = _sign_at(self.polynomial, self.low) or _sign_at(derivative, self.low)
        while self.high - self.low > width:
            middle = (self.low + self.high) / 2
            here = _sign_at(self.polynomial, middle)
            if here == 0:
                self.low = self.high = middle
                return
            if here == left:
                self.low = middle
            else:
                self.high = middle

    def sign(self, top: Sequence[Fraction], bottom: Sequence[Fraction]) -> int:
        """Return the sign of top(t)/bottom(t) at the root, by intervals.

        Raises:
            ArithmeticError: if 4,000 bits do not tell it from zero.
        """
        signs = [self._sign(part) for part in (top, bottom)]
        return signs[0] * signs[1]

    def _sign(self, polynomial: Sequence[Fraction]) -> int:
        while self._bits <= _MAX_BITS:
            low, high = _range(polynomial, self.low, self.high)
            if low > 0 or high < 0:
                return 1 if low > 0 else -1
            if low == high == 0:
                return 0
            self.refine()
        raise ArithmeticError("a coordinate cannot be told from zero")

    def value(self, top: Sequence[Fraction], bottom: Sequence[Fraction]) -> Fraction:
        """Return top(t)/bottom(t) to about 60 digits, or exactly at a rational root."""
        while self._bits < 512 and self.low != self.high:
            self.refine()
        middle = (self.low + self.high) / 2
        return _evaluate(top, middle) / _evaluate(bottom, middle)


def _evaluate(polynomial: Sequence[Fraction | int], x: Fraction) -> Fraction:
    total = Fraction(0)
    for c in reversed(polynomial):
        total = total * x + c
    return total


def _sign_at(polynomial: Sequence[int], x: Fraction) -> int:
    """Return the sign at a rational, in integers."""
    top, bottom, total, scale = x.numerator, x.denominator, 0, 1
    for c in reversed(polynomial):
        total = total * top + c * scale
        scale *= bottom
    return (total > 0) - (total < 0)


def _range(polynomial: Sequence[Fraction], low: Fraction, high: Fraction) -> tuple[Fraction, Fraction]:
    """Return bounds of a polynomial on an interval, by its value in the middle and bounds of the rest."""
    if low == high:
        value = _evaluate(polynomial, low)
        return value, value
    middle, radius = (low + high) / 2, (high - low) / 2
    reach = max(abs(low), abs(high))
    slope = sum((i * abs(c) * reach ** (i - 1) for i, c in enumerate(polynomial) if i and c), Fraction(0))
    value = _evaluate(polynomial, middle)
    return value - slope * radius, value + slope * radius


def primitive_part(polynomial: Sequence[Fraction]) -> list[int]:
    """Return the multiple with coprime integer coefficients, leading one positive."""
    scale = lcm(*(c.denominator for c in polynomial))
    whole = [int(c * scale) for c in polynomial]
    content = gcd(*whole) or 1
    return [c // (content if whole[-1] > 0 else -content) for c in whole]
