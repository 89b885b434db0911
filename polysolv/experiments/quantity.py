"""The noun `Quantity`: what is measured of every fit of a sweep."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from polysolv.moe.likelihood import Array


@dataclass(frozen=True, order=True)
class Quantity:
    """What is measured of a fit.

    Args:
        kind: "loss" or "error".
        size: cell size m of an error, 0 for a loss.
        name: "D1", "D2" or "refined"; or "weight", "beta1", "a", "b", "sigma".
    """

    kind: str
    size: int
    name: str

    def __str__(self) -> str:
        if self.kind == "loss":
            return "D_refined" if self.name == "refined" else self.name
        return f"{self.name}, m = {self.size}"


def quartiles(values: Array) -> tuple[float, float]:
    """Return the lower and upper quartile, which are among the values (some may be infinite)."""
    low, high = np.quantile(values, [0.25, 0.75], method="nearest")
    return float(low), float(high)
