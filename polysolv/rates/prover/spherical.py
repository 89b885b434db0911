"""Exponents of the spherical Gaussian mixture in R^d, d ≥ 2: K = μ·y + ½ σ |y|².

Source: observed-algebra page §6 (docs/second-order.md). On the complex quadric |y|² = 0 what is observed is
Σ w exp(ζ t), ζ = μ_i + i μ_j, so Σ w ζ^k = O(V) for k = 1..m and μ = O(V^(1/m)) (Vandermonde). The second-
order relations are spanned by Σ ∂²/∂μ_i² = 2 ∂/∂σ, of rank d: exponent 2 for m ≤ d and at least 3 for more.
In d dimensions κ(μ) ≤ 1 + t, t the largest number for which m weighted points have Σ w Y_k = 0 for all
harmonic Y_k of degree 1 to t; it is 2 for m = d + 1. For d = 2 the regular m-gon of radius ε with σ = −ε²/2
gives V = O(ε^m), m ≤ 4. With P at y_i² and at |y|⁴ (its part that is radial) Σ w (σ + |μ|²/d)² = O(V) + O(Σ w
|μ|⁴), so κ(μ) ≤ κ gives κ(σ) ≤ max(2, κ/2).
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from polysolv.families.log_symbol import LogSymbol
from polysolv.rates.prover.trace import Step
from polysolv.rates.prover.written_arc import WrittenArc

RULE = "spherical covariance"
_PLANE, _POLYGON = 2, 4
TWO = Fraction(2)


class SphericalBounds(NamedTuple):
    """What is proved about the exponent of a component."""

    lower: Fraction
    upper: Fraction
    trace: tuple[Step, ...]
    arc: WrittenArc


def spherical_dimension(symbol: LogSymbol) -> int:
    """Return d ≥ 2 if K is μ_1 y_1 + … + μ_d y_d + ½ σ |y|², up to the names of components and variables;
    else 0.

    >>> from polysolv.families import get
    >>> spherical_dimension(get("spherical-gaussian", 3).log_symbol)
    3
    """
    d = len(symbol.duals)
    if symbol.covariates or symbol.constants or d < _PLANE or len(symbol.perturbations) != d + 1:
        return 0
    found: dict[int, list[tuple[tuple[int, ...], Fraction]]] = {}
    for term in symbol.terms:
        if sum(term.perturbations) != 1:
            return 0
        found.setdefault(term.perturbations.index(1), []).append((term.variables, term.coefficient))
    units = [tuple(int(i == k) for i in range(d)) for k in range(d)]
    means = sorted(terms[0] for terms in found.values() if len(terms) == 1)
    squares = [terms for terms in found.values() if len(terms) == d]
    if means != sorted((unit, Fraction(1)) for unit in units) or len(squares) != 1:
        return 0
    doubled = {tuple(2 * e for e in unit): Fraction(1, 2) for unit in units}
    return d if dict(squares[0]) == doubled else 0


def spherical_bounds(symbol: LogSymbol, m: int) -> dict[str, SphericalBounds]:
    """Return the statement for every component of δ in a cell of m ≥ 1 atoms of a spherical family.

    >>> from polysolv.families import get
    >>> found = spherical_bounds(get("spherical-gaussian", 2).log_symbol, 3)
    >>> [(name, str(b.lower), str(b.upper)) for name, b in found.items()]
    [('mu_1', '3', '3'), ('mu_2', '3', '3'), ('sigma', '2', '2')]
    """
    d = len(symbol.duals)
    scale = next(
        p for i, p in enumerate(symbol.perturbations) if sum(t.perturbations[i] for t in symbol.terms) > 1
    )
    if m == 1:
        arc = WrittenArc("one atom moves by eps")
        above = Step("kappa <= 1", RULE, "K is linear and its symbols are independent")
        steps = above, Step("kappa >= 1", "arc", f"V = O(eps) along {arc}")
        one = Fraction(1)
        return {name: SphericalBounds(one, one, steps, arc) for name in symbol.perturbations}
    low, high, why, arc = _of_means(d, m)
    above = Step(f"kappa <= {high}", RULE, why)
    below = Step(f"kappa >= {low}", "arc", f"V = O(eps^{low}) along {arc}")
    result = {
        name: SphericalBounds(low, high, (above, below), arc)
        for name in symbol.perturbations
        if name != scale
    }
    most = max(TWO, high / 2)
    split = WrittenArc(f"{scale} = eps*z at z = -1, 1 with equal weights")
    reason = f"sum w ({scale} + |mu|^2/{d})^2 = O(V) + O(sum w |mu|^4) from P at y_i^2 and |y|^4"
    reason += f", and {above.claim} "
    steps = (
        Step(f"kappa <= {most}", RULE, f"{reason}for the means"),
        Step("kappa >= 2", "arc", f"V = O(eps^2) along {split}"),
    )
    result[scale] = SphericalBounds(TWO, most, steps, split)
    return {name: result[name] for name in symbol.perturbations}


def _of_means(d: int, m: int) -> tuple[Fraction, Fraction, str, WrittenArc]:
    plane = f"on |y|^2 = 0 sum w zeta^k = O(V) for zeta = mu_i + i mu_j and k = 1..{m} (Vandermonde)"
    if m <= d:
        why = f"the one relation of second order is definite in the means and has rank {d} > {m - 1}"
        return TWO, TWO, why, WrittenArc("mu_1 = eps*z at z = -1, 1 with equal weights")
    if d == _PLANE:
        size = min(m, _POLYGON)
        arc = WrittenArc(f"mu at the corners of a regular {size}-gon of radius eps, sigma = -eps^2/2")
        return Fraction(size), Fraction(m), plane, arc
    arc = WrittenArc(f"mu at the corners of a regular simplex of radius eps, sigma = -eps^2/{d}")
    if m == d + 1:
        why = f"{m} weighted points have no vanishing means of all harmonic polynomials of degree 1, 2 and 3"
        return Fraction(3), Fraction(3), why, arc
    return Fraction(3), Fraction(m), plane, arc
