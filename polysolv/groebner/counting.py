"""How many points an ideal has over C, by linear algebra modulo a prime: a second opinion on an engine.

The count takes a Gröbner basis modulo a prime with the variables in another order, and shares nothing else
with the way to the points: the staircase, the matrices of multiplication and the minimal polynomial of a
random linear form are computed here. Its squarefree part has one root for each point, multiple or not.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from polysolv.groebner import modular
from polysolv.groebner.basis import Exponents, dense, grevlex
from polysolv.groebner.ideal import EngineFailed, Ideal
from polysolv.polynomials.algebra import Poly, renumber

if TYPE_CHECKING:
    import numpy as np

    from polysolv.groebner.budget import Budget

MAX_DIMENSION = 1_500  # of the quotient, for linear algebra
MAX_STAIRCASE = 10_000
_PRIMES_BELOW = 1 << 30


def count_points(
    basis_of: Callable[[Ideal, Budget, int], list[Poly]],
    ideal: Ideal,
    limits: Budget,
    seed: int = 0,
    known: int = 0,
) -> int:
    """Return the number of distinct zeros of an ideal over C, multiple ones counted once.

    Args:
        basis_of: an engine's method ``basis``.
        ideal: the ideal.
        limits: deadline and memory.
        seed: draws the prime, the order of the variables, and the linear form.
        known: so many distinct points are known; where the quotient has no larger dimension these are all,
            and the linear algebra is left out.

    Returns:
        the count; it is right unless the prime or the form is unlucky, which has probability below 1e-4 for
        up to 300 points.

    Raises:
        EngineFailed: if the engine gives no basis, or the points are infinitely many or too many.

    >>> from fractions import Fraction
    >>> from polysolv.groebner.budget import budget
    >>> from polysolv.groebner.engines import get_engine
    >>> double = {((0, 3),): Fraction(1), ((0, 2),): Fraction(-1)}
    >>> count_points(get_engine("sympy").basis, Ideal(1, (double,)), budget(60))
    2
    """
    generator = random.Random(f"count {seed}")
    candidates = modular.primes_below(_PRIMES_BELOW - generator.randrange(1 << 24))
    prime = next(p for p in candidates if _survives(ideal, p))
    order = list(range(ideal.count))
    generator.shuffle(order)
    numbers = dict(enumerate(order))
    shuffled = Ideal(ideal.count, tuple(renumber(p, numbers) for p in ideal.generators))
    basis = basis_of(shuffled, limits, prime)
    rules = _rules(basis, ideal.count, prime)
    if any(not any(lead) for lead in rules):
        return 0
    standard = _staircase(list(rules), ideal.count, limits)
    if len(standard) == known:
        return known
    if len(standard) > MAX_DIMENSION:
        raise EngineFailed(f"more than {MAX_DIMENSION} points, with their multiplicities")
    form = [generator.randrange(1, prime) for _ in order]
    functional = [generator.randrange(1, prime) for _ in standard]
    return _count(rules, standard, prime, form, functional, limits)


def _survives(ideal: Ideal, prime: int) -> bool:
    """Whether no coefficient of the generators, made primitive, vanishes modulo the prime."""
    return all(v.numerator % prime and v.denominator % prime for p in ideal.generators for v in p.values())


def _rules(basis: Sequence[Poly], count: int, prime: int) -> dict[Exponents, dict[Exponents, int]]:
    """Return leading monomial -> what it is equal to modulo the ideal."""
    rules = {}
    for polynomial in basis:
        terms = {
            e: v.numerator * pow(v.denominator, -1, prime) % prime
            for e, v in dense(polynomial, count).items()
        }
        lead = max(terms, key=grevlex)
        inverse = pow(terms[lead], -1, prime)
        rules[lead] = {e: -v * inverse % prime for e, v in terms.items() if e != lead}
    return rules


def _count(
    rules: Mapping[Exponents, Mapping[Exponents, int]],
    standard: Sequence[Exponents],
    prime: int,
    form: Sequence[int],
    functional: Sequence[int],
    limits: Budget,
) -> int:
    """Return the number of distinct roots of the minimal polynomial of a linear form (Wiedemann 1986)."""
    import numpy as np

    place = {e: k for k, e in enumerate(standard)}
    size, count = len(standard), len(form)
    tables = np.zeros((count, size, size), np.int64)  # row b of table i: the normal form of x_i b

    def times(vector: np.ndarray, table: np.ndarray) -> np.ndarray:
        some = np.flatnonzero(vector)
        return np.asarray((vector[some, None] * table[some] % prime).sum(axis=0) % prime)

    border: dict[Exponents, np.ndarray] = {}
    products = sorted(
        ((_raised(b, i), i, k) for k, b in enumerate(standard) for i in range(count)),
        key=lambda product: grevlex(product[0]),
    )
    for e, i, k in products:
        if not limits.left():
            raise EngineFailed("stopped at the deadline")
        if e in place:
            tables[i, k, place[e]] = 1
            continue
        if e not in border:
            if e in rules:
                border[e] = np.zeros(size, np.int64)
                for other, value in rules[e].items():
                    if other not in place:
                        raise EngineFailed("the basis is not reduced")
                    border[e][place[other]] = value
            else:
                j = next(j for j in range(count) if e[j] and _raised(e, j, -1) in border)
                border[e] = times(border[_raised(e, j, -1)], tables[j])
        tables[i, k] = border[e]
    matrix = np.zeros((size, size), np.int64)
    for factor, table in zip(form, tables, strict=True):
        matrix = (matrix + factor * table) % prime
    weights = np.array(functional, np.int64)
    power = np.zeros(size, np.int64)
    power[0] = 1
    sequence = []
    for _ in range(2 * size):
        if not limits.left():
            raise EngineFailed("stopped at the deadline")
        sequence.append(int((power * weights % prime).sum() % prime))
        power = times(power, matrix)
    minimal = modular.recurrence(sequence, prime)
    return modular.distinct_roots(minimal, prime)


def _raised(e: Exponents, i: int, by: int = 1) -> Exponents:
    return (*e[:i], e[i] + by, *e[i + 1 :])


def _staircase(leads: Sequence[Exponents], count: int, limits: Budget) -> list[Exponents]:
    """Return the monomials that no leading monomial divides, in increasing order.

    Raises:
        EngineFailed: if they are too many or infinitely many.
    """
    pure = {i for lead in leads for i in range(count) if sum(lead) == lead[i] > 0}
    if len(pure) < count:
        raise EngineFailed("infinitely many points")
    layer, found = {(0,) * count}, [(0,) * count]
    while layer:
        above = {_raised(e, i) for e in layer for i in range(count)}
        layer = {
            e for e in above if not any(all(a <= b for a, b in zip(lead, e, strict=True)) for lead in leads)
        }
        found += layer
        if len(found) > MAX_STAIRCASE:
            raise EngineFailed(f"more than {MAX_STAIRCASE} points, with their multiplicities")
        if not limits.left():
            raise EngineFailed("stopped at the deadline")
    return sorted(found, key=grevlex)
