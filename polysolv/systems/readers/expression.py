"""Exact reading of polynomial expressions; nothing is ever evaluated as code."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import comb

from polysolv.errors import InputError
from polysolv.systems.polynomial import Monomial, Polynomial, add, multiply_monomials

_TOKEN = re.compile(
    r"(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<name>[^\W\d]\w*(?:\[\s*\d+(?:\s*,\s*\d+)*\s*\])?)"
    r"|(?P<power>\*\*|\^)|(?P<sign>//|[-+*/()])|(?P<space>\s+)"
)
_MAX_TERMS = 50_000
_MAX_EXPONENT = 10_000
_MAX_DEPTH = 200
_MAX_NUMBER = 4000

Terms = dict[Monomial, Fraction]


class Names:
    """The unknowns seen so far, and named subexpressions.

    Args:
        fixed: the only names allowed, in order; ``None`` accepts new ones as they appear.
    """

    def __init__(self, fixed: Sequence[str] | None = None) -> None:
        self.known: dict[str, int] = {name: i for i, name in enumerate(fixed or ())}
        self.open = fixed is None
        self.definitions: dict[str, Mapping[Monomial, Fraction]] = {}

    def lookup(self, name: str, field: str) -> Mapping[Monomial, Fraction]:
        """Return the polynomial that ``name`` stands for."""
        if name in self.definitions:
            return self.definitions[name]
        if name not in self.known:
            if name in {"i", "I", "im"}:
                raise InputError(field, name, "rational coefficients (the imaginary unit is not supported)")
            if not self.open:
                raise InputError(field, name, f"the unknowns {', '.join(self.known)}")
            self.known[name] = len(self.known)
        return {((self.known[name], 1),): Fraction(1)}


def parse_equation(text: str, names: Names, field: str) -> Polynomial:
    """Read ``left = right`` (or ``left == right``, or an expression that shall vanish) as left − right.

    Raises:
        InputError: naming ``field`` and the offending part.
    """
    sides = re.split(r"==?", text)
    if len(sides) > 2:
        raise InputError(field, text.strip(), "one equals sign")
    result = parse_expression(sides[0], names, field)
    if len(sides) == 2:
        result = add(result, parse_expression(sides[1], names, field), -1)
    return result


def parse_expression(text: str, names: Names, field: str) -> Terms:
    """Read a polynomial with +, -, *, /, ^ or **, parentheses, decimals and juxtaposition like ``2x``.

    >>> parse_expression("(x - 1/2)^2 - 0.25", Names(), "f")
    {((0, 2),): Fraction(1, 1), ((0, 1),): Fraction(-1, 1)}
    """
    parser = _Parser(text, names, field)
    result = parser.sum(0)
    if parser.position < len(parser.tokens):
        raise InputError(
            field, parser.tokens[parser.position][1], "an operator, or the end of the expression"
        )
    return result


def number(text: str, field: str) -> Fraction:
    """Read a decimal number exactly.

    >>> number("1.1e-2", "f")
    Fraction(11, 1000)
    """
    mantissa, _, exponent = text.lower().partition("e")
    if len(mantissa) > _MAX_NUMBER or len(exponent) > 5 or abs(int(exponent or 0)) > _MAX_NUMBER:
        raise InputError(field, text, f"numbers of at most {_MAX_NUMBER} digits")
    return Fraction(text)


class _Parser:
    def __init__(self, text: str, names: Names, field: str) -> None:
        self.names = names
        self.field = field
        self.tokens: list[tuple[str, str]] = []
        self.position = 0
        place = 0
        while place < len(text):
            match = _TOKEN.match(text, place)
            if match is None:
                raise InputError(field, text[place : place + 20], "numbers, names, + - * / ^ and parentheses")
            place = match.end()
            kind = match.lastgroup or ""
            if kind != "space":
                self.tokens.append((kind, re.sub(r"\s", "", match.group())))
        if not self.tokens:
            raise InputError(field, "an empty expression", "a polynomial")

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.position] if self.position < len(self.tokens) else ("end", "")

    def sum(self, depth: int) -> Terms:
        if depth > _MAX_DEPTH:
            raise InputError(self.field, "very deep nesting", f"at most {_MAX_DEPTH} levels of parentheses")
        result: Terms = {}
        sign = 1
        first = True
        while True:
            kind, text = self.peek()
            if text in {"+", "-"}:
                self.position += 1
                sign = -sign if text == "-" else sign
                first = False
                while self.peek()[1] in {"+", "-"}:
                    sign = -sign if self.peek()[1] == "-" else sign
                    self.position += 1
            elif not first or kind == "end":
                return result if not first else self._refuse()
            result = add(result, self.product(depth), sign)
            sign, first = 1, False

    def product(self, depth: int) -> Terms:
        result = self.factor(depth)
        while True:
            kind, text = self.peek()
            if text == "*":
                self.position += 1
                result = self._times(result, self.factor(depth))
            elif text in {"/", "//"}:
                self.position += 1
                divisor = self.factor(depth)
                if set(divisor) != {()}:
                    shown = "zero" if not divisor else "a polynomial"
                    raise InputError(self.field, f"division by {shown}", "division by non-zero numbers only")
                result = {m: c / divisor[()] for m, c in result.items()}
            elif kind == "name" or text == "(" or kind == "number":
                # Juxtaposition binds like a product: 2x, 2(x+1), (x+1)(x-1).
                if kind == "number":
                    self._refuse()
                result = self._times(result, self.factor(depth))
            else:
                return result

    def factor(self, depth: int) -> Terms:
        kind, text = self.peek()
        self.position += 1
        base: Terms
        if text in {"+", "-"}:
            base = self.factor(depth)
            return base if text == "+" else {m: -c for m, c in base.items()}
        if kind == "number":
            value = number(text, self.field)
            base = {(): value} if value else {}
        elif kind == "name":
            base = dict(self.names.lookup(text, self.field))
        elif text == "(":
            base = self.sum(depth + 1)
            if self.peek()[1] != ")":
                self._refuse("a closing parenthesis")
            self.position += 1
        else:
            self.position -= 1
            return self._refuse()
        if self.peek()[0] == "power":
            self.position += 1
            base = self._power(base)
        return base

    def _power(self, base: Terms) -> Terms:
        bracketed = self.peek()[1] == "("
        self.position += bracketed
        kind, text = self.peek()
        if kind != "number" or not text.isdigit() or len(text) > 5 or int(text) > _MAX_EXPONENT:
            self._refuse(f"an exponent from 0 to {_MAX_EXPONENT}")
        self.position += 1
        if bracketed:
            if self.peek()[1] != ")":
                self._refuse("a closing parenthesis")
            self.position += 1
        exponent = int(text)
        if len(base) == 1:
            ((monomial, coefficient),) = base.items()
            if coefficient not in {1, -1} and exponent > _MAX_NUMBER:
                self._refuse(f"an exponent from 0 to {_MAX_NUMBER}")
            raised = tuple((i, e * exponent) for i, e in monomial) if exponent else ()
            return {raised: coefficient**exponent}
        names = {i for monomial in base for i, _ in monomial}
        degree = exponent * max(sum(e for _, e in monomial) for monomial in base) if base else 0
        bound = (
            min(comb(len(base) - 1 + exponent, exponent), comb(len(names) + degree, degree)) if base else 0
        )
        if bound > _MAX_TERMS:
            raise InputError(self.field, "a power that is too large", f"at most {_MAX_TERMS} terms")
        result: Terms = {(): Fraction(1)}
        while exponent:
            if exponent & 1:
                result = self._times(result, base)
            exponent >>= 1
            if exponent:
                base = self._times(base, base)
        return result

    def _times(self, a: Terms, b: Terms) -> Terms:
        if len(a) * len(b) > 20 * _MAX_TERMS:
            raise InputError(self.field, "a product that is too large", f"at most {_MAX_TERMS} terms")
        result: Terms = {}
        for m, c in a.items():
            for n, d in b.items():
                key = multiply_monomials(m, n)
                result[key] = result.get(key, Fraction(0)) + c * d
        if len(result) > _MAX_TERMS:
            raise InputError(self.field, "a product that is too large", f"at most {_MAX_TERMS} terms")
        return {m: c for m, c in result.items() if c}

    def _refuse(self, allowed: str = "a number, a name or a parenthesis") -> Terms:
        raise InputError(self.field, self.peek()[1] or "the end of the expression", allowed)
