"""Who is told that machine code is being made, which may take a while, and only happens once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_listener: ContextVar[Callable[[str], None] | None] = ContextVar("listener", default=None)


@contextmanager
def announced_to(tell: Callable[[str], None] | None) -> Iterator[None]:
    """Within this context ``tell`` is called with a line of text before machine code is made, once a line."""
    said: set[str] = set()

    def tell_once(line: str) -> None:
        if tell is not None and line not in said:
            said.add(line)
            tell(line)

    token = _listener.set(tell_once)
    try:
        yield
    finally:
        _listener.reset(token)


def announce(line: str) -> None:
    """Pass the line on to whoever wants to know; without anyone nothing is said."""
    tell = _listener.get()
    if tell is not None:
        tell(line)
