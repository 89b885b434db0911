"""``polysolv fit``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from polysolv.cli.fitter import fitter_options, parse_bounds
from polysolv.cli.options import (
    FilePath,
    IntegerRange,
    Name,
    command,
    emit,
    format_option,
    on_terminal,
    output_option,
    read_input,
)
from polysolv.cli.progress import status_line
from polysolv.cli.working import TIME_IS_UP, jobs_option, no_progress_option, seed_option, timeout_option

if TYPE_CHECKING:
    from polysolv.moe import SoftmaxGaussianMoE
    from polysolv.moe.fit_record import FitRecord

    _ParamType = click.ParamType[Any]  # generic from click 8.5 on, and only there
else:
    _ParamType = click.ParamType

_RANGE_SCHEMA = "polysolv/fit-range/1"
_MAX_EXPERTS = 100


class ExpertCount(_ParamType):
    """One number of experts, or a range LOW:HIGH of them, both ends included."""

    name = "K or LOW:HIGH"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """Return the numbers of experts to fit, ascending."""
        from polysolv.errors import InputError

        if isinstance(value, tuple):
            return value
        allowed = f"an integer from 1 to {_MAX_EXPERTS}, or LOW:HIGH with LOW <= HIGH"
        ends = str(value).split(":")
        if len(ends) > 2 or not all(end.isascii() and end.isdigit() and len(end) < 5 for end in ends):
            raise InputError("--k", value, allowed)
        low, high = int(ends[0]), int(ends[-1])
        if not 1 <= low <= high <= _MAX_EXPERTS:
            raise InputError("--k", value, allowed)
        return tuple(range(low, high + 1))


@command("fit")
@click.argument("data", metavar="DATA.csv", required=False, type=FilePath())
@click.option("--x", "x_names", metavar="NAME,...", help="Covariate columns, separated by commas.")
@click.option("--y", "y_name", metavar="NAME", help="Response column.")
@click.option("--k", "counts", type=ExpertCount(), help="Number of experts, or a range such as 1:5.")
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
@fitter_options
@click.option(
    "--missing",
    type=Name(["error", "drop"]),
    default="error",
    show_default=True,
    help="What a missing value does to its line.",
)
@click.option("--save", type=FilePath(), default=None, help="Save the fit as JSON, for --load.")
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
    style: str,
    output: str | None,
    **options: Any,
) -> None:
    """Fit a softmax-gated mixture of linear experts by maximum likelihood.

    Prints estimates, likelihood, gradient norm and information spectrum, warns in plain words if the fit
    looks over-specified, and says which fitted atoms look like one and at what rate they converge. A range of
    --k shows BIC, ICL and rates beside each other; --jobs fits them at once. After --timeout the fits that
    are finished are shown and the exit code is 3.

    DATA.csv (- for standard input) is UTF-8 and comma-separated; its first line holds distinct column names.
    Columns that are not asked for are ignored. Every field that is used must be a finite number: text is
    refused (code a categorical column as numbers first), and so is a missing value (an empty field, NA, N/A,
    NaN, NULL, None, a dot or a question mark) unless --missing drop leaves its line out.
    """
    if load is not None:
        for name, value in (("DATA.csv", data), ("--k", counts), ("--save", save)):
            _refuse_with_load(name, value)
        fits = _read_fits(load)
        wanted = len(fits)
    else:
        fits, wanted = _make_fits(data, counts, save, options)
    if fits:
        _print(fits, style, output)
    if len(fits) < wanted:
        click.echo(f"polysolv: time is up; {len(fits)} of {wanted} fits are finished", err=True)
        click.get_current_context().exit(TIME_IS_UP)


def _make_fits(
    data: str | None, counts: tuple[int, ...] | None, save: str | None, options: dict[str, Any]
) -> tuple[list[FitRecord], int]:
    """Return the fits that were finished in time, in the order of k, and how many were asked for."""
    import joblib

    from polysolv.deadline import TimeIsUp, time_limit
    from polysolv.errors import InputError
    from polysolv.files import write_atomically
    from polysolv.moe import MixingMeasure
    from polysolv.moe.csv_data import read_csv
    from polysolv.moe.diagnostics import parameter_count
    from polysolv.moe.estimator import record_of

    if data is None or counts is None or not options["x_names"] or not options["y_name"]:
        given = {"DATA.csv": data, "--x": options["x_names"], "--y": options["y_name"], "--k": counts}
        name = next(name for name, value in given.items() if not value)
        raise InputError(name, given[name], "to be given (see polysolv fit -h)")
    source = "standard input" if data == "-" else data
    x_names = [name.strip() for name in options["x_names"].split(",")]
    if len(set(x_names)) < len(x_names) or options["y_name"] in x_names or "" in x_names:
        raise InputError("--x", options["x_names"], "distinct, non-empty column names, other than --y")
    init: Any = options["init"]
    if init not in ("em-short", "kmeans", "random"):
        init = MixingMeasure.from_file(init, "--init")
    bounds = parse_bounds(options["bound_texts"]) or None
    table = read_csv(_text(data, source), x_names, options["y_name"], options["missing"], source)
    if table.dropped:
        click.echo(f"polysolv: {table.dropped} lines with missing values left out", err=True)
    _refuse_constant(table)
    needed = parameter_count(counts[-1], len(x_names))
    if table.y.size < needed:
        raise InputError(source, f"{table.y.size} rows", f"at least {needed} for k = {counts[-1]}")
    stated = {name: options[name] for name in ("tol", "max_iter", "method") if options[name] is not None}
    settings = {
        **stated,
        "n_init": options["n_init"],
        "init": init,
        "min_variance": options["min_variance"],
        "bounds": bounds,
        "random_state": options["seed"],
    }
    fits: list[SoftmaxGaussianMoE] = []
    parallel = joblib.Parallel(n_jobs=min(options["jobs"], len(counts)), return_as="generator", batch_size=1)
    try:
        with status_line(options["no_progress"]) as show, time_limit(options["timeout"]):
            made = parallel(joblib.delayed(_fit)(k, settings, table) for k in counts)
            for number, k in enumerate(counts, start=1):
                if show is not None:
                    show(f"k = {k} ({number} of {len(counts)})")
                fits.append(next(made))
                if save is not None:
                    # After every fit: an interruption later loses nothing.
                    write_atomically(save, _json([record_of(fit) for fit in fits]), field="--save")
    except TimeIsUp:
        pass
    return [record_of(fit) for fit in fits], len(counts)


def _fit(k: int, settings: dict[str, Any], table: Any) -> SoftmaxGaussianMoE:
    """Return one fit; runs in a process of its own if there are several."""
    import warnings

    from polysolv.moe import SoftmaxGaussianMoE

    fit = SoftmaxGaussianMoE(k, **settings)
    with warnings.catch_warnings():
        # The tables say it in words.
        warnings.simplefilter("ignore")
        fit.fit(table.X, table.y)
    fit.column_names_ = (table.x_names, table.y_name)
    fit.covariate_texts_ = table.x_texts
    return fit


def _refuse_constant(table: Any) -> None:
    from polysolv.errors import InputError

    columns = [*zip(table.x_names, table.X.T, strict=True), (table.y_name, table.y)]
    for name, values in columns:
        if (values == values[0]).all():
            raise InputError(f"column {name!r}", float(values[0]), "a column that is not constant")


def _refuse_with_load(name: str, value: object) -> None:
    if value is not None:
        from polysolv.errors import InputError

        raise InputError(name, value, "nothing together with --load")


def _text(path: str, source: str) -> str:
    from polysolv.errors import InputError

    try:
        return read_input(path, "DATA.csv").decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(source, "bytes that are not UTF-8", "UTF-8 text") from None


def _read_fits(path: str) -> list[FitRecord]:
    from polysolv.errors import InputError
    from polysolv.moe.fit_file import fit_from_data, parse_json

    data = parse_json(_text(path, path), path)
    if isinstance(data, dict) and data.get("schema") == _RANGE_SCHEMA:
        entries = data.get("fits")
        if not isinstance(entries, list) or not entries or set(data) != {"schema", "fits"}:
            raise InputError(
                f"{path}: fits", type(entries).__name__, "keys schema and fits, a non-empty array"
            )
        return [fit_from_data(entry, path) for entry in entries]
    return [fit_from_data(data, path)]


def _json(fits: list[FitRecord]) -> str:
    import json

    from polysolv.moe.fit_file import fit_to_data

    entries = [fit_to_data(fit) for fit in fits]
    data = entries[0] if len(entries) == 1 else {"schema": _RANGE_SCHEMA, "fits": entries}
    return json.dumps(data, indent=2, allow_nan=False) + "\n"


def _print(fits: list[FitRecord], style: str, output: str | None) -> None:
    from polysolv.display.rich_display import to_text
    from polysolv.moe import presentation

    if style == "json":
        emit(_json(fits), output)
        return
    single = len(fits) == 1
    if style == "csv":
        emit(presentation.fit_csv(fits[0]) if single else presentation.range_grid(fits).to_csv(), output)
        return
    grids = presentation.fit_grids(fits[0]) if single else [presentation.range_grid(fits)]
    notes = presentation.fit_notes(fits[0]) if single else presentation.range_notes(fits)
    if style == "table" and output is None and on_terminal():
        from polysolv.cli.tables import print_rich

        print_rich(grids, notes)
        return
    emit((to_text if style == "table" else presentation.to_markdown)(grids, notes), output)
