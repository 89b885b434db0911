"""Which polynomials vanish on the covariates of a data set, and not only on so small a sample of them.

Any finite sample satisfies relations. One counts only if it is found on a random half of the rows and holds
on every row of the other half. Numbers count as the decimals printed. What vanishes nearly is looked for
afterwards (:mod:`~polysolv.moe.approximate_relations`).
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import numpy as np

from polysolv.groebner.reduced_generators import reduced_generators
from polysolv.groebner.vanishing_ideal import (
    Exponents,
    Generator,
    VanishingIdeal,
    monomial_count,
    vanishing_ideal,
)
from polysolv.moe.approximate_relations import approximate_relations
from polysolv.moe.covariate_relations import CovariateRelation, CovariateRelations
from polysolv.moe.decimals import Texts, decimal_columns, decimal_points
from polysolv.moe.likelihood import Array
from polysolv.moe.threads import one_thread

MOST_MONOMIALS = 500
LEAST_ROWS = 20
_MOST_COLUMNS_FOR_PAIRS = 8
_SPLIT_SEED = 0
_LARGEST: int = 10**100


def find_relations(X: Array, largest_cell: int, texts: Texts | None = None) -> CovariateRelations:
    """Return the relations among covariates up to twice the size of the largest cell that can occur.

    Args:
        X: covariates, shape (n, d).
        largest_cell: m; the degree looked at is 2 m, or the largest with at most 500 monomials.
        texts: exact texts of entries whose float says another number.

    The halves are the same for every seed of the fit. Single columns and pairs of columns are looked at by
    themselves before all columns together: there fewer rows tell a relation from a small sample.

    >>> X = np.column_stack([np.arange(60) % 2, np.linspace(-1, 1, 60) ** 3])
    >>> find_relations(X, 2).texts(["smoker", "dose"])
    ['smoker^2 - smoker']
    """
    n, d = X.shape
    wanted = 2 * largest_cell
    order = np.random.default_rng(_SPLIT_SEED).permutation(n)
    half, other = order[: n // 2], order[n // 2 :]
    if other.size < LEAST_ROWS:
        note = (
            f"not examined: there are {n} rows, and a relation must hold on {LEAST_ROWS} rows other than "
            "those it is found on"
        )
        return CovariateRelations(wanted=wanted, note=note)
    degree = _degree(d, wanted)
    notes = []
    if degree < wanted:
        notes.append(
            f"not examined: relations of degree above {degree} among several columns (there are more than "
            f"{MOST_MONOMIALS} monomials of degree up to {degree + 1})"
        )
    columns = decimal_columns(X, texts)
    points, others = (decimal_points(columns, rows.tolist()) for rows in (half, other))
    subsets = _subsets(d)
    generators: list[tuple[Exponents, Generator]] = []
    not_lifted: set[Exponents] = set()
    for subset in subsets:
        leads = [lead for lead, _ in generators]
        ideal: VanishingIdeal = vanishing_ideal(points, _degree(len(subset), wanted), others, leads, subset)
        generators += ideal.generators.items()
        not_lifted.update(ideal.not_lifted)
    exact = reduced_generators(generators)
    long = [lead for lead, generator in exact.items() if any(map(_is_long, generator.values()))]
    nearly: list[Generator] = []
    if not_lifted or long:
        notes.append(
            f"{len(not_lifted) + len(long)} relations hold whose coefficients are too long to use: "
            "together the covariates take few different values"
        )
    else:
        degrees = [_degree(len(subset), wanted) for subset in subsets]
        places = [place for _, place in columns]
        with one_thread():
            nearly = approximate_relations(X, places, half, other, degrees, subsets, exact)
    found = [CovariateRelation(generator) for lead, generator in exact.items() if lead not in long]
    found += [CovariateRelation(generator, approximate=True) for generator in nearly]
    complete = not (not_lifted or long)
    return CovariateRelations(tuple(found), degree, wanted, "; ".join(notes), complete)


def _is_long(value: Fraction) -> bool:
    return max(abs(value.numerator), value.denominator) > _LARGEST


def _degree(d: int, wanted: int) -> int:
    """Return the largest degree up to the one wanted with at most 500 monomials in d variables."""
    return next((e for e in range(wanted, 0, -1) if monomial_count(d, e) <= MOST_MONOMIALS), 0)


def _subsets(d: int) -> list[tuple[int, ...]]:
    """Return the sets of columns that are looked at, small ones first, all columns last."""
    sizes = {1, d} | ({2} if d <= _MOST_COLUMNS_FOR_PAIRS else set())
    return [subset for size in sorted(sizes) for subset in combinations(range(d), size)]
