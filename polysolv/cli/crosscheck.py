"""``polysolv crosscheck``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from polysolv.cli.fitter import fitter_options, parse_bounds
from polysolv.cli.options import FilePath, IntegerRange, Name, command, emit, format_option
from polysolv.cli.working import TIME_IS_UP, jobs_option, no_progress_option, seed_option, timeout_option

if TYPE_CHECKING:
    from polysolv.experiments.design import Design
    from polysolv.experiments.slope_table import SlopeTable

_DESIGN = {
    "k_true": "truth",
    "k": "k",
    "sizes": "sizes",
    "replicates": "replicates",
    "truth": "truth",
    "seed": "seed",
    "covariates": "covariates",
    "cells": "cells",
    "near_starts": "near_starts",
    "random_starts": "random_starts",
    "spread": "spread",
    "path": "path",
    "path_scale": "path_scale",
    "m_true": "m_true",
    "bound_texts": "bounds",
    "tol": "options",
    "max_iter": "options",
    "method": "options",
    "min_variance": "options",
    "preset_name": "preset",
    "stream": "stream",
}


@command("crosscheck")
@click.option(
    "--k-true", type=IntegerRange(1, 9), default=None, help="Number k* of true experts; see --truth."
)
@click.option("--k", type=IntegerRange(1, 50), default=None, help="Number of fitted experts.")
@click.option(
    "--sizes", metavar="SIZES", default=None, help="LOW:HIGH:COUNT, log-spaced, or a list: 1000,10000."
)
@click.option(
    "--replicates", type=IntegerRange(1, 10**6), default=None, help="Data sets for each size. [default: 40]"
)
@click.option(
    "--truth",
    type=FilePath(),
    default=None,
    help="True mixing measure in JSON. [default: k* overlapping experts, d = 1]",
)
@click.option(
    "--preset",
    "preset_name",
    metavar="NAME",
    default=None,
    help="Experiment by name (nguyen2023-k2, -k3, -k4, overlap-k3, -k5, billion-k3, -k5); "
    "other options override it.",
)
@click.option("-o", "--output", "out", type=FilePath(), default=None, help="Folder of the sweep.  [required]")
@click.option("--resume", is_flag=True, help="Go on with the sweep in the folder.")
@seed_option
@jobs_option(-1)
@click.option(
    "--scheduler", metavar="ADDRESS", default=None, help="Run on the dask cluster of this scheduler."
)
@timeout_option()
@click.option("--x", "covariates", metavar="LAW", default=None, help="Law of x. [default: uniform:-1:1]")
@click.option("--cells", metavar="M,M,...", default=None, help="Expected cell size of each true atom.")
@click.option(
    "--near-starts", type=IntegerRange(0, 10_000), default=None, help="Starts near the truth. [default: 1]"
)
@click.option(
    "--random-starts", type=IntegerRange(0, 10_000), default=None, help="Random starts. [default: 0]"
)
@click.option(
    "--spread", type=float, default=None, help="Perturbation of a start near the truth. [default: 0.1]"
)
@click.option(
    "--truth-path",
    "path",
    type=Name(["fixed", "gauss-hermite", "split-beta1", "split-a", "merge"]),
    default=None,
    help="Whether the truth moves with n. [default: fixed]",
)
@click.option(
    "--m-true",
    type=IntegerRange(2, 6),
    default=None,
    help="With --truth-path merge: how many of the true experts come together. [default: 2]",
)
@click.option("--path-scale", type=float, default=None, help="Constant of the path's distance. [default: 1]")
@click.option(
    "--stream",
    is_flag=True,
    default=None,
    help="Store no rows: memory does not grow with n.",
)
@click.option(
    "--device",
    type=Name(["cpu", "cuda", "auto"]),
    default="cpu",
    show_default=True,
    help="Where the likelihood is evaluated; auto: cuda if there is one.",
)
@fitter_options
@no_progress_option
@format_option("table", "json", "csv", default="table")
def crosscheck_command(
    out: str | None,
    resume: bool,
    jobs: int,
    scheduler: str | None,
    timeout: float | None,
    device: str,
    no_progress: bool,
    style: str,
    **given: Any,
) -> None:
    """Put predicted rates beside slopes measured in simulated data.

    Simulates and fits for every size and replicate, keeps each finished fit in the folder, and prints the
    log-log slope of each loss and of each parameter's error with its interval beside the published and the
    refined prediction. The folder then holds aggregates.csv and slopes.json; `polysolv report` makes a page.

    After --timeout the exit code is 3.
    """
    from polysolv.errors import InputError

    if out is None:
        raise InputError("-o", None, "a folder for the sweep")
    if click.get_current_context().get_parameter_source("seed") is click.core.ParameterSource.DEFAULT:
        # Not stated: --resume alone takes the folder's.
        del given["seed"]
    design = _design(given, out, resume)
    from polysolv.cli.progress import sweep_progress
    from polysolv.experiments.run import run_design

    with sweep_progress(no_progress) as progress:
        result = run_design(design, jobs, out, resume, scheduler, timeout, progress, device)
    if not result.complete:
        done, total = len(result.rows), len(design.jobs)
        click.echo(f"polysolv: time is up; {done} of {total} fits are stored, --resume goes on", err=True)
        click.get_current_context().exit(TIME_IS_UP)
    from polysolv.experiments.sweep_result import slopes

    _print(slopes(result), style)


def _design(given: dict[str, Any], out: str, resume: bool) -> Design:
    """Return the settings: those of the folder if --resume came alone, else preset and options."""
    from pathlib import Path

    from polysolv.experiments.store import SETTINGS, read_design

    stated = {name: value for name, value in given.items() if value not in (None, ())}
    if resume and not stated and (Path(out) / SETTINGS).is_file():
        return read_design(Path(out), "-o")
    from polysolv.experiments.design import make_design

    settings = _settings(stated)
    return make_design(**settings)


def _settings(stated: dict[str, Any]) -> dict[str, Any]:
    from polysolv.errors import InputError
    from polysolv.experiments.presets import preset
    from polysolv.experiments.sizes import parse_sizes
    from polysolv.experiments.truths import standard_truth
    from polysolv.moe import MixingMeasure

    settings: dict[str, Any] = {}
    if "preset_name" in stated:
        settings.update(preset(stated.pop("preset_name")).settings)
    k_true = stated.pop("k_true", None)
    if "truth" in stated:
        settings["truth"] = MixingMeasure.from_file(stated.pop("truth"), "--truth")
    # Along merge the truth that is given is the centre: one atom there is m_true atoms of the moving truth.
    merged = stated.get("m_true", 2) - 1 if stated.get("path") == "merge" else 0
    if "m_true" in stated and not merged:
        raise InputError("--m-true", stated["m_true"], "nothing without --truth-path merge")
    if "truth" not in settings and k_true is not None:
        if k_true <= merged:
            raise InputError("--k-true", k_true, f"at least --m-true = {merged + 1}, which come together")
        settings["truth"] = standard_truth(k_true - merged)
    if "truth" in settings and k_true not in (None, settings["truth"].k + merged):
        raise InputError("--k-true", k_true, f"the number of true atoms, {settings['truth'].k + merged}")
    if "sizes" in stated:
        settings["sizes"] = parse_sizes(stated.pop("sizes"), "--sizes")
    if "cells" in stated:
        settings["cells"] = _cells(stated.pop("cells"))
    for name, option in (("truth", "--k-true"), ("sizes", "--sizes")):
        if name not in settings:
            raise InputError(option, None, "a value, or a --preset that has one")
    if "k" not in stated and "k" not in settings:
        raise InputError("--k", None, "a number of experts, or a --preset that has one")
    options = {
        name: stated.pop(name) for name in ("tol", "max_iter", "method", "min_variance") if name in stated
    }
    texts = stated.pop("bound_texts", ())
    settings.update(stated, options={**settings.get("options", {}), **options})
    if texts:
        settings["bounds"] = _bounds(texts, settings)
    return settings


def _bounds(texts: tuple[str, ...], settings: dict[str, Any]) -> dict[str, Any] | None:
    from polysolv.experiments.design import box_around

    if "none" in texts:
        from polysolv.errors import InputError

        if len(texts) > 1:
            raise InputError("--bound", "none", "no other --bound beside it")
        return None
    preset_box = settings.get("bounds", "truth")
    box: dict[str, Any] = box_around(settings["truth"], settings["k"]) if preset_box == "truth" else {}
    return {**box, **parse_bounds(texts)}


def _cells(text: str) -> tuple[int, ...]:
    from polysolv.errors import InputError

    parts = text.split(",")
    if not all(part.strip().isascii() and part.strip().isdigit() and len(part) < 5 for part in parts):
        raise InputError("--cells", text, "integers separated by commas, such as 2,1")
    return tuple(map(int, parts))


def _print(table: SlopeTable, style: str) -> None:
    import json

    from polysolv.cli.tables import print_on_page

    if style == "json":
        emit(json.dumps(table.to_data(), indent=2, allow_nan=False), None)
    elif style == "csv":
        emit(table.to_csv(), None)
    elif not print_on_page(*table._display(), None):
        emit(table.to_text(), None)
