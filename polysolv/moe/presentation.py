"""Tables of a fit and of a range of fits."""

from __future__ import annotations

import math

import numpy as np

from polysolv.display.counted import counted
from polysolv.display.grid import Grid, show_rate
from polysolv.moe.cell_rates import CellRate, rates_of_fit
from polysolv.moe.digits import shown
from polysolv.moe.features import asked_columns
from polysolv.moe.fit_record import FitRecord
from polysolv.moe.interval_table import inference_notes, interval_grid
from polysolv.moe.mixing_measure import PARAMETERS
from polysolv.moe.recommendation import recommend
from polysolv.moe.singular_bic import sbic_of_fits
from polysolv.rates.report import show_refined
from polysolv.rates.statements import NOT_IDENTIFIABLE

_SHOWN_EIGENVALUES = 4
_SHOWN_CHARACTERS = 200
_RELATIONS_SHOWN = 8


def fit_grids(fit: FitRecord) -> list[Grid]:
    """Return the tables of one fit: summary, atoms, intervals that were asked for, rates of its cells."""
    asked = [interval_grid(fit)] if fit.inference.intervals else []
    return [_summary(fit), _atoms(fit), *asked, _rates(fit)]


def fit_notes(fit: FitRecord) -> list[str]:
    """Return what the reader of the tables must know: warnings first, then how to read them."""
    errors = fit.standard_errors
    notes = [f"warning: {warning}" for warning in fit.warnings]
    notes += [f"no standard errors for atom {atom}: {why}" for atom, why in errors.withheld.items()]
    x_names, _ = fit.column_names
    notes += structure_notes(fit)
    for j in fit.collinear:
        parts = [
            name
            for name, columns in (("gate", fit.gate_columns), ("experts", fit.expert_columns))
            if j in columns
        ]
        only = f", but for the {parts[0]}" if parts else ""
        notes.append(
            f"column {x_names[j]!r} is a linear combination of the columns before it and is left out{only}: "
            "its slopes are 0, and df, AIC and BIC do not count them"
        )
    centre = shown(fit.model, fit.mixing_measure, not fit.gate_separated).centre
    if centre is not None:
        at = ", ".join(f"{name} = {value:.15g}" for name, value in zip(x_names, centre.tolist(), strict=True))
        notes.append(f"beta0 and b are the values at {at}: the origin is too far away for the digits shown")
    if errors.reference is not None and fit.mixing_measure.k > 1:
        gate = "beta0 and beta1" if fit.gate_columns else "beta0"
        notes.append(
            f"the gate is identified up to a translation: standard errors of {gate} are relative to atom "
            f"{errors.reference}"
        )
    notes += inference_notes(fit)
    notes += relation_notes(fit)
    cells = fit.inferred_cells
    excess = fit.mixing_measure.k - len(cells)
    if excess:
        notes.append(
            f"the data support {counted(len(cells), 'atom')}: rates are those of k - k* = "
            f"{counted(excess, 'excess expert')}, cell by cell; refined rates are worst-case statements"
        )
        if all(len(cell) > 1 for cell in cells) and fit.gate_columns:
            notes.append("no atom looks exactly fitted: gate slopes may not be identifiable (k >= 2 k*)")
    return notes


def structure_notes(fit: FitRecord) -> list[str]:
    """Return what is particular to the model and to its rows, if anything is."""
    x_names, _ = fit.column_names
    notes = []
    if fit.weights is not None:
        notes.append(
            f"rows count as often as {fit.weights} says, {fit.n_samples:.15g} times in all: everything is as "
            "if they were repeated so often"
        )
    if fit.structure.separate:
        seen = [
            ", ".join(x_names[j] for j in columns) or "no covariate"
            for columns in (fit.gate_columns, fit.expert_columns)
        ]
        notes.append(f"the gate depends on {seen[0]}, the experts on {seen[1]}")
    if fit.structure.equal_variances:
        notes.append("all experts share one variance")
    return notes


def _some(relations: list[str]) -> str:
    """Return the relations, of many the first ones and how many more a saved fit lists."""
    left = len(relations) - _RELATIONS_SHOWN
    listed = "; ".join(relations if left <= 1 else relations[:_RELATIONS_SHOWN])
    return listed if left <= 1 else f"{listed}; and {left} more (JSON lists all)"


def relation_notes(fit: FitRecord) -> list[str]:
    """Return what was found about the covariates, and which rates are missing for what reason."""
    x_names, _ = fit.column_names
    rates = rates_of_fit(fit)
    notes = []
    exact, nearly = (
        [_equation(r.text(x_names)) for r in fit.covariate_relations.found if r.approximate == approximate]
        for approximate in (False, True)
    )
    if exact:
        notes.append(
            f"the covariates satisfy {_some(exact)} (found on a random half of the rows, and true of every "
            "row of the other half)"
        )
    if nearly:
        notes.append(f"the covariates satisfy within a tolerance {_some(nearly)}")
    if rates.relations:
        notes.append(
            "the rates are those modulo these relations; what is in print assumes that x has a density"
        )
    if rates.assumed:
        notes.append(f"rates assume {rates.assumed}, and weights and variances bounded away from 0")
    notes += [f"no rate for atom {atom}: {why}" for atom, why in rates.without.items()]
    reasons: dict[str, list[str]] = {}
    for cell in rates.cells:
        atoms = ", ".join(map(str, cell.atoms))
        for name, parameter in cell.parameters.items():
            if parameter.identifiable and not parameter.refined and not parameter.bounds:
                reasons.setdefault(parameter.reason, []).append(f"{name} of {atoms}")
            if not parameter.identifiable:
                notes.append(f"{name} of {atoms} is not identifiable: {parameter.reason} ({parameter.arc})")
    notes += [f"no refined rate for {'; '.join(names)}: {reason}" for reason, names in reasons.items()]
    return notes


def _equation(text: str) -> str:
    text = text.removesuffix(" (approximate)")
    return f"{text} = 0" if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]} ... = 0"


def fit_csv(fit: FitRecord) -> str:
    """Return one line for each atom and parameter: estimate, standard error, rates."""
    headers = ["atom", "cell", "parameter", "coordinate", "estimate", "standard_error"]
    headers += ["published_rate", "refined_rate"]
    rows = []
    x_names, _ = fit.column_names
    rates = {atom: cell for cell in rates_of_fit(fit).cells for atom in cell.atoms}
    for index, atoms in enumerate(fit.inferred_cells):
        for atom in atoms:
            for name in PARAMETERS:
                estimates = getattr(fit.mixing_measure, name)[atom]
                errors = getattr(fit.standard_errors, name)[atom]
                vector = name in ("beta1", "a")
                for j, x_name in enumerate(x_names if vector else [""]):
                    if vector and j not in shown_columns(fit, name):
                        continue
                    estimate, error = (float(v[j] if vector else v) for v in (estimates, errors))
                    error_text = "" if math.isnan(error) else repr(error)
                    hidden = fit.gate_separated and name in ("beta0", "beta1")
                    shown_text = "" if hidden else repr(estimate)
                    row = [str(atom), str(index), name, x_name, shown_text, error_text]
                    rows.append([*row, *_exact(rates.get(atom), name)])
    return Grid("", headers, rows).to_csv()


def range_grid(fits: list[FitRecord]) -> Grid:
    """Return the comparison of fits with different numbers of experts; * marks the least of a criterion."""
    singular, least = _least(fits)
    headers = ["k", "df", "log-likelihood", "BIC", "ICL", "sBIC", "|score|/n", "converged", "cells"]
    headers += ["published", "refined", "spurious atoms", "at a bound"]
    rows = []
    for index, fit in enumerate(fits):
        marks = {name: "*" if place == index else "" for name, place in least.items()}
        rows.append(
            [
                str(fit.mixing_measure.k),
                str(fit.n_parameters),
                f"{fit.log_likelihood:.4f}",
                f"{fit.bic:.2f}{marks['BIC']}",
                f"{fit.icl:.2f}{marks['ICL']}",
                "-" if singular is None else f"{singular[index]:.2f}{marks['sBIC']}",
                f"{fit.gradient_norm:.1e}",
                "yes" if fit.converged else "NO",
                _sizes(fit),
                *(["-", "-"] if fit.spurious else _slowest(fit)),
                ", ".join(map(str, fit.spurious)) or "-",
                ", ".join(fit.at_bound) or "-",
            ]
        )
    _, y_name = fits[0].column_names
    return Grid(f"choice of k for {y_name}, n = {fits[0].n_samples:.15g}", headers, rows)


def range_csv(fits: list[FitRecord]) -> str:
    """Return the comparison for other programs: full precision, nothing where a value is missing.

    The column ``least`` names the criteria that are least in that row.
    """
    singular, least = _least(fits)
    table = range_grid(fits)
    rows = []
    for index, (fit, cells) in enumerate(zip(fits, table.rows, strict=True)):
        values = [fit.log_likelihood, fit.bic, fit.icl, None if singular is None else singular[index]]
        numbers = ["" if value is None else repr(float(value)) for value in values]
        others = ["" if text == "-" else text for text in cells[7:]]
        names = " ".join(name for name, place in least.items() if place == index)
        rows.append([*cells[:2], *numbers, repr(float(fit.gradient_norm)), *others, names])
    return Grid(table.title, [*table.headers, "least"], rows).to_csv()


def _least(fits: list[FitRecord]) -> tuple[tuple[float, ...] | None, dict[str, int | None]]:
    """Return sBIC, if there is one, and for each criterion the number of the fit where it is least."""
    candidates = [index for index, fit in enumerate(fits) if not fit.spurious]
    singular = sbic_of_fits(fits).values
    least = {
        "BIC": min(candidates, key=lambda i: fits[i].bic, default=None),
        "ICL": min(candidates, key=lambda i: fits[i].icl, default=None),
    }
    if singular is not None:
        least["sBIC"] = min(range(len(fits)), key=lambda i: singular[i])
    return (None if singular is None else tuple(singular)), least


def _sizes(fit: FitRecord) -> str:
    sizes = sorted((len(cell) for cell in fit.inferred_cells), reverse=True)
    return "(" + ",".join(map(str, sizes)) + ")"


def range_notes(fits: list[FitRecord]) -> list[str]:
    """Return the reading of the comparison; the last note is the recommendation."""
    regular = [fit for fit in fits if not fit.spurious]
    if regular:
        by_bic = min(regular, key=lambda fit: fit.bic).mixing_measure.k
        by_icl = min(regular, key=lambda fit: fit.icl).mixing_measure.k
        first = f"least BIC at k = {by_bic}, least ICL at k = {by_icl}"
    else:
        first = "no k to choose: every fit ended in a spurious atom"
    if regular and len(regular) < len(fits):
        others = ", ".join(str(fit.mixing_measure.k) for fit in fits if fit.spurious)
        first += f"; not compared, as they end in spurious atoms: k = {others}"
    notes = [
        first,
        _sbic_note(fits),
        "df: free parameters; cells: how many fitted atoms look like one (backward selection by BIC); "
        "published, refined: rate of the slowest parameter given these cells",
    ]
    for fit in fits:
        notes += [f"warning: k = {fit.mixing_measure.k}: {warning}" for warning in fit.warnings]
    notes += structure_notes(fits[0])
    return [*notes, recommend(fits).sentence]


def _sbic_note(fits: list[FitRecord]) -> str:
    found = sbic_of_fits(fits)
    if found.values is None:
        return f"no sBIC: {found.reason}"
    best = fits[min(range(len(fits)), key=found.values.__getitem__)].mixing_measure.k
    note = f"least sBIC at k = {best}; it charges less than BIC, and picks too many more often"
    if found.bounded:
        pairs = ", ".join(f"({k}, {k_true})" for k, k_true in found.bounded)
        note += (
            f"; of the learning coefficients of (k, k*) = {pairs} only upper bounds are known, and went in"
        )
    return note


def shown_columns(fit: FitRecord, name: str) -> tuple[int, ...]:
    """Return the columns whose slopes a table shows: those of the gate for beta1, of the experts for a.

    Columns that are left out because others determine them are shown, with slopes 0.
    """
    x_names, _ = fit.column_names
    features = fit.settings["gate_features" if name == "beta1" else "expert_features"]
    return asked_columns(features, x_names)


def covariate_list(fit: FitRecord) -> str:
    """Return the names of the covariates that the gate or the experts are asked to depend on."""
    x_names, _ = fit.column_names
    used = {*shown_columns(fit, "beta1"), *shown_columns(fit, "a")}
    return ", ".join(x_names[j] for j in sorted(used))


def to_markdown(grids: list[Grid], notes: list[str]) -> str:
    """Return tables and notes as Markdown."""
    parts = [f"**{grid.title}**\n\n{grid.to_markdown()}" for grid in grids]
    return "\n\n".join([*parts, "\n".join(f"- {note}" for note in notes)]).rstrip()


def _summary(fit: FitRecord) -> Grid:
    G = fit.mixing_measure
    _, y_name = fit.column_names
    eigenvalues = [f"{value:.3g}" for value in fit.information_eigenvalues]
    if len(eigenvalues) > 2 * _SHOWN_EIGENVALUES:
        eigenvalues = [*eigenvalues[:_SHOWN_EIGENVALUES], "...", *eigenvalues[-_SHOWN_EIGENVALUES:]]
    ends = [value for value, _, _ in fit.starts]
    reached = f"log-likelihoods {min(ends):.4f} to {max(ends):.4f}"
    if len(ends) == 1:
        reached = f"log-likelihood {ends[0]:.4f}"
    iterations = counted(fit.n_iter, "iteration")
    rows = [
        ["log-likelihood", f"{fit.log_likelihood:.6f}"],
        ["free parameters", str(fit.n_parameters)],
        ["AIC, BIC, ICL", f"{fit.aic:.2f}, {fit.bic:.2f}, {fit.icl:.2f}"],
        ["max|score|/n, standardised", f"{fit.gradient_norm:.2e}"],
        ["converged", f"{'yes' if fit.converged else 'NO'} ({fit.status}, {iterations})"],
        ["information eigenvalues", ", ".join(eigenvalues)],
        ["at a bound", ", ".join(fit.at_bound) or "-"],
        ["starts", f"{len(ends)}, {reached}{_spurious_starts(fit)}"],
    ]
    experts = counted(G.k, "expert")
    title = f"{y_name} given {covariate_list(fit)}: k = {experts}, n = {fit.n_samples:.15g}"
    return Grid(title, ["fit", "value"], rows)


def _atoms(fit: FitRecord) -> Grid:
    table, errors = shown(fit.model, fit.mixing_measure, not fit.gate_separated), fit.standard_errors
    G = table.measure
    x_names, _ = fit.column_names
    headers = ["atom", "cell", "rows"]
    for name in PARAMETERS:
        vector = name in ("beta1", "a")
        headers += [f"{name}[{x_names[j]}]" for j in shown_columns(fit, name)] if vector else [name]
    cell_of = {atom: index for index, cell in enumerate(fit.inferred_cells) for atom in cell}
    rows = []
    for i in range(G.k):
        row = [str(i), str(cell_of[i]), f"{fit.effective_rows[i]:.1f}"]
        for name in PARAMETERS:
            found = [np.reshape(getattr(part, name)[i], -1) for part in (G, errors)]
            if name in ("beta1", "a"):
                found = [part[list(shown_columns(fit, name))] for part in found]
            values, spreads = (part.tolist() for part in found)
            if fit.gate_separated and name in ("beta0", "beta1"):
                row += ["withheld"] * len(values)
                continue
            if table.centre is not None and name in ("beta0", "b"):
                there = errors.centred
                spreads = [math.nan if there is None else float(there[name == "b"][i])]
            pairs = zip(values, spreads, strict=True)
            row += [_estimate(value, spread, table.digits) for value, spread in pairs]
        rows.append(row)
    return Grid("atoms (sigma is a variance): estimate (standard error)", headers, rows)


def _rates(fit: FitRecord) -> Grid:
    rows = []
    found = rates_of_fit(fit)
    index_of = {atom: index for index, cell in enumerate(fit.inferred_cells) for atom in cell}
    for cell in found.cells:
        for name, rates in cell.parameters.items():
            published = show_rate(rates.published.rate if rates.published else None)
            index = index_of[cell.atoms[0]]
            atoms = ", ".join(map(str, cell.atoms))
            if others := [str(atom) for atom in fit.inferred_cells[index] if atom not in cell.atoms]:
                atoms += f" (not {', '.join(others)})"
            row = [str(index), atoms, str(cell.size), name, published]
            rows.append([*row, show_refined(rates)])
    headers = ["cell", "atoms that look like one", "size m", "parameter", "published", "refined"]
    modulo = ", modulo the relations among the covariates" if found.relations else ""
    return Grid(f"rates of the inferred cells{modulo}", headers, rows)


def _slowest(fit: FitRecord) -> list[str]:
    cells = rates_of_fit(fit).cells
    statements = [rates for cell in cells for rates in cell.parameters.values()]
    published = [rates.published.rate for rates in statements if rates.published]
    if not all(any(rates.published for rates in cell.parameters.values()) for cell in cells):
        published = []  # of some cell nothing is in print
    refined = [rates.refined.rate for rates in statements if rates.refined]
    unknown = [rates for rates in statements if not rates.refined]
    slowest = show_rate(None if unknown else min(refined, default=None))
    if any(not rates.identifiable for rates in unknown):
        slowest = NOT_IDENTIFIABLE
    return [show_rate(min(published, default=None)), slowest]


def _exact(cell: CellRate | None, name: str) -> list[str]:
    rates = cell.parameters.get(name) if cell else None
    if rates is None:
        return ["", ""]
    published, refined = ("" if s is None else str(s.rate) for s in (rates.published, rates.refined))
    return [published, refined if rates.identifiable else NOT_IDENTIFIABLE]


def _estimate(value: float, error: float, digits: int) -> str:
    text = f"{value:.{digits}g}"
    if error == 0:
        return f"{text} (fixed)"
    return text if math.isnan(error) else f"{text} ({error:.2g})"


def _spurious_starts(fit: FitRecord) -> str:
    count = sum(spurious for _, _, spurious in fit.starts)
    return f"; {count} ended in spurious atoms" if count else ""
