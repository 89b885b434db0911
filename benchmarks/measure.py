"""Helpers of the benchmark programs: medians of repeated runs, and one line per comparison."""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Callable, Sequence


def median_seconds(action: Callable[[], object], repeats: int) -> float:
    """Return the median wall time of ``action`` over ``repeats`` runs."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def run_process(command: Sequence[str]) -> None:
    """Run a command to its end, its output thrown away; a failure is an error."""
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def interleaved_medians(actions: Sequence[Callable[[], object]], repeats: int) -> list[float]:
    """Return the median of each action, run in turn so that a busy machine disturbs all alike."""
    times: list[list[float]] = [[] for _ in actions]
    for _ in range(repeats):
        for action, record in zip(actions, times, strict=True):
            start = time.perf_counter()
            action()
            record.append(time.perf_counter() - start)
    return [statistics.median(record) for record in times]
