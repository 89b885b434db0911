"""Random systems whose solutions are known, multiple ones too: no engine leads to a wrong verdict."""

from __future__ import annotations

import random
from fractions import Fraction
from pathlib import Path

import pytest

from polysolv import decide
from polysolv.groebner import available, get_engine
from polysolv.groebner.budget import budget
from polysolv.groebner.counting import count_points
from polysolv.groebner.ideal import Ideal
from polysolv.polynomials.algebra import ONE, multiply, power
from polysolv.polynomials.polynomial import add
from polysolv.systems import PolynomialSystem

ENGINES = available()
NAMES = ("W", "x", "y")
DATA = Path(__file__).parents[1] / "data"


def variable(i):
    return {((i, 1),): Fraction(1)}


def shifted(i, value):
    return {m: c for m, c in add(variable(i), {(): Fraction(value)}, -1).items() if c}


def dense(generator, degree, terms, bound=3):
    """A random polynomial in all unknowns."""
    total = {}
    for _ in range(terms):
        exponents = [generator.randint(0, degree) for _ in NAMES]
        while sum(exponents) > degree:
            exponents[generator.randrange(3)] = 0
        monomial = tuple((i, e) for i, e in enumerate(exponents) if e)
        total[monomial] = total.get(monomial, Fraction(0)) + generator.randint(-bound, bound)
    return {m: c for m, c in total.items() if c}


def system_of(equations, nontrivial=("W",)):
    named = {(i,): p for i, p in enumerate(equations, start=1) if p}
    return PolynomialSystem(NAMES, ("W",), nontrivial, (0, 0, 0), named)


def planted(generator):
    """A system that vanishes at one point (several times, perhaps) with W > 0: SOLVABLE."""
    point = [generator.randint(1, 3), generator.randint(-3, 3), generator.randint(-3, 3)]
    local = [shifted(i, value) for i, value in enumerate(point)]
    equations = []
    for _ in range(generator.choice((3, 3, 4))):
        total = {}
        for _ in range(generator.randint(1, 2)):
            term = power(generator.choice(local), generator.choice((1, 2, 2, 3)))
            if generator.random() < 0.4:
                term = multiply(generator.choice(local), generator.choice(local))
            total = add(total, multiply(term, dense(generator, 1, 2) or ONE))
        equations.append({m: c for m, c in total.items() if c})
    return system_of(equations), "SOLVABLE"


def triangular(generator):
    """A system with finitely many solutions, all known, mixed by operations that keep the ideal."""
    roots = generator.sample(range(-3, 4), generator.randint(1, 2))
    parts = [(power(shifted(1, r), generator.choice((1, 1, 2, 3))), r) for r in roots]
    in_x = ONE
    for part, _ in parts:
        in_x = multiply(in_x, part)
    if generator.random() < 0.3:  # two more points, which are not real
        in_x = multiply(in_x, {((1, 2),): Fraction(1), (): Fraction(generator.randint(1, 3))})
    a, b, c, d = (generator.randint(-bound, bound) for bound in (2, 2, 1, 3))
    in_y = add(add(variable(2), variable(1), -a), ONE, -b)  # y = a x + b
    in_w = add(add(variable(0), power(variable(1), 2), -c), ONE, -d)  # W = c x² + d
    nontrivial = generator.choice((("W",), ("x", "y")))
    points = [(c * r * r + d, r, a * r + b) for r in roots]
    solvable = any(w > 0 and ("W" in nontrivial or x or y) for w, x, y in points)
    equations = [
        in_x,
        power(in_y, generator.choice((1, 2, 2))),
        power(in_w, generator.choice((1, 1, 2))),
    ]
    for _ in range(generator.randint(1, 3)):
        i, j = generator.sample(range(3), 2)
        equations[i] = add(equations[i], multiply(equations[j], dense(generator, 1, 1) or ONE))
    generator.shuffle(equations)
    cleaned = [{m: c for m, c in p.items() if c} for p in equations]
    return system_of(cleaned, nontrivial), "SOLVABLE" if solvable else "UNSOLVABLE"


def verdicts(engine, count, seed):
    generator = random.Random(seed)
    for number in range(count):
        make = planted if number % 2 else triangular
        system, expected = make(generator)
        if not system.equations:
            continue
        verdict = decide(system, "groebner", engine=engine, timeout=20)
        yield number, system, expected, verdict


def check(engine, count, seed):
    decided = 0
    for number, system, expected, verdict in verdicts(engine, count, seed):
        assert verdict.status in (expected, "UNDECIDED"), (number, system.to_json(), verdict)
        decided += verdict.status == expected
    assert decided > 0.5 * count


@pytest.mark.parametrize("name", ENGINES)
def test_no_wrong_verdict(name):
    check(name, 2 if name == "sympy" else 24, 1)


@pytest.mark.slow
@pytest.mark.parametrize("name", ENGINES)
def test_no_wrong_verdict_in_five_hundred_systems(name):
    check(name, 500, 2)


@pytest.mark.parametrize("name", ENGINES)
def test_a_point_that_msolve_leaves_out_is_found(name):
    system = PolynomialSystem.from_json((DATA / "msolve_loses_point.json").read_text())
    verdict = decide(system, "groebner", engine=name, timeout=60)
    assert verdict.status == "SOLVABLE"
    values = verdict.witness["values"]
    assert not any(system.substitute(values).values())
    assert values["W"] > 0


@pytest.mark.parametrize("name", ENGINES)
def test_points_are_counted_without_their_multiplicities(name):
    generator = random.Random(3)
    for _ in range(2 if name == "sympy" else 8):
        roots = generator.sample(range(-5, 6), 3)
        in_x = ONE
        for root in roots:
            in_x = multiply(in_x, power(shifted(0, root), generator.randint(1, 3)))
        in_y = power(add(variable(1), power(variable(0), 2), -1), generator.randint(1, 2))
        ideal = Ideal(2, (in_x, in_y))
        assert count_points(get_engine(name).basis, ideal, budget(60), generator.randint(0, 99)) == 3
