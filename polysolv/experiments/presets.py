"""Experiments by name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from polysolv.errors import unknown_name
from polysolv.experiments.truths import standard_truth
from polysolv.moe import MixingMeasure


@dataclass(frozen=True)
class Preset:
    """An experiment by name.

    Args:
        summary: one line.
        settings: arguments of :func:`polysolv.experiments.design.make_design`.
    """

    summary: str
    settings: dict[str, Any] = field(repr=False)


def preset(name: str) -> Preset:
    """Return a preset.

    Raises:
        InputError: for an unknown name.

    >>> preset("nguyen2023-k3").settings["k"]
    3
    """
    presets = _presets()
    if name not in presets:
        raise unknown_name("--preset", name, list(presets))
    return presets[name]


def preset_names() -> list[str]:
    """Return the names of all presets."""
    return list(_presets())


def nguyen2023_truth() -> MixingMeasure:
    """Return the truth of the public experiments of Nguyen, Nguyen and Ho (2023), k* = 2, d = 1."""
    return MixingMeasure([-8.0, 0.0], [[25.0], [0.0]], [[-20.0], [20.0]], [15.0, -5.0], [0.3**2, 0.4**2])


def nguyen2023_sizes(k: int) -> tuple[int, ...]:
    """Return the 200 sample sizes of those experiments for k fitted experts.

    k = 2: five equally spaced from 100 to 900, the others from 1,000 to 100,000; else from 10,000 to 100,000.
    """
    if k > 2:
        return tuple(int(n) for n in np.linspace(10_000, 100_000, 200))
    return tuple(int(n) for n in [*np.linspace(100, 900, 5), *np.linspace(1000, 100_000, 195)])


def _presets() -> dict[str, Preset]:
    presets = {
        f"nguyen2023-k{k}": Preset(
            f"the public experiment of the 2023 paper: k* = 2, k = {k}, 200 sizes, 40 replicates, one start "
            "near the truth, no box",
            {
                "truth": nguyen2023_truth(),
                "k": k,
                "sizes": nguyen2023_sizes(k),
                "replicates": 40,
                "covariates": "linspace:0:1",
                "bounds": None,
            },
        )
        for k in (2, 3, 4)
    }
    for k_true, k, cells in ((2, 3, (2, 1)), (3, 5, (3, 1, 1))):
        presets[f"overlap-k{k}"] = Preset(
            f"overlapping experts, k* = {k_true}, k = {k}, starts in a cell of {cells[0]}, weights kept from "
            "0 by the box; separates the published from the refined rate of beta1",
            {
                "truth": standard_truth(k_true),
                "k": k,
                "sizes": (1000, 3162, 10_000, 31_623, 100_000, 316_228, 1_000_000),
                "replicates": 40,
                "cells": cells,
                "near_starts": 3,
                "random_starts": 0,
                "spread": 0.3,
            },
        )
    for k, count in ((3, 20), (5, 8)):
        presets[f"billion-k{k}"] = Preset(
            f"overlap-k{k} to a billion rows, which are made when they are needed; meant for a GPU",
            {
                **presets[f"overlap-k{k}"].settings,
                "sizes": tuple(10**power for power in range(3, 10)),
                "replicates": 40,
                "stream": True,
                "fewer": (10**9, count),
            },
        )
    return presets
