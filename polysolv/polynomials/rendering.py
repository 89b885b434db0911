"""Rendering of polynomials as sums of monomials, and of systems as tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from polysolv.display.formula import Formula
from polysolv.display.grid import Grid
from polysolv.polynomials.gaussian_rational import Coefficient, parts
from polysolv.polynomials.polynomial import ComplexPolynomial

_SHOWN_TERMS = 300


def plain(coefficient: Fraction) -> str:
    """Return a positive rational as most programs read it: ``3`` or ``1/2``."""
    return str(coefficient)


def render(
    polynomial: ComplexPolynomial,
    names: Sequence[str],
    *,
    power: str = "^",
    times: str = "*",
    coefficient: Callable[[Fraction], str] = plain,
    imaginary: str = "i",
    spaced: bool = False,
) -> str:
    """Return the polynomial as text, each monomial once.

    Args:
        polynomial: monomial -> coefficient.
        names: how to write each unknown.
        power, times: the program's operators.
        coefficient: how to write a positive rational other than 1.
        imaginary: how to write the imaginary unit.
        spaced: whether to put blanks around + and −.

    >>> render({((0, 2),): Fraction(1, 2), (): Fraction(-3)}, ["x"])
    '1/2*x^2-3'
    >>> from polysolv.polynomials.gaussian_rational import gaussian
    >>> render({((0, 1),): gaussian(1, -2), (): gaussian(0, -1)}, ["x"])
    '(1-2*i)*x-i'
    """
    pieces = []
    for monomial, value in polynomial.items():
        factors = [names[i] if e == 1 else f"{names[i]}{power}{e}" for i, e in monomial]
        sign, size = _signed(value, coefficient, times, imaginary)
        if size or not factors:
            factors.insert(0, size or coefficient(Fraction(1)))
        pieces.append((sign, times.join(factors)))
    if not pieces:
        return "0"
    gap = " " if spaced else ""
    first_sign, first = pieces[0]
    text = ("-" if first_sign == "-" else "") + first
    return text + "".join(f"{gap}{sign}{gap}{piece}" for sign, piece in pieces[1:])


def _signed(
    value: Coefficient, spell: Callable[[Fraction], str], times: str, imaginary: str
) -> tuple[str, str]:
    """Return the sign and the size of a coefficient, nothing for the size 1."""
    real, imag = parts(value)
    one_part = real or imag
    if real and imag:
        first = ("-" if real < 0 else "") + spell(abs(real))
        sign = "-" if imag < 0 else "+"
        return "+", f"({first}{sign}{'' if abs(imag) == 1 else spell(abs(imag)) + times}{imaginary})"
    factors = [] if abs(one_part) == 1 else [spell(abs(one_part))]
    return "-" if one_part < 0 else "+", times.join([*factors, imaginary] if imag else factors)


def equations_grid(
    title: str, labels: Sequence[str], equations: Sequence[ComplexPolynomial], names: Sequence[str]
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
