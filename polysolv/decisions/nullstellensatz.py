"""Identities that prove a system unsolvable, found by exact linear algebra over Q."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from polysolv.certificates import drop_step, identity_certificate, unit_unknown, unit_weight
from polysolv.errors import InputError

if TYPE_CHECKING:
    from polysolv.certificates import Certificate, FamilySystem
    from polysolv.systems import PolynomialSystem

FORMS = ("positive-eliminant", "positivstellensatz", "nullstellensatz")
MAX_ROWS = 20_000
MAX_POLYA = 6

# A coefficient found modulo a prime is read back as a fraction; if it does not fit, a larger prime is tried.
# These are Mersenne primes.
_PRIMES = [2**61 - 1, 2**127 - 1, 2**521 - 1, 2**2203 - 1]

Exponents = tuple[int, ...]
Poly = dict[Exponents, Fraction]
Index = tuple[int, ...]


class Reduced(NamedTuple):
    """A system after drops and normalisations.

    Attributes:
        steps: what was done, as the steps of a certificate.
        names: the variables that are left, weights first.
        weights: how many of them are weights.
        equations: index -> polynomial in these variables.
        contradiction: whether the drops alone leave trivial solutions only.
    """

    steps: list[dict[str, Any]]
    names: list[str]
    weights: int
    equations: dict[Index, Poly]
    contradiction: bool


def find_identity(
    system: PolynomialSystem,
    form: str = "positive-eliminant",
    max_degree: int = 12,
    timeout: float | None = None,
    about: FamilySystem | None = None,
) -> Certificate | None:
    """Look for an identity that proves the system unsolvable.

    Args:
        system: the system.
        form: ``"positive-eliminant"`` or ``"positivstellensatz"`` (no real solution with positive weights),
            or ``"nullstellensatz"`` (no complex one with weights ≠ 0).
        max_degree: bound of the degree of the products q_i f_i.
        timeout: seconds; ``None`` is no limit.
        about: what the certificate shall be about, if not ``system``: the system of a higher degree of the
            same family and cell, which contains the equations of ``system``.

    Returns:
        an identity certificate, still to be shown to the kernel, or ``None`` if none was found: that says
        nothing about the system.

    Raises:
        InputError: if ``form`` is unknown.

    After the reductions, the products of the equations with all monomials up to a degree span a space of
    polynomials. Gaussian elimination modulo a large prime, unknowns before weights, finds its elements that
    contain weights only. One with positive coefficients, perhaps after multiplying by a power of 1 + Σ w
    (Pólya), cannot vanish at a solution. Its cofactors are read back as rationals and checked by expansion.

    >>> from polysolv import build_system
    >>> certificate = find_identity(build_system("location-scale-gaussian", m=2, degree=4))
    >>> certificate.verify().accepted
    True
    """
    if form not in FORMS:
        raise InputError("form", form, ", ".join(FORMS))
    deadline = None if timeout is None else time.monotonic() + timeout
    real = form != "nullstellensatz"
    reduced = reduce_system(system, real)
    if reduced.contradiction:
        return identity_certificate(about or system, "positivstellensatz", {}, steps=reduced.steps)
    for degree in range(1, max_degree + 1):
        try:
            found = _eliminate(reduced, degree, form, deadline)
        except TimeoutError:
            return None
        if found is not None:
            return _certificate(about or system, reduced, form, *found)
    return None


def reduce_system(system: PolynomialSystem, real: bool = True) -> Reduced:
    """Drop what sums of squares force to zero, then set a weight and a non-zero unknown to 1 where allowed.

    Args:
        system: the system.
        real: whether only real solutions with positive weights count; otherwise nothing is dropped.
    """
    steps: list[dict[str, Any]] = []
    family = system.family
    values: dict[str, int] = {}
    left = list(system.nontrivial)
    component, unit = (left[0], left[0]) if len(left) == 1 else ("", "")
    grades = dict(zip(system.unknowns, system.grading, strict=True))
    if family is not None and system.m is not None and system.degree is not None:
        gone: list[str] = []
        if real and family.log_symbol.is_linear:
            from polysolv.systems.reductions import find_reduction

            forced = find_reduction(family.log_symbol, system.degree).steps
            steps += [drop_step(step.component, step.equation) for step in forced]
            gone = [step.component for step in forced]
        values = {f"{name}_{atom}": 0 for name in gone for atom in range(1, system.m + 1)}
        left = [name for name in family.nontrivial if name not in gone]
        component, unit = (left[0], f"{left[0]}_1") if len(left) == 1 else ("", "")
        grades = {name: grades[f"{name}_1"] for name in family.components if name not in gone}
    contradiction = bool(system.nontrivial) and not left
    if not contradiction:
        values |= _units(system, steps, component, unit, grades, values)
    names = [name for name in system.unknowns if name not in values]
    equations = {index: _substitute(system, poly, values, names) for index, poly in system.equations.items()}
    return Reduced(
        steps,
        names,
        sum(name in system.weights for name in names),
        {index: poly for index, poly in equations.items() if poly},
        contradiction,
    )


def _units(
    system: PolynomialSystem,
    steps: list[dict[str, Any]],
    component: str,
    unit: str,
    grades: dict[str, int],
    zeros: Mapping[str, int],
) -> dict[str, int]:
    """Add the steps that set a weight and an unknown to 1, if every equation is homogeneous."""
    units = {}
    weights = {system.unknowns.index(name) for name in system.weights}
    zero = {system.unknowns.index(name) for name in zeros}
    monomials = [
        [monomial for monomial in poly if not any(i in zero for i, _ in monomial)]
        for poly in system.equations.values()
    ]
    if weights and all(len({sum(e for i, e in m if i in weights) for m in ms}) <= 1 for ms in monomials):
        steps.append(unit_weight(system.weights[0]))
        units[system.weights[0]] = 1
    graded = all(len({sum(system.grading[i] * e for i, e in m) for m in ms}) <= 1 for ms in monomials)
    weightless = all(not system.grading[i] for i in weights)
    if component and grades.get(component) == 1 and graded and weightless:
        steps.append(
            unit_unknown(component, unit, {n: g for n, g in grades.items() if n not in system.weights})
        )
        units[unit] = 1
    return units


def _substitute(
    system: PolynomialSystem,
    poly: Mapping[tuple[tuple[int, int], ...], Fraction],
    values: Mapping[str, int],
    names: list[str],
) -> Poly:
    numbers = {system.unknowns.index(name): value for name, value in values.items()}
    place = {system.unknowns.index(name): column for column, name in enumerate(names)}
    found: Poly = {}
    for monomial, coefficient in poly.items():
        exponents = [0] * len(names)
        for i, e in monomial:
            if i in numbers:
                coefficient *= numbers[i]
            else:
                exponents[place[i]] = e
        key = tuple(exponents)
        found[key] = found.get(key, Fraction(0)) + coefficient
    return {key: value for key, value in found.items() if value}


def _eliminate(
    reduced: Reduced, degree: int, form: str, deadline: float | None
) -> tuple[Poly, dict[Index, Poly]] | None:
    """Return a suitable polynomial in the weights and its cofactors, with products of at most ``degree``."""
    n = len(reduced.names)
    products: list[tuple[Index, Exponents]] = []
    for index, poly in reduced.equations.items():
        room = degree - max(map(sum, poly))
        products += [(index, monomial) for monomial in _monomials(n, room)]
        if len(products) > MAX_ROWS:
            return None
    # Low multipliers first: they give short cofactors.
    products.sort(key=lambda product: (sum(product[1]), product))
    for prime in _PRIMES:
        for eliminant in _weight_rows(reduced, products, prime, deadline):
            cofactors = _rational_cofactors(products, eliminant, prime)
            if cofactors is None:
                break
            total = _expand(reduced, cofactors)
            if not total or any(any(key[reduced.weights :]) for key in total):
                break
            fitted = _fit(reduced, total, cofactors, form)
            if fitted is not None:
                return fitted
        else:
            return None
    return None


def _monomials(n: int, degree: int) -> Iterator[Exponents]:
    if degree < 0:
        return
    if n == 0:
        yield ()
        return
    for first in range(degree + 1):
        for rest in _monomials(n - 1, degree - first):
            yield (first, *rest)


def _weight_rows(
    reduced: Reduced, products: list[tuple[Index, Exponents]], prime: int, deadline: float | None
) -> Iterator[dict[int, int]]:
    """Yield, for each element of the span that contains weights only, its combination of the products."""
    modular = {
        index: [
            (key, value.numerator * pow(value.denominator, -1, prime) % prime) for key, value in poly.items()
        ]
        for index, poly in reduced.equations.items()
    }

    def rank(key: Exponents) -> tuple[bool, int, Exponents]:
        return any(key[reduced.weights :]), sum(key), key

    pivots: dict[Exponents, tuple[dict[Exponents, int], dict[int, int]]] = {}
    for number, (index, multiplier) in enumerate(products):
        if deadline is not None and time.monotonic() > deadline:
            raise TimeoutError
        row = {tuple(map(int.__add__, key, multiplier)): value for key, value in modular[index]}
        origin = {number: 1}
        while row:
            lead = max(row, key=rank)
            if lead not in pivots:
                inverse = pow(row[lead], -1, prime)
                row = {key: value * inverse % prime for key, value in row.items()}
                origin = {key: value * inverse % prime for key, value in origin.items()}
                pivots[lead] = (row, origin)
                if not rank(lead)[0]:
                    yield origin
                break
            factor = row[lead]
            _subtract(row, pivots[lead][0], factor, prime)
            _subtract(origin, pivots[lead][1], factor, prime)


def _subtract(row: dict[Any, int], other: Mapping[Any, int], factor: int, prime: int) -> None:
    for key, value in other.items():
        rest = (row.get(key, 0) - factor * value) % prime
        if rest:
            row[key] = rest
        else:
            row.pop(key, None)


def _rational_cofactors(
    products: list[tuple[Index, Exponents]], combination: Mapping[int, int], prime: int
) -> dict[Index, Poly] | None:
    cofactors: dict[Index, Poly] = {}
    for number, residue in combination.items():
        value = rational_from_residue(residue, prime)
        if value is None:
            return None
        index, monomial = products[number]
        cofactors.setdefault(index, {})[monomial] = value
    return cofactors


def rational_from_residue(residue: int, modulus: int) -> Fraction | None:
    """Return the fraction a/b with |a|, b < √(modulus/2) that is ``residue`` modulo ``modulus``, if any.

    By the extended Euclidean algorithm (Wang 1981).

    >>> rational_from_residue(pow(3, -1, 101) * 2 % 101, 101)
    Fraction(2, 3)
    """
    bound = modulus // 2
    a, b = (modulus, 0), (residue % modulus, 1)
    while b[0] * b[0] > bound:
        quotient = a[0] // b[0]
        a, b = b, (a[0] - quotient * b[0], a[1] - quotient * b[1])
    if b[1] == 0 or b[1] * b[1] > bound:
        return None
    return Fraction(b[0], b[1])


def _multiply(left: Poly, right: Poly) -> Poly:
    found: Poly = {}
    for a, x in left.items():
        for b, y in right.items():
            key = tuple(map(int.__add__, a, b))
            found[key] = found.get(key, Fraction(0)) + x * y
    return {key: value for key, value in found.items() if value}


def _expand(reduced: Reduced, cofactors: Mapping[Index, Poly]) -> Poly:
    total: Poly = {}
    for index, cofactor in cofactors.items():
        for key, value in _multiply(cofactor, reduced.equations[index]).items():
            total[key] = total.get(key, Fraction(0)) + value
    return {key: value for key, value in total.items() if value}


def _fit(
    reduced: Reduced, total: Poly, cofactors: dict[Index, Poly], form: str
) -> tuple[Poly, dict[Index, Poly]] | None:
    """Return ``total`` and ``cofactors`` times what makes them an identity of this form, if anything does."""
    n = len(reduced.names)
    one = (0,) * n
    if form == "nullstellensatz":
        return (total, cofactors) if len(total) == 1 else None
    units = [tuple(int(i == j) for j in range(n)) for i in range(reduced.weights)]
    polya: Poly = dict.fromkeys([one, *units], Fraction(1))
    multiplier: Poly = {one: Fraction(1) if sum(total.values()) > 0 else Fraction(-1)}
    for _ in range(MAX_POLYA + 1):
        product = _multiply(multiplier, total)
        if min(product.values()) > 0:
            if form == "positivstellensatz" and one not in product:
                return None
            scale = {one: 1 / product[one]} if form == "positivstellensatz" else {one: Fraction(1)}
            multiplier = _multiply(multiplier, scale)
            return _multiply(scale, product), {i: _multiply(multiplier, q) for i, q in cofactors.items()}
        multiplier = _multiply(multiplier, polya)
    return None


def _certificate(
    about: FamilySystem | PolynomialSystem,
    reduced: Reduced,
    form: str,
    total: Poly,
    cofactors: Mapping[Index, Poly],
) -> Certificate:
    def named(poly: Mapping[Exponents, Fraction]) -> dict[tuple[tuple[str, int], ...], int | Fraction]:
        return {
            tuple((name, e) for name, e in zip(reduced.names, key, strict=True) if e): value
            for key, value in poly.items()
        }

    squares = []
    if form == "positivstellensatz":
        one: dict[tuple[tuple[str, int], ...], int | Fraction] = {(): 1}
        squares = [(value, dict(monomial), one) for monomial, value in named(total).items() if monomial]
    spelled = {index: named(cofactor) for index, cofactor in sorted(cofactors.items())}
    return identity_certificate(about, form, spelled, squares, reduced.steps)
