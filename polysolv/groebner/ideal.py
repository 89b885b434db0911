"""The noun `Ideal`: generators in anonymous variables, ready for any engine."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from polysolv.polynomials.algebra import Poly, primitive
from polysolv.polynomials.rendering import render


class EngineFailed(Exception):
    """An engine gave no answer; the message says why."""


@dataclass(frozen=True)
class Ideal:
    """Generators of an ideal over Q.

    Args:
        count: number of variables; they are called x1, …, xn in what engines read.
        generators: non-zero polynomials in them.

    >>> Ideal(1, ({((0, 2),): Fraction(1, 2), (): Fraction(-1)},)).texts()
    ['x1^2-2']
    """

    count: int
    generators: tuple[Poly, ...]

    @property
    def names(self) -> list[str]:
        """Names of the variables."""
        return [f"x{i}" for i in range(1, self.count + 1)]

    def texts(self) -> list[str]:
        """Return the generators, with coprime integer coefficients, each monomial once."""
        return [render(primitive(polynomial), self.names) for polynomial in self.generators]


@dataclass(frozen=True)
class Parametrization:
    """All points of a finite set: the roots t of a polynomial, and each coordinate as a fraction in t.

    Args:
        polynomial: integer coefficients, the constant first.
        coordinates: for each variable (numerator, denominator), polynomials with rational coefficients.
    """

    polynomial: tuple[int, ...]
    coordinates: tuple[tuple[tuple[Fraction, ...], tuple[Fraction, ...]], ...]

    @property
    def degree(self) -> int:
        """Number of points over C, for a squarefree polynomial."""
        return len(self.polynomial) - 1


@dataclass(frozen=True)
class Points:
    """What an engine says about the zeros of an ideal over C.

    Args:
        kind: ``"none"`` (the basis is {1}), ``"finite"``, ``"infinite"`` or ``"unknown"``.
        parametrization: of the points, if they are finitely many.
        trouble: why nothing is known.
        seconds: time spent in the engine.
    """

    kind: str
    parametrization: Parametrization | None = None
    trouble: str = ""
    seconds: float = 0.0


def trivial_points(ideal: Ideal) -> Points | None:
    """Return the zeros where no engine is needed: a generator is a number, or there are no variables left.

    >>> trivial_points(Ideal(1, ({(): Fraction(2)},))).kind
    'none'
    """
    if any(set(generator) == {()} for generator in ideal.generators):
        return Points("none")
    if ideal.count == 0:
        return Points("finite", Parametrization((0, 1), ()))
    if not ideal.generators:
        return Points("infinite")
    return None


_TERM = re.compile(r"([+-]?)((?:[0-9]+(?:/[0-9]+)?)?)((?:\*?x[0-9]+(?:\^[0-9]+)?)*)")
_FACTOR = re.compile(r"x([0-9]+)(?:\^([0-9]+))?")


def parse_polynomial(text: str, count: int) -> Poly:
    """Return the polynomial that an engine printed; nothing is evaluated.

    Raises:
        ValueError: if the text is anything but a sum of monomials in x1, …, xn.

    >>> parse_polynomial("-1/2*x1^2*x2+3", 2)
    {((0, 2), (1, 1)): Fraction(-1, 2), (): Fraction(3, 1)}
    """
    text = re.sub(r"\s", "", text)
    polynomial: Poly = {}
    position = 0
    while position < len(text):
        found = _TERM.match(text, position)
        if found is None or found.end() == position or not (found[2] or found[3]):
            raise ValueError(f"not a polynomial: {text[position : position + 40]!r}")
        if position and not found[1]:
            raise ValueError(f"not a polynomial: {text[position : position + 40]!r}")
        powers: dict[int, int] = {}
        for number, exponent in _FACTOR.findall(found[3]):
            if not 1 <= int(number) <= count:
                raise ValueError(f"unknown variable x{number}")
            powers[int(number) - 1] = powers.get(int(number) - 1, 0) + int(exponent or 1)
        value = read_rational(found[2]) if found[2] else Fraction(1)
        monomial = tuple(sorted(powers.items()))
        polynomial[monomial] = polynomial.get(monomial, Fraction(0)) + (-value if found[1] == "-" else value)
        position = found.end()
    if not text:
        raise ValueError("empty text is no polynomial")
    return {monomial: value for monomial, value in polynomial.items() if value}


def read_rational(text: str) -> Fraction:
    """Return the rational that ``"12"`` or ``"1/2"`` spells, however long it is."""
    top, _, bottom = text.partition("/")
    return Fraction(read_integer(top), read_integer(bottom) if bottom else 1)


def read_integer(text: str) -> int:
    """Return a decimal integer of any length (Python's own reader stops at 4,300 digits).

    >>> read_integer("-12")
    -12
    """
    if not re.fullmatch(r"-?[0-9]+", text):
        raise ValueError(f"not an integer: {text[:40]!r}")
    if len(text) <= 4000:
        return int(text)
    sign, digits = (-1, text[1:]) if text[0] == "-" else (1, text)
    half = len(digits) // 2
    scale: int = 10 ** (len(digits) - half)
    return sign * (read_integer(digits[:half]) * scale + read_integer(digits[half:]))


def satisfied_modulo(ideal: Ideal, found: Parametrization, prime: int) -> bool:
    """Return whether the parametrised points are zeros of all generators, modulo a large prime.

    This catches an engine whose output was misread or cut, not one that left out points.
    """
    modulus = [c % prime for c in found.polynomial]
    if not modulus[-1]:
        return False
    inverse = pow(modulus[-1], -1, prime)
    modulus = [c * inverse % prime for c in modulus]
    size = len(modulus) - 1

    def reduce(values: list[int]) -> list[int]:
        values = list(values)
        while len(values) > size:
            lead = values.pop() % prime
            for i in range(size):
                values[len(values) - size + i] -= lead * modulus[i]
        return [v % prime for v in values] + [0] * (size - len(values))

    def times(left: Sequence[int], right: Sequence[int]) -> list[int]:
        product = [0] * (2 * size)
        for i, a in enumerate(left):
            if a:
                for j, b in enumerate(right):
                    product[i + j] += a * b
        return reduce(product)

    def read(values: Sequence[Fraction]) -> list[int]:
        return reduce([v.numerator * pow(v.denominator, -1, prime) % prime for v in values])

    one = reduce([1])
    tops = [read(top) for top, _ in found.coordinates]
    bottoms = [read(bottom) for _, bottom in found.coordinates]
    distinct = {tuple(bottom) for bottom in bottoms}
    if len(distinct) > 1:
        return False
    bottom = list(distinct.pop()) if distinct else one
    powers: dict[tuple[int, int], list[int]] = {}

    def power(base: list[int], key: int, exponent: int) -> list[int]:
        if exponent == 0:
            return one
        if (key, exponent) not in powers:
            powers[key, exponent] = times(base, power(base, key, exponent - 1))
        return powers[key, exponent]

    for generator in ideal.generators:
        highest = max(sum(e for _, e in monomial) for monomial in generator)
        total = [0] * size
        for monomial, value in generator.items():
            term = power(bottom, -1, highest - sum(e for _, e in monomial))
            for i, e in monomial:
                term = times(term, power(tops[i], i, e))
            factor = value.numerator * pow(value.denominator, -1, prime) % prime
            total = [(a + factor * b) % prime for a, b in zip(total, term, strict=True)]
        if any(total):
            return False
    return True
