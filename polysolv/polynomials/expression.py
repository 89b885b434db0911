"""Exact reading of polynomial expressions; nothing is ever evaluated as code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import comb
from typing import NamedTuple, NoReturn

from polysolv.errors import InputError
from polysolv.polynomials.gaussian_rational import Coefficient, gaussian, height
from polysolv.polynomials.polynomial import ComplexPolynomial, Monomial, multiply_monomials

_TOKEN = re.compile(
    r"(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[^\W\d]\w*(?:\[\s*[0-9]+(?:\s*,\s*[0-9]+)*\s*\])?)"
    r"|(?P<power>\*\*|\^)|(?P<sign>//|[-+*/()])|(?P<space>\s+)"
)
_NAME = re.compile(r"[^\W\d]\w*(?:\[[0-9]+(?:,[0-9]+)*\])?")
_RAISED = re.compile("[⁰¹²³⁴-⁹]")
_SHORT_NUMBER = 4000  # digits that int reads at once, whatever Python's limit
_MAX_TERMS = 50_000
_MAX_PRODUCTS = 500_000  # of two terms, in one product or power: a second or two
_MAX_ALL_PRODUCTS = 1_000_000  # in one system
_MAX_EXPONENT = 10_000
_MAX_DEPTH = 200
_MAX_NUMBER = 4000
_MAX_BITS = _MAX_NUMBER * 3322 // 1000
_SHOWN_NAMES = 10
_FUNCTIONS = frozenset(("sin", "cos", "tan", "exp", "log", "ln", "sqrt", "abs", "sum", "prod"))

Terms = dict[Monomial, Coefficient]


class Names:
    """The unknowns seen so far, and named subexpressions.

    Args:
        fixed: the only names allowed, in order; ``None`` accepts new ones as they appear.
        as_julia: whether, as in Julia, a number binds to the name written against it before / and ^ do, and
            a blank does not multiply.
        imaginary: names that mean the imaginary unit unless they are those of unknowns.
        laurent: whether exponents may be negative; an inverse is the unknown ``-1 - i`` in a monomial.

    Raises:
        InputError: if one of ``fixed`` is not a name.
    """

    def __init__(
        self,
        fixed: Sequence[str] | None = None,
        as_julia: bool = False,
        imaginary: Sequence[str] = ("i", "I", "im"),
        laurent: bool = False,
    ) -> None:
        self.known: dict[str, int] = {require_name(name): i for i, name in enumerate(fixed or ())}
        self.open = fixed is None
        self.as_julia = as_julia
        self.imaginary = frozenset(imaginary)
        self.laurent = laurent
        self.products = 0  # of two terms, so far; those of long numbers count more
        self.definitions: dict[str, ComplexPolynomial] = {}

    def lookup(self, name: str, field: str) -> ComplexPolynomial:
        """Return the polynomial that ``name`` stands for."""
        if name in self.definitions:
            return self.definitions[name]
        if name not in self.known:
            if name in self.imaginary:
                return {(): gaussian(0, 1)}
            if not self.open:
                allowed = (
                    f"the unknowns {listed(self.known)}" if self.known else "names that are declared above"
                )
                raise InputError(field, name, allowed)
            if _RAISED.search(name):
                raise InputError(field, name, "powers written with ^ or **")
            self.known[name] = len(self.known)
        return {((self.known[name], 1),): Fraction(1)}


def require_name(name: str, field: str = "unknowns") -> str:
    """Return ``name`` if it can be the name of an unknown.

    Raises:
        InputError: otherwise.
    """
    if not _NAME.fullmatch(name):
        raise InputError(field, name, "names of letters, digits and _, or of the form x[1,2]")
    return name


def listed(names: Iterable[str]) -> str:
    """Return the first names for an error message.

    >>> listed("abcdefghijklm")
    'a, b, c, d, e, f, g, h, i, j and 3 more'
    """
    names = list(names)
    more = len(names) - _SHOWN_NAMES
    return ", ".join(names[:_SHOWN_NAMES]) + (f" and {more} more" if more > 0 else "")


def parse_equation(text: str, names: Names, field: str) -> ComplexPolynomial:
    """Read ``left = right`` (or ``left == right``, or an expression that shall vanish) as left − right.

    Raises:
        InputError: naming ``field`` and the offending part.
    """
    sides = re.split(r"==?", text)
    if len(sides) > 2:
        raise InputError(field, text.strip(), "one equals sign")
    result = parse_expression(sides[0], names, field)
    if len(sides) == 2:
        for monomial, coefficient in parse_expression(sides[1], names, field).items():
            result[monomial] = result.get(monomial, Fraction(0)) - coefficient
        result = {monomial: coefficient for monomial, coefficient in result.items() if coefficient}
    return result


def parse_expression(text: str, names: Names, field: str) -> Terms:
    """Read a polynomial with +, -, *, /, ^ or **, parentheses, decimals and juxtaposition like ``2x``.

    >>> parse_expression("(x - 1/2)^2 - 0.25", Names(), "f")
    {((0, 2),): Fraction(1, 1), ((0, 1),): Fraction(-1, 1)}
    """
    parser = _Parser(text, names, field)
    try:
        result = parser.sum(0)
    except RecursionError:  # the caller stands deep in the stack
        raise InputError(field, "very deep nesting", "fewer levels of parentheses") from None
    if parser.peek() is not _END:
        parser.refuse("an operator, or the end of the expression")
    return result


def number(text: str, field: str) -> Fraction:
    """Read a decimal number exactly.

    >>> number("1.1e-2", "f")
    Fraction(11, 1000)
    """
    mantissa, _, exponent = text.lower().partition("e")
    digits = exponent.lstrip("+-0")
    if len(mantissa) > _MAX_NUMBER or len(digits) > 5 or int(digits or 0) > _MAX_NUMBER:
        raise InputError(field, text, f"numbers of at most {_MAX_NUMBER} digits")
    return Fraction(int(text)) if text.isdecimal() and len(text) < _SHORT_NUMBER else Fraction(text)


class _Token(NamedTuple):
    kind: str
    text: str
    glued: bool  # nothing stands between it and the token before
    first: bool  # a line begins with it


_END = _Token("end", "", False, False)


class _Parser:
    def __init__(self, text: str, names: Names, field: str) -> None:
        self.names = names
        self.field = field
        self.tokens: list[_Token] = []
        self.position = 0
        place = 0
        glued = first = False
        while place < len(text):
            match = _TOKEN.match(text, place)
            # 1_000 is a number elsewhere; here it would be 1 times _000.
            if match is None or (match.lastgroup == "number" and text.startswith("_", match.end())):
                raise InputError(field, text[place : place + 20], "numbers, names, + - * / ^ and parentheses")
            place = match.end()
            kind = match.lastgroup or ""
            if kind != "space":
                self.tokens.append(_Token(kind, "".join(match.group().split()), glued, first))
            glued, first = kind != "space", kind == "space" and "\n" in match.group()
        if not self.tokens:
            raise InputError(field, "an empty expression", "a polynomial")
        self.tokens.append(_END)

    def peek(self) -> _Token:
        return self.tokens[self.position]

    def sum(self, depth: int) -> Terms:
        if depth > _MAX_DEPTH:
            raise InputError(self.field, "very deep nesting", f"at most {_MAX_DEPTH} levels of parentheses")
        result: Terms = {}
        sign = self._signs()
        while True:
            for monomial, coefficient in self.product(depth).items():
                value = coefficient if sign == 1 else -coefficient
                if monomial in result:
                    value += result[monomial]
                if value:
                    result[monomial] = self._short(value)
                else:
                    result.pop(monomial, None)
            if self.peek().text not in {"+", "-"}:
                return result
            sign = self._signs()

    def product(self, depth: int) -> Terms:
        result = self.factor(depth)
        while True:
            token = self.peek()
            if token.text == "*":
                self.position += 1
                result = self._times(result, self.factor(depth))
            elif token.text in {"/", "//"}:
                self.position += 1
                divisor = self.factor(depth)
                if set(divisor) != {()}:
                    shown = "zero" if not divisor else "a polynomial"
                    raise InputError(self.field, f"division by {shown}", "division by non-zero numbers only")
                self._refuse_glued("/")
                result = {m: self._short(c / divisor[()]) for m, c in result.items()}
            elif token.kind == "name" or token.text == "(":
                # Juxtaposition binds like a product: 2x, 2(x+1), (x+1)(x-1).
                if self.names.as_julia and not token.glued:
                    self.refuse("an operator, or the end of the expression")
                if token.first:  # a separator between two polynomials may have been forgotten
                    self.refuse("an operator or a separator between two lines")
                result = self._times(result, self.factor(depth))
            elif token.kind == "number":
                self.refuse("an operator, or the end of the expression")
            else:
                return result

    def factor(self, depth: int) -> Terms:
        sign = self._signs()
        token = self.peek()
        self.position += 1
        base: Terms
        if token.kind == "number":
            value = number(token.text, self.field)
            base = {(): value} if value else {}
        elif token.kind == "name":
            if self.peek().text == "(" and token.text in _FUNCTIONS and token.text not in self.names.known:
                raise InputError(self.field, f"{token.text}(", "sums, products and powers of unknowns")
            base = dict(self.names.lookup(token.text, self.field))
        elif token.text == "(":
            base = self.sum(depth + 1)
            if self.peek().text != ")":
                self.refuse("a closing parenthesis")
            self.position += 1
        else:
            self.position -= 1
            self.refuse("a number, a name or a parenthesis")
        if self.peek().kind == "power":
            self.position += 1
            base = self._power(base)
            if self.peek().kind == "power":
                self.refuse("parentheses around a power that is raised again")
        return base if sign == 1 else {m: -c for m, c in base.items()}

    def _signs(self) -> int:
        sign = 1
        while self.peek().text in {"+", "-"}:
            sign = -sign if self.peek().text == "-" else sign
            self.position += 1
        return sign

    def _power(self, base: Terms) -> Terms:
        bracketed = self.peek().text == "("
        self.position += bracketed
        inverted = self.names.laurent and self.peek().text == "-"
        self.position += inverted
        token = self.peek()
        text = token.text
        if token.kind != "number" or not text.isdigit() or len(text) > 5 or int(text) > _MAX_EXPONENT:
            self.refuse(f"an exponent from 0 to {_MAX_EXPONENT}")
        self.position += 1
        if bracketed:
            if self.peek().text != ")":
                self.refuse("a closing parenthesis")
            self.position += 1
        else:
            self._refuse_glued("^")
        exponent = int(text)
        if inverted:
            base = self._inverse(base)
        if len(base) == 1:
            ((monomial, coefficient),) = base.items()
            if (height(coefficient) - 1) * exponent > _MAX_BITS:
                self._refuse_number()
            raised = tuple((i, e * exponent) for i, e in monomial) if exponent else ()
            return self._checked({raised: self._short(coefficient**exponent)})
        if base:
            self._refuse_large_power(base, exponent)
        result: Terms = {(): Fraction(1)}
        while exponent:
            if exponent & 1:
                result = self._times(result, base)
            exponent >>= 1
            if exponent:
                base = self._times(base, base)
        return result

    def _inverse(self, base: Terms) -> Terms:
        if len(base) != 1:
            raise InputError(self.field, "a negative power of a sum", "negative powers of unknowns")
        ((monomial, coefficient),) = base.items()
        return {tuple(sorted((-1 - i, e) for i, e in monomial)): 1 / coefficient}

    def _refuse_large_power(self, base: Terms, exponent: int) -> None:
        """Foresee the work of repeated squaring, so that a hopeless power is refused at once."""
        unknowns = len({i for monomial in base for i, _ in monomial})
        degree = max(sum(e for _, e in monomial) for monomial in base)

        def terms(power: int) -> int:
            return min(
                comb(len(base) - 1 + power, power),
                comb(unknowns + degree * power, min(unknowns, degree * power)),
            )

        too_large = terms(exponent) > _MAX_TERMS
        done, square = 0, 1
        while not too_large and square <= exponent:
            if exponent & square:
                too_large = terms(done) * terms(square) > _MAX_PRODUCTS
                done += square
            if 2 * square <= exponent:
                too_large = too_large or terms(square) ** 2 > _MAX_PRODUCTS
            square *= 2
        if too_large:
            raise InputError(self.field, "a power that is too large", f"at most {_MAX_TERMS} terms")

    def _times(self, a: Terms, b: Terms) -> Terms:
        products = len(a) * len(b)
        if products == 1:
            ((m, c),), ((n, d),) = a.items(), b.items()
            self.names.products += 1 + max(height(c), height(d)) // 500
            self._refuse_products(products)
            # Most products are those of a number, often 1, and of unknowns.
            product = d if c == 1 else c if d == 1 else c * d
            return self._checked({multiply_monomials(m, n): self._short(product)})
        bits = max((height(c) for terms in (a, b) for c in terms.values()), default=0)
        self.names.products += products * (1 + bits // 500)
        self._refuse_products(products)
        result: Terms = {}
        for m, c in a.items():
            for n, d in b.items():
                key = multiply_monomials(m, n)
                result[key] = result.get(key, Fraction(0)) + c * d
        if len(result) > _MAX_TERMS:
            raise InputError(self.field, "a product that is too large", f"at most {_MAX_TERMS} terms")
        return self._checked({m: self._short(c) for m, c in result.items() if c})

    def _refuse_products(self, products: int) -> None:
        if products > _MAX_PRODUCTS or self.names.products > _MAX_ALL_PRODUCTS:
            raise InputError(self.field, "a product that is too large", f"at most {_MAX_TERMS} terms")

    def _checked(self, terms: Terms) -> Terms:
        highest = max((e for monomial in terms for _, e in monomial), default=0)
        if highest > _MAX_EXPONENT:
            raise InputError(self.field, highest, f"an exponent from 0 to {_MAX_EXPONENT}")
        return terms

    def _short(self, value: Coefficient) -> Coefficient:
        if height(value) > _MAX_BITS:
            self._refuse_number()
        return value

    def _refuse_number(self) -> NoReturn:
        raise InputError(self.field, "a number that is too long", f"numbers of at most {_MAX_NUMBER} digits")

    def _refuse_glued(self, operator: str) -> None:
        """Refuse what Julia reads as 1/(2x) and x^(2y)."""
        before, token = self.tokens[self.position - 1], self.peek()
        if (
            self.names.as_julia
            and before.kind == "number"
            and token.glued
            and (token.kind == "name" or token.text == "(")
        ):
            shown = f"{operator}{before.text}{token.text}"
            raise InputError(
                self.field, shown, f"* or parentheses: Julia takes {before.text}{token.text} as one"
            )

    def refuse(self, allowed: str) -> NoReturn:
        raise InputError(self.field, self.peek().text or "the end of the expression", allowed)
