"""The square rule modulo relations: which products of symbols can reach the normal form of s².

Modulo an ideal a coefficient Q_n of Σ_l w_l exp(K(δ_l)) at a normal monomial n collects every product of
symbols, of any degree, whose normal form holds n. If s² is one of them, Q_n = ½ c Σ w η_s² + others, and the
rule of :mod:`polysolv.rates.prover.symbol_bounds` applies: a product with η_s to the power p and others of
speed S in all gives v(η_s) ≥ S/(2 − p) at least, the smallest of these counts, and p ≥ 2 does not matter.
That number only grows if a product is multiplied by more symbols, so the products that matter are those
minimal under division; they are found as follows. Gradings for which J is homogeneous bound the power of
every symbol that has a positive degree. For the symbols left, those in variables of levels, products of up to
a fixed number are looked at one by one, and longer ones are taken to matter, unless the products of one
length span those of the next: then what is missing at that length is missing for ever.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations_with_replacement, product

from polysolv.families.factorisations import factorisations
from polysolv.families.log_symbol import Exponents
from polysolv.groebner.quotient_ring import QuotientRing
from polysolv.polynomials.exponent_vectors import Vector
from polysolv.rates.prover.symbol_bounds import count_factorisations

_LARGEST_DEGREE = 3
_MAX_LONG = 4
_MAX_PRODUCTS = 3_000

# (power p of η_s, powers of the other symbols)
Term = tuple[int, dict[Exponents, int]]


class ProductsOfSymbols:
    """Products of the symbols of K modulo relations, counted by what they contribute to.

    Args:
        symbols: the monomials of K, in normal form.
        ring: the ring that exp(K) is observed in.
    """

    def __init__(self, symbols: Sequence[Exponents], ring: QuotientRing) -> None:
        self.symbols = list(symbols)
        self.ring = ring
        self.gradings = gradings(ring)
        graded = {s: self.degrees(s) for s in symbols}
        self.bounded = [s for s in symbols if any(graded[s])]
        self.unbounded = [s for s in symbols if not any(graded[s])]
        self.longest = _MAX_LONG if len(self.unbounded) <= 4 else 2
        self.is_stable = self._stable()

    def degrees(self, monomial: Exponents) -> tuple[int, ...]:
        """Return the degrees of a monomial in all gradings."""
        return tuple(sum(g * e for g, e in zip(grading, monomial, strict=True)) for grading in self.gradings)

    def square_rules(self, s: Exponents, allowed: Sequence[int]) -> Iterator[tuple[Exponents, list[Term]]]:
        """Yield (n, products that matter at n) for the monomials n of the normal form of s².

        Args:
            s: a symbol.
            allowed: n must hold one of these variables, if any are given.
        """
        square = self.ring.normal_form(tuple(2 * e for e in s))
        for n, coefficient in square.items():
            if any(n) and (not allowed or any(n[i] for i in allowed)):
                terms = self._terms(s, n, coefficient)
                if terms is not None:
                    yield n, terms

    def _terms(self, s: Exponents, n: Exponents, coefficient: Fraction) -> list[Term] | None:
        target = self.degrees(n)
        kinds = [self.degrees(t) for t in self.bounded]
        if count_factorisations(target, kinds) > _MAX_PRODUCTS:
            return None
        if any(target):
            cores = [
                tuple(zip(self.bounded, powers, strict=True)) for powers in factorisations(target, kinds)
            ]
        else:
            cores = [()]
        found: list[Term] = []
        for core in cores:
            base = {t: e for t, e in core if e}
            if base.get(s, 0) > 2:
                continue
            silent = False  # whether no product of the last length looked at contributes
            for length in range(self.longest + 1):
                silent = True
                for chosen in combinations_with_replacement(self.unbounded, length):
                    powers = dict(base)
                    for t in chosen:
                        powers[t] = powers.get(t, 0) + 1
                    if not powers:
                        continue
                    value = self._coefficient(powers, n)
                    if not value:
                        continue
                    silent = False
                    pure = len(powers) == 1 and next(iter(powers.values())) == 2
                    if pure and (s in powers or value * coefficient > 0):
                        continue  # squares of one sign add up
                    self._add(found, powers, s)
            if self.unbounded and not (silent and self.is_stable):
                for chosen in combinations_with_replacement(self.unbounded, self.longest + 1):
                    powers = dict(base)
                    for t in chosen:
                        powers[t] = powers.get(t, 0) + 1
                    self._add(found, powers, s)
            if len(found) > _MAX_PRODUCTS:
                return None
        return found

    @staticmethod
    def _add(found: list[Term], powers: dict[Exponents, int], s: Exponents) -> None:
        p = powers.get(s, 0)
        if p >= 2:
            return
        term = (p, {t: e for t, e in powers.items() if t != s})
        if term not in found:
            found.append(term)

    def _coefficient(self, powers: dict[Exponents, int], n: Exponents) -> Fraction:
        total = tuple(sum(e * t[i] for t, e in powers.items()) for i in range(len(n)))
        return self.ring.normal_form(total).get(n, Fraction(0))

    def _stable(self) -> bool:
        """Whether products of ``longest`` unbounded symbols span those of one more."""
        rows: list[tuple[Exponents, Vector]] = []
        for length in (self.longest, self.longest + 1):
            for chosen in combinations_with_replacement(self.unbounded, length):
                monomial = tuple(map(sum, zip(*chosen, strict=True)))
                rest = dict(self.ring.normal_form(monomial))
                for pivot, row in rows:
                    if rest.get(pivot):
                        factor = rest[pivot] / row[pivot]
                        for e, c in row.items():
                            rest[e] = rest.get(e, Fraction(0)) - factor * c
                rest = {e: c for e, c in rest.items() if c}
                if rest and length > self.longest:
                    return False
                if rest:
                    rows.append((next(iter(rest)), rest))
        return True


def gradings(ring: QuotientRing) -> list[tuple[int, ...]]:
    """Return gradings by non-negative integers, up to 3, for which every relation is homogeneous.

    Variables that no relation holds have one of their own each.

    >>> gradings(QuotientRing(("x", "y"), 1, [{(2, 0): Fraction(1), (1, 0): Fraction(-1)}]))
    [(0, 1)]
    """
    count = len(ring.variables)
    bound = sorted(ring.bound_variables)
    found = [tuple(int(i == j) for j in range(count)) for i in range(count) if i not in bound]
    if len(bound) > 4:
        return found
    for values in product(range(_LARGEST_DEGREE + 1), repeat=len(bound)):
        grading = [0] * count
        for position, value in zip(bound, values, strict=True):
            grading[position] = value
        degrees = [{sum(g * k for g, k in zip(grading, e, strict=True)) for e in h} for h in ring.basis]
        if any(values) and all(len(d) == 1 for d in degrees):
            found.append(tuple(grading))
    return found
