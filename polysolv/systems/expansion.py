"""Expansion of exp(K) in the variables: the atom polynomials of every polynomial system."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import factorial, lcm

from polysolv.families.log_symbol import Exponents, LogSymbol
from polysolv.polynomials.polynomial import multiply_monomials

# Sparse exponents over the perturbations of one atom: ((component position, exponent ≥ 1), ...).
AtomMonomial = tuple[tuple[int, int], ...]
AtomPolynomial = dict[AtomMonomial, Fraction]


def atom_polynomials(log_symbol: LogSymbol, degree: int) -> dict[Exponents, AtomPolynomial]:
    """Return the coefficients of exp(K) at the monomials of degree 1..``degree`` in the variables.

    Args:
        log_symbol: K, not necessarily linear in the perturbations.
        degree: largest total degree in (x, y), at least 1.

    Returns:
        index ℓ -> polynomial in the perturbations of one atom, for every ℓ whose polynomial is not
        identically zero; ordered by degree, then from the largest exponent of the first variable.

    The grading by degree n of (x, y) turns t d/dt exp(K) = (t dK/dt) exp(K) into the recurrence
    n E_n = Σ_k k K_k E_{n-k}. It runs over integers: G_n = n! D^n E_n, D a common denominator of K.

    >>> from polysolv.families import get
    >>> atom_polynomials(get("location-gaussian").log_symbol, 2)
    {(1,): {((0, 1),): Fraction(1, 1)}, (2,): {((0, 2),): Fraction(1, 2)}}
    """
    denominator = lcm(*(term.coefficient.denominator for term in log_symbol.terms))
    parts: dict[int, list[tuple[Exponents, dict[AtomMonomial, int]]]] = {}
    for term in log_symbol.terms:
        monomial = tuple((i, e) for i, e in enumerate(term.perturbations) if e)
        piece = {monomial: int(term.coefficient * denominator)}
        parts.setdefault(sum(term.variables), []).append((term.variables, piece))
    unit = (0,) * len(log_symbol.variables)
    series: list[dict[Exponents, dict[AtomMonomial, int]]] = [{unit: {(): 1}}]
    for n in range(1, degree + 1):
        current: dict[Exponents, dict[AtomMonomial, int]] = {}
        for k, pieces in parts.items():
            if k > n:
                continue
            factor = k * factorial(n - 1) // factorial(n - k) * denominator ** (k - 1)
            for shift, piece in pieces:
                for index, polynomial in series[n - k].items():
                    target = current.setdefault(_plus(index, shift), {})
                    _add_product(target, polynomial, piece, factor)
        series.append({index: p for index, p in current.items() if any(p.values())})
    result = {}
    for n in range(1, degree + 1):
        scale = factorial(n) * denominator**n
        for index in sorted(series[n], reverse=True):
            result[index] = {
                monomial: Fraction(c, scale) for monomial, c in sorted(series[n][index].items()) if c
            }
    return result


def exponential_values(
    log_symbol: LogSymbol, degree: int, values: Mapping[str, Fraction]
) -> dict[Exponents, Fraction]:
    """Return the coefficients of exp(K) up to ``degree`` at given rational perturbations of one atom.

    Args:
        log_symbol: K.
        degree: largest total degree in (x, y).
        values: component name -> rational.

    Returns:
        index ℓ (the unit index included) -> non-zero coefficient.
    """
    parts: dict[Exponents, Fraction] = {}
    for term in log_symbol.terms:
        value = term.coefficient
        for name, exponent in zip(log_symbol.perturbations, term.perturbations, strict=True):
            value *= values[name] ** exponent
        if value:
            parts[term.variables] = parts.get(term.variables, Fraction(0)) + value
    unit = (0,) * len(log_symbol.variables)
    layers: list[dict[Exponents, Fraction]] = [{unit: Fraction(1)}]
    for n in range(1, degree + 1):
        layer: dict[Exponents, Fraction] = {}
        for shift, value in parts.items():
            k = sum(shift)
            for index, coefficient in layers[n - k].items() if k <= n else ():
                target = _plus(index, shift)
                layer[target] = layer.get(target, Fraction(0)) + k * value * coefficient / n
        layers.append({index: c for index, c in layer.items() if c})
    return {index: c for layer in layers for index, c in layer.items()}


def _plus(one: Exponents, other: Exponents) -> Exponents:
    return tuple(a + b for a, b in zip(one, other, strict=True))


def _add_product(
    target: dict[AtomMonomial, int],
    polynomial: dict[AtomMonomial, int],
    piece: dict[AtomMonomial, int],
    factor: int,
) -> None:
    for right, b in piece.items():
        scaled = factor * b
        for left, a in polynomial.items():
            monomial = multiply_monomials(left, right)
            target[monomial] = target.get(monomial, 0) + scaled * a
