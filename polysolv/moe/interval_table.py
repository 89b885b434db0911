"""Intervals of a fit as tables show them: beside the estimates, intercepts at the centre of the table."""

from __future__ import annotations

import math

from polysolv.display.grid import Grid
from polysolv.moe.digits import shown
from polysolv.moe.features import asked_columns
from polysolv.moe.fit_record import FitRecord
from polysolv.moe.intervals import Intervals, wald_intervals
from polysolv.moe.mixing_measure import PARAMETERS, MixingMeasure
from polysolv.moe.standard_errors import reported_of

_LEVEL = 0.95


def shown_intervals(fit: FitRecord) -> list[Intervals]:
    """Return the intervals that a summary shows: Wald's of 95 %, and those that were asked for."""
    asked = list(fit.inference.intervals)
    if any(entry.method == "wald" and entry.level == _LEVEL for entry in asked):
        return asked
    reported = reported_of(fit.model, fit.standard_errors, fit.gate_separated)
    return [wald_intervals(reported, fit.standard_errors, _LEVEL), *asked]


def relative(fit: FitRecord, G: MixingMeasure) -> MixingMeasure:
    """Return a measure with its gates relative to the atom that errors and intervals are relative to."""
    reference = fit.standard_errors.reference
    if reference is None:
        return G
    return G.translate(-float(G.beta0[reference]), -G.beta1[reference])


def interval_text(fit: FitRecord, found: Intervals, name: str, atom: int, j: int) -> str:
    """Return the interval of one parameter, "-" where it is withheld or fixed.

    Args:
        fit: the fit.
        found: its intervals.
        name: of the parameter.
        atom, j: of the atom, and of the covariate for slopes.
    """
    place = found.names.index(f"{name}[{atom},{j}]" if name in ("beta1", "a") else f"{name}[{atom}]")
    ends = (found.lower, found.upper)
    if found.centred is not None and name in ("beta0", "b"):
        ends = found.centred[1:]
    low, high = (float(end[place]) for end in ends)
    if math.isnan(low) and math.isnan(high):
        return "-"
    if low == high == 0.0:
        return "-"
    return f"{_end(low)} to {_end(high)}"


def interval_grid(fit: FitRecord) -> Grid:
    """Return the table of the intervals that were asked for."""
    table = shown(fit.model, fit.mixing_measure, not fit.gate_separated)
    G, asked = relative(fit, table.measure), fit.inference.intervals
    x_names, _ = fit.column_names
    rows = []
    for i in range(G.k):
        for name in PARAMETERS:
            if fit.gate_separated and name in ("beta0", "beta1"):
                continue
            values, vector = getattr(G, name)[i].reshape(-1).tolist(), name in ("beta1", "a")
            features = fit.settings["gate_features" if name == "beta1" else "expert_features"]
            for j, value in enumerate(values):
                if vector and j not in asked_columns(features, x_names):
                    continue
                texts = [interval_text(fit, found, name, i, j) for found in asked]
                label = f"{name}[{x_names[j]}]" if vector else name
                rows.append([str(i), label, f"{value:.{table.digits}g}", *texts])
    titles = [found.title for found in asked]
    return Grid("intervals", ["atom", "parameter", "estimate", *titles], rows)


def inference_notes(fit: FitRecord) -> list[str]:
    """Return what was drawn and tested, in words."""
    notes = [note for found in fit.inference.intervals for note in found.notes]
    draws = fit.inference.bootstrap
    if draws is not None and draws.sentence not in notes:
        notes.append(draws.sentence)
    return [*notes, *(test.sentence for test in fit.inference.tests)]


def _end(value: float) -> str:
    return "?" if math.isnan(value) else f"{value:.4g}"
