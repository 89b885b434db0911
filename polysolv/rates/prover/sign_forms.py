"""Functions that the symbols of K can make and whose square is simple, where covariates have levels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product

from polysolv.families.log_symbol import Exponents, LogSymbol
from polysolv.groebner.quotient_ring import QuotientRing
from polysolv.groebner.rational_roots import rational_roots
from polysolv.rates.prover.row_reduction import solve_exactly

MAX_POINTS = 10
_MAX_PATTERNS = 512

Form = dict[Exponents, Fraction]
Point = tuple[Fraction, ...]


def level_points(ring: QuotientRing) -> tuple[tuple[int, ...], list[Point]]:
    """Return the variables with finitely many rational levels, and the points of their levels that occur.

    Args:
        ring: the ring; a variable counts if a basis element holds it alone and has only simple rational
            roots.

    Returns:
        positions of the variables; their values, in the same order, at which the basis elements in these
        variables alone vanish. No points at all if there are more than 10.

    >>> ring = QuotientRing(("x",), 1, [{(2,): Fraction(1), (1,): Fraction(-1)}])
    >>> level_points(ring)
    ((0,), [(Fraction(0, 1),), (Fraction(1, 1),)])
    """
    levels: dict[int, list[Fraction]] = {}
    for g in ring.basis:
        acting = {i for e in g for i, power in enumerate(e) if power}
        if len(acting) == 1:
            (position,) = acting
            by_power = {e[position]: c for e, c in g.items()}
            coefficients = [by_power.get(k, Fraction(0)) for k in range(max(by_power) + 1)]
            roots = rational_roots(coefficients)
            if len(roots) == len(coefficients) - 1:
                levels[position] = roots
    positions = tuple(sorted(levels))
    count = 1
    for position in positions:
        count *= len(levels[position])
    if not positions or count > 20 * MAX_POINTS:
        return positions, []
    among = [g for g in ring.basis if all(i in levels for e in g for i, power in enumerate(e) if power)]
    points = [
        point
        for point in product(*(levels[position] for position in positions))
        if not any(_value(g, positions, point) for g in among)
    ]
    return positions, points if len(points) <= MAX_POINTS else []


def sign_forms(log_symbol: LogSymbol, ring: QuotientRing) -> Iterator[Form]:
    """Yield forms t·p, t a monomial in other variables, p² constant at all points and p not constant.

    Args:
        log_symbol: a K in normal form; every monomial of a form is one of its monomials.
        ring: the ring that exp(K) is observed in.

    >>> from polysolv.families import get
    >>> seen = get("softmax-gaussian").observed_modulo(["x^2 - x"]).observed
    >>> list(sign_forms(seen.log_symbol, seen.ring))
    [{(1, 1): Fraction(1, 1), (0, 1): Fraction(-1, 2)}]
    """
    yield from _square_root_forms(log_symbol, ring)
    positions, points = level_points(ring)
    if len(points) < 3:
        return
    groups: dict[Exponents, list[Exponents]] = {}
    for term in log_symbol.terms:
        rest = tuple(0 if i in positions else e for i, e in enumerate(term.variables))
        if any(rest) and term.variables not in groups.setdefault(rest, []):
            groups[rest].append(term.variables)
    for monomials in groups.values():
        rows = [[_monomial_value(s, positions, point) for s in monomials] for point in points]
        for number, signs in enumerate(product((1, -1), repeat=len(points) - 1)):
            if number >= _MAX_PATTERNS:
                break
            found = solve_exactly(rows, [Fraction(1), *map(Fraction, signs)]) if -1 in signs else None
            if found is not None:
                yield {s: c for s, c in zip(monomials, found, strict=True) if c}


def _square_root_forms(log_symbol: LogSymbol, ring: QuotientRing) -> Iterator[Form]:
    """Yield t·(v − α/2) for a variable v with v² ≡ α v + β: two levels, which need not be rational."""
    symbols = {term.variables for term in log_symbol.terms}
    for i in ring.bound_variables:
        axis = tuple(int(j == i) for j in range(len(ring.variables)))
        square = ring.normal_form(tuple(2 * e for e in axis))
        if not set(square) <= {axis, (0,) * len(axis)}:
            continue
        shift = square.get(axis, Fraction(0)) / 2
        for s in sorted(symbols):
            t = tuple(e - a for e, a in zip(s, axis, strict=True))
            if s[i] == 1 and any(t) and (t in symbols or not shift):
                yield {s: Fraction(1), t: -shift} if shift else {s: Fraction(1)}


def two_valued_functions(log_symbol: LogSymbol, ring: QuotientRing) -> Iterator[dict[str, Fraction]]:
    """Yield r with (Σ_t r_t T_t + constant)² ≡ constant, T_t what component t multiplies in K.

    Args:
        log_symbol: a K in normal form; a component counts if it stands in no term with others.
        ring: the ring that exp(K) is observed in.

    Either one T_t with T_t² ≡ α T_t + β, for two levels that need not be rational, or a combination that is
    ±1 at all points of rational levels.

    >>> from polysolv.families import get
    >>> seen = get("softmax-gaussian").observed_modulo(["x^2 - 2"]).observed
    >>> list(two_valued_functions(seen.log_symbol, seen.ring))
    [{'beta1': Fraction(1, 1)}]
    """
    if log_symbol.constants:
        return
    zero = (0,) * len(log_symbol.variables)
    functions = _component_functions(log_symbol)
    for name, function in functions.items():
        square = ring.product(function, function)
        lead = ring.leading(function)
        factor = square.get(lead, Fraction(0)) / function[lead]
        rest = {e: c - factor * function.get(e, Fraction(0)) for e, c in square.items() if e != zero}
        if not any(rest.values()) and all(e in square or not factor for e in function):
            yield {name: Fraction(1)}
    positions, points = level_points(ring)
    if len(points) < 3:
        return
    names = [n for n, f in functions.items() if not any(_outside(e, positions) for e in f)]
    rows = [[*(_value(functions[name], positions, point) for name in names), Fraction(1)] for point in points]
    for number, signs in enumerate(product((1, -1), repeat=len(points) - 1)):
        if number >= _MAX_PATTERNS:
            return
        found = solve_exactly(rows, [Fraction(1), *map(Fraction, signs)]) if -1 in signs else None
        if found is not None:
            yield {name: c for name, c in zip(names, found, strict=False) if c}


def _outside(monomial: Exponents, positions: Sequence[int]) -> bool:
    return any(e and i not in positions for i, e in enumerate(monomial))


def _component_functions(log_symbol: LogSymbol) -> dict[str, Form]:
    found: dict[str, Form] = {}
    for i, name in enumerate(log_symbol.perturbations):
        terms = [t for t in log_symbol.terms if t.perturbations[i]]
        if terms and all(sum(t.perturbations) == 1 for t in terms):
            found[name] = {t.variables: t.coefficient for t in terms}
    return found


def _value(polynomial: Mapping[Exponents, Fraction], positions: Sequence[int], point: Point) -> Fraction:
    return sum((c * _monomial_value(e, positions, point) for e, c in polynomial.items()), Fraction(0))


def _monomial_value(monomial: Exponents, positions: Sequence[int], point: Point) -> Fraction:
    total = Fraction(1)
    for position, value in zip(positions, point, strict=True):
        total *= value ** monomial[position]
    return total
