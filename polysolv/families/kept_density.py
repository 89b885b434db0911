"""The noun `Density`: what a family keeps of the density that it was derived from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import comb, factorial

from polysolv.display.value import Value
from polysolv.families.independence import Independence
from polysolv.families.log_symbol import Exponents

Terms = tuple[tuple[Exponents, Fraction], ...]


@dataclass(eq=False, repr=False)
class Density(Value):
    """A density u(response | covariates; parameters), up to a factor without parameters.

    Args:
        expression: u as text, for people.
        parameters: names of the parameters θ.
        covariates: names of the covariates.
        response: name of the response.
        values: the values of the response if there are finitely many of them, else empty.
        location: the parameter whose j-th derivative the dual variable's j-th power stands for; ``None`` if
            each parameter has a dual variable of its own.
        order: derivatives of all parameters up to this order were looked at when the family was made.
        numerator, denominator: of ∂u/∂location / u, polynomials in parameters, covariates and response; empty
            without a location.
        independence: without a location, the derivatives found independent when the family was made.
    """

    expression: str
    parameters: tuple[str, ...]
    covariates: tuple[str, ...]
    response: str
    values: tuple[Fraction, ...]
    location: str | None
    order: int
    numerator: Terms = ()
    denominator: Terms = ()
    independence: tuple[Independence, ...] = ()

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the parameters, then of the covariates, then of the response."""
        return (*self.parameters, *self.covariates, self.response)

    def ratios(
        self, point: Mapping[str, Fraction], order: int, prime: int = 0
    ) -> list[Fraction | int] | None:
        """Return (∂^j u/∂location^j)/u at a rational point for j = 0..order.

        Args:
            point: a value for each of :attr:`variables`.
            order: the highest j.
            prime: 0 for the exact values; else the j-th value divided by j!, modulo this prime, which is
                larger than ``order``.

        Returns:
            the values; ``None`` at a pole.

        With D = ∂u/∂location / u = N/M the series E = u(location + t)/u solves M E' = N E, a recurrence.
        """
        assert self.location is not None
        place = self.variables.index(self.location)
        values = [point[name] for name in self.variables]
        top, bottom = _shifted(self.numerator, values, place), _shifted(self.denominator, values, place)
        if not prime:
            if not bottom or not bottom[0]:
                return None
            exact = [Fraction(1)]
            for n in range(order):
                total = sum((c * exact[n - k] for k, c in enumerate(top[: n + 1])), Fraction(0))
                for k, c in enumerate(bottom[1 : n + 1], 1):
                    total -= c * (n + 1 - k) * exact[n + 1 - k]
                exact.append(total / (bottom[0] * (n + 1)))
            return [factorial(j) * value for j, value in enumerate(exact)]
        if any(c.denominator % prime == 0 for c in (*top, *bottom)):
            return None
        above = [c.numerator * pow(c.denominator, -1, prime) % prime for c in top]
        below = [c.numerator * pow(c.denominator, -1, prime) % prime for c in bottom]
        if not below or not below[0]:
            return None
        found = [1]
        for n in range(order):
            rest = sum(c * found[n - k] for k, c in enumerate(above[: n + 1]))
            rest -= sum(c * (n + 1 - k) * found[n + 1 - k] for k, c in enumerate(below[1 : n + 1], 1))
            found.append(rest * pow(below[0] * (n + 1), -1, prime) % prime)
        return list(found)


def _shifted(terms: Terms, values: list[Fraction], place: int) -> list[Fraction]:
    """Return the coefficients of the powers of t with ``values[place] + t`` for that variable."""
    found: list[Fraction] = []
    for exponents, coefficient in terms:
        for i, e in enumerate(exponents):
            if e and i != place:
                coefficient *= values[i] ** e
        power = exponents[place]
        found += [Fraction(0)] * (power + 1 - len(found))
        for k in range(power + 1):
            found[k] += coefficient * comb(power, k) * values[place] ** (power - k)
    return found
