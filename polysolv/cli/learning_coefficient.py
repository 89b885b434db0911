"""``polysolv learning-coefficient``."""

from __future__ import annotations

import click

from polysolv.cli.options import (
    ExpertCount,
    FilePath,
    IntegerRange,
    Name,
    command,
    family_options,
    format_option,
    output_option,
    refuse_given,
)
from polysolv.cli.working import limited, seed_option

_MAX_EXPERTS = 20


@command("learning-coefficient")
@click.option("--m", type=IntegerRange(1, 400), default=None, help="Cell size. [default: 2 without --k]")
@click.option(
    "--k",
    "sizes",
    type=ExpertCount(_MAX_EXPERTS),
    default=None,
    help="Fitted experts, such as 1:5: prints the table over k*.",
)
@family_options
@click.option(
    "--gate",
    type=Name(["exact", "kernel"]),
    default=None,
    help="exact: some other cell is exactly fitted; kernel: none is. With --k every allocation has its own. "
    "[default: exact]",
)
@click.option(
    "--weights",
    metavar="bounded|ALPHA",
    default="bounded",
    show_default=True,
    help="Weights bounded below, or a Dirichlet prior with this parameter.",
)
@click.option(
    "--no-theorems",
    is_flag=True,
    help="Leave closed forms out: bounds by regions, exponents and chains alone, for m up to 8.",
)
@click.option(
    "--certificate", type=FilePath(), default=None, help="Save the certificate in this file, for verify."
)
@seed_option
@format_option("table", "json", "csv", "latex", "markdown", default="table")
@output_option
@limited
def learning_coefficient_command(
    m: int | None,
    sizes: tuple[int, ...] | None,
    family: str,
    dim: int | None,
    gate: str | None,
    weights: str,
    no_theorems: bool,
    certificate: str | None,
    seed: int,
    style: str,
    output: str | None,
) -> None:
    """The learning coefficient of a cell of M atoms beyond its regular part, or the table over K and k*.

    It is the factor of log n that one cell adds to the free energy of the model. Where it is not proved,
    bounds from below and above are printed. With --k: the coefficient of K fitted and k* true experts, with
    the cell sizes that attain it; an entry <= is an upper bound.
    """
    from polysolv.cli.tables import show

    if sizes is not None:
        given = {"--m": m, "--gate": gate, "--certificate": certificate, "--no-theorems": no_theorems or None}
        refuse_given("together with --k", given)
        from polysolv.rates.learning.table import learning_coefficients

        table = learning_coefficients(family, sizes[-1], dim, weights, k_min=sizes[0], seed=seed)
        show(table, style, output, lambda: [table.grid(), table.allocation_grid()], table.notes)
        return
    from polysolv.rates.learning.coefficient import learning_coefficient

    found = learning_coefficient(
        family, 2 if m is None else m, dim, gate or "exact", weights, theorems=not no_theorems, seed=seed
    )
    if certificate is not None:
        if found.certificate is None:
            from polysolv.errors import InputError

            raise InputError(
                "--certificate", certificate, "leaving it out: there is no certificate of this cell"
            )
        found.certificate.write(certificate, "--certificate")
    show(found, style, output, lambda: [found.grid()], found.notes)
