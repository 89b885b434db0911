"""The eliminant in the weights of a system with a one-dimensional set of solutions, ray by ray modulo primes.

On the ray (w_2, w_3) = (t, c t), with w_1 = 1, the saturated ideal has finitely many zeros over C. The
polynomial of their t is E(t, c t) divided by a power of t and by a polynomial in c. Computed for enough c
modulo enough primes, it is interpolated as a rational function of c, cleared of its denominator, and lifted
to Q by rational reconstruction; spare rays and a last prime test the result.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING

from polysolv.decisions.normal_form import Case
from polysolv.decisions.saturation import saturate, subset_sums
from polysolv.groebner import modular
from polysolv.groebner.counting import count_points
from polysolv.groebner.ideal import EngineFailed
from polysolv.polynomials.algebra import Poly, multiply, power, renumber
from polysolv.polynomials.polynomial import add

if TYPE_CHECKING:
    from polysolv.groebner.budget import Budget
    from polysolv.groebner.engines import Engine

_PRIMES_BELOW = 1 << 30
_MAX_PRIMES = 60
_MAX_CORNER = 16  # degree in c of what the polynomials on the rays may be divided by
_SPARE_RAYS = 2  # beyond those that interpolation needs: the result is tested on them
_ELSEWHERE = (3, 7)
_RAY_SECONDS = 20.0  # an engine that takes longer on one ray is stuck

Eliminant = dict[tuple[int, int], Fraction]


class NoEliminant(Exception):
    """The eliminant was not found; the message says why."""


def eliminate_to_weights(case: Case, engine: Engine, limits: Budget) -> Eliminant:
    """Return the eliminant E(w_2, w_3) = Σ e_ij w_2^i w_3^j, scaled so that its first coefficient is 1.

    Args:
        case: a case with two weights and one equation more than other unknowns.
        engine: must compute modulo primes.
        limits: deadline, jobs and log.

    Raises:
        NoEliminant: if the case is of another shape, the engine fails, or time runs out.
    """
    others = len(case.unknowns) - len(case.weights)
    if len(case.weights) != 2 or len(case.equations) != others + 1:
        raise NoEliminant(
            "elimination to the weights needs two weights, one equation more than other unknowns"
        )
    residues: list[dict[tuple[int, int], int]] = []
    primes: list[int] = []
    previous: Eliminant | None = None
    for prime in modular.primes_below(_PRIMES_BELOW):
        if len(primes) == _MAX_PRIMES:
            break
        rays = _rays(case, engine, prime, limits)
        found = _combine(rays, prime)
        if residues and found.keys() != residues[0].keys():
            raise NoEliminant("the monomials of the eliminant differ from prime to prime")
        residues.append(found)
        primes.append(prime)
        limits.log["eliminant_primes"] = len(primes)
        lifted = _lift(residues, primes)
        if lifted is not None and lifted == previous:
            degree = max(i + j for i, j in lifted)
            # Rays do not see lines through the corner; a line elsewhere meets them, too.
            if len(_on_line(case, 5, engine, prime, limits, _ELSEWHERE)) != degree + 1:
                raise NoEliminant("lines in the weights are missing from the eliminant")
            _confirm_count(case, engine, degree, limits)
            limits.log["eliminant_degree"] = degree
            limits.log["eliminant_terms"] = len(lifted)
            return lifted
        previous = lifted
    raise NoEliminant(f"not settled after {_MAX_PRIMES} primes")


def _rays(case: Case, engine: Engine, prime: int, limits: Budget) -> dict[int, list[int]]:
    """Return slope c -> polynomial of t modulo a prime, for enough rays on which it has the same degree."""
    found: dict[int, list[int]] = {}
    degree = -1
    with ThreadPoolExecutor(limits.jobs) as pool:
        for batch in _batches(max(4, limits.jobs)):
            for c, polynomial in zip(
                batch, pool.map(lambda c: _on_line(case, c, engine, prime, limits), batch), strict=True
            ):
                if len(polynomial) - 1 > degree:
                    degree, found = len(polynomial) - 1, {}
                if len(polynomial) - 1 == degree:
                    found[c] = polynomial
            limits.log["eliminant_rays"] = len(found)
            if len(found) >= degree + 1 + _MAX_CORNER + _SPARE_RAYS:
                return found
            if batch[-1] > 4 * (degree + 40):
                break
    raise NoEliminant("too many rays on which the number of points is not the general one")


def _batches(size: int) -> Iterator[range]:
    # Where two weights agree the points come in pairs, and fewer are seen: slope 1 is left out.
    start = 2
    while True:
        yield range(start, start + size)
        start += size


def restrict(case: Case, c: int, base: tuple[int, int] = (0, 0)) -> tuple[Case, list[Poly]]:
    """Return a case on the line base + (t, c t) of its two weights, and the sums to make invertible."""
    here, there = (case.positions[name] for name in case.weights)
    numbers = {i: i - (i > there) for i in range(len(case.unknowns)) if i != there}
    t: Poly = {((here, 1),): Fraction(1)}
    weights = {here: add(t, {(): Fraction(base[0])}), there: add({(): Fraction(base[1])}, t, c)}
    if not base[0]:
        weights[here] = t

    def on_line(polynomial: Poly) -> Poly:
        total: Poly = {}
        for monomial, value in polynomial.items():
            term: Poly = {tuple((i, e) for i, e in monomial if i not in weights): value}
            for i, e in monomial:
                if i in weights:
                    term = multiply(term, power({m: v for m, v in weights[i].items() if v}, e))
            total = add(total, term)
        return renumber(total, numbers)

    moved = replace(
        case,
        unknowns=tuple(name for name in case.unknowns if name != case.weights[1]),
        weights=case.weights[:1],
        equations={index: on_line(polynomial) for index, polynomial in case.equations.items()},
    )
    sums: list[Poly] = []
    for total in map(on_line, subset_sums(case)):
        # Sums that are multiples of each other would only raise the degree of their product.
        if len(total) > 1 or total not in sums:
            monic = {m: v / total[max(total)] for m, v in total.items()}
            if monic not in sums:
                sums.append(monic)
    return moved, sums


def _on_line(
    case: Case, c: int, engine: Engine, prime: int, limits: Budget, base: tuple[int, int] = (0, 0)
) -> list[int]:
    """Return the polynomial of t on the line base + (t, c t) modulo a prime, divided by its constant term."""
    moved, sums = restrict(case, c, base)
    points = engine.points(saturate(moved, sums).ideal, limits.within(_RAY_SECONDS), prime)
    if points.kind != "finite" or points.parametrization is None:
        raise NoEliminant(points.trouble or f"on a line of weights the number of points is: {points.kind}")
    found = points.parametrization
    top, bottom = found.coordinates[-1]
    if [f.numerator % prime for f in top] != [0, *(f.numerator % prime for f in bottom)]:
        raise NoEliminant("the weight does not separate the points of a line")
    if not found.polynomial[0] % prime:
        raise NoEliminant("a base point lies on the eliminant")
    inverse = pow(found.polynomial[0], -1, prime)
    return [value * inverse % prime for value in found.polynomial]


def _confirm_count(case: Case, engine: Engine, degree: int, limits: Budget) -> None:
    """Count the points on a line elsewhere by other means.

    Raises:
        NoEliminant: if they are not as many as the degree.
    """
    moved, sums = restrict(case, 5, _ELSEWHERE)
    try:
        count = count_points(engine.basis, saturate(moved, sums).ideal, limits, limits.seed, degree)
    except EngineFailed as error:
        raise NoEliminant(f"the number of points on a line of weights was not confirmed: {error}") from error
    if count != degree:
        raise NoEliminant(f"{degree} points on a line of weights, but linear algebra modulo a prime {count}")


def _combine(rays: Mapping[int, Sequence[int]], prime: int) -> dict[tuple[int, int], int]:
    """Return the coefficients of E modulo a prime, the first one 1, from polynomials on rays.

    Raises:
        NoEliminant: if no common denominator of low degree fits, spare rays included.
    """
    slopes = list(rays)
    degree = len(rays[slopes[0]]) - 1
    common: list[int] = [1]
    for k in range(degree + 1):
        values = [rays[c][k] * modular.evaluate(common, c, prime) % prime for c in slopes]
        extra = modular.denominator(slopes, values, prime)
        if extra is None:
            raise NoEliminant("the rays do not fit together")
        common = modular.product(common, extra, prime)
        if len(common) - 1 > _MAX_CORNER:
            raise NoEliminant("the rays do not fit together")
    columns = []
    for k in range(degree + 1):
        values = [rays[c][k] * modular.evaluate(common, c, prime) % prime for c in slopes]
        columns.append(modular.interpolate(slopes, values, prime))
        if len(columns[-1]) > len(slopes) - _SPARE_RAYS:
            raise NoEliminant("the rays do not fit together")
    order = max(len(column) - 1 - k for k, column in enumerate(columns))  # of E at the corner w_2 = w_3 = 0
    found = {(order + k - j, j): a for k, column in enumerate(columns) for j, a in enumerate(column) if a}
    if not found or min(i for i, _ in found) < 0:
        raise NoEliminant("the rays do not fit together")
    inverse = pow(found[min(found)], -1, prime)
    return {key: a * inverse % prime for key, a in found.items()}


def _lift(residues: Sequence[Mapping[tuple[int, int], int]], primes: Sequence[int]) -> Eliminant | None:
    """Return the rational coefficients, or ``None`` if there are too few primes for one of them."""
    modulus = prod(primes)
    parts = [(modulus // prime) * pow(modulus // prime, -1, prime) for prime in primes]
    found: Eliminant = {}
    for key in residues[0]:
        value = sum(w * r[key] for w, r in zip(parts, residues, strict=True)) % modulus
        fraction = modular.rational(value, modulus)
        if fraction is None:
            return None
        found[key] = fraction
    return found
