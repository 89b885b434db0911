"""The noun `DensitySource`: a density with its parameters, what it is a function of, and true atoms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from numbers import Rational
from typing import TYPE_CHECKING, Any

from polysolv.display.value import Value
from polysolv.errors import InputError, unknown_name
from polysolv.families.second_order.support import REALS, Support

if TYPE_CHECKING:
    from sympy import Expr

MAX_TRUTHS = 4

Truth = tuple[tuple[str, Fraction], ...]


@dataclass(eq=False, repr=False)
class DensitySource(Value):
    """A density u(responses | covariates; parameters).

    Args:
        text: u, as :func:`polysolv.families.second_order.density_text.parse_density` reads it; of an
            expression given as such what SymPy prints.
        parameters, covariates, responses: names, in this order.
        support: where each response takes its values.
        truths: the true atoms, each a value for every parameter; empty for one atom that is not known.
        generic: where nothing is known of the truth: values at which the density exists, for the proof that
            there are no more relations; empty for a search.
        expression: u, if it was given as a SymPy expression and not as text.
        everywhere: why the second-order relations are the same at every truth, where that is known.
    """

    text: str
    parameters: tuple[str, ...]
    covariates: tuple[str, ...] = ()
    responses: tuple[str, ...] = ("y",)
    support: Support = REALS
    truths: tuple[Truth, ...] = ()
    generic: Truth = ()
    expression: Any = None
    everywhere: str = ""

    @cached_property
    def density(self) -> Expr:
        """The SymPy expression u; its symbols are :attr:`symbols`."""
        import sympy

        from polysolv.families.second_order.density_text import parse_density

        given = parse_density(self.text)[0] if self.expression is None else self.expression
        return given.xreplace({s: sympy.Symbol(s.name, real=True) for s in given.free_symbols})

    @property
    def thetas(self) -> list[Any]:
        """Symbols of the parameters."""
        return self._symbols(self.parameters)

    @property
    def varying(self) -> list[Any]:
        """Symbols of covariates, then of responses."""
        return self._symbols((*self.covariates, *self.responses))

    @staticmethod
    def _symbols(names: Sequence[str]) -> list[Any]:
        import sympy

        return [sympy.Symbol(name, real=True) for name in names]

    def with_truths(self, truths: Sequence[Mapping[str, Any]]) -> DensitySource:
        """Return the source with these true atoms.

        Raises:
            InputError: if an atom lacks a parameter or has one too many, a value is not rational, two atoms
                are equal, or there are more than four.
        """
        return replace(self, truths=checked_truths(truths, self.parameters))


def checked_truths(truths: Any, parameters: Sequence[str], field: str = "truths") -> tuple[Truth, ...]:
    """Return true atoms as pairs in the order of the parameters; see :meth:`DensitySource.with_truths`."""
    if isinstance(truths, (str, Mapping)) or not isinstance(truths, Sequence):
        raise InputError(
            field, truths, f"a list of 1 to {MAX_TRUTHS} objects with a value for each parameter"
        )
    if not 1 <= len(truths) <= MAX_TRUTHS:
        raise InputError(field, f"{len(truths)} atoms", f"1 to {MAX_TRUTHS} true atoms")
    found = []
    for atom in truths:
        if not isinstance(atom, Mapping):
            raise InputError(field, atom, f"an object with a value for each of {', '.join(parameters)}")
        for name in atom:
            if name not in parameters:
                raise unknown_name(field, name, list(parameters))
        values = []
        for name in parameters:
            value = atom.get(name)
            if isinstance(value, bool) or not isinstance(value, Rational):
                given = "no value" if value is None else value
                raise InputError(
                    f"{field}.{name}", given, "a rational number for each parameter of each atom"
                )
            values.append((name, Fraction(int(value.numerator), int(value.denominator))))
        if tuple(values) in found:
            raise InputError(field, atom, "true atoms that differ")
        found.append(tuple(values))
    return tuple(found)


def parse_truth(text: str, field: str = "--true-atom") -> dict[str, Fraction]:
    """Return the values that a text such as ``shape=2,rate=1/2`` gives.

    Raises:
        InputError: for any other text.

    >>> parse_truth("shape=2,rate=1/2")["rate"]
    Fraction(1, 2)
    """
    found: dict[str, Fraction] = {}
    for part in text.split(","):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        allowed = "NAME=VALUE,... with rational values such as 3 or 1/2, each name once"
        try:
            if (
                not equals
                or not name
                or name in found
                or len(value) > 40
                or "." in value
                or "e" in value.lower()
            ):
                raise ValueError
            found[name] = Fraction(value)
        except (ValueError, ZeroDivisionError):
            raise InputError(field, text, allowed) from None
    return found
