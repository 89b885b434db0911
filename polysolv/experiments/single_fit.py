"""One cell of a sweep: simulate, fit, and measure the distance to the truth."""

from __future__ import annotations

import math
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

import numpy as np
from threadpoolctl import threadpool_limits

from polysolv.deadline import leave_interruptions_to_the_parent
from polysolv.errors import InputError
from polysolv.experiments.design import Design
from polysolv.experiments.truths import moved_parameter, truth_at
from polysolv.moe import MixingMeasure, cell_errors, voronoi_cells, voronoi_loss
from polysolv.moe.covariates import covariate_law
from polysolv.moe.engines.devices import DeviceError
from polysolv.moe.likelihood import Array
from polysolv.moe.stream_fit import StreamData, StreamFit
from polysolv.moe.voronoi import CellErrors

if TYPE_CHECKING:
    from polysolv.moe import SoftmaxGaussianMoE

ERRORS = ("beta1", "a", "b", "sigma")
LOSSES = ("D1", "D2", "refined")
_LARGEST_LOG_WEIGHT = 700.0

Row = dict[str, Any]


def run_fit(design: Design, index: int, replicate: int, device: str = "cpu") -> Row:
    """Simulate one data set, fit it and return its row; a failed fit is a row with an ``error``.

    Args:
        design: the sweep.
        index: index of the sample size.
        replicate: number of the replicate.
        device: what evaluates the likelihood, "cpu", "cuda" or "auto".

    Returns:
        JSON data. The seed is child ``replicate`` of child ``index`` of ``SeedSequence(seed)``, as ``spawn``
        makes it, so a row depends on nothing but the design and its two numbers. Every numerical library
        runs on one thread: sums in another order would change the last digits.
    """
    leave_interruptions_to_the_parent()
    started = time.process_time()
    row: Row = {
        "index": index,
        "replicate": replicate,
        "n": design.sizes[index],
        "spawn_key": [index, replicate],
    }
    with _one_thread(), warnings.catch_warnings():
        # What the estimator would warn of is in the row.
        warnings.simplefilter("ignore")
        try:
            row.update(_fitted(design, index, replicate, device))
        except DeviceError:  # says nothing about the fit
            raise
        except (InputError, ArithmeticError, np.linalg.LinAlgError) as error:
            row["error"] = f"{type(error).__name__}: {error}"
    row["cpu_seconds"] = round(time.process_time() - started, 4)
    return row


def _one_thread() -> AbstractContextManager[Any]:
    """Limit every numerical library to one thread, for good in a thread of a worker.

    The limit is the process's: the end of one thread's fit must not lift it for another's.
    """
    limit: AbstractContextManager[Any] = threadpool_limits(limits=1)
    in_worker = threading.current_thread() is not threading.main_thread()
    return nullcontext() if in_worker else limit


def _fitted(design: Design, index: int, replicate: int, device: str) -> Row:
    seeds = np.random.SeedSequence(design.seed, spawn_key=(index, replicate)).spawn(2)
    data_rng, start_rng = map(np.random.default_rng, seeds)
    n = design.sizes[index]
    truth = truth_at(design.path, design.truth, design.cells or (), n, design.path_scale, design.m_true)
    fits: list[tuple[str, SoftmaxGaussianMoE | StreamFit]]
    if design.stream:
        data = _stream(design, truth, index, replicate, device)
        fits = list(_stream_fits(design, truth, data, start_rng))
        truth_value = data.log_likelihood(truth)
    else:
        X, y = truth.sample(n, covariate_law(design.covariates, truth.d), data_rng)
        fits = list(_fits(design, truth, X, y, start_rng, device))
        truth_value = truth.log_likelihood(X, y)
    # In a box every end counts; without one a spurious end comes last.
    label, best = max(
        fits, key=lambda pair: (design.bounds is not None or not pair[1].spurious_, pair[1].log_likelihood_)
    )
    G = normalised(best.mixing_measure_, design.truth)
    cells = _cells(G, design.truth)
    sizes = tuple(map(len, cells))
    expected = min(sizes) >= 1 if design.cells is None else sizes == design.cells
    row = {
        "status": best.status_,
        "converged": bool(best.converged_),
        "gradient_norm": best.gradient_norm_,
        "iterations": best.n_iter_,
        "log_likelihood": best.log_likelihood_,
        "truth_log_likelihood": truth_value,
        "start": label,
        "starts": [[name, fit.log_likelihood_, fit.status_] for name, fit in fits],
        "at_bound": list(best.at_bound_),
        "smallest_weight": float(np.exp(G.beta0 - np.logaddexp.reduce(G.beta0)).min()),
        "cells": [list(cell) for cell in cells],
        "expected_cells": bool(expected),
        "losses": {kind: _loss(G, design.truth, kind) for kind in LOSSES},
        "errors": _errors(design, truth, G, cells),
        "measure": G.to_dict(),
    }
    return (
        {**row, "passes": [list(pair) for pair in best.passes_.items()]}
        if isinstance(best, StreamFit)
        else row
    )


def _fits(
    design: Design, truth: MixingMeasure, X: Array, y: Array, rng: np.random.Generator, device: str
) -> Iterator[tuple[str, SoftmaxGaussianMoE]]:
    for number in range(design.near_starts):
        init = near_start(design, _near(design, truth), X, rng)
        yield f"near {number}", _estimator(design, init=init, device=device).fit(X, y)
    if design.random_starts:
        yield "random", _random(design, rng, device).fit(X, y)


def _stream(design: Design, truth: MixingMeasure, index: int, replicate: int, device: str) -> StreamData:
    """Return the data set of a fit: its stream is keyed by the size, its replicates count."""
    n = design.sizes[index]
    key = np.random.SeedSequence(design.seed, spawn_key=(index,)).generate_state(1, np.uint64)
    return StreamData(truth.rows(int(key[0]), replicate, design.covariates, max(n, 2)), n, device)


def _stream_fits(
    design: Design, truth: MixingMeasure, data: StreamData, rng: np.random.Generator
) -> Iterator[tuple[str, StreamFit]]:
    """Yield the fits of a stream; random starts are those of the estimator on the first rows."""
    names = [f"near {number}" for number in range(design.near_starts)]
    starts = [near_start(design, _near(design, truth), data.X, rng) for _ in names]
    if design.random_starts:
        names.append("random")
        starts.append(_random(design, rng, "cpu").fit(data.X, data.y).mixing_measure_)
    return zip(names, data.fits(starts, design.bounds, **design.options), strict=True)


def _near(design: Design, truth: MixingMeasure) -> MixingMeasure:
    return truth if design.m_true is None or truth.k == design.k else design.truth


def _random(design: Design, rng: np.random.Generator, device: str) -> SoftmaxGaussianMoE:
    state = int(rng.integers(2**31))
    return _estimator(design, n_init=design.random_starts, random_state=state, device=device)


def _estimator(design: Design, **options: Any) -> SoftmaxGaussianMoE:
    # Imported where rows are stored: scikit-learn needs more memory than a stream.
    from polysolv.moe import SoftmaxGaussianMoE

    return SoftmaxGaussianMoE(design.k, bounds=design.bounds, **design.options, **options)


def near_start(design: Design, truth: MixingMeasure, X: Array, rng: np.random.Generator) -> MixingMeasure:
    """Return a start near the truth: its atoms, duplicated to fill the cells, each one perturbed.

    Args:
        design: gives k, the cells (None: every true atom once, the others at random) and ``spread``.
        truth: the data-generating measure.
        X: covariates, which set the unit of the slopes.
        rng: source of the perturbation.

    Weights are shared equally in a cell. The perturbations are Gaussian with standard deviation ``spread``
    in β0 and log σ, ``spread`` times the expert's standard deviation in b, and divided by that of the
    covariate in β1 and a.
    """
    k = design.k
    if truth.k == k:
        origin, shares = np.arange(k), np.ones(k)
    else:
        if design.cells is not None:
            counts = np.asarray(design.cells)
        else:
            extra = rng.integers(truth.k, size=k - truth.k)
            counts = 1 + np.bincount(extra, minlength=truth.k)
        origin = np.repeat(np.arange(truth.k), counts)
        shares = np.repeat(1.0 / counts, counts)
    z = rng.standard_normal((k, 3 + 2 * truth.d)) * design.spread
    sd = np.sqrt(truth.sigma[origin])
    unit = X.std(axis=0)
    d = truth.d
    return MixingMeasure(
        truth.beta0[origin] + np.log(shares) + z[:, 0],
        truth.beta1[origin] + z[:, 3 : 3 + d] / unit,
        truth.a[origin] + z[:, 3 + d :] * sd[:, None] / unit,
        truth.b[origin] + z[:, 1] * sd,
        truth.sigma[origin] * np.exp(z[:, 2]),
    )


def normalised(G: MixingMeasure, truth: MixingMeasure) -> MixingMeasure:
    """Translate the gate of a fitted measure to the true one.

    Each cell that is not empty asks for a translation: that which matches its total weight and its weighted
    mean gate slope. The plain mean of these is taken. All of them agree up to O(V), so no rate changes, and
    unlike a match with one atom it leaves no error identically zero.
    """
    t1, t2 = [], []
    for j, cell in enumerate(_cells(G, truth)):
        if cell:
            members = list(cell)
            top = float(G.beta0[members].max())
            shares = np.exp(G.beta0[members] - top)
            t1.append(top + float(np.log(shares.sum())) - float(truth.beta0[j]))
            t2.append(shares @ G.beta1[members] / shares.sum() - truth.beta1[j])
    return G.translate(-float(np.mean(t1)), -np.mean(t2, axis=0))


def _cells(G: MixingMeasure, truth: MixingMeasure) -> list[tuple[int, ...]]:
    """Return the Voronoi cells, also of a measure whose weights e^beta0 overflow: cells know no weights."""
    return voronoi_cells(G.translate(-float(G.beta0.max()), np.zeros(G.d)), truth)


def _loss(G: MixingMeasure, truth: MixingMeasure, kind: str) -> float:
    """Return the loss, infinite where a weight e^beta0 overflows: without a box a gate may turn hard."""
    return voronoi_loss(G, truth, kind) if G.beta0.max() < _LARGEST_LOG_WEIGHT else math.inf


def _errors(
    design: Design, truth: MixingMeasure, G: MixingMeasure, cells: list[tuple[int, ...]]
) -> list[Row]:
    """Return one entry for each true atom; along a path the moving cell is compared atom by atom."""
    if G.beta0.max() >= _LARGEST_LOG_WEIGHT:
        return [_unknown(j, cell) for j, cell in enumerate(cells)]
    entries = cell_errors(G, design.truth, (0.0, np.zeros(G.d)))
    moved = moved_parameter(design.path)
    rows = [_entry(entry) for entry in entries]
    if moved is None or design.cells is None:
        return rows
    j = design.cells.index(max(design.cells))
    before = sum(design.cells[:j])
    target = truth.reorder(range(before, before + (design.m_true or design.cells[j])))
    if len(cells[j]) != design.cells[j]:
        rows[j].update(mean=dict.fromkeys(ERRORS), largest=dict.fromkeys(ERRORS))
        return rows
    fitted = G.reorder(cells[j])
    left, right = (
        H.reorder(np.argsort(np.asarray(getattr(H, moved)).reshape(H.k, -1)[:, 0])) for H in (fitted, target)
    )
    shares = left.weights / left.weights.sum()
    if left.k != right.k:
        right = right.reorder(_nearest(left, right))
    for name in ERRORS:
        difference = np.asarray(getattr(left, name) - getattr(right, name)).reshape(left.k, -1)
        norms = np.sqrt((difference**2).sum(axis=1))
        rows[j]["mean"][name] = float(shares @ norms)
        rows[j]["largest"][name] = float(norms.max())
    return rows


def _nearest(left: MixingMeasure, right: MixingMeasure) -> list[int]:
    """Return for every atom of ``left`` the atom of ``right`` that is nearest in mean and variance."""
    unit = float(right.sigma.mean())
    gap = (left.b[:, None] - right.b) ** 2 / unit + ((left.sigma[:, None] - right.sigma) / unit) ** 2
    return [int(i) for i in np.argmin(gap, axis=1)]


def _unknown(j: int, cell: tuple[int, ...]) -> Row:
    nothing = dict.fromkeys(ERRORS)
    return {"true_atom": j, "size": len(cell), "weight": math.inf, "mean": nothing, "largest": nothing}


def _entry(entry: CellErrors) -> Row:
    empty = entry.size == 0
    return {
        "true_atom": entry.true_atom,
        "size": entry.size,
        "weight": entry.weight_error,
        "mean": dict.fromkeys(ERRORS) if empty else dict(entry.mean),
        "largest": dict.fromkeys(ERRORS) if empty else dict(entry.largest),
    }
