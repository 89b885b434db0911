"""Top-K walls and mixtures without an exactly fitted cell, against densities on a grid."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest

from polysolv import rate
from polysolv.errors import InputError
from polysolv.rates.allocations import allocations, can_occur_with_walls

# Atoms (beta0, beta1, a, b, sigma). Of the truth two are active at a time: the last one everywhere, the first
# two in turn, with a wall at x = 0. In the second truth the first atom has another wall, at x = 2/3.
ONE_WALL = np.array([(0.0, 1.0, 0.7, -1.0, 0.5), (0.0, -1.0, -0.4, 1.0, 0.8), (3.0, 0.2, 0.3, 0.0, 0.6)])
TWO_WALLS = np.array(
    [
        (0.0, 1.0, 0.7, -1.0, 0.5),
        (0.0, -1.0, -0.4, 1.0, 0.8),
        (-2.0, 4.0, 0.1, 2.0, 0.4),
        (9, 0, 0.3, 0.0, 0.6),
    ]
)
X = np.linspace(-1, 1, 40_001)
Y = np.linspace(-7, 7, 57)


def _density(atoms, active):
    """Return the density on the grid: softmax over the ``active`` largest scores of Gaussian experts."""
    beta0, beta1, a, b, sigma = np.array(atoms).T
    scores = beta0 + np.outer(X, beta1)
    lowest = np.partition(scores, -active, axis=1)[:, [-active]]
    weights = np.where(scores >= lowest, np.exp(scores - scores.max(1, keepdims=True)), 0.0)
    weights /= weights.sum(1, keepdims=True)
    total = np.zeros((len(X), len(Y)))
    for i in range(len(beta0)):
        mean = (a[i] * X + b[i])[:, None]
        total += weights[:, [i]] * np.exp(-((Y - mean) ** 2) / (2 * sigma[i])) / np.sqrt(2 * np.pi * sigma[i])
    return total


def _slope(truth, cells, active, split, sizes=(0.04, 0.02)):
    """Return the slope of log V against log size when the two atoms of cell 0 move apart along ``split``."""
    expected = _density(truth, 2)
    found = []
    for size in sizes:
        atoms = []
        for j, (atom, cell) in enumerate(zip(truth, cells, strict=True)):
            halved = atom - np.array([np.log(cell), 0, 0, 0, 0])
            signs = (1, -1) if j == 0 else (0,) * cell
            atoms += [halved + sign * size * np.array([*split, 0, 0, 0]) for sign in signs]
        found.append(np.abs(_density(atoms, active) - expected).mean())
    return np.log(found[0] / found[1]) / np.log(sizes[0] / sizes[1])


@pytest.mark.parametrize(
    ("truth", "cells", "split", "slope"),
    [
        (ONE_WALL, (2, 2, 1), (0.0, 1.0), 2),  # beta0 + beta1 x vanishes at the wall
        (ONE_WALL, (2, 2, 1), (1.0, 0.0), 1),
        (ONE_WALL, (2, 2, 1), (-0.5, 1.0), 1),
        (TWO_WALLS, (2, 2, 2, 1), (0.0, 1.0), 1),  # vanishes at one of them
        (TWO_WALLS, (2, 2, 2, 1), (-2 / 3, 1.0), 1),  # at the other
    ],
)
def test_a_split_costs_its_square_only_if_it_vanishes_on_every_wall(truth, cells, split, slope):
    assert _slope(truth, cells, 3, split) == pytest.approx(slope, abs=0.1)


def test_cells_of_unequal_size_over_a_wall_change_the_density():
    """Whatever number of atoms is active, one side of the wall has a wrong active set."""
    atoms = [ONE_WALL[0] - [np.log(2), 0, 0, 0, 0]] * 2 + [ONE_WALL[1], ONE_WALL[2]]
    expected = _density(ONE_WALL, 2)
    assert np.abs(_density([*ONE_WALL], 2) - expected).max() == 0
    assert min(np.abs(_density(atoms, active) - expected).mean() for active in (2, 3, 4)) > 1e-4


def _occurs(cells, K):
    """Follow walls by brute force: can every atom be active, K at a time, and only equal cells swap?"""
    atoms = range(len(cells))
    for start in combinations(atoms, K):
        seen, new = {start}, [start]
        while new:
            active = new.pop()
            for gone, come in product(active, atoms):
                if come not in active and cells[gone] == cells[come]:
                    after = tuple(sorted((*(set(active) - {gone}), come)))
                    if after not in seen:
                        seen.add(after)
                        new.append(after)
        if set().union(*seen) == set(atoms):
            return True
    return False


@pytest.mark.parametrize("k_true", [1, 2, 3, 4, 5])
def test_which_allocations_occur(k_true):
    for excess, K in product(range(6), range(1, k_true + 1)):
        for cells in allocations(k_true, excess):
            assert can_occur_with_walls(cells, K) == _occurs(cells, K), (cells, K)
            if k_true > 1:
                some = any(_occurs(cells, fewer) for fewer in range(1, k_true))
                assert can_occur_with_walls(cells) == some


def test_top_k_lists_what_can_occur_and_prints_the_walls():
    report = rate(2, "top-k-softmax", k_true=2)
    assert [a.cells for a in report.allocations] == [(2, 2)]
    assert [a.cells for a in rate(2, "top-k-softmax", k_true=2, top_k=2).allocations] == [(3, 1), (2, 2)]
    assert [a.cells for a in rate(1, "top-k-softmax", k_true=3, top_k=2).allocations] == [(2, 1, 1)]
    none = rate(1, "top-k-softmax", k_true=3, top_k=1)
    assert none.allocations == ()
    assert any("1 allocation cannot occur" in note for note in none.notes)
    assert [cell.size for cell in none.cells] == [1, 2]
    text = " ".join(report.notes)
    assert "must vanish on each of its walls" in text
    assert "exponent 1, the rate n^(-1/2), off it" in text
    assert "d + 1 in a cell without walls, 1 with one wall, 0 with two different ones" in text
    # All cells split along one direction: only if it vanishes on all walls, so nothing is claimed.
    assert report.cell(2).parameters["beta1"].status == "bounds"


@pytest.mark.parametrize(
    "arguments",
    [{"k_true": 3}, {"family": "top-k-softmax"}, {"family": "top-k-softmax", "k_true": 3, "top_k": 4}],
)
def test_top_k_belongs_to_walls(arguments):
    with pytest.raises(InputError, match="top_k"):
        rate(1, **{"top_k": 2, **arguments})


def _softmax(atoms):
    return _density(atoms, len(atoms))


def test_gate_slopes_are_lost_when_every_cell_is_split_and_cells_differences_are_not():
    """The arc that rate prints leaves the density as it is; a difference of cumulants does not."""
    truth = ONE_WALL[:2]
    halved = [atom - [np.log(2), 0, 0, 0, 0] for atom in truth for _ in range(2)]
    expected = _softmax(truth)
    split = [atom + [0, v, 0, 0, 0] for atom, v in zip(halved, (0.4, -0.4, 0.4, -0.4), strict=True)]
    assert np.abs(_softmax(split) - expected).max() < 1e-12
    # Splitting one cell alone changes its second cumulant only: V grows like that difference, v^2.
    found = []
    for v in (0.2, 0.1):
        alone = [atom + [0, u, 0, 0, 0] for atom, u in zip(halved, (v, -v, 0, 0), strict=True)]
        found.append(np.abs(_softmax(alone) - expected).mean())
    assert np.log2(found[0] / found[1]) == pytest.approx(2, abs=0.05)
