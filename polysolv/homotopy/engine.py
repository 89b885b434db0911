"""Runs the compiled tracker over many paths: chunks on threads, progress, deadline, interruption."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple, Protocol

import numpy as np

from polysolv.deadline import alarm
from polysolv.homotopy.compiled.codes import FACTS, FAILURES, INTERRUPTED, LINEAR, POLYHEDRAL
from polysolv.homotopy.compiled.native import compiled
from polysolv.homotopy.compiled.source import Source
from polysolv.homotopy.compiled.straightline import Complexes, Floats, Indices, Integers, Program
from polysolv.homotopy.compiled.tuning import Tuning
from polysolv.homotopy.compiled.workspace import workspace

# done, failed, total, seconds since the start
Progress = Callable[[int, int, int, float], None]

KERNEL = Source(
    "polysolv.homotopy.compiled.kernel",
    (
        *("kernel.py", "kernel_algebra.py", "kernel_endgame.py", "kernel_steps.py"),
        *("codes.py", "straightline.py", "tuning.py", "workspace.py"),
    ),
    12,
    25,
)
_GRACE = 0.5  # seconds after the deadline that a piece of work may take that is not divided any further
_AGAIN = 0.2  # seconds
_NEVER = 1e8  # seconds, three years
_LOOK = 0.1  # seconds between two looks at the clock
_CHUNK = 64  # paths that a thread takes at a time, at most


class Halted(Exception):
    """Ctrl-C or the deadline has ended a piece of work that is not divided any further."""


class Batch(NamedTuple):
    """Outcome of one run: a row for each path.

    ``points`` are end points (homogenising coordinate last), ``middles`` those at the endgame's boundary,
    ``codes`` return codes and ``facts`` the columns that `codes` names.
    """

    points: Complexes
    middles: Complexes
    codes: Integers
    facts: Floats


class Task(NamedTuple):
    """What is tracked: everything that end points depend on; see `Engine.run`."""

    program: Program
    table: Complexes
    tuning: Tuning
    mode: int
    points: Complexes
    s_from: complex
    s_to: complex
    lifts: Floats | None
    owners: Indices | None

    def part(self, low: int, high: int) -> Task:
        """Return the task of the paths from ``low`` to before ``high``, with the lifts they need."""
        lifts, owners = self.lifts, None
        if self.owners is not None and lifts is not None:
            rows, own = np.unique(self.owners[low:high], return_inverse=True)
            lifts, owners = lifts[rows], own.astype(np.uint64)
        return self._replace(points=self.points[low:high], lifts=lifts, owners=owners)

    def parts(self) -> Iterator[bytes]:
        """Return all of it as bytes, for a digest."""
        yield repr((self.tuning, self.mode, self.s_from, self.s_to, self.program[:2])).encode()
        for array in (*self.program[2:], self.table, self.points, self.lifts, self.owners):
            if array is not None:
                yield repr((array.shape, array.dtype.str)).encode()
                yield np.ascontiguousarray(array).tobytes()


class Distribution(Protocol):
    """Whoever tracks long runs elsewhere, or in parts that are kept."""

    def run(self, engine: Engine, task: Task, batch: Batch, report: Callable[[], None]) -> bool:
        """Fill in the batch of a task, or return False."""


@dataclass(eq=False, repr=False)
class Engine:
    """Threads, deadline and progress of one solve.

    Args:
        jobs: number of threads; the kernel releases the interpreter lock. Results do not depend on it.
        deadline: `time.monotonic` value after which paths are left untracked, or ``None``.
        progress: called from the main thread with (done, failed, total, seconds), or ``None``.
        distribution: what takes the long runs, or ``None``.
    """

    jobs: int = 1
    deadline: float | None = None
    progress: Progress | None = None
    distribution: Distribution | None = None
    interrupted: bool = False
    tracked: int = 0  # paths, or pieces of paths, tracked so far
    started: float = field(default_factory=time.monotonic)
    _stop: Integers = field(default_factory=lambda: np.zeros(1, np.int64))
    _breakable: int = 0
    _pressing: bool = False  # whether Ctrl-C was pressed, or the deadline is some time ago

    def run(
        self,
        program: Program,
        table: Complexes,
        tuning: Tuning,
        mode: int,
        points: Complexes,
        s_from: complex = 1.0,
        s_to: complex = 0.0,
        lifts: Floats | None = None,
        owners: Indices | None = None,
    ) -> Batch:
        """Track every row of ``points``; on Ctrl-C or at the deadline the rest is marked as interrupted.

        Args:
            program: what is evaluated.
            table: coefficients of the homotopy, rows F, F_LOW, G.
            tuning: numbers that steer the run.
            mode: one of the modes in `codes`.
            points: start points, one a row.
            s_from: where the paths start; ``s_to``: where they end.
            lifts: heights of the terms, a row for each mixed cell, of a polyhedral homotopy.
            owners: the mixed cell of each path.
        """
        task = Task(program, table, tuning, mode, points, s_from, s_to, lifts, owners)
        batch = _untouched(points)
        if self.is_over() or len(points) == 0:
            return batch

        def report(batch: Batch = batch) -> None:
            if self.progress is not None:
                # Paths that are given up look like untracked ones: a time limit does not finish them.
                finished = int((batch.codes != INTERRUPTED).sum())
                failed = int(np.isin(batch.codes, FAILURES).sum())
                self.progress(finished, failed, len(points), time.monotonic() - self.started)

        if self.distribution is None or not self.distribution.run(self, task, batch, report):
            batch = self.track(task, report)
        self.tracked += int((batch.codes != INTERRUPTED).sum())
        return batch

    def track(self, task: Task, report: Callable[[Batch], None] = lambda _: None) -> Batch:
        """Track the paths of a task by the threads of this process."""
        count = len(task.points)
        batch = _untouched(task.points)
        if self.is_over():
            return batch
        call = _Call(task, self._stop)
        size = max(1, min(_CHUNK, count if self.jobs == 1 else count // (8 * self.jobs)))
        pieces = [(low, min(low + size, count)) for low in range(0, count, size)]
        self._wait([partial(call, batch, *piece) for piece in pieces], lambda: report(batch))
        return batch

    def search(self, work: Callable[[Integers], None]) -> None:
        """Do one compiled piece of work that stops when the entry of its argument is not 0."""
        if not self.is_over():
            self._wait([partial(work, self._stop)], lambda: None)

    def _wait(self, pieces: list[Callable[[], None]], report: Callable[[], None]) -> None:
        """Do the pieces on threads; what one of them raises is raised here when all threads have ended."""
        left, over = iter(pieces), threading.Event()
        lock, errors = threading.Lock(), list[BaseException]()
        working = min(self.jobs, len(pieces))

        def work() -> None:
            nonlocal working
            try:
                while not errors:
                    with lock:
                        piece = next(left, None)
                    if piece is None:
                        break
                    piece()
            except BaseException as error:
                errors.append(error)
            with lock:
                working -= 1
                if not working:
                    over.set()

        # Ctrl-C is for the main thread, which waits.
        threads = [threading.Thread(target=work) for _ in range(working)]
        with self.interruptible():
            for thread in threads:
                thread.start()
            while threads and not over.wait(_LOOK):
                self.is_over()
                report()
            for thread in threads:
                thread.join()
            self.is_over()
            report()
        if errors:
            raise errors[0]

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """In the main thread, Ctrl-C stops paths instead of raising, and the deadline may break off work."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        def stop(*_: object) -> None:
            self.halt()
            self._pressing = True
            if self._breakable:
                # Once more soon: what is raised in a callback of the garbage collector is lost.
                signal.setitimer(signal.ITIMER_REAL, _AGAIN)
                raise Halted

        previous = signal.signal(signal.SIGINT, stop)
        end = _NEVER if self.deadline is None else self.deadline + _GRACE - time.monotonic()
        try:
            with alarm(end, stop):
                yield
        finally:
            if previous is not None:
                signal.signal(signal.SIGINT, previous)

    @contextmanager
    def breakable(self) -> Iterator[None]:
        """Let Ctrl-C, and the deadline after half a second of grace, break off what is done here.

        Raises:
            Halted: in the main thread, wherever the work is; its results must be thrown away.
        """
        if self._pressing:
            raise Halted
        self._breakable += 1
        try:
            yield
        finally:
            self._breakable -= 1

    def is_over(self) -> bool:
        """Whether Ctrl-C or the deadline has ended the work."""
        if self.deadline is not None and time.monotonic() > self.deadline:
            self.halt()
        return self.interrupted

    def halt(self) -> None:
        """Make all threads stop at their next step."""
        self.interrupted = True
        self._stop[0] = 1


def _untouched(points: Complexes) -> Batch:
    count = len(points)
    return Batch(
        np.array(points, np.complex128, order="C"),
        np.zeros(points.shape, np.complex128),
        np.full(count, INTERRUPTED, np.int64),
        np.zeros((count, FACTS)),
    )


class _Call:
    """The compiled tracker with all arguments but the paths."""

    def __init__(self, task: Task, stop: Integers) -> None:
        program, table, tuning, lifts = task.program, task.table, task.tuning, task.lifts
        extended, *numbers = tuning
        max_steps = int(numbers.pop(3))
        terms = table.shape[1]
        self.run = compiled(KERNEL)
        self.program, self.terms, self.owners = program, terms, task.owners
        self.sizes = (
            *(LINEAR if lifts is None else POLYHEDRAL, task.mode, int(extended), max_steps),
            *(program.unknowns, program.nodes_of_values, program.link.shape[1]),
            *(len(program.term_start) - 1, terms, program.entry.shape[1] - 1, program.summand.shape[1]),
        )
        self.fixed = (
            *(program.link, program.term_start, program.term_node, program.entry, program.summand),
            np.ascontiguousarray(table, np.complex128),
            np.zeros((1, terms)) if lifts is None else np.ascontiguousarray(lifts, np.float64),
        )
        self.numbers = np.array(numbers, np.float64)
        self.ends = np.array([task.s_from, task.s_to], np.complex128)
        self.stop = stop

    def __call__(self, batch: Batch, low: int, high: int) -> None:
        """Track the paths from ``low`` to before ``high``."""
        part = slice(low, high)
        if self.owners is None:
            owners = np.zeros(high - low, np.uint64)
        else:
            owners = np.ascontiguousarray(self.owners[part], np.uint64)
        arrays = (
            *(*self.fixed, owners, self.numbers, self.ends),
            *(batch.points[part], batch.middles[part], batch.codes[part], batch.facts[part], self.stop),
            *workspace(self.program, self.terms),
        )
        self.run(high - low, *self.sizes, *[array.ctypes.data for array in arrays])
