"""The noun `GaussianRational`: a complex coefficient with rational real and imaginary part."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any


@dataclass(frozen=True)
class GaussianRational:
    """The number real + imag·i with imag ≠ 0; what is real is a Fraction, as :func:`gaussian` sees to.

    Args:
        real: real part.
        imag: imaginary part, not zero.

    >>> i = gaussian(0, 1)
    >>> i * i, (1 + i) / 2, 1 / (1 + i)
    (Fraction(-1, 1), GaussianRational(1/2+1/2*i), GaussianRational(1/2-1/2*i))
    """

    real: Fraction
    imag: Fraction

    def __add__(self, other: Coefficient | int) -> Coefficient:
        return gaussian(self.real + other.real, self.imag + other.imag)

    __radd__ = __add__

    def __neg__(self) -> GaussianRational:
        return GaussianRational(-self.real, -self.imag)

    def __sub__(self, other: Coefficient | int) -> Coefficient:
        return gaussian(self.real - other.real, self.imag - other.imag)

    def __rsub__(self, other: Fraction | int) -> Coefficient:
        return gaussian(other - self.real, -self.imag)

    def __mul__(self, other: Coefficient | int) -> Coefficient:
        if not isinstance(other, GaussianRational):
            return gaussian(self.real * other, self.imag * other)
        return gaussian(
            self.real * other.real - self.imag * other.imag, self.real * other.imag + self.imag * other.real
        )

    __rmul__ = __mul__

    def __truediv__(self, other: Coefficient | int) -> Coefficient:
        if not isinstance(other, GaussianRational):
            return gaussian(self.real / other, self.imag / other)
        return self * other.conjugate() * (1 / other.norm())

    def __rtruediv__(self, other: Fraction | int) -> Coefficient:
        return self.conjugate() * (other / self.norm())

    def __pow__(self, exponent: int) -> Coefficient:
        result: Coefficient = Fraction(1)
        base: Coefficient = self if exponent >= 0 else 1 / self
        for bit in bin(abs(exponent))[2:]:
            result = result * result
            if bit == "1":
                result = result * base
        return result

    def __complex__(self) -> complex:
        return complex(float(self.real), float(self.imag))

    def __str__(self) -> str:
        size = "" if abs(self.imag) == 1 else f"{abs(self.imag)}*"
        sign = "-" if self.imag < 0 else "+" if self.real else ""
        return f"{self.real or ''}{sign}{size}i"

    def __repr__(self) -> str:
        return f"GaussianRational({self})"

    def conjugate(self) -> GaussianRational:
        """Return the complex conjugate."""
        return GaussianRational(self.real, -self.imag)

    def norm(self) -> Fraction:
        """Return the square of the modulus."""
        return self.real * self.real + self.imag * self.imag


Coefficient = Fraction | GaussianRational


def gaussian(real: Fraction | int, imag: Fraction | int) -> Coefficient:
    """Return real + imag·i, as a Fraction where it is real."""
    return GaussianRational(Fraction(real), Fraction(imag)) if imag else Fraction(real)


def coefficient(value: Any) -> Coefficient:
    """Return a number as an exact coefficient.

    Raises:
        TypeError, ValueError: if it is none.

    >>> coefficient(0.5 - 2j)
    GaussianRational(1/2-2*i)
    """
    if type(value) is Fraction or isinstance(value, GaussianRational):
        return value
    if isinstance(value, complex):
        return gaussian(Fraction(value.real), Fraction(value.imag))
    return Fraction(value)


def parts(value: Coefficient) -> tuple[Fraction, Fraction]:
    """Return the real and the imaginary part."""
    return (value.real, value.imag) if isinstance(value, GaussianRational) else (value, Fraction(0))


def height(value: Coefficient) -> int:
    """Return the bits of the longest numerator or denominator."""
    if isinstance(value, GaussianRational):
        return max(height(value.real), height(value.imag))
    return max(value.numerator, value.denominator, -value.numerator).bit_length()
