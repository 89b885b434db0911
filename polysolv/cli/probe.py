"""``polysolv probe``."""

from __future__ import annotations

import click

from polysolv.cli.options import IntegerRange, Name, emit, format_option, output_option


@click.command("probe")
@click.option(
    "--parameter", type=Name(["beta1", "a", "b", "sigma"]), required=True, help="The parameter that is split."
)
@click.option("--m", type=IntegerRange(2, 4), default=2, show_default=True, help="Cell size.")
@click.option(
    "--splits", metavar="SPLIT,...", default=None, help="Sizes of the split, ascending. [default: six]"
)
@click.option(
    "--truth",
    type=click.Path(),
    default=None,
    help="True mixing measure in JSON, d = 1; its first atom carries the cell. [default: two atoms]",
)
@click.option(
    "--seed", type=IntegerRange(0, 2**64 - 1), default=0, show_default=True, help="Seed of the starts."
)
@format_option("table", "json", "csv", "markdown", default="table")
@output_option
def probe_command(
    parameter: str, m: int, splits: str | None, truth: str | None, seed: int, style: str, output: str | None
) -> None:
    """Measure an exponent without data: the population distance V against a split in one parameter.

    Minimises V over everything else, subject to two atoms of the cell being a split apart in the parameter,
    and prints the slope of log V against log split beside the published and the refined exponent.

    Example: polysolv probe --parameter beta1 --m 2
    """
    import json

    from polysolv.experiments.population import probe
    from polysolv.moe import MixingMeasure

    measure = None if truth is None else MixingMeasure.from_file(truth, "--truth")
    result = probe(parameter, m, None if splits is None else _numbers(splits), measure, seed)
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
