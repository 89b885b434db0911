"""The noun `PublishedExponent`: an exponent in print."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from polysolv.display.value import Value


@dataclass(eq=False, repr=False)
class PublishedExponent(Value):
    """An exponent in print for cells of m ≥ 2 atoms: κ = ``of_order`` · r̄(m) + ``constant``.

    Args:
        parameter: name of the parameter.
        of_order, constant: the affine function of the order.
        source: where it is printed.
        order_of: name of the family whose order r̄(m) is meant; "" for the family itself.
    """

    parameter: str
    of_order: Fraction
    constant: Fraction
    source: str
    order_of: str = ""

    def exponent(self, order: int) -> Fraction:
        """Return κ for a cell whose system has the given order."""
        return self.of_order * order + self.constant


def show_exponent(statement: PublishedExponent) -> str:
    """Return κ as an affine function of the order, as people read it.

    >>> show_exponent(PublishedExponent("a", Fraction(1, 2), Fraction(0), "a paper"))
    'order/2'
    """
    of_order, parts = statement.of_order, []
    if of_order:
        order = f"order({statement.order_of})" if statement.order_of else "order"
        top = order if of_order.numerator == 1 else f"{of_order.numerator}*{order}"
        parts.append(top if of_order.denominator == 1 else f"{top}/{of_order.denominator}")
    if statement.constant or not parts:
        parts.append(str(statement.constant))
    return " + ".join(parts)
