"""The Voronoi losses D1, D2 and D_refined between a fitted and a true measure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from polysolv.errors import InputError, unknown_name
from polysolv.moe.likelihood import Array, Mask
from polysolv.moe.mixing_measure import MixingMeasure
from polysolv.moe.voronoi import anchor, differences, voronoi_cells

KINDS = ("D1", "D2", "refined")
TRANSLATIONS = ("optimal", "anchored")
Order = Mapping[int, int] | Callable[[int], int]
_NEWTON_STEPS, _RELATIVE_GAP = 500, 1e-13


@dataclass(frozen=True)
class _Terms:
    """Terms w (|u - t2|^2 + c^2)^(q/2) of the loss that depend on t2, and the sum of all others."""

    u: Array
    c: Array
    w: Array
    q: Array
    rest: float


def voronoi_loss(
    G: MixingMeasure,
    G_true: MixingMeasure,
    kind: str = "D1",
    translation: str = "optimal",
    order: Order | None = None,
    coordinates: Sequence[str] = ("a", "b", "sigma"),
) -> float:
    """Return a Voronoi loss of a fitted measure.

    Args:
        G: fitted measure; its weights e^beta0 are used as they stand.
        G_true: true measure of the same dimension.
        kind: "D1" or "D2" (Nguyen, Nguyen and Ho 2023, eqs. 4 and 5), or "refined", whose exponents in an
            over-fitted cell of m atoms are 2 for beta1 and a, r for b and r/2 for sigma, with r = order(m).
        translation: "optimal" takes the infimum over all (t1, t2) in R x R^d added to the true gate;
            "anchored" takes the translation of :func:`polysolv.moe.voronoi.anchor`. (The paper restricts
            (t1, t2) to translations that keep the true measure in the compact parameter space: "optimal" is
            the version without that restriction and never larger.)
        order: order r of a cell of size m, as a mapping or a callable; None for that of
            :func:`polysolv.order`, 2 m.
        coordinates: distance of the cells, see :func:`voronoi_cells`.

    Returns:
        The loss, at least 0; 0 if the measures are equal up to a translation of the gate. Multiplying all
        fitted weights by a constant multiplies the optimal loss by it.

    Raises:
        InputError: for an unknown kind or translation, an order below 2, or different dimensions.

    How the infimum is known to be global: it separates. In tau = e^t1 > 0 the weight terms are
    sum_j |W_j - e^beta0*_j tau|, convex and piecewise linear, minimal at a weighted median of W_j /
    e^beta0*_j. In t2 the rest is a sum of norms to powers >= 1, convex: a point t with a subgradient g
    satisfies loss(t) - inf <= |g| R, R the diameter of the convex hull of the data points, which holds a
    minimiser; the minimisation ends when that bound is 1e-13 of the loss.

    >>> G_true = MixingMeasure([0, 0], [[0], [1]], [[1], [-1]], [0, 0], [1, 1])
    >>> voronoi_loss(G_true.translate(0.0, [3.0]), G_true)
    0.0
    >>> G = MixingMeasure([0, 0], [[0], [1]], [[1], [-1]], [0.5, 0], [1, 1])
    >>> voronoi_loss(G, G_true)
    0.5
    """
    if kind not in KINDS:
        raise unknown_name("kind", kind, list(KINDS))
    if translation not in TRANSLATIONS:
        raise unknown_name("translation", translation, list(TRANSLATIONS))
    cells = voronoi_cells(G, G_true, coordinates)
    if translation == "anchored":
        t1, t2 = anchor(G, G_true, cells)
        tau = float(np.exp(t1))
    else:
        tau, t2 = _best_tau(G, G_true, cells), _best_slope(_terms(G, G_true, cells, kind, order))
    return _slope_loss(_terms(G, G_true, cells, kind, order), t2) + _weight_loss(G, G_true, cells, tau)


def best_translation(
    G: MixingMeasure,
    G_true: MixingMeasure,
    kind: str = "D1",
    order: Order | None = None,
    coordinates: Sequence[str] = ("a", "b", "sigma"),
) -> tuple[float, Array]:
    """Return (t1, t2) at which the optimal loss is attained; t1 is -inf where the infimum is not attained."""
    if kind not in KINDS:
        raise unknown_name("kind", kind, list(KINDS))
    cells = voronoi_cells(G, G_true, coordinates)
    with np.errstate(divide="ignore"):
        t1 = float(np.log(_best_tau(G, G_true, cells)))
    return t1, _best_slope(_terms(G, G_true, cells, kind, order))


@cache
def _default_order(m: int) -> int:
    from polysolv.decisions import order

    return int(order("softmax-gaussian", m))


def _order_of(order: Order | None, m: int) -> int:
    if order is None:
        return _default_order(m)
    try:
        value = order(m) if callable(order) else order[m]
    except KeyError:
        raise InputError("order", m, "a mapping that has every cell size that occurs") from None
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 2:
        raise InputError("order", value, f"an integer of at least 2 for cell size {m}")
    return int(value)


def _terms(
    G: MixingMeasure, G_true: MixingMeasure, cells: Sequence[tuple[int, ...]], kind: str, order: Order | None
) -> _Terms:
    delta = {name: differences(G, G_true, name) for name in ("beta1", "a", "b", "sigma")}
    weights = G.weights
    u, c, w, q, rest = [], [], [], [], 0.0
    for j, cell in enumerate(cells):
        m = len(cell)
        for i in cell:
            a, b, s = (float(np.linalg.norm(delta[name][i, j])) for name in ("a", "b", "sigma"))
            u.append(delta["beta1"][i, j])
            w.append(float(weights[i]))
            if kind == "D1" or m == 1:
                c.append(float(np.linalg.norm([a, b, s])))
                q.append(1.0)
                continue
            r = _order_of(order, m)
            if kind == "D2":
                c.append(b)
                q.append(float(r))
                rest += weights[i] * float(np.hypot(a, s)) ** (r / 2)
            else:
                c.append(0.0)
                q.append(2.0)
                rest += weights[i] * (a**2 + b**r + s ** (r / 2))
    return _Terms(np.array(u), np.array(c), np.array(w), np.array(q), float(rest))


def _slope_loss(terms: _Terms, t2: Array) -> float:
    squares = ((terms.u - t2) ** 2).sum(axis=1) + terms.c**2
    return float((terms.w * squares ** (terms.q / 2)).sum()) + terms.rest


def _weight_loss(
    G: MixingMeasure, G_true: MixingMeasure, cells: Sequence[tuple[int, ...]], tau: float
) -> float:
    sums = np.array([G.weights[list(cell)].sum() for cell in cells])
    return float(np.abs(sums - G_true.weights * tau).sum())


def _best_tau(G: MixingMeasure, G_true: MixingMeasure, cells: Sequence[tuple[int, ...]]) -> float:
    """Return the weighted median of W_j / e^beta0*_j with weights e^beta0*_j (the lower one)."""
    weights = G_true.weights
    ratios = np.array([G.weights[list(cell)].sum() for cell in cells]) / weights
    index = np.argsort(ratios, kind="stable")
    cumulative = np.cumsum(weights[index])
    return float(ratios[index][np.searchsorted(cumulative, 0.5 * cumulative[-1])])


def _best_slope(terms: _Terms) -> Array:
    """Minimise the convex sum of w (|u - t|^2 + c^2)^(q/2) over t.

    First every kink (c = 0, q = 1) is tried: it is the minimiser if the gradient of the other terms is at
    most the weight there. Otherwise the objective is smooth at its minimiser, and damped Newton steps on it,
    from the best data point, end when the bound |gradient| times diameter is negligible.
    """
    u, w = terms.u, terms.w
    values = np.array([_slope_loss(terms, point) for point in u])
    start = u[int(values.argmin())]
    kinks = (terms.c == 0) & (terms.q == 1)
    here = (u == start).all(axis=1) & kinks
    if here.any():
        gradient, _ = _derivatives(terms, start, ~here)
        if np.linalg.norm(gradient) <= w[here].sum():
            return np.asarray(start)
        # Leave the kink along the steepest descent of the other terms.
        start = _line_search(terms, start, -gradient)
    diameter = float(np.linalg.norm(np.ptp(u, axis=0)))
    everything = np.ones(w.size, dtype=bool)
    t, value = start, _slope_loss(terms, start)
    for _ in range(_NEWTON_STEPS):
        gradient, hessian = _derivatives(terms, t, everything)
        size = float(np.linalg.norm(gradient))
        if not np.isfinite(size) or size * diameter <= _RELATIVE_GAP * value:
            break
        eigenvalues, Q = np.linalg.eigh(hessian)
        safe = np.maximum(eigenvalues, 1e-14 * max(float(eigenvalues[-1]), 1e-300))
        following = _line_search(terms, t, -(Q @ ((Q.T @ gradient) / safe)))
        following_value = _slope_loss(terms, following)
        if not following_value < value:
            break
        t, value = following, following_value
    return np.asarray(t)


def _derivatives(terms: _Terms, t: Array, use: Mask) -> tuple[Array, Array]:
    offset = t - terms.u[use]
    squares = (offset**2).sum(axis=1) + terms.c[use] ** 2
    w, q = terms.w[use], terms.q[use]
    with np.errstate(divide="ignore", invalid="ignore"):
        first = np.where(squares > 0, w * q * squares ** (q / 2 - 1), np.where(q == 2, w * q, 0.0))
        second = np.where(squares > 0, w * q * (q - 2) * squares ** (q / 2 - 2), 0.0)
    gradient: Array = first @ offset
    hessian = first.sum() * np.eye(t.size) + np.einsum("i,ij,ik->jk", second, offset, offset)
    return gradient, hessian


def _line_search(terms: _Terms, t: Array, direction: Array) -> Array:
    """Return the best of t + direction times 4, 2, 1, 1/2, ... (until no longer improving)."""
    best, value = t, _slope_loss(terms, t)
    for exponent in range(2, -60, -1):
        trial = t + 2.0**exponent * direction
        found = _slope_loss(terms, trial)
        if found < value:
            best, value = trial, found
        elif best is not t:
            break
    return best
