"""The verb `engine_on`: the engine of a device, imported when it is asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

from polysolv.errors import InputError
from polysolv.moe.engines.devices import chosen
from polysolv.moe.engines.engine import Engine, Rows, Units
from polysolv.moe.rows.row_stream import check_shape

P = TypeVar("P", bound=Any)
# Rows with weights are written out for a GPU, at most so many.
_MOST_ROWS = 10**8


def engine_on(device: str, rows: Rows, k: int) -> Engine:
    """Return the engine for some rows.

    Args:
        device: "cpu" (numba) or "cuda"; "auto" for cuda if there is one.
        rows: what the likelihood is of.
        k: number of experts.

    Raises:
        DeviceError: if the device is not there or has too little memory.
    """
    if chosen(device) == "cuda":
        from polysolv.moe.engines.cuda_engine import CudaEngine

        return CudaEngine(rows, k)
    from polysolv.moe.engines.numba_engine import NumbaEngine

    return NumbaEngine(rows, k)


def on_device(problem: P, device: str) -> P:
    """Return a problem (:class:`polysolv.moe.problem.Problem`) whose likelihood a device evaluates.

    Raises:
        InputError: for "cuda" with more experts, covariates or kinds of rows than its kernels are built for.
        DeviceError: if the device is not there or has too little memory.
    """
    if chosen(device) == "cpu":
        return problem
    d = problem.Z.shape[0] - 1
    try:
        check_shape(problem.k, d, "n_experts", "X: columns")
        weights = problem.row_weights
        if weights is not None and ((weights != np.round(weights)).any() or weights.sum() > _MOST_ROWS):
            allowed = f"cpu where weights of rows are no whole numbers or add up to more than {_MOST_ROWS:g}"
            raise InputError("device", device, allowed)
    except InputError:
        if device == "auto":
            return problem
        raise
    Z, y = problem.Z[1:], problem.y
    if weights is not None:  # repeated rows are kept once, with their number
        Z, y = (np.repeat(part, weights.astype(np.intp), axis=-1) for part in (Z, y))
    rows = Rows((Z, y), y.size, Units.none(d))
    result: P = replace(problem, engine=engine_on("cuda", rows, problem.k))
    return result
