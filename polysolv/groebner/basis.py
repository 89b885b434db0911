"""From a Gröbner basis to points: dimension from leading monomials, parametrisation by linear algebra."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import lcm

from polysolv.groebner.ideal import Ideal, Parametrization
from polysolv.polynomials.algebra import Poly
from polysolv.polynomials.exponent_vectors import divides

Exponents = tuple[int, ...]
Vector = dict[Exponents, Fraction]

MAX_POINTS = 60
_MOST_MONOMIALS = 200_000


def grevlex(e: Exponents) -> tuple[int, ...]:
    """Return the sort key of the graded reverse lexicographic order.

    >>> grevlex((1, 1)) < grevlex((2, 0))
    True
    """
    return (sum(e), *(-x for x in reversed(e)))


def dense(polynomial: Poly, count: int) -> Vector:
    """Return a polynomial with exponents of all variables."""
    total = {}
    for monomial, value in polynomial.items():
        e = [0] * count
        for i, power in monomial:
            e[i] = power
        total[tuple(e)] = value
    return total


class Quotient:
    """The quotient of the polynomial ring by a zero-dimensional ideal.

    Args:
        basis: a grevlex Gröbner basis.
        count: number of variables.
    """

    def __init__(self, basis: Sequence[Poly], count: int) -> None:
        self.count = count
        self.rules = []
        for polynomial in basis:
            terms = dense(polynomial, count)
            lead = max(terms, key=grevlex)
            rest = {e: -value / terms[lead] for e, value in terms.items() if e != lead}
            self.rules.append((lead, rest))
        self._cache: dict[Exponents, Vector] = {}

    @property
    def is_unit(self) -> bool:
        """Whether the ideal is {1}."""
        return any(not any(lead) for lead, _ in self.rules)

    @property
    def is_finite(self) -> bool:
        """Whether each variable has a power among the leading monomials."""
        pure = {i for lead, _ in self.rules for i in range(self.count) if sum(lead) == lead[i] > 0}
        return self.is_unit or len(pure) == self.count

    def standard_monomials(self) -> list[Exponents]:
        """Return the monomials below the staircase, in increasing order."""
        start = (0,) * self.count
        found = [] if self._divisor(start) else [start]
        # Divisors of standard monomials are standard: each is reached from one of degree one less.
        for e in found:
            last = max((i for i, power in enumerate(e) if power), default=0)
            for i in range(last, self.count):
                more = (*e[:i], e[i] + 1, *e[i + 1 :])
                if self._divisor(more) is None:
                    found.append(more)
            if len(found) > _MOST_MONOMIALS:
                raise ValueError("too many monomials")
        return sorted(found, key=grevlex)

    def _divisor(self, e: Exponents) -> tuple[Exponents, Vector] | None:
        for lead, rest in self.rules:
            if divides(lead, e):
                return lead, rest
        return None

    def normal_form(self, e: Exponents) -> Vector:
        """Return a monomial modulo the ideal."""
        if e in self._cache:
            return self._cache[e]
        divisor = self._divisor(e)
        if divisor is None:
            return {e: Fraction(1)}
        lead, rest = divisor
        total: Vector = {}
        for other, value in rest.items():
            moved = tuple(a - b + c for a, b, c in zip(e, lead, other, strict=True))
            for f, x in self.normal_form(moved).items():
                total[f] = total.get(f, Fraction(0)) + value * x
        self._cache[e] = {f: x for f, x in total.items() if x}
        return self._cache[e]

    def multiply(self, vector: Vector, form: Sequence[int]) -> Vector:
        """Return a vector times a linear form in the variables."""
        total: Vector = {}
        for e, value in vector.items():
            for i, factor in enumerate(form):
                if factor:
                    moved = tuple(x + (j == i) for j, x in enumerate(e))
                    for f, x in self.normal_form(moved).items():
                        total[f] = total.get(f, Fraction(0)) + factor * value * x
        return {f: x for f, x in total.items() if x}

    def minimal_polynomial(self, form: Sequence[int]) -> list[Fraction]:
        """Return the minimal polynomial of a linear form, monic, the constant first."""
        return self._relation(form, None)

    def _relation(self, form: Sequence[int], target: Vector | None) -> list[Fraction]:
        """Return the first linear relation among 1, ℓ, ℓ², …; or ``target`` in terms of these powers."""
        rows: dict[Exponents, tuple[Vector, list[Fraction]]] = {}

        def reduce(vector: Vector, combination: list[Fraction]) -> tuple[Vector, list[Fraction]]:
            vector = dict(vector)
            while vector and (lead := max(vector, key=grevlex)) in rows:
                other, made = rows[lead]
                factor = vector[lead] / other[lead]
                for e, x in other.items():
                    vector[e] = vector.get(e, Fraction(0)) - factor * x
                vector = {e: x for e, x in vector.items() if x}
                size = max(len(made), len(combination))
                combination = combination + [Fraction(0)] * (size - len(combination))
                for i, x in enumerate(made):
                    combination[i] -= factor * x
            return vector, combination

        power: Vector = self.normal_form((0,) * self.count)
        for k in range(MAX_POINTS + 2):
            vector, combination = reduce(power, [Fraction(0)] * k + [Fraction(1)])
            if not vector:
                if target is None:
                    return combination
                left, made = reduce(target, [Fraction(0)])
                if left:
                    raise ValueError("the form does not separate the points")
                return [-x for x in made]
            rows[max(vector, key=grevlex)] = (vector, combination)
            power = self.multiply(power, form)
        raise ValueError("too many points")

    def express(self, form: Sequence[int], variable: int) -> list[Fraction]:
        """Return g with x_variable = g(ℓ) modulo the ideal.

        Raises:
            ValueError: if there is none.
        """
        e = tuple(int(i == variable) for i in range(self.count))
        return self._relation(form, self.normal_form(e))


def parametrize(ideal: Ideal, basis_of: Callable[[Ideal], list[Poly]]) -> tuple[str, Parametrization | None]:
    """Return the kind of zero set of an ideal, and its points if they are finitely many.

    Args:
        ideal: the ideal.
        basis_of: computes a grevlex Gröbner basis over Q.

    The squarefree parts of the minimal polynomials of the variables are added (Seidenberg), which makes the
    ideal radical; then some linear form separates the points and each variable is a polynomial in it.

    Raises:
        ValueError: if there are more than 60 points.
    """
    quotient = Quotient(basis_of(ideal), ideal.count)
    if quotient.is_unit:
        return "none", None
    if not quotient.is_finite:
        return "infinite", None
    if len(quotient.standard_monomials()) > MAX_POINTS:
        raise ValueError("too many points")
    extra: list[Poly] = []
    for i in range(ideal.count):
        axis = [int(j == i) for j in range(ideal.count)]
        minimal = quotient.minimal_polynomial(axis)
        squarefree = squarefree_part(minimal)
        if len(squarefree) < len(minimal):
            extra.append({((i, k),) if k else (): c for k, c in enumerate(squarefree) if c})
    if extra:
        ideal = Ideal(ideal.count, (*ideal.generators, *extra))
        quotient = Quotient(basis_of(ideal), ideal.count)
    size = len(quotient.standard_monomials())
    for attempt in range(1, 40):
        form = [attempt**i % 97 if attempt > 1 else int(i == ideal.count - 1) for i in range(ideal.count)]
        minimal = quotient.minimal_polynomial(form)
        if len(minimal) - 1 == size:
            one = (Fraction(1),)
            coordinates = tuple((tuple(quotient.express(form, i)), one) for i in range(ideal.count))
            scale = lcm(*(c.denominator for c in minimal))
            return "finite", Parametrization(tuple(int(c * scale) for c in minimal), coordinates)
    raise ValueError("no separating form found")


def squarefree_part(polynomial: Sequence[Fraction]) -> list[Fraction]:
    """Return p / gcd(p, p'), monic; the constant first.

    >>> squarefree_part([Fraction(1), Fraction(2), Fraction(1)])
    [Fraction(1, 1), Fraction(1, 1)]
    """
    derivative = [i * c for i, c in enumerate(polynomial)][1:]
    a, b = list(polynomial), derivative
    while any(b):
        a, b = b, _divide(a, b)[1]
    quotient = _divide(list(polynomial), a)[0]
    return [c / quotient[-1] for c in quotient]


def _divide(a: Sequence[Fraction], b: Sequence[Fraction]) -> tuple[list[Fraction], list[Fraction]]:
    rest, b = list(a), list(b)
    while b and not b[-1]:
        b.pop()
    quotient = [Fraction(0)] * max(1, len(rest) - len(b) + 1)
    for k in range(len(rest) - len(b), -1, -1):
        factor = rest[k + len(b) - 1] / b[-1]
        quotient[k] = factor
        for i, c in enumerate(b):
            rest[k + i] -= factor * c
    rest = rest[: len(b) - 1]
    while rest and not rest[-1]:
        rest.pop()
    return quotient, rest


def squarefree_factors(polynomial: Sequence[int]) -> list[tuple[list[int], int]]:
    """Return the squarefree factors of an integer polynomial with their multiplicities, by SymPy.

    >>> squarefree_factors([1, 2, 1])
    [([1, 1], 2)]
    """
    from sympy import ZZ, Poly, Symbol

    factors = Poly(list(reversed(polynomial)), Symbol("t"), domain=ZZ).sqf_list()[1]
    return [([int(c) for c in reversed(factor.all_coeffs())], int(k)) for factor, k in factors]
