"""The likelihood-ratio test of one number of experts against a larger one, by parametric bootstrap."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from polysolv.display.rich_display import RichDisplay, Tables
from polysolv.moe.batch import raced
from polysolv.moe.bootstrap import drawn_problem, numbers, refitted
from polysolv.moe.draws import Row, generator
from polysolv.moe.likelihood import Array, pack, unpack
from polysolv.moe.optimise import Run, optimise
from polysolv.moe.problem import Problem
from polysolv.moe.search import best_of, runs_of

_SPLIT = 0.5


@dataclass(frozen=True, eq=False, repr=False)
class LikelihoodRatioTest(RichDisplay):
    """The statistic 2 (l(k + 1) - l(k)) with its law under k experts.

    Args:
        k_null, k_alternative: numbers of experts.
        statistic: of the data.
        null: statistics of data drawn from the fit of ``k_null`` experts, ascending.
        wanted: number of draws asked for.
        failed: number of draws whose null fit came to nothing; they are left out.
        seed: of the draws.
    """

    k_null: int
    k_alternative: int
    statistic: float
    null: tuple[float, ...]
    wanted: int
    failed: int
    seed: int

    @property
    def p_value(self) -> float:
        """(1 + the number of draws that reach the statistic)/(1 + the number of draws)."""
        reached = sum(value >= self.statistic for value in self.null)
        return (1 + reached) / (1 + len(self.null))

    @property
    def sentence(self) -> str:
        """The outcome in words."""
        done = len(self.null) + self.failed
        early = f"; stopped early: {done} of {self.wanted} are finished" if done < self.wanted else ""
        failed = f"; {self.failed} more came to nothing" if self.failed else ""
        how = f"{len(self.null)} draws from the fit of k = {self.k_null}, seed {self.seed}{early}{failed}"
        return (
            f"likelihood-ratio test of k = {self.k_null} against k = {self.k_alternative}: statistic "
            f"{self.statistic:.4f}, p = {self.p_value:.3g} by parametric bootstrap ({how})"
        )

    def _display(self) -> Tables:
        return [], [self.sentence]

    def __str__(self) -> str:
        return self.sentence

    def __repr__(self) -> str:
        return self.sentence


@dataclass(frozen=True)
class RatioDraw:
    """The task that makes one statistic under the null hypothesis.

    Args:
        null: data, with k experts.
        alternative: the same data with more experts.
        vector: the fit of ``null``.
        n_init: starts of the search with more experts.
        seed: with the index, all randomness of a draw.
        tol, max_iter: of the fits.

    The search of a draw is that of the data, as the search is part of the statistic: starts of "em-short",
    and every atom of the smaller fit split, so that no statistic is negative.
    """

    null: Problem
    alternative: Problem
    vector: Array
    n_init: int
    seed: int
    tol: float
    max_iter: int

    def __call__(self, index: int) -> Row:
        """Return the draw of an index: its statistic, or why there is none."""
        rng = generator("ratio", self.seed, index)
        null = drawn_problem(self.null, self.vector, "parametric", rng)
        vector = refitted(null, self.vector, self.tol, self.max_iter, rng)
        if vector is None:
            return {"index": index, "failed": "no regular stationary end"}
        alternative = replace(self.alternative, Z=null.Z, y=null.y, row_weights=null.row_weights)
        return {"index": index, "statistic": self.statistic(null, alternative, vector, rng)}

    def whole(self, row: Row) -> bool:
        """Return whether a row read from a file is a draw of this kind."""
        return "failed" in row or numbers([row.get("statistic")], 1)

    def observed(self) -> float:
        """Return the statistic of the data."""
        rng = generator("ratio of the data", self.seed, 0)
        return self.statistic(self.null, self.alternative, self.vector, rng)

    def statistic(
        self, null: Problem, alternative: Problem, vector: Array, rng: np.random.Generator
    ) -> float:
        """Return 2 (l(k + 1) - l(k)), at least 0, the larger fit the best regular end that is found."""
        runs = list(
            runs_of(
                alternative, "em-short", self.n_init, "auto", self.tol, self.max_iter, rng, lambda _: None
            )
        )
        splits = [split(vector, null.k, i, alternative.k) for i in range(null.k)]
        runs += [self._end(alternative, start) for start in raced(alternative, splits, 1)]
        best = best_of(alternative, runs)
        least = null.log_likelihood(vector, null.objective(vector))
        if not alternative.merit(best.vector, best.value)[0]:
            return 0.0
        return max(0.0, 2.0 * (alternative.log_likelihood(best.vector, best.value) - least))

    def _end(self, problem: Problem, start: Array) -> Run:
        return optimise(problem, problem.box.clip(start), "newton", self.tol, self.max_iter)


def split(vector: Array, k: int, atom: int, wanted: int) -> Array:
    """Return a vector of more atoms: one of k is put there several times, a little apart, its weight shared.

    >>> split(np.array([0.0, 1.0, 0.0]), 1, 0, 2).round(3).tolist()
    [-0.693, -0.693, 1.25, 0.75, 0.0, 0.0]
    """
    gate, expert, log_variance = unpack(vector, k)
    copies = wanted - k + 1
    gates = np.repeat(gate[[atom]], copies, axis=0)
    gates[:, 0] -= np.log(copies)
    experts = np.repeat(expert[[atom]], copies, axis=0)
    experts[:, 0] += np.linspace(0.5, -0.5, copies) * _SPLIT * np.exp(0.5 * log_variance[atom])
    others = np.delete(np.arange(k), atom)
    return pack(
        np.concatenate([gate[others], gates]),
        np.concatenate([expert[others], experts]),
        np.concatenate([log_variance[others], np.repeat(log_variance[atom], copies)]),
    )
