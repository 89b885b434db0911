"""``polysolv explain``."""

from __future__ import annotations

import click

from polysolv.cli.options import (
    FilePath,
    IntegerRange,
    command,
    emit,
    family_options,
    format_option,
    output_option,
)
from polysolv.cli.working import limited


@command("explain")
@family_options
@click.option("--parameter", default=None, help="Name of one parameter. [default: all]")
@click.option("--m", type=IntegerRange(1, 400), default=2, show_default=True, help="Cell size.")
@click.option(
    "--certificates",
    type=FilePath(),
    default=None,
    metavar="DIR",
    help="Save the certificates of parameters that are not identifiable in this folder, for verify.",
)
@format_option("text", "json", default="text")
@output_option
@limited
def explain_command(
    family: str,
    dim: int | None,
    parameter: str | None,
    m: int,
    certificates: str | None,
    style: str,
    output: str | None,
) -> None:
    """Why a parameter has its exponent in a cell of M atoms: the proof from above and from below."""
    from polysolv.cli.tables import emit_text
    from polysolv.rates.prover import explain

    found = explain(family, parameter, m, dim)
    if certificates is not None:
        from polysolv.rates.prover.arc_certificates import save_unidentified
        from polysolv.rates.prover.second_order import save_relation_certificates

        save_proofs = save_unidentified if found[0].family.source is None else save_relation_certificates
        for sentence in save_proofs(found[0].family, m, certificates):
            click.echo(f"polysolv: {sentence}", err=True)
    if style == "json":
        import json

        emit(json.dumps([one.to_data() for one in found], indent=2), output)
        return
    emit_text("\n\n\n".join(one.to_text() for one in found), output)
