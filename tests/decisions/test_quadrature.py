"""The Gauss–Hermite witness: exact checks against SymPy, mpmath and direct substitution."""

from __future__ import annotations

from fractions import Fraction
from math import factorial

import mpmath
import pytest
import sympy

from polysolv import build_system, families
from polysolv.decisions import quadrature
from polysolv.decisions.quadrature import (
    GaussHermiteWitness,
    decide_by_quadrature,
    gaussian_moment,
    hermite,
)


@pytest.mark.parametrize("m", [0, 1, 2, 5, 12])
def test_hermite_polynomials_against_sympy(m):
    x = sympy.Symbol("x")
    expected = sympy.Poly(2 ** sympy.Rational(-m, 2) * sympy.hermite(m, x / sympy.sqrt(2)), x)
    assert list(hermite(m)) == [int(c) for c in reversed(expected.all_coeffs())]


def test_moments_against_the_integral():
    z = sympy.Symbol("z", real=True)
    density = sympy.exp(-(z**2) / 2) / sympy.sqrt(2 * sympy.pi)
    for j in range(9):
        assert gaussian_moment(j) == sympy.integrate(z**j * density, (z, -sympy.oo, sympy.oo))


@pytest.mark.parametrize("m", [2, 3, 4, 7, 20, 60, 200])
def test_check_and_exact_residual(m):
    witness = GaussHermiteWitness(m)
    assert witness.check()
    assert witness.residual() == Fraction(-factorial(m), factorial(2 * m))


def test_a_wrong_polynomial_fails_the_check(monkeypatch):
    right = [hermite(k) for k in range(5)]
    assert GaussHermiteWitness(4).check()
    for k, position in [(3, 1), (4, 0), (4, 1), (4, 2), (4, 3)]:
        wrong = [*right]
        wrong[k] = tuple(c + (j == position) for j, c in enumerate(right[k]))
        monkeypatch.setattr(quadrature, "_HERMITE", wrong)
        assert not GaussHermiteWitness(4).check()
        monkeypatch.undo()
    assert GaussHermiteWitness(4).check()


def test_a_wrong_moment_fails_the_check(monkeypatch):
    monkeypatch.setattr(quadrature, "_CHECKED", {})
    monkeypatch.setattr(quadrature, "gaussian_moment", lambda j: gaussian_moment(j) + (j == 6))
    assert GaussHermiteWitness(3).check()
    assert not GaussHermiteWitness(4).check()


def test_orthogonality_to_every_lower_power():
    """The check computes two powers for each polynomial and infers the others."""
    for m in range(1, 40):
        means = [quadrature._mean(hermite(m), power) for power in range(m + 1)]
        assert means == [0] * m + [factorial(m)]


@pytest.mark.parametrize("m", [2, 3, 4, 6, 9])
def test_substituting_the_numerical_nodes(m):
    """At 60 digits the equations vanish up to degree 2m − 1 and leave −m!/(2m)! at degree 2m."""
    with mpmath.workdps(60):
        rule = [(mpmath.mpf(z), mpmath.mpf(w)) for z, w in GaussHermiteWitness(m).nodes(60)]
        for n in range(1, 2 * m + 1):
            value = mpmath.fsum(
                w
                * mpmath.fsum(
                    z ** (n - 2 * k)
                    * mpmath.mpf(-0.5) ** k
                    / (mpmath.factorial(n - 2 * k) * mpmath.factorial(k))
                    for k in range(n // 2 + 1)
                )
                for z, w in rule
            )
            expected = -mpmath.factorial(m) / mpmath.factorial(2 * m) if n == 2 * m else 0
            assert abs(value - expected) < mpmath.mpf(10) ** -50
        assert all(w > 0 for _, w in rule)


@pytest.mark.parametrize("name", [n for n in families.names()[:4] if n != "location-gaussian"])
def test_two_nodes_are_rational_and_solve_degree_three_exactly(name):
    location = families.get(name).nontrivial[0]
    half = Fraction(1, 2)
    zero = {p.name: 0 for p in families.get(name).parameters}
    atoms = [{**zero, location: z, "sigma": -1} for z in (1, -1)]
    assert not any(build_system(name, 2, 3).evaluate((half, half), atoms).values())
    left = {k: v for k, v in build_system(name, 2, 4).evaluate((half, half), atoms).items() if v}
    assert list(left.values()) == [Fraction(-2, 24)]


def test_it_decides_below_2m_only():
    family = families.get("softmax-gaussian", 3)
    assert decide_by_quadrature(family, 3, 5).status == "SOLVABLE"
    assert decide_by_quadrature(family, 3, 6) is None
    assert decide_by_quadrature(family, 1, 1) is None
    assert decide_by_quadrature(families.get("location-gaussian"), 3, 2) is None
