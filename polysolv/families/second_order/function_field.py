"""Functions of covariates and response as elements of a field over Q(constants), and their linear relations.

What a computer algebra system cannot take apart (log y, an exponential, a Bessel function) becomes a
generator of its own. So a relation that is found holds identically, whatever relations there are among the
generators; that no more hold is shown elsewhere, in :mod:`polysolv.families.second_order.balls`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import lcm
from typing import Any

Kernel = Any  # a SymPy expression that stands for one generator

MAX_GENERATORS = 24
MAX_SHIFT = 50


def normalised(expression: Any) -> Any:
    """Return an equal expression in which functions are taken apart as far as there are laws for it.

    >>> from sympy import log, symbols
    >>> y = symbols("y")
    >>> normalised(log(y / 2))
    log(y) - log(2)
    """
    import sympy

    if expression.has(sympy.log):
        expression = sympy.expand_log(expression, force=True)
    if expression.has(sympy.sin, sympy.cos, sympy.tan):
        expression = sympy.expand_trig(
            expression.rewrite(sympy.cos) if expression.has(sympy.tan) else expression
        )
    whole = [g for g in expression.atoms(sympy.gamma) if g.args[0].is_Rational and 1 < g.args[0] < MAX_SHIFT]
    expression = expression.xreplace({g: _gamma_below(g.args[0]) for g in whole})
    while high := [b for b in expression.atoms(sympy.besseli) if b.args[0].is_Integer and b.args[0] >= 2]:
        expression = expression.xreplace({b: _lowered(b) for b in high})
    while low := [b for b in expression.atoms(sympy.besseli) if b.args[0].is_Integer and b.args[0] < 0]:
        expression = expression.xreplace({b: sympy.besseli(-b.args[0], b.args[1]) for b in low})
    return expression


def _gamma_below(argument: Any) -> Any:
    """Return Γ(r) through Γ(r − k), where r − k is above 0 and at most 1."""
    import sympy

    total = sympy.S.One
    while argument > 1:
        argument -= 1
        total *= argument
    return total * sympy.gamma(argument)


def unshifted(expressions: Sequence[Any]) -> list[Any]:
    """Return equal expressions in which no two Γ or ψ_n are at arguments that differ by an integer.

    Γ(z + k) = z (z + 1) … (z + k − 1) Γ(z), and ψ_n likewise, take each to the lowest argument there is.

    >>> from sympy import gamma, symbols
    >>> y = symbols("y")
    >>> unshifted([gamma(y + 3), gamma(y + 1)])
    [(y + 1)*(y + 2)*gamma(y + 1), gamma(y + 1)]
    """
    import sympy

    found = {part for e in expressions for part in e.atoms(sympy.gamma, sympy.polygamma)}
    lowest: dict[Any, int] = {}
    for part in found:
        if place := _shift(part):
            lowest[place[0]] = min(place[1], lowest.get(place[0], place[1]))
    lowered = {}
    for part in found:
        if (place := _shift(part)) and 0 < (steps := place[1] - lowest[place[0]]) <= MAX_SHIFT:
            lowered[part] = _gamma_at(part, steps) if isinstance(part, sympy.gamma) else _psi_at(part, steps)
    return [e.xreplace(lowered) for e in expressions]


def _shift(function: Any) -> tuple[Any, int] | None:
    """Return what z + c is up to an integer, and the integer part of c; nothing for other arguments."""
    import sympy

    constant, rest = function.args[-1].as_coeff_Add()
    if rest == 0 or not constant.is_Rational or not all(n.is_Integer for n in function.args[:-1]):
        return None
    whole = int(sympy.floor(constant))
    return (rest, constant - whole), whole


def _gamma_at(gamma: Any, steps: int) -> Any:
    """Return Γ(z) through Γ(z − steps)."""
    import sympy

    start = gamma.args[0] - steps
    return sympy.gamma(start) * sympy.Mul(*(start + k for k in range(steps)))


def _psi_at(polygamma: Any, steps: int) -> Any:
    """Return ψ_n(z) through ψ_n(z − steps)."""
    import sympy

    n, argument = polygamma.args
    start = argument - steps
    added = sympy.Add(*((-1) ** n * sympy.factorial(n) / (start + k) ** (n + 1) for k in range(steps)))
    return sympy.polygamma(n, start) + added


def _lowered(bessel: Any) -> Any:
    """Return I_n(z) through I_(n-1) and I_(n-2)."""
    import sympy

    n, z = bessel.args
    return sympy.besseli(n - 2, z) - 2 * (n - 1) / z * sympy.besseli(n - 1, z)


class FunctionField:
    """The field that some expressions lie in.

    Args:
        expressions: SymPy expressions, normalised.
        varying: the symbols that they are functions of; everything else is a constant.

    Attributes:
        field: Q(constants, generators) as a SymPy field.
        constants: how many of its generators, the first ones, are constants.
    """

    def __init__(self, expressions: Sequence[Any], varying: Sequence[Any]) -> None:
        import sympy

        self.varying = set(varying)
        self.unit: dict[Any, int] = {}  # exponent or argument of an exponential -> common denominator
        self.kernels: dict[Kernel, None] = {}
        self.roots: dict[Kernel, tuple[Any, int]] = {}  # root -> what its power equals, and the power
        for expression in expressions:
            self._walk(expression, first=True)
        for expression in expressions:
            self._walk(expression, first=False)
        for symbol in varying:
            self._generator(symbol, False, True)
        fixed = [k for k in self.kernels if not self._varies(k)]
        moving = [k for k in self.kernels if self._varies(k)]
        listed = [*fixed, *moving]
        if len(listed) > MAX_GENERATORS:
            raise TooComplicated(f"more than {MAX_GENERATORS} different functions and constants")
        symbols = [sympy.Symbol(f"g{i}") for i in range(len(listed))]
        self.domain = sympy.QQ.frac_field(*symbols)
        self.field = self.domain.field
        self.generators = dict(zip(listed, self.field.gens, strict=True))
        self.constants = len(fixed)

    def _varies(self, expression: Any) -> bool:
        return bool(expression.free_symbols & self.varying)

    def _walk(self, e: Any, first: bool) -> None:
        """Collect kernels; the first time round only the denominators of exponents."""
        self._element(e, first, collect=True)

    def element(self, expression: Any) -> Any:
        """Return the element of the field that an expression is."""
        return self._element(expression, first=False, collect=False)

    def _generator(self, kernel: Kernel, first: bool, collect: bool) -> Any:
        """Return the generator of a kernel, or the power of one of which it is a root."""
        import sympy

        if collect and first:
            return _PLACE
        power = self.unit.get(kernel, 1)
        root = kernel ** sympy.Rational(1, power) if power > 1 else kernel
        if collect:
            self.kernels.setdefault(root)
            return _PLACE
        return self.generators[root] ** power

    def _element(self, e: Any, first: bool, collect: bool) -> Any:
        import sympy

        def again(part: Any) -> Any:
            return self._element(part, first, collect)

        if e.is_Rational:
            return _PLACE if collect else self.field(sympy.QQ(int(e.p), int(e.q)))
        if e.is_Add or e.is_Mul:
            parts = [again(part) for part in e.args]
            total = parts[0]
            for part in parts[1:]:
                total = total + part if e.is_Add else total * part
            return total
        if isinstance(e, sympy.exp):
            return self._exponential(e.args[0], first, collect)
        if e.is_Pow and e.exp.is_Integer:
            base = again(e.base)
            return _PLACE if collect else base ** int(e.exp)
        if e.is_Pow:
            return self._power(e, first, collect)
        if isinstance(e, (sympy.sin, sympy.cos)):
            t = self._generator(sympy.tan(e.args[0] / 2), first, collect)
            if collect:
                return _PLACE
            return 2 * t / (1 + t**2) if isinstance(e, sympy.sin) else (1 - t**2) / (1 + t**2)
        return self._generator(e, first, collect)

    def _power(self, e: Any, first: bool, collect: bool) -> Any:
        """Return base^(integer + rest): a rest with denominator q as a power of base^(1/q)."""
        import sympy

        base, exponent = e.base, sympy.expand(e.exp)
        constant, rest = exponent.as_coeff_Add()
        whole = int(sympy.floor(constant))
        total = _PLACE if collect else self.field(1)
        parts = [(base, whole, 1)] if whole else []
        fraction = constant - whole
        if fraction:
            parts.append((base, int(fraction.p), int(fraction.q)))
        for b, p, q in parts:
            if q == 1:
                value = self._element(b, first, collect)
                total = total if collect else total * value**p
                continue
            self.unit[b] = lcm(self.unit.get(b, 1), q)
            root = b ** sympy.Rational(1, self.unit[b])
            if collect and not first:
                self.kernels.setdefault(root)
                if not b.is_Symbol and b is not sympy.pi:
                    self.roots[root] = (b, self.unit[b])
                    self._element(b, first, collect)
            total = total if collect else total * self.generators[root] ** (p * self.unit[b] // q)
        if rest != 0:
            other = self._generator(base**rest, first, collect)
            total = total if collect else total * other
        return total

    def _exponential(self, argument: Any, first: bool, collect: bool) -> Any:
        import sympy

        total = _PLACE if collect else self.field(1)
        for term in sympy.Add.make_args(sympy.expand(argument)):
            coefficient, monomial = term.as_coeff_Mul()
            if not coefficient.is_Rational:
                coefficient, monomial = sympy.S.One, term
            key = ("exp", monomial)
            self.unit[key] = lcm(self.unit.get(key, 1), int(coefficient.q))
            generator = self._generator(sympy.exp(monomial / self.unit[key]), first, collect)
            total = total if collect else total * generator ** int(coefficient * self.unit[key])
        return total

    def relations(self, columns: Mapping[Any, Any]) -> list[dict[Any, Any]]:
        """Return a basis of the linear relations Σ c_k column_k = 0 with constant c_k.

        Args:
            columns: name -> element; a later column is written through earlier ones.

        Returns:
            for each relation name -> coefficient, in the field of constants as a SymPy domain element.
        """
        from sympy.polys.matrices import DomainMatrix

        ring = self.field.ring
        common = ring.one
        for value in columns.values():
            common = common * value.denom // common.gcd(value.denom)
        rows: dict[tuple[int, ...], dict[int, Any]] = {}
        scalars = self.scalars()
        for place, value in enumerate(columns.values()):
            numerator = self._reduced(value.numer * (common // value.denom))
            for exponents, coefficient in numerator.terms():
                row = rows.setdefault(exponents[self.constants :], {})
                term = self._scalar(scalars, exponents[: self.constants], coefficient)
                row[place] = row.get(place, scalars.zero) + term
        # Columns in reverse: free columns of the reduced form are then the later ones.
        size = len(columns)
        matrix = [[row.get(place, scalars.zero) for place in range(size)] for row in rows.values()]
        if not matrix:
            matrix = [[scalars.zero] * size]
        reduced, pivots = DomainMatrix(matrix, (len(matrix), size), scalars).to_field().rref()
        entries = reduced.to_list()
        names = list(columns)
        found = []
        for free in range(size):
            if free in pivots:
                continue
            relation = {names[free]: scalars.one}
            for row, pivot in zip(entries, pivots, strict=False):
                if row[free]:
                    relation[names[pivot]] = -row[free]
            found.append(relation)
        return found

    def _reduced(self, polynomial: Any) -> Any:
        """Return a polynomial with high powers of roots replaced by what they equal."""
        for root, (base, power) in self.roots.items():
            place = list(self.generators).index(root)
            equal = self.element(base)
            if equal.denom != 1 or root not in self.generators:
                continue
            ring, total = self.field.ring, self.field.ring.zero
            for exponents, coefficient in polynomial.terms():
                whole, left = divmod(exponents[place], power)
                kept = (*exponents[:place], left, *exponents[place + 1 :])
                total += ring({kept: coefficient}) * equal.numer**whole
            polynomial = total
        return polynomial

    def scalars(self) -> Any:
        """Return the field of constants."""
        import sympy

        gens = self.domain.symbols[: self.constants]
        return sympy.QQ.frac_field(*gens) if gens else sympy.QQ

    def _scalar(self, scalars: Any, exponents: tuple[int, ...], coefficient: Any) -> Any:
        if not self.constants:
            return coefficient
        value = scalars.field(coefficient)
        for generator, e in zip(scalars.field.gens, exponents, strict=True):
            value = value * generator**e
        return value

    def lifted(self, scalar: Any) -> Any:
        """Return an element of the field of constants as one of the whole field."""
        if not self.constants:
            return self.field(scalar)
        top, bottom = (
            sum(
                (
                    self.field(coefficient) * _product(self.field.gens, exponents)
                    for exponents, coefficient in part.terms()
                ),
                self.field.zero,
            )
            for part in (scalar.numer, scalar.denom)
        )
        return top / bottom

    def expression(self, scalar: Any) -> Any:
        """Return an element of the field of constants as a SymPy expression."""
        if not self.constants:
            import sympy

            return sympy.Rational(int(scalar.numerator), int(scalar.denominator))
        names = dict(zip(self.domain.symbols, self.generators, strict=True))
        return scalar.as_expr().xreplace(names)


def _product(generators: Sequence[Any], exponents: Sequence[int]) -> Any:
    total: Any = 1
    for generator, e in zip(generators, exponents, strict=False):
        if e:
            total = total * generator**e
    return total


class TooComplicated(Exception):
    """The computation is too large to be tried."""


class _Place:
    """Stands for every value while kernels are collected."""

    def __add__(self, other: Any) -> _Place:
        return self

    __radd__ = __mul__ = __rmul__ = __add__


_PLACE = _Place()
