"""From a family to the equations of a cell, as plain values."""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import NamedTuple

from polysolv.errors import InputError, require_integer
from polysolv.families import Family
from polysolv.families.log_symbol import LogSymbol
from polysolv.polynomials.polynomial import Index, Monomial
from polysolv.systems.expansion import AtomMonomial, AtomPolynomial, atom_polynomials

MAX_ATOMS = 1000
MAX_DEGREE = 1000
MAX_TERMS = 3_000_000


class CellEquations(NamedTuple):
    """The first fields of a `PolynomialSystem`, in its order."""

    unknowns: tuple[str, ...]
    weights: tuple[str, ...]
    nontrivial: tuple[str, ...]
    grading: tuple[int, ...]
    equations: dict[Index, dict[Monomial, Fraction]]


def cell_equations(family: Family, m: int, degree: int) -> CellEquations:
    """Return the equations of a cell of m atoms of a family; see :func:`polysolv.build_system`.

    Args:
        family: its K need not be linear in the perturbations.
        m: cell size, 1 to 1000.
        degree: the degree r, 1 to 1000.

    Raises:
        InputError: if an argument is out of range, K has symbolic constants, the system has more than
            3,000,000 terms, or relations are not homogeneous.
    """
    family.require_log_symbol()
    family.log_symbol.require_values()
    log_symbol = family.observed.log_symbol if family.relations else family.log_symbol
    m = require_integer("m", m, 1, MAX_ATOMS)
    degree = require_integer("degree", degree, 1, MAX_DEGREE)
    _require_size(log_symbol, m, degree)
    weights = tuple(f"w_{atom}" for atom in range(1, m + 1))
    perturbations = tuple(
        f"{component}_{atom}" for component in family.components for atom in range(1, m + 1)
    )
    atoms = atom_polynomials(log_symbol, degree)
    if family.relations:
        atoms = _in_normal_form(atoms, family)
    degrees = _grading(log_symbol)
    return CellEquations(
        unknowns=weights + perturbations,
        weights=weights,
        nontrivial=tuple(
            f"{component}_{atom}" for component in family.nontrivial for atom in range(1, m + 1)
        ),
        grading=(0,) * m + tuple(degrees[component] for component in family.components for _ in range(m)),
        equations=_sum_over_atoms(atoms, m),
    )


def _in_normal_form(atoms: dict[Index, AtomPolynomial], family: Family) -> dict[Index, AtomPolynomial]:
    """Return the coefficients of exp(K) at normal monomials, for relations that keep the degree.

    Raises:
        InputError: if some relation mixes degrees.
    """
    ring = family.observed.ring
    if any(len({sum(e) for e in g}) > 1 for g in ring.basis):
        allowed = "homogeneous relations: modulo others an equation gets terms of every degree; see rate"
        raise InputError("relations", "; ".join(family.relations), allowed)
    found: dict[Index, AtomPolynomial] = {}
    for index, polynomial in atoms.items():
        for normal, factor in ring.normal_form(index).items():
            target = found.setdefault(normal, {})
            for monomial, coefficient in polynomial.items():
                target[monomial] = target.get(monomial, Fraction(0)) + factor * coefficient
    kept = {index: {e: c for e, c in p.items() if c} for index, p in found.items()}
    return {index: p for index, p in kept.items() if p and any(index)}


def _sum_over_atoms(atoms: dict[Index, AtomPolynomial], m: int) -> dict[Index, dict[Monomial, Fraction]]:
    """Place the weighted polynomial of every atom into the unknowns (weights, then components by atom)."""

    def placed(monomial: AtomMonomial, atom: int) -> Monomial:
        return ((atom, 1), *((m + m * component + atom, e) for component, e in monomial))

    return {
        index: {
            placed(monomial, atom): coefficient
            for atom in range(m)
            for monomial, coefficient in polynomial.items()
        }
        for index, polynomial in atoms.items()
    }


def _grading(log_symbol: LogSymbol) -> dict[str, int]:
    """Give each component a degree so that every P_ℓ is homogeneous; all zero if no other grading is found.

    A term of K with perturbations e and variables f needs Σ degree·e = Σ weight·f. For a linear K and weights
    1 this is the degree of the component's monomial, and P_ℓ is homogeneous of degree |ℓ|.
    """
    if log_symbol.is_linear:
        return {name: sum(monomial) for name, (_, monomial) in log_symbol.symbols.items()}
    variables = range(len(log_symbol.variables))
    for weights in ([1] * len(variables), *([int(i == v) for i in variables] for v in variables)):
        degrees = _solve_grading(log_symbol, weights)
        if degrees is not None:
            return degrees
    return dict.fromkeys(log_symbol.perturbations, 0)


def _solve_grading(log_symbol: LogSymbol, weights: list[int]) -> dict[str, int] | None:
    """Fix degrees one after the other from terms with a single undetermined component."""
    degrees: dict[int, Fraction] = {}
    pending = [
        (t.perturbations, sum(w * f for w, f in zip(weights, t.variables, strict=True)))
        for t in log_symbol.terms
    ]
    while pending:
        for term in pending:
            open_ones = [i for i, e in enumerate(term[0]) if e and i not in degrees]
            if len(open_ones) <= 1:
                break
        else:
            return None
        pending.remove(term)
        known = sum((degrees[i] * e for i, e in enumerate(term[0]) if i in degrees), Fraction(0))
        if open_ones:
            degrees[open_ones[0]] = (term[1] - known) / term[0][open_ones[0]]
        elif known != term[1]:
            return None
    scale = lcm(1, *(d.denominator for d in degrees.values()))
    if any(d < 0 for d in degrees.values()):
        return None
    # A component that relations have taken out of K may have any degree.
    return {name: int(degrees.get(i, 0) * scale) for i, name in enumerate(log_symbol.perturbations)}


def _require_size(log_symbol: LogSymbol, m: int, degree: int) -> None:
    """Refuse a system whose terms would not fit in memory, before anything is built."""
    counts = [1] + [0] * degree  # products of terms of K by degree in the variables: at most so many terms
    for step in (sum(term.variables) for term in log_symbol.terms):
        for n in range(step, degree + 1):
            counts[n] += counts[n - step]
    terms = m * (sum(counts) - 1)
    if terms > MAX_TERMS:
        raise InputError("degree", degree, f"a system of at most {MAX_TERMS} terms; this one has {terms}")
