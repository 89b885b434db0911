"""The ideal of all polynomials that vanish at finitely many points, up to a degree (Buchberger–Möller).

H. M. Möller and B. Buchberger, "The construction of multivariate polynomials with preassigned zeros" (EUROCAM
1982): go through the monomials in increasing order. The values of a monomial at the points depend linearly on
those of the smaller standard monomials, and then the dependence is a generator; or they do not, and the
monomial is standard. Dependences are found modulo a prime, lifted to the rationals through several, and
checked exactly at every point.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import islice
from math import comb

import numpy as np

from polysolv.groebner.modular import primes_below, rational
from polysolv.groebner.modular_elimination import (
    PRIME_LIMIT,
    Residues,
    column_dependences,
    combination,
)
from polysolv.groebner.rational_points import RationalPoints
from polysolv.polynomials.exponent_vectors import divides
from polysolv.polynomials.polynomial import Monomial

# Exponents of all d variables.
Exponents = tuple[int, ...]
Generator = dict[Monomial, Fraction]

_EXTRA_ROWS = 10
_MOST_PRIMES = 100


def monomial_count(d: int, degree: int) -> int:
    """Return the number of monomials in d variables of degree at most ``degree``.

    >>> monomial_count(5, 6)
    462
    """
    return comb(d + degree, d)


def standard_monomials(
    d: int, degree: int, leading: Sequence[Exponents] = (), variables: Sequence[int] | None = None
) -> list[Exponents]:
    """Return the monomials that no leading monomial divides, in the order of :func:`monomial_order`.

    Args:
        d: number of variables.
        degree: largest degree.
        leading: leading monomials.
        variables: the variables that may occur; all if left out.

    >>> standard_monomials(2, 2, leading=[(2, 0)])
    [(0, 0), (1, 0), (0, 1), (1, 1), (0, 2)]
    """
    used = range(d) if variables is None else variables
    layer: set[Exponents] = {(0,) * d}
    found: list[Exponents] = []
    for _ in range(degree + 1):
        layer = {m for m in layer if not any(divides(lead, m) for lead in leading)}
        found += sorted(layer, key=monomial_order)
        layer = {(*m[:i], m[i] + 1, *m[i + 1 :]) for m in layer for i in used}
    return found


def monomial_order(monomial: Exponents) -> tuple[int, Exponents]:
    """Return a key to sort monomials by: by degree, then lexicographically, the last variable the largest.

    So a variable that is a linear combination of earlier ones leads a relation of degree 1, and occurs in no
    other reduced generator.
    """
    return sum(monomial), monomial[::-1]


def sparse(monomial: Exponents) -> Monomial:
    """Return a monomial as pairs of a variable and its exponent.

    >>> sparse((2, 0, 1))
    ((0, 2), (2, 1))
    """
    return tuple((i, e) for i, e in enumerate(monomial) if e)


def dense(monomial: Monomial, d: int) -> Exponents:
    """Return a monomial as the exponents of all d variables."""
    powers = dict(monomial)
    return tuple(powers.get(i, 0) for i in range(d))


@dataclass(frozen=True, eq=False)
class VanishingIdeal:
    """What vanishes at finitely many points, up to a degree.

    Args:
        generators: leading monomial -> polynomial with leading coefficient 1, its leading monomial first.
        not_lifted: leading monomials of generators that are left out because their coefficients have more
            than some 1,500 bits.
    """

    generators: dict[Exponents, Generator]
    not_lifted: tuple[Exponents, ...]


def vanishing_ideal(
    points: RationalPoints,
    degree: int,
    also_at: RationalPoints | None = None,
    leading: Sequence[Exponents] = (),
    variables: Sequence[int] | None = None,
) -> VanishingIdeal:
    """Return reduced generators, up to a degree, of the polynomials that vanish at some points.

    Args:
        points: the points.
        degree: largest degree of a generator.
        also_at: further points; a generator that does not vanish at all of them is left out.
        leading: leading monomials of polynomials that are known to vanish: their multiples are passed over.
        variables: the variables that may occur; all if left out.

    Returns:
        the generators. Without ``also_at`` they are the elements of the reduced Gröbner basis for
        :func:`monomial_order` up to that degree.

    Every generator has been checked at every point in exact arithmetic. That there are no others rests on one
    prime: a generator is lost if a minor vanishes by accident modulo a prime near 2^31.

    >>> square = RationalPoints.of([(0, 0), (0, 1), (1, 0), (1, 1)])
    >>> for generator in vanishing_ideal(square, 2).generators.values():
    ...     print({monomial: str(value) for monomial, value in generator.items()})
    {((0, 2),): '1', ((0, 1),): '-1'}
    {((1, 2),): '1', ((1, 1),): '-1'}
    """
    everywhere = [points] if also_at is None else [points, also_at]
    prime = next(_primes(everywhere))
    monomials = standard_monomials(points.dimension, degree, leading, variables)
    residues = np.unique(points.modulo(prime), axis=0)
    standard, dependent, coefficients = _dependences(residues, monomials, prime)
    held_out: Residues | None = None
    if also_at is not None and dependent:
        held_out = _monomial_values(np.unique(also_at.modulo(prime), axis=0), monomials, prime)
    leads: list[int] = []
    used: set[int] = set()
    for position, column in enumerate(dependent):
        tail = coefficients[:, position]
        if any(divides(monomials[known], monomials[column]) for known in leads):
            continue
        if held_out is None or _holds(held_out, column, standard, tail, prime):
            leads.append(column)
            used.update(standard[i] for i in np.flatnonzero(tail))
    support = [monomials[column] for column in sorted(used)]
    lifted = _lifted(support, [monomials[column] for column in leads], points, everywhere)
    exact = {
        lead: generator
        for lead, generator in lifted.items()
        if generator is not None and all(some.are_zeros_of(generator) for some in everywhere)
    }
    return VanishingIdeal(exact, tuple(lead for lead, generator in lifted.items() if generator is None))


def _primes(everywhere: Sequence[RationalPoints]) -> Iterator[int]:
    denominators = {denominator for points in everywhere for denominator in points.denominators}
    for prime in islice(_large_primes(), _MOST_PRIMES):
        if all(denominator % prime for denominator in denominators):
            yield prime


@lru_cache(maxsize=1)
def _some_primes() -> tuple[int, ...]:
    return tuple(islice(primes_below(PRIME_LIMIT), 8))


def _large_primes() -> Iterator[int]:
    """Yield the primes below 2^31 downwards; the first ones are kept, for finding each takes a while."""
    yield from _some_primes()
    yield from islice(primes_below(_some_primes()[-1]), _MOST_PRIMES)


def _monomial_values(points: Residues, monomials: Sequence[Exponents], prime: int) -> Residues:
    """Return the residues of the monomials at the points, one column for each; divisors must come first."""
    place = {monomial: column for column, monomial in enumerate(monomials)}
    values = np.ones((len(points), len(monomials)), dtype=np.int64)
    for column, monomial in enumerate(monomials[1:], start=1):
        i = next(i for i, e in enumerate(monomial) if e)
        divisor = (*monomial[:i], monomial[i] - 1, *monomial[i + 1 :])
        values[:, column] = values[:, place[divisor]] * points[:, i] % prime
    return values


def _dependences(
    residues: Residues, monomials: Sequence[Exponents], prime: int
) -> tuple[list[int], list[int], Residues]:
    """Return :func:`column_dependences` of the monomials at all points, by elimination of a few of these."""
    order = np.random.default_rng(0).permutation(len(residues))
    count = len(monomials) + _EXTRA_ROWS
    chosen = _monomial_values(residues[order[:count]], monomials, prime)
    standard, dependent, coefficients = column_dependences(chosen, prime)
    if not dependent or len(residues) <= count:
        return standard, dependent, coefficients
    rest = _monomial_values(residues[order[count:]], monomials, prime)
    while dependent:
        # A point that violates some dependence violates a random combination of them, up to 1 in 2^31.
        mix = np.random.default_rng(1).integers(1, prime, size=len(dependent))
        left = combination(rest[:, dependent], mix, prime)
        right = combination(rest[:, standard], combination(coefficients, mix, prime), prime)
        wrong = np.flatnonzero(left != right)[: len(dependent)]
        if not wrong.size:
            break
        chosen, rest = np.vstack([chosen, rest[wrong]]), np.delete(rest, wrong, axis=0)
        standard, dependent, coefficients = column_dependences(chosen, prime)
    return standard, dependent, coefficients


def _holds(values: Residues, column: int, standard: list[int], tail: Residues, prime: int) -> bool:
    """Return whether a dependence holds in all rows; the first ones tell most that do not."""
    support = np.flatnonzero(tail)
    columns = [standard[i] for i in support]
    for some in (values[:_EXTRA_ROWS], values[_EXTRA_ROWS:]):
        if (combination(some[:, columns], tail[support], prime) != some[:, column]).any():
            return False
    return True


def _lifted(
    support: list[Exponents],
    leads: list[Exponents],
    points: RationalPoints,
    everywhere: Sequence[RationalPoints],
) -> dict[Exponents, Generator | None]:
    """Return lead -> the polynomial lead + (rational combination of the support) that vanishes at the points.

    Chinese remainders and rational reconstruction; it counts once the next prime agrees. ``None`` where the
    primes are used up before.
    """
    found: dict[Exponents, Generator | None] = dict.fromkeys(leads)
    if not leads:
        return found
    rows: list[int] = []
    n, modulus, attempt = len(support), 1, 1
    lifts: list[list[int]] = [[0] * n for _ in leads]
    guesses: dict[int, list[Fraction]] = {}
    for count, prime in enumerate(_primes(everywhere), start=1):
        residues = points.modulo(prime)
        if not rows:
            rows = _independent_rows(residues, support, prime)
        open_leads = [j for j, lead in enumerate(leads) if found[lead] is None]
        values = _values_of([*support, *(leads[j] for j in open_leads)], residues[rows or [0]], prime)
        standard, _, coefficients = column_dependences(values, prime)
        if standard[:n] != list(range(n)):
            continue  # an unlucky prime
        inverse = pow(modulus, -1, prime)
        for position, j in enumerate(open_leads):
            column = coefficients[:n, position].tolist() if n else []
            guess = guesses.get(j)
            if guess is not None and [_residue(value, prime) for value in guess] == column:
                found[leads[j]] = _generator(leads[j], support, guess)
            lifts[j] = [
                lift + modulus * ((residue - lift) * inverse % prime)
                for lift, residue in zip(lifts[j], column, strict=True)
            ]
        modulus *= prime
        if None not in found.values():
            break
        if count >= attempt:
            attempt = count + 1 + count // 3
            guesses = {
                j: guess for j in open_leads if (guess := _reconstructed(lifts[j], modulus)) is not None
            }
    return found


def _residue(value: Fraction, prime: int) -> int | None:
    if value.denominator % prime == 0:
        return None
    return value.numerator * pow(value.denominator, -1, prime) % prime


def _reconstructed(lifts: list[int], modulus: int) -> list[Fraction] | None:
    found = []
    for lift in lifts:
        value = rational(lift, modulus)
        if value is None:
            return None
        found.append(value)
    return found


def _generator(lead: Exponents, support: list[Exponents], tail: list[Fraction]) -> Generator:
    generator = {sparse(lead): Fraction(1)}
    for monomial, value in zip(reversed(support), reversed(tail), strict=True):
        if value:
            generator[sparse(monomial)] = -value
    return generator


def _independent_rows(residues: Residues, support: list[Exponents], prime: int) -> list[int]:
    """Return as many points as there are monomials, at which these are independent."""
    order = np.random.default_rng(2).permutation(len(residues))
    values = _values_of(support, residues[order], prime)
    for count in (2 * len(support) + _EXTRA_ROWS, len(residues)):
        chosen, _, _ = column_dependences(np.ascontiguousarray(values[:count].T), prime)
        if len(chosen) == len(support):
            break
    return [int(order[i]) for i in chosen]


def _values_of(monomials: Sequence[Exponents], points: Residues, prime: int) -> Residues:
    """Return the residues of any monomials at the points."""
    values = np.ones((len(points), len(monomials)), dtype=np.int64)
    for column, monomial in enumerate(monomials):
        for i, e in enumerate(monomial):
            for _ in range(e):
                values[:, column] = values[:, column] * points[:, i] % prime
    return values
