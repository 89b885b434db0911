"""The verb `build_system`: from a family to its polynomial system."""

from __future__ import annotations

from polysolv.families import Family, resolve
from polysolv.systems.cell_equations import cell_equations
from polysolv.systems.polynomial_system import PolynomialSystem


def build_system(family: str | Family, m: int, degree: int, d: int | None = None) -> PolynomialSystem:
    """Build the polynomial system of a cell of m atoms at a given degree.

    Args:
        family: a family or the name of one.
        m: cell size, 1 to 1000.
        degree: the degree r, 1 to 1000; equations have indices ℓ with 1 ≤ |ℓ| ≤ r.
        d: number of covariates for a family given by name; 1 if left out.

    Returns:
        the system Σ_l w_l [x^ℓ1 y^ℓ2] exp(K(δ_l; x, y)) = 0 over all ℓ whose polynomial is not identically
        zero: C(r+d+1, d+1) − 1 equations for softmax-gaussian. K need not be linear in δ. With relations
        that are homogeneous in the variables that are left: one equation for each normal monomial x^ℓ1 y^ℓ2,
        the sum of the coefficients whose monomials have it in their normal form; this system belongs to no
        family, so that only methods that look at its equations decide it.

    Raises:
        InputError: if an argument is out of range, the system has more than 3,000,000 terms, or the relations
            are not homogeneous (then the equations of a degree say nothing by themselves).

    Source: theory page §2; Nguyen, Nguyen and Ho 2023, equation of Lemma 1.

    >>> len(build_system("softmax-gaussian", m=2, degree=6)), len(build_system("softmax-gaussian", 2, 4, d=2))
    (27, 34)
    """
    resolved = resolve(family, d).for_cell(m)
    equations = cell_equations(resolved, m, degree)
    if resolved.relations:
        return PolynomialSystem(*equations)  # theorems and certificates about a family are of the free ring
    return PolynomialSystem(*equations, resolved, int(m), int(degree))
