"""``polysolv fit``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from polysolv.cli.data import column_names, reading_options
from polysolv.cli.fit_data import named, read_fit_data
from polysolv.cli.fitter import fitter_options, parse_bounds, structure_options
from polysolv.cli.inference import (
    Asked,
    asked_of,
    infer,
    infer_from_record,
    inference_options,
    require_draw_file,
    unfinished,
)
from polysolv.cli.options import (
    ExpertCount,
    FilePath,
    IntegerRange,
    Name,
    command,
    emit,
    format_option,
    output_option,
    refuse_given,
)
from polysolv.cli.progress import status_line
from polysolv.cli.saved_fits import fits_as_json, read_fits
from polysolv.cli.working import TIME_IS_UP, jobs_option, no_progress_option, seed_option, timeout_option

if TYPE_CHECKING:
    from polysolv.moe.csv_data import CsvData
    from polysolv.moe.fit_record import FitRecord

_MAX_EXPERTS = 100

# What a fit that is made can still be asked; silence is given anyway.
_WITH_LOAD = {"load", "intervals", "level", "picture", "report", "style", "output", "no_progress"}

_NEEDED = {
    "DATA.csv": "a file",
    "--x": "names of columns, such as x1,x2",
    "--y": "the name of a column",
    "--k": "a number of experts, or a range such as 1:5",
}


@command("fit")
@click.argument("data", metavar="DATA.csv", required=False, type=FilePath())
@click.option("--x", "x_names", metavar="NAME,...", help="Covariate columns, separated by commas.")
@click.option("--y", "y_name", metavar="NAME", help="Response column.")
@click.option(
    "--formula",
    metavar="TEXT",
    default=None,
    help='Response and covariates in place of --y and --x, such as "y ~ x + C(group)". Extra: formula.',
)
@click.option(
    "--k", "counts", type=ExpertCount(_MAX_EXPERTS), help="Number of experts, or a range such as 1:5."
)
@seed_option
@click.option(
    "--n-init",
    type=IntegerRange(1, 10_000),
    default=10,
    show_default=True,
    help="Starts; the best end is kept.",
)
@click.option(
    "--init",
    metavar="NAME|FILE",
    default="em-short",
    show_default=True,
    help="Kind of starts: em-short, kmeans, random, or a mixing measure in JSON (one start).",
)
@click.option(
    "--penalty",
    type=Name(["none", "chen-tan"]),
    default="none",
    show_default=True,
    help="Penalty on small variances, which makes the likelihood bounded.",
)
@fitter_options
@inference_options
@structure_options
@partial(reading_options, missing="drop")
@click.option(
    "--plot",
    "picture",
    type=FilePath(),
    default=None,
    help="Draw the fit, or the criteria of a range, into this .svg or .png file.",
)
@click.option(
    "--report", type=FilePath(), default=None, help="Write one self-contained HTML page, with pictures."
)
@click.option("--save", type=FilePath(), default=None, help="Save the fit as JSON, for --load and predict.")
@click.option("--load", type=FilePath(), default=None, help="Print a saved fit instead of making one.")
@jobs_option()
@timeout_option()
@no_progress_option
@format_option("table", "json", "csv", "markdown", default="table")
@output_option
def fit_command(
    data: str | None,
    counts: tuple[int, ...] | None,
    save: str | None,
    load: str | None,
    picture: str | None,
    report: str | None,
    style: str,
    output: str | None,
    **options: Any,
) -> None:
    """Fit a softmax-gated mixture of linear experts by maximum likelihood.

    Prints estimates, likelihood, gradient norm and information spectrum, warns in plain words if the fit
    looks over-specified, and says which fitted atoms look like one and at what rate they converge. A range of
    --k shows BIC, ICL and rates beside each other and ends with one recommendation; --jobs fits them at once.
    After --timeout, and on Ctrl-C, what is finished is shown, a fit with the best of its finished starts; the
    exit code is 3, and 130.

    DATA.csv (- for standard input) is delimited text whose first line holds the column names, also in gzip,
    or Parquet. Encoding, separator and decimal mark are found. Columns that are not asked for are ignored; a
    name with a comma goes into double quotes. Every field that is used must be a finite number, or TRUE or
    FALSE throughout the column: text and dates are refused (code a categorical column as numbers first). A
    line with a missing value (an empty field, NA, N/A, NaN, NULL, None, a dot or a question mark) is left
    out, which is said, or refused with --missing error.
    """
    if load is not None:
        _refuse_with_load(data, counts)
    _check_places(picture, report)
    asked = asked_of(options)
    if asked is not None and counts is not None and len(counts) > 1:
        from polysolv.errors import InputError

        what = "--intervals, --bootstrap and --lr-test"
        raise InputError("--k", f"{counts[0]}:{counts[-1]}", f"one number of experts with {what}")
    if load is not None:
        fits = read_fits(load, "--load")
        if asked is not None:
            fits = [infer_from_record(record, asked) for record in fits]
        _draw(fits, None, picture, report)
        _print(fits, style, output)
        return
    made = _make_fits(data, counts, save, options, asked)
    if made.fits:
        records = [record for record, _ in made.fits]
        _draw(records, made.table, picture, report)
        _print(records, style, output)
    if made.interrupted:
        raise KeyboardInterrupt
    if made.refused is not None:
        raise made.refused
    whole = sum(complete for _, complete in made.fits)
    if whole < made.wanted:
        part = len(made.fits) - whole
        more = f", {part} more with some of its starts" if part else ""
        click.echo(f"polysolv: time is up; {whole} of {made.wanted} fits are finished{more}", err=True)
        click.get_current_context().exit(TIME_IS_UP)
    left = unfinished(made.fits[0][0], asked) if asked is not None else ""
    if left:
        click.echo(f"polysolv: time is up; {left}", err=True)
        click.get_current_context().exit(TIME_IS_UP)


@dataclass(frozen=True)
class _Outcome:
    """What came of one fit: its record, if a start is finished; whether all starts are.

    ``interrupted`` by the user; ``refused``: why what was asked of the fit is not allowed.
    """

    record: FitRecord | None
    complete: bool
    interrupted: bool = False
    refused: Exception | None = None


@dataclass(frozen=True)
class _Made:
    """The fits in the order of k, each with whether all its starts are finished; how many were asked for.

    ``table`` holds the data, if they were read; ``refused`` says why what was asked of a fit is not allowed.
    """

    fits: list[tuple[FitRecord, bool]]
    wanted: int
    interrupted: bool
    table: CsvData | None
    refused: Exception | None


def _make_fits(
    data: str | None,
    counts: tuple[int, ...] | None,
    save: str | None,
    options: dict[str, Any],
    asked: Asked | None,
) -> _Made:
    """Read the data and fit; what is finished when the time is up or the user interrupts is kept."""
    import time

    from polysolv.deadline import TimeIsUp, time_limit
    from polysolv.errors import InputError
    from polysolv.files import write_atomically
    from polysolv.moe import MixingMeasure

    formula = options["formula"]
    if formula is not None:
        refuse_given("together with --formula", {"--x": options["x_names"], "--y": options["y_name"]})
    elif options["gate"] is not None:
        raise InputError("--gate", options["gate"], "to be given together with --formula")
    named = formula is not None or (options["x_names"] and options["y_name"])
    if data is None or counts is None or not named:
        given = {"DATA.csv": data, "--x": options["x_names"], "--y": options["y_name"], "--k": counts}
        given = given if formula is None else {"DATA.csv": data, "--k": counts}
        name = next(name for name, value in given.items() if not value)
        raise InputError(name, None, f"{_NEEDED[name]}; see polysolv fit -h")
    x_names = [] if formula is not None else column_names(options["x_names"])
    if options["y_name"] in x_names:
        raise InputError("--x", options["x_names"], "columns other than --y")
    init: Any = options["init"]
    if init not in ("em-short", "kmeans", "random"):
        init = MixingMeasure.from_file(init, "--init")
    stated = {name: options[name] for name in ("tol", "max_iter", "method") if options[name] is not None}
    settings = {
        **stated,
        "n_init": options["n_init"],
        "init": init,
        "min_variance": options["min_variance"],
        "penalty": None if options["penalty"] == "none" else options["penalty"],
        "variance": options["variance"],
        "bounds": parse_bounds(options["bound_texts"]) or None,
        "random_state": options["seed"],
    }
    fits: list[tuple[FitRecord, bool]] = []
    interrupted, refused = False, None
    table = None
    # Wall-clock time, which other processes know, too.
    deadline = None if options["timeout"] is None else time.time() + options["timeout"]
    try:
        with time_limit(options["timeout"]):
            table, design = read_fit_data(data, x_names, options, counts)
        with status_line(options["no_progress"]) as show:
            read = (table, design, options["weights"])
            then = None if asked is None else partial(infer, asked=asked, show=show)
            before = None if asked is None else partial(require_draw_file, asked)
            made = _fits(counts, settings, read, deadline, options["jobs"], then, before)
            for number, k in enumerate(counts, start=1):
                if show is not None:
                    show(f"k = {k} ({number} of {len(counts)})")
                outcome = next(made)
                refused = outcome.refused
                if outcome.record is not None:
                    fits.append((outcome.record, outcome.complete))
                    if save is not None:
                        # After every fit: an interruption later loses nothing.
                        write_atomically(save, fits_as_json([record for record, _ in fits]), field="--save")
                if outcome.interrupted:
                    raise KeyboardInterrupt
    except TimeIsUp:
        pass
    except KeyboardInterrupt:
        interrupted = True
    return _Made(fits, len(counts), interrupted, table, refused)


def _fits(
    counts: tuple[int, ...],
    settings: dict[str, Any],
    data: tuple[Any, Any, str | None],
    deadline: float | None,
    jobs: int,
    then: Callable[[Any], None] | None = None,
    before: Callable[..., None] | None = None,
) -> Iterator[_Outcome]:
    """Yield what :func:`_fit` returns for each k, in order."""
    import joblib

    jobs = min(jobs, len(counts))
    if jobs == 1:
        # Not through joblib, which would swallow an interruption's partial fit.
        yield from (_fit(k, settings, data, deadline, then, before) for k in counts)
        return
    parallel = joblib.Parallel(n_jobs=jobs, return_as="generator", batch_size=1)
    yield from parallel(joblib.delayed(_fit)(k, settings, data, deadline) for k in counts)


def _fit(
    k: int,
    settings: dict[str, Any],
    data: tuple[Any, Any, str | None],
    deadline: float | None,
    then: Callable[[Any], None] | None = None,
    before: Callable[..., None] | None = None,
) -> _Outcome:
    """Return one fit, with what ``then`` makes of it; ``before`` may refuse its data.

    Runs in a process of its own if there are several. A fit that is stopped keeps its finished starts.
    """
    import time
    import warnings

    from polysolv.deadline import TimeIsUp, leave_interruptions_to_the_parent, time_limit
    from polysolv.errors import InputError
    from polysolv.moe import SoftmaxGaussianMoE
    from polysolv.moe.estimator import record_of

    leave_interruptions_to_the_parent()
    table, design, weights = data
    fit = SoftmaxGaussianMoE(k, **settings, gate_features=table.gate, expert_features=table.experts)
    complete = interrupted = False
    refused = None
    left = None if deadline is None else deadline - time.time()
    if left is not None and left <= 0:
        return _Outcome(None, False)
    try:
        with time_limit(left), warnings.catch_warnings():
            # The tables say it in words.
            warnings.simplefilter("ignore")
            if before is not None:
                before(fit, table.X, table.y, table.weights)
            fit.fit(table.X, table.y, sample_weight=table.weights)
            complete = True
            if then is not None:
                then(fit)
    except TimeIsUp:
        pass
    except KeyboardInterrupt:
        interrupted = True
    except InputError as error:
        if not complete:
            raise named(error, table) from None
        refused = error
    if not hasattr(fit, "mixing_measure_"):
        return _Outcome(None, False, interrupted)
    fit.column_names_ = (table.x_names, table.y_name)
    fit.formula_ = design
    for name, columns in (("gate_features", table.gate), ("expert_features", table.experts)):
        if columns is not None:
            setattr(fit, name, [table.x_names[j] for j in columns])
    if fit.weights_ is not None:
        fit.weights_ = f"column {weights!r}"
    fit.covariate_texts_ = table.x_texts
    return _Outcome(record_of(fit), complete, interrupted, refused)


def _refuse_with_load(data: str | None, counts: tuple[int, ...] | None) -> None:
    """Refuse what is given beside --load and has no effect on a fit that is made."""
    context = click.get_current_context()
    when = "together with --load"
    ends = None if counts is None else [str(counts[0]), *(str(k) for k in counts[-1:] if k != counts[0])]
    refuse_given(when, {"DATA.csv": data, "--k": None if ends is None else ":".join(ends)})
    for option in context.command.params:
        name = option.name or ""
        if name in _WITH_LOAD or context.get_parameter_source(name) is not ParameterSource.COMMANDLINE:
            continue
        value = context.params[name]
        shown = ", ".join(map(str, value)) if isinstance(value, tuple) else value
        refuse_given(when, {option.opts[0]: shown})


def _check_places(picture: str | None, report: str | None) -> None:
    """Refuse names of files that cannot be written, before work is spent on what they shall hold."""
    from polysolv.errors import InputError
    from polysolv.files import require_place

    if picture is not None:
        if not picture.lower().endswith((".svg", ".png")):
            raise InputError("--plot", picture, "a name that ends in .svg or .png")
        require_place(picture, "--plot")
    if report is not None:
        if not report.lower().endswith((".html", ".htm")):
            raise InputError("--report", report, "a name that ends in .html")
        require_place(report, "--report")


def _draw(fits: list[FitRecord], table: CsvData | None, picture: str | None, report: str | None) -> None:
    """Write the picture and the page that are asked for."""
    from polysolv.files import write_atomically

    data = None if table is None else (table.X, table.y)
    if picture is not None:
        from polysolv.display.pictures import rendered
        from polysolv.moe.criteria_plot import plot_criteria
        from polysolv.moe.fit_plot import Drawn, plot_fit

        one = fits[0]
        single = len(fits) == 1
        figure = plot_fit(Drawn(one.model, one.column_names, data)) if single else plot_criteria(fits)
        write_atomically(picture, rendered(figure, picture.lower()[-3:]), field="--plot")
    if report is not None:
        from polysolv.moe.fit_page import fit_page

        write_atomically(report, fit_page(fits, data), field="--report")


def _print(fits: list[FitRecord], style: str, output: str | None) -> None:
    from polysolv.display.rich_display import to_text
    from polysolv.moe import presentation

    if style == "json":
        emit(fits_as_json(fits), output)
        return
    single = len(fits) == 1
    if style == "csv":
        emit(presentation.fit_csv(fits[0]) if single else presentation.range_csv(fits), output)
        return
    grids = presentation.fit_grids(fits[0]) if single else [presentation.range_grid(fits)]
    notes = presentation.fit_notes(fits[0]) if single else presentation.range_notes(fits)
    from polysolv.cli.tables import print_on_page

    if style == "table" and print_on_page(grids, notes, output):
        return
    emit((to_text if style == "table" else presentation.to_markdown)(grids, notes), output)
