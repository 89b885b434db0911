"""Laws of the covariates, by name: ``uniform:LOW:HIGH``, ``normal:MEAN:SD``, ``linspace:LOW:HIGH``."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from polysolv.errors import InputError
from polysolv.moe.likelihood import Array

Draw = Callable[[int, np.random.Generator], Array]
_ALLOWED = "uniform:LOW:HIGH with LOW < HIGH, normal:MEAN:SD with SD > 0, or linspace:LOW:HIGH (d = 1)"


def covariate_law(text: str, d: int, field: str = "x") -> Draw:
    """Return a callable ``draw(n, rng)`` of covariates with shape (n, d), independent in each coordinate.

    Args:
        text: the law; "linspace" gives n equally spaced points and needs d = 1.
        d: number of covariates.
        field: name of the argument, for the error message.

    Raises:
        InputError: for another text.

    >>> covariate_law("linspace:0:1", 1)(3, np.random.default_rng(0)).tolist()
    [[0.0], [0.5], [1.0]]
    """
    kind, first, second = law_numbers(text, field)
    if kind == "uniform" and first < second:
        return lambda n, rng: rng.uniform(first, second, size=(n, d))
    if kind == "normal" and second > 0:
        return lambda n, rng: rng.normal(first, second, size=(n, d))
    if kind == "linspace" and first < second and d == 1:
        return lambda n, rng: np.linspace(first, second, n)[:, None]
    raise InputError(field, text, _ALLOWED)


def law_numbers(text: str, field: str = "x") -> tuple[str, float, float]:
    """Return the name of a law and its two numbers, which need not be allowed.

    Raises:
        InputError: for a text of another form.
    """
    kind, *numbers = text.split(":")
    try:
        first, second = map(float, numbers)
    except ValueError:
        raise InputError(field, text, _ALLOWED) from None
    if not (math.isfinite(first) and math.isfinite(second)):
        raise InputError(field, text, _ALLOWED)
    return kind, first, second
