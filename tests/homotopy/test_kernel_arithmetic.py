"""The double-double residual must be exact to about 30 digits, whatever the compiler does to the loops around it."""

from __future__ import annotations

from fractions import Fraction

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polysolv.homotopy.compiled import kernel_algebra, kernel_steps
from polysolv.homotopy.compiled.codes import LINEAR
from polysolv.homotopy.compiled.workspace import EXTENDED, WIDE_RE, B, workspace
from polysolv.homotopy.problem import linear_homotopy
from polysolv.homotopy.scaling import find_scaling

finite = st.floats(-1e3, 1e3, allow_nan=False).filter(lambda v: v == 0 or abs(v) > 1e-3)


@numba.njit(cache=True)
def residuals(program, homotopy, w, x, s):  # type: ignore[no-untyped-def]
    kernel_steps.residual(program, homotopy, w, x, s)


@pytest.mark.slow  # numba compiles a part of the kernel for it
@settings(max_examples=40, deadline=None)
@given(st.lists(finite, min_size=6, max_size=6), st.floats(0, 1))
def test_extended_residual_matches_exact_arithmetic(parts: list[float], s: float) -> None:
    rows = [{((0, 3),): (1.5 + 0j, 0j), ((0, 1), (1, 1)): (-0.1 + 0j, 1e-18 + 0j), (): (3.7 + 0j, 0j)}]
    rows.append({((1, 2),): (2.0 + 0j, 0j), (): (1.0 + 0j, 0j)})
    start = [{((0, 3),): 0.3 + 0.4j, (): -0.2 + 0j}, {((1, 2),): 1j, (): 0.1 + 0j}]
    tracking = linear_homotopy(rows, start, 2)
    point = np.array([complex(a, b) for a, b in zip(parts[::2], parts[1::2], strict=True)])
    terms = tracking.table.shape[1]
    w = workspace(tracking.program, terms)
    w.state[EXTENDED] = 1.0
    w.state[WIDE_RE] = np.nan
    homotopy = kernel_algebra.Homotopy(LINEAR, tracking.table, np.zeros(terms))
    residuals(tracking.program, homotopy, w, point, complex(s))
    found = w.z[B]

    def exact(z: complex) -> tuple[Fraction, Fraction]:
        return Fraction(z.real), Fraction(z.imag)

    def times(a: tuple[Fraction, Fraction], b: tuple[Fraction, Fraction]) -> tuple[Fraction, Fraction]:
        return a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]

    x = [exact(complex(z)) for z in point]
    t = Fraction(s)
    for i, (row, first) in enumerate(zip(rows, start, strict=True)):
        degree = 3 if i == 0 else 2
        total, size = (Fraction(0), Fraction(0)), 0.0
        for monomial in sorted({*row, *first}):
            high, low = row.get(monomial, (0j, 0j))
            h, rest, g = exact(high), exact(low), exact(first.get(monomial, 0j))
            term = tuple(t * g[k] + (1 - t) * (h[k] + rest[k]) for k in range(2))
            powers = [*monomial, (2, degree - sum(e for _, e in monomial))]
            for index, exponent in powers:
                for _ in range(exponent):
                    term = times(term, x[index])  # type: ignore[arg-type]
            total = (total[0] + term[0], total[1] + term[1])
            size += abs(float(term[0])) + abs(float(term[1]))
        gap = abs(
            complex(float(total[0] - Fraction(found[i].real)), float(total[1] - Fraction(found[i].imag)))
        )
        assert gap <= 1e-16 * abs(complex(float(total[0]), float(total[1]))) * 2 + 1e-28 * size * 100 + 1e-290


def test_scaling_is_exact_and_undoes_bad_units() -> None:
    equations = [
        {((0, 2),): Fraction(10) ** 12, (): Fraction(-2)},
        {((1, 1),): Fraction(1, 10**9), (): Fraction(5)},
    ]
    scaling = find_scaling(equations, 2)
    for before, after in zip(equations, scaling.apply(equations), strict=True):
        assert all(2**-4 <= abs(c) <= 2**4 for c in after.values())
        assert set(before) == set(after)
