"""Upper bounds in a cell of three atoms: a symbol that meets a location–scale pair.

Let t and possibly t² be symbols such that t, …, t⁴ have no factorisation into other symbols, and u
another symbol. Then for three atoms speed(η_t) ≥ 1/4, or speed(η_u) + 2 speed(η_t) ≥ 1, or, for
some j = 0, 1, 2 and some other term at u·t^j, one that is not u times powers of t and t²,
speed(η_u) + j speed(η_t) ≥ speed of that term.

Proof. Write b = η_t, s = η_(t²), h_j = [t^j] exp(b t + s t²), and β for the least of v(b) and
v(s)/2 along an arc. If β ≥ 1/4 the first case holds. Otherwise the leading forms b̄, s̄ of (b, s),
as vectors over the atoms, are not both 0, and P at t^j, Σ w h_j = O(V) for j ≤ 4, gives Σ w̄ h̄_j =
0 for j = 1, …, 4, w̄ > 0. The vectors h̄_1 = b̄ and h̄_2 = b̄²/2 + s̄ are independent: if b̄ = 0,
then 0 = Σ w̄ h̄_4 = ½ Σ w̄ s̄², so s̄ = 0, excluded; if h̄_2 = λ b̄, then h̄_3 = λ b̄² − b̄³/3 and
h̄_4 = λ² b̄²/2 − b̄⁴/12, so Σ w̄ b̄³ = 3λ Σ w̄ b̄² and Σ w̄ b̄⁴ = 6λ² Σ w̄ b̄², and Cauchy–Schwarz
says 9λ² ≤ 6λ², so λ = 0 and b̄ = 0, excluded. As Σ w̄ h̄_0 = Σ w̄ ≠ 0, the three vectors h̄_0,
h̄_1, h̄_2 are a basis of R³. Now Σ w η_u h_j = O(V) − (the other terms at u·t^j) for j = 0, 1, 2:
with h_j of size V^(jβ) this determines η_u up to the largest of V^(−jβ)·(V or such a term), and
v(b) = β because b̄ ≠ 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from polysolv.families.factorisations import factorisations
from polysolv.families.log_symbol import Exponents
from polysolv.rates.prover.branching import Alternatives, least
from polysolv.rates.prover.linear_program import Row

_MAX_SYMBOLS = 9
_MAX_PROGRAMS = 1_000
_MAX_DEGREE = 6
QUARTER, HALF = Fraction(1, 4), Fraction(1, 2)

Squares = Mapping[Exponents, Sequence[tuple[int, Mapping[Exponents, int]]]]


# (t, u, other terms at u·t^j as (j, exponents of the symbols)).
Companion = tuple[Exponents, Exponents, list[tuple[int, dict[Exponents, int]]]]


def companions(acting: Sequence[Exponents], everything: Sequence[Exponents]) -> list[Companion]:
    """Return all (t, u) of acting symbols as above, with the other terms; these may hold any symbol of K.

    >>> symbols = [(0, 1), (0, 2), (1, 1)]
    >>> companions(symbols, symbols)[0]
    ((0, 1), (1, 1), [])
    """
    found: list[Companion] = []
    for t in acting:
        pair = {t, _times(t, 2)}
        if all(set(used) <= pair for j in range(1, 5) for used in _terms(_times(t, j), everything)):
            for u in acting:
                if u not in pair:
                    others = [
                        (j, used)
                        for j in range(3)
                        for used in _terms(_plus(u, _times(t, j)), everything)
                        if used.get(u) != 1 or not set(used) - {u} <= pair
                    ]
                    found.append((t, u, others))
    return found


def _terms(monomial: Exponents, symbols: Sequence[Exponents]) -> list[dict[Exponents, int]]:
    return [
        {s: e for s, e in zip(symbols, powers, strict=True) if e}
        for powers in factorisations(monomial, list(symbols))
    ]


def three_atom_speeds(
    symbols: Sequence[Exponents],
    everything: Sequence[Exponents],
    squares: Squares,
    speeds: Mapping[Exponents, Fraction],
) -> dict[Exponents, tuple[Fraction, Exponents]]:
    """Return improved speeds of symbols u, each with the location t that is used.

    Args:
        symbols: the symbols of K that tend to zero and whose equations may be used.
        everything: all symbols of K.
        squares: the terms at s² that matter, as (exponent of η_s, exponents of the others).
        speeds: speeds proved already.

    The alternatives of the module's text and those of the squares are run through with linear programs.
    """
    if len(everything) > _MAX_SYMBOLS or max(map(sum, everything)) > _MAX_DEGREE:
        return {}
    # A location that is known to be fast satisfies the first case by itself.
    pairs = [c for c in companions(symbols, everything) if speeds.get(c[0], Fraction(0)) < QUARTER]
    place = {s: i for i, s in enumerate(symbols)}
    known: list[Row] = [({place[s]: 1}, v) for s, v in speeds.items()]

    def violated(point: list[Fraction]) -> list[Alternatives]:
        options: list[Alternatives] = []
        rows: list[Row]
        for t, u, others in pairs:
            rows = [({place[t]: 1}, QUARTER), ({place[u]: 1, place[t]: 2}, Fraction(1))]
            rows += [(_at_least(place, {u: 1, t: j}, used), Fraction(0)) for j, used in others]
            if _all_violated(rows, point):
                options.append(((t, u), rows))
        for s, terms in squares.items():
            rows = [({place[s]: 2}, Fraction(1))]
            rows += [(_at_least(place, {s: 2}, {**others, s: p}), Fraction(0)) for p, others in terms]
            if _all_violated(rows, point):
                options.append((s, rows))
        return options

    found: dict[Exponents, tuple[Fraction, Exponents]] = {}
    for t, u, _ in pairs:
        if speeds.get(u, Fraction(0)) < HALF:
            value, _, _ = least(place[u], len(symbols), known, violated, HALF, _MAX_PROGRAMS)
            if value > found.get(u, (speeds.get(u, Fraction(0)), t))[0]:
                found[u] = (value, t)
    return found


def _at_least(
    place: Mapping[Exponents, int], left: Mapping[Exponents, int], right: Mapping[Exponents, int]
) -> dict[int, int | Fraction]:
    """Return the inequality speed of ``left`` ≥ speed of ``right``; symbols without a place have speed 0."""
    row: dict[int, int | Fraction] = {}
    for side, sign in ((left, 1), (right, -1)):
        for s, e in side.items():
            if s in place:
                row[place[s]] = row.get(place[s], 0) + sign * e
    return row


def _all_violated(rows: list[Row], point: list[Fraction]) -> bool:
    return all(sum((c * point[i] for i, c in row.items()), Fraction(0)) < low for row, low in rows)


def _times(monomial: Exponents, factor: int) -> Exponents:
    return tuple(factor * e for e in monomial)


def _plus(one: Exponents, other: Exponents) -> Exponents:
    return tuple(a + b for a, b in zip(one, other, strict=True))
