"""The verb `build_system`: from a family to its polynomial system."""

from __future__ import annotations

from fractions import Fraction

from polysolv.errors import InputError, require_integer
from polysolv.families import Family, resolve
from polysolv.families.log_symbol import LogSymbol
from polysolv.systems.expansion import AtomMonomial, AtomPolynomial, atom_polynomials
from polysolv.systems.polynomial import Monomial
from polysolv.systems.polynomial_system import Index, PolynomialSystem

MAX_ATOMS = 1000
MAX_DEGREE = 1000
MAX_TERMS = 3_000_000


def build_system(family: str | Family, m: int, degree: int, d: int | None = None) -> PolynomialSystem:
    """Build the polynomial system of a cell of m atoms at a given degree.

    Args:
        family: a family or the name of one.
        m: cell size, 1 to 1000.
        degree: the degree r, 1 to 1000; equations have indices ℓ with 1 ≤ |ℓ| ≤ r.
        d: number of covariates for a family given by name; 1 if left out.

    Returns:
        the system Σ_l w_l [x^ℓ1 y^ℓ2] exp(K(δ_l; x, y)) = 0 over all ℓ whose polynomial is not identically
        zero: C(r+d+1, d+1) − 1 equations for softmax-gaussian.

    Raises:
        InputError: if an argument is out of range or the system has more than 3,000,000 terms.

    Source: theory page §2; Nguyen, Nguyen and Ho 2023, equation of Lemma 1.

    >>> len(build_system("softmax-gaussian", m=2, degree=6)), len(build_system("softmax-gaussian", 2, 4, d=2))
    (27, 34)
    """
    resolved = resolve(family, d)
    m = require_integer("m", m, 1, MAX_ATOMS)
    degree = require_integer("degree", degree, 1, MAX_DEGREE)
    _require_size(resolved.log_symbol, m, degree)
    components = resolved.components
    weights = tuple(f"w_{atom}" for atom in range(1, m + 1))
    perturbations = tuple(f"{component}_{atom}" for component in components for atom in range(1, m + 1))
    atoms = atom_polynomials(resolved.log_symbol, degree)
    degrees = _grading(resolved.log_symbol)
    return PolynomialSystem(
        unknowns=weights + perturbations,
        weights=weights,
        nontrivial=tuple(
            f"{component}_{atom}" for component in resolved.nontrivial for atom in range(1, m + 1)
        ),
        grading=(0,) * m + tuple(degrees[component] for component in components for _ in range(m)),
        equations=_sum_over_atoms(atoms, m),
        family=resolved,
        m=m,
        degree=degree,
    )


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
    """Give each component the degree of its monomial, so that every P_ℓ is homogeneous of degree |ℓ|."""
    return {name: sum(monomial) for name, (_, monomial) in log_symbol.symbols.items()}


def _require_size(log_symbol: LogSymbol, m: int, degree: int) -> None:
    """Refuse a system whose terms would not fit in memory, before anything is built."""
    counts = [1] + [0] * degree  # monomials in the components by weighted degree
    for step in _grading(log_symbol).values():
        for n in range(step, degree + 1):
            counts[n] += counts[n - step]
    terms = m * (sum(counts) - 1)
    if terms > MAX_TERMS:
        raise InputError("degree", degree, f"a system of at most {MAX_TERMS} terms; this one has {terms}")
