"""``polysolv predict``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from polysolv.cli.data import reading_options, show_dropped, show_note, source_of
from polysolv.cli.options import (
    FilePath,
    IntegerRange,
    command,
    emit,
    format_option,
    output_option,
    read_input,
)
from polysolv.cli.saved_fits import read_fits

if TYPE_CHECKING:
    from polysolv.moe.fit_record import FitRecord


@command("predict")
@click.argument("model", metavar="MODEL.json", type=FilePath())
@click.argument("data", metavar="DATA.csv", type=FilePath())
@click.option(
    "--k", type=IntegerRange(1, 100), default=None, help="Which fit of a saved range. [recommended]"
)
@click.option(
    "--coverage", type=float, default=0.9, show_default=True, help="Probability that an interval holds."
)
@click.option("--quantile", "levels", metavar="Q,...", default=None, help="Add quantiles, such as 0.1,0.5.")
@click.option("--density", is_flag=True, help="Add the file's response, its density and probability below.")
@reading_options
@format_option("csv", "json", "markdown", "table", default="csv")
@output_option
def predict_command(
    model: str,
    data: str,
    k: int | None,
    coverage: float,
    levels: str | None,
    density: bool,
    style: str,
    output: str | None,
    **reading: Any,
) -> None:
    """Predict the response for new covariates by a fit of ``polysolv fit --save``.

    One row for each row of DATA.csv (- for standard input): the covariates, mean and standard deviation of
    the response, the central interval, and the expert whose gate is largest. Intervals take the estimates for
    the truth. The columns are found by the names that the fit was made with, and read as by fit.
    """
    from polysolv.cli.tables import print_on_page
    from polysolv.moe.data_table import read_table
    from polysolv.moe.prediction_table import prediction_table

    if model == data == "-":
        from polysolv.errors import InputError

        raise InputError("DATA.csv", "-", "a file, as MODEL.json is standard input")
    fit = _chosen(read_fits(model, "MODEL.json"), k)
    source = source_of(data)
    x_names, y_name = fit.column_names
    wanted = [*x_names, y_name] if density else list(x_names)
    if fit.formula is not None:
        asked = fit.formula.parsed(f"{model}: formula")
        wanted = [*asked.names, *(asked.response_names if density else ())]
    raw = read_input(data, "DATA.csv")
    table = read_table(raw, wanted, source, reading["sep"], reading["decimal"], reading["encoding"])
    show_note(table.note)
    found = prediction_table(fit, table, coverage, _levels(levels), density, reading["missing"])
    show_dropped(found.dropped)
    if fit.spurious:
        atoms = ", ".join(map(str, fit.spurious))
        click.echo(f"polysolv: warning: the fit ended in spurious atoms ({atoms}); see fit --load", err=True)
    if style == "json":
        emit(found.to_json(), output)
        return
    grid = found.grid()
    if style == "table" and print_on_page([grid], [], output):
        return
    emit({"csv": grid.to_csv, "markdown": grid.to_markdown, "table": grid.to_text}[style](), output)


def _chosen(fits: list[FitRecord], k: int | None) -> FitRecord:
    from polysolv.errors import InputError

    known = {fit.mixing_measure.k: fit for fit in fits}
    if k is None and len(fits) == 1:
        return fits[0]
    if k is None:
        from polysolv.moe.recommendation import recommend

        k = recommend(fits).k
        if k is not None:
            click.echo(f"polysolv: the fit with k = {k}, as recommended (--k takes another)", err=True)
    if k not in known:
        allowed = ", ".join(map(str, known))
        raise InputError("--k", k, f"{allowed}: the fits of the file")
    return known[k]


def _levels(text: str | None) -> list[float]:
    from polysolv.errors import InputError

    try:
        found = [float(part) for part in text.split(",")] if text is not None else []
    except ValueError:
        found = [0.0]
    if not all(0 < level < 1 for level in found) or len(set(found)) < len(found):
        raise InputError("--quantile", text, "distinct numbers above 0 and below 1, such as 0.1,0.5")
    return found
