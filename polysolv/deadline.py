"""A time limit for work in this process."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from polysolv.errors import InputError

_SOON = 1e-3  # seconds; an alarm at once would be none


class TimeIsUp(Exception):
    """The time limit has passed."""


@contextmanager
def time_limit(seconds: float | None) -> Iterator[None]:
    """Raise :class:`TimeIsUp` in the main thread after so many seconds, wherever it is; ``None``: never.

    A limit inside another one leaves the outer one as it was.

    Raises:
        InputError: outside the main thread, which alone can be interrupted.
    """
    if seconds is None:
        yield
        return
    if threading.current_thread() is not threading.main_thread():
        raise InputError("timeout", seconds, "None outside the main thread")

    def stop(*_: object) -> None:
        raise TimeIsUp

    with alarm(seconds, stop):
        yield


@contextmanager
def alarm(seconds: float, ring: Callable[..., object]) -> Iterator[None]:
    """Call ``ring`` in the main thread after so many seconds; an alarm that was set before is kept."""
    begin = time.monotonic()
    before = signal.signal(signal.SIGALRM, ring)
    left, _ = signal.setitimer(signal.ITIMER_REAL, max(seconds, _SOON))
    if 0 < left < seconds:
        signal.setitimer(signal.ITIMER_REAL, left)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if left:
            signal.setitimer(signal.ITIMER_REAL, max(left - (time.monotonic() - begin), _SOON))


def leave_interruptions_to_the_parent() -> None:
    """Let a worker process ignore Ctrl-C, which reaches all of them: its parent ends it, without a word."""
    import multiprocessing  # which takes long to load, and a limit does not need it

    main_thread = threading.current_thread() is threading.main_thread()
    if multiprocessing.current_process().name != "MainProcess" and main_thread:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
