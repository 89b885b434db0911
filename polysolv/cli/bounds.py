"""The box of the estimator as ``--bound`` spells it."""

from __future__ import annotations


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
