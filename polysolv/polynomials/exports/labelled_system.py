"""The noun `LabelledSystem`: a polynomial system with the words that an export puts around it."""

from __future__ import annotations

from dataclasses import dataclass

from polysolv.display.counted import counted
from polysolv.polynomials.gaussian_rational import GaussianRational
from polysolv.polynomials.generic_system import GenericSystem
from polysolv.polynomials.polynomial import ComplexPolynomial
from polysolv.polynomials.rendering import render


@dataclass(frozen=True)
class LabelledSystem:
    """What the exports write of a system.

    Args:
        unknowns: names, in the order of the indices in monomials.
        equations: polynomials that shall vanish.
        labels: the name of each equation, like ``P[0,1]``: a letter, and an index in brackets.
        heading: lines of comment: what the system is, and which solutions are wanted.
        perturbations: the unknowns that mathematics writes with a δ.
        known: whether the heading names a family and a cell, and so tells the order of the unknowns.
    """

    unknowns: tuple[str, ...]
    equations: tuple[ComplexPolynomial, ...]
    labels: tuple[str, ...]
    heading: tuple[str, ...]
    perturbations: frozenset[str] = frozenset()
    known: bool = False

    @property
    def is_real(self) -> bool:
        """Whether no coefficient has an imaginary part."""
        return not any(isinstance(c, GaussianRational) for p in self.equations for c in p.values())

    def rendered(self, imaginary: str = "i") -> list[str]:
        """Return every equation in the notation that most programs share."""
        return [render(polynomial, self.unknowns, imaginary=imaginary) for polynomial in self.equations]

    def tells_unknowns(self) -> bool:
        """Whether equations and heading tell which the unknowns are, and in which order."""
        places = dict.fromkeys(i for p in self.equations for monomial in p for i, _ in monomial)
        order = list(range(len(self.unknowns)))
        return (sorted(places) if self.known else list(places)) == order


def labelled(system: GenericSystem) -> LabelledSystem:
    """Return any system with numbers as the names of its equations.

    >>> labelled(GenericSystem.parse(["x^2 - 1"])).labels
    ('f[1]',)
    """
    return LabelledSystem(
        system.unknowns,
        system.equations,
        tuple(f"f[{i}]" for i in range(1, len(system.equations) + 1)),
        (f"{counted(len(system.equations), 'equation')}, {counted(len(system.unknowns), 'unknown')}",),
    )
