"""The ``polysolv`` command group: loads a command's file only when that command is asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

import click

import polysolv
from polysolv.cli.options import HelpedCommand, printing, silence_stdout, write_example

# Command name -> (module with its NAME_command, - as _, its line on `polysolv -h`).
_COMMANDS = {
    "rate": ("polysolv.cli.rate", "Rates of every parameter of over-fitted atoms."),
    "table": ("polysolv.cli.table", "The slowest rates against the excess, a row each."),
    "learning-coefficient": (
        "polysolv.cli.learning_coefficient",
        "What an over-fitted cell costs in log n, with its proof.",
    ),
    "plan": ("polysolv.cli.plan", "The n that a target error asks for."),
    "explain": ("polysolv.cli.explain", "The proof of an exponent, and the arc that attains it."),
    "system": ("polysolv.cli.system", "The polynomial system of a cell, in many formats."),
    "convert": ("polysolv.cli.convert", "Any polynomial system in another program's format."),
    "families": ("polysolv.cli.families", "The families known by name, and their exponents."),
    "decide": ("polysolv.cli.decide", "Is one system solvable, and how sure is that?"),
    "order": ("polysolv.cli.order", "The order of a cell, decided degree by degree."),
    "certify": ("polysolv.cli.certify", "The certificate of an order."),
    "verify": ("polysolv.cli.verify", "Check a certificate with the trusted kernel."),
    "fit": ("polysolv.cli.fit", "Maximum-likelihood fits of data in a CSV file."),
    "predict": ("polysolv.cli.predict", "What a saved fit predicts for new data."),
    "simulate": ("polysolv.cli.simulate", "Draw data from a mixing measure."),
    "crosscheck": ("polysolv.cli.crosscheck", "Predicted rates beside slopes seen in simulated data."),
    "report": ("polysolv.cli.report", "One self-contained HTML page of such sweeps."),
    "probe": ("polysolv.cli.probe", "An exponent measured without data."),
    "solve": ("polysolv.cli.solve", "All isolated solutions of a polynomial system."),
    "doctor": ("polysolv.cli.doctor", "Versions, optional engines, and a self-test."),
    "completions": ("polysolv.cli.completions", "A completion script for bash, zsh or fish."),
}

BAD_INPUT = 2
INTERRUPTED = 130


class LazyGroup(HelpedCommand, click.Group):
    """A click group whose commands are imported on demand and whose errors are one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, in the order of the help page."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command, or ``None`` if there is none of that name."""
        if cmd_name not in _COMMANDS:
            return None
        module = import_module(_COMMANDS[cmd_name][0])
        command: click.Command = getattr(module, f"{cmd_name.replace('-', '_')}_command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write a line for each command; none is imported for it."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in _COMMANDS.items()])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """End the help page with an example."""
        write_example("polysolv", formatter)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command named by ``args``; an unknown one is reported with the nearest name."""
        if args and args[0] not in _COMMANDS and not args[0].startswith("-"):
            from polysolv.errors import unknown_name

            raise click.UsageError(str(unknown_name("command", args[0], list(_COMMANDS))), ctx)
        return super().resolve_command(ctx, args)

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run the command line; bad input ends with one line on stderr and exit code 2."""
        standalone = extra.pop("standalone_mode", True)
        run: Callable[..., Any] = super().main
        try:
            code = run(*args, standalone_mode=False, **extra)
        except click.exceptions.Abort:
            code = _complain("interrupted", INTERRUPTED)
        except click.ClickException as error:
            code = _complain(error.format_message(), BAD_INPUT)
        except ValueError as error:
            if not _is_input_error(error):
                raise
            code = _complain(str(error), BAD_INPUT)
        except BrokenPipeError:
            # The reader of our stdout (`head`, a pager) has gone: nothing is left to say.
            silence_stdout()
            code = 0
        code = code if isinstance(code, int) else 0
        if not standalone:
            return code
        sys.exit(code)


def _is_input_error(error: ValueError) -> bool:
    from polysolv.errors import InputError

    return isinstance(error, InputError)


def _complain(message: str, code: int) -> int:
    print("polysolv: " + " ".join(message.split()), file=sys.stderr, flush=True)
    return code


def _version(_: click.Context) -> str:
    return f"polysolv, version {polysolv.__version__}"


def _bibtex(_: click.Context) -> str:
    from polysolv.families.citation import bibtex

    return bibtex()


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=printing(_version),
    help="Show the version and exit.",
)
@click.option(
    "--cite",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=printing(_bibtex),
    help="Print BibTeX of polysolv and of the papers behind its results, and exit; after a command that "
    "takes --family, of the papers behind that family.",
)
@click.pass_context
def cli(context: click.Context) -> None:
    """How fast do the parameters of an over-fitted mixture of experts converge?

    polysolv builds the polynomial system behind the question, decides it exactly, and prints the rate of
    every parameter. Models are those that families lists, or one of your own (docs/own-families.md).
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def main() -> None:
    """Run the command line of this process."""
    cli.main(prog_name="polysolv")
