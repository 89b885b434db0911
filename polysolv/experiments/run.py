"""The verb `sweep`: simulate and fit for every (n, replicate), on all cores or on a cluster."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from polysolv.cluster import on_cluster
from polysolv.deadline import TimeIsUp, time_limit
from polysolv.errors import InputError, require_integer
from polysolv.experiments.design import Design, make_design
from polysolv.experiments.environment import versions
from polysolv.experiments.single_fit import Row, run_fit
from polysolv.experiments.store import Store
from polysolv.experiments.sweep_result import SweepResult
from polysolv.moe import MixingMeasure
from polysolv.moe.engines.devices import available_memory, check_device, chosen
from polysolv.moe.rows.row_stream import check_shape

# Processes that share a GPU: while one climbs over few rows, others use the device.
_SHARING = 4
Progress = Callable[[int, int, int], None]


def sweep(
    truth: MixingMeasure,
    k: int,
    sizes: Sequence[int],
    replicates: int = 40,
    options: Mapping[str, Any] | None = None,
    seed: int = 0,
    jobs: int = -1,
    out: str | Path | None = None,
    *,
    resume: bool = False,
    scheduler: str | None = None,
    timeout: float | None = None,
    progress: Progress | None = None,
    device: str = "cpu",
    **settings: Any,
) -> SweepResult:
    """Simulate, fit and measure for every (n, replicate).

    Args:
        truth: true measure, k* atoms.
        k: number of experts to fit, at least k*.
        sizes: sample sizes, ascending.
        replicates: data sets for each size.
        options: the estimator's tol, max_iter, method, min_variance.
        seed: root of all randomness.
        jobs: number of processes, -1 for all cores; results do not depend on it.
        out: folder of the store; None keeps everything in memory.
        resume: whether to go on with the sweep in ``out`` (which may be missing or empty).
        scheduler: address of a dask scheduler, or "current" for the active dask client; needs the extra
            ``dask``; ``jobs`` is then not used.
        timeout: seconds after which the sweep stops; what is finished stays in the store.
        progress: called with (fits done, fits in all, fits failed) after each fit.
        device: what evaluates the likelihood: "cpu", "cuda" (extra ``gpu``) or "auto", cuda if there is one.
            With a scheduler it is looked for on the workers.
        settings: further settings of :func:`polysolv.experiments.design.make_design`: covariates, cells,
            near_starts, random_starts, spread, path, path_scale, bounds, m_true, stream (True: rows are made
            from counters when they are needed and never stored), fewer ((n, count): sizes of n rows or more
            have at most count replicates).

    Returns:
        the :class:`SweepResult`; not ``complete`` after a timeout. A complete one with ``out`` has written
        ``aggregates.csv`` and ``slopes.json`` there.

    Raises:
        InputError: if an argument is not allowed, or the folder is in use, holds another sweep or is full.

    >>> from polysolv.experiments.truths import standard_truth
    >>> result = sweep(standard_truth(2), 2, [200, 400], replicates=2, jobs=1)
    >>> result.complete, len(result.rows), result.counts()[200]["not_converged"]
    (True, 4, 0)
    """
    design = make_design(truth, k, sizes, replicates, seed, options=options, **settings)
    return run_design(design, jobs, out, resume, scheduler, timeout, progress, device)


def run_design(
    design: Design,
    jobs: int = -1,
    out: str | Path | None = None,
    resume: bool = False,
    scheduler: str | None = None,
    timeout: float | None = None,
    progress: Progress | None = None,
    device: str = "cpu",
) -> SweepResult:
    """Run a checked design; see :func:`sweep`."""
    device = _usable(design, device, scheduler)
    if device == "cuda" and jobs == -1:
        jobs = min(_SHARING, os.cpu_count() or 1)
    jobs = jobs if jobs == -1 else require_integer("jobs", jobs, 1, 4096)
    if timeout is not None and not timeout > 0:
        raise InputError("timeout", timeout, "a positive number of seconds")
    if out is None:
        rows: dict[tuple[int, int], Row] = {}

        def keep(row: Row) -> None:
            rows[row["index"], row["replicate"]] = row

        _run(design, rows, keep, jobs, scheduler, timeout, progress, device)
        return SweepResult.of(design, rows)
    with Store(out, design, resume) as store:
        processes = "dask" if scheduler else str(jobs)
        store.note({**versions(), "processes": processes, **({} if device == "cpu" else {"device": device})})
        _run(design, store.rows, store.append, jobs, scheduler, timeout, progress, device)
        result = SweepResult.of(design, store.rows)
        if result.complete:
            result.write(store.folder)
    return result


def _usable(design: Design, device: str, scheduler: str | None) -> str:
    """Return the device that the fits run on; refuse what this machine or its kernels cannot hold."""
    check_device(device)
    if scheduler is not None:
        return device
    device = chosen(device)
    if device == "cuda":
        check_shape(design.k, design.truth.d, "k", "truth: covariates")
    n, width = design.sizes[-1], 8 * (4 * (design.truth.d + 1) + 2 * design.k)
    free = available_memory()
    if not design.stream and free is not None and n * width > free:
        allowed = (
            f"at most about {free // width:,} rows in the {free / 2**30:.1f} GiB that are free, or --stream"
        )
        raise InputError("sizes", n, f"{allowed} (stream=True), which stores no rows")
    return device


def _run(
    design: Design,
    rows: Mapping[tuple[int, int], Row],
    keep: Callable[[Row], None],
    jobs: int,
    scheduler: str | None,
    timeout: float | None,
    progress: Progress | None,
    device: str,
) -> None:
    missing = [job for job in design.jobs if job not in rows]
    done, failed = len(rows), sum("error" in row for row in rows.values())
    total = len(design.jobs)
    if progress is not None:
        progress(done, total, failed)
    if not missing:
        return
    try:
        with time_limit(timeout), _backend(scheduler, jobs, device) as parallel:
            for row in parallel(design, missing):
                keep(row)
                done, failed = done + 1, failed + ("error" in row)
                if progress is not None:
                    progress(done, total, failed)
    except TimeIsUp:
        return
    except BrokenExecutor as error:
        allowed = "one that finishes its fits; --resume goes on, fewer --jobs need less memory"
        raise InputError("a worker process", "killed from outside", allowed) from error


_Runner = Callable[[Design, list[tuple[int, int]]], Iterator[Row]]


@contextmanager
def _backend(scheduler: str | None, jobs: int, device: str) -> Iterator[_Runner]:
    """Yield the function that runs fits and gives back each row as it is finished.

    One task a batch: a batch would be lost as a whole by a kill.
    """
    import joblib

    def run(design: Design, missing: list[tuple[int, int]]) -> Iterator[Row]:
        parallel = joblib.Parallel(
            n_jobs=-1 if scheduler else jobs, batch_size=1, return_as="generator_unordered"
        )
        rows: Iterator[Row] = parallel(joblib.delayed(run_fit)(design, i, r, device) for i, r in missing)
        return rows

    if scheduler is None:
        yield run
        return
    with on_cluster(scheduler):
        yield run
