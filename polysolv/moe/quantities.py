"""The noun `Quantities`: the parameters in the user's units as linear functions of the optimiser's vector."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from polysolv.moe.coordinates import coordinate_names
from polysolv.moe.fitted_model import FittedModel
from polysolv.moe.likelihood import Array, Indices, Mask


@dataclass(frozen=True, eq=False)
class Quantities:
    """Linear functions of a parameter vector: value = rows @ vector + offsets, variances logged.

    Args:
        names: of the coordinates, in the order of the score, such as ``beta1[0,1]``.
        rows: coefficients, shape (q, m).
        offsets: shape (q,).
        atoms: the atom of each, shape (q,).
        gate: which belong to the gate; they are relative to the gate of the reference, if there is one.
        logged: which are log variances.
        estimated: which are functions of the vector at all (slopes of columns left out are not).
        stated: which have an error of order n^(-1/2), as far as is known.
    """

    names: tuple[str, ...]
    rows: Array
    offsets: Array
    atoms: Indices
    gate: Mask
    logged: Mask
    estimated: Mask
    stated: Mask

    def at(self, vectors: Array) -> Array:
        """Return the values at a vector, or at several of them, shape (..., q)."""
        values: Array = vectors @ self.rows.T + self.offsets
        return values

    def outward(self, values: Array) -> Array:
        """Return values with variances in place of their logarithms."""
        with np.errstate(over="ignore"):
            out: Array = np.where(self.logged, np.exp(values), values)
        return out

    def covariance(self, covariance: Array) -> Array:
        """Return the covariance of the quantities from that of the vector, variances logged."""
        found: Array = self.rows @ covariance @ self.rows.T
        return found

    def errors(self, covariance: Array) -> Array:
        """Return the standard errors of the quantities, shape (q,), variances logged."""
        errors: Array = np.sqrt(np.maximum(np.einsum("qi,ij,qj->q", self.rows, covariance, self.rows), 0.0))
        return errors


def quantities_of(model: FittedModel, reference: int | None, centre: Array | None = None) -> Quantities:
    """Return beta0, beta1, a, b and log sigma of a fit, in the order of the score and in the user's units.

    Args:
        model: the fit.
        reference: the atom that gates are relative to; None for gates as they are.
        centre: point x, shape (d,), at which the intercepts beta0 and b are taken; None for the origin.
    """
    k, d, kept = model.k, model.d, list(model.kept)
    units, p = model.coordinates, len(kept) + 1
    point = (np.zeros(d) if centre is None else centre)[kept]
    # (level, slopes) of one atom -> (level at the point, slopes per unit).
    back = np.eye(p)
    back[0, 1:] = (point - units.x_mean) / units.x_scale
    back[1:, 1:] = np.diag(1.0 / units.x_scale)
    size = k * (2 * p + 1)
    rows, offsets = np.zeros((k * (2 * d + 3), size)), np.zeros(k * (2 * d + 3))
    estimated: Mask = np.zeros(rows.shape[0], dtype=bool)
    gate, logged = estimated.copy(), estimated.copy()
    atoms = np.zeros(rows.shape[0], dtype=np.intp)
    for i in range(k):
        for first, level, slope, unit in (
            (0, i, k + i * d, 1.0),
            (k * p, k + 2 * k * d + i, k + k * d + i * d, units.y_scale),
        ):
            places = [level, *(slope + j for j in kept)]
            atoms[[level, *range(slope, slope + d)]] = i
            rows[places, first + i * p : first + (i + 1) * p] = unit * back
            estimated[places] = True
            if first == 0:
                gate[[level, *range(slope, slope + d)]] = True
                if reference is not None:
                    rows[places, reference * p : (reference + 1) * p] -= back
            else:
                offsets[level] = units.y_mean
        last = rows.shape[0] - k + i
        rows[last, 2 * k * p + i] = 1.0
        offsets[last] = 2.0 * np.log(units.y_scale)
        logged[last] = estimated[last] = True
        atoms[last] = i
    return Quantities(tuple(coordinate_names(k, d)), rows, offsets, atoms, gate, logged, estimated, estimated)


@dataclass(frozen=True, eq=False)
class Reported:
    """Which parameters of a fit are reported with their errors, and around which points.

    Args:
        model: the fit.
        reference: the atom that gates are relative to, None where no gate is reported.
        withheld: atom -> why its errors are not reported.
        separated: whether the gate has no maximum.
        centre: point at which tables show intercepts, shape (d,); None for the origin.
    """

    model: FittedModel
    reference: int | None
    withheld: dict[int, str]
    separated: bool
    centre: Array | None

    def quantities(self, centred: bool = False) -> Quantities:
        """Return the parameters, with those that are reported marked; ``centred`` takes intercepts there."""
        found = quantities_of(self.model, self.reference, self.centre if centred else None)
        stated = found.estimated & ~np.isin(found.atoms, list(self.withheld))
        return replace(found, stated=stated & ~found.gate if self.separated else stated)
