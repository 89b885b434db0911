"""Follows a few doubtful paths to their ends with as many digits as multiple solutions take."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from polysolv.homotopy.closeness import coincident
from polysolv.homotopy.compiled import codes
from polysolv.homotopy.compiled.straightline import Complexes
from polysolv.homotopy.compiled.tuning import LEVELS
from polysolv.homotopy.engine import Engine, Halted
from polysolv.homotopy.precise.fixed_point import Fixed, FixedHomotopy, largest, solve_linear
from polysolv.homotopy.precise.newton import jacobian_condition, landed, products_of
from polysolv.homotopy.problem import Coefficients, Problem, relative_residuals
from polysolv.homotopy.tracker import Tracked, has_converged, is_regular

_CLUSTER = 1e-3  # relative distance of end points that may be one multiple solution
_LARGE = 10  # where more end and none is missing, as many close ones would be a strange accident
_MOST_PATHS = 64
_AMPLE = 3  # times as many steps may be taken as it promises to take
_MOST_PRODUCTS = 250_000  # for one evaluation in each step of all paths: some seconds
_LEAST_STEPS = 30  # that there must be for each path
_DEPTH_EACH = 64  # bits of s for each path of a cluster: the m-th root of s is then below 1e-19
_DEEPEST = 450
_EXTENSION = 1.5  # what the depth may grow by where no winding number shows
_GUARD = 128
_LEAST_PLACES, _RUNG = 320, 96  # binary places at the beginning of a path, and by how many they grow
_DOUBLES = 26  # bits that start points have at least
_MOST_FAILED = 24
_ILL_CONDITION = 1e8  # beyond this Newton's method comes to rest at regular points only
_MOST_ALONE = 8  # more single singular end points are those of a curve, or of a surface
_SHORTEST = 1e-3
_MOST_STEPS = 1000
_CORRECTIONS = 12
_PART, _MORE = 4, 4  # bits by which the first one is smaller than the slope, and more with more care
_FINEST = 3  # times the winding number of the slowest coordinates is tried for all of them
_ROUNDS = 3  # that paths which have jumped are followed
_SAME = 4e-15  # relative distance of precise end points that are one
_QUADRATIC = 4  # bits by which each correction has to be smaller than the one before
_CONVERGED = 0.75  # of the bits below s, the rest is left to the Jacobian's condition
_NEAR_INTEGER = 0.05  # relative
_LN2 = round(math.ldexp(math.log(2), 60))
_LARGE_NORM = 100  # that a path to infinity reaches
_FAR = 1 << 200  # norm beyond which a path is left alone


class _Ladder:
    """A homotopy with as many binary places as a place of a path takes: the nearer its end the more.

    Args:
        finest: the homotopy with all places, in which places of paths are kept.
    """

    def __init__(self, finest: FixedHomotopy) -> None:
        self.finest = finest
        self._made = {finest.bits: finest}

    def at(self, sigma: float) -> FixedHomotopy:
        """Return the homotopy that serves at s = 2^−sigma."""
        wanted = _LEAST_PLACES + _RUNG * math.ceil(2 * _EXTENSION * sigma / _RUNG)
        bits = min(self.finest.bits, wanted)
        if bits not in self._made:
            self._made[bits] = self.finest.rounded(bits)
        return self._made[bits]

    def coarse(self, x: Sequence[Fixed], homotopy: FixedHomotopy) -> list[Fixed]:
        """Return a point with the places of a homotopy of this ladder."""
        less = self.finest.bits - homotopy.bits
        return [(a >> less, b >> less) for a, b in x]

    def fine(self, x: Sequence[Fixed], homotopy: FixedHomotopy) -> list[Fixed]:
        """Return such a point with all places."""
        more = self.finest.bits - homotopy.bits
        return [(a << more, b << more) for a, b in x]


@dataclass(frozen=True)
class _End:
    code: int
    point: Sequence[complex]
    condition: float
    winding: int


@dataclass(frozen=True)
class _Place:
    """A point of a path at s = 2^−sigma, and its derivative in sigma."""

    sigma: float
    x: list[Fixed]
    slope: list[Fixed]


def settle_doubtful(
    of_path: Callable[[int], tuple[Problem, Sequence[Coefficients]]],
    points: Complexes,
    tracked: Tracked,
    engine: Engine,
) -> None:
    """Track doubtful paths once more in fixed-point numbers of hundreds of bits, in place.

    Doubtful are failed paths, and those of two and more that end at one singular point: the m-th roots of
    the smallest s that doubles allow do not tell a solution of multiplicity m from close ones.

    Args:
        of_path: the target and the start system of each row, in its units.
        points: the end points in common units, homogeneous.
        tracked: end points, and the points at the endgame's boundary, where the paths are taken up.
        engine: its deadline and Ctrl-C end the work.

    Where Newton's method for the target converges quadratically from a point of the path, the end is a simple
    solution. Otherwise the end is extrapolated from x(s) − x(0) ~ s^(1/w), with w from the last two tangents.
    """
    doubtful = _doubtful_paths(tracked, points)
    if not doubtful:
        return
    products = products_of(of_path(doubtful[0][0])[0])
    digits = max(multiplicity for _, multiplicity in doubtful)
    left = _MOST_PRODUCTS // (products * (1 + digits // 8))
    if left < _LEAST_STEPS * len(doubtful):
        return
    left *= _AMPLE
    rows = {row for row, _ in doubtful}
    for care in range(_ROUNDS):
        for row, multiplicity in doubtful:
            if row not in rows:
                continue
            problem, start = of_path(row)
            depth = min(_DEEPEST, _DEPTH_EACH * multiplicity)
            if engine.is_over():
                return
            try:
                with engine.breakable():
                    homotopy = FixedHomotopy.of(problem.exact, start, int(2 * _EXTENSION * depth) + _GUARD)
                    most = min(left, _MOST_STEPS)
                    end, steps = _followed(_Ladder(homotopy), tracked.middles[row], depth, most, engine, care)
            except Halted:
                return
            left -= steps
            tracked.facts[row, codes.STEPS] += steps
            tracked.levels[row] += 1
            if end is not None:
                _enter(tracked, row, end, problem)
        rows &= _jumped(tracked, sorted(rows))
        if not rows:
            return


def _enter(tracked: Tracked, row: int, end: _End, problem: Problem) -> None:
    """Let a path end there."""
    tracked.codes[row] = end.code
    tracked.facts[row, codes.WINDING] = end.winding
    if end.code == codes.AT_INFINITY:
        return
    tracked.points[row] = [*end.point, 1.0]
    tracked.facts[row, codes.CONDITION] = end.condition
    tracked.facts[row, codes.CORRECTION] = 0.0
    polynomials = [{m: c for m, (c, _) in polynomial.items()} for polynomial in problem.rows]
    tracked.facts[row, codes.BACKWARD_ERROR] = relative_residuals(polynomials, np.array([end.point]))[0]
    tracked.precise[row] = True


def _jumped(tracked: Tracked, rows: Sequence[int]) -> set[int]:
    """Rows in clusters of which some path must have jumped to another one.

    One path ends at a simple zero. At a multiple one paths make cycles, so many in each as turns close it.
    """
    found: set[int] = set()
    for group in coincident(tracked.points[rows], _CLUSTER):
        cluster = [rows[i] for i in group if tracked.precise[rows[i]]]
        for same in coincident(tracked.points[cluster], _SAME):
            turns = tracked.facts[[cluster[i] for i in same], codes.WINDING].tolist()
            if any(turns.count(w) % max(round(w), 1) or w == 1 for w in turns):
                found.update(cluster)
    return found


def _doubtful_paths(tracked: Tracked, points: Complexes) -> list[tuple[int, int]]:
    """Rows of doubtful paths, each with the multiplicity that its end point may have."""
    begun = np.abs(tracked.middles).max(axis=1, initial=0.0) > 0
    failed = np.flatnonzero(np.isin(tracked.codes, codes.FAILURES) & begun)
    if len(failed) > _MOST_FAILED:
        return []
    finite = np.isin(tracked.codes, (codes.SUCCESS, codes.SINGULAR)) & begun
    # Newton's method came to the neighbourhood of a multiple point, but not to rest.
    unsettled = (
        finite
        & (tracked.codes == codes.SUCCESS)
        & ~has_converged(tracked.facts)
        & (tracked.facts[:, codes.CONDITION] > _ILL_CONDITION)
        & is_regular(tracked.facts)
    )
    singular = finite & ((tracked.codes == codes.SINGULAR) | ~is_regular(tracked.facts)) | unsettled
    if not len(failed) and not singular.any():
        return []
    rows = np.flatnonzero(finite)
    groups = [rows[group] for group in coincident(points[rows], _CLUSTER)]
    groups = [group for group in groups if singular[group].any()]
    alone = sorted(set(np.flatnonzero(singular)) - {row for group in groups for row in group})
    if len(alone) > _MOST_ALONE or not (
        len(failed) or unsettled.any() or any(len(group) > 2 for group in groups)
    ):
        alone = []
    # Multiple solutions have company; that of these may have been lost.
    missed = len(failed) + len(alone)
    most = missed + max(map(len, groups), default=0)
    found: list[tuple[int, int]] = []
    for group in sorted(groups, key=len):
        if missed or unsettled[group].any() or len(group) <= _LARGE:
            found += [(int(row), len(group) + missed) for row in group if singular[row]]
    found += [(int(row), most) for row in [*alone, *failed]]
    return found if len(found) <= _MOST_PATHS else []


def _followed(
    ladder: _Ladder, middle: np.ndarray, depth: int, most: int, engine: Engine, care: int
) -> tuple[_End | None, int]:
    """Track from the endgame's boundary to s = 2^−depth in at most so many steps, the smaller the more care.

    Returns:
        the end, or ``None`` where the path cannot be followed or leads far away, and the number of steps.
    """
    homotopy = ladder.finest
    bits = homotopy.bits
    if np.abs(middle[-1]) < np.abs(middle).max() / _FAR:
        return None, 0
    begin = [homotopy.fixed(complex(z)) for z in middle[:-1] / middle[-1]]
    first = _corrected(ladder, begin, -math.log2(LEVELS[0].boundary), 1 << bits - _DOUBLES)
    if first is None:
        return None, 1
    before, now = None, first
    turns: float | None = None
    step, fine = 0.5, 1
    for count in range(1, most):
        if engine.is_over() or step < _SHORTEST or largest(now.x) >> bits > _FAR:
            return None, count
        earlier, turns = turns, _turns(before, now)
        if turns is None or turns < 1.5:
            near = ladder.at(now.sigma)
            zero = landed(near, ladder.coarse(now.x, near))
            if zero is not None and near is not homotopy:
                zero = landed(homotopy, ladder.fine(zero, near))
            if zero is not None:
                point = [homotopy.number(z) for z in zero]
                return _End(codes.SUCCESS, point, jacobian_condition(homotopy, zero), 1), count
        clear = earlier is not None and turns is not None and _agree(earlier, turns)
        if now.sigma >= depth and (clear or now.sigma >= _EXTENSION * depth):
            # One turn leads to a simple zero, or else to a set of zeros through which many digits see none.
            if turns is not None and (clear or _closes_at_once(earlier, turns)):
                return _extrapolated(homotopy, now, turns), count
            infinite = _diverges(before, now, bits)
            return (_End(codes.AT_INFINITY, (), math.inf, 0) if infinite else None), count
        step = min(step, depth / 8)
        guess = _predicted(before, now, turns, step, fine)
        after = _corrected(ladder, guess, now.sigma + step, care=care)
        if after is None:
            step *= 0.4
            fine = fine % _FINEST + 1
            continue
        before, now = now, after
        step *= 2.0
    return None, most


def _turns(before: _Place | None, now: _Place) -> float | None:
    """The w of x(s) − x(0) ~ s^(1/w) that two slopes tell, if they do."""
    if before is None:
        return None
    old, new = largest(before.slope), largest(now.slope)
    if not 0 < new < old:
        return None
    return (now.sigma - before.sigma) / (_log2(old) - _log2(new))


def _agree(earlier: float, turns: float) -> bool:
    """Whether two estimates are near the same winding number above 1."""
    return turns > 1.5 and round(earlier) == round(turns) and _is_winding(turns) and _is_winding(earlier)


def _closes_at_once(earlier: float | None, turns: float) -> bool:
    """Whether two estimates are near the winding number 1."""
    return earlier is not None and round(earlier) == round(turns) == 1 and _is_winding(turns)


def _is_winding(turns: float) -> bool:
    """Whether an estimate is near a positive integer, as it is where s^(1/w) is the law."""
    return round(turns) > 0 and abs(turns - round(turns)) < _NEAR_INTEGER * turns


def _diverges(before: _Place | None, now: _Place, bits: int) -> bool:
    """Whether x(s) grows like a power of 1/s, by the last two slopes, and by the last slope and x(s)."""
    size, new = largest(now.x), largest(now.slope)
    old = 0 if before is None else largest(before.slope)
    if before is None or not 0 < old < new or size >> bits < _LARGE_NORM:
        return False
    power = (_log2(new) - _log2(old)) / (now.sigma - before.sigma)
    return abs(2 ** (_log2(new) - _log2(size)) / math.log(2) - power) < _NEAR_INTEGER * power


def _predicted(
    before: _Place | None, now: _Place, turns: float | None, step: float, fine: int
) -> list[Fixed]:
    """Cubic in s^(1/w) through the last two points with their slopes, or in log s; at first a line.

    The slopes tell the w of the slowest coordinates; ``fine`` times as many turns may close the others, too.
    """
    if before is None:
        return [_moved(z, (d, step)) for z, d in zip(now.x, now.slope, strict=True)]
    length = now.sigma - before.sigma
    if turns is not None and _is_winding(turns):
        winding = round(turns) * fine
        # In units of τ = s^(1/w) at the newest point: d/dτ = −(w/ln 2) d/dσ.
        far, new = 2.0 ** (length / winding), 2.0 ** (-step / winding)
        slopes = -winding / math.log(2), -winding / math.log(2) / far
    else:
        far, new = 1 - length, 1 + step
        slopes = 1.0, 1.0
    # Newton's form with double knots at 1, `far`; differences of points keep all digits.
    gap, way = far - 1, new - 1
    square, cube = way * way / gap, way * way * (new - far) / (gap * gap)
    of_difference = square / gap - 2 * cube / gap
    of_new = (way - square + cube) * slopes[0]
    of_old = cube * slopes[1]
    return [
        _moved(z, ((y[0] - z[0], y[1] - z[1]), of_difference), (d1, of_new), (d0, of_old))
        for z, y, d0, d1 in zip(now.x, before.x, before.slope, now.slope, strict=True)
    ]


def _moved(point: Fixed, *changes: tuple[Fixed, float]) -> Fixed:
    re, im = point
    for (a, b), factor in changes:
        numerator = round(math.ldexp(factor, 60))
        re += a * numerator >> 60
        im += b * numerator >> 60
    return re, im


def _corrected(
    ladder: _Ladder, guess: list[Fixed], sigma: float, allowed: int = 0, care: int = 0
) -> _Place | None:
    """Newton's method at s = 2^−sigma; ``None`` unless its first correction is a small part of the slope.

    The slope tells how far the path is from its end, and so from the other paths that end there. They may be
    much closer in other directions, where the slope says nothing. So the method has to converge at once, and
    to all digits: between two paths corrections hardly become smaller at first. ``allowed`` is a correction
    that may be made in any case.
    """
    homotopy = ladder.at(sigma)
    bits = homotopy.bits
    guess, allowed = ladder.coarse(guess, homotopy), allowed >> ladder.finest.bits - bits
    s = homotopy.power(sigma)
    least = largest(guess) + (1 << bits) >> bits - 20
    goal = largest(guess) + (1 << bits) >> max(int(_CONVERGED * (bits - sigma)), 30)
    before = None
    x = guess
    for attempt in range(_CORRECTIONS):
        values, matrix, change = homotopy.evaluate(x, s)
        solved = solve_linear(matrix, [values, change], bits)
        if solved is None:
            return None
        x = [(a - p, b - q) for (a, b), (p, q) in zip(x, solved[0], strict=True)]
        # dx/dσ = dx/ds · (−s ln 2)
        rate = s * _LN2 >> 60
        slope = [(rate * p >> bits, rate * q >> bits) for p, q in solved[1]]
        size, unit = largest(solved[0]), largest(slope)
        if attempt == 0 and size > max(unit >> _PART + _MORE * care, least, allowed):
            return None
        if size <= goal:
            return _Place(sigma, ladder.fine(x, homotopy), ladder.fine(slope, homotopy))
        if before is not None and attempt > 1 and size > before >> _QUADRATIC:
            return None
        before = size
    return None


def _extrapolated(homotopy: FixedHomotopy, now: _Place, turns: float) -> _End:
    """The end of a path for which x(s) − x(0) ~ s^(1/w)."""
    move = turns / math.log(2)
    end = [homotopy.number(_moved(z, (d, move))) for z, d in zip(now.x, now.slope, strict=True)]
    return _End(codes.SINGULAR, end, math.inf, round(turns))


def _log2(value: int) -> float:
    shift = max(0, value.bit_length() - 60)
    return math.log2(value >> shift) + shift
