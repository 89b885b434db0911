"""``polysolv simulate``."""

from __future__ import annotations

from typing import Any

import click

from polysolv.cli.options import FilePath, IntegerRange, command, emit, output_option
from polysolv.cli.working import seed_option


@command("simulate")
@click.option(
    "--truth",
    required=True,
    type=FilePath(),
    help="Mixing measure in JSON (schema polysolv/mixing-measure/1).",
)
@click.option("--n", "rows", required=True, type=IntegerRange(1, 10**8), help="Number of rows.")
@seed_option
@click.option(
    "--x",
    "law",
    metavar="LAW",
    default="uniform:-1:1",
    show_default=True,
    help="Covariates: uniform:LOW:HIGH, normal:MEAN:SD, or linspace:LOW:HIGH (d = 1).",
)
@output_option
def simulate_command(truth: str, rows: int, seed: int, law: str, output: str | None) -> None:
    """Draw data from a mixing measure and print them as CSV, columns x (x1, x2, ... if d > 1) and y."""
    from polysolv.moe import MixingMeasure
    from polysolv.moe.covariates import covariate_law
    from polysolv.moe.csv_data import write_csv

    G = MixingMeasure.from_file(truth, "--truth")
    draw: Any = covariate_law(law, G.d, "--x")
    emit(write_csv(*G.sample(rows, draw, seed)), output)
