"""The noun `Support`: where a response takes its values."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from polysolv.display.value import Value
from polysolv.errors import InputError

MAX_VALUES = 200
_ALLOWED = (
    "LOW:HIGH with rationals, -oo, oo, pi or 2*pi as ends, the word integers (0, 1, 2, ...), or a list of "
    "values such as 0,1"
)


@dataclass(eq=False, repr=False)
class Support(Value):
    """Where the response takes its values.

    Args:
        low, high: ends of an interval as texts of rationals, ``-oo``, ``oo``, ``pi`` or ``2*pi``; of the
            integers from ``low`` on where ``integers``.
        integers: whether only integers are taken.
        values: the values, if they are finitely many.
    """

    low: str = "-oo"
    high: str = "oo"
    integers: bool = False
    values: tuple[Fraction, ...] = ()

    @staticmethod
    def parse(text: str, field: str = "support") -> Support:
        """Return the support that a text spells.

        Args:
            text: ``LOW:HIGH``, ``integers`` or a list of values.
            field: what is read, for error messages.

        Raises:
            InputError: for any other text.

        >>> Support.parse("0:oo"), str(Support.parse("integers"))
        (Support(low='0', high='oo', integers=False, values=()), 'integers 0, 1, 2, ...')
        """
        if not isinstance(text, str) or len(text) > 1000:
            raise InputError(field, text, _ALLOWED)
        text = text.replace(" ", "")
        if text == "integers":
            return Support("0", "oo", True)
        try:
            if ":" not in text:
                values = tuple(Fraction(part) for part in text.split(","))
                if len(set(values)) < len(values) or not 2 <= len(values) <= MAX_VALUES:
                    raise InputError(field, text, f"2 to {MAX_VALUES} different values")
                return Support("", "", False, values)
            low, high = text.split(":")
            if not _end(low) < _end(high):
                raise InputError(field, text, "a lower end below the upper one")
        except InputError:
            raise
        except (ValueError, ZeroDivisionError):
            raise InputError(field, text, _ALLOWED) from None
        return Support(low, high)

    @property
    def ends(self) -> tuple[float, float]:
        """The ends as floating-point numbers."""
        if self.values:
            return float(min(self.values)), float(max(self.values))
        return _end(self.low), _end(self.high)

    @property
    def is_discrete(self) -> bool:
        """Whether the values are isolated."""
        return self.integers or bool(self.values)

    def __str__(self) -> str:
        if self.values:
            return ", ".join(map(str, self.values))
        return "integers 0, 1, 2, ..." if self.integers else f"{self.low} to {self.high}"


def _end(text: str) -> float:
    from math import inf, pi

    named = {"-oo": -inf, "oo": inf, "pi": pi, "-pi": -pi, "2*pi": 2 * pi, "-2*pi": -2 * pi}
    return named[text] if text in named else float(Fraction(text))


REALS = Support()
POSITIVE = Support("0", "oo")
INTEGERS = Support("0", "oo", True)
CIRCLE = Support("-pi", "pi")
