"""The noun `Region`: speeds of perturbations and a centre, which bound a learning coefficient from above."""

from __future__ import annotations

import heapq
import time
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import count
from typing import TYPE_CHECKING

from polysolv.families.log_symbol import Exponents, LogSymbol
from polysolv.rates.learning.speeds import Slacks, leading_part, speeds_of
from polysolv.systems.expansion import AtomPolynomial, atom_polynomials

if TYPE_CHECKING:
    import numpy as np

    from polysolv.rates.learning.centre import Centre

_MAX_ORDER = 12
_MAX_GENERATORS = 400


@dataclass(frozen=True)
class Region:
    """Where perturbation s is of the size η^(o_s) and V is below η.

    Args:
        m: cell size.
        speeds: o_s > 0 for each perturbation.
        slacks: t_j > 0 for each equation that is larger than η there in general: those are made small by
            moving along a manifold, on which their leading parts vanish.
        centre: a point of that manifold, where the leading parts are independent.

    The region has volume of order η^(m Σ o + Σ t) at least.
    """

    m: int
    speeds: dict[str, Fraction]
    slacks: Slacks
    centre: Centre

    @property
    def bound(self) -> Fraction:
        """The bound on λ_diff: (m Σ o + Σ t - D) / 2, D the number of perturbations of an atom."""
        return bound(self.m, list(self.speeds.values()), self.slacks)


def bound(m: int, speeds: list[Fraction], slacks: Slacks) -> Fraction:
    """Return (m Σ o + Σ t - D) / 2."""
    return (m * sum(speeds, Fraction(0)) + sum(slacks.values(), Fraction(0)) - len(speeds)) / 2


def equations(log_symbol: LogSymbol, gate: str, degree: int) -> dict[Exponents, AtomPolynomial]:
    """Return the atom polynomials of V up to ``degree``.

    Without an exactly fitted cell ("kernel") V does not see a factor that depends on x alone; of the
    equations without a dual variable those at symbols of K remain, and fix the gauge.
    """
    found = atom_polynomials(log_symbol, degree)
    if gate == "kernel":
        covariates, symbols = len(log_symbol.covariates), {t.variables for t in log_symbol.terms}
        found = {i: p for i, p in found.items() if any(i[covariates:]) or i in symbols}
    # The order in which the kernel lists them.
    return {index: found[index] for index in sorted(found, key=lambda index: (sum(index), index))}


def find_region(
    log_symbol: LogSymbol, m: int, gate: str = "exact", seed: int = 0, seconds: float = 60.0
) -> Region | None:
    """Return the region with the least bound that was found; ``None`` if there was none in time.

    Args:
        log_symbol: K, without constants.
        m: cell size, at least 2.
        gate: "exact" or "kernel".
        seed: of the search for centres.
        seconds: after which the search ends.

    Best first: a linear program gives speeds and slacks; where the leading parts have no regular zero with
    positive weights, one equation after the other is kept small by speeds alone, and the program is solved
    again.
    """
    import numpy as np

    from polysolv.rates.learning.centre import find_centre

    end = time.monotonic() + seconds
    order = min(2 * m, _MAX_ORDER)
    while order > 3 and len(equations(log_symbol, gate, order - 1)) > _MAX_GENERATORS:
        order -= 1
    polynomials = equations(log_symbol, gate, order - 1)
    rng = np.random.default_rng(seed)
    program = _Program(log_symbol, m, polynomials, order)
    ticket = count()
    queue: list[tuple[Fraction, int, int, frozenset[Exponents], bool, list[Fraction]]] = []
    seen: set[tuple[frozenset[Exponents], bool]] = set()
    failed: set[frozenset[tuple[object, ...]]] = set()

    def push(small: frozenset[Exponents], leading: bool) -> None:
        if (small, leading) not in seen:
            seen.add((small, leading))
            speeds = program.solve(small, leading)
            if speeds is not None:
                value = bound(m, speeds, speeds_of(polynomials, speeds)[1])
                heapq.heappush(queue, (value, len(small), next(ticket), small, leading, speeds))

    # Mostly the means lead in the equations of their own symbols.
    push(frozenset(), True)
    push(frozenset(), False)
    while queue and time.monotonic() < end:
        _, _, _, small, leading, speeds = heapq.heappop(queue)
        least, slacks = speeds_of(polynomials, speeds)
        parts = {j: leading_part(polynomials[j], speeds, least[j]) for j in slacks}
        definite = [j for j, part in parts.items() if _is_definite(part)]
        if definite:
            for j in definite:
                push(small | {j}, leading)
            continue
        signature = frozenset((j, *part) for j, part in parts.items())
        centre = None
        if signature not in failed:
            centre = find_centre(parts, m, len(speeds), rng, end)
        if centre is not None:
            return Region(m, dict(zip(log_symbol.perturbations, speeds, strict=True)), slacks, centre)
        failed.add(signature)
        for j, part in parts.items():
            if any(sum(power for _, power in monomial) > 1 for monomial in part):
                push(small | {j}, leading)
    return None


def _is_definite(part: AtomPolynomial) -> bool:
    """Whether a sum with positive weights vanishes only where its differential does, too."""
    even = all(power % 2 == 0 for monomial in part for _, power in monomial)
    return even and (min(part.values()) > 0 or max(part.values()) < 0)


class _Program:
    """Minimise m Σ o + Σ t: speed of each monomial + t ≥ 1, and speed ≥ degree / order for those of K."""

    def __init__(
        self, log_symbol: LogSymbol, m: int, polynomials: dict[Exponents, AtomPolynomial], order: int
    ) -> None:
        import numpy as np

        self.names, self.order = list(polynomials), order
        self.size, self.m = len(log_symbol.perturbations), m
        rows, sides, owners = [], [], []
        for j, polynomial in enumerate(polynomials.values()):
            for monomial in _minimal(polynomial):
                row = np.zeros(self.size)
                for s, power in monomial:
                    row[s] = power
                rows.append(row)
                sides.append(1.0)
                owners.append(j)
        for term in log_symbol.terms:
            rows.append(np.array(term.perturbations, dtype=float))
            sides.append(sum(term.variables) / order)
            owners.append(-1)
        self.rows, self.sides, self.owners = np.array(rows), np.array(sides), owners
        self.leads = np.array(_linear_leads(polynomials.values(), self.size)).reshape(-1, self.size)

    def solve(self, small: frozenset[Exponents], leading: bool) -> list[Fraction] | None:
        """Return rational speeds, with no slack for the equations in ``small``.

        Where ``leading``, a term of the first degree is of the least speed in its equation.
        """
        import numpy as np
        from scipy.optimize import linprog

        slack = np.zeros((len(self.rows), len(self.names)))
        for i, j in enumerate(self.owners):
            if j >= 0:
                slack[i, j] = 1.0
        costs = np.r_[np.full(self.size, float(self.m)), np.ones(len(self.names))]
        bounds = [(0.0, 1.0)] * self.size + [(0.0, 0.0 if j in small else 1.0) for j in self.names]
        matrix, sides = -np.hstack([self.rows, slack]), -self.sides
        if leading:
            more = np.hstack([self.leads, np.zeros((len(self.leads), len(self.names)))])
            matrix, sides = np.vstack([matrix, more]), np.r_[sides, np.zeros(len(more))]
        answer = linprog(costs, A_ub=matrix, b_ub=sides, bounds=bounds, method="highs")
        if not answer.success:
            return None
        return self._rational(answer.x[: self.size])

    def _rational(self, values: np.ndarray) -> list[Fraction] | None:
        speeds = [Fraction(float(v)).limit_denominator(8 * self.order) for v in values]
        return speeds if min(speeds) > 0 else None


def _linear_leads(polynomials: Iterable[AtomPolynomial], size: int) -> list[list[float]]:
    """Return rows r with r · speeds ≤ 0: a term of the first degree is at most as fast as the others."""
    rows = []
    for polynomial in polynomials:
        first = [monomial[0][0] for monomial in polynomial if sum(e for _, e in monomial) == 1]
        for monomial in _minimal(polynomial) if len(first) == 1 else []:
            row = [0.0] * size
            row[first[0]] += 1.0
            for s, power in monomial:
                row[s] -= power
            rows.append(row)
    return rows


def _minimal(polynomial: AtomPolynomial) -> list[tuple[tuple[int, int], ...]]:
    """Return the monomials that no other one divides: the others are never slower."""
    listed = sorted(polynomial, key=lambda monomial: sum(power for _, power in monomial))
    kept: list[dict[int, int]] = []
    for monomial in listed:
        powers = dict(monomial)
        if not any(all(powers.get(s, 0) >= e for s, e in other.items()) for other in kept):
            kept.append(powers)
    return [tuple(sorted(powers.items())) for powers in kept]
