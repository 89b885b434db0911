"""The noun `QuotientRing`: polynomials modulo relations, with exact normal forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property, partial
from itertools import combinations

from polysolv.errors import InputError
from polysolv.groebner.budget import budget
from polysolv.groebner.ideal import Ideal
from polysolv.groebner.processes import run_python
from polysolv.groebner.sympy_engine import reduced_basis
from polysolv.polynomials.exponent_vectors import Exponents, Vector, divides, sparse

TIME_LIMIT = 20.0  # seconds for a basis
MAX_BASIS = 500
_MOST_PAIRS, _PLAIN_DEGREE = 6000, 4  # pairs and degrees up to which generators are tried as a basis


class QuotientRing:
    """The ring Q[v]/J: every class by its normal form, a combination of normal monomials.

    Args:
        variables: names of the variables v.
        first: how many of them, the first ones, are smaller than the others: a normal form of a polynomial in
            those alone holds no other variable (an elimination order; within each block the graded reverse
            lexicographic one).
        generators: generators of J.
        field: what they were read from, for error messages.
        timeout: seconds that the Gröbner basis may take.

    Raises:
        InputError: if 1 is in J, or the basis takes too long or is too large.

    >>> ring = QuotientRing(("x",), 1, [{(2,): Fraction(1), (1,): Fraction(-1)}])
    >>> ring.normal_form((5,))
    {(1,): Fraction(1, 1)}
    """

    def __init__(
        self,
        variables: Sequence[str],
        first: int,
        generators: Sequence[Mapping[Exponents, Fraction]],
        field: str = "relations",
        timeout: float = TIME_LIMIT,
    ) -> None:
        self.variables = tuple(variables)
        self.first = first
        self._cache: dict[Exponents, Vector] = {}
        self._divisors: list[tuple[Exponents, Vector]] = []
        basis = self._basis([dict(g) for g in generators if g], field, timeout)
        if any(not any(self.leading(g)) for g in basis):
            allowed = "relations with a common zero: 1 = 0 follows from these"
            raise InputError(field, "relations without a common zero", allowed)
        self.basis = self._reduced(basis)

    def order(self, monomial: Exponents) -> tuple[int, ...]:
        """Return the sort key of a monomial: larger keys for larger monomials."""
        return block_order(monomial, self.first)

    def leading(self, polynomial: Mapping[Exponents, Fraction]) -> Exponents:
        """Return the largest monomial."""
        return max(polynomial, key=self.order)

    @cached_property
    def is_free(self) -> bool:
        """Whether there is no relation."""
        return not self.basis

    @cached_property
    def bound_variables(self) -> frozenset[int]:
        """Positions of the variables that some relation holds."""
        return frozenset(i for g in self.basis for e in g for i, power in enumerate(e) if power)

    @cached_property
    def pure_powers(self) -> dict[int, int]:
        """Position of a variable -> its power that is a leading monomial of the basis."""
        leads = [self.leading(g) for g in self.basis]
        return {lead.index(max(lead)): max(lead) for lead in leads if max(lead) == sum(lead)}

    def normal_form(self, monomial: Exponents) -> Vector:
        """Return the normal form of a monomial. Do not change what is returned."""
        if monomial in self._cache:
            return self._cache[monomial]
        for lead, rest in self._divisors:
            if divides(lead, monomial):
                shifted = {
                    tuple(a - b + c for a, b, c in zip(monomial, lead, e, strict=True)): value
                    for e, value in rest.items()
                }
                found = self.reduce(shifted)
                break
        else:
            found = {monomial: Fraction(1)}
        self._cache[monomial] = found
        return found

    def reduce(self, polynomial: Mapping[Exponents, Fraction]) -> Vector:
        """Return the normal form of a polynomial."""
        total: Vector = {}
        for monomial, value in polynomial.items():
            for e, c in self.normal_form(monomial).items():
                total[e] = total.get(e, Fraction(0)) + value * c
        return {e: c for e, c in total.items() if c}

    def product(self, left: Mapping[Exponents, Fraction], right: Mapping[Exponents, Fraction]) -> Vector:
        """Return the normal form of a product."""
        total: Vector = {}
        for a, c in left.items():
            for b, d in right.items():
                for e, x in self.normal_form(tuple(map(sum, zip(a, b, strict=True)))).items():
                    total[e] = total.get(e, Fraction(0)) + c * d * x
        return {e: c for e, c in total.items() if c}

    def _basis(self, generators: list[Vector], field: str, timeout: float) -> list[Vector]:
        if self._is_basis(generators):
            return generators
        ideal = Ideal(len(self.variables), tuple(map(sparse, generators)))
        call = "polysolv.groebner.quotient_ring:elimination_basis"
        answer, trouble = run_python(call, (ideal, self.first), budget(timeout))
        if answer is None or len(answer) > MAX_BASIS:
            allowed = (
                f"relations whose Groebner basis takes less than {timeout:g} s ({trouble or 'too large'})"
            )
            raise InputError(field, f"{len(generators)} relations", allowed)
        return [dict(polynomial) for polynomial in answer]

    def _is_basis(self, generators: list[Vector]) -> bool:
        """Whether generators are plainly a Gröbner basis, as those of a column of dummies are.

        Buchberger: pairs without a common variable in their leading monomials need no look; all others have
        to reduce to zero.
        """
        leads = [self.leading(g) for g in generators]
        pairs = [(i, j) for i, j in combinations(range(len(leads)), 2) if _share(leads[i], leads[j])]
        if len(pairs) > _MOST_PAIRS or (pairs and max(map(sum, leads), default=0) > _PLAIN_DEGREE):
            return False
        self._divisors = [
            (lead, {e: -c / g[lead] for e, c in g.items() if e != lead})
            for lead, g in zip(leads, generators, strict=True)
        ]
        try:
            for i, j in pairs:
                common = tuple(map(max, leads[i], leads[j]))
                total: Vector = {}
                for k, sign in ((i, 1), (j, -1)):
                    lead, rest = self._divisors[k]
                    for e, c in rest.items():
                        shifted = tuple(a - b + x for a, b, x in zip(common, lead, e, strict=True))
                        total[shifted] = total.get(shifted, Fraction(0)) + sign * c
                if self.reduce(total):
                    return False
            return True
        finally:
            self._divisors = []
            self._cache.clear()

    def _reduced(self, basis: list[Vector]) -> tuple[Vector, ...]:
        """Return the reduced basis, monic, by increasing leading monomial, and set the rewriting rules."""
        by_lead = {self.leading(g): g for g in sorted(basis, key=lambda g: self.order(self.leading(g)))}
        kept: dict[Exponents, Vector] = {}
        for lead, g in by_lead.items():
            if not any(divides(other, lead) for other in kept):
                kept[lead] = g
        rules = {lead: {e: -c / g[lead] for e, c in g.items() if e != lead} for lead, g in kept.items()}
        self._divisors = list(rules.items())
        tails = {lead: self.reduce(rest) for lead, rest in rules.items()}
        self._divisors = list(tails.items())
        self._cache.clear()
        return tuple({lead: Fraction(1), **{e: -c for e, c in rest.items()}} for lead, rest in tails.items())


def block_order(monomial: Exponents, first: int) -> tuple[int, ...]:
    """Return the sort key: grevlex in the variables after the ``first``, then grevlex in these.

    >>> block_order((3, 0), 1) < block_order((0, 1), 1)
    True
    """
    small, large = monomial[:first], monomial[first:]
    return (sum(large), *(-e for e in reversed(large)), sum(small), *(-e for e in reversed(small)))


def elimination_basis(note: Callable[[str, object], None], ideal: Ideal, first: int) -> list[Vector]:
    """Return a Gröbner basis for the order of :class:`QuotientRing`, by SymPy; runs in a child process."""
    return reduced_basis(ideal, partial(block_order, first=first))


def _share(one: Exponents, other: Exponents) -> bool:
    return any(a and b for a, b in zip(one, other, strict=True))
