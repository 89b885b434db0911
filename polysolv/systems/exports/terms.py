"""Rendering of one polynomial as a sum of monomials, shared by the formats."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from polysolv.formula import Formula
from polysolv.grid import Grid

if TYPE_CHECKING:
    from polysolv.systems.polynomial import Polynomial
    from polysolv.systems.polynomial_system import PolynomialSystem


_SHOWN_TERMS = 300


def plain(coefficient: Fraction) -> str:
    """Return a positive rational as most programs read it: ``3`` or ``1/2``."""
    return str(coefficient)


def render(
    polynomial: Polynomial,
    names: Sequence[str],
    *,
    power: str = "^",
    times: str = "*",
    coefficient: Callable[[Fraction], str] = plain,
    spaced: bool = False,
) -> str:
    """Return the polynomial as text, each monomial once.

    Args:
        polynomial: monomial -> coefficient.
        names: how to write each unknown.
        power, times: the program's operators.
        coefficient: how to write a positive rational other than 1.
        spaced: whether to put blanks around + and −.

    >>> render({((0, 2),): Fraction(1, 2), (): Fraction(-3)}, ["x"])
    '1/2*x^2-3'
    """
    pieces = []
    for monomial, value in polynomial.items():
        factors = [names[i] if e == 1 else f"{names[i]}{power}{e}" for i, e in monomial]
        size = abs(value)
        if size != 1 or not factors:
            factors.insert(0, coefficient(size))
        pieces.append(("-" if value < 0 else "+", times.join(factors)))
    if not pieces:
        return "0"
    gap = " " if spaced else ""
    first_sign, first = pieces[0]
    text = ("-" if first_sign == "-" else "") + first
    return text + "".join(f"{gap}{sign}{gap}{piece}" for sign, piece in pieces[1:])


def equations_grid(
    title: str, labels: Sequence[str], equations: Sequence[Polynomial], names: Sequence[str]
) -> tuple[Grid, list[str]]:
    """Return the table of the leading equations for notebooks, and a note if some are left out.

    Args:
        title: the table's title.
        labels: one for each equation.
        equations: polynomials.
        names: how to write each unknown.
    """
    rows: list[list[str]] = []
    terms = 0
    for label, polynomial in zip(labels, equations, strict=True):
        terms += len(polynomial)
        if rows and terms > _SHOWN_TERMS:
            break
        rows.append([label, Formula(render(polynomial, names, spaced=True) + " = 0")])
    left = len(equations) - len(rows)
    return Grid(title, ["", "equation"], rows), [f"and {left} more equations"] if left else []


def rendered(system: PolynomialSystem) -> list[str]:
    """Return every equation in the notation that most programs share."""
    return [render(polynomial, system.unknowns) for polynomial in system.equations.values()]


def heading(system: PolynomialSystem) -> list[str]:
    """Return lines of comment: what the system is, and which solutions count as non-trivial."""
    lines = []
    if system.family is not None:
        lines.append(
            f"{system.family.name}, d = {system.dimension}, "
            f"cell size m = {system.m}, degree r = {system.degree}"
        )
    lines.append(f"{len(system.equations)} equations, {len(system.unknowns)} unknowns")
    lines.append(f"wanted: real solutions with {', '.join(system.weights)} > 0")
    lines.append(f"        and some of {', '.join(system.nontrivial)} non-zero")
    return lines
