"""The noun `StandardErrors`, and the covariance of the estimates in the user's units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from polysolv.moe.digits import shown
from polysolv.moe.estimated import Estimated
from polysolv.moe.fitted_model import FittedModel
from polysolv.moe.likelihood import Array
from polysolv.moe.mixing_measure import PARAMETERS
from polysolv.moe.quantities import Quantities, Reported


@dataclass(frozen=True)
class StandardErrors:
    """Standard errors from the observed information, for atoms that look exactly fitted.

    Arrays have the shapes of the measure's, with NaN where withheld; ``withheld`` gives the reason per atom.
    Gate parameters are relative to atom ``reference`` (whose own are 0), the only ones that are identified.
    ``centred`` holds the errors of beta0 and b at the point around which tables show them
    (:func:`polysolv.moe.digits.shown`), None where that is the origin.
    """

    beta0: Array
    beta1: Array
    a: Array
    b: Array
    sigma: Array
    reference: int | None
    withheld: dict[int, str]
    centred: tuple[Array, Array] | None = None


def covariance_of(fit: Estimated) -> Array:
    """Return the covariance matrix of the estimates, shape (k (2 d + 3), k (2 d + 3)), in the user's units.

    Args:
        fit: a maximum with its data.

    Rows and columns are in the order of the score; NaN where withheld, 0 for the gate that others are
    relative to. That of a variance is by the delta method from its logarithm.
    """
    quantities = fit.reported.quantities()
    size = len(quantities.names)
    if fit.covariance is None:
        return np.full((size, size), np.nan)
    spread = np.ones(size)
    spread[quantities.logged] = np.exp(quantities.at(fit.model.vector)[quantities.logged])
    found = quantities.covariance(fit.covariance) * np.outer(spread, spread)
    hidden = ~quantities.stated
    found[hidden] = np.nan
    found[:, hidden] = np.nan
    symmetric: Array = 0.5 * (found + found.T)
    return symmetric


def standard_errors(fit: Estimated) -> StandardErrors:
    """Return the standard errors of the atoms that are alone in their inferred cell.

    Args:
        fit: a maximum with its data.

    The inverse of the observed information over the free coordinates, the gate of one exactly fitted atom
    fixed, is made in standardised coordinates and mapped back.
    """
    reported = fit.reported
    named = _named(fit, reported.quantities())
    centred = None
    if reported.centre is not None:
        there = _named(fit, reported.quantities(centred=True))
        centred = (there["beta0"], there["b"])
    return StandardErrors(**named, reference=reported.reference, withheld=reported.withheld, centred=centred)


def reported_of(model: FittedModel, errors: StandardErrors, separated: bool) -> Reported:
    """Return what is reported of a fit, from what it or a file of it holds.

    Args:
        model: the fit.
        errors: its standard errors.
        separated: whether its gate has no maximum.
    """
    centre = shown(model, model.measure(), not separated).centre
    return Reported(model, errors.reference, errors.withheld, separated, centre)


def _named(fit: Estimated, quantities: Quantities) -> dict[str, Array]:
    """Return the errors by parameter, NaN where withheld."""
    k, d = fit.model.k, fit.model.d
    errors = np.full(len(quantities.names), np.nan)
    if fit.covariance is not None:
        found = quantities.errors(fit.covariance)
        found[quantities.logged] *= np.exp(quantities.at(fit.model.vector)[quantities.logged])
        errors[quantities.stated] = found[quantities.stated]
    parts = np.split(errors, np.cumsum([k, k * d, k * d, k]))
    return {
        name: part.reshape(k, d) if name in ("beta1", "a") else part
        for name, part in zip(PARAMETERS, parts, strict=True)
    }
