"""Draws of a bootstrap: made one by one or by several processes, and kept in a file as they are finished."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

import numpy as np

from polysolv.deadline import leave_interruptions_to_the_parent
from polysolv.errors import InputError, require_integer
from polysolv.moe.threads import one_thread

SCHEMA = "polysolv/draws/1"
Row = dict[str, Any]
Progress = Callable[[int, int, int], None]
MOST = 10**6


class Task(Protocol):
    """What makes one draw from its index."""

    def __call__(self, index: int) -> Row:
        """Return the draw: its "index", and what was found, or "failed" with the reason."""

    def whole(self, row: Row) -> bool:
        """Return whether a row read from a file is what the call returns."""


class DrawFile:
    """A file of draws, one JSON object in a line, held by one process at a time.

    Args:
        path: made if it is missing.
        data: digest of the data that the draws belong to; the first line holds it.

    Raises:
        InputError: if another process holds the file, it is none of draws or of other data, or cannot be
            written.

    A line that a kill in the middle of a write left is dropped, and its draw made again.
    """

    def __init__(self, path: str | Path, data: str) -> None:
        import fcntl  # of POSIX alone; a fit needs no file

        self.path = Path(path)
        try:
            self._stream = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise InputError("file", str(path), f"a file that can be written ({error.strerror})") from None
        try:
            fcntl.flock(self._stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._stream)
            raise InputError("file", str(path), "a file that no other bootstrap is using") from None
        try:
            self._lines = self._read(data)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> DrawFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def rows(self, of: str) -> dict[int, Row]:
        """Return the draws of one bootstrap by index, the last of each; ``of`` is its digest."""
        return {row["index"]: row for row in self._lines if row["of"] == of}

    def append(self, of: str, row: Row) -> None:
        """Write one draw.

        Raises:
            InputError: if it cannot be written; the file then ends where it did before.
        """
        end = os.lseek(self._stream, 0, os.SEEK_END)
        line = (json.dumps({"of": of, **row}) + "\n").encode()
        try:
            written = 0
            while written < len(line):
                written += os.write(self._stream, line[written:])
        except OSError as error:
            os.ftruncate(self._stream, end)
            allowed = f"a file on a disk with space ({error.strerror}); what is finished is kept"
            raise InputError("file", str(self.path), allowed) from None

    def close(self) -> None:
        """Free the file."""
        os.close(self._stream)

    def _read(self, data: str) -> list[Row]:
        content = self.path.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        if len(whole) < len(content):
            os.ftruncate(self._stream, len(whole))
        found = [_parsed(line) for line in whole.split(b"\n")[:-1]]
        if not found:
            os.write(self._stream, (json.dumps({"schema": SCHEMA, "data": data}) + "\n").encode())
            return []
        head = found[0]
        if head is None or head.get("schema") != SCHEMA:
            raise InputError("file", str(self.path), f"a new file, or one of draws ({SCHEMA})")
        if head.get("data") != data:
            raise InputError("file", str(self.path), "a file of draws for these data")
        return [
            row
            for row in found[1:]
            if row is not None and isinstance(row.get("of"), str) and isinstance(row.get("index"), int)
        ]


def _parsed(line: bytes) -> Row | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def drawn(
    task: Task,
    n: int,
    jobs: int,
    file: DrawFile | None = None,
    of: str = "",
    progress: Progress | None = None,
) -> Iterator[Row]:
    """Yield draws 0 to n - 1 in the order in which they are finished, first those that the file holds.

    Args:
        task: makes one draw from its index.
        n: number of draws.
        jobs: number of processes, -1 for all cores; the draws do not depend on it.
        file: where finished draws are kept, or None.
        of: digest of the bootstrap.
        progress: called with (done, wanted, failed) after each draw.
    """
    stored = {} if file is None else {i: row for i, row in file.rows(of).items() if task.whole(row)}
    done = [stored[index] for index in range(n) if index in stored]
    missing = [index for index in range(n) if index not in stored]
    yield from done
    count, failed = len(done), sum("failed" in row for row in done)
    if progress is not None:
        progress(count, n, failed)
    for row in _made(task, missing, jobs):
        if file is not None:
            file.append(of, row)
        count, failed = count + 1, failed + ("failed" in row)
        yield row
        if progress is not None:
            progress(count, n, failed)


def generator(kind: str, seed: int, index: int) -> np.random.Generator:
    """Return the source of randomness of one draw.

    Its seed begins with the name of what is drawn: that of [0, 0, 0] would be that of 0, from which the data
    themselves may come.
    """
    return np.random.default_rng([*kind.encode(), seed, index])


def check_draws(n: object, jobs: object, seed: object) -> tuple[int, int, int]:
    """Return the settings of a bootstrap, or refuse what is not allowed."""
    workers = -1 if jobs == -1 else require_integer("jobs", jobs, 1, 4096)
    return require_integer("n", n, 1, MOST), workers, require_integer("seed", seed, 0, 2**32 - 1)


def _made(task: Task, indices: list[int], jobs: int) -> Iterable[Row]:
    if jobs == 1 or len(indices) < 2:
        # Not through joblib: an interruption then ends the draw under way and no other.
        return (_one(task, index) for index in indices)
    import joblib

    parallel = joblib.Parallel(n_jobs=jobs, return_as="generator_unordered", batch_size="auto")
    rows: Iterable[Row] = parallel(joblib.delayed(_one)(task, index) for index in indices)
    return rows


def _one(task: Task, index: int) -> Row:
    """Make one draw, in a process of its own or not."""
    leave_interruptions_to_the_parent()
    with one_thread():
        return task(index)
