"""``polysolv convert``."""

from __future__ import annotations

import click

from polysolv.cli.options import ExportFormat, FilePath, command, emit, output_option, read_input


@command("convert")
@click.argument("file", type=FilePath())
@click.option("--to", "style", type=ExportFormat(), required=True, help="Form of the output.")
@output_option
def convert_command(file: str, style: str, output: str | None) -> None:
    """The polynomial system in FILE (- for stdin) in the format of another program.

    FILE is our JSON or text, LaTeX as we write it, one equation a line, or a system for Singular, Macaulay2,
    msolve, Bertini, PHCpack, HomotopyContinuation.jl or SymPy; its content tells which. Unknowns whose names
    mean something in that program get other names, and a comment says so.
    """
    from polysolv.systems.any_system import export_any, read_for_export

    emit(export_any(read_for_export(read_input(file, "FILE")), style), output)
