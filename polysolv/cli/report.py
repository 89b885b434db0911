"""``polysolv report``."""

from __future__ import annotations

from pathlib import Path

import click

from polysolv.cli.options import FilePath, command, emit


@command("report")
@click.argument("folders", metavar="FOLDER...", nargs=-1, type=FilePath())
@click.option("-o", "--output", type=FilePath(), default=None, help="The page, one HTML file.")
@click.option("--svg", type=FilePath(), default=None, help="Also write every plot as SVG into this folder.")
@click.option("--png", type=FilePath(), default=None, help="Also write every plot as PNG into this folder.")
@click.option(
    "--csv", "csv_file", type=FilePath(), default=None, help="Also write the slopes as CSV (- to print)."
)
def report_command(
    folders: tuple[str, ...], output: str | None, svg: str | None, png: str | None, csv_file: str | None
) -> None:
    """Make one self-contained HTML page of the sweeps in the folders.

    It holds log-log plots, slopes beside their predictions, counts of fits that need a second look, settings,
    seeds and versions, and loads nothing from anywhere. Several folders, for example a fixed truth and a
    moving one, are put side by side. A sweep that is still running or was killed gives a page of what is
    there.
    """
    from polysolv.errors import InputError

    if not folders:
        raise InputError("FOLDER", None, "at least one folder of `polysolv crosscheck`")
    if not any((output, svg, png, csv_file)):
        raise InputError("-o", None, "a file for the page, or --svg, --png or --csv")
    from polysolv.experiments.page import page, read_section

    sections = [read_section(folder) for folder in folders]
    names = [section.name for section in sections]
    if len(set(names)) < len(names):
        raise InputError("FOLDER", max(names, key=names.count), "folders with distinct names")
    if output is not None:
        emit(page(sections), output)
    from polysolv.display.pictures import rendered
    from polysolv.experiments.sweep_result import figures

    for folder, form in ((svg, "svg"), (png, "png")):
        if folder is None:
            continue
        for section in sections:
            for name, figure in figures(section.result, section.table).items():
                _write(folder, f"{section.name}-{name}.{form}", rendered(figure, form), form)
    if csv_file is not None:
        lines = [section.table.to_csv().splitlines() for section in sections]
        rows = [f"{name},{line}" for name, table in zip(names, lines, strict=True) for line in table[1:]]
        emit("\n".join([f"sweep,{lines[0][0]}", *rows]), None if csv_file == "-" else csv_file)


def _write(folder: str, name: str, content: bytes, form: str) -> None:
    from polysolv.errors import InputError
    from polysolv.files import write_atomically

    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"--{form}", folder, f"a folder that can be written ({error.strerror})") from None
    write_atomically(Path(folder) / name, content, f"--{form}")
