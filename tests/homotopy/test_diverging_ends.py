"""Paths to infinity that doubles leave open: their exponents, and finite ends of large norm beside them."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from polysolv.homotopy.compiled import codes
from polysolv.homotopy.compiled.tuning import LEVELS
from polysolv.homotopy.engine import Engine
from polysolv.homotopy.precise.ball_homotopy import BallHomotopy, log2_size
from polysolv.homotopy.precise.diverging_ends import settle_diverging
from polysolv.homotopy.problem import prepare
from polysolv.homotopy.tracker import untracked
from polysolv.polynomials.ball_precision import precision
from polysolv.polynomials.generic_system import generic


def roots_on_the_way(problem, start, s):
    """All x with s·G + (1 − s)·F = 0, in one unknown, found in another library."""
    import mpmath

    with mpmath.workdps(120):
        s = mpmath.mpf(s)
        totals = {0: mpmath.mpf(0)}
        for side, factor in ((problem.exact[0], 1 - s), (start[0], s)):
            for monomial, c in side.items():
                number = (
                    mpmath.mpf(c[0].numerator) / c[0].denominator if isinstance(c, tuple) else mpmath.mpc(c)
                )
                degree = sum(e for _, e in monomial)
                totals[degree] = totals.get(degree, 0) + factor * number
        coefficients = [totals.get(k, 0) for k in range(max(totals), -1, -1)]
        return [complex(z) for z in mpmath.polyroots(coefficients, maxsteps=500, extraprec=800)]


def settled(problem, start, roots, s, middles=None):
    """Codes of failed paths that got stuck at these points, after many digits have followed them."""
    tracked = untracked(np.array([[z, 1.0] for z in roots]))
    if middles is not None:
        tracked.middles[:] = middles
    tracked.codes[:] = codes.ENDGAME_FAILED
    tracked.facts[:, codes.REACHED] = s
    settle_diverging(lambda _: (problem, start), tracked, Engine())
    return tracked


@pytest.mark.parametrize("degree", [2, 3, 4, 5, 7])
def test_paths_of_every_exponent_go_to_infinity(degree):
    """s·i·(x^d − 1) + (1−s)·(x − c): one path ends at c, the others grow like s^(−1/(d−1))."""
    problem = prepare(generic(["x - 2"]), np.random.default_rng(0))
    start = [{((0, degree),): 1j, (): -1j}]
    s = 2.0**-60
    roots = roots_on_the_way(problem, start, s)
    assert sum(abs(z) < 10 for z in roots) == 1
    expected = [codes.AT_INFINITY if abs(z) > 10 else codes.ENDGAME_FAILED for z in roots]
    assert settled(problem, start, roots, s).codes.tolist() == expected


@pytest.mark.parametrize("bits", [20, 30, 38])
def test_a_finite_end_of_large_norm_is_not_called_infinite(bits):
    """2^−k·x² + x − 2 has a root near −2^k, whose path grows like s^(−1/2) until s is below 2^(−2k)."""
    problem = prepare(generic(["x - 2"]), np.random.default_rng(0))
    ((monomial, one), *_) = sorted(problem.exact[0].items(), reverse=True)
    row = {**problem.exact[0], ((0, 2),): (one[0] / 2**bits, Fraction(0))}
    assert monomial == ((0, 1),)
    problem = replace(problem, exact=(row,))
    start = [{((0, 3),): 1j, (): -1j}]
    s = 2.0**-24
    large = [z for z in roots_on_the_way(problem, start, s) if abs(z) > 1000]
    assert len(large) == 2
    tracked = settled(problem, start, large, s)
    assert sorted(tracked.codes.tolist()) == [codes.SUCCESS, codes.AT_INFINITY]
    (row,) = np.flatnonzero(tracked.codes == codes.SUCCESS)
    assert 0 <= tracked.facts[row, codes.BACKWARD_ERROR] < 1e-14
    assert -tracked.points[row, 0].real == pytest.approx(2.0**bits, rel=1e-5)


def test_two_paths_do_not_end_at_one_simple_zero():
    problem = prepare(generic(["x - 2"]), np.random.default_rng(0))
    row = {**problem.exact[0], ((0, 2),): (Fraction(1, 2**20), Fraction(0))}
    problem, start, s = replace(problem, exact=(row,)), [{((0, 3),): 1j, (): -1j}], 2.0**-60
    (large,) = [z for z in roots_on_the_way(problem, start, s) if 1000 < abs(z) < 2**22]
    assert sorted(settled(problem, start, [large, large], s).codes.tolist()) == [
        codes.SUCCESS,
        codes.ENDGAME_FAILED,
    ]


def test_newton_and_the_slope_are_those_of_the_homotopy():
    problem = prepare(generic(["x^2*y + y^3 - 2", "x*y + x - 1/3"]), np.random.default_rng(0))
    start = [{((0, 3),): 1j, (): 2 + 0j}, {((1, 2),): 1 + 0j, (): -1j}]
    x, s, epsilon = np.array([0.7 - 0.2j, 1.1 + 0.3j]), 0.3, 1e-6

    def value(x, s):
        totals = []
        for row, first in zip(problem.exact, start, strict=True):
            f = sum(
                (float(a) + 1j * float(b)) * np.prod([x[i] ** e for i, e in m]) for m, (a, b) in row.items()
            )
            g = sum(c * np.prod([x[i] ** e for i, e in m]) for m, c in first.items())
            totals.append(s * g + (1 - s) * f)
        return np.array(totals)

    matrix = np.column_stack(
        [(value(x + d, s) - value(x - d, s)) / (2 * epsilon) for d in epsilon * np.eye(2)]
    )
    change = (value(x, s + epsilon) - value(x, s - epsilon)) / (2 * epsilon)
    import flint

    with precision(128):
        homotopy = BallHomotopy(problem.exact, start)
        correction, slope = homotopy.tangent([flint.acb(complex(z)) for z in x], flint.arb(s))
        assert np.allclose([complex(z) for z in correction], -np.linalg.solve(matrix, value(x, s)), rtol=1e-8)
        assert np.allclose([complex(z) for z in slope], -np.linalg.solve(matrix, change), rtol=1e-8)


def test_sizes_beyond_doubles():
    import flint

    assert log2_size(flint.acb(0)) == -np.inf
    assert log2_size(flint.acb(3, 4) * flint.arb(2) ** 5000) == pytest.approx(5000 + np.log2(5))


@pytest.mark.parametrize("degree", [3, 5])
def test_a_path_that_few_digits_lost_is_followed_from_further_off(degree):
    """Where it got stuck Newton's method leads nowhere near; at the endgame's boundary it was well known."""
    problem = prepare(generic(["x - 2"]), np.random.default_rng(0))
    start = [{((0, degree),): 1j, (): -1j}]
    s = 2.0**-60
    stuck = [1e6j * (k + 1) for k in range(degree)]
    lost = settled(problem, start, stuck, s)
    assert set(lost.codes) == {codes.ENDGAME_FAILED}
    before = roots_on_the_way(problem, start, LEVELS[-1].boundary)
    found = settled(problem, start, stuck, s, [[z, 1.0] for z in before])
    assert sorted(found.codes.tolist()) == sorted([codes.SUCCESS] + [codes.AT_INFINITY] * (degree - 1))
    (row,) = np.flatnonzero(found.codes == codes.SUCCESS)
    assert found.points[row, 0] == pytest.approx(2.0)
