"""The noun `GenericSystem`: any polynomial equations over Q or Q(i), as a user brings them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from polysolv.display.counted import counted
from polysolv.display.rich_display import RichDisplay, Tables
from polysolv.errors import InputError
from polysolv.polynomials.expression import Names, parse_equation
from polysolv.polynomials.gaussian_rational import Coefficient, GaussianRational, coefficient
from polysolv.polynomials.polynomial import ComplexPolynomial, Monomial, Polynomial
from polysolv.polynomials.readers import read_text
from polysolv.polynomials.rendering import equations_grid


@dataclass(frozen=True)
class GenericSystem(RichDisplay):
    """Polynomial equations f_1 = … = f_k = 0 in named unknowns over Q or Q(i).

    Args:
        unknowns: names, in the order of the coordinates of a solution; at least one, pairwise distinct.
        equations: exact polynomials whose monomials use indices into ``unknowns``. Coefficients are
            Fractions, or `GaussianRational` where they are not real; floats are taken exactly as they are.

    Raises:
        InputError: if there is no unknown or equation, a name occurs twice, or an index is out of range.

    >>> system = GenericSystem.parse(["x^2 + y^2 - 1", "x = 3/5"])
    >>> system
    GenericSystem(unknowns=('x', 'y'), equations=2)
    >>> system.evaluate([Fraction(3, 5), Fraction(4, 5)])
    [Fraction(0, 1), Fraction(0, 1)]
    """

    unknowns: tuple[str, ...]
    equations: tuple[ComplexPolynomial, ...]

    def __post_init__(self) -> None:
        if not self.unknowns:
            raise InputError("unknowns", [], "at least one unknown")
        if len(set(self.unknowns)) != len(self.unknowns):
            twice = next(name for name in self.unknowns if self.unknowns.count(name) > 1)
            raise InputError("unknowns", twice, "each name once")
        if not self.equations:
            raise InputError("equations", [], "at least one equation")
        frozen = []
        for polynomial in self.equations:
            for monomial in polynomial:
                if any(not 0 <= index < len(self.unknowns) or exponent < 1 for index, exponent in monomial):
                    raise InputError("equations", monomial, "monomials in the given unknowns")
            frozen.append(MappingProxyType({m: coefficient(c) for m, c in polynomial.items() if c}))
        object.__setattr__(self, "equations", tuple(frozen))

    @staticmethod
    def parse(equations: str | Sequence[str], unknowns: Sequence[str] | None = None) -> GenericSystem:
        """Read equations written like ``x^2*y - 1.5`` or ``x = y``; decimals are exact rationals.

        Args:
            equations: one text for each equation, or one text in any format that
                :func:`polysolv.polynomials.readers.read_text` recognises.
            unknowns: order of the unknowns; by default the order of their first appearance.

        Raises:
            InputError: if a text cannot be read.
        """
        if isinstance(equations, str):
            return GenericSystem(*read_text(equations))
        names = Names(unknowns)
        polynomials = tuple(
            parse_equation(text, names, f"equation {i}") for i, text in enumerate(equations, 1)
        )
        return GenericSystem(tuple(names.known), polynomials)

    def evaluate(self, point: Sequence[int | Coefficient]) -> list[Coefficient]:
        """Return the exact value of every equation at a point whose coordinates are exact, too.

        Raises:
            InputError: if the number of coordinates is wrong.
        """
        if len(point) != len(self.unknowns):
            raise InputError("point", len(point), f"{len(self.unknowns)} coordinates")
        exact = [coefficient(value) for value in point]
        values = []
        for polynomial in self.equations:
            total: Coefficient = Fraction(0)
            for monomial, value in polynomial.items():
                for index, exponent in monomial:
                    value *= exact[index] ** exponent
                total += value
            values.append(total)
        return values

    def real_equations(self) -> tuple[Polynomial, ...]:
        """Return the equations of a system with rational coefficients.

        Raises:
            InputError: if some coefficient is complex.
        """
        found = []
        for polynomial in self.equations:
            rational = {m: c for m, c in polynomial.items() if isinstance(c, Fraction)}
            if len(rational) < len(polynomial):
                raise InputError("coefficients", "complex numbers", "rational numbers")
            found.append(rational)
        return tuple(found)

    @property
    def is_real(self) -> bool:
        """Whether no coefficient has an imaginary part."""
        return not any(isinstance(c, GaussianRational) for p in self.equations for c in p.values())

    def _display(self) -> Tables:
        labels = [f"f[{i}]" for i in range(1, len(self.equations) + 1)]
        title = f"{counted(len(self.equations), 'equation')}, {counted(len(self.unknowns), 'unknown')}"
        grid, left_out = equations_grid(title, labels, self.equations, self.unknowns)
        return [grid], left_out

    def __repr__(self) -> str:
        return f"GenericSystem(unknowns={self.unknowns!r}, equations={len(self.equations)})"

    def __hash__(self) -> int:
        return hash((self.unknowns, tuple(tuple(sorted(p.items())) for p in self.equations)))


def total_degree(polynomial: ComplexPolynomial) -> int:
    """Return the total degree, 0 for constants.

    >>> total_degree({((0, 2), (1, 1)): Fraction(1), (): Fraction(3)})
    3
    """
    return max((degree_of(monomial) for monomial in polynomial), default=0)


def degree_of(monomial: Monomial) -> int:
    """Return the total degree of a monomial."""
    return sum(exponent for _, exponent in monomial)


def generic(system: object) -> GenericSystem:
    """Return any system of this package as unknowns and equations.

    Args:
        system: a `GenericSystem`, a `PolynomialSystem`, or a sequence of texts.

    Raises:
        InputError: for anything else.
    """
    if isinstance(system, GenericSystem):
        return system
    if isinstance(system, str) or (
        isinstance(system, Sequence) and system and all(isinstance(text, str) for text in system)
    ):
        return GenericSystem.parse(system)
    unknowns = getattr(system, "unknowns", None)
    equations = getattr(system, "equations", None)
    if unknowns is None or not isinstance(equations, Mapping):
        raise InputError(
            "system", system, "a GenericSystem, a PolynomialSystem or a list of equations as text"
        )
    return GenericSystem(tuple(unknowns), tuple(equations.values()))
