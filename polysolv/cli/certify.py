"""``polysolv certify``."""

from __future__ import annotations

from pathlib import Path

import click

from polysolv.cli.options import IntegerRange, command, family_options, output_option
from polysolv.cli.working import limited


@command("certify")
@click.option("--m", "m", type=IntegerRange(1, 1000), required=True, help="Cell size.")
@family_options
@click.option(
    "--degree",
    type=IntegerRange(1, 2000),
    default=None,
    help="Certify that the system of this degree is solvable or unsolvable, instead of the order.",
)
@click.option(
    "--all-kinds",
    is_flag=True,
    help="Every kind of certificate that is known. With --degree: one a line, or a file for each kind.",
)
@output_option
@limited
def certify_command(
    m: int, family: str, dim: int | None, degree: int | None, all_kinds: bool, output: str | None
) -> None:
    """Certificate of the order of a cell of M atoms, accepted by the trusted kernel."""
    from polysolv.decisions import certify, side_certificates

    if degree is not None and all_kinds:
        certificates = side_certificates(family, m, degree, dim)
    else:
        certificates = [certify(family, m, degree, dim, all_kinds=all_kinds)]
    for number, certificate in enumerate(certificates, start=1):
        if output is None:
            click.echo(certificate.to_json())
            continue
        # The first certificate gets the name asked for, the others a number before the suffix.
        asked = Path(output)
        path = asked if number == 1 else asked.with_name(f"{asked.stem}.{number}{asked.suffix}")
        certificate.write(path, field="--output")
        click.echo(
            f"{path}: {certificate.kind} certificate, accepted by the kernel, sha256 {certificate.digest}"
        )
