"""Long runs in chunks of paths: on a dask cluster, and kept in a folder as they are finished."""

from __future__ import annotations

import hashlib
import io
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from polysolv.cluster import on_cluster
from polysolv.errors import InputError
from polysolv.files import write_atomically
from polysolv.homotopy.compiled.codes import INTERRUPTED
from polysolv.homotopy.compiled.shipped import sources_digest
from polysolv.homotopy.engine import KERNEL, Batch, Engine, Task

KEPT_BEYOND = 10_000  # paths of a run from which on finished chunks are kept
_KEPT_CHUNK = 1_000
_SENT_BEYOND = 64  # fewer are tracked before they have travelled
_CHUNKS = 32  # that a run is divided into at least


@dataclass
class Chunks:
    """Where chunks of paths are tracked, and where they are kept.

    A chunk's file bears the digest of all that its end points depend on, the tracker's source text included,
    so that a file of another run is never taken for it.

    Args:
        folder: where finished chunks of runs of more than 10,000 paths are kept; ``None``: nowhere.
        scheduler: address of a dask scheduler; ``None``: paths are tracked by this process.
    """

    folder: Path | None
    scheduler: str | None
    _parallel: Any = field(default=None, init=False)

    @contextmanager
    def open(self) -> Iterator[Chunks]:
        """Connect to the cluster, and make the folder.

        Raises:
            InputError: if either cannot be done.
        """
        if self.folder is not None:
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
                with tempfile.TemporaryFile(dir=self.folder):
                    pass
            except OSError as error:
                allowed = f"a folder that can be made and written ({error.strerror})"
                raise InputError("resume", str(self.folder), allowed) from None
        if self.scheduler is None:
            yield self
            return
        import joblib

        with on_cluster(self.scheduler):
            self._parallel = joblib.Parallel(n_jobs=-1, batch_size=1, return_as="generator_unordered")
            yield self

    def run(self, engine: Engine, task: Task, batch: Batch, report: Callable[[], None]) -> bool:
        """Track all paths of a task, if that is worth the division; returns whether it was."""
        count = len(task.points)
        kept = self.folder is not None and count > KEPT_BEYOND
        sent = self._parallel is not None and count > _SENT_BEYOND
        if not kept and not sent:
            return False
        size = _KEPT_CHUNK if kept else max(1, min(_KEPT_CHUNK, count // _CHUNKS))
        missing = []
        for low in range(0, count, size):
            part = task.part(low, min(low + size, count))
            place = self._place(part) if kept else None
            done = None if place is None else _read(place, part)
            if done is None:
                missing.append((low, part, place))
            else:
                _put(batch, low, done)
        report()
        try:
            with _interruption() if sent else nullcontext():
                for low, place, done in self._tracked(engine, missing, report):
                    _put(batch, low, done)
                    if place is not None and not (done.codes == INTERRUPTED).any():
                        _write(place, done)
                    report()
                    if engine.is_over():
                        break
        except KeyboardInterrupt:
            engine.halt()
        return True

    def _tracked(
        self, engine: Engine, missing: list[tuple[int, Task, Path | None]], report: Callable[[], None]
    ) -> Iterator[tuple[int, Path | None, Batch]]:
        if self._parallel is None:
            for low, part, place in missing:
                yield low, place, engine.track(part, lambda _: report())
            return
        import joblib

        end = None if engine.deadline is None else time.time() + engine.deadline - time.monotonic()
        places = {low: place for low, _, place in missing}
        work = (joblib.delayed(track_chunk)(low, part, end) for low, part, _ in missing)
        for low, done in self._parallel(work):
            yield low, places[low], done

    def _place(self, part: Task) -> Path:
        assert self.folder is not None
        digest = hashlib.sha256(sources_digest(KERNEL).encode())
        for value in part.parts():
            digest.update(value)
        return self.folder / f"{digest.hexdigest()[:40]}.paths"


def track_chunk(low: int, part: Task, end: float | None) -> tuple[int, Batch]:
    """Track the paths of a task here, on a worker of the cluster say, until `time.time` is ``end``.

    Returns:
        ``low``, handed back, and the outcome.
    """
    engine = Engine(1, None if end is None else time.monotonic() + end - time.time())
    return low, engine.track(part)


@contextmanager
def _interruption() -> Iterator[None]:
    """In the main thread, Ctrl-C raises, as whoever waits for a cluster does not look up."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        if previous is not None:
            signal.signal(signal.SIGINT, previous)


def _put(batch: Batch, low: int, part: Batch) -> None:
    high = low + len(part.codes)
    batch.points[low:high], batch.middles[low:high] = part.points, part.middles
    batch.codes[low:high], batch.facts[low:high] = part.codes, part.facts


def _write(place: Path, done: Batch) -> None:
    stream = io.BytesIO()
    np.savez(stream, points=done.points, middles=done.middles, codes=done.codes, facts=done.facts)
    content = stream.getvalue()
    with suppress(InputError, OSError):  # a full disk, say: what is tracked is not lost for it
        write_atomically(place, hashlib.sha256(content).digest() + content, field="resume")


def _read(place: Path, part: Task) -> Batch | None:
    """The end points of a file; ``None`` if it is missing, damaged, or of another size."""
    try:
        content = place.read_bytes()
        if hashlib.sha256(content[32:]).digest() != content[:32]:
            return None
        with np.load(io.BytesIO(content[32:]), allow_pickle=False) as data:
            done = Batch(data["points"], data["middles"], data["codes"], data["facts"])
    except (OSError, ValueError, KeyError):
        return None
    return done if done.points.shape == part.points.shape else None
