"""A small safe parser: from the text of a polynomial to its exact coefficients. Nothing is evaluated."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fractions import Fraction

from polysolv.errors import InputError

# Exponents, one for each name in the order given -> non-zero rational.
ParsedPolynomial = dict[tuple[int, ...], Fraction]

MAX_LENGTH = 100_000
MAX_DEPTH = 50
MAX_POWER = 64
MAX_TERMS = 5_000
MAX_DIGITS = 200
MAX_BITS = 20_000

_TOKEN = re.compile(
    r"\s*(?:(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)|([A-Za-z_][A-Za-z_0-9]*)|(\*\*|[-+*/^()])|(\S))", re.A
)
_ALLOWED = "sums, products and powers of names and integers, and division by an integer, like a*x*y + s*y^2/2"


def parse_polynomial(text: object, names: Sequence[str], field: str = "log_symbol") -> ParsedPolynomial:
    """Return the polynomial that ``text`` spells.

    Args:
        text: an expression in ``names``, integers, ``+ - *``, ``^`` or ``**`` with an integer exponent from 0
            to 64, brackets, and division by a non-zero integer.
        names: every name that may occur.
        field: what is read, for error messages.

    Returns:
        exponent vector over ``names`` -> coefficient; the zero polynomial is empty.

    Raises:
        InputError: for anything else: a float, an unknown name, a call, division by an expression, brackets
            nested more than 50 deep, more than 5,000 terms.

    >>> parse_polynomial("a*y + s*y^2/2", ["a", "s", "y"])
    {(1, 0, 1): Fraction(1, 1), (0, 1, 2): Fraction(1, 2)}
    """
    if not isinstance(text, str):
        raise InputError(field, text, "a string: " + _ALLOWED)
    if len(text) > MAX_LENGTH:
        raise InputError(field, text, f"a string of at most {MAX_LENGTH} characters")
    return _Parser(exact_tokens(text, field, _TOKEN, _ALLOWED, MAX_DIGITS), list(names), field).parse()


def exact_tokens(
    text: str, field: str, token: re.Pattern[str], allowed: str, digits: int, letters: int | None = None
) -> list[str]:
    """Return the tokens of a text in which numbers are exact.

    Args:
        text: what is read.
        field: its name in messages.
        token: groups: a number, a name, a sign, anything else.
        allowed: what a text may hold, in words.
        digits, letters: the longest integer and name; names of any length if left out.

    Raises:
        InputError: for the first token that is not allowed.
    """
    tokens, position = [], 0
    text = text.rstrip()
    while position < len(text):
        match = token.match(text, position)
        assert match is not None
        number, name, _, other = match.groups()
        found = match.group().strip()
        if other is not None:
            raise InputError(field, found, allowed)
        if number is not None and not number.isdigit():
            raise InputError(field, found, "exact numbers: integers, and rationals like 1/2; no floats")
        if number is not None and len(number) > digits:
            raise InputError(field, found, f"integers of at most {digits} digits")
        if name is not None and letters is not None and len(name) > letters:
            raise InputError(field, found, f"names of at most {letters} letters")
        tokens.append(found)
        position = match.end()
    return tokens


class _Parser:
    """Recursive descent; ``depth`` counts open brackets, so the recursion is bounded."""

    def __init__(self, tokens: list[str], names: list[str], field: str) -> None:
        self.tokens = tokens
        self.names = names
        self.field = field
        self.position = 0
        self.depth = 0

    def parse(self) -> ParsedPolynomial:
        if not self.tokens:
            raise InputError(self.field, "", _ALLOWED)
        result = self.sum()
        if self.position < len(self.tokens):
            raise self.error(self.tokens[self.position])
        return result

    def error(self, token: str | None, allowed: str = _ALLOWED) -> InputError:
        return InputError(self.field, "an end too early" if token is None else token, allowed)

    def peek(self) -> str | None:
        return self.tokens[self.position] if self.position < len(self.tokens) else None

    def take(self) -> str:
        token = self.peek()
        if token is None:
            raise self.error(None)
        self.position += 1
        return token

    def signs(self) -> int:
        sign = 1
        while self.peek() in ("+", "-"):
            sign = -sign if self.take() == "-" else sign
        return sign

    def sum(self) -> ParsedPolynomial:
        total = self.scaled(self.product, self.signs())
        while self.peek() in ("+", "-"):
            for exponents, c in self.scaled(self.product, self.signs()).items():
                total[exponents] = total.get(exponents, Fraction(0)) + c
            self.limit(total)
        return {exponents: c for exponents, c in total.items() if c}

    @staticmethod
    def scaled(part: Callable[[], ParsedPolynomial], factor: int) -> ParsedPolynomial:
        return {exponents: factor * c for exponents, c in part().items()}

    def product(self) -> ParsedPolynomial:
        total = self.power()
        while (operator := self.peek()) in ("*", "/"):
            self.take()
            sign = self.signs()
            if operator == "*":
                total = self.times(total, self.scaled(self.power, sign))
                continue
            token = self.peek()
            if token is None or not token.isdigit() or not int(token):
                raise self.error(f"/{token or ''}", "division by a non-zero integer only, like s*y^2/2")
            divisor = self.power()
            number = sign * divisor[(0,) * len(self.names)]
            total = {exponents: c / number for exponents, c in total.items()}
        return total

    def power(self) -> ParsedPolynomial:
        base = self.atom()
        if self.peek() not in ("**", "^"):
            return base
        self.take()
        token = self.take()
        if not token.isdigit() or int(token) > MAX_POWER:
            raise self.error(token, f"exponents that are integers from 0 to {MAX_POWER}")
        result = {(0,) * len(self.names): Fraction(1)}
        for _ in range(int(token)):
            result = self.times(result, base)
        if self.peek() in ("**", "^"):
            raise self.error(self.peek(), "one exponent; use brackets for a power of a power")
        return result

    def atom(self) -> ParsedPolynomial:
        token = self.take()
        if token == "(":
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise self.error("brackets nested deeply", f"brackets nested at most {MAX_DEPTH} deep")
            inner = self.sum()
            if self.peek() != ")":
                raise self.error(self.peek(), "a closing bracket for every opening one")
            self.take()
            self.depth -= 1
            return inner
        if token.isdigit():
            number = Fraction(int(token))
            return {(0,) * len(self.names): number} if number else {}
        if token[0].isalpha() or token[0] == "_":
            if self.peek() == "(":
                raise self.error(f"{token}(", "no calls: " + _ALLOWED)
            if token not in self.names:
                from polysolv.errors import unknown_name

                raise unknown_name(self.field, token, self.names)
            return {tuple(int(name == token) for name in self.names): Fraction(1)}
        raise self.error(token)

    def times(self, left: ParsedPolynomial, right: ParsedPolynomial) -> ParsedPolynomial:
        if len(left) * len(right) > 20 * MAX_TERMS:
            raise self.error("a product of long sums", f"at most {MAX_TERMS} terms")
        total: ParsedPolynomial = {}
        for one, a in left.items():
            for other, b in right.items():
                key = tuple(map(sum, zip(one, other, strict=True)))
                total[key] = total.get(key, Fraction(0)) + a * b
        self.limit(total)
        return {exponents: c for exponents, c in total.items() if c}

    def limit(self, polynomial: ParsedPolynomial) -> None:
        if len(polynomial) > MAX_TERMS:
            raise self.error("a long polynomial", f"at most {MAX_TERMS} terms")
        if any(
            max(c.numerator.bit_length(), c.denominator.bit_length()) > MAX_BITS for c in polynomial.values()
        ):
            raise self.error("a very large coefficient", f"coefficients of at most {MAX_BITS} bits")
