"""``polysolv plan``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from polysolv.cli.options import (
    IntegerRange,
    PositiveNumber,
    command,
    family_options,
    format_option,
    output_option,
)
from polysolv.cli.working import limited

if TYPE_CHECKING:
    from fractions import Fraction


@command("plan")
@click.option("--target-error", type=PositiveNumber(), required=True, help="The error you want.")
@click.option("--parameter", default=None, help="Name of one parameter. [default: all]")
@click.option("--m", type=IntegerRange(1, 400), default=2, show_default=True, help="Cell size.")
@click.option("--n", type=IntegerRange(1, 10**30), required=True, help="The number of observations you have.")
@click.option(
    "--error",
    type=PositiveNumber(),
    default=None,
    help="The error you have at n. [default: n^(-rate), that is a constant of 1]",
)
@family_options
@format_option("table", "json", "csv", "latex", "markdown", default="table")
@output_option
@limited
def plan_command(
    target_error: Fraction,
    parameter: str | None,
    m: int,
    n: int,
    error: Fraction | None,
    family: str,
    dim: int | None,
    style: str,
    output: str | None,
) -> None:
    """How many observations an error of TARGET_ERROR asks for, by the published and the refined rate.

    In a cell of M atoms an error E at N falls to T at N (E/T)^(1/rate).
    """
    from polysolv.cli.tables import show
    from polysolv.rates.planning import plan

    made = plan(target_error, n, parameter, m, error, family, dim)
    show(made, style, output, lambda: [made.grid()], made.notes, made.plain_words)
