"""Products of known factors: multiple roots, roots 1e-5 to 1e-12 apart, pairs beside the real axis."""

from __future__ import annotations

import random
from collections import Counter
from fractions import Fraction

import pytest

from polysolv import solve

pytestmark = pytest.mark.usefixtures("path_tracker")

# What random trials of this kind met: paths that jumped, and points that were taken for one.
ONCE_WRONG = [
    (
        ["(x-11/3)^2*(x-11000000011/3000000000)*(x-2)", "(y-x+9/2)^2+(1/1000000000)^2"],
        48,
        (6, 0, 2),
    ),
    (["(x-5/2)*(x-100000003/40000000)*(x+7)^2*(x+699999999993/100000000000)", "(y+2*x+5)^3"], 71, (4, 4, 4)),
    (
        [
            "(x-9)*(x-900000027/100000000)*(x+5/3)*(x+8)^2*(x+999999999/125000000)",
            "(y+2*x+6)^2*(y+2*x+2999997/500000)",
        ],
        1,
        (10, 10, 6),
    ),
    (["(x+7)*(x-12)*x^2*(x-5)*(x-1000000000001/200000000000)", "y^3-x*y-192*x^2-1627"], 75, (15, 5, 3)),
    (
        ["(x+2)^2*x*(x-1/1000000)*(x+3)*(x+2999999991/1000000000)", "y^2-x*y-128*x-1677"],
        16,
        (10, 10, 2),
    ),
]

# More equations than unknowns, with multiple zeros, and points at which an equation nearly vanishes.
OVERDETERMINED = {
    "a double zero": (["(x-1)^2*(x-2)", "(x-1)^2*(x-3)", "(x-1)^3"], 1, 1),
    "a double zero in two unknowns": (["(x-1)^2", "(y-2)^2", "(x-1)*(y-2)"], 1, 1),
    "a cusp": (["y^2-x^3", "x*y", "x^4"], 1, 1),
    "a zero of multiplicity 5": (["(x-1)^5", "(x-1)^5*(x+3)"], 1, 1),
    "a double zero of two, not of the third": (["(x-1)^2", "(y-1)^2", "(x-1)*(y-1)+1e-9"], 0, 0),
    "four, one of them simple": (["x^2*(x-1)", "y^2*(y-2)", "x*y*(x-1)*(y-2)*(x+y-7)"], 4, 3),
}


def factors(generator, degree):
    """Random factors: (root, None) real, (a, b) for the pair a ± bi; each with its multiplicity."""
    found = Counter()
    while sum(m * (1 if b is None else 2) for (_, b), m in found.items()) < degree:
        root, kind = Fraction(generator.randint(-12, 12), generator.choice([1, 2, 3])), generator.random()
        near = root + Fraction(generator.choice([1, 2, 3]), 10 ** generator.randint(5, 12)) * (root or 1)
        if kind < 0.5:
            found[root, None] += generator.randint(1, 3)
        elif kind < 0.8:
            found[root, None] += generator.randint(1, 2)
            found[near, None] += 1
        else:
            beside = Fraction(1, 10 ** generator.randint(6, 10))
            found[root, generator.choice([beside, Fraction(generator.randint(1, 5))])] += 1
    return found


def written(found, name):
    return "*".join(
        f"({name}-({a}))^{m}" if b is None else f"(({name}-({a}))^2+({b})^2)^{m}"
        for (a, b), m in found.items()
    )


def counted(found):
    """The numbers of roots, real ones, multiple ones."""
    sizes = [((1 if b is None else 2), b is None, m > 1) for (_, b), m in found.items()]
    return sum(n for n, _, _ in sizes), sum(real for _, real, _ in sizes), sum(n for n, _, s in sizes if s)


def check(seed):
    generator = random.Random(seed)
    first = factors(generator, generator.randint(3, 8))
    equations, (all_zeros, real, multiple) = [written(first, "x")], counted(first)
    if generator.random() < 0.5:
        first, second = factors(generator, 3), factors(generator, 2)
        slope = generator.randint(-2, 2)
        equations = [written(first, "x"), written(second, f"(y+({slope})*x)")]
        (n, r, s), (k, t, u) = counted(first), counted(second)
        all_zeros, real, multiple = n * k, r * t, n * k - (n - s) * (k - u)
    result = solve(equations, seed=seed)
    assert (result.nsolutions, result.nreal, result.nsingular) == (all_zeros, real, multiple), equations
    assert result.nfailed == 0
    assert all(path.multiplicity > 1 for path in result.solutions if path.singular)


@pytest.mark.parametrize("seed", [1, 2, 5])
def test_random_products(seed):
    check(seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 3, 4, *range(6, 60)])
def test_many_random_products(seed):
    check(seed)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(ONCE_WRONG)))
def test_products_that_were_counted_wrong(number):
    equations, seed, counts = ONCE_WRONG[number]
    result = solve(equations, seed=seed)
    assert (result.nsolutions, result.nreal, result.nsingular) == counts


@pytest.mark.parametrize("name", OVERDETERMINED)
def test_zeros_of_more_equations_than_unknowns(name):
    equations, solutions, singular = OVERDETERMINED[name]
    result = solve(equations, seed=1)
    assert (result.nsolutions, result.nsingular, result.nfailed) == (solutions, singular, 0)
