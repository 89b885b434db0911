"""The noun `Intervals`: confidence intervals of the parameters, and those of Wald and of the bootstrap."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from polysolv.display.grid import Grid
from polysolv.display.rich_display import RichDisplay, Tables, to_text
from polysolv.errors import InputError, unknown_name
from polysolv.moe.likelihood import Array, Mask
from polysolv.moe.mixing_measure import PARAMETERS
from polysolv.moe.quantities import Quantities, Reported
from polysolv.moe.standard_errors import StandardErrors

METHODS = ("wald", "profile", "bootstrap")
Ends = tuple[Array, Array]


@dataclass(frozen=True, eq=False, repr=False)
class Intervals(RichDisplay):
    """One interval for each parameter, NaN where it is withheld.

    Args:
        method: "wald", "profile" or "bootstrap".
        level: confidence level, above 0 and below 1.
        names: of the parameters in the order of the score, such as ``beta1[0,1]``.
        estimates: shape (q,); gates are relative to ``reference``, which is 0 with ends 0 and 0.
        lower, upper: ends, shape (q,), infinite where a likelihood never falls enough.
        reference: the atom that gates are relative to, or None.
        withheld: atom -> why it has no intervals.
        notes: what else to know, in words.
        centred: the same for the intercepts beta0 and b (others NaN) at the point around which tables show
            them, a triple (estimates, lower, upper); None where that is the origin.

    ``intervals["a[0,0]"]`` is a pair; ``numpy.asarray`` gives all ends, shape (q, 2).
    """

    method: str
    level: float
    names: tuple[str, ...]
    estimates: Array
    lower: Array
    upper: Array
    reference: int | None
    withheld: dict[int, str]
    notes: tuple[str, ...] = ()
    centred: tuple[Array, Array, Array] | None = None

    def __getitem__(self, name: str) -> tuple[float, float]:
        if name not in self.names:
            raise unknown_name("parameter", name, list(self.names))
        place = self.names.index(name)
        return float(self.lower[place]), float(self.upper[place])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return np.stack([self.lower, self.upper], axis=1).astype(dtype or np.float64)

    def to_frame(self) -> Any:
        """Return a pandas data frame: columns estimate, lower, upper, indexed by parameter."""
        import pandas

        columns = {"estimate": self.estimates, "lower": self.lower, "upper": self.upper}
        return pandas.DataFrame(columns, index=list(self.names))

    @property
    def title(self) -> str:
        """Level and method in words."""
        return f"{100 * self.level:.4g} % interval ({self.method})"

    def _display(self) -> Tables:
        rows = [
            [name, _number(estimate), _number(low), _number(high)]
            for name, estimate, low, high in zip(
                self.names, self.estimates.tolist(), self.lower.tolist(), self.upper.tolist(), strict=True
            )
        ]
        notes = [f"no intervals for atom {atom}: {why}" for atom, why in self.withheld.items()]
        if self.reference is not None and any(name.startswith("beta0[1") for name in self.names):
            notes.append(f"beta0 and beta1 are relative to atom {self.reference}")
        grid = Grid(self.title, ["parameter", "estimate", "lower", "upper"], rows)
        return [grid], [*notes, *self.notes]

    def __str__(self) -> str:
        return to_text(*self._display())

    def __repr__(self) -> str:
        return str(self)


def check_level(level: object, field: str = "level") -> float:
    """Return a confidence level, or refuse what is none."""
    if isinstance(level, bool) or not isinstance(level, Real) or not 0.0 < float(level) < 1.0:
        raise InputError(field, level, "a number above 0 and below 1, such as 0.95")
    return float(level)


def check_method(method: object) -> str:
    """Return the name of a kind of intervals, or refuse what is none."""
    if method not in METHODS:
        raise unknown_name("method", method, list(METHODS))
    return str(method)


def intervals_of(
    reported: Reported,
    method: str,
    level: float,
    ends: Callable[[bool, Mask], Ends],
    notes: tuple[str, ...] = (),
) -> Intervals:
    """Return intervals at the origin, and at the centre of the tables if that is another point.

    Args:
        reported: what is reported of the fit.
        method, level: as :class:`Intervals` names them.
        ends: returns lower and upper ends, variances logged, at the centre or at the origin, of all
            quantities or those in the mask alone.
        notes: what else to know.
    """
    quantities = reported.quantities()
    estimates, low, high = _found(reported, quantities, quantities.stated, ends(False, quantities.stated))
    centred = None
    if reported.centre is not None:
        there = reported.quantities(centred=True)
        intercept = np.array([name.startswith(("beta0", "b[")) for name in there.names])
        wanted = there.stated & intercept
        centred = _found(reported, there, wanted, ends(True, wanted))
    return Intervals(
        method,
        level,
        quantities.names,
        estimates,
        low,
        high,
        reported.reference,
        reported.withheld,
        notes,
        centred,
    )


def _found(
    reported: Reported, quantities: Quantities, wanted: Mask, ends: tuple[Array, Array]
) -> tuple[Array, Array, Array]:
    """Return estimates and ends with variances in place of their logarithms, NaN where not wanted."""
    parts = (quantities.at(reported.model.vector), *ends)
    estimates, low, high = (np.where(wanted, quantities.outward(part), np.nan) for part in parts)
    return estimates, low, high


def wald_intervals(reported: Reported, errors: StandardErrors, level: float) -> Intervals:
    """Return estimate -/+ quantile of the normal law times standard error; variances on the log scale.

    Args:
        reported: what is reported of the fit.
        errors: its standard errors.
        level: confidence level.
    """
    z = float(ndtri(0.5 + 0.5 * level))

    def ends(centred: bool, wanted: Mask) -> Ends:
        quantities = reported.quantities(centred)
        values = quantities.at(reported.model.vector)
        parts = {name: getattr(errors, name) for name in PARAMETERS}
        if centred and errors.centred is not None:
            parts["beta0"], parts["b"] = errors.centred
        spread = np.concatenate([np.ravel(part) for part in parts.values()])
        spread[quantities.logged] /= quantities.outward(values)[quantities.logged]
        return values - z * spread, values + z * spread

    return intervals_of(reported, "wald", level, ends)


def draws_needed(level: float) -> int:
    """Return the least number of draws whose quantiles reach a level.

    >>> draws_needed(0.95), draws_needed(0.9)
    (39, 19)
    """
    return int(np.ceil(2.0 / (1.0 - level) - 1e-9)) - 1


def percentile_intervals(
    reported: Reported, draws: Array, level: float, notes: tuple[str, ...] = ()
) -> Intervals:
    """Return quantiles of bootstrap draws, corrected for the bias of their median.

    Args:
        reported: what is reported of the fit.
        draws: parameter vectors, shape (b, m), atoms in the order of the fit.
        level: confidence level.
        notes: about the draws.

    Raises:
        InputError: if there are too few draws for the level.

    With z0 the normal quantile of the share of draws below the estimate, the ends are the quantiles of the
    draws at Phi(2 z0 -/+ z) (Efron 1987, J. Amer. Statist. Assoc. 82, 171-185, without acceleration).
    """
    if draws.shape[0] < draws_needed(level):
        raise InputError("level", level, f"at most {_highest(draws.shape[0])} with {draws.shape[0]} draws")
    z = float(ndtri(0.5 + 0.5 * level))

    def ends(centred: bool, wanted: Mask) -> Ends:
        quantities = reported.quantities(centred)
        values, found = quantities.at(reported.model.vector), quantities.at(draws)
        share = (found < values).mean(axis=0) + 0.5 * (found == values).mean(axis=0)
        least = 1.0 / (draws.shape[0] + 1)
        z0 = ndtri(np.clip(share, least, 1.0 - least))
        low, high = (
            np.array(
                [
                    np.quantile(column, float(p), method="weibull")
                    for column, p in zip(found.T, ndtr(2.0 * z0 + side * z), strict=True)
                ]
            )
            for side in (-1.0, 1.0)
        )
        return low, high

    return intervals_of(reported, "bootstrap", level, ends, notes)


def _highest(draws: int) -> str:
    return f"{1.0 - 2.0 / (draws + 1):.4g}" if draws > 1 else "0"


def _number(value: float) -> str:
    return "-" if np.isnan(value) else f"{value:.6g}"
