"""``polysolv rate``."""

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


@command("rate")
@click.option(
    "--k-excess",
    type=IntegerRange(0, 399),
    default=2,
    show_default=True,
    help="Number of experts fitted beyond the truth, k - k*.",
)
@family_options
@click.option(
    "--k-true",
    type=IntegerRange(1, 100_000),
    default=None,
    help="Number k* of true experts, if known: adds every allocation of the excess experts.",
)
@click.option(
    "--top-k",
    type=IntegerRange(1, 100_000),
    default=None,
    help="For top-k-softmax with --k-true: how many true experts are active at a time. [default: fewer than "
    "K_TRUE]",
)
@columns_option()
@certificates_option
@format_option("table", "json", "csv", "latex", "markdown", default="table")
@output_option
@limited
def rate_command(
    k_excess: int,
    family: str,
    dim: int | None,
    k_true: int | None,
    top_k: int | None,
    columns: tuple[str, ...] | None,
    style: str,
    certificates: str | None,
    output: str | None,
) -> None:
    """Rate of every parameter when K_EXCESS experts too many are fitted.

    Columns: published: in print. Pointwise: proved, at one truth with distinct atoms. Minimax: no estimator
    does better near it. Uniform: K_TRUE true atoms, or two, that may merge. Growth: of n for half the error.
    """
    from polysolv.cli.tables import show
    from polysolv.rates import rate

    report = rate(k_excess, family, dim, k_true, certificates, top_k, columns)
    show(
        report,
        style,
        output,
        lambda: [g for g in (report.grid(), report.allocation_grid()) if g is not None],
        report.notes,
        report.plain_words,
    )
