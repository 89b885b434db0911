"""Arcs of one atom along which K may vanish: the candidates of :mod:`polysolv.rates.prover.unidentified`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import permutations, product
from math import gcd

from polysolv.families.log_symbol import Exponents, LogSymbol
from polysolv.groebner.quotient_ring import QuotientRing
from polysolv.polynomials.exponent_vectors import Vector, substituted
from polysolv.rates.prover.arc import Arc, Series
from polysolv.rates.prover.corrections import corrected
from polysolv.rates.prover.linear_part import linear_solution, symbol_table
from polysolv.rates.prover.nodes import gauss_hermite
from polysolv.rates.prover.row_reduction import row_reduced

_CORRECTED = 9
_POWERS = (1, 2, 3, 4)
_SCALES = (Fraction(1), Fraction(-1), Fraction(2), Fraction(1, 2))
_MAX_PAIRS = 15
_MAX_DEGREE = 24
_MAX_TERMS = 400


def single_atom_arcs(log_symbol: LogSymbol, ring: QuotientRing) -> Iterator[Arc]:
    """Yield arcs of one atom: along lines, graphs of polynomials, and a few powers of ε, corrected.

    Args:
        log_symbol: K in normal form.
        ring: the ring that exp(K) is observed in.
    """
    nodes = gauss_hermite(1)
    zeros = (0,) * len(log_symbol.constants)

    def arc(leading: Mapping[str, tuple[int, Fraction]]) -> Arc:
        paths: dict[str, Series] = {name: {(p, *zeros): (c,)} for name, (p, c) in leading.items()}
        return corrected(log_symbol, nodes, paths, _CORRECTED, ring)

    if not log_symbol.constants:
        for direction in _kernel(log_symbol):
            yield Arc(log_symbol, nodes, {n: {(1,): (c,)} for n, c in direction.items()}, ring)
        yield from _graphs(log_symbol, ring)
    pinned = {log_symbol.perturbations[i] for i, _ in linear_solution(log_symbol)}
    free = [name for name in log_symbol.perturbations if name not in pinned]
    if log_symbol.is_linear_in_perturbations or not free:
        return  # where all are pinned they are identified, by the implicit function theorem
    for name in free:
        yield arc({name: (1, Fraction(1))})
    pairs = [pair for pair in permutations(log_symbol.perturbations, 2) if pair[0] in free]
    for one, other in pairs[:_MAX_PAIRS]:
        for p, q, scale in product(_POWERS, _POWERS, _SCALES):
            if gcd(p, q) == 1:
                yield arc({one: (p, Fraction(1)), other: (q, scale)})


def _kernel(log_symbol: LogSymbol) -> list[dict[str, Fraction]]:
    """Return a basis of the directions of δ that the linear part of K does not see."""
    names = log_symbol.perturbations
    rows: dict[Exponents, list[Fraction]] = {}
    for index, terms in symbol_table(log_symbol).items():
        for c, e, _ in terms:
            if sum(e) == 1:
                rows.setdefault(index, [Fraction(0)] * len(names))[e.index(1)] += c
    table, pivots = row_reduced(list(rows.values()), len(names))
    basis = []
    for free in (i for i in range(len(names)) if i not in pivots):
        direction = {names[free]: Fraction(1)}
        direction.update({names[p]: -table[k][free] for k, p in enumerate(pivots) if table[k][free]})
        basis.append(direction)
    return basis


def _graphs(log_symbol: LogSymbol, ring: QuotientRing) -> Iterator[Arc]:
    """Yield arcs where one component is ε and others are the polynomials in ε that η_s = 0 makes of them.

    As long as some η_s is c δ_t + (terms without δ_t), it is solved for δ_t, which is put into the others.
    """
    names = log_symbol.perturbations
    axes = [tuple(int(i == j) for j in range(len(names))) for i in range(len(names))]
    equations: list[Vector] = []
    for terms in symbol_table(log_symbol).values():
        collected: Vector = {}
        for c, e, _ in terms:
            collected[e] = collected.get(e, Fraction(0)) + c
        equations.append(collected)
    solved: dict[int, Vector] = {}
    while (found := _solvable(equations, axes)) is not None:
        position, value = found
        equations = [h for g in equations if (h := substituted(g, {position: value}))]
        solved = {i: substituted(v, {position: value}) for i, v in solved.items()}
        solved[position] = value
        if any(len(g) > _MAX_TERMS or max(map(sum, g)) > _MAX_DEGREE for g in [*equations, value] if g):
            return
    free = [i for i in range(len(names)) if i not in solved]
    for i in free:
        others: dict[int, Vector] = {j: {} for j in free if j != i}
        if any(substituted(g, others) for g in equations):
            continue
        paths: dict[str, Series] = {names[i]: {(1,): (Fraction(1),)}}
        for j, value in solved.items():
            on_axis = substituted(value, others)
            if on_axis:
                paths[names[j]] = {(e[i],): (c,) for e, c in on_axis.items()}
        yield Arc(log_symbol, gauss_hermite(1), paths, ring)


def _solvable(equations: list[Vector], axes: list[Exponents]) -> tuple[int, Vector] | None:
    for g in equations:
        for i, axis in enumerate(axes):
            if axis in g and not any(e[i] for e in g if e != axis):
                return i, {e: -c / g[axis] for e, c in g.items() if e != axis}
    return None
