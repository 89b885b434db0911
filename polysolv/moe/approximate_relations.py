"""Polynomials that vanish nearly on the covariates: every row lies within a tolerance of their zero set.

The exact search tells 0.010000000000000002 from the square of 0.1. This one moves every covariate by up to
:data:`TOLERANCE` times its spread, or by the unit of its last printed place where that is at most
:data:`ROUNDING` of the spread, and asks whether the polynomial vanishes then
(:mod:`~polysolv.moe.tolerance`), in every row of both halves. The candidates are the residuals of a QR
decomposition, monomial by monomial in the order of :mod:`polysolv.groebner.vanishing_ideal`, of Chebyshev
polynomials of the scaled covariates on one half. Those with a few short coefficients come first; what they
imply is not found again.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.linalg import solve_triangular

from polysolv.groebner.vanishing_ideal import Exponents, Generator, standard_monomials
from polysolv.moe.likelihood import Array, Indices
from polysolv.moe.simple_coefficients import in_data_units, simple_polynomial
from polysolv.moe.tolerance import Tolerance
from polysolv.polynomials.exponent_vectors import divides

TOLERANCE = 1e-6
ROUNDING = 1e-3
_FEW_ROWS = 40
_DEPENDENT = 1e-10
_SHORT = 12
_FEW_TERMS = 6


def approximate_relations(
    X: Array,
    places: Sequence[int],
    half: Indices,
    other: Indices,
    degrees: Sequence[int],
    subsets: Sequence[tuple[int, ...]],
    exact: dict[Exponents, Generator],
) -> list[Generator]:
    """Return polynomials that vanish nearly on the covariates, beyond those that vanish exactly.

    Args:
        X: covariates, shape (n, d).
        places: decimal places of each column.
        half, other: the rows that relations are found on, and those they must hold on.
        degrees: largest degree for each entry of ``subsets``.
        subsets: sets of columns, small ones first.
        exact: leading monomial -> exact relation.

    Returns:
        polynomials with leading coefficient 1, leading monomial first; coefficients are simple rationals
        where these do.
    """
    free = Tolerance.of(X, places, TOLERANCE, ROUNDING)
    rows = free.along(list(exact.values()))
    found: dict[Exponents, Generator] = {}
    hopeless = set()
    for only_short in (True, False):
        for subset, degree in zip(subsets, degrees, strict=True):
            if subset in hopeless:
                continue
            search = _Search(rows, half, other, degree, subset, [*exact, *found], only_short)
            if search.is_hopeless():
                hopeless.add(subset)
                continue
            new = search.relations()
            if new:
                found = {
                    lead: g for lead, g in found.items() if not any(divides(least, lead) for least in new)
                }
                found.update(new)
                rows = free.along([*exact.values(), *found.values()])
    return list(found.values())


class _Search:
    """The search among the monomials of some columns; ``only_short`` leaves long relations for later."""

    def __init__(
        self,
        rows: Tolerance,
        half: Indices,
        other: Indices,
        degree: int,
        subset: tuple[int, ...],
        leading: Sequence[Exponents],
        only_short: bool,
    ) -> None:
        self.rows, self.halves, self.subset, self.only_short = rows, (half, other), subset, only_short
        self.monomials = standard_monomials(rows.X.shape[1], degree, leading, subset)
        count = len(self.monomials)
        self.few = np.concatenate([half[:_FEW_ROWS], other[:_FEW_ROWS]])
        u = rows.scaled(half[: 2 * count + 50])
        v = rows.scaled(self.few)
        self.m, self.t = len(u), len(v)
        # One block of values where relations are fitted; below it values and gradients where they are tried,
        # and the coefficients: all blocks undergo the same column operations.
        blocks = [_chebyshev(u, self.monomials), _chebyshev(v, self.monomials)]
        self.tall = np.vstack([*blocks, *_gradients(v, self.monomials, subset), np.eye(count)])

    def relations(self) -> dict[Exponents, Generator]:
        """Return leading monomial -> relation."""
        m, count = self.m, len(self.monomials)
        columns = np.empty((len(self.tall), count), order="F")
        rank = 0
        found: dict[Exponents, Generator] = {}
        for column, monomial in enumerate(self.monomials):
            if any(divides(lead, monomial) for lead in found):
                continue
            new = self.tall[:, column].copy()
            basis = columns[:, :rank]
            size = float(np.linalg.norm(new[:m]))
            for _ in range(2):
                new -= basis @ (basis[:m].T @ new[:m])
            if column and self._holds_at_few(new):
                generator = self._relation(column, new[-count:] / new[len(new) - count + column])
                if generator is not None:
                    found[monomial] = generator
                    continue
            left = float(np.linalg.norm(new[:m]))
            if left > _DEPENDENT * size and rank < m:
                columns[:, rank] = new / left
                rank += 1
        return found

    def is_hopeless(self) -> bool:
        """Return whether no monomial is nearly dependent on smaller ones: the usual case, all at once."""
        if self.m < len(self.monomials):
            return False
        R = np.linalg.qr(self.tall[: self.m], mode="r")
        sizes = np.linalg.norm(self.tall[: self.m], axis=0)
        if (np.abs(np.diag(R)) <= 1e3 * _DEPENDENT * sizes).any():
            return False
        end = self.m + self.t * (1 + len(self.subset))
        residuals = solve_triangular(R, self.tall[self.m : end].T, trans="T").T
        padding = np.zeros(self.m)
        return not any(
            self._holds_at_few(np.concatenate([padding, residuals[:, column]]))
            for column in range(1, len(self.monomials))
        )

    def _holds_at_few(self, new: Array) -> bool:
        m, t = self.m, self.t
        slopes = {j: new[m + t * (1 + i) : m + t * (2 + i)] for i, j in enumerate(self.subset)}
        return self.rows.reached(self.few, new[m : m + t], slopes)

    def _relation(self, column: int, weights: Array) -> Generator | None:
        """Return the polynomial with these coefficients if it holds in every row and is short enough."""
        used = np.flatnonzero(weights)
        terms = [self.monomials[i] for i in used]
        for some in self.halves:
            u = self.rows.scaled(some)
            gradients = (g @ weights[used] for g in _gradients(u, terms, self.subset))
            slopes = dict(zip(self.subset, gradients, strict=True))
            if not self.rows.reached(some, _chebyshev(u, terms) @ weights[used], slopes):
                return None
        lead = self.monomials[column]
        support = [
            monomial
            for monomial in standard_monomials(len(lead), sum(lead), [lead], self.subset)
            if any(divides(monomial, term) for term in terms)
        ]
        generator = simple_polynomial(self.rows, lead, support)
        if generator is not None and (not self.only_short or _is_short(generator)):
            return generator
        if self.only_short:
            return None
        scaled = dict(zip(terms, weights[used].tolist(), strict=True))
        return in_data_units(lead, scaled, self.rows.middle, self.rows.reach)


def _is_short(generator: Generator) -> bool:
    return len(generator) <= _FEW_TERMS and all(len(str(value)) <= _SHORT for value in generator.values())


def _chebyshev(u: Array, monomials: Sequence[Exponents], derivative: int | None = None) -> Array:
    """Return products of Chebyshev polynomials T_e(u_j), one column for each monomial, or derivatives."""
    highest = max(max(monomial) for monomial in monomials)
    values = np.ones((len(u), len(monomials)))
    for j in range(u.shape[1]):
        exponents = [monomial[j] for monomial in monomials]
        if j != derivative and not any(exponents):
            continue
        table = [np.ones(len(u)), u[:, j]]
        slopes = [np.zeros(len(u)), np.ones(len(u))]
        for _ in range(2, highest + 1):
            slopes.append(2.0 * table[-1] + 2.0 * u[:, j] * slopes[-1] - slopes[-2])
            table.append(2.0 * u[:, j] * table[-1] - table[-2])
        values *= np.column_stack(slopes if j == derivative else table)[:, exponents]
    return values


def _gradients(u: Array, monomials: Sequence[Exponents], subset: tuple[int, ...]) -> list[Array]:
    return [_chebyshev(u, monomials, j) for j in subset]
