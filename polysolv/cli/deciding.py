"""Options and helpers shared by ``polysolv decide`` and ``polysolv order``."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from polysolv.cli.options import Command, Name, completions
from polysolv.cli.working import jobs_option, no_progress_option, seed_option, timeout_option

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

UNDECIDED_CODE = 3
CONTRADICTION_CODE = 4


def deciding_options(command: Command) -> Command:
    """Add the options for limits and engines; the command gets them as the mapping ``limits``."""

    @wraps(command)
    def with_limits(*args: Any, **values: Any) -> Any:
        limits = {name: values.pop(name) for name in ("timeout", "seed", "jobs", "engine", "ansatz")}
        return command(*args, limits=limits, **values)

    result: Any = with_limits
    for option in (
        no_progress_option,
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
        jobs_option(),
        seed_option,
        timeout_option(60.0),
    ):
        result = option(result)
    decorated: Command = result
    return decorated


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
