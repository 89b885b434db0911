"""The noun `FitSummary`: a fit for people who do not read likelihoods."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from polysolv.display.grid import Grid
from polysolv.display.rich_display import RichDisplay, Tables, to_text
from polysolv.moe.digits import shown
from polysolv.moe.fit_record import FitRecord
from polysolv.moe.interval_table import interval_text, relative, shown_intervals
from polysolv.moe.mixing_measure import PARAMETERS
from polysolv.moe.presentation import covariate_list, fit_notes, shown_columns

_MEANING = {
    "beta0": "gate, intercept",
    "beta1": "gate, slope of {}",
    "a": "slope of {}",
    "b": "intercept",
    "sigma": "variance",
}


@dataclass(frozen=True, eq=False, repr=False)
class FitSummary(RichDisplay):
    """Experts with their shares, estimates with errors and intervals, and warnings in words.

    Args:
        experts: share of the rows, effective rows and spread of each expert.
        estimates: each parameter with standard error and interval, "-" where withheld.
        notes: what to know, in words; warnings first.
    """

    experts: Grid
    estimates: Grid
    notes: tuple[str, ...]

    def _display(self) -> Tables:
        return [self.experts, self.estimates], self.notes

    def __str__(self) -> str:
        return to_text(*self._display())

    def __repr__(self) -> str:
        return str(self)


def summary_of(fit: FitRecord) -> FitSummary:
    """Return the summary of a fit."""
    return FitSummary(_experts(fit), _estimates(fit), (*sentences(fit), *fit_notes(fit)))


def sentences(fit: FitRecord) -> list[str]:
    """Return one sentence for each expert: its share, its line, its noise.

    Shares are means of the probabilities that a row belongs to the expert.
    """
    x_names, y_name = fit.column_names
    G = fit.mixing_measure
    found = []
    for i in range(G.k):
        share = fit.effective_rows[i] / fit.n_samples
        moves = [
            f"{'rises' if slope >= 0 else 'falls'} by {abs(slope):.3g} per unit of {x_names[j]}"
            for j, slope in enumerate(G.a[i].tolist())
            if j in shown_columns(fit, "a")
        ] or [f"is {G.b[i]:.3g} on average"]
        most = 4
        more = f" and so on ({len(moves) - most} more)" if len(moves) > most else ""
        found.append(
            f"expert {i} holds {_percent(share)} of the rows ({fit.effective_rows[i]:.1f} of "
            f"{fit.n_samples:.15g}): "
            f"{y_name} {', '.join(moves[:most])}{more}, with a standard deviation of "
            f"{math.sqrt(G.sigma[i]):.3g} around that"
        )
    return found


def _percent(share: float) -> str:
    return "-" if math.isnan(share) else f"{100 * share:.1f} %"


def _experts(fit: FitRecord) -> Grid:
    cell_of = {atom: cell for cell in fit.inferred_cells for atom in cell}
    rows = []
    for i, (mass, variance) in enumerate(
        zip(fit.effective_rows.tolist(), fit.mixing_measure.sigma.tolist(), strict=True)
    ):
        alike = ", ".join(str(other) for other in cell_of.get(i, ()) if other != i)
        remark = "spurious" if i in fit.spurious else f"looks like one with {alike}" if alike else "-"
        share = _percent(mass / fit.n_samples)
        rows.append([str(i), share, f"{mass:.1f}", f"{math.sqrt(variance):.4g}", remark])
    _, y_name = fit.column_names
    k = fit.mixing_measure.k
    title = (
        f"{y_name} given {covariate_list(fit)}: {k} expert{'s' if k > 1 else ''}, n = {fit.n_samples:.15g}"
    )
    return Grid(title, ["expert", "share", "effective rows", "standard deviation", "remark"], rows)


def _estimates(fit: FitRecord) -> Grid:
    table, errors = shown(fit.model, fit.mixing_measure, not fit.gate_separated), fit.standard_errors
    G, sets = relative(fit, table.measure), shown_intervals(fit)
    x_names, _ = fit.column_names
    rows = []
    for i in range(G.k):
        for name in PARAMETERS:
            values = np.reshape(getattr(G, name)[i], -1).tolist()
            spreads = np.reshape(getattr(errors, name)[i], -1).tolist()
            if table.centre is not None and name in ("beta0", "b"):
                there = errors.centred
                spreads = [math.nan if there is None else float(there[name == "b"][i])]
            vector = name in ("beta1", "a")
            for j, (value, spread) in enumerate(zip(values, spreads, strict=True)):
                if vector and j not in shown_columns(fit, name):
                    continue
                x = x_names[j] if vector else ""
                meaning = _MEANING[name].format(x)
                if fit.gate_separated and name in ("beta0", "beta1"):
                    rows.append([str(i), meaning, "withheld", "-", *("-" for _ in sets)])
                    continue
                ends = [interval_text(fit, found, name, i, j) for found in sets]
                rows.append([str(i), meaning, f"{value:.{table.digits}g}", _error(spread), *ends])
    headers = ["expert", "parameter", "estimate", "standard error"]
    titles = ["95 % interval"] if len(sets) == 1 else [found.title for found in sets]
    return Grid("estimates", [*headers, *titles], rows)


def _error(error: float) -> str:
    if math.isnan(error):
        return "-"
    return "fixed" if error == 0 else f"{error:.2g}"
