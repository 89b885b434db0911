"""Options of the estimator, shared by ``polysolv fit`` and ``polysolv crosscheck``."""

from __future__ import annotations

import click

from polysolv.cli.options import Command, IntegerRange, Name


def fitter_options(command: Command) -> Command:
    """Add ``--method``, ``--tol``, ``--max-iter``, ``--min-variance``, ``--bound``; ``None``: not given."""
    for option in (
        click.option(
            "--bound",
            "bound_texts",
            metavar="NAME=LOW:HIGH",
            multiple=True,
            help="Keep beta0, beta1, a, b or sigma in a box; may be repeated; LOW or HIGH may be left out.",
        ),
        click.option("--min-variance", type=float, default=None, help="Least variance of an expert."),
        click.option(
            "--max-iter",
            type=IntegerRange(1, 10**7),
            default=None,
            help="Iterations of one start. [default: 1000]",
        ),
        click.option("--tol", type=float, default=None, help="Bound on max|score|/n. [default: 1e-08]"),
        click.option(
            "--method", type=Name(["auto", "newton", "em"]), default=None, help="Optimiser. [default: auto]"
        ),
    ):
        command = option(command)
    return command


def structure_options(command: Command) -> Command:
    """Add ``--weights``, ``--gate``, ``--variance``."""
    for option in (
        click.option(
            "--variance",
            type=Name(["free", "equal"]),
            default="free",
            show_default=True,
            help="A variance for each expert, or one for all.",
        ),
        click.option(
            "--gate",
            metavar="TEXT",
            default=None,
            help='Covariates of the gate where --formula is that of the experts: "~ z"; "~ 1" for none.',
        ),
        click.option(
            "--weights",
            metavar="NAME",
            default=None,
            help="Column that says how often each row counts, numbers of at least 0.",
        ),
    ):
        command = option(command)
    return command


def parse_bounds(texts: tuple[str, ...]) -> dict[str, tuple[float | None, float | None]]:
    """Return the box that texts such as ``beta0=-4:4`` spell; an end left out is no limit.

    Raises:
        InputError: for another text.
    """
    from polysolv.errors import InputError

    bounds: dict[str, tuple[float | None, float | None]] = {}
    for text in texts:
        name, _, pair = text.partition("=")
        ends = pair.split(":")
        try:
            low, high = (None if not end else float(end) for end in ends)
        except ValueError:
            raise InputError("--bound", text, "NAME=LOW:HIGH, such as beta0=-4:4") from None
        bounds[name.strip()] = (low, high)
    return bounds
