"""The weighted-homogeneous start: every equation a product of factors of weighted degree 1 and 2.

With weights 1 (unknowns a) and 2 (unknowns b) an equation of weighted degree d is replaced by ⌊d/2⌋ general
factors q(a, b) of degree 2, linear in b, and one linear factor ℓ(a) if d is odd (linear-product start
systems: Verschelde and Cools 1993). Choosing one factor from each equation leaves systems that are solved by
elimination of b.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from polysolv.errors import InputError
from polysolv.homotopy.compiled import codes
from polysolv.homotopy.compiled.straightline import Complexes
from polysolv.homotopy.engine import Engine
from polysolv.homotopy.problem import Coefficients, homogeneous, linear_homotopy
from polysolv.homotopy.starts.total_degree import start_polynomials
from polysolv.homotopy.tracker import track_paths
from polysolv.polynomials.polynomial import Monomial, multiply_monomials

_MAX_CHOICES = 20_000


def find_weights(supports: Sequence[Sequence[Monomial]], unknowns: int) -> tuple[int, ...]:
    """Weights 1 or 2 for the unknowns that make Π degrees / Π weights small, by single changes.

    >>> find_weights([[((0, 2),), ((1, 1),)], [((0, 1), (1, 1)), ()]], 2)
    (1, 2)
    """
    weights = [1] * unknowns
    best = _bound(supports, weights)
    improved = True
    while improved:
        improved = False
        for i in range(unknowns):
            weights[i] = 3 - weights[i]
            bound = _bound(supports, weights)
            if bound < best:
                best, improved = bound, True
            else:
                weights[i] = 3 - weights[i]
    return tuple(weights)


def _bound(supports: Sequence[Sequence[Monomial]], weights: Sequence[int]) -> float:
    return math.prod(weighted_degrees(supports, weights)) / math.prod(weights)


def weighted_degrees(supports: Sequence[Sequence[Monomial]], weights: Sequence[int]) -> list[int]:
    """Return max Σ weights[i]·exponent_i over each support."""
    return [max(sum(weights[i] * e for i, e in monomial) for monomial in support) for support in supports]


def solve_product(
    degrees: Sequence[int], weights: Sequence[int], rng: np.random.Generator, engine: Engine
) -> tuple[list[Coefficients], Complexes, int]:
    """Build the product start system and solve it.

    Args:
        degrees: weighted degree of each equation; ``weights``: 1 or 2 for each unknown.

    Returns:
        polynomials (with a random γ), all solutions, and the number of paths lost on the way to them.

    Raises:
        InputError: if there are too many choices of factors.
    """
    light = [i for i, weight in enumerate(weights) if weight == 1]
    heavy = [i for i, weight in enumerate(weights) if weight == 2]
    n = len(weights)
    linear: list[Monomial] = [(), *(((i, 1),) for i in light)]
    quadratic: list[Monomial] = [*linear, *(((i, 1),) for i in heavy)]
    quadratic += [
        multiply_monomials(((i, 1),), ((j, 1),)) for i, j in itertools.combinations_with_replacement(light, 2)
    ]
    factors: list[list[Coefficients]] = []
    for degree in degrees:
        row: list[Coefficients] = [_general(quadratic, rng) for _ in range(degree // 2)]
        factors.append(row + [_general(linear, rng)] * (degree % 2))
    choices = math.prod(len(row) for row in factors)
    if choices > _MAX_CHOICES:
        raise InputError(
            "start", "weighted", f"a system with at most {_MAX_CHOICES} choices of factors, not {choices}"
        )
    solutions: list[Complexes] = []
    lost = 0
    for choice in itertools.product(*factors):
        points, missing = _solve_choice(choice, light, heavy, n, rng, engine)
        solutions.append(points)
        lost += missing
    gamma = complex(np.exp(2j * np.pi * rng.random()))
    polynomials: list[Coefficients] = [{m: gamma * c for m, c in _product(row).items()} for row in factors]
    return polynomials, np.vstack(solutions), lost


def _general(monomials: Sequence[Monomial], rng: np.random.Generator) -> dict[Monomial, complex]:
    values = np.exp(2j * np.pi * rng.random(len(monomials)))
    return {monomial: complex(value) for monomial, value in zip(monomials, values, strict=True)}


def _product(row: Sequence[Coefficients]) -> dict[Monomial, complex]:
    result: dict[Monomial, complex] = {(): 1.0 + 0j}
    for part in row:
        grown: dict[Monomial, complex] = {}
        for m, c in result.items():
            for k, d in part.items():
                key = multiply_monomials(m, k)
                grown[key] = grown.get(key, 0j) + c * d
        result = grown
    return result


def _solve_choice(
    choice: Sequence[Coefficients],
    light: Sequence[int],
    heavy: Sequence[int],
    n: int,
    rng: np.random.Generator,
    engine: Engine,
) -> tuple[Complexes, int]:
    """Solve one factor of each equation: the linear ones fix a subspace of a, the others are linear in b."""
    planes = [part for part in choice if len(part) == 1 + len(light)]
    rest = [part for part in choice if len(part) != 1 + len(light)]
    dimension = len(light) - len(planes)
    none = np.zeros((0, n), np.complex128)
    if dimension < 0:
        return none, 0
    matrix = np.array([[part[((i, 1),)] for i in light] for part in planes]).reshape(len(planes), len(light))
    right = np.array([-part[()] for part in planes])
    origin = np.linalg.lstsq(matrix, right, rcond=None)[0] if planes else np.zeros(len(light), np.complex128)
    basis = np.linalg.svd(matrix)[2][len(planes) :].conj().T if planes else np.eye(len(light))
    slopes = np.array([[part[((i, 1),)] for i in heavy] for part in rest]).reshape(len(rest), len(heavy))
    left = np.linalg.svd(slopes.T)[2][len(heavy) :].conj() if len(heavy) else np.eye(len(rest))
    forms = [_restricted(part, light, origin, basis) for part in rest]
    pure = [_combined(row, forms) for row in left]
    if dimension:
        starts, points = start_polynomials([2] * dimension, rng)
        rows = [{m: (c, 0j) for m, c in row.items()} for row in pure]
        tracked = track_paths(linear_homotopy(rows, starts, dimension), homogeneous(points), engine, 1e-8)
        good = tracked.codes == codes.SUCCESS
        parameters = tracked.points[good, :-1] / tracked.points[good, -1:]
        lost = int((~good).sum())
    else:
        parameters, lost = np.zeros((1, 0), np.complex128), 0
    result = np.zeros((len(parameters), n), np.complex128)
    for k, z in enumerate(parameters):
        a = origin + basis @ z
        constants = np.array([_value(part, light, a) for part in rest])
        result[k, list(light)] = a
        if len(heavy):
            result[k, list(heavy)] = np.linalg.lstsq(slopes, -constants, rcond=None)[0]
    return result, lost


def _value(part: Coefficients, light: Sequence[int], a: Complexes) -> complex:
    """The part of a factor without b."""
    place = {i: k for k, i in enumerate(light)}
    return complex(
        sum(
            c * np.prod([a[place[i]] ** e for i, e in m])
            for m, c in part.items()
            if all(i in place for i, _ in m)
        )
    )


def _restricted(part: Coefficients, light: Sequence[int], origin: Any, basis: Any) -> dict[Monomial, complex]:
    """The part without b as a quadratic polynomial in z, a = origin + basis·z."""
    count = basis.shape[1]
    place = {i: k for k, i in enumerate(light)}
    lines: dict[int, dict[Monomial, complex]] = {
        i: {(): complex(origin[k]), **{((j, 1),): complex(basis[k, j]) for j in range(count)}}
        for i, k in place.items()
    }
    result: dict[Monomial, complex] = {}
    for monomial, coefficient in part.items():
        if all(i in place for i, _ in monomial):
            expanded = _product([lines[i] for i, e in monomial for _ in range(e)])
            for m, c in expanded.items():
                result[m] = result.get(m, 0j) + coefficient * c
    return result


def _combined(row: Any, forms: Sequence[Mapping[Monomial, complex]]) -> dict[Monomial, complex]:
    result: dict[Monomial, complex] = {}
    for factor, form in zip(row, forms, strict=True):
        for monomial, coefficient in form.items():
            result[monomial] = result.get(monomial, 0j) + complex(factor) * coefficient
    return result
