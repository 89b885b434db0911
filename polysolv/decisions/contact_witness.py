"""Boxes around pairs of mixtures that agree to a high degree, from approximations found by search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from polysolv.certificates.box import Box, inverse_matrix

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

# Found by docs/programs/contact_points.py.
_POINTS = Path(__file__).parent / "contact_points.json"
_DIGITS = 40

Fixed = dict[str, int | Fraction]


@cache
def _points() -> dict[str, Any]:
    import json

    found: dict[str, Any] = json.loads(_POINTS.read_text(encoding="utf-8"))
    return found


def kept_pair(m: int, m_true: int) -> tuple[Array, Array, Array] | None:
    """Return weights, locations and scales of the approximate pair, the m atoms first, if one is kept.

    Args:
        m, m_true: numbers of atoms.

    Returns:
        floats; the weights of either mixture have the same sum.

    >>> weights, locations, scales = kept_pair(2, 1)
    >>> bool(abs(weights[:2].sum() - weights[2]) < 1e-9)
    True
    """
    import numpy as np

    points = _points()["pairs"]
    if f"{m},{m_true}" in points:
        atoms = np.array(points[f"{m},{m_true}"], dtype=float)
    elif f"{m_true},{m}" in points:
        other = np.array(points[f"{m_true},{m}"], dtype=float)
        atoms = np.r_[other[m_true:], other[:m_true]]
    else:
        return None
    return atoms[:, 0], atoms[:, 1], atoms[:, 2]


def pair_box(m: int, m_true: int) -> tuple[Fixed, list[str], Box] | None:
    """Return a box around two different mixtures that agree to degree 2(m + m_true) − 3, if one is kept.

    Args:
        m, m_true: numbers of atoms.

    Returns:
        values of all scales, one weight and one location; the names of the others; a box for these.
        Mixtures differ in locations and in scales, unless both have one atom.

    >>> fixed, free, box = pair_box(2, 1)
    >>> len(fixed), free
    (5, ['w_2', 'w_3', 'b_2', 'b_3'])
    """
    points = _points()["pairs"]
    swapped = m < m_true
    key = f"{m_true},{m}" if swapped else f"{m},{m_true}"
    if key not in points:
        return None
    atoms = points[key]
    if swapped:
        atoms = [*atoms[m_true:], *atoms[:m_true]]
    n = m + m_true
    weights, locations, scales = (list(column) for column in zip(*atoms, strict=True))
    shift, unit = Fraction(locations[0]), Fraction(weights[0])
    fixed: Fixed = {f"s_{i + 1}": Fraction(scales[i]) for i in range(n)} | {"w_1": 1, "b_1": 0}
    near = {f"w_{i + 1}": Fraction(weights[i]) / unit for i in range(1, n)}
    near |= {f"b_{i + 1}": Fraction(locations[i]) - shift for i in range(1, n)}
    box = enclosed(m, m_true, 2 * n - 2, fixed, near)
    return None if box is None else (fixed, list(near), box)


def equal_weights_box(m: int) -> tuple[Fixed, list[str], Box]:
    """Return a box around m atoms of equal weight that agree with one to degree 2m − 1, m = 2..8.

    Args:
        m: number of atoms.

    >>> fixed, free, box = equal_weights_box(2)
    >>> free
    ['b_2', 's_1', 's_2']
    """
    atoms = _points()["equal"][str(m)]
    locations, scales = (list(column) for column in zip(*atoms, strict=True))
    fixed: Fixed = {f"w_{i + 1}": 1 for i in range(m)}
    fixed |= {f"w_{m + 1}": m, f"b_{m + 1}": 0, f"s_{m + 1}": 0, "b_1": Fraction(locations[0])}
    near = {f"b_{i + 1}": Fraction(locations[i]) for i in range(1, m)}
    near |= {f"s_{i + 1}": Fraction(scales[i]) for i in range(m)}
    box = enclosed(m, 1, 2 * m, fixed, near)
    if box is None:
        raise RuntimeError(f"the kept approximation for m = {m} does not lead to a solution")
    return fixed, list(near), box


def enclosed(m: int, m_true: int, degree: int, fixed: Fixed, near: Mapping[str, Fraction]) -> Box | None:
    """Return a box around a solution of Σ ± w_i exp(b_i y + s_i y²/2) = O(y^degree), by Newton's method.

    Args:
        m, m_true: numbers of atoms, signs + and −.
        degree: number of equations, y^0 to y^(degree − 1); those that hold identically are left out.
        fixed, near: exact values, and approximate ones of the unknowns; names ``w_i``, ``b_i``, ``s_i``.

    Rational arithmetic rounded to 40 digits; the kernel tests the box.
    """
    values: dict[str, Fraction] = {name: Fraction(value) for name, value in {**fixed, **near}.items()}
    names, scale = list(near), 10**_DIGITS
    first = degree - len(names)  # with all weights fixed the equation at y^0 holds
    inverse: list[list[Fraction]] | None = None
    size = Fraction(1)
    for _ in range(40):
        residual, slopes = _coefficients(m, m_true, degree, values, names)
        inverse = inverse_matrix(slopes[first:])
        if inverse is None:
            return None
        inverse = [[_rounded(value, scale) for value in row] for row in inverse]
        right = residual[first:]
        step = [sum((a * b for a, b in zip(row, right, strict=True)), Fraction(0)) for row in inverse]
        for name, change in zip(names, step, strict=True):
            values[name] = _rounded(values[name] - change, scale)
        size = max(map(abs, step), default=Fraction(0))
        if size * 10 ** (_DIGITS - 8) < 1 or size > 10:
            break
    if size > 10:
        return None
    radius = Fraction(1, 10 ** (_DIGITS - 12))
    return Box([values[name] for name in names], [radius] * len(names), inverse or [])


def _rounded(value: Fraction, scale: int) -> Fraction:
    return Fraction(round(value * scale), scale)


def _coefficients(
    m: int, m_true: int, degree: int, values: Mapping[str, Fraction], names: Sequence[str]
) -> tuple[list[Fraction], list[list[Fraction]]]:
    """Return the coefficients at y^0, y^1, … and their derivatives by the named unknowns.

    E_j = [y^j] exp(b y + s y²/2): (j + 1) E_(j+1) = b E_j + s E_(j−1), its derivative by b is E_(j−1), by s
    E_(j−2)/2.
    """
    total = [Fraction(0)] * degree
    slopes = [[Fraction(0)] * len(names) for _ in range(degree)]
    place = {name: i for i, name in enumerate(names)}
    for i in range(1, m + m_true + 1):
        w, b, s = (values[f"{stem}_{i}"] for stem in "wbs")
        sign = 1 if i <= m else -1
        series = [Fraction(1)]
        for j in range(degree - 1):
            series.append((b * series[j] + (s * series[j - 1] if j else 0)) / (j + 1))
        for j, e in enumerate(series):
            total[j] += sign * w * e
            parts = {"w": e, "b": w * series[j - 1] if j else Fraction(0)}
            parts["s"] = w * series[j - 2] / 2 if j > 1 else Fraction(0)
            for stem, slope in parts.items():
                column = place.get(f"{stem}_{i}")
                if column is not None:
                    slopes[j][column] = sign * slope
    return total, slopes
