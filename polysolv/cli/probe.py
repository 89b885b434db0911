"""``polysolv probe``."""

from __future__ import annotations

import click

from polysolv.cli.options import FilePath, IntegerRange, Name, command, emit, format_option, output_option
from polysolv.cli.progress import status_line
from polysolv.cli.working import TIME_IS_UP, jobs_option, no_progress_option, seed_option, timeout_option


@command("probe")
@click.option(
    "--parameter", type=Name(["beta1", "a", "b", "sigma"]), required=True, help="The parameter that is split."
)
@click.option("--m", type=IntegerRange(2, 4), default=2, show_default=True, help="Cell size.")
@click.option(
    "--splits", metavar="SPLIT,...", default=None, help="Sizes of the split, ascending. [default: six]"
)
@click.option(
    "--truth",
    type=FilePath(),
    default=None,
    help="True mixing measure in JSON, d = 1; its first atom carries the cell. [default: two atoms]",
)
@seed_option
@jobs_option()
@timeout_option()
@no_progress_option
@format_option("table", "json", "csv", "markdown", default="table")
@output_option
def probe_command(
    parameter: str,
    m: int,
    splits: str | None,
    truth: str | None,
    seed: int,
    jobs: int,
    timeout: float | None,
    no_progress: bool,
    style: str,
    output: str | None,
) -> None:
    """Measure an exponent without data: the population distance V against a split in one parameter.

    Minimises V over everything else, subject to two atoms of the cell being a split apart in the parameter,
    and prints the slope of log V against log split beside the published and the refined exponent. After
    --timeout nothing is printed and the exit code is 3.
    """
    import json

    from polysolv.deadline import TimeIsUp, time_limit
    from polysolv.experiments.population import probe
    from polysolv.moe import MixingMeasure

    measure = None if truth is None else MixingMeasure.from_file(truth, "--truth")
    numbers = None if splits is None else _numbers(splits)
    try:
        with status_line(no_progress) as show, time_limit(timeout):
            progress = None if show is None else lambda done, total: show(f"splits {done}/{total}")
            result = probe(parameter, m, numbers, measure, seed, jobs, progress)
    except TimeIsUp:
        click.echo(
            "polysolv: time is up; a slope needs all splits: give --timeout more, or fewer --splits", err=True
        )
        click.get_current_context().exit(TIME_IS_UP)
    if style == "json":
        emit(json.dumps(result.to_data(), indent=2, allow_nan=False), output)
    elif style == "csv":
        emit(result.grid().to_csv(), output)
    elif style == "markdown":
        emit(result.grid().to_markdown(), output)
    else:
        emit(result.to_text(), output)


def _numbers(text: str) -> list[float]:
    from polysolv.errors import InputError

    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise InputError("--splits", text, "numbers separated by commas, such as 0.05,0.1,0.2") from None
