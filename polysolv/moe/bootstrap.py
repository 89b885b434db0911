"""The noun `Bootstrap`: the fit made again on data drawn from it, or on its rows drawn with replacement."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from polysolv.errors import InputError, unknown_name
from polysolv.moe.draws import Row, generator
from polysolv.moe.estimated import Estimated
from polysolv.moe.likelihood import Array, log_softmax, unpack
from polysolv.moe.matching import matched
from polysolv.moe.problem import Problem
from polysolv.moe.search import best_of, runs_of

KINDS = ("parametric", "cases")
_SEARCHES = 3


@dataclass(frozen=True, eq=False)
class Bootstrap:
    """Draws of the estimates.

    Args:
        kind: "parametric" (responses from the fit, covariates as they are) or "cases" (rows with
            replacement).
        wanted: number of draws asked for.
        seed: of the draws.
        vectors: parameter vectors in the layout and units of the fitted model's, shape (b, m), atoms in the
            order of the fit; those that came to nothing are missing.
        failed: number of draws that came to nothing: their best end was spurious or not stationary.
    """

    kind: str
    wanted: int
    seed: int
    vectors: Array
    failed: int

    @property
    def finished(self) -> int:
        """Number of draws made, those that came to nothing too."""
        return int(self.vectors.shape[0]) + self.failed

    @property
    def sentence(self) -> str:
        """What was drawn, in words."""
        kind = "parametric bootstrap" if self.kind == "parametric" else "bootstrap of cases"
        text = f"{kind}: {self.vectors.shape[0]} draws, seed {self.seed}"
        if self.finished < self.wanted:
            text += f" (stopped early: {self.finished} of {self.wanted} are finished)"
        if self.failed:
            text += f"; {self.failed} more came to nothing (no regular stationary end) and are left out"
        return text


@dataclass(frozen=True)
class Draw:
    """The task that makes one draw from its index.

    Args:
        problem: the data of the fit.
        vector: the estimate.
        kind: see :class:`Bootstrap`.
        seed: with the index, all randomness of a draw.
        tol, max_iter: of the fit.

    The fit starts from the estimate; only where that ends at no regular maximum a search follows. So a draw
    costs a few Newton steps.
    """

    problem: Problem
    vector: Array
    kind: str
    seed: int
    tol: float
    max_iter: int

    def __call__(self, index: int) -> Row:
        """Return the draw of an index: its vector, or why it came to nothing."""
        rng = generator(self.kind, self.seed, index)
        problem = drawn_problem(self.problem, self.vector, self.kind, rng)
        vector = refitted(problem, self.vector, self.tol, self.max_iter, rng)
        if vector is None:
            return {"index": index, "failed": "no regular stationary end"}
        return {"index": index, "vector": matched(vector, self.vector, problem.k, self.problem.Z).tolist()}

    def whole(self, row: Row) -> bool:
        """Return whether a row read from a file is a draw of this kind."""
        vector = row.get("vector")
        return "failed" in row or (isinstance(vector, list) and numbers(vector, self.vector.size))


def bootstrap_of(kind: str, wanted: int, seed: int, rows: list[Row], size: int) -> Bootstrap:
    """Return the bootstrap of finished draws, in the order of their indices.

    Args:
        kind, wanted, seed: see :class:`Bootstrap`.
        rows: what :class:`Draw` returned.
        size: length of a vector.
    """
    whole = [row["vector"] for row in sorted(rows, key=lambda row: row["index"]) if "vector" in row]
    vectors = np.array(whole, dtype=np.float64).reshape(len(whole), size)
    return Bootstrap(kind, wanted, seed, vectors, len(rows) - len(whole))


def check_kind(kind: object) -> str:
    """Return the name of a kind of bootstrap, or refuse what is none."""
    if kind not in KINDS:
        raise unknown_name("kind", kind, list(KINDS))
    return str(kind)


def refuse_irregular(fit: Estimated, what: str) -> None:
    """Refuse to draw from a fit that says nothing about the data, in one line."""
    if fit.spurious:
        atoms = ", ".join(map(str, fit.spurious))
        allowed = "a fit without them: fewer experts, more starts, or penalty='chen-tan'"
        raise InputError(what, f"a spurious end (atoms {atoms})", allowed)
    if not fit.converged:
        raise InputError(what, "a fit that is not a stationary point", "one that has converged")


def refuse_broken_weights(problem: Problem) -> None:
    """Refuse weights that are no counts: responses are drawn for whole rows."""
    weights = problem.row_weights
    if weights is not None and (weights != np.round(weights)).any():
        broken = float(weights[weights != np.round(weights)][0])
        raise InputError("sample_weight", broken, "whole numbers for a parametric bootstrap, or kind='cases'")


def drawn_problem(problem: Problem, vector: Array, kind: str, rng: np.random.Generator) -> Problem:
    """Return the problem of data drawn from a fit; coordinates, box and floor stay those of the fit.

    A row that counts w times is w rows: each gets a response of its own, or is drawn by itself.
    """
    n = problem.rows
    if kind == "cases":
        if problem.row_weights is None:
            counts = np.bincount(rng.integers(n, size=n), minlength=n)
        else:
            share = problem.row_weights / problem.row_weights.sum()
            counts = rng.multinomial(round(problem.total), share)
        return problem.counted(counts.astype(np.float64))
    Z = problem.Z
    if problem.row_weights is not None:
        Z = np.repeat(Z, problem.row_weights.astype(np.intp), axis=1)
    n = Z.shape[1]
    gate, expert, log_variance = unpack(vector, problem.k)
    cumulative = np.cumsum(np.exp(log_softmax(gate @ Z)), axis=0)
    label = np.minimum((rng.random(n) > cumulative).sum(axis=0), problem.k - 1)
    noise = rng.standard_normal(n) * np.exp(0.5 * log_variance)[label]
    y = np.einsum("np,pn->n", expert[label], Z) + noise
    return replace(problem, Z=Z, y=y, row_weights=None)


def refitted(
    problem: Problem, start: Array, tol: float, max_iter: int, rng: np.random.Generator
) -> Array | None:
    """Return the regular maximum that an ascent from a start finds, else a search; None if neither does.

    Args:
        problem: data and box.
        start: a vector near a maximum.
        tol, max_iter: of the ascent.
        rng: source of randomness of the search.
    """
    ascent = problem.ascend(start, tol, max_iter)
    if ascent.status != "iterations" and (problem.boxed or not problem.spurious(ascent.vector)):
        return ascent.vector
    runs = list(runs_of(problem, "em-short", _SEARCHES, "auto", tol, max_iter, rng, lambda _: None))
    best = best_of(problem, runs)
    regular, value = problem.merit(best.vector, best.value)
    return best.vector if regular and np.isfinite(value) and best.status != "iterations" else None


def numbers(values: list[Any], size: int) -> bool:
    """Return whether a list holds so many finite numbers."""
    return len(values) == size and all(
        isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        for value in values
    )


def digest(*parts: Any) -> str:
    """Return a short digest of arrays and JSON values."""
    found = hashlib.sha256()
    for part in parts:
        found.update(part.tobytes() if isinstance(part, np.ndarray) else json.dumps(part).encode())
        found.update(b"\0")
    return found.hexdigest()[:16]
