"""From a density to its PDE relations and its log-symbol, by exact evaluation and symbolic verification."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations_with_replacement
from math import comb
from numbers import Rational
from typing import Any, NamedTuple

from polysolv.errors import InputError, require_integer
from polysolv.families.density_derivatives import (
    Derivatives,
    Evaluated,
    NotRational,
    at_values_of_response,
    derivatives_over_density,
    difference,
    evaluated,
)
from polysolv.families.independence import LARGEST_MATRIX, PRIME, Independence, pivots
from polysolv.families.kept_density import Density, Terms
from polysolv.families.log_symbol import LogSymbol, linear_log_symbol
from polysolv.families.relations import LinearRelation, Orders, relations_among

MAX_ORDER = 4
MAX_DERIVATIVES = 400
_MAX_POWER = 4
_SPREAD = 40
_PARAMETERS_TRIED = 3
MAX_VALUES = 200
_NO_POLES = "a density that is finite and not zero at most points"
_SPECIAL = (
    "Relations that hold only at special true values are not among those of the family: there an exponent "
    "may be larger than what is said."
)
_REMARK = "The density is strongly identifiable to order {} except at special true values: no interaction."


class NoLogSymbol(InputError):
    """A density whose relations come from no log-symbol, or that cannot be looked at for one."""


@dataclass(frozen=True)
class DensityRelations:
    """The linear relations among derivatives of a density u(y | x; θ) with respect to θ.

    Args:
        parameters: names of the parameters θ.
        order: derivatives up to this order were considered, the density itself included.
        relations: a basis of the relations with constant coefficients; each was verified symbolically.
        pointwise: a basis of the relations at one random θ, as functions of the covariates and the response.
            There are more of these if some relation has coefficients that depend on θ.
        point: that θ.
        derivatives: all derivatives, by increasing order.
        log_symbol: the linear K behind them, if every ∂u/∂θ_t is c·x^i ∂^j u/∂θ_g^j for one parameter g.
    """

    parameters: tuple[str, ...]
    order: int
    relations: tuple[LinearRelation, ...]
    derivatives: tuple[Orders, ...]
    log_symbol: LogSymbol | None
    pointwise: tuple[LinearRelation, ...]
    point: Mapping[str, Fraction]

    @property
    def strongly_identifiable(self) -> bool:
        """Whether the derivatives up to ``order`` are linearly independent at every θ but special ones."""
        return not self.pointwise

    @property
    def depends_on_parameters(self) -> bool:
        """Whether some relation has coefficients that depend on θ, like ∂²u/∂mu² = 1/s ∂u/∂s."""
        return len(self.pointwise) > len(self.relations)

    @cached_property
    def groups(self) -> dict[Orders, dict[Orders, Fraction]]:
        """Derivative -> the independent derivatives that it is made of, and how often."""
        relations = self.pointwise if self.depends_on_parameters else self.relations
        written = {r.left: {orders: c for c, orders in r.right} for r in relations}
        return {d: written.get(d, {d: Fraction(1)}) for d in self.derivatives}

    def __str__(self) -> str:
        if self.strongly_identifiable:
            return f"strongly identifiable to order {self.order}"
        if self.depends_on_parameters:
            place = ", ".join(f"{name} = {value}" for name, value in self.point.items())
            return f"at {place}:\n" + "\n".join(map(str, self.pointwise))
        return "\n".join(map(str, self.relations))


def density_relations(
    expr: Any,
    parameters: Sequence[Any],
    covariates: Sequence[Any],
    response: Any,
    order: int = 2,
    values: Sequence[Any] = (),
) -> DensityRelations:
    """Return the linear relations among the derivatives of a density.

    Args:
        expr: a SymPy expression u(response | covariates; parameters), up to a constant factor, whose
            logarithmic derivatives are rational functions.
        parameters: SymPy symbols or their names.
        covariates, response: likewise.
        order: highest order of differentiation, 2 to 4.
        values: the rational values of a response that takes finitely many, at most 200; else empty.

    Raises:
        InputError: if ``expr`` is no such expression or a symbol is missing.

    Derivatives divided by u are rational functions; they are evaluated at random rational points, the exact
    null space gives the candidates, and each is verified in the field of rational functions. A relation that
    held at the points but not identically would be refused, and a true one cannot be missed. Points with one
    common θ show relations whose coefficients depend on θ; independence there is independence at every θ
    outside a proper algebraic subset.

    >>> from sympy import exp, sqrt, symbols
    >>> Y, m, s = symbols("Y mu sigma")
    >>> print(density_relations(exp(-(Y - m) ** 2 / (2 * s)) / sqrt(s), [m, s], [], Y))
    ∂²u/∂mu² = 2 ∂u/∂sigma
    """
    return _looked_at(expr, parameters, covariates, response, order, values)[0]


def _looked_at(
    expr: Any,
    parameters: Sequence[Any],
    covariates: Sequence[Any],
    response: Any,
    order: int,
    values: Sequence[Any],
) -> tuple[DensityRelations, Density]:
    import sympy

    order = require_integer("order", order, 2, MAX_ORDER)
    if not isinstance(expr, sympy.Expr) or isinstance(expr, (int, float)):
        raise InputError("expr", expr, "a SymPy expression (text is not evaluated)")
    if expr.has(sympy.Float):
        raise InputError("expr", expr, "exact numbers, no floats: use Rational")
    thetas = [_symbol(expr, p, "parameters") for p in _listed(parameters, "parameters")]
    xs = [_symbol(expr, x, "covariates", required=False) for x in _listed(covariates, "covariates")]
    ys = [_symbol(expr, response, "response")]
    if not thetas or len({s.name for s in (*thetas, *xs, *ys)}) < len(thetas) + len(xs) + 1:
        raise InputError("parameters", parameters, "one or more parameters, all names different")
    unknown = expr.free_symbols - {*thetas, *xs, *ys}
    if unknown:
        raise InputError(
            "expr", min(map(str, unknown)), "symbols that are parameters, covariates or the response"
        )
    if comb(len(thetas) + order, order) > MAX_DERIVATIVES:
        raise InputError("order", order, f"an order with at most {MAX_DERIVATIVES} derivatives")
    symbols = [*thetas, *xs, *ys]
    exact = _values(values)
    for value in exact:
        if _vanishes(expr, symbols, value):
            raise InputError("values", str(value), "values of the response where the density is not zero")
    try:
        rational = derivatives_over_density(expr, thetas, order, symbols)
    except NotRational as error:
        raise NoLogSymbol(error.field, error.value, error.allowed) from None
    derivatives = {orders: at_values_of_response(value, exact) for orders, value in rational.items()}
    if not all(derivatives.values()):
        raise InputError("values", values, "values of the response where the density is not zero")
    columns, _ = evaluated(derivatives, len(symbols))
    if not columns:
        raise InputError("expr", expr, _NO_POLES)
    relations = relations_among(columns)
    for relation in relations:
        if any(difference(derivatives, relation)):
            raise InputError("expr", expr, f"a density whose relations hold identically; {relation} does not")
    names = tuple(theta.name for theta in thetas)
    symbol = _find_log_symbol(derivatives, names, xs)
    place, pointwise, at = _at_one_parameter(derivatives, len(thetas), len(symbols))
    point = dict(zip(names, place, strict=True))
    found = DensityRelations(names, order, relations, tuple(derivatives), symbol, pointwise, point)
    location = None if symbol is None else _location(symbol)
    top: Terms = ()
    bottom: Terms = ()
    if location is not None:
        first = rational[(location, 1),]
        top, bottom = _terms(first.numer), _terms(first.denom)
    independence: tuple[Independence, ...] = ()
    if location is None and not pointwise:
        independence = (_independence(at, point, [s.name for s in (*xs, *ys)], exact),)
    of_x, of_y = tuple(x.name for x in xs), ys[0].name
    kept = Density(str(expr), names, of_x, of_y, exact, location, order, top, bottom, independence)
    return found, kept


def _independence(
    values_at: Evaluated, point: Mapping[str, Fraction], varying: Sequence[str], values: Sequence[Fraction]
) -> Independence:
    """Return that all derivatives are independent at a parameter, from their values there."""
    columns, points = values_at
    keys = list(next(iter(columns.values())))
    rows = [[column[key] for column in columns.values()] for key in keys]
    inverses = [[pow(v.denominator, -1, PRIME) for v in row] for row in rows]
    residues = [
        [v.numerator * w % PRIME for v, w in zip(row, inverse, strict=True)]
        for row, inverse in zip(rows, inverses, strict=True)
    ]
    chosen = pivots(residues)
    if len(chosen) != len(columns):
        raise AssertionError("derivatives without a relation depend on each other modulo a prime")
    at = []
    for number, i in (divmod(position, len(values) or 1) for position in chosen):
        place = points[number][len(point) :]
        at.append((*place[:-1], values[i]) if values else place)
    matrix = tuple(tuple(rows[i]) for i in chosen) if len(chosen) <= LARGEST_MATRIX else None
    return Independence(tuple(columns), tuple(point.items()), tuple(varying), tuple(at), matrix)


def _vanishes(expr: Any, symbols: Sequence[Any], value: Fraction) -> bool:
    """Return whether the density is zero or not finite at a value of the response, from one random place."""
    import sympy

    chooser = random.Random(24)
    place = {s: sympy.Rational(chooser.randint(1, 97), 101) for s in symbols[:-1]}
    place[symbols[-1]] = sympy.Rational(value.numerator, value.denominator)
    found = sympy.N(expr.subs(place), 30)
    return not found.is_number or not found.is_finite or abs(found) < sympy.Float("1e-25")


def _location(symbol: LogSymbol) -> str:
    """Return the parameter that the dual variable stands for: its symbol is y."""
    y = tuple(int(i == len(symbol.covariates)) for i in range(len(symbol.variables)))
    return next(name for name, (_, monomial) in symbol.symbols.items() if monomial == y)


def _terms(polynomial: Any) -> Terms:
    return tuple((e, Fraction(int(c.numerator), int(c.denominator))) for e, c in polynomial.terms())


def _values(values: Any) -> tuple[Fraction, ...]:
    allowed = f"a list of at most {MAX_VALUES} different rational numbers"
    listed = _listed(values, "values", allowed)
    if len(listed) > MAX_VALUES:
        raise InputError("values", f"{len(listed)} values", allowed)
    for value in listed:
        if isinstance(value, (bool, float)) or not isinstance(value, Rational) or listed.count(value) > 1:
            raise InputError("values", value, allowed)
    return tuple(Fraction(int(v.numerator), int(v.denominator)) for v in listed)


class DensityLogSymbol(NamedTuple):
    """The log-symbol behind a density, as arguments of ``Family.from_log_symbol``, and what to say of it."""

    text: str
    parameters: tuple[str, ...]
    covariates: Sequence[str]
    duals: Sequence[str]
    title: str
    remarks: tuple[str, ...]
    density: Density


def log_symbol_of_density(
    expr: Any,
    parameters: Sequence[Any],
    covariates: Sequence[Any],
    response: Any,
    order: int = 2,
    values: Sequence[Any] = (),
) -> DensityLogSymbol:
    """Return the log-symbol that the PDE relations of a density amount to.

    Arguments and errors are those of :meth:`polysolv.families.family.Family.from_density`.
    """
    found, density = _looked_at(expr, parameters, covariates, response, order, values)
    symbol = found.log_symbol
    if found.depends_on_parameters:
        known = set(map(str, found.relations))
        shown = next(str(r) for r in found.pointwise if str(r) not in known)
        place = ", ".join(f"{p} = {value}" for p, value in found.point.items())
        raise NoLogSymbol(
            "expr",
            f"{shown} at {place}",
            "a density whose relations have coefficients that do not depend on the parameters: change the "
            "parameters, or give Family.from_log_symbol a K with the true values as constants",
        )
    remarks = (_REMARK.format(found.order),) if found.strongly_identifiable else ()
    if symbol is None:
        if not found.strongly_identifiable:
            listed = "; ".join(map(str, found.relations))
            raise NoLogSymbol(
                "expr", listed, "a density whose relations come from a log-symbol; see density_relations"
            )
        text = " + ".join(f"{p}*y_{p}" for p in found.parameters)
        duals = [f"y_{p}" for p in found.parameters]
        title = f"from a density: {found}"
        return DensityLogSymbol(text, found.parameters, (), duals, title, remarks, density)
    remarks = (*remarks, _SPECIAL)
    title = f"from a density: {'; '.join(str(found).splitlines())}"
    return DensityLogSymbol(
        str(symbol), found.parameters, symbol.covariates, symbol.duals, title, remarks, density
    )


def _listed(values: Any, field: str, allowed: str = "a list of SymPy symbols or their names") -> list[Any]:
    if isinstance(values, str) or not isinstance(values, Sequence):
        raise InputError(field, values, allowed)
    return list(values)


def _symbol(expr: Any, given: Any, field: str, required: bool = True) -> Any:
    import sympy

    name = given.name if isinstance(given, sympy.Symbol) else given
    if not isinstance(name, str) or not name.isidentifier() or not name.isascii():
        raise InputError(field, given, "SymPy symbols or their names")
    matching = [s for s in expr.free_symbols if s.name == name]
    if len(matching) > 1 or (required and not matching):
        raise InputError(field, name, "a symbol that occurs in the density, once")
    return matching[0] if matching else sympy.Symbol(name)


def _at_one_parameter(
    derivatives: Derivatives, parameters: int, count: int
) -> tuple[tuple[Fraction, ...], tuple[LinearRelation, ...], Evaluated]:
    """Return θ, the relations among derivatives there, and their values: of some θ one with the fewest."""
    import sympy

    chooser = random.Random(21)
    found = []
    for _ in range(_PARAMETERS_TRIED):
        place = [Fraction(chooser.randint(1, _SPREAD), chooser.randint(1, 9)) for _ in range(parameters)]
        columns, points = evaluated(derivatives, count, place)
        if not columns:
            continue
        relations = relations_among(columns)
        values = [sympy.QQ(v.numerator, v.denominator) for v in place]
        totals = [part.numer for relation in relations for part in difference(derivatives, relation)]
        if not any(t.evaluate(list(zip(t.ring.gens, values, strict=False))) for t in totals):
            found.append((tuple(place), relations, (columns, points)))
    if not found:
        raise InputError("expr", "a density with poles wherever it was tried", _NO_POLES)
    return min(found, key=lambda parts: len(parts[1]))


def _find_log_symbol(derivatives: Derivatives, names: tuple[str, ...], xs: list[Any]) -> LogSymbol | None:
    """Write every ∂u/∂θ_t as c·x^i ∂^j u/∂θ_g^j for one location parameter g, if that is possible."""
    order = max(sum(k for _, k in orders) for orders in derivatives)
    covariates = [x.name for x in xs]
    best: tuple[int, LogSymbol] | None = None
    for location in names:
        powers = {0: derivatives[()], **{j: derivatives[(location, j),] for j in range(1, order + 1)}}
        symbols: dict[str, tuple[Fraction | int, dict[str, int]]] = {}
        for name in names:
            found = _as_monomial(derivatives[(name, 1),], powers, xs)
            if found is None:
                break
            coefficient, i, j = found
            of_x = {x: e for x, e in zip(covariates, i, strict=True) if e}
            symbols[name] = (coefficient, {**of_x, "y": j} if j else of_x)
        if len(symbols) == len(names):
            total = sum(sum(monomial.values()) for _, monomial in symbols.values())
            monomials = {tuple(sorted(monomial.items())) for _, monomial in symbols.values()}
            if len(monomials) == len(names) and (best is None or total < best[0]):
                best = (total, linear_log_symbol(tuple(covariates), ("y",), symbols))
    return None if best is None else best[1]


def _as_monomial(
    target: tuple[Any, ...], powers: dict[int, tuple[Any, ...]], xs: list[Any]
) -> tuple[Fraction, tuple[int, ...], int] | None:
    """Return (c, i, j) with target = c·x^i·powers[j] and least |i| + j ≥ 1."""
    field = target[0].field
    gens = dict(zip(field.symbols, field.gens, strict=True))
    choices = sorted((sum(i) + j, j, i) for j in powers for i in _exponents(len(xs)) if sum(i) + j)
    for _, j, i in choices:
        of_x = field.one
        for x, e in zip(xs, i, strict=True):
            of_x *= gens[x] ** e
        value = _ratio(target, [of_x * part for part in powers[j]])
        if value is not None:
            return value, i, j
    return None


def _ratio(target: Sequence[Any], candidate: Sequence[Any]) -> Fraction | None:
    """Return the number c ≠ 0 with target = c·candidate, if there is one."""
    for part, other in zip(target, candidate, strict=True):
        if other:
            ratio = part / other
            if not ratio or not ratio.numer.is_ground or not ratio.denom.is_ground:
                return None
            value = ratio.numer.LC / ratio.denom.LC
            if any(p != value * q for p, q in zip(target, candidate, strict=True)):
                return None
            return Fraction(int(value.numerator), int(value.denominator))
    return None


def _exponents(count: int) -> list[tuple[int, ...]]:
    return [
        tuple(chosen.count(v) for v in range(count))
        for degree in range(_MAX_POWER + 1 if count else 1)
        for chosen in combinations_with_replacement(range(count), degree)
    ]
