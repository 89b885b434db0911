"""Polynomials in one variable modulo a prime: interpolation, rational functions, and lifting to Q."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import isqrt

# Dense coefficients, the constant first, no zeros at the end.
Dense = list[int]

LARGE_PRIME = (1 << 61) - 1


def primes_below(limit: int) -> Iterator[int]:
    """Yield the odd primes below ``limit``, downwards.

    >>> list(primes_below(12))
    [11, 7, 5, 3]
    """
    for candidate in range(limit - 1 - limit % 2, 2, -2):
        if all(candidate % k for k in range(3, isqrt(candidate) + 1, 2)):
            yield candidate


def evaluate(p: Sequence[int], x: int, prime: int) -> int:
    """Return p(x) modulo a prime."""
    total = 0
    for a in reversed(p):
        total = (total * x + a) % prime
    return total


def interpolate(points: Sequence[int], values: Sequence[int], prime: int) -> Dense:
    """Return the polynomial of least degree with these values, by divided differences.

    >>> interpolate([1, 2, 3], [1, 4, 9], 101)
    [0, 0, 1]
    """
    n = len(points)
    differences = list(values)
    for level in range(1, n):
        for i in range(n - 1, level - 1, -1):
            gap = pow(points[i] - points[i - level], -1, prime)
            differences[i] = (differences[i] - differences[i - 1]) * gap % prime
    result: Dense = []
    for i in range(n - 1, -1, -1):
        moved = [0, *result]
        for j, a in enumerate(result):
            moved[j] = (moved[j] - points[i] * a) % prime
        moved[0] = (moved[0] + differences[i]) % prime
        result = moved
    return trimmed(result)


def trimmed(p: Sequence[int]) -> Dense:
    """Return p without zeros at the end."""
    q = list(p)
    while q and not q[-1]:
        q.pop()
    return q


def product(p: Sequence[int], q: Sequence[int], prime: int) -> Dense:
    """Return p·q modulo a prime."""
    total = [0] * max(0, len(p) + len(q) - 1)
    for i, a in enumerate(p):
        for j, b in enumerate(q):
            total[i + j] += a * b
    return trimmed([c % prime for c in total])


def divided(p: Sequence[int], q: Sequence[int], prime: int) -> tuple[Dense, Dense]:
    """Return quotient and remainder modulo a prime."""
    rest, lead = list(p), pow(q[-1], -1, prime)
    quotient = [0] * max(0, len(p) - len(q) + 1)
    for k in range(len(quotient) - 1, -1, -1):
        factor = rest[k + len(q) - 1] * lead % prime
        quotient[k] = factor
        for i, b in enumerate(q):
            rest[k + i] = (rest[k + i] - factor * b) % prime
    return trimmed(quotient), trimmed(rest[: len(q) - 1])


def common_divisor(p: Sequence[int], q: Sequence[int], prime: int) -> Dense:
    """Return the monic greatest common divisor modulo a prime.

    >>> common_divisor([2, 3, 1], [1, 1], 101)
    [1, 1]
    """
    a, b = trimmed(p), trimmed(q)
    while b:
        a, b = b, divided(a, b, prime)[1]
    inverse = pow(a[-1], -1, prime)
    return [c * inverse % prime for c in a]


def distinct_roots(p: Sequence[int], prime: int) -> int:
    """Return the number of distinct roots in the closure of the field, for a degree below the prime.

    >>> distinct_roots([1, 2, 1], 101)
    1
    """
    p = trimmed(p)
    derivative = trimmed([i * c % prime for i, c in enumerate(p)][1:])
    return len(p) - len(common_divisor(p, derivative, prime))


def recurrence(sequence: Sequence[int], prime: int) -> Dense:
    """Return the monic polynomial Σ c_i x^i of least degree with Σ c_i s_(k+i) = 0 for all k.

    Berlekamp and Massey (1969); the sequence must be at least twice as long as the degree.

    >>> recurrence([0, 1, 1, 2, 3, 5], 101)
    [100, 100, 1]
    """
    current, before = [1], [1]
    length, shift, last = 0, 1, 1
    for k in range(len(sequence)):
        gap = sum(c * sequence[k - i] for i, c in enumerate(current[: length + 1])) % prime
        if not gap:
            shift += 1
            continue
        factor = gap * pow(last, -1, prime) % prime
        longer = current + [0] * max(0, len(before) + shift - len(current))
        for i, c in enumerate(before):
            longer[i + shift] = (longer[i + shift] - factor * c) % prime
        if 2 * length <= k:
            length, before, last, shift = k + 1 - length, current, gap, 1
        else:
            shift += 1
        current = longer
    connection = [*current, *[0] * (length + 1)][: length + 1]
    return connection[::-1]


def denominator(points: Sequence[int], values: Sequence[int], prime: int) -> Dense | None:
    """Return the monic denominator of the rational function of least degree with these values.

    Cauchy interpolation by the extended Euclidean algorithm; ``None`` if numerator and denominator together
    need all the points, so that nothing is tested.

    >>> denominator([1, 2, 3, 4, 5], [pow(x + 1, -1, 101) for x in (1, 2, 3, 4, 5)], 101)
    [1, 1]
    """
    r0: Dense = [1]
    for x in points:
        r0 = product(r0, [-x % prime, 1], prime)
    r1 = interpolate(points, values, prime)
    s0: Dense = []
    s1: Dense = [1]
    best: tuple[int, Dense] | None = None
    while r1:
        size = len(r1) + len(s1)
        if best is None or size < best[0]:
            best = size, s1
        quotient, rest = divided(r0, r1, prime)
        step = product(quotient, s1, prime)
        width = max(len(s0), len(step))
        s2 = [
            ((s0[i] if i < len(s0) else 0) - (step[i] if i < len(step) else 0)) % prime for i in range(width)
        ]
        r0, r1, s0, s1 = r1, rest, s1, trimmed(s2)
    if best is None:
        return [1]
    if best[0] > len(points) - 1:
        return None
    inverse = pow(best[1][-1], -1, prime)
    return [a * inverse % prime for a in best[1]]


def rational(value: int, modulus: int) -> Fraction | None:
    """Return the fraction n/d ≡ value with |n|, d ≤ √(modulus/2), or ``None``.

    >>> rational(pow(3, -1, 1009) * 2 % 1009, 1009)
    Fraction(2, 3)
    """
    bound = isqrt(modulus // 2)
    r0, r1, s0, s1 = modulus, value, 0, 1
    while r1 > bound:
        quotient = r0 // r1
        r0, r1, s0, s1 = r1, r0 - quotient * r1, s1, s0 - quotient * s1
    if s1 == 0 or abs(s1) > bound:
        return None
    return Fraction(r1, s1)
