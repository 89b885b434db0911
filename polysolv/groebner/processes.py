"""Engines as child processes that never outlive their deadline: the whole process group is killed."""

from __future__ import annotations

import contextlib
import ctypes
import os
import pickle
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from polysolv.groebner.budget import Budget

_FILE_SIZE = 2 << 30  # bytes an engine may write to one file
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Outcome:
    """How a child process ended.

    Args:
        code: its exit code, negative for a signal; ``None`` if it was killed at the deadline.
        stdout, stderr: what it had written by then.
        seconds: wall time.
    """

    code: int | None
    stdout: bytes
    stderr: bytes
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether it ended by itself with exit code 0."""
        return self.code == 0

    def trouble(self) -> str:
        """Return in a few words why there is no answer."""
        if self.code is None:
            return "stopped at the deadline"
        lines = self.stderr.decode(errors="replace").strip().splitlines()
        last = f" ({' '.join(lines[-1].split())[:120]})" if lines else ""
        if self.code < 0:
            return f"killed by signal {-self.code}{last}"
        return f"exit code {self.code}{last}"


def run_engine(
    command: Sequence[str | Path],
    limits: Budget,
    stdin: bytes = b"",
    environment: Mapping[str, str] | None = None,
) -> Outcome:
    """Run a program until it ends or the deadline comes, then kill whatever is left of it.

    Args:
        command: program and arguments.
        limits: deadline and memory.
        stdin: what it reads.
        environment: variables to add.

    Returns:
        the outcome; a program that cannot be started has exit code 127.

    The program runs in a process group of its own, with its address space and files capped, and is killed by
    the kernel of the operating system should this process die first (on Linux).
    """
    start = time.monotonic()
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        source.write(stdin)
        source.seek(0)
        try:
            process = subprocess.Popen(
                [str(part) for part in command],
                stdin=source,
                stdout=out,
                stderr=err,
                env={
                    **os.environ,
                    "OMP_NUM_THREADS": "1",
                    "OPENBLAS_NUM_THREADS": "1",
                    **(environment or {}),
                },
                start_new_session=True,
                preexec_fn=_limiter(limits.memory),
            )
        except OSError as error:
            return Outcome(127, b"", (error.strerror or "cannot be started").encode(), 0.0)
        code: int | None = None
        try:
            code = process.wait(limits.left())
        except subprocess.TimeoutExpired:
            pass
        finally:
            kill_tree(process.pid)
            process.wait()
        texts = []
        for stream in (out, err):
            stream.seek(0)
            texts.append(stream.read())
    return Outcome(code, texts[0], texts[1], time.monotonic() - start)


def _limiter(memory: int) -> Callable[[], None]:
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def limit() -> None:
        for kind, most in (
            (resource.RLIMIT_AS, memory),
            (resource.RLIMIT_FSIZE, _FILE_SIZE),
            (resource.RLIMIT_CORE, 0),
        ):
            with contextlib.suppress(ValueError, OSError):  # not every system knows every limit
                resource.setrlimit(kind, (most, most))
        if libc is not None:
            libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

    return limit


def kill_tree(leader: int) -> None:
    """Kill the process group of ``leader`` and all descendants of it that left the group."""
    victims = _descendants(leader)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
    for pid in victims:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


def _descendants(leader: int) -> list[int]:
    """Return the processes below ``leader``, as far as /proc tells."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = entry.read_text(errors="replace").rpartition(")")[2].split()
            parents.setdefault(int(fields[1]), []).append(int(entry.parent.name))
    found: list[int] = []
    queue = [leader]
    while queue:
        children = parents.get(queue.pop(), [])
        found += children
        queue += children
    return found


def run_python(function: str, arguments: tuple[Any, ...], limits: Budget) -> tuple[Any, str]:
    """Call a function of polysolv in a child process that ends at the deadline.

    Args:
        function: ``"module:name"``, the module by its full name. The function is called with a callback
            ``note(key, value)`` and then ``arguments``; what it notes reaches ``limits.log`` even if it does
            not return.
        arguments: anything that can be pickled.
        limits: deadline, memory and log.

    Returns:
        (value, trouble): the value returned and "", or ``None`` and why there is none.
    """
    outcome = run_engine(
        [sys.executable, "-m", "polysolv.groebner.worker"], limits, pickle.dumps((function, arguments))
    )
    value, done, trouble = None, False, ""
    for event in _events(outcome.stdout):
        if event[0] == "note":
            limits.log[event[1]] = event[2]
        elif event[0] == "error":
            trouble = event[1]
        else:
            value, done = event[1], True
    if done:
        return value, ""
    return None, trouble or outcome.trouble()


def _events(data: bytes) -> list[tuple[Any, ...]]:
    """Return the events that a worker pickled one after the other; a last one cut short is left out."""
    import io

    stream, events = io.BytesIO(data), []
    while stream.tell() < len(data):
        try:
            events.append(pickle.load(stream))
        except (EOFError, pickle.UnpicklingError, AttributeError, ValueError, IndexError):
            break
    return events
