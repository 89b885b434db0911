"""``polysolv decide``."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click

from polysolv.cli.deciding import (
    CONTRADICTION_CODE,
    UNDECIDED_CODE,
    MethodName,
    deciding_options,
    terminated_cleanly,
)
from polysolv.cli.options import (
    FilePath,
    IntegerRange,
    UnknownNames,
    command,
    emit,
    family_is_named,
    family_options,
    format_option,
    output_option,
    read_input,
)
from polysolv.cli.progress import status_line
from polysolv.cli.working import read_within

if TYPE_CHECKING:
    from polysolv.decisions import Verdict
    from polysolv.display.grid import Grid

_QUICK = 0.5  # seconds of reading that are not taken from the time limit


@command("decide")
@click.argument("system", required=False, type=FilePath(), metavar="[SYSTEM]")
@click.option("--m", type=IntegerRange(1, 1000), default=None, help="Cell size. [default: 2]")
@click.option("--degree", type=IntegerRange(1, 1000), default=None, help="Degree r. [default: 4]")
@family_options
@click.option(
    "--positive", type=UnknownNames(), default=None, help="Unknowns of SYSTEM that must be positive."
)
@click.option(
    "--nontrivial", type=UnknownNames(), default=None, help="Unknowns of which some must be non-zero."
)
@click.option(
    "--method", type=MethodName(), default="auto", show_default=True, help="A method, auto, or all."
)
@deciding_options
@click.option(
    "--certificate", type=FilePath(), default=None, help="Write the certificate, if there is one, here."
)
@format_option("text", "json", default="text")
@output_option
def decide_command(
    system: str | None,
    m: int | None,
    degree: int | None,
    family: str,
    dim: int | None,
    positive: tuple[str, ...] | None,
    nontrivial: tuple[str, ...] | None,
    method: str,
    limits: dict[str, Any],
    no_progress: bool,
    certificate: str | None,
    style: str,
    output: str | None,
) -> int:
    """Has the system of a cell of M atoms at degree DEGREE a non-trivial real solution with positive weights?

    The system is that of a family, or one read from SYSTEM (- for stdin) in any format that solve and system
    take. Where SYSTEM does not say which unknowns are weights, --positive and --nontrivial do; without them
    any real solution counts. With --method all each method
    has --timeout seconds. Exit code 0: SOLVABLE or UNSOLVABLE, 3: UNDECIDED, 4: two methods contradict each
    other.
    """
    from polysolv.decisions.strategy import combine, decide, decide_all
    from polysolv.systems import build_system
    from polysolv.systems.any_system import read_question

    if system is None:
        if positive is not None or nontrivial is not None:
            raise click.UsageError(
                "--positive, --nontrivial: a family's system has its weights; leave them out"
            )
        asked = build_system(family, 2 if m is None else m, 4 if degree is None else degree, dim)
    elif (m, degree, dim) != (None, None, None) or family_is_named() or not isinstance(family, str):
        raise click.UsageError(
            "SYSTEM: a saved system already has its m, degree, dimension and family; leave them out"
        )
    else:
        begin = time.monotonic()
        with read_within(limits["timeout"]):
            asked = read_question(read_input(system, "SYSTEM"), positive, nontrivial)
        spent = time.monotonic() - begin
        if spent > _QUICK:
            limits["timeout"] = max(limits["timeout"] - spent, _QUICK)
        if not (asked.weights or asked.nontrivial):
            click.echo("note: any real solution counts, as no unknowns are said to be weights", err=True)
    verdicts: list[Verdict] = []
    with terminated_cleanly(), status_line(no_progress, tracks_paths=True) as report:
        if method == "all":
            verdicts = decide_all(asked, progress=report, **limits)
            verdict = combine(verdicts)
        else:
            if report is not None:
                report(f"deciding by {method}")
            verdict = decide(asked, method, **limits)
    if certificate is not None and verdict.certificate is not None:
        verdict.certificate.write(certificate, "--certificate")
    _print(verdict, verdicts, style, output)
    if verdict.statistics.get("contradiction"):
        return CONTRADICTION_CODE
    return 0 if verdict.decided else UNDECIDED_CODE


def _print(verdict: Verdict, verdicts: list[Verdict], style: str, output: str | None) -> None:
    if style == "json":
        emit(verdict.to_json(), output)
        return
    from polysolv.decisions.verdict import show_witness

    lines = [str(verdict)]
    if verdict.witness is not None:
        lines.append(f"witness: {show_witness(verdict.witness)}")
    if verdict.certificate is not None:
        lines.append(f"certificate: {verdict.certificate.kind}, digest {verdict.certificate.digest}")
    from polysolv.cli.tables import emit_text, print_on_page

    if not verdicts:
        emit_text("\n".join(lines), output)
        return
    grid = _table(verdicts)
    if not print_on_page([grid], lines, output):
        emit("\n".join([grid.to_text(), "", *lines]), output)


def _table(verdicts: list[Verdict]) -> Grid:
    from polysolv.display.grid import Grid

    rows = [
        [v.method, v.status, v.field if v.decided else "-", v.evidence or "-", f"{v.seconds:.2f}", v.reason]
        for v in verdicts
    ]
    return Grid("", ["method", "verdict", "field", "evidence", "seconds", "reason"], rows)
