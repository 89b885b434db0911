"""The noun `Dendrogram`: fitted atoms merged pair by pair, and the criterion DSC that reads k off it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from polysolv.display.counted import counted
from polysolv.display.grid import Grid
from polysolv.display.rich_display import RichDisplay, Tables
from polysolv.errors import unknown_name
from polysolv.moe import weighted
from polysolv.moe.likelihood import Array
from polysolv.moe.mixing_measure import MixingMeasure
from polysolv.moe.row_weights import count_of

if TYPE_CHECKING:
    from polysolv.display.pictures import Picture

SCHEMA = "polysolv/dendrogram/1"
LEAVES, ARRIVES = "leaves", "arrives"
PAIRINGS = (LEAVES, ARRIVES)
GAUGE = (
    "heights in a fixed gauge: weights sum to 1 at the centre of the covariates; covariates and response are "
    "standardised"
)


class Merge(NamedTuple):
    """One merge: the fitted atoms in both parts, and their dissimilarity."""

    first: tuple[int, ...]
    second: tuple[int, ...]
    height: float


@dataclass(frozen=True, eq=False)
class Dendrogram(RichDisplay):
    """Atoms of a fit merged until one is left.

    Args:
        merges: in order; after the i-th k - i atoms are left.
        measures: the merged measure of k, k - 1, …, 1 atoms, in the gauge of :data:`GAUGE`.
        log_likelihoods: mean log-likelihood of each of these, in the units of the data.
        n: number of rows, or the sum of their weights.

    Source: Do and others, dendrograms of mixing measures; for softmax gates Thai, Nguyen and others
    (arXiv 2510.12744).
    """

    merges: tuple[Merge, ...]
    measures: tuple[MixingMeasure, ...]
    log_likelihoods: tuple[float, ...]
    n: int | float

    @property
    def k(self) -> int:
        """Number of fitted atoms."""
        return len(self.measures)

    @cached_property
    def heights(self) -> tuple[float, ...]:
        """The dissimilarities at which atoms merge, in order."""
        return tuple(merge.height for merge in self.merges)

    def height(self, kappa: int, pairing: str = LEAVES) -> float:
        """Return the height that belongs to κ atoms.

        Args:
            kappa: 1 to k.
            pairing: "leaves": at which κ atoms become κ - 1, that is how far the closest two of the κ are
                apart; 0 for κ = 1. "arrives": at which κ + 1 became κ; 0 for κ = k.
        """
        if pairing not in PAIRINGS:
            raise unknown_name("pairing", pairing, list(PAIRINGS))
        place = self.k - kappa if pairing == LEAVES else self.k - kappa - 1
        return self.heights[place] if 0 <= place < len(self.heights) else 0.0

    def dsc(self, kappa: int, pairing: str = LEAVES) -> float:
        """Return DSC(κ) = -(height + log n · mean log-likelihood of κ merged atoms); smaller is better."""
        return -(self.height(kappa, pairing) + math.log(self.n) * self.log_likelihoods[self.k - kappa])

    def chosen(self, pairing: str = LEAVES) -> int:
        """Return the κ of the least DSC."""
        return min(range(1, self.k + 1), key=lambda kappa: self.dsc(kappa, pairing))

    def grid(self) -> Grid:
        """Return a row for each κ."""
        rows = []
        for kappa in range(self.k, 0, -1):
            here = self.height(kappa)
            row = [
                str(kappa),
                f"{here:.6g}" if kappa > 1 else "-",
                f"{self.log_likelihoods[self.k - kappa]:.6f}",
            ]
            marks = ["*" if kappa == self.chosen(pairing) else "" for pairing in PAIRINGS]
            row += [f"{self.dsc(kappa, p):.4f}{mark}" for p, mark in zip(PAIRINGS, marks, strict=True)]
            merged = self.merges[self.k - kappa] if kappa > 1 else None
            row.append("-" if merged is None else f"{_names(merged.first)} + {_names(merged.second)}")
            rows.append(row)
        headers = ["atoms", "height", "mean log-likelihood", "DSC", "DSC, other pairing", "merges"]
        return Grid(f"dendrogram of {counted(self.k, 'atom')}, n = {self.n}", headers, rows)

    def to_data(self) -> dict[str, Any]:
        """Return the dendrogram as JSON data (schema ``polysolv/dendrogram/1``)."""
        levels = range(self.k, 0, -1)
        return {
            "schema": SCHEMA,
            "n": self.n,
            "merges": [
                {"first": list(m.first), "second": list(m.second), "height": m.height} for m in self.merges
            ],
            "log_likelihoods": list(self.log_likelihoods),
            "dsc": {pairing: [self.dsc(kappa, pairing) for kappa in levels] for pairing in PAIRINGS},
            "chosen": {pairing: self.chosen(pairing) for pairing in PAIRINGS},
            "measures": [measure.to_dict() for measure in self.measures],
        }

    def to_json(self) -> str:
        """Return the dendrogram as JSON text."""
        import json

        return json.dumps(self.to_data(), indent=2, allow_nan=False)

    def plot(self) -> Picture:
        """Return the picture: atoms below, merged at their heights."""
        from polysolv.display.pictures import BLACK, label, panels

        figure, (axis,) = panels(1, legend=False, size=(4.2, 3.2))
        order = _leaf_order(self.merges, self.k)
        at: dict[tuple[int, ...], tuple[float, float]]
        at = {(atom,): (float(place), 0.0) for place, atom in enumerate(order)}
        for first, second, height in self.merges:
            (x0, y0), (x1, y1) = at[first], at[second]
            axis.plot([x0, x0, x1, x1], [y0, height, height, y1], color=BLACK, linewidth=1.2)
            at[tuple(sorted((*first, *second)))] = ((x0 + x1) / 2, height)
        axis.set_xticks(range(self.k), [str(atom) for atom in order])
        label(axis, "dendrogram of the fitted atoms", "atom", "dissimilarity")
        return figure

    def to_text(self) -> str:
        """Return the table and how to read it."""
        from polysolv.display.rich_display import to_text

        return to_text(*self._display())

    def _display(self) -> Tables:
        notes = [
            GAUGE,
            "DSC pairs a number of atoms with the height at which it becomes one less; the other one with "
            "the height that produced it; * marks the least",
        ]
        return [self.grid()], notes

    def __str__(self) -> str:
        return self.to_text()


def dendrogram_of(G: MixingMeasure, X: Array, y: Array, row_weights: Array | None = None) -> Dendrogram:
    """Return the dendrogram of a measure.

    Args:
        G: the measure.
        X, y: the rows of the criterion, (n, d) and (n,); their means and standard deviations fix the units.
        row_weights: how often each row counts, positive, shape (n,); None for once.

    The dissimilarity of atoms i and j is π_i π_j / (π_i + π_j) · (|(Δβ1, Δb)|² + |(Δa, Δσ)|), π the gate at
    the centre of x. The least one is merged: weights add; β1 and b take weighted means, a and σ those of
    a + (β1 - mean)(b - mean) and σ + (b - mean)². So the equations of a cell at x, y, x y and y² hold.
    """
    centre = weighted.mean(X.T, row_weights)
    spread = np.array([weighted.deviation(column, row_weights) for column in X.T])
    spread = np.where(spread > 0, spread, 1.0)
    level, scale = float(weighted.mean(y, row_weights)), weighted.deviation(y, row_weights)
    weights = G.gate(centre[None, :])[0]
    atoms = [
        _Atom(
            float(weights[i]),
            (G.beta1[i] - G.beta1.mean(axis=0)) * spread,
            G.a[i] * spread / scale,
            (float(G.b[i]) + float(G.a[i] @ centre) - level) / scale,
            float(G.sigma[i]) / scale**2,
        )
        for i in range(G.k)
    ]
    members: list[tuple[int, ...]] = [(i,) for i in range(G.k)]
    rows, responses = (X - centre) / spread, (y - level) / scale
    merges, measures = [], [_measure(atoms)]
    while len(atoms) > 1:
        pairs = combinations(range(len(atoms)), 2)
        height, i, j = min((_dissimilarity(atoms[i], atoms[j]), i, j) for i, j in pairs)
        merges.append(Merge(members[i], members[j], height))
        atoms = [a for p, a in enumerate(atoms) if p not in (i, j)] + [_merged(atoms[i], atoms[j])]
        union = tuple(sorted((*members[i], *members[j])))
        members = [m for p, m in enumerate(members) if p not in (i, j)] + [union]
        measures.append(_measure(atoms))
    shift = math.log(scale)
    values = tuple(
        float(weighted.mean(measure.log_density(rows, responses), row_weights)) - shift
        for measure in measures
    )
    return Dendrogram(tuple(merges), tuple(measures), values, count_of(row_weights, y.size))


class _Atom(NamedTuple):
    weight: float
    beta1: Array
    a: Array
    b: float
    sigma: float


def _dissimilarity(one: _Atom, other: _Atom) -> float:
    first = float(((one.beta1 - other.beta1) ** 2).sum()) + (one.b - other.b) ** 2
    second = math.sqrt(float(((one.a - other.a) ** 2).sum()) + (one.sigma - other.sigma) ** 2)
    total = one.weight + other.weight
    return 0.0 if total == 0.0 else one.weight * other.weight / total * (first + second)


def _merged(one: _Atom, other: _Atom) -> _Atom:
    total = one.weight + other.weight
    p, q = (0.5, 0.5) if total == 0.0 else (one.weight / total, other.weight / total)
    beta1, b = p * one.beta1 + q * other.beta1, p * one.b + q * other.b
    a = p * (one.a + (one.beta1 - beta1) * (one.b - b)) + q * (
        other.a + (other.beta1 - beta1) * (other.b - b)
    )
    sigma = p * (one.sigma + (one.b - b) ** 2) + q * (other.sigma + (other.b - b) ** 2)
    return _Atom(total, beta1, a, b, sigma)


def _measure(atoms: list[_Atom]) -> MixingMeasure:
    # A weight may underflow; its atom then counts for nothing.
    beta0 = [math.log(max(atom.weight, 1e-300)) for atom in atoms]
    parts = ([getattr(atom, name) for atom in atoms] for name in ("beta1", "a", "b", "sigma"))
    return MixingMeasure(beta0, *parts)


def _leaf_order(merges: tuple[Merge, ...], k: int) -> list[int]:
    order: dict[tuple[int, ...], list[int]] = {(i,): [i] for i in range(k)}
    for first, second, _ in merges:
        order[tuple(sorted((*first, *second)))] = order[first] + order[second]
    return order[tuple(range(k))]


def _names(atoms: tuple[int, ...]) -> str:
    return "(" + ", ".join(map(str, atoms)) + ")" if len(atoms) > 1 else str(atoms[0])
