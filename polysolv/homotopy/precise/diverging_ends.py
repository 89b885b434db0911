"""Follows paths that go to infinity, along logarithms of their coordinates, as far as that must be seen."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from polysolv.homotopy.closeness import coincident
from polysolv.homotopy.compiled import codes
from polysolv.homotopy.compiled.tuning import LEVELS
from polysolv.homotopy.engine import Engine, Halted
from polysolv.homotopy.precise.ball_homotopy import BallHomotopy, log2_size
from polysolv.homotopy.precise.confirmation import exact_target, simple_zero
from polysolv.homotopy.precise.newton import jacobian_condition, products_of
from polysolv.homotopy.problem import Coefficients, Problem, relative_residuals
from polysolv.homotopy.tracker import Tracked
from polysolv.polynomials.ball_precision import precision

_BITS = 512
_BEYOND = 40.0  # log₂ of the norm that such a path reaches: as large as those that doubles call infinite
_STEADY = 10.0  # over the last so many bits of the norm its growth must have been steady,
_VARIATION = 0.1  # relative, of the power of 1/s
_SLOWEST, _REST = 0.02, 32.0  # smallest power of 1/s, over so many bits of s
_LARGE, _CLOSE = 1e-2, 1e-6  # paths with a smaller homogenising coordinate, and a smaller s, are looked at
_MOST_PRODUCTS = 200_000_000  # in all: half a minute
_HOPELESS = 4  # paths in a row that cannot be followed, after which no more are tried
_USUAL_EVALUATIONS, _MOST_EVALUATIONS = 300, 1500  # for each path
_FIRST_STEP, _SHORTEST = 1e-3, 1e-8  # of log₂ 1/s
_ALLOWED = 0.1  # first correction, relative
_EASY, _ORDER = 1e-2, 12  # ratio of the first two corrections, and the power of the step it grows by
_QUADRATIC = 0.1  # by this or more each one has to be smaller than the one before
_CONVERGED, _NARROWING = 40, 0.75  # bits that corrections must reach, and more for each of s
_CORRECTIONS = 12
_SAME = 1e-8  # relative distance of end points that are one
_MEMORY = 8  # places through which curves are laid


@dataclass(frozen=True)
class _Place:
    """A point of a path at s = 2^−sigma: coordinates, and their derivatives in sigma."""

    sigma: float
    x: list[Any]
    slope: list[Any]
    largest: int  # number of the largest coordinate
    size: float  # log₂ of that
    power: float  # d size / d sigma


def settle_diverging(
    of_path: Callable[[int], tuple[Problem, Sequence[Coefficients]]], tracked: Tracked, engine: Engine
) -> None:
    """Let failed paths end at infinity where many digits follow them there, in place.

    Doubles end where the Jacobian's condition number leaves no digits. There a norm that has grown like s^−v
    with a small v, and coordinates that grow unlike each other, leave it open where a path goes. With more
    digits it is followed on, until its norm is beyond 2^40 and has grown by a steady power of 1/s for the
    last ten bits, or until it has not grown for 32 bits of s: then it may end at a simple zero of large norm.

    Args:
        of_path: the target and the start system of each row, in its units.
        tracked: end points; those of failed paths are where these got stuck. From where Newton's method does
            not converge at once, a path is followed again from the endgame's boundary.
        engine: its deadline and Ctrl-C end the work.

    Near infinity the logarithm of the largest coordinate, and quotients of others by it, are smooth in
    log s: polynomials through the last places and slopes extrapolate them (compare the polyhedral endgame of
    Huber and Verschelde 1998). The work has a bound, which depends on the system alone.
    """
    sizes = np.abs(tracked.points).max(axis=1, initial=0.0)
    last, reached = np.abs(tracked.points[:, -1]), tracked.facts[:, codes.REACHED]
    far = (last > 0) & (last < _LARGE * sizes) & (reached > 0) & (reached < _CLOSE)
    open_codes = [code for code in codes.FAILURES if code != codes.DIVERGING]
    rows = np.flatnonzero(np.isin(tracked.codes, open_codes) & far)
    if not len(rows) or engine.is_over():
        return
    most = _MOST_PRODUCTS // (_USUAL_EVALUATIONS * products_of(of_path(int(rows[0]))[0]))
    lost = 0
    with suppress(Halted), engine.breakable(), precision(_BITS):
        made: tuple[Problem, BallHomotopy] | None = None
        for row in rows[:most].tolist():
            problem, start = of_path(row)
            if made is None or made[0] is not problem:
                made = problem, BallHomotopy(problem.exact, start)
            places = _followed(made[1], tracked.points[row], float(reached[row]), engine)
            if places is None and tracked.middles[row, -1] != 0:  # too few digits there: from further off
                places = _followed(made[1], tracked.middles[row], LEVELS[-1].boundary, engine)
            lost = lost + 1 if places is None else 0
            if places is not None and _is_steady(places):
                tracked.codes[row] = codes.AT_INFINITY
                tracked.facts[row, codes.WINDING] = 0
            elif places is not None:
                _land(tracked, row, problem, places[-1])
            if engine.is_over() or lost == _HOPELESS:
                break


def _land(tracked: Tracked, row: int, problem: Problem, last: _Place) -> None:
    """Let a path that comes to rest end at the simple zero there, if there is one that no other path has."""
    point = np.array([complex(z) for z in last.x])
    zero = simple_zero(exact_target(problem), point)
    if zero is None:
        return
    end = np.array([*zero.point, 1.0])
    taken = tracked.points[np.isin(tracked.codes, (codes.SUCCESS, codes.SINGULAR))]
    if any(0 in group for group in coincident(np.vstack([end, taken]), _SAME)):
        return
    polynomials = [{m: c for m, (c, _) in polynomial.items()} for polynomial in problem.rows]
    tracked.points[row] = end
    tracked.facts[row, codes.WINDING] = 1
    tracked.facts[row, codes.CONDITION] = jacobian_condition(zero.homotopy, zero.coordinates)
    tracked.facts[row, codes.CORRECTION] = 0.0
    tracked.facts[row, codes.BACKWARD_ERROR] = relative_residuals(polynomials, end[None, :-1])[0]
    tracked.precise[row] = True
    tracked.codes[row] = codes.SUCCESS  # at last: Ctrl-C may come in between


def _followed(homotopy: BallHomotopy, point: np.ndarray, s: float, engine: Engine) -> list[_Place] | None:
    """Follow the path through a point, known to few digits, at this s.

    Returns:
        its places, up to one where it is seen to diverge or to rest; ``None`` if there is none.
    """
    import flint

    sigma, step = -math.log2(s), _FIRST_STEP
    begin = [flint.acb(complex(z)) / flint.acb(complex(point[-1])) for z in point[:-1]]
    now, used = _corrected(homotopy, begin, sigma, back=2)
    if now is None:
        return None
    places = [now[0]]
    while used < _MOST_EVALUATIONS and step > _SHORTEST and not engine.is_over():
        at = places[-1]
        if _rests(places) or _is_steady(places):
            return places
        sigma = at.sigma + step
        guess = _predicted(places[-_MEMORY:], sigma - at.sigma)
        after, more = _corrected(homotopy, guess, sigma)
        used += more
        if after is None:
            step *= 0.5
            continue
        place, ratio = after
        places.append(place)
        # The ratio of the first two corrections tells how deep in Newton's basin the guess was.
        wanted = (_EASY / max(ratio, 1e-30)) ** (1 / _ORDER)
        step *= min(max(wanted, 0.5), 4.0)
    return None


def _rests(places: Sequence[_Place]) -> bool:
    """Whether the norm has not grown for long."""
    last = places[-1]
    since = next((place for place in reversed(places) if place.sigma < last.sigma - _REST), None)
    return since is not None and last.size < since.size + _SLOWEST * _REST


def _is_steady(places: Sequence[_Place]) -> bool:
    """Whether the norm is large and has grown by one power of 1/s over its last bits."""
    last = places[-1]
    since = next((k for k in range(len(places) - 1, -1, -1) if places[k].size < last.size - _STEADY), None)
    if since is None or last.size < _BEYOND:
        return False
    return last.power > _SLOWEST and all(
        abs(place.power - last.power) < _VARIATION * last.power for place in places[since:]
    )


def _corrected(
    homotopy: BallHomotopy, guess: list[Any], sigma: float, back: int = 1
) -> tuple[tuple[_Place, float] | None, int]:
    """Newton's method at s = 2^−sigma.

    Args:
        homotopy: what vanishes there; ``guess``: where to begin; ``sigma``: −log₂ s.
        back: how many corrections before it each one has to be far smaller than; near other paths every
            second one hardly shrinks.

    Returns:
        the place with the ratio of the second correction to the first, ``None`` unless the method converges
        at once; and the number of evaluations.
    """
    import flint

    s = (flint.arb(2) ** (-flint.arb(sigma))).mid()
    rate = -s * flint.arb.const_log2()
    x, sizes = guess, list[float]()
    for attempt in range(1, _CORRECTIONS + 1):
        found = homotopy.tangent(x, s)
        if found is None:
            return None, attempt
        correction, derivative = found
        slope = [(rate * d).mid() for d in derivative]
        x = [(a + b).mid() for a, b in zip(x, correction, strict=True)]
        size = max(map(_relative, correction, x, slope))
        if not size < min([_ALLOWED, *(_QUADRATIC * before for before in sizes[-back:][:1])]):
            return None, attempt
        sizes.append(size)
        if size < 2.0 ** -(_CONVERGED + _NARROWING * sigma):
            return (_place(sigma, x, slope), sizes[1] / sizes[0] if attempt > 1 else 0.0), attempt
    return None, _CORRECTIONS


def _relative(correction: Any, value: Any, slope: Any) -> float:
    """The size of a correction relative to the coordinate, or to its slope where that passes by zero."""
    unit = max(log2_size(value), log2_size(slope))
    size = log2_size(correction)
    return 0.0 if size == -math.inf else float(2.0 ** min(size - unit, 1000.0))


def _place(sigma: float, x: list[Any], slope: list[Any]) -> _Place:
    sizes = [log2_size(z) for z in x]
    k = max(range(len(x)), key=sizes.__getitem__)
    return _Place(sigma, x, slope, k, sizes[k], complex(slope[k] / x[k]).real / math.log(2))


def _predicted(places: Sequence[_Place], step: float) -> list[Any]:
    """Where coordinates will be, from polynomials through the last places with their slopes.

    These are polynomials for the logarithm of the largest coordinate, which has no zero near the path, and
    for the quotients of the others by it.
    """
    import flint

    last = places[-1]
    k = last.largest
    lengths = [place.sigma - last.sigma for place in places]
    rates = [place.slope[k] / place.x[k] for place in places]
    growth = _extrapolated(lengths, _logarithms(places, k), rates, step)
    lead = (last.x[k] * flint.acb.exp(growth)).mid()
    guess = []
    for i in range(len(last.x)):
        if i == k:
            guess.append(lead)
            continue
        quotients = [place.x[i] / place.x[k] for place in places]
        slopes = [
            place.slope[i] / place.x[k] - quotient * rate
            for place, quotient, rate in zip(places, quotients, rates, strict=True)
        ]
        guess.append((lead * _extrapolated(lengths, quotients, slopes, step)).mid())
    return guess


def _logarithms(places: Sequence[_Place], i: int) -> list[Any]:
    """Continuous logarithms of a coordinate relative to its last value, near what its slopes promise."""
    import flint

    found = [flint.acb(0)]
    for k in range(len(places) - 1, 0, -1):
        now, before = places[k], places[k - 1]
        length = before.sigma - now.sigma
        promised = (0.5 * length * (now.slope[i] / now.x[i] + before.slope[i] / before.x[i])).mid()
        turn = (before.x[i] / now.x[i] * (-promised).exp()).log().mid()
        found.append((found[-1] + turn + promised).mid())
    return found[::-1]


def _extrapolated(nodes: Sequence[float], values: Sequence[Any], slopes: Sequence[Any], at: float) -> Any:
    """Newton's form of the polynomial with these values and slopes at the nodes."""
    import flint

    exact = [flint.arb(node) for node in nodes for _ in range(2)]
    column = [value for value in values for _ in range(2)]
    total, product = column[-1], flint.arb(1)
    for order in range(1, len(exact)):
        column = [
            slopes[k // 2]
            if order == 1 and k % 2 == 0
            else ((column[k + 1] - column[k]) / (exact[k + order] - exact[k])).mid()
            for k in range(len(column) - 1)
        ]
        product = product * (flint.arb(at) - exact[len(exact) - order])
        total = total + column[-1] * product
    return total
