"""Options of ``polysolv fit`` that ask for intervals, draws and tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from polysolv.cli.options import Command, FilePath, IntegerRange, Name, Names

if TYPE_CHECKING:
    from polysolv.moe import SoftmaxGaussianMoE
    from polysolv.moe.fit_record import FitRecord
    from polysolv.moe.likelihood import Array

_METHODS = ("wald", "profile", "bootstrap")
_DRAWS = 199
_OPTIONS = {"file": "--resume", "level": "--level", "bootstrap": "--bootstrap", "lr_test": "--lr-test"}


def inference_options(command: Command) -> Command:
    """Add ``--intervals``, ``--level``, ``--bootstrap``, its kind, ``--lr-test`` and ``--resume``."""
    for option in (
        click.option(
            "--resume",
            "draw_file",
            type=FilePath(),
            default=None,
            help="Keep every finished draw in this file, and go on with those that it holds.",
        ),
        click.option(
            "--lr-test",
            is_flag=True,
            help="Test K experts against K + 1 by the likelihood ratio, its law from --bootstrap draws.",
        ),
        click.option(
            "--bootstrap-kind",
            type=Name(["parametric", "cases"]),
            default=None,
            help="What is drawn: responses from the fit, or rows. [default: parametric]",
        ),
        click.option(
            "--bootstrap",
            "draws",
            metavar="N",
            type=IntegerRange(1, 10**6),
            default=None,
            help=f"Fit again to N drawn data sets, for intervals or --lr-test. [default: {_DRAWS}]",
        ),
        click.option(
            "--level", type=float, default=None, help="Confidence level of --intervals. [default: 0.95]"
        ),
        click.option(
            "--intervals",
            type=Names(_METHODS),
            default=None,
            help=f"Confidence intervals, of one or more kinds: {', '.join(_METHODS)}.",
        ),
    ):
        command = option(command)
    return command


@dataclass(frozen=True)
class Asked:
    """What is asked of a fit.

    Args:
        intervals: methods, in order.
        level: confidence level.
        draws: number of draws.
        kind: of the bootstrap.
        lr_test: whether one expert more is tested.
        file: of finished draws, or None.
        seed, jobs: of the draws.
    """

    intervals: tuple[str, ...]
    level: float
    draws: int
    kind: str
    lr_test: bool
    file: str | None
    seed: int
    jobs: int


def asked_of(options: Mapping[str, Any]) -> Asked | None:
    """Return what the options ask for, None for nothing.

    Raises:
        InputError: for another method or level, or an option that means nothing beside the others.
    """
    from polysolv.errors import InputError, unknown_name

    methods, draws, lr_test = list(options["intervals"] or ()), options["draws"], bool(options["lr_test"])
    for method in methods:
        if method not in _METHODS:
            raise unknown_name("--intervals", method, list(_METHODS))
    level = options["level"]
    if level is not None and not 0.0 < level < 1.0:
        raise InputError("--level", level, "a number above 0 and below 1, such as 0.95")
    if draws is not None and not lr_test and "bootstrap" not in methods:
        methods.append("bootstrap")
    drawing = lr_test or "bootstrap" in methods
    for name, value, meant in (
        ("--level", level, methods),
        ("--bootstrap-kind", options["bootstrap_kind"], "bootstrap" in methods),
        ("--resume", options["draw_file"], drawing),
    ):
        if value is not None and not meant:
            with_what = "--intervals" if name == "--level" else "--bootstrap or --intervals bootstrap"
            raise InputError(name, value, f"nothing without {with_what}")
    if not methods and not lr_test:
        return None
    level, draws = 0.95 if level is None else level, _DRAWS if draws is None else draws
    if "bootstrap" in methods:
        from polysolv.moe.intervals import draws_needed

        if draws < draws_needed(level):
            raise InputError("--bootstrap", draws, f"at least {draws_needed(level)} for --level {level:g}")
    if options["draw_file"] is not None:
        from polysolv.files import require_place

        require_place(options["draw_file"], "--resume")
    return Asked(
        tuple(dict.fromkeys(methods)),
        level,
        draws,
        options["bootstrap_kind"] or "parametric",
        lr_test,
        options["draw_file"],
        options["seed"],
        options["jobs"],
    )


def require_draw_file(
    asked: Asked, fit: SoftmaxGaussianMoE, X: Array, y: Array, weights: Array | None
) -> None:
    """Refuse a ``--resume`` file that cannot keep the draws, before anything is fitted or written."""
    from polysolv.errors import InputError
    from polysolv.moe import inferring

    if asked.file is None:
        return
    try:
        inferring.require_draw_file(asked.file, fit.get_params(deep=False), X, y, weights)
    except InputError as error:
        raise InputError(_OPTIONS.get(error.field, error.field), error.value, error.allowed) from None


def infer(fit: SoftmaxGaussianMoE, asked: Asked, show: Callable[[str], None] | None) -> None:
    """Make what is asked of a fit; interrupted, the fit keeps what is finished.

    Args:
        fit: a fit that holds its data.
        asked: what is asked.
        show: shows a text in one line, or None.
    """
    from polysolv.errors import InputError

    try:
        _infer(fit, asked, show)
    except InputError as error:
        raise InputError(_OPTIONS.get(error.field, error.field), error.value, error.allowed) from None


def _infer(fit: SoftmaxGaussianMoE, asked: Asked, show: Callable[[str], None] | None) -> None:
    from polysolv.errors import InputError

    def progress(what: str) -> Callable[[int, int, int], None]:
        def said(done: int, wanted: int, failed: int) -> None:
            if show is not None:
                show(f"{what}: {done} of {wanted} draws" + (f", {failed} came to nothing" if failed else ""))

        return said

    for method in asked.intervals:
        if method != "bootstrap":
            fit.conf_int(asked.level, method)
    if "bootstrap" in asked.intervals:
        try:
            fit.bootstrap(
                asked.draws,
                asked.kind,
                asked.jobs,
                asked.seed,
                file=asked.file,
                progress=progress("bootstrap"),
            )
        except BaseException:
            # Interrupted: intervals of the draws that there are, if these are enough.
            try:
                if fit.inference_.bootstrap is not None:
                    fit.conf_int(asked.level, "bootstrap")
            except InputError:
                pass
            raise
        fit.conf_int(asked.level, "bootstrap")
    if asked.lr_test:
        fit.lr_test(
            n=asked.draws,
            jobs=asked.jobs,
            seed=asked.seed,
            file=asked.file,
            progress=progress("likelihood-ratio test"),
        )


def infer_from_record(record: FitRecord, asked: Asked) -> FitRecord:
    """Return a saved fit with the intervals that need no data.

    Raises:
        InputError: for what needs the data, or draws that the file does not hold.
    """
    from polysolv.errors import InputError
    from polysolv.moe.estimator import fit_of, record_of

    if asked.lr_test:
        raise InputError("--lr-test", True, "nothing together with --load")
    if "profile" in asked.intervals:
        raise InputError("--intervals", "profile", "wald, or bootstrap if the draws are saved, with --load")
    if "bootstrap" in asked.intervals and record.inference.bootstrap is None:
        raise InputError("--intervals", "bootstrap", "wald: the saved fit holds no draws")
    fit = fit_of(record)
    for method in asked.intervals:
        fit.conf_int(asked.level, method)
    return record_of(fit)


def unfinished(record: FitRecord, asked: Asked) -> str:
    """Return what of that which was asked is not finished, in words, "" for nothing."""
    found = record.inference
    if "bootstrap" in asked.intervals:
        done = 0 if found.bootstrap is None else found.bootstrap.finished
        if done < asked.draws:
            return f"{done} of {asked.draws} draws of the bootstrap are finished"
    if asked.lr_test:
        done = sum(len(test.null) + test.failed for test in found.tests)
        if done < asked.draws:
            return f"{done} of {asked.draws} draws of the likelihood-ratio test are finished"
    made = {entry.method for entry in found.intervals}
    missing = [method for method in asked.intervals if method not in made]
    return f"no intervals of {', '.join(missing)} are finished" if missing else ""
