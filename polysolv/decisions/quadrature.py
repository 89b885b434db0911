"""The Gauss–Hermite witness: degree 2m−1 is solvable for every location–scale core, in exact arithmetic."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import factorial
from typing import TYPE_CHECKING, NamedTuple

from polysolv.decisions.verdict import REAL_POSITIVE, SOLVABLE, Verdict
from polysolv.systems.reductions import location_scale_pair

if TYPE_CHECKING:
    from polysolv.display.pictures import Picture
    from polysolv.families import Family, LogSymbol

_HERMITE: list[tuple[int, ...]] = [(1,), (0, 1)]
# k -> the He_k that has been checked against the two before it, so that larger rules need not do so again.
_CHECKED: dict[int, tuple[int, ...]] = {}


def hermite(m: int) -> tuple[int, ...]:
    """Return the integer coefficients of the monic Hermite polynomial He_m, the constant first.

    He_{k+1} = x He_k − k He_{k−1} (probabilists' convention).

    >>> hermite(4)
    (3, 0, -6, 0, 1)
    """
    while len(_HERMITE) <= m:
        k = len(_HERMITE) - 1
        shifted = (0, *_HERMITE[k])
        _HERMITE.append(tuple(a - k * b for a, b in zip(shifted, (*_HERMITE[k - 1], 0, 0), strict=True)))
    return _HERMITE[m]


@lru_cache(maxsize=4096)
def gaussian_moment(j: int) -> int:
    """Return E[Z^j] for Z ~ N(0, 1): (j−1)!! for even j, 0 for odd j.

    >>> [gaussian_moment(j) for j in range(7)]
    [1, 0, 1, 0, 3, 0, 15]
    """
    half = j // 2
    return 0 if j % 2 else factorial(j) // (factorial(half) << half)


def _mean(polynomial: tuple[int, ...], power: int) -> int:
    """Return E[p(Z) Z^power]; only even powers of Z have a mean other than 0."""
    parity = power % 2
    moments = map(gaussian_moment, range(parity + power, len(polynomial) + power, 2))
    return sum(c * moment for c, moment in zip(polynomial[parity::2], moments, strict=True))


def _continues(k: int) -> bool:
    """Return whether He_k continues He_{k−1}, He_{k−2}, … as a Sturm sequence and an orthogonal one.

    (1) He_k − x He_{k−1} is −(k − 1) He_{k−2}, and the leading coefficient is positive. (2) By (1)
    E[He_k Z^i] is E[He_{k−1} Z^{i+1}] − (k − 1) E[He_{k−2} Z^i], which vanishes for i < k − 2 if the two
    before are orthogonal to all lower powers: i = k − 2 and i = k − 1 are left to compute.
    """
    here = hermite(k)
    if _CHECKED.get(k) is here:
        return True
    below, two_below = hermite(k - 1), hermite(k - 2) if k > 1 else ()
    recurrence = [a - (k - 1) * b for a, b in zip((0, *below), (*two_below, 0, 0), strict=True)]
    if list(here) != recurrence or here[k] <= 0 or any(_mean(here, i) for i in range(max(k - 2, 0), k)):
        return False
    _CHECKED[k] = here
    return True


class GaussHermiteWitness(NamedTuple):
    """The solution ``location = z_l, scale term = −½`` with z_l, w_l the m-point Gauss–Hermite rule.

    Attributes:
        m: number of nodes, at least 2 (with one node the solution is trivial).

    Σ_l w_l exp(z_l y − y²/2) = 1 + O(y^{2m}); the coefficient at y^{2m} is −m!/(2m)!.
    Source: theory page §3, lower bound.
    """

    m: int

    def check(self) -> bool:
        """Return whether every hypothesis holds, computed with integers alone.

        (1) He_m, …, He_0 is a Sturm sequence with all signs + at +∞ and alternating at −∞: He_m has m
        distinct real roots. (2) The quadrature identity: Σ_j h_j E[Z^{j+i}] = 0 for i = 0..m−1, which says
        that the power series of Q_m/He_m at infinity agrees with the moments to order 2m. (3) Weights are
        positive: by (2), w_l = Σ_i w_i L_l(z_i)² = E[L_l(Z)²] for the Lagrange polynomial L_l.
        """
        return hermite(0)[0] > 0 and all(map(_continues, range(1, self.m + 1)))

    def residual(self) -> Fraction:
        """Return the exact coefficient at y^{2m}: E_Q[He_{2m}]/(2m)!, which is −m!/(2m)!.

        He_m vanishes at the nodes and He_{2m} − He_m² has degree below 2m, where the rule is exact, so
        E_Q[He_{2m}] = −E[He_m(Z)²] = −E[He_m(Z) Z^m].

        >>> GaussHermiteWitness(3).residual()
        Fraction(-1, 120)
        """
        return Fraction(-_mean(hermite(self.m), self.m), factorial(2 * self.m))

    def nodes(self, digits: int = 30) -> list[tuple[str, str]]:
        """Return (node, weight) to ``digits`` decimal digits, for display; nothing is proved from them.

        >>> GaussHermiteWitness(2).nodes(5)
        [('-1.0', '0.5'), ('1.0', '0.5')]
        """
        import mpmath

        with mpmath.workdps(digits + 10):
            roots = mpmath.polyroots(
                list(reversed(hermite(self.m))), maxsteps=200, extraprec=20 * self.m + 40
            )
            values = sorted(mpmath.re(root) for root in roots)
            weights = [
                1
                / mpmath.fsum(mpmath.polyval(hermite(k)[::-1], z) ** 2 / factorial(k) for k in range(self.m))
                for z in values
            ]
            return [
                (mpmath.nstr(z, digits), mpmath.nstr(w, digits)) for z, w in zip(values, weights, strict=True)
            ]

    def plot(self, epsilon: float = 0.6) -> Picture:
        """Return a picture of the rule at work: m atoms a distance of order ε apart that look like one.

        Args:
            epsilon: how far the atoms N(ε z_l, 1 − ε²) are spread, above 0 and below 1.

        Returns:
            on the left the weighted atoms, their sum and N(0, 1); on the right the largest difference of the
            two densities against ε, beside the slope 2m.

        Raises:
            InputError: if ``epsilon`` is out of range.
        """
        from polysolv.decisions.witness_plot import witness_picture

        return witness_picture([(float(z), float(w)) for z, w in self.nodes(17)], epsilon)


def decide_by_quadrature(family: Family, m: int, degree: int) -> Verdict | None:
    """Return SOLVABLE if the Gauss–Hermite witness solves the system, else ``None``.

    Args:
        family: a family whose K, restricted to two components, is a location–scale one in a component of
            the non-triviality clause; all other components are set to zero.
        m: cell size.
        degree: degree r; the witness reaches 2m − 1.
    """
    pair = _witness_pair(family.log_symbol, family.nontrivial)
    if pair is None or m < 2 or degree > 2 * m - 1 or not GaussHermiteWitness(m).check():
        return None
    location, scale = pair
    coefficient = family.log_symbol.symbols[scale][0]
    return Verdict(
        status=SOLVABLE,
        field=REAL_POSITIVE,
        evidence=None,
        method="quadrature",
        reason=f"Gauss-Hermite rule with {m} nodes, exact to degree {2 * m - 1}",
        witness={
            "rule": "gauss-hermite",
            "m": m,
            location: "the nodes",
            scale: str(Fraction(-1, 2) / coefficient),
        },
    )


@lru_cache(maxsize=64)
def _witness_pair(symbol: LogSymbol, nontrivial: tuple[str, ...]) -> tuple[str, str] | None:
    for location in nontrivial:
        for scale in symbol.perturbations:
            others = frozenset(symbol.perturbations) - {location, scale}
            pair = location_scale_pair(symbol.without(others))
            if pair is not None and pair[0] == location:
                return pair
    return None
