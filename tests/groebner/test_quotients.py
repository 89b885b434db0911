"""Monomials below a staircase, and generators that are a Gröbner basis as they are."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import combinations, product

import pytest

from polysolv.groebner.basis import Quotient
from polysolv.groebner.ideal import Ideal
from polysolv.groebner.quotient_ring import QuotientRing
from polysolv.groebner.sympy_engine import reduced_basis
from polysolv.polynomials.exponent_vectors import divides, sparse


def axis(count, *positions):
    """The exponents of a product of variables."""
    return tuple(sum(i == p for p in positions) for i in range(count))


def dummies(count):
    """The relations among all columns but one of a category's dummies."""
    squares = [{axis(count, i, i): Fraction(1), axis(count, i): Fraction(-1)} for i in range(count)]
    return squares + [{axis(count, i, j): Fraction(1)} for i, j in combinations(range(count), 2)]


@pytest.mark.parametrize("seed", range(20))
def test_monomials_below_a_staircase_are_those_that_no_lead_divides(seed):
    rng = random.Random(seed)
    count = rng.randint(1, 4)
    leads = [axis(count, *[i] * rng.randint(1, 4)) for i in range(count)]
    leads += [tuple(rng.randint(0, 3) for _ in range(count)) for _ in range(rng.randint(0, 4))]
    leads = [lead for lead in leads if any(lead)]
    quotient = Quotient([sparse({lead: Fraction(1)}) for lead in leads], count)
    expected = [e for e in product(range(5), repeat=count) if not any(divides(lead, e) for lead in leads)]
    found = quotient.standard_monomials()
    assert sorted(found) == sorted(expected)
    assert found[0] == (0,) * count


def test_a_category_of_twenty_levels_has_twenty_monomials():
    ring = QuotientRing([f"x{i}" for i in range(19)], 19, dummies(19), timeout=1e-3)  # no engine is asked
    assert len(Quotient([sparse(g) for g in ring.basis], 19).standard_monomials()) == 20
    assert ring.normal_form(axis(19, 3, 3, 3)) == {axis(19, 3): 1}
    assert ring.normal_form(axis(19, 3, 4)) == {}


@pytest.mark.parametrize("seed", range(12))
def test_bases_are_those_of_an_engine(seed):
    """Generators taken as they are, or not, give the normal forms of a basis that SymPy computes."""
    rng = random.Random(seed)
    count = rng.randint(2, 3)
    if seed % 3 == 0:
        generators = dummies(count)
    else:
        generators = []
        for _ in range(rng.randint(1, 3)):
            terms = {
                tuple(rng.randint(0, 2) for _ in range(count)): Fraction(rng.randint(1, 3)) for _ in range(3)
            }
            generators.append({e: c for e, c in terms.items() if any(e)} or {axis(count, 0): Fraction(1)})
    names = [f"x{i}" for i in range(count)]
    ring = QuotientRing(names, count, generators)
    engine = QuotientRing(
        names, count, reduced_basis(Ideal(count, tuple(map(sparse, generators))), "grevlex")
    )
    for exponents in product(range(4), repeat=count):
        assert ring.normal_form(exponents) == engine.normal_form(exponents)
