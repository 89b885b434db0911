"""The plain value `Equations`: what a reader finds in a text, before a noun is made of it."""

from __future__ import annotations

from typing import NamedTuple

from polysolv.polynomials.polynomial import ComplexPolynomial


class Equations(NamedTuple):
    """Unknowns, and polynomials in them that shall vanish.

    Attributes:
        unknowns: names, in the order of the coordinates of a solution.
        equations: exact polynomials whose monomials use indices into ``unknowns``.
    """

    unknowns: tuple[str, ...]
    equations: tuple[ComplexPolynomial, ...]
