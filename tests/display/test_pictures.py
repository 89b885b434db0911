"""Pictures: what is drawn are the numbers, in every public plot; each renders to the same bytes each time."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import polysolv
from polysolv.decisions.quadrature import GaussHermiteWitness
from polysolv.display.pictures import CELL_COLOURS, CELL_MARKERS, Picture, rendered
from polysolv.experiments.truths import standard_truth
from polysolv.moe import MixingMeasure


def _by_label(figure):
    """Return legend text -> drawn object."""
    legend = figure.legends[0]
    return {
        text.get_text(): handle
        for text, handle in zip(legend.get_texts(), legend.legend_handles, strict=True)
    }


def _lines(axis, count):
    """Return the data of the lines with ``count`` points."""
    return [np.array(line.get_data(), dtype=float) for line in axis.lines if len(line.get_xdata()) == count]


def test_rates_are_drawn_against_the_excess():
    figure = polysolv.rate_table(4).plot()
    assert [axis.get_title() for axis in figure.axes] == [
        r"gate slope $\beta_1$",
        "slope $a$",
        "intercept $b$",
        r"variance $\sigma$",
    ]
    gate = _lines(figure.axes[0], 5)
    assert gate[0].tolist() == [[0, 1, 2, 3, 4], [1 / 2, 1 / 8, 1 / 12, 1 / 16, 1 / 20]]
    assert gate[1].tolist() == [[0, 1, 2, 3, 4], [1 / 2, 1 / 4, 1 / 4, 1 / 4, 1 / 4]]
    labels = [tick.get_text() for tick in figure.axes[0].get_yticklabels()]
    assert {"$n^{-1/2}$", "$n^{-1/4}$", "$n^{-1/20}$"} <= set(labels)
    assert set(_by_label(figure)) == {"published", "refined"}


def test_a_rate_that_is_not_decided_is_drawn_as_its_range():
    figure = polysolv.rate_table(3, "softmax-polynomial-1-2").plot()
    titles = [axis.get_title() for axis in figure.axes]
    (bar,) = _lines(figure.axes[titles.index("a 1")], 2)
    bounds = polysolv.exponents("softmax-polynomial-1-2", 4)["a_1"]
    assert bar.tolist() == [[3, 3], [float(1 / (2 * bounds.upper)), float(1 / (2 * bounds.lower))]]
    assert bar[1][0] < bar[1][1]
    assert "refined: proved range" in _by_label(figure)


def test_many_rates_leave_room_for_their_labels():
    figure = polysolv.rate_table(60).plot()
    heights = [np.log(axis.get_yticks()) for axis in figure.axes]
    for ticks in heights:
        assert 2 <= len(ticks) <= 20
        assert np.diff(ticks).min() >= 0.059 * (ticks[-1] - ticks[0])


@pytest.mark.parametrize("m", [2, 3, 5])
def test_the_witness_is_drawn_with_slope_2m(m):
    figure = GaussHermiteWitness(m).plot(0.5)
    left, right = figure.axes
    y, atoms = left.lines[0].get_xdata(), [line.get_ydata() for line in left.lines[:m]]
    nodes, weights = np.polynomial.hermite_e.hermegauss(m)
    variance = 1 - 0.5**2
    for node, weight, atom in zip(nodes, weights / weights.sum(), atoms, strict=True):
        expected = weight * np.exp(-((y - 0.5 * node) ** 2) / (2 * variance)) / np.sqrt(2 * np.pi * variance)
        assert np.abs(atom - expected).max() < 1e-9
    assert np.abs(left.lines[m].get_ydata() - sum(atoms)).max() < 1e-15
    epsilon, difference = right.lines[0].get_data()
    near = epsilon <= 0.25
    slope = np.polyfit(np.log(epsilon[near]), np.log(difference[near]), 1)[0]
    assert abs(slope - 2 * m) < 0.1 * m


def test_the_witness_of_many_atoms_is_below_rounding_and_says_so():
    figure = GaussHermiteWitness(24).plot(0.5)
    assert [text.get_text() for text in figure.axes[1].texts] == ["below rounding"]


@pytest.mark.parametrize("epsilon", [0, 1, -0.5, "a", True, float("nan")])
def test_a_bad_spread_is_refused(epsilon):
    with pytest.raises(polysolv.InputError, match="epsilon"):
        GaussHermiteWitness(2).plot(epsilon)


G_TRUE = MixingMeasure([0, 0], [[0], [1]], [[1], [-1]], [0, 0.5], [1, 2])
G = MixingMeasure([0, np.log(2), 0], [[0], [1], [1]], [[-0.9], [1.1], [-1.2]], [0.4, 0.1, 0], [1.5, 1, 2])


def test_voronoi_cells_are_drawn_where_they_are():
    figure = polysolv.plot_voronoi_cells(G, G_TRUE)
    axis = figure.axes[0]
    assert polysolv.voronoi_cells(G, G_TRUE) == [(1,), (0, 2)]
    assert list(_by_label(figure)) == [
        "cell of true atom 0: m = 1",
        "cell of true atom 1: m = 2",
        "true atom",
    ]
    drawn = [np.array(c.get_offsets()) for c in axis.collections]
    assert drawn[0].tolist() == [[1.1, 0.1]]
    assert drawn[1].tolist() == [[-0.9, 0.4], [-1.2, 0.0]]
    sizes = np.concatenate([c.get_sizes() for c in axis.collections])
    assert sizes.argmax() == 0  # the atom of weight 2
    segments = {tuple(map(tuple, np.array(line.get_data()).T)) for line in axis.lines[:3]}
    assert ((1.1, 0.1), (1.0, 0.0)) in segments
    assert ((-0.9, 0.4), (-1.0, 0.5)) in segments


def test_the_shading_is_the_slice_through_the_mean_of_the_true_atoms():
    axis = polysolv.plot_voronoi_cells(G, G_TRUE).axes[0]
    picture = axis.images[0]
    low_a, high_a, low_b, high_b = picture.get_extent()
    shades = np.asarray(picture.get_array())
    rng = np.random.default_rng(5)
    for _ in range(50):
        row, column = rng.integers(0, shades.shape[0]), rng.integers(0, shades.shape[1])
        a = low_a + (high_a - low_a) * column / (shades.shape[1] - 1)
        b = low_b + (high_b - low_b) * row / (shades.shape[0] - 1)
        distances = [(a - 1) ** 2 + b**2 + 0.25, (a + 1) ** 2 + (b - 0.5) ** 2 + 0.25]
        assert shades[row, column] == np.argmin(distances)


def test_vector_coordinates_are_named_by_index():
    truth = MixingMeasure([0, 0], [[0, 0], [1, 1]], [[1, 2], [-1, 3]], [0, 0], [1, 1])
    figure = polysolv.plot_voronoi_cells(truth, truth, plane=("a[0]", "a[1]"))
    assert figure.axes[0].lines[-1].get_data()[1].tolist() == [2, 3]
    for plane in (("a", "b"), ("a[0]", "a[2]"), ("a[0]",), "ab", ("b", "b"), ("beta1[0]", "b")):
        with pytest.raises(polysolv.InputError, match="plane"):
            polysolv.plot_voronoi_cells(truth, truth, plane=plane)


def test_cells_differ_in_colour_and_marker():
    assert len(set(CELL_COLOURS)) == len(CELL_COLOURS) == len(set(CELL_MARKERS)) == len(CELL_MARKERS)


@pytest.fixture(scope="module")
def swept():
    return polysolv.sweep(standard_truth(2), 2, [200, 800], replicates=5, seed=3, jobs=1)


def test_a_sweep_is_drawn_with_its_lines(swept):
    table = polysolv.slopes(swept)
    figure = swept.plot(m=1)
    assert len(figure.axes) == 4
    row = table.row("error", "b", 1)
    ends = np.array([200.0, 800.0])
    lines = [data for data in _lines(figure.axes[2], 2) if np.allclose(data[0], ends)]
    slopes = sorted(np.polyfit(np.log(x), np.log(y), 1)[0] for x, y in lines)
    assert any(abs(slope - row.slope) < 1e-9 for slope in slopes)
    assert sum(abs(slope + 0.5) < 1e-9 for slope in slopes) >= 2
    losses = swept.plot()
    assert [axis.get_title() for axis in losses.axes[:3]] == [
        f"Voronoi loss {name}" for name in ("$D_1$", "$D_2$", "$D_{refined}$")
    ]
    with pytest.raises(polysolv.InputError, match="m: 7"):
        swept.plot(m=7)


@pytest.mark.parametrize("statistic", ["median", "mean"])
def test_slopes_are_drawn_beside_their_predictions(swept, statistic):
    table = polysolv.slopes(swept)
    axis = table.plot(statistic).axes[0]
    names = [tick.get_text() for tick in axis.get_yticklabels()]
    rows = [row for row in table.rows if row.statistic == statistic]
    assert names == [str(row.quantity) for row in reversed(rows)]
    row = table.row("error", "a", 1, statistic)
    height = names.index("a, m = 1")
    here = [line.get_xdata() for line in axis.lines if np.allclose(line.get_ydata(), height)]
    flat = sorted(float(x) for data in here for x in np.ravel(data))
    assert flat == pytest.approx(sorted([row.low, row.high, row.slope, -0.5, -0.5]))


def test_an_unknown_statistic_is_refused(swept):
    with pytest.raises(polysolv.InputError, match="statistic"):
        polysolv.slopes(swept).plot("mode")


def test_a_probe_is_drawn_with_its_exponents():
    result = polysolv.probe("a", 2, epsilons=[0.1, 0.15, 0.2])
    axis = result.plot().axes[0]
    slopes = [np.polyfit(np.log(x), np.log(y), 1)[0] for x, y in _lines(axis, 3)]
    assert slopes == pytest.approx([result.slope, result.slope, 2, 2])


def test_a_picture_shows_itself_and_is_reproducible():
    figures = [polysolv.rate_table(2).plot() for _ in range(2)]
    assert all(isinstance(figure, Picture) for figure in figures)
    (data, size), (again, _) = (figure._repr_png_() for figure in figures)
    assert data == again
    assert data.startswith(b"\x89PNG")
    assert 400 < size["width"] < 900
    assert rendered(figures[0], "svg") == rendered(figures[1], "svg")
    with pytest.raises(polysolv.InputError, match="format"):
        rendered(figures[0], "jpeg")


def test_pictures_do_not_touch_pyplot_or_slow_the_import():
    code = (
        "import sys; from polysolv import rate_table; t = rate_table(2); assert 'matplotlib' not in sys.modules; "
        "t.plot()._repr_png_(); assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
