"""The true divergence of cells of Gaussian experts whose regular coordinates are chosen best."""

from __future__ import annotations

from functools import cache
from itertools import product

import numpy as np

from polysolv.errors import InputError
from polysolv.experiments.cell_volume import Cell
from polysolv.families import Family
from polysolv.moe.likelihood import Array
from polysolv.rates.learning.recognise import theorem_family
from polysolv.rates.learning.theorems import FREE_GATE, LOCATION, LOCATION_SCALE, SOFTMAX

MAX_COVARIATES = 2
_NODES = {0: (1, 24), 1: (6, 14), 2: (4, 12)}  # in each covariate, in y; by the number of covariates


def divergence(cell: Cell, cells: Array) -> Array:
    """Return the root of the Kullback-Leibler divergence of cells from one standard atom.

    Args:
        cell: of a location, location-scale, covariate-free-gate or softmax-gaussian family.
        cells: coordinates, shape (count, ``cell.size``).

    Returns:
        shape (count,): V by quadrature, at regular coordinates that bring it within a bounded factor of its
        least; infinite where a variance is below 0.2 times the true one.

    The true atom has mean 0 and variance 1 at every x; covariates are uniform on [-1, 1]^d. An exactly fitted
    cell (``gate="exact"`` of a softmax) is an expert of the same share that is too far away to overlap.
    Source: learning coefficients page §1 (V² is the divergence up to constants; linear parts).
    """
    from polysolv.experiments import divergence_kernel

    weights, perturbations = cell.split(cells)
    d, columns, gate, free = _shape(cell.family, cell.gate)
    atoms = np.zeros((*weights.shape, 2 * d + 2))
    for source, (target, coefficient) in enumerate(columns):
        atoms[:, :, target] = coefficient * perturbations[:, :, source]
    x, x_shares, y, y_shares = _quadrature(d)
    found: Array = divergence_kernel.divergences(
        weights, atoms, gate, np.array(free), x, x_shares, y, y_shares
    )
    return found


def require_divergence(family: Family) -> None:
    """Refuse families whose true divergence is not at hand.

    Raises:
        InputError: unless the family is a Gaussian mixture, with a covariate-free or softmax gate if it has
            covariates, of which there may be 2.
    """
    kind = theorem_family(family)
    if kind is None or (kind[0] == LOCATION and kind[1]) or kind[1] > MAX_COVARIATES:
        names = f"{LOCATION}, {LOCATION_SCALE}, {FREE_GATE} and {SOFTMAX} (d = 1, 2)"
        raise InputError("distance", "divergence", f"cumulants for {family.name}; {names} have both")


@cache
def _shape(family: Family, gate: str) -> tuple[int, list[tuple[int, float]], int, list[int]]:
    """Return d, place and factor of each perturbation, what the gate divides by, regular coordinates."""
    from polysolv.experiments.divergence_kernel import ALONE, BESIDE, NO_GATE

    require_divergence(family)
    d = len(family.log_symbol.covariates)
    columns = []
    for coefficient, monomial in family.log_symbol.symbols.values():
        slope, power = next((k for k in range(d) if monomial[k]), None), monomial[d]
        target = 2 * d + power - 1 if slope is None else slope + d * power
        columns.append((target, float(coefficient)))
    softmax = any(target < d for target, _ in columns)
    how = NO_GATE if not softmax else BESIDE if gate == "exact" else ALONE
    regular = sorted(1 + target for target, _ in columns if how == BESIDE or target >= d)
    return d, columns, how, [0, *regular] if how == BESIDE else regular


@cache
def _quadrature(d: int) -> tuple[Array, Array, Array, Array]:
    in_x, in_y = _NODES[d]
    nodes, shares = np.polynomial.legendre.leggauss(in_x)
    x = np.array(list(product(nodes, repeat=d))).reshape(len(nodes) ** d, d)
    x_shares = np.array([np.prod(part) for part in product(shares / 2, repeat=d)])
    y, y_shares = np.polynomial.hermite_e.hermegauss(in_y)
    return x, x_shares, y, y_shares / y_shares.sum()
