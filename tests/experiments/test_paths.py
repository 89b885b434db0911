"""Truths that move with n: V along each arc is of order n^(-1/2), as the lower bounds need."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from polysolv import InputError, slopes, sweep
from polysolv.experiments.design import make_design
from polysolv.experiments.presets import nguyen2023_sizes, preset, preset_names
from polysolv.experiments.single_fit import run_fit
from polysolv.experiments.truths import standard_truth, truth_at


def _squared_distance(G, truth):
    """Mean over x and integral over y of (g_G - g_G*)^2, by a plain sum on a fine grid."""
    x, y = (part.ravel() for part in np.meshgrid(np.linspace(-1, 1, 101), np.linspace(-8, 8, 801)))
    return np.mean((G.density(x, y) - truth.density(x, y)) ** 2)


@pytest.mark.parametrize("path", ["gauss-hermite", "split-beta1", "split-a"])
def test_the_density_moves_by_the_square_root_of_n(path):
    truth = standard_truth(2)
    far, near = (_squared_distance(truth_at(path, truth, (2, 1), n), truth) ** 0.5 for n in (10**7, 10**9))
    assert np.log(far / near) / np.log(100) == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("m", [2, 3])
def test_the_arc_matches_the_moments_of_the_centre(m):
    truth = standard_truth(3)
    G = truth_at("gauss-hermite", truth, (m, 1, 1), 4**m * 100)
    cell = slice(0, m)
    shares = G.weights[cell] / G.weights[cell].sum()
    assert G.weights[cell].sum() == pytest.approx(truth.weights[0])
    for power in range(1, 2 * m):
        # Moments of a Gaussian N(b, s) by Hermite quadrature, against those of the true atom.
        nodes, weights = np.polynomial.hermite_e.hermegauss(20)
        weights = weights / weights.sum()
        mixed = sum(
            w * (weights @ (b + np.sqrt(s) * nodes) ** power)
            for w, b, s in zip(shares, G.b[cell], G.sigma[cell], strict=True)
        )
        single = weights @ (truth.b[0] + np.sqrt(truth.sigma[0]) * nodes) ** power
        assert mixed == pytest.approx(single, rel=1e-12)


def test_a_path_needs_a_cell_to_move():
    with pytest.raises(InputError, match="cell of at least two atoms"):
        sweep(standard_truth(2), 2, [100, 200], 2, path="split-a")


def test_errors_along_a_path_are_those_to_the_moving_truth():
    result = sweep(
        standard_truth(2),
        3,
        [500, 1000],
        3,
        jobs=1,
        path="gauss-hermite",
        cells=(2, 1),
        options={"max_iter": 1},
    )
    assert all("errors" in row for row in result.rows)
    table = slopes(result)
    assert any("lower bound" in note for note in table.notes)
    assert table.row("error", "b", 1).prediction.refined == -0.5


@pytest.mark.parametrize(("m", "m_true"), [(2, 2), (3, 2), (2, 3)])
def test_merging_atoms_come_together_at_the_uniform_rate(m, m_true):
    centre = standard_truth(2)
    r = 2 * (m + m_true - 1)
    for n in (10**4, 10**8):
        G = truth_at("merge", centre, (m, 1), n, 1.0, m_true)
        assert G.k == m_true + 1
        cell = slice(0, m_true)
        shares = G.weights[cell] / G.weights[cell].sum()
        assert shares @ G.b[cell] == pytest.approx(centre.b[0])
        assert shares @ G.sigma[cell] == pytest.approx(centre.sigma[0])
        assert np.ptp(G.b[cell]) == pytest.approx(np.sqrt(centre.sigma[0]) * n ** (-1 / (2 * r)))
        assert G.weights[cell].sum() == pytest.approx(centre.weights[0])


def test_merging_sweep():
    options = {"max_iter": 1}
    result = sweep(standard_truth(1), 2, [500, 1000], 2, jobs=1, path="merge", m_true=2, options=options)
    assert all("errors" in row for row in result.rows)
    table = slopes(result)
    assert table.row("error", "b", 2).prediction.refined == Fraction(-1, 12)
    assert table.row("error", "sigma", 2).prediction.refined == Fraction(-1, 6)
    assert table.row("loss", "D1").prediction.refined is None
    assert "uniform" in table.notes[0]
    design = result.design
    assert type(design).from_json(design.to_json(), "x") == design
    # Three fitted to two: errors to the nearest true atom.
    wider = sweep(standard_truth(1), 3, [500, 1000], 1, jobs=1, path="merge", options=options)
    assert wider.design.m_true == 2
    assert all("errors" in row for row in wider.rows)
    assert slopes(wider).row("error", "b", 3).prediction.refined == Fraction(-1, 16)


def test_what_a_merging_path_refuses():
    truth = standard_truth(1)
    for arguments, message in (
        ({"path": "merge", "m_true": 7}, "m_true"),
        ({"path": "merge", "m_true": 6}, "m_true"),
        ({"m_true": 2}, "m_true"),
        ({"path": "merge", "path_scale": 50.0}, "path_scale"),
    ):
        with pytest.raises(InputError, match=message):
            make_design(truth, 2, [500], **arguments)
    assert "m_true" not in make_design(truth, 2, [500]).to_data()


def test_presets():
    assert preset_names() == [
        *("nguyen2023-k2", "nguyen2023-k3", "nguyen2023-k4", "overlap-k3", "overlap-k5"),
        *("billion-k3", "billion-k5"),
    ]
    assert len(nguyen2023_sizes(2)) == len(nguyen2023_sizes(3)) == 200
    assert nguyen2023_sizes(2)[:6] == (100, 300, 500, 700, 900, 1000)
    assert nguyen2023_sizes(3)[0] == 10_000
    assert nguyen2023_sizes(2)[-1] == nguyen2023_sizes(4)[-1] == 100_000
    truth = preset("nguyen2023-k2").settings["truth"]
    assert truth.sigma.tolist() == pytest.approx([0.09, 0.16])
    assert preset("overlap-k5").settings["cells"] == (3, 1, 1)


def test_over_fitting_twofold_says_that_gate_slopes_are_not_identifiable():
    result = sweep(standard_truth(1), 2, [100, 200], 2, jobs=1)
    table = slopes(result)
    assert any("not identifiable" in note for note in table.notes)
    assert table.row("error", "beta1", 2).prediction.published is None
    assert table.row("error", "beta1", 2).inside == "-"
    settings = {**preset("nguyen2023-k4").settings, "sizes": [300, 600], "replicates": 2}
    nguyen = slopes(sweep(**settings, jobs=1))
    assert any("k = 4 >= 2 k* = 4" in note for note in nguyen.notes)


def test_a_gate_that_turned_hard_is_infinitely_far_and_not_lost():
    """Without a box the extra expert of this fit takes a sliver of x: its intercept is in the thousands."""
    settings = {**preset("nguyen2023-k4").settings, "sizes": [10_000, 12_599], "replicates": 3}
    row = run_fit(make_design(**settings), 0, 2)
    assert "error" not in row
    assert max(row["measure"]["beta0"]) > 700
    assert set(row["losses"].values()) == {float("inf")}
    assert sum(entry["size"] for entry in row["errors"]) == 4
