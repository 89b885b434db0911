"""Systems with complex coefficients: tracked, certified, and stored like any other."""

from __future__ import annotations

import cmath
import math
import random
from dataclasses import replace
from fractions import Fraction

import pytest

from polysolv import GenericSystem, SolveResult, certify_solutions, solve
from polysolv.homotopy.integer_system import IntegerSystem
from polysolv.polynomials.gaussian_rational import gaussian, parts


def _points(result):
    return sorted((tuple(p.solution) for p in result.solutions), key=lambda z: (z[0].real, z[0].imag))


def _near(found, wanted):
    return len(found) == len(wanted) and all(
        any(max(abs(a - b) for a, b in zip(p, q, strict=True)) < 1e-9 for q in wanted) for p in found
    )


@pytest.mark.parametrize("start", ["auto", "total-degree", "polyhedral", "monodromy"])
def test_all_roots_are_found_and_certified(start):
    # (x − 1 − i)(x + 2i)(x − 3) and y = i·x²
    result = solve(["(x - 1 - i)*(x + 2*i)*(x - 3)", "y - i*x^2"], start=start)
    wanted = [(z, 1j * z * z) for z in (1 + 1j, -2j, 3 + 0j)]
    assert _near(_points(result), wanted)
    certified = certify_solutions(result)
    assert (certified.counts["certified"], certified.distinct) == (3, 3)
    assert [s.real for s in certified.solutions] == [False] * 3


def test_dense_systems_have_as_many_solutions_as_bezout_says():
    rng = random.Random(3)
    for _ in range(3):
        terms = ["x^2", "x*y", "y^2", "x", "y", "1"]
        equations = [
            " + ".join(f"({rng.randint(-9, 9)}/7 + {rng.randint(1, 9)}*i)*{term}" for term in terms)
            for _ in range(2)
        ]
        result = solve(equations)
        assert result.nsolutions == 4
        certified = certify_solutions(result)
        assert (certified.counts["certified"], certified.nnonreal) == (4, 4)
        for path in result.solutions:
            values = [
                sum(complex(c) * _product(path.solution, m) for m, c in polynomial.items())
                for polynomial in result.system.equations
            ]
            assert max(map(abs, values)) < 1e-9


def _product(point, monomial):
    result = 1
    for index, exponent in monomial:
        result *= point[index] ** exponent
    return result


@pytest.mark.parametrize(
    ("equations", "reals"),
    [
        (["x^2 + i*y - 2", "x^2 - i*y - 2"], 2),  # conjugate to each other
        (["(1 + i)*x^2 - 2 - 2*i", "i*y - i*x"], 2),  # real up to factors
        (["x^2 - (1 + i)*x + i"], 1),  # x = 1 and x = i
    ],
)
def test_reality_is_proved(equations, reals):
    result = solve(equations)
    certified = certify_solutions(result)
    assert certified.counts["certified"] == result.nsolutions == 2
    assert (result.nreal, certified.nreal, certified.distinct_real) == (reals, reals, reals)


def test_reality_is_left_open_where_real_factors_do_not_tell():
    result = solve(["x + i*y", "y^2 - x - y"])  # x + i·y has no real factor, but the zero (0, 0)
    assert result.nreal == 1
    assert sorted(str(s.real) for s in certify_solutions(result).solutions) == ["False", "None"]


def test_points_that_are_no_zeros_are_refuted():
    result = solve(["x^2 - 2*i"])
    moved = tuple(replace(p, solution=(p.solution[0] + 0.01,)) if p.solution else p for p in result.paths)
    certified = certify_solutions(replace(result, paths=moved))
    assert certified.counts["refuted"] == 2


def test_multiple_roots_and_excess_equations():
    double = solve(["(x - i)^2*(x + 1)"])
    assert sorted(p.multiplicity for p in double.solutions) == [1, 2]
    more = solve(["x^2 + y^2 - 2*i", "x*y - i", "x^2 - y^2"])
    assert more.nsolutions == 2
    assert all(abs(z - p.solution[0]) < 1e-9 for p in more.solutions for z in p.solution)
    line = solve(["x + i*y - 1"])
    assert (line.nsolutions, line.slices) == (1, 1)


def test_coefficients_of_very_different_size():
    result = solve(["x^3 - i*10^30", "y - 10^(20)*i*x"])
    certified = certify_solutions(result)
    assert (result.nsolutions, certified.counts["certified"]) == (3, 3)
    assert all(abs(abs(p.solution[0]) / 1e10 - 1) < 1e-9 for p in result.solutions)


def test_the_integer_system_has_the_values_and_derivatives_of_the_given_one():
    rng = random.Random(1)
    for _ in range(20):
        polynomial = {
            tuple((i, rng.randint(1, 3)) for i in range(2) if rng.random() < 0.7): gaussian(
                Fraction(rng.randint(-9, 9), rng.randint(1, 5)),
                Fraction(rng.randint(-9, 9), rng.randint(1, 5)),
            )
            for _ in range(4)
        }
        polynomial = {m: c for m, c in polynomial.items() if c} or {(): Fraction(1)}
        scales = [3, 5]
        exact = IntegerSystem.on_lattice([polynomial], scales)
        u = [(rng.randint(-50, 50), rng.randint(-50, 50)) for _ in range(2)]
        point = [gaussian(Fraction(a, 2**s), Fraction(b, 2**s)) for (a, b), s in zip(u, scales, strict=True)]
        (value,) = exact.values(u)
        (wanted,) = GenericSystem(("x", "y"), (polynomial,)).evaluate(point)
        factor = _factor(polynomial, scales)
        assert parts(wanted * factor) == value
        # A step so small that the square of it does not matter, in exact numbers: a difference quotient.
        for j in range(2):
            step = Fraction(1, 10**12)
            moved = [p + step / 2 ** scales[j] if i == j else p for i, p in enumerate(point)]
            (after,) = GenericSystem(("x", "y"), (polynomial,)).evaluate(moved)
            slope = (after - wanted) * factor / step
            entry = exact.jacobian(u)[0][j]
            assert all(abs(a - b) <= 1e-3 * (1 + abs(b)) for a, b in zip(parts(slope), entry, strict=True))
        # |G(u) − G(c)| over a disc is within the bound.
        change = exact.growth(u, [4, 4])[0][0]
        for k in range(8):
            turn = cmath.exp(2j * cmath.pi * k / 8) * 4
            far = [(a + int(turn.real), b + int(turn.imag)) for a, b in u]
            (other,) = exact.values(far)
            assert abs(complex(*other) - complex(*value)) <= change * (1 + 1e-9)


def _factor(polynomial, scales):
    """Return N of G(u) = N·f(x): from the height of the equation and its common denominator."""
    common = math.lcm(*(p.denominator for c in polynomial.values() for p in parts(c)))
    return common * 2 ** max(sum(e * scales[i] for i, e in m) for m in polynomial)


def test_results_are_stored_and_read_back():
    long = {((0, 1),): gaussian(Fraction(1, 3), 10**5000), (): Fraction(1)}
    result = SolveResult(GenericSystem(("x",), (long,)), (), "none", 0)
    read = SolveResult.from_json(result.to_json())
    assert read.system == result.system
    assert read.to_json() == result.to_json()
    small = solve(["(1/3 - 2*i)*x^2 - i"])
    assert GenericSystem.parse(small.to_json()) == small.system


def test_the_command_solves_and_certifies(run, tmp_path):
    path = tmp_path / "system.txt"
    path.write_text("2\n (1.5 - 2*i)*x - 2.5;\n y^2 - 2*i*x;\n")
    code, out, _ = run("solve", path, "--certify")
    assert code == 0
    assert "2 solutions (0 real" in out
    assert "certified 2" in out


def test_complex_numbers_of_python_are_taken_exactly():
    system = GenericSystem(("x",), ({((0, 1),): 1 + 0.5j, (): -2},))
    assert system.evaluate([gaussian(Fraction(8, 5), Fraction(-4, 5))]) == [0]
    assert system == GenericSystem.parse(["(1 + 1/2*i)*x - 2"])


@pytest.mark.parametrize("trials", [25, pytest.param(400, marks=pytest.mark.slow)])
def test_certified_boxes_hold_known_zeros_and_reality_is_true(trials):
    """Triangular systems (x − a)(x − b) and y − c·x − d with Gaussian rational zeros, some nearly real."""
    rng = random.Random(trials)

    def number(small):
        imaginary = Fraction(rng.choice([0, 0, 1, -2]), rng.choice([1, 3, 10 ** rng.randint(3, 20)]))
        return gaussian(
            Fraction(rng.randint(-9, 9), rng.choice([1, 7])), imaginary if small else imaginary * 0
        )

    for _ in range(trials):
        a, b, c, d = (number(rng.random() < 0.7) for _ in range(4))
        if abs(complex(a) - complex(b)) < 0.1:
            continue
        factor = number(True) + 10
        system = GenericSystem(
            ("x", "y"),
            (
                {((0, 2),): factor, ((0, 1),): -factor * (a + b), (): factor * a * b},
                {((1, 1),): Fraction(1), ((0, 1),): -c, (): -d},
            ),
        )
        zeros = [(x, c * x + d) for x in (a, b)]
        result = solve(system)
        certified = certify_solutions(result)
        assert certified.counts["certified"] == 2
        for s in certified.solutions:
            held = [
                zero
                for zero in zeros
                if all(
                    abs(part - middle) <= radius
                    for value, centre, radius in zip(zero, s.centre, s.radii, strict=True)
                    for part, middle in zip(parts(value), centre, strict=True)
                )
            ]
            assert len(held) == 1
            is_real = not any(parts(value)[1] for value in held[0])
            assert s.real is None or s.real == is_real


def test_zeros_of_real_factors_are_proved_real():
    result = solve(["(x^2-2)*(x-i)*(x+1-i)*(3*x+1)", "(y-2*i)*(y-x)"])
    certified = certify_solutions(result)
    assert (result.nreal, certified.nreal, certified.nnonreal) == (3, 3, 7)
    # Beside the real space:
    near = certify_solutions(solve(["(x - 1 - 1e-30*i)*(x - i)"]))
    assert near.nreal == 0
