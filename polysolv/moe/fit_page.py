"""One self-contained HTML page of a fit, or of a range of fits with the recommendation."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import polysolv
from polysolv.display.page import items, page, picture
from polysolv.display.pictures import rendered
from polysolv.moe.criteria_plot import plot_criteria
from polysolv.moe.fit_plot import Drawn, plot_fit
from polysolv.moe.fit_record import FitRecord
from polysolv.moe.likelihood import Array
from polysolv.moe.presentation import covariate_list, fit_grids, range_grid, range_notes
from polysolv.moe.recommendation import recommend
from polysolv.moe.summary import summary_of

_SVG = "image/svg+xml"


def fit_page(fits: Sequence[FitRecord], data: tuple[Array, Array] | None) -> str:
    """Return the page: for a range the recommendation and the elbow first, then the fit in question.

    Args:
        fits: one fit, or fits of the same data with different numbers of experts.
        data: (X, y) for the picture, or None where it is not at hand.
    """
    _, y_name = fits[0].column_names
    formula = fits[0].formula
    title = f"{y_name} given {covariate_list(fits[0])}" if formula is None else formula.formula
    body = [f"<h1>{escape(title)}</h1>"]
    shown = fits[0]
    if len(fits) > 1:
        found = recommend(fits)
        head = "No number of experts is recommended" if found.k is None else f"Recommended: k = {found.k}"
        body += [f"<h2>{escape(head)}</h2>", items(found.reasons)]
        caption = "Criteria against the number of experts, and what one expert more adds."
        body.append(picture(rendered(plot_criteria(fits), "svg"), _SVG, "criteria against k", caption))
        body += [range_grid(list(fits)).to_html(), items(range_notes(list(fits))[:-1])]
        shown = next((fit for fit in fits if fit.mixing_measure.k == found.k), fits[0])
    body += _one(shown, data)
    body.append(f"<p>Made by polysolv {escape(polysolv.__version__)}.</p>")
    return page(title, body)


def _one(fit: FitRecord, data: tuple[Array, Array] | None) -> list[str]:
    summary = summary_of(fit)
    k = fit.mixing_measure.k
    figure = plot_fit(Drawn(fit.model, fit.column_names, data))
    caption = (
        "Rows, coloured by the expert that they most probably belong to; lines with bands; the gate below."
    )
    return [
        f"<h2>The fit with {k} expert{'s' if k > 1 else ''}</h2>",
        items(summary.notes),
        summary.experts.to_html(),
        picture(rendered(figure, "svg"), _SVG, "the fit", caption),
        summary.estimates.to_html(),
        *(grid.to_html() for grid in fit_grids(fit)),
    ]
