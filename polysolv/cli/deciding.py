"""Options and helpers shared by ``polysolv decide`` and ``polysolv order``."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import click

from polysolv.cli.options import Command, IntegerRange, Name, completions

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

UNDECIDED_CODE = 3
CONTRADICTION_CODE = 4


class Seconds(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """A positive number of seconds."""

    name = "seconds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number that ``value`` spells, or raise :class:`polysolv.errors.InputError`."""
        from polysolv.errors import InputError

        try:
            number = float(value)
        except ValueError:
            number = -1.0
        if not 0 < number <= 1e7:
            field = param.opts[0] if param is not None else "value"
            raise InputError(field, value, "a number of seconds above 0 and at most 1e+07")
        return number


def deciding_options(timeout_help: str) -> Callable[[Command], Command]:
    """Return the options for limits and engines."""

    def add(command: Command) -> Command:
        for option in (
            click.option("--no-progress", is_flag=True, help="Say nothing on stderr while working."),
            click.option(
                "--ansatz",
                type=Name(["symmetric"]),
                default=None,
                help="Restriction for smt: symmetric solutions.",
            ),
            click.option(
                "--engine",
                type=Name(["msolve", "singular", "sympy"]),
                default=None,
                help="Groebner engine. [default: the first one installed]",
            ),
            click.option(
                "--jobs", type=IntegerRange(1, 1024), default=1, show_default=True, help="Engines at once."
            ),
            click.option(
                "--seed", type=IntegerRange(0, 2**63 - 1), default=0, show_default=True, help="Random seed."
            ),
            click.option("--timeout", type=Seconds(), default=60.0, show_default=True, help=timeout_help),
        ):
            command = option(command)
        return command

    return add


class MethodName(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """The name of a method of this installation, ``auto`` or ``all``."""

    name = "method"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return ``value`` if it names a method."""
        from polysolv.decisions.strategy import methods
        from polysolv.errors import unknown_name

        known = [*methods(), "auto", "all"]
        if value not in known:
            raise unknown_name("--method", value, known)
        return str(value)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Complete to the methods of this installation."""
        from polysolv.decisions.strategy import methods

        return completions([*methods(), "auto", "all"], incomplete)


def reporter(silent: bool) -> Callable[[str], None] | None:
    """Return what to call with progress: a line on stderr, only if that is a terminal."""
    if silent or not sys.stderr.isatty():
        return None
    return lambda text: print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def end_report(report: Callable[[str], None] | None) -> None:
    """Clear the progress line."""
    if report is not None:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


@contextlib.contextmanager
def terminated_cleanly() -> Iterator[None]:
    """Turn SIGTERM into an interruption, so that engines are killed on the way out."""

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
