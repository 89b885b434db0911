"""Options of commands that work long or draw at random: --seed, --jobs, --timeout, --no-progress."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, cast

import click

from polysolv.cli.options import Command, IntegerRange

if TYPE_CHECKING:
    _ParamType = click.ParamType[Any]  # generic from click 8.5 on, and only there
else:
    _ParamType = click.ParamType

MAX_JOBS = 256
TIME_IS_UP = 3
_GRACE = 0.5  # seconds that reading may take at the least, whatever the time limit


class Seconds(_ParamType):
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


class Jobs(_ParamType):
    """How much runs at once; -1 becomes the number of cores that this process may use."""

    name = "integer"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number that ``value`` spells, or raise :class:`polysolv.errors.InputError`."""
        from polysolv.errors import InputError

        try:
            number = int(value)
        except ValueError:
            number = 0
        if number == -1:
            cores = getattr(os, "sched_getaffinity", lambda _: range(os.cpu_count() or 1))(0)
            return min(len(cores), MAX_JOBS)
        if not 1 <= number <= MAX_JOBS:
            field = param.opts[0] if param is not None else "value"
            raise InputError(field, value, f"an integer from 1 to {MAX_JOBS}, or -1 for all cores")
        return number


def seed_option(command: Command) -> Command:
    """Add ``--seed``."""
    return click.option(
        "--seed",
        type=IntegerRange(0, 2**32 - 1),
        default=0,
        show_default=True,
        help="Seed of all random choices.",
    )(command)


def jobs_option(default: int = 1) -> Callable[[Command], Command]:
    """Return the option ``--jobs``."""
    return click.option(
        "--jobs",
        type=Jobs(),
        default=default,
        show_default=True,
        help="How much runs at once, -1 for all cores; the result does not depend on it.",
    )


def timeout_option(default: float | None = None) -> Callable[[Command], Command]:
    """Return the option ``--timeout``."""
    return click.option(
        "--timeout",
        type=Seconds(),
        default=default,
        show_default=default is not None,
        help="Seconds after which the work is stopped.",
    )


def limited(command: Command) -> Command:
    """Add ``--timeout`` to a command whose work is all or nothing: it ends with one line and exit code 3."""

    @wraps(command)
    def with_limit(*args: Any, timeout: float | None, **values: Any) -> Any:
        if timeout is None:
            return command(*args, **values)
        from polysolv.deadline import TimeIsUp, time_limit

        try:
            with time_limit(timeout):
                return command(*args, **values)
        except TimeIsUp:
            raise time_is_up(timeout) from None

    return timeout_option()(cast("Command", with_limit))


def time_is_up(timeout: float | None) -> click.exceptions.Exit:
    """Say that nothing was finished within the time limit, and return the exit to raise."""
    click.echo(f"polysolv: time is up after {timeout:g} s; nothing is finished", err=True)
    return click.exceptions.Exit(TIME_IS_UP)


@contextmanager
def read_within(timeout: float | None) -> Iterator[None]:
    """Let input be read within the time limit: after it the command ends with one line and exit code 3."""
    from polysolv.deadline import TimeIsUp, time_limit

    try:
        with time_limit(None if timeout is None else timeout + _GRACE):
            yield
    except TimeIsUp:
        raise time_is_up(timeout) from None


def no_progress_option(command: Command) -> Command:
    """Add ``--no-progress``."""
    return click.option("--no-progress", is_flag=True, help="Say nothing on standard error while working.")(
        command
    )
