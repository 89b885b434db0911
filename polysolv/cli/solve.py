"""``polysolv solve``."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

import click

from polysolv.cli.options import (
    FilePath,
    IntegerRange,
    Name,
    command,
    emit,
    format_option,
    on_terminal,
    output_option,
    read_input,
)
from polysolv.cli.progress import status_line
from polysolv.cli.working import (
    TIME_IS_UP,
    jobs_option,
    no_progress_option,
    read_within,
    seed_option,
    time_is_up,
    timeout_option,
)

if TYPE_CHECKING:
    from polysolv.homotopy.certify import CertifiedSolutions
    from polysolv.homotopy.results import PathResult, SolveResult

# Options of which `solve` checks the value.
_CHECKED = {"start": "--start", "tol": "--tol", "max_paths": "--max-paths", "scheduler": "--scheduler"}
_STARTS = ("auto", "total-degree", "weighted", "polyhedral", "monodromy")


@command("solve")
@click.argument("file", type=FilePath())
@click.option("--start", type=Name(_STARTS), default="auto", show_default=True, help="Start system.")
@seed_option
@click.option(
    "--tol", type=float, default=1e-8, show_default=True, help="Accuracy on the way, from 1e-14 to 1e-3."
)
@click.option(
    "--max-paths", type=IntegerRange(1, 10**9), default=200_000, show_default=True, help="Refuse more paths."
)
@jobs_option()
@timeout_option()
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    default=None,
    help="Track paths on the dask cluster of this scheduler.",
)
@click.option(
    "--resume",
    type=FilePath(),
    default=None,
    metavar="FOLDER",
    help="Keep finished chunks of runs of more than 10,000 paths here, and go on with those that are here.",
)
@click.option("--certify", is_flag=True, help="Certify every solution in exact rational arithmetic.")
@click.option("--real", is_flag=True, help="List the real solutions only.")
@no_progress_option
@format_option("table", "json", default="table")
@output_option
def solve_command(
    file: str,
    start: str,
    seed: int,
    tol: float,
    max_paths: int,
    jobs: int,
    timeout: float | None,
    scheduler: str | None,
    resume: str | None,
    certify: bool,
    real: bool,
    no_progress: bool,
    style: str,
    output: str | None,
) -> None:
    """All isolated complex solutions of the polynomial system in FILE (- for stdin).

    FILE is in any format that convert reads, such as PHCpack's, Bertini's or HomotopyContinuation.jl's text,
    or one equation a line; its content tells which. Exit code 0, or 3 if some path failed or was left
    untracked, if a trace test failed, or if --timeout or Ctrl-C came before the end of --certify.
    """
    # Paths have threads of their own. Those of NumPy's matrices, which are small here, take long to start.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from polysolv.errors import InputError
    from polysolv.homotopy import solve
    from polysolv.systems.any_system import read_any

    end = None if timeout is None else time.monotonic() + timeout
    with read_within(timeout):
        system = read_any(read_input(file, "FILE"))
    if output is not None:
        from polysolv.files import require_place

        require_place(output, "--output")  # now, not after an hour of work
    certified, notes = None, []
    with status_line(no_progress, tracks_paths=True) as show:

        def counts(done: int, failed: int, total: int, seconds: float) -> None:
            rate = done / seconds if seconds > 0 else 0.0
            if show is not None:
                show(f"paths {done}/{total}, failed {failed}, {rate:.0f} per second")

        progress = None
        if show is not None:
            show("loading the path tracker")
            progress = counts
        left = None if end is None else max(end - time.monotonic(), 1e-9)
        try:
            result = solve(
                system,
                start,
                seed,
                tol,
                max_paths,
                jobs,
                timeout=left,
                progress=progress,
                scheduler=scheduler,
                resume=resume,
            )
        except InputError as error:
            if error.field == "timeout":  # it passed before a path was begun
                raise time_is_up(timeout) from None
            if error.field in _CHECKED:
                raise InputError(_CHECKED[error.field], error.value, error.allowed) from None
            raise
        if certify:
            if show is not None:
                show(f"certifying {result.nsolutions} solution{'s' if result.nsolutions != 1 else ''}")
            certified = _certified(result, end)
            if certified is None:
                notes.append("nothing is certified: the time limit or an interrupt came first")
    if style == "json":
        emit(_json(result, certified, notes, real), output)
    else:
        _print(result, certified, notes, real, output)
    if not result.is_complete or notes:
        raise click.exceptions.Exit(TIME_IS_UP)


def _certified(result: SolveResult, end: float | None) -> CertifiedSolutions | None:
    from polysolv.deadline import TimeIsUp, time_limit
    from polysolv.homotopy import certify_solutions

    left = None if end is None else end - time.monotonic()
    if left is not None and left <= 0:
        return None
    try:
        with time_limit(left):
            return certify_solutions(result)
    except (TimeIsUp, KeyboardInterrupt):
        return None


def _json(result: SolveResult, certified: CertifiedSolutions | None, notes: list[str], real: bool) -> str:
    import json

    data: dict[str, Any] = result.to_data()
    if real:
        data["paths"] = [path for path in data["paths"] if path["real"]]
    if certified is not None:
        data["certification"] = certified.to_data()
    elif notes:
        data["certification"] = None
    data["notes"] += notes
    return json.dumps(data, indent=1)


def _print(
    result: SolveResult,
    certified: CertifiedSolutions | None,
    notes: list[str],
    real: bool,
    output: str | None,
) -> None:
    from polysolv.cli.tables import emit_text, page_width
    from polysolv.display.counted import counted

    shown = result.real_solutions if real else result.solutions
    names = result.system.unknowns
    rows = [
        [str(i), *(_number(z, path.real) for z in path.solution), _kind(path, result.slices)]
        for i, path in enumerate(shown, 1)
    ]
    none = f"no {'real' if real else 'finite'} solutions"
    table = _rendered(["", *names, "kind"], rows, page_width(output)) if rows else [none]
    counts = result.counts
    lines = [
        f"{counted(counts['solutions'], 'solution')} ({counts['real']} real, {counts['singular']} singular), "
        f"{counted(counts['at_infinity'], 'path')} at infinity, {counts['failed']} failed; "
        f"{counted(len(result), 'path')}, start {result.start}, seed {result.seed}",
    ]
    if certified is not None:
        lines.append(str(certified))
    lines += [f"note: {note}" for note in (*result.notes, *notes)]
    if output is None:
        emit("\n".join(table), None)
        emit_text("\n".join(["", *lines]), None)
    else:
        emit("\n".join([*table, "", *lines]), output)


def _rendered(header: list[str], rows: list[list[str]], page: int | None) -> list[str]:
    """Return the lines of a table of solutions; ``page`` is the width that it must fit, if any."""
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]
    if page is not None and sum(widths) + 2 * len(widths) - 2 > page:
        from polysolv.display.grid import Grid

        return Grid("", header, rows).to_text(page).split("\n")
    if page is not None and on_terminal() and sum(widths) + 3 * len(widths) + 1 <= page:
        import io

        from rich.console import Console
        from rich.table import Table

        table = Table()
        for name in header:
            table.add_column(name, justify="right", overflow="fold")
        for row in rows:
            table.add_row(*row)
        stream = io.StringIO()
        Console(file=stream, width=page, force_terminal=True).print(table)
        return stream.getvalue().rstrip("\n").split("\n")
    return [
        "  ".join(text.rjust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in [header, *rows]
    ]


def _number(value: complex, real: bool) -> str:
    """A part far below the other is rounding; adding 0.0 makes 0 of −0."""
    noise = 1e-13 * abs(value)
    if real or abs(value.imag) <= noise:
        return f"{value.real + 0.0:.12g}"
    return f"{value.real if abs(value.real) > noise else 0.0:.9g}{value.imag:+.9g}i"


def _kind(path: PathResult, slices: int) -> str:
    words = ["real" if path.real else "complex"]
    if path.dimension:
        words.append(f"on a solution set of dimension {path.dimension + slices}")
    elif path.singular:
        words.append(f"singular, multiplicity {path.multiplicity}" if path.multiplicity else "singular")
    return " ".join(words)
