"""``polysolv system``."""

from __future__ import annotations

import click

from polysolv.cli.options import (
    ExportFormat,
    FilePath,
    IntegerRange,
    command,
    emit,
    family_is_named,
    family_options,
    output_option,
    read_input,
)


@command("system")
@click.argument("file", required=False, type=FilePath())
@click.option("--m", type=IntegerRange(1, 1000), default=None, help="Cell size. [default: 2]")
@click.option("--degree", type=IntegerRange(1, 1000), default=None, help="Degree r. [default: 4]")
@family_options
@click.option(
    "--format", "style", type=ExportFormat(), default="text", show_default=True, help="Form of the output."
)
@output_option
def system_command(
    file: str | None,
    m: int | None,
    degree: int | None,
    family: str,
    dim: int | None,
    style: str,
    output: str | None,
) -> None:
    """Polynomial system of a cell of M atoms at degree DEGREE, or that in FILE (- for stdin).

    FILE is in any format that --format writes, or that solve reads.
    """
    from polysolv.systems import build_system
    from polysolv.systems.any_system import export_any, read_for_export

    if file is None:
        text = build_system(family, 2 if m is None else m, 4 if degree is None else degree, dim).export(style)
    elif (m, degree, dim) != (None, None, None) or family_is_named() or not isinstance(family, str):
        raise click.UsageError(
            "FILE: a saved system already has its m, degree, dimension and family; leave them out"
        )
    else:
        text = export_any(read_for_export(read_input(file, "FILE")), style)
    emit(text, output)
