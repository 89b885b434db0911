"""The total-degree start system x_i^{d_i} = c_i and its Bézout number of solutions."""

from __future__ import annotations

import numpy as np

from polysolv.homotopy.compiled.straightline import Complexes
from polysolv.homotopy.problem import Coefficients


def start_polynomials(degrees: list[int], rng: np.random.Generator) -> tuple[list[Coefficients], Complexes]:
    """Return γ·(x_i^{d_i} − c_i) with random c_i, γ on the unit circle, and all solutions, one a row.

    The gamma trick: for all but finitely many γ no path meets another before the end (Morgan and Sommese
    1987).

    >>> polynomials, points = start_polynomials([2, 3], np.random.default_rng(0))
    >>> points.shape
    (6, 2)
    """
    gamma = complex(np.exp(2j * np.pi * rng.random()))
    constants = np.exp(2j * np.pi * rng.random(len(degrees)))
    polynomials: list[Coefficients] = [
        {((i, degree),): gamma, (): -gamma * complex(constants[i])} for i, degree in enumerate(degrees)
    ]
    index = np.arange(int(np.prod(degrees, dtype=object)))
    points = np.zeros((len(index), len(degrees)), np.complex128)
    for i, degree in enumerate(degrees):
        points[:, i] = constants[i] ** (1.0 / degree) * np.exp(2j * np.pi * (index % degree) / degree)
        index = index // degree
    return polynomials, points
