"""``polysolv table``."""

from __future__ import annotations

import click

from polysolv.cli.options import (
    IntegerRange,
    certificates_option,
    columns_option,
    command,
    family_options,
    format_option,
    output_option,
)
from polysolv.cli.working import limited


@command("table")
@click.option(
    "--max-k-excess",
    "--k-excess",
    "max_k_excess",
    type=IntegerRange(0, 399),
    default=4,
    show_default=True,
    help="Largest number of experts fitted beyond the truth.",
)
@family_options
@click.option(
    "--k-true",
    type=IntegerRange(1, 100_000),
    default=None,
    help="Number k* of true experts that may merge, for the column uniform. [default: 2]",
)
@columns_option("published", "pointwise")
@certificates_option
@format_option("table", "json", "csv", "latex", "markdown", default="table")
@output_option
@limited
def table_command(
    max_k_excess: int,
    family: str,
    dim: int | None,
    k_true: int | None,
    columns: tuple[str, ...] | None,
    style: str,
    certificates: str | None,
    output: str | None,
) -> None:
    """Slowest rates for 0, 1, ..., MAX_K_EXCESS experts too many, one row each."""
    from polysolv.cli.tables import show
    from polysolv.rates import rate_table

    table = rate_table(max_k_excess, family, dim, certificates, columns, k_true)
    show(table, style, output, lambda: [table.grid()], table.notes)
