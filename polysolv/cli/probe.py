"""``polysolv probe``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from polysolv.cli.options import (
    FamilyName,
    FilePath,
    IntegerRange,
    Name,
    chosen_family,
    command,
    density_options,
    emit,
    format_option,
    output_option,
    refuse_given,
)
from polysolv.cli.progress import status_line
from polysolv.cli.working import TIME_IS_UP, jobs_option, no_progress_option, seed_option, timeout_option

_OF_MODEL = ["beta1", "a", "b", "sigma"]


@command("probe")
@click.option(
    "--parameter",
    default=None,
    metavar="NAME",
    help="The parameter that is split; needed without --volume: beta1, a, b or sigma, or one of the density.",
)
@click.option(
    "--volume", is_flag=True, help="Estimate the learning coefficient of the cell from vol{V < eta} instead."
)
@click.option(
    "--m",
    type=IntegerRange(1, 5),
    default=2,
    show_default=True,
    help="Cell size; 5 with --volume only, 1 with --m-true only.",
)
@click.option(
    "--m-true",
    type=IntegerRange(1, 4),
    default=None,
    help="Probe pairs of Gaussian mixtures instead, of M and of M_TRUE atoms; parameters b (mean) and sigma.",
)
@click.option(
    "--splits", metavar="SPLIT,...", default=None, help="Sizes of the split, ascending. [default: six]"
)
@click.option(
    "--truth",
    type=FilePath(),
    default=None,
    help="True mixing measure in JSON, d = 1; its first atom carries the cell. [default: two atoms]",
)
@click.option(
    "--family",
    type=FamilyName(),
    default=None,
    help="Family by name; see `polysolv families`.",
)
@click.option(
    "--dim",
    type=IntegerRange(1, 100),
    default=None,
    help="Number d of covariates. [default: 1]",
)
@density_options
@click.option("--gate", type=Name(["exact", "kernel"]), default=None, help="With --volume. [default: exact]")
@click.option(
    "--distance",
    type=Name(["cumulants", "divergence"]),
    default=None,
    help="With --volume: V by the equations of the cell, or by the true divergence. [default: cumulants]",
)
@click.option(
    "--cells",
    type=IntegerRange(100, 100_000),
    default=None,
    help="With --volume: cells of a run. [default: 2000]",
)
@seed_option
@jobs_option()
@timeout_option()
@no_progress_option
@format_option("table", "json", "csv", "markdown", default="table")
@output_option
def probe_command(
    parameter: str | None,
    volume: bool,
    m: int,
    m_true: int | None,
    splits: str | None,
    truth: str | None,
    family: str | None,
    dim: int | None,
    family_file: str | None,
    density: str | None,
    support: str | None,
    true_atom: tuple[str, ...],
    gate: str | None,
    distance: str | None,
    cells: int | None,
    seed: int,
    jobs: int,
    timeout: float | None,
    no_progress: bool,
    style: str,
    output: str | None,
) -> None:
    """Measure an exponent without data: the population distance V against a split in one parameter.

    Minimises V over everything else, subject to two atoms of the cell being a split apart in the parameter,
    and prints the slope of log V against log split beside the published and the refined exponent. After
    --timeout nothing is printed and the exit code is 3.

    With --density, --family or --family-file: the same for a cell of a density of one response without
    covariates, beside what is proved of its exponent.

    With --m-true: one atom of the mixture of M differs by the split from all atoms of the other.

    With --volume: draws cells of --family (location-scale-gaussian if left out) by subset simulation, and
    prints half the local slopes of log vol{V < eta}, also corrected for multiplicities 2 and 3, beside what
    is proved. After --timeout what is finished is printed; the exit code is 3.
    """
    only_volume: dict[str, object] = {"--gate": gate, "--distance": distance, "--cells": cells}
    of_density = {"--density": density, "--family-file": family_file, "--support": support}
    of_density["--true-atom"] = "; ".join(true_atom) or None
    if volume:
        refuse_given(
            "together with --volume",
            {
                "--parameter": parameter,
                "--splits": splits,
                "--truth": truth,
                "--m-true": m_true,
                **of_density,
            },
        )
        settings = {"gate": gate or "exact", "distance": distance or "cumulants", "cells": cells or 2000}
        where = (family or "location-scale-gaussian", m, dim)
        _print_volume(where, settings, seed, jobs, timeout, no_progress, style, output)
        return
    refuse_given("without --volume", only_volume)
    from polysolv.errors import InputError, unknown_name

    if m_true is not None:
        refuse_given(
            "together with --m-true", {"--truth": truth, "--family": family, "--dim": dim, **of_density}
        )
        from polysolv.experiments.pairs import pair_probe

        numbers = None if splits is None else _numbers(splits)
        pairs = _measured(
            lambda progress: pair_probe(parameter or "b", m, m_true, numbers, seed, jobs, progress),
            timeout,
            no_progress,
            "choices of signs",
            "give --timeout more",
        )
        _print(pairs, style, output)
        return

    given = family is not None or any(value is not None for value in of_density.values())
    if parameter is None:
        allowed = "a parameter of the density" if given else "beta1, a, b or sigma, or --volume instead"
        raise InputError("--parameter", None, allowed)
    if not given and parameter not in _OF_MODEL:
        raise unknown_name("--parameter", parameter, _OF_MODEL)
    if not given:
        refuse_given("without --volume or --family", {"--dim": dim})
    numbers = None if splits is None else _numbers(splits)
    if given:
        refuse_given("together with a density", {"--truth": truth})
        from polysolv.experiments.density_probe import probe_density

        chosen = chosen_family(family, dim, family_file, density, support, true_atom)
        result = _measured(
            lambda progress: probe_density(chosen, parameter, m, numbers, seed, jobs, progress),
            timeout,
            no_progress,
        )
        _print(result, style, output)
        return

    from polysolv.experiments.population import probe
    from polysolv.moe import MixingMeasure

    measure = None if truth is None else MixingMeasure.from_file(truth, "--truth")
    result = _measured(
        lambda progress: probe(parameter, m, numbers, measure, seed, jobs, progress), timeout, no_progress
    )
    _print(result, style, output)


def _measured(
    measure: Callable[[Callable[[int, int], None] | None], Any],
    timeout: float | None,
    no_progress: bool,
    counted: str = "splits",
    remedy: str = "give --timeout more, or fewer --splits",
) -> Any:
    """Return what ``measure`` finds; show what is counted; leave the command when the time is up."""
    from polysolv.deadline import TimeIsUp, time_limit

    try:
        with status_line(no_progress) as show, time_limit(timeout):
            return measure(None if show is None else lambda done, total: show(f"{counted} {done}/{total}"))
    except TimeIsUp:
        click.echo(f"polysolv: time is up; a slope needs all splits: {remedy}", err=True)
        click.get_current_context().exit(TIME_IS_UP)


def _print_volume(
    where: tuple[str, int, int | None],
    settings: dict[str, Any],
    seed: int,
    jobs: int,
    timeout: float | None,
    no_progress: bool,
    style: str,
    output: str | None,
) -> None:
    from polysolv.experiments.volume import volume_probe

    with status_line(no_progress) as show:
        found = volume_probe(*where, seed=seed, jobs=jobs, timeout=timeout, progress=show, **settings)
    _print(found, style, output)
    if not found.complete:
        click.echo("polysolv: time is up; V did not become as small as rounding allows", err=True)
        click.get_current_context().exit(TIME_IS_UP)


def _print(result: Any, style: str, output: str | None) -> None:
    import json

    from polysolv.cli.tables import print_on_page

    if style == "json":
        emit(json.dumps(result.to_data(), indent=2, allow_nan=False), output)
    elif style == "csv":
        emit(result.grid().to_csv(), output)
    elif style == "markdown":
        emit(result.grid().to_markdown(), output)
    else:
        grids, lines = result._display()
        if not print_on_page(grids, lines, output):
            emit(result.to_text(), output)


def _numbers(text: str) -> list[float]:
    from polysolv.errors import InputError

    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise InputError("--splits", text, "numbers separated by commas, such as 0.05,0.1,0.2") from None
