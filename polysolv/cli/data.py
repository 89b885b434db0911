"""Options of the commands that read a data file, shared by ``fit`` and ``predict``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from polysolv.cli.options import Command, Name

if TYPE_CHECKING:
    _ParamType = click.ParamType[Any]  # as in polysolv.cli.options
else:
    _ParamType = click.ParamType


class Separator(_ParamType):
    """The character between the fields of a text file, or its name."""

    name = "separator"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the character."""
        from polysolv.moe.separators import separator_named

        return separator_named(str(value))


def reading_options(command: Command, missing: str = "error") -> Command:
    """Add ``--sep``, ``--decimal``, ``--encoding`` (``None``: to be found), ``--missing`` (as given)."""
    for option in (
        click.option(
            "--missing",
            type=Name(["error", "drop"]),
            default=missing,
            show_default=True,
            help="What a missing value does to its line.",
        ),
        click.option(
            "--encoding", metavar="NAME", default=None, help="Encoding of the text, such as latin-1. [found]"
        ),
        click.option("--decimal", type=Name([".", ","]), default=None, help="Decimal mark. [found]"),
        click.option(
            "--sep",
            type=Separator(),
            metavar="CHAR",
            default=None,
            help="Separator of the fields: a character, or comma, semicolon, tab, pipe, space. [found]",
        ),
    ):
        command = option(command)
    return command


def show_dropped(count: int) -> None:
    """Say how many lines were left out, if any were."""
    if count:
        lines = "1 line with a missing value" if count == 1 else f"{count} lines with missing values"
        click.echo(f"polysolv: {lines} left out (--missing error refuses them)", err=True)


def column_names(text: str) -> list[str]:
    """Return the names that an option lists, separated by commas and quoted as in a CSV file.

    Raises:
        InputError: if two are the same, or one is empty.
    """
    import csv

    from polysolv.errors import InputError

    try:
        names = [name.strip() for name in next(csv.reader([text], skipinitialspace=True, strict=True), [])]
    except csv.Error as error:
        raise InputError("--x", text, f"column names, quoted as in a CSV file ({error})") from None
    if len(set(names)) < len(names) or "" in names or not names:
        raise InputError("--x", text, "distinct, non-empty column names")
    return names


def source_of(data: str) -> str:
    """Return the name of a data file for messages."""
    return "standard input" if data == "-" else data


def show_note(note: str) -> None:
    """Print what was guessed about a file, if anything was."""
    if note:
        click.echo(f"polysolv: {note}", err=True)
