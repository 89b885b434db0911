"""``polysolv verify``."""

from __future__ import annotations

import click

from polysolv.cli.options import FilePath, command


@command("verify")
@click.argument("certificate", type=FilePath())
@click.pass_context
def verify_command(ctx: click.Context, certificate: str) -> None:
    """Check CERTIFICATE, a file or - for standard input, with the trusted kernel.

    Prints VERIFIED (exit code 0) or REJECTED and the step that fails (1), the statement, and the published
    theorems that the proof relies on. Exit code 2: the file is malformed or over a limit of the kernel.
    """
    from polysolv.verify.__main__ import main

    ctx.exit(main([certificate]))
