"""Runs the compiled tracker over many paths: chunks on threads, progress, deadline, interruption."""

from __future__ import annotations

import hashlib
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from polysolv.decisions.homotopy.straightline import Complexes, Floats, Integers, Program

# done, failed, total, seconds since the start
Progress = Callable[[int, int, int, float], None]


@cache
def compiled() -> Any:
    """Return the compiled `run_batch`; compiling takes about half a minute once, then numba's cache is
    read."""
    from polysolv.decisions.homotopy import kernel, kernel_algebra, kernel_endgame, kernel_steps

    return cached(kernel.stamped, kernel, kernel_algebra, kernel_endgame, kernel_steps)


def cached(stamped: Any, *modules: Any) -> Any:
    """Compile the function that ``stamped(number)`` returns, with numba's cache keyed by the modules' text.

    Where no folder can be written the function is compiled anew in every process.
    """
    import numba

    text = b"".join(Path(module.__file__).read_bytes() for module in modules)
    entry = stamped(int(hashlib.sha256(text).hexdigest()[:12], 16))
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
    try:
        return numba.njit(cache=True, **options)(entry)
    except RuntimeError:
        return numba.njit(**options)(entry)


@dataclass
class Batch:
    """Outcome of one run: a row for each path.

    ``points`` are end points (homogenising coordinate last), ``middles`` those at the endgame's boundary,
    ``codes``
    the kernel's return codes, ``facts`` the columns that `kernel.run_batch` names.
    """

    points: Complexes
    middles: Complexes
    codes: Integers
    facts: Floats


@dataclass
class Engine:
    """Threads, deadline and progress of one solve.

    Args:
        jobs: number of threads; the kernel releases the interpreter lock. Results do not depend on it.
        deadline: `time.monotonic` value after which paths are left untracked, or ``None``.
        progress: called from the main thread with (done, failed, total, seconds), or ``None``.
    """

    jobs: int = 1
    deadline: float | None = None
    progress: Progress | None = None
    interrupted: bool = False
    tracked: int = 0  # paths, or pieces of paths, tracked so far
    started: float = field(default_factory=time.monotonic)
    _stop: Integers = field(default_factory=lambda: np.zeros(2, np.int64))

    def run(
        self,
        program: Program,
        homotopy: Any,
        tuning: Any,
        mode: int,
        points: Complexes,
        s_from: complex = 1.0,
        s_to: complex = 0.0,
        parts: list[tuple[Any, int, int]] | None = None,
    ) -> Batch:
        """Track every row of ``points``; on Ctrl-C or at the deadline the rest is marked as interrupted.

        ``parts``: (homotopy, first row, end row) for each block of rows that has a homotopy of its own.
        """
        from polysolv.decisions.homotopy import kernel

        count = len(points)
        batch = Batch(
            np.array(points, np.complex128, order="C"),
            np.zeros(points.shape, np.complex128),
            np.full(count, kernel.INTERRUPTED, np.int64),
            np.zeros((count, 6)),
        )
        if self.interrupted or count == 0:
            return batch
        run = compiled()

        def work(own: Any, low: int, high: int) -> tuple[int, int]:
            part = slice(low, high)
            run(
                *(program, own, tuning, mode, complex(s_from), complex(s_to)),
                *(batch.points[part], batch.middles[part], batch.codes[part], batch.facts[part], self._stop),
            )
            return low, high

        size = max(1, min(64, count // (8 * self.jobs)))
        pieces = [
            (own, low, min(low + size, end))
            for own, first, end in parts or [(homotopy, 0, count)]
            for low in range(first, end, size)
        ]
        with ThreadPoolExecutor(self.jobs) as pool, _Interrupt(self):
            pending: set[Future[tuple[int, int]]] = {pool.submit(work, *piece) for piece in pieces}
            finished = 0
            while pending:
                done, pending = wait(pending, timeout=0.1, return_when=FIRST_COMPLETED)
                for future in done:
                    low, high = future.result()
                    finished += high - low
                if self.deadline is not None and time.monotonic() > self.deadline:
                    self.halt()
                if self.progress is not None and done:
                    failed = int(np.isin(batch.codes, kernel.FAILURES).sum())
                    self.progress(finished, failed, count, time.monotonic() - self.started)
        self.tracked += int((batch.codes != kernel.INTERRUPTED).sum())
        return batch

    def halt(self) -> None:
        """Make all threads stop at their next step."""
        self.interrupted = True
        self._stop[0] = 1


class _Interrupt:
    """While tracking in the main thread, Ctrl-C stops the paths instead of raising."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.previous: Any = None

    def __enter__(self) -> None:
        if threading.current_thread() is threading.main_thread():
            self.previous = signal.signal(signal.SIGINT, lambda *_: self.engine.halt())

    def __exit__(self, *_: object) -> None:
        if self.previous is not None:
            signal.signal(signal.SIGINT, self.previous)


def usable_cores() -> int:
    """Return the number of cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
