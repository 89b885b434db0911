"""A small safe parser: from the text of a density to a SymPy expression. Nothing is evaluated."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from polysolv.errors import InputError, unknown_name
from polysolv.families.parser import exact_tokens

if TYPE_CHECKING:
    from sympy import Expr

MAX_LENGTH = 5_000
MAX_DEPTH = 50
MAX_DIGITS = 30
MAX_POWER = 1_000
MAX_BITS = 10_000
RESPONSE = "y"
CONSTANTS = ("pi",)
FUNCTIONS = {
    "exp": 1,
    "log": 1,
    "sqrt": 1,
    "gamma": 1,
    "erf": 1,
    "besseli": 2,
    "abs": 1,
    "sin": 1,
    "cos": 1,
}
_COVARIATE = re.compile(r"x[0-9]*", re.A)
_TOKEN = re.compile(
    r"\s*(?:(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)|([A-Za-z][A-Za-z_0-9]*)|(\*\*|[-+*/^(),])|(\S))", re.A
)
_ALLOWED = (
    "names, integers, + - * / ^, brackets and "
    + ", ".join(FUNCTIONS)
    + ", like exp(-(y - mu)^2/(2*s))/sqrt(s)"
)


def parse_density(text: object, field: str = "density") -> tuple[Expr, tuple[str, ...], tuple[str, ...]]:
    """Return the density that ``text`` spells, with the names of its parameters and covariates.

    Args:
        text: an expression of integers, names, ``+ - * / ^`` (or ``**``), brackets, the constant pi and the
            functions exp, log, sqrt, gamma, erf, besseli(order, argument), abs, sin, cos. The response is
            ``y`` (``y1``, ``y2``, … for several); ``x``, ``x1``, ``x2``, … are covariates; every other name
            is a parameter, in order of appearance.
        field: what is read, for error messages.

    Returns:
        the expression, whose symbols are all assumed real; parameters; covariates.

    Raises:
        InputError: for anything else: a float, an unknown function, a missing bracket, no parameter, or no
            response.

    >>> parse_density("b*exp(-b*y)")
    (b*exp(-b*y), ('b',), ())
    """
    if not isinstance(text, str):
        raise InputError(field, text, "a string: " + _ALLOWED)
    if len(text) > MAX_LENGTH:
        raise InputError(field, text, f"a string of at most {MAX_LENGTH} characters")
    parser = _Parser(exact_tokens(text, field, _TOKEN, _ALLOWED, MAX_DIGITS, MAX_DIGITS), field)
    expression = parser.parse()
    left = {symbol.name for symbol in expression.free_symbols}
    for name in parser.names:
        if name not in left:
            raise InputError(field, name, f"names that the density depends on; {name} cancels")
    if not any(is_response(name) for name in parser.names):
        raise InputError(field, text, "a density of the response y")
    covariates = tuple(name for name in parser.names if _COVARIATE.fullmatch(name))
    parameters = tuple(name for name in parser.names if name not in covariates and not is_response(name))
    if not parameters:
        raise InputError(field, text, "a density with at least one parameter")
    return expression, parameters, covariates


def is_response(name: str) -> bool:
    """Return whether a name in the text of a density is that of a response: ``y``, ``y1``, ``y2``, …

    >>> is_response("y2"), is_response("nu")
    (True, False)
    """
    return name[0] == RESPONSE and (len(name) == 1 or name[1:].isdigit())


def responses_of(expression: Expr) -> tuple[str, ...]:
    """Return the names of the responses that a density depends on, in order."""
    return tuple(sorted((s.name for s in expression.free_symbols if is_response(s.name)), key=_numbered))


def _numbered(name: str) -> tuple[int, str]:
    return len(name), name


class _Parser:
    """Recursive descent; ``depth`` counts open brackets and signs of powers, so the recursion is bounded."""

    def __init__(self, tokens: list[str], field: str) -> None:
        self.tokens = tokens
        self.field = field
        self.position = 0
        self.depth = 0
        self.names: list[str] = []

    def parse(self) -> Any:
        if not self.tokens:
            raise InputError(self.field, "", _ALLOWED)
        result = self.sum()
        if self.position < len(self.tokens):
            raise self.error(self.peek())
        import sympy

        if not isinstance(result, sympy.Expr) or result.has(sympy.nan, sympy.oo, sympy.zoo, sympy.I):
            raise InputError(self.field, " ".join(self.tokens), "a density that is finite and real")
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

    def enter(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error("brackets nested deeply", f"brackets nested at most {MAX_DEPTH} deep")

    def signed(self, part: Any) -> Any:
        sign = 1
        while self.peek() in ("+", "-"):
            sign = -sign if self.take() == "-" else sign
        value = part()
        return value if sign > 0 else -value

    def sum(self) -> Any:
        total = self.signed(self.product)
        while self.peek() in ("+", "-"):
            total += self.signed(self.product)
        return total

    def product(self) -> Any:
        total = self.power()
        while (operator := self.peek()) in ("*", "/"):
            self.take()
            factor = self.signed(self.power)
            if operator == "/" and factor.is_zero:
                raise self.error("/0", "division by what is not zero")
            total = total * factor if operator == "*" else total / factor
        return total

    def power(self) -> Any:
        base = self.atom()
        if self.peek() not in ("**", "^"):
            return base
        self.take()
        self.enter()
        exponent = self.signed(self.power)  # 2^3^2 is 2^(3^2), as in mathematics
        self.depth -= 1
        if exponent.is_number and not (exponent.is_Rational and abs(exponent) <= MAX_POWER):
            raise self.error(str(exponent), f"exponents that are rationals of size at most {MAX_POWER}")
        if base.is_zero:
            raise self.error("0^", "powers of what is not zero")
        if base.is_Rational and exponent.is_Rational:
            bits = max(int(base.p).bit_length(), int(base.q).bit_length()) * abs(exponent)
            if bits > MAX_BITS:
                raise self.error(f"a number of {int(bits)} bits", f"numbers of at most {MAX_BITS} bits")
        return base**exponent

    def atom(self) -> Any:
        import sympy

        token = self.take()
        if token == "(":
            return self.bracketed(1)[0]
        if token.isdigit():
            return sympy.Integer(int(token))
        if not token[0].isalpha():
            raise self.error(token)
        if self.peek() == "(":
            return self.call(token)
        if token in CONSTANTS:
            return sympy.pi
        if token in FUNCTIONS:
            raise self.error(token, f"{token} with its argument in brackets")
        if token not in self.names:
            self.names.append(token)
        return sympy.Symbol(token, real=True)

    def bracketed(self, count: int) -> list[Any]:
        """Return the expressions between brackets, the first of which has been taken."""
        self.enter()
        found = [self.sum()]
        while self.peek() == "," and len(found) < count:
            self.take()
            found.append(self.sum())
        if self.peek() != ")":
            raise self.error(self.peek(), "a closing bracket for every opening one")
        self.take()
        self.depth -= 1
        return found

    def call(self, name: str) -> Any:
        import sympy

        if name not in FUNCTIONS:
            raise unknown_name(self.field, name, list(FUNCTIONS))
        self.take()
        arguments = self.bracketed(FUNCTIONS[name])
        if len(arguments) < FUNCTIONS[name]:
            raise self.error(f"{name}(", "besseli(order, argument)")
        if name == "besseli" and not arguments[0].is_Rational:
            raise self.error(f"besseli({arguments[0]}", "an order that is a rational number")
        if name == "gamma" and arguments[0].is_Rational and not 0 < arguments[0] <= MAX_POWER:
            raise self.error(f"gamma({arguments[0]})", f"gamma of a number above 0 and at most {MAX_POWER}")
        function = sympy.Abs if name == "abs" else getattr(sympy, name)
        return function(*arguments)
