"""Learning coefficients of cells known by theorem: closed forms in (m, d), in the standard library alone."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

EXACT, KERNEL = "exact", "kernel"
LOCATION, LOCATION_SCALE = "location-gaussian", "location-scale-gaussian"
FREE_GATE, SOFTMAX = "gaussian-experts-free-gate", "softmax-gaussian"

# Up to this order the lower bound of the proof is of the same order as V, so that it settles μ, too.
_SAME_ORDER = 6


class Known(NamedTuple):
    """What theorems say of λ_diff: from ``lower`` to ``upper``; the multiplicity, if known; and why."""

    lower: Fraction
    upper: Fraction
    multiplicity: int | None
    source: str


def known(family: str, m: int, d: int, gate: str, dirichlet: Fraction | None) -> Known | None:
    """Return what theorems say of a cell of m atoms of a built-in family, ``None`` if they are silent.

    Args:
        family: name of the family.
        m: cell size, at least 1.
        d: number of covariates, 0 where there are none.
        gate: "exact" if some other cell is exactly fitted, else "kernel".
        dirichlet: the parameter of a Dirichlet prior on weights; ``None`` if they are bounded below.

    Source: docs/choosing-k.md.

    >>> known("location-scale-gaussian", 3, 0, "exact", None)[:3]
    (Fraction(7, 8), Fraction(7, 8), 1)
    """
    if m == 1:
        return Known(Fraction(0), Fraction(0), 1, "a single atom is regular")
    if dirichlet is not None:
        return _vanishing(family, m, dirichlet)
    if family == LOCATION:
        value = Fraction(m - 1, 4)
        return Known(value, value, 1, "location: V is of the order of the squared differences")
    if family == LOCATION_SCALE:
        return _gaussian(m)
    if family in (SOFTMAX, FREE_GATE):
        if family == SOFTMAX and gate == KERNEL:
            return _gate_kernel(m, d)
        return _experts(m, d, family == SOFTMAX)
    return None


def _gaussian(m: int) -> Known:
    """Location-scale: min over 3 ≤ N ≤ 2m of [3(m-1) + (N-3)(N-2)/2] / (2N), μ the number of minimisers."""
    values = {N: Fraction(3 * (m - 1) + _earlier(N), 2 * N) for N in range(3, 2 * m + 1)}
    least = min(values.values())
    return Known(
        least, least, _ties(values.values(), least), "location-scale: the orders 3, ..., 2m are independent"
    )


def _experts(m: int, d: int, slopes_in_gate: bool) -> Known:
    """Gaussian experts: the minimum of the edge b, σ ~ V^(1/2) and of F(N), 3 ≤ N ≤ 2m.

    The upper bound counts the equations at x_i y^k for every k, the lower one those for k = 2, 3, which are
    independent everywhere.
    """
    n = m - 1
    edge = Fraction(n * (2 + d * (2 if slopes_in_gate else 1)), 4)

    def bound(N: int, last: int) -> Fraction:
        linear = d * (Fraction(n * N * (2 if slopes_in_gate else 1), 2) + _slope_equations(N, last))
        return (3 * n + _earlier(N) + linear) / (2 * N)

    upper = min(edge, *(bound(N, N) for N in range(3, 2 * m + 1)))
    counted = {N: bound(N, 3) for N in range(3, 2 * m + 1)}
    lower = min(edge, *counted.values())
    multiplicity = None
    if lower == upper:
        ties = _ties([edge, *counted.values()], lower)
        small = all(N <= _SAME_ORDER for N, value in counted.items() if value == lower)
        multiplicity = ties if ties == 1 or small else None
    return Known(lower, upper, multiplicity, "Gaussian experts: squares of slopes, then orders of (b, sigma)")


def _gate_kernel(m: int, d: int) -> Known:
    """Softmax gate without an exactly fitted cell.

    Below: at each x the cell is a location-scale one in (b + a x, σ), so its coefficient and |a|^(2m) ≲ V.
    Above: the value beside an exactly fitted cell; for d = 1 and m ≥ 3 the region of order 4.
    """
    if (m, d) == (2, 1):
        return Known(Fraction(1), Fraction(1), 2, "gate kernel, m = 2: blow-up of the origin")
    lower = _gaussian(m).lower + Fraction((m - 1) * d, 4 * m)
    upper = _experts(m, d, True).upper
    if d == 1:
        upper = min(upper, Fraction(6 * m - 3, 8))
    return Known(lower, upper, None, "gate kernel: location-scale at each x from below, a region from above")


def _vanishing(family: str, m: int, alpha: Fraction) -> Known | None:
    """Dirichlet(α) weights, which may vanish: q = m - 1 excess atoms leave, or stay in the cell."""
    q = m - 1
    if family == LOCATION:
        away, near = q * alpha / 2, Fraction(q, 4)
        value = min(away, near)
        return Known(
            value, value, q + 1 if away == near else 1, "location: Rousseau and Mengersen's threshold"
        )
    if family != LOCATION_SCALE:
        return None
    upper = min((q - j) * alpha / 2 + (_gaussian(j + 1).upper if j else 0) for j in range(q + 1))
    if q == 1:
        multiplicity = 3 if alpha == 1 else 2 if alpha > 1 else 1
        return Known(upper, upper, multiplicity, "location-scale: one excess atom, w (|b T| + T^2 + b^4)")
    return Known(Fraction(0), upper, None, "location-scale: some atoms leave, the others stay")


def _earlier(N: int) -> int:
    """Return Σ over 3 ≤ j < N of N - j."""
    return (N - 3) * (N - 2) // 2


def _slope_equations(N: int, last: int) -> Fraction:
    """Return Σ over 2 ≤ k ≤ last of max(0, N/2 - k + 1)."""
    terms = min(N // 2, last - 1)
    return Fraction(terms * N - terms * (terms + 1), 2)


def _ties(values: Iterable[Fraction], least: Fraction) -> int:
    return sum(value == least for value in values)
