"""Progress on standard error, only if that is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def status_line(silent: bool, tracks_paths: bool = False) -> Iterator[Callable[[str], None] | None]:
    """Yield a function that shows a text in one line, or None without a terminal; the line ends up clear.

    Where ``tracks_paths``, that machine code is made, once on a machine, is said without a terminal, too,
    unless ``silent``.
    """
    if tracks_paths and not silent:
        from polysolv.homotopy.compiled.announcements import announced_to

        with status_line(False) as line, announced_to(line or _say):
            yield line
        return
    if silent or not sys.stderr.isatty():
        yield None
        return

    def show(text: str) -> None:
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)

    try:
        yield show
    finally:
        show("")


def _say(text: str) -> None:
    print(f"polysolv: {text}", file=sys.stderr, flush=True)


@contextmanager
def sweep_progress(silent: bool) -> Iterator[Callable[[int, int, int], None] | None]:
    """Yield a callback (done, total, failed) that shows a bar, or None without a terminal."""
    if silent or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (
        TextColumn("fits"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[failed]} failed, {task.fields[rate]} fits/s, time left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("fits", total=None, failed=0, rate="-")
        first: list[int] = []

        def show(done: int, total: int, failed: int) -> None:
            first[:] = first or [done]
            elapsed = bar.tasks[0].elapsed or 0.0
            rate = f"{(done - first[0]) / elapsed:.1f}" if elapsed > 0 else "-"
            bar.update(task, completed=done, total=total, failed=failed, rate=rate)

        yield show
