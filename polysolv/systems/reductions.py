"""Exact reductions of a system: parameters that sums of squares force to zero, and the core that is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from polysolv.families.factorisations import square_factorisations
from polysolv.families.log_symbol import Exponents, LogSymbol


class DropStep(NamedTuple):
    """``component`` vanishes in every real solution with positive weights.

    Attributes:
        component: the perturbation component that is forced to zero.
        equation: index ℓ of the equation that forces it.
        coefficient: positive c with P_ℓ = c Σ_l w_l component_l², given the earlier steps.
    """

    component: str
    equation: Exponents
    coefficient: Fraction


class Reduction(NamedTuple):
    """An equivalence between a family's system and that of a smaller log-symbol.

    Attributes:
        log_symbol: K before.
        degree: degree of the system.
        steps: components dropped, in order.
        core: K after.
    """

    log_symbol: LogSymbol
    degree: int
    steps: tuple[DropStep, ...]
    core: LogSymbol

    def apply(self, atoms: Sequence[Mapping[str, Fraction]]) -> list[dict[str, Fraction]]:
        """Map a solution of the original system to one of the core: leave the dropped components out."""
        return [{name: atom[name] for name in self.core.perturbations} for atom in atoms]

    def invert(self, atoms: Sequence[Mapping[str, Fraction]]) -> list[dict[str, Fraction]]:
        """Map a solution of the core back to the original system: dropped components are zero."""
        zero = Fraction(0)
        return [{name: atom.get(name, zero) for name in self.log_symbol.perturbations} for atom in atoms]

    @property
    def location_scale(self) -> tuple[str, str] | None:
        """The pair (location, scale) of components if the core is a location–scale one, else ``None``."""
        return location_scale_pair(self.core)


@lru_cache(maxsize=256)
def find_reduction(log_symbol: LogSymbol, degree: int) -> Reduction:
    """Find all components that sums of squares force to zero, one after the other.

    Args:
        log_symbol: a K that is linear in the perturbations.
        degree: degree r ≥ 1 of the system.

    Returns:
        the reduction. A component η with symbol c·s is dropped at index ℓ = s² if |ℓ| ≤ r and s·s is the
        only factorisation of s² into the symbols that are left: then P_ℓ = (c²/2) Σ_l w_l η_l².

    Source: theory page §2, last lines ("given p1 = 0") and §3 (reduction).

    >>> from polysolv.families import get
    >>> reduction = find_reduction(get("softmax-gaussian").log_symbol, 4)
    >>> [step.component for step in reduction.steps], reduction.location_scale
    (['beta1', 'a'], ('b', 'sigma'))
    """
    largest = max((sum(monomial) for _, monomial in log_symbol.symbols.values()), default=0)
    # No equation beyond the largest square is used, so that all high degrees share their steps.
    return Reduction(log_symbol, degree, *_all_steps(log_symbol, min(degree, 2 * largest)))


@lru_cache(maxsize=256)
def _all_steps(log_symbol: LogSymbol, degree: int) -> tuple[tuple[DropStep, ...], LogSymbol]:
    """Return the steps that degree allows, and the core that they leave."""
    steps: list[DropStep] = []
    core = log_symbol
    while (step := _next_step(core, degree)) is not None:
        steps.append(step)
        core = core.without(frozenset({step.component}))
    return tuple(steps), core


def _next_step(core: LogSymbol, degree: int) -> DropStep | None:
    for name, (coefficient, monomial) in core.symbols.items():
        square = tuple(2 * e for e in monomial)
        if sum(square) <= degree and len(square_factorisations(core, name)) == 1:
            return DropStep(name, square, coefficient**2 / 2)
    return None


def location_scale_pair(core: LogSymbol) -> tuple[str, str] | None:
    """Return (location, scale) if K is ``c t·location + c' t²·scale`` with one variable t, else ``None``.

    >>> from polysolv.families import get
    >>> location_scale_pair(get("location-scale-gaussian").log_symbol)
    ('mu', 'sigma')
    """
    by_monomial = {monomial: name for name, (_, monomial) in core.symbols.items()}
    if len(core.perturbations) != 2 or len(by_monomial) != 2:
        return None
    low, high = sorted(by_monomial, key=sum)
    if sum(low) != 1 or high != tuple(2 * e for e in low):
        return None
    return by_monomial[low], by_monomial[high]
