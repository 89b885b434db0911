"""``polysolv certify``."""

from __future__ import annotations

from pathlib import Path

import click

from polysolv.cli.options import (
    IntegerRange,
    command,
    contact_options,
    family_options,
    output_option,
    refuse_given,
)
from polysolv.cli.working import limited


@command("certify")
@click.option("--m", "m", type=IntegerRange(1, 1000), required=True, help="Cell size.")
@family_options
@contact_options
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
    m: int,
    family: str,
    dim: int | None,
    m_true: int | None,
    weights: str | None,
    degree: int | None,
    all_kinds: bool,
    output: str | None,
) -> None:
    """Certificate of the order of a cell of M atoms, accepted by the trusted kernel.

    With --m-true or --weights: of the order of contact of two mixtures.
    """
    from polysolv.cli.tables import emit_text
    from polysolv.decisions import certify, certify_contact, side_certificates

    if m_true is not None or weights is not None:
        given = {"--degree": degree, "--all-kinds": True if all_kinds else None}
        refuse_given("with --m-true or --weights", given)
        certificates = [certify_contact(m, m_true or 1, family, dim, weights or "free")]
    elif degree is not None and all_kinds:
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
        emit_text(
            f"{path}: {certificate.kind} certificate, accepted by the kernel, sha256 {certificate.digest}",
            None,
        )
