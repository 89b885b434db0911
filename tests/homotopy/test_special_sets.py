"""Solution sets of positive dimension in coordinate planes and on common factors, beside exact algebra."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from polysolv import GenericSystem, SolveResult, solve
from polysolv.homotopy.common_factors import distinct_factors, have_common_factor
from polysolv.homotopy.special_sets import special_sets

pytestmark = pytest.mark.usefixtures("path_tracker")

x, y, t = sympy.symbols("x y t")

# (equations, isolated zeros with their multiplicities): each also has a curve of zeros, which paths from mixed
# cells miss, some always and some on one seed in twenty.
WITH_A_LINE = [
    (["x*y^2*(3*x-2)", "y*(y+2)"], 2),
    (["-x^3-3*x", "2*x^2*y^2-2*x"], 4),
    (["-x*z-3*y*z+z", "7*y", "x*z+2*y"], 0),
    (["x*(x-1)", "x*y"], 1),
    (["x*y-x", "x*z-2*x+x*y*z-2*x*y", "x^2-3*x", "(y-1)*x+z*(z-2)*x^2+x*(x-3)*z+z*(z-2)"], 1),
    (["x*(x-y)", "x*(x+y-2)"], 1),
    (["3*x^3*y+2*x^3+2*x^2", "x^2*y/2-2*x"], 1),
    (["x^2*y^2/2+x", "2*x^3*y-x^2"], 1),
    (["x*y-1", "x^2*y^2-1"], 0),
    (["(x-1)*(x-2)+0*y", "(x-1)*(x-3)"], 0),
    (["(x*y-1)*(x-2)", "(x*y-1)*(y-3)"], 1),
    (["x*(x-i)", "x*(y-3)"], 1),
]


def check_a_line(equations: list[str], isolated: int, seed: int, start: str = "auto") -> None:
    result = solve(equations, seed=seed, start=start)
    assert sum(path.dimension == 0 for path in result.solutions) == isolated
    assert result.npositive_dimensional > 0
    assert max(path.dimension or 0 for path in result.solutions) == 1
    assert any("infinitely many solutions" in note for note in result.notes)
    assert result.is_complete
    assert SolveResult.from_json(result.to_json()) == result
    for path in result.solutions:
        values = result.system.evaluate(path.solution)  # type: ignore[arg-type]
        assert max(abs(complex(value)) for value in values) < 1e-5


@pytest.mark.parametrize(("equations", "isolated"), WITH_A_LINE)
def test_lines_that_mixed_cells_miss_are_found(equations: list[str], isolated: int) -> None:
    check_a_line(equations, isolated, 1)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("start", "seed"), [*(("auto", s) for s in range(20)), *(("polyhedral", s) for s in range(4))]
)
@pytest.mark.parametrize(("equations", "isolated"), WITH_A_LINE)
def test_lines_are_found_on_every_seed(equations: list[str], isolated: int, seed: int, start: str) -> None:
    check_a_line(equations, isolated, seed, start)


def test_sets_that_are_empty_are_not_reported() -> None:
    for equations in (["x*(y-1)", "x+x*y", "y-1", "y-2"], ["x*y", "x+1"], ["x*z", "x*w-x", "y-1", "y-2+x*z"]):
        result = solve(equations)
        assert not any("infinitely" in note for note in result.notes), equations
        assert result.npositive_dimensional == 0


def test_no_answer_about_a_set_is_no_complete_result() -> None:
    """Mixed cells give no path at all here, and the curve itself needs two."""
    result = solve(["x*y-1", "x^2*y^2-1"], max_paths=1)
    assert (result.is_complete, result.nfailed, result.nsolutions) == (False, 1, 0)
    assert any("there may be infinitely many solutions" in note for note in result.notes)
    assert SolveResult.from_json(result.to_json()) == result


def test_the_note_on_a_cone_says_the_dimension_of_the_cone() -> None:
    result = solve(["x*z-y^2", "x*w-y*z", "y*w-z^2"])
    assert (result.slices, result.npositive_dimensional) == (1, result.nsolutions)
    assert any("on solution sets of dimension 2" in note for note in result.notes)


def test_special_sets_hold_the_zeros_of_random_planes_where_equations_vanish() -> None:
    generator = random.Random(3)
    for _ in range(60):
        n = generator.randint(4, 6)
        rows = []
        for _ in range(n):
            monomials = {
                tuple((i, 1) for i in sorted(generator.sample(range(n), generator.randint(1, 3))))
                for _ in range(generator.randint(1, 3))
            }
            rows.append({m: Fraction(generator.randint(1, 9)) for m in monomials})
        found = special_sets(rows, n)
        expected = []
        for face in range(1, 1 << n):
            free = [i for i in range(n) if not face >> i & 1]
            left = [row for row in rows if any(all(i in free for i, _ in m) for m in row)]
            if len(left) < len(free):
                expected.append({i for i in range(n) if i not in free})
        for zero in expected[:8]:
            assert any(set(known.zero) <= zero for known in found) or len(found) == 8
        for known in found:
            assert set(known.zero) in expected
            assert known.dimension >= 1


@given(st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_common_factors_are_those_of_sympy(seed: int) -> None:
    generator = random.Random(seed)
    first, second, shared = (drawn(generator) for _ in range(3))
    if generator.random() < 0.5:
        first, second = sympy.expand(first * shared), sympy.expand(second * shared)
    one, two = (polynomial(f) for f in (first, second))
    expected = not sympy.gcd(first, second).is_number
    assert have_common_factor(one, two, 2, generator) is expected
    factors = distinct_factors(one, 2)
    assert len(factors) == len(sympy.factor_list(first, x, y)[1])


def drawn(generator: random.Random) -> sympy.Expr:
    """A sparse polynomial in x and y that is no constant."""
    while True:
        terms = [
            generator.choice([-3, -2, -1, 1, 2, 3])
            * x ** generator.randint(0, 2)
            * y ** generator.randint(0, 2)
            for _ in range(generator.randint(2, 3))
        ]
        found = sympy.expand(sum(terms))
        if not found.is_number:
            return found


def polynomial(expression: sympy.Expr) -> dict[tuple[tuple[int, int], ...], Fraction]:
    return {
        tuple((i, e) for i, e in enumerate(powers) if e): Fraction(int(c.p), int(c.q))
        for powers, c in sympy.Poly(expression, x, y).terms()
    }


def isolated_zeros(first: sympy.Expr, second: sympy.Expr, shared: sympy.Expr) -> int:
    """dim Q[x, y, t]/(first, second, 1 − t·shared): the zeros off the curve, with their multiplicities."""
    basis = sympy.groebner([first, second, 1 - t * shared], t, x, y, order="grevlex")
    if basis.exprs == [1]:
        return 0
    leading = [sympy.Poly(g, t, x, y).monoms(order="grevlex")[0] for g in basis.exprs]
    bounds = [max(m[i] for m in leading if sum(m) == m[i]) for i in range(3)]
    return sum(
        not any(all(a <= b for a, b in zip(m, power, strict=True)) for m in leading)
        for power in np.ndindex(*bounds)
    )


def check_against_exact_algebra(seed: int) -> None:
    generator = random.Random(seed)
    first, second = drawn(generator), drawn(generator)
    variable = generator.choice([x, y])
    kind = generator.random()
    if kind < 0.4:
        first, second = first * variable ** generator.randint(1, 2), second * variable
    elif kind < 0.6:
        first, second = (f * (variable - generator.choice([1, -2])) for f in (first, second))
    first, second = sympy.expand(first), sympy.expand(second)
    shared = sympy.gcd(first, second)
    expected = isolated_zeros(sympy.cancel(first / shared), sympy.cancel(second / shared), shared)
    result = solve(GenericSystem(("x", "y"), (polynomial(first), polynomial(second))), seed=seed)
    context = (first, second, result.counts)
    said = any("infinitely many solutions" in note for note in result.notes)
    assert said is not bool(shared.is_number), context
    assert result.nfailed == 0, context
    assert sum(path.multiplicity for path in result.solutions if path.dimension == 0) == expected, context


@pytest.mark.parametrize("seed", range(10))
def test_random_sparse_systems_against_exact_algebra(seed: int) -> None:
    check_against_exact_algebra(seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 120))
def test_many_random_sparse_systems_against_exact_algebra(seed: int) -> None:
    check_against_exact_algebra(seed)
