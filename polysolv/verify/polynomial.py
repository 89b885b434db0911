"""Sparse polynomials with exact rational coefficients, just enough to expand an identity."""

from fractions import Fraction

from .limits import MAX_EXPANDED_DEGREE, MAX_RESULT_BITS, Malformed, spend
from .reading import fields, items, powers, rational

Number = int | Fraction
Point = dict[int, Number]  # values of numbered variables

SHIFT = 16  # bits of an exponent in a packed monomial


class Poly:
    """A polynomial; variables are numbered from 0.

    ``terms`` maps a packed monomial, the sum of exponent << (16 * variable), to a coefficient other than 0.
    ``bound`` is at least the degree and below 2^16, so that packed exponents never run into each other.
    """

    def __init__(self, terms: dict[int, Number], bound: int) -> None:
        if bound > MAX_EXPANDED_DEGREE:
            raise Malformed("limits", f"a polynomial of degree above {MAX_EXPANDED_DEGREE}")
        self.terms = {key: value for key, value in terms.items() if value}
        self.bound = bound

    def __mul__(self, other: "Poly") -> "Poly":
        bits = sum(max(map(_size, poly.terms.values()), default=0) for poly in (self, other))
        _charge(bits, len(self.terms) * len(other.terms))
        terms: dict[int, Number] = {}
        for left, a in self.terms.items():
            for right, b in other.terms.items():
                key = left + right
                terms[key] = terms.get(key, 0) + a * b
        return Poly(terms, self.bound + other.bound)

    def substitute(self, values: Point, offset: int = 0) -> "Poly":
        """Add ``offset`` to the numbers of the variables, then replace those in ``values`` by numbers."""
        terms: dict[int, Number] = {}
        for key, value in self.terms.items():
            rest = 0
            for number, exponent in unpack(key):
                variable = number + offset
                if variable in values:
                    value *= power(values[variable], exponent)
                else:
                    rest += exponent << (SHIFT * variable)
            terms[rest] = terms.get(rest, 0) + value
        return Poly(terms, self.bound)

    def derivative(self, variable: int) -> "Poly":
        """Return the partial derivative with respect to ``variable``."""
        shift = SHIFT * variable
        exponents = [(key, key >> shift & 0xFFFF) for key in self.terms]
        return Poly({key - (1 << shift): self.terms[key] * n for key, n in exponents if n}, self.bound)


def add(polys: list[Poly]) -> Poly:
    """Return the sum."""
    terms: dict[int, Number] = {}
    for poly in polys:
        spend(len(poly.terms))
        for key, value in poly.terms.items():
            terms[key] = terms.get(key, 0) + value
    return Poly(terms, max((poly.bound for poly in polys), default=0))


def _size(value: Number) -> int:
    return value.numerator.bit_length() + value.denominator.bit_length()


def _charge(bits: int, products: int) -> None:
    if bits > MAX_RESULT_BITS:
        raise Malformed("limits", f"a number of more than {MAX_RESULT_BITS} bits")
    spend(products * (1 + (bits >> 10) ** 2))


def power(value: Number, exponent: int) -> Number:
    """Return ``value ** exponent``, unless that is too large."""
    _charge(_size(value) * exponent, 1)
    return value**exponent


def unpack(key: int) -> list[tuple[int, int]]:
    """Return the (variable, exponent) pairs of a packed monomial, exponents positive."""
    pairs, variable = [], 0
    while key:
        skipped = ((key & -key).bit_length() - 1) // SHIFT  # of hundreds of variables few occur
        variable += skipped
        key >>= SHIFT * skipped
        pairs.append((variable, key & 0xFFFF))
        key ^= key & 0xFFFF
    return pairs


def pack(monomial: dict[str, int], variables: dict[str, int]) -> int:
    """Return the packed monomial of a map from name to exponent."""
    return sum(exponent << (SHIFT * variables[name]) for name, exponent in monomial.items())


def read_polynomial(value: object, variables: dict[str, int], where: str) -> Poly:
    """Return the polynomial that a list of terms, each a coefficient and a monomial, spells."""
    total: dict[int, Number] = {}
    degrees = [0]
    for item in items(value, where):
        term = fields(item, "coefficient monomial", where)
        monomial = powers(term["monomial"], variables, where)
        key, coefficient = pack(monomial, variables), rational(term["coefficient"], where)
        if key in total or not coefficient:
            raise Malformed(where, "a monomial that occurs twice, or a coefficient 0")
        total[key] = coefficient
        degrees.append(sum(monomial.values()))
    return Poly(total, max(degrees))
