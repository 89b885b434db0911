"""Pictures, summary and page of a fit: what they draw and say is compared with the fit."""

import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import matplotlib.colors
import numpy as np
import pytest
from scipy.stats import norm

from polysolv import InputError, MixingMeasure, SoftmaxGaussianMoE, compare_fits
from polysolv.display.pictures import CELL_COLOURS, rendered

TRUTH = MixingMeasure([0.3, 0], [[1], [0]], [[1.5], [-1.5]], [1, -1], [0.4, 0.3])
FAST = ("--n-init", "1")


@pytest.fixture(scope="module")
def data():
    return TRUTH.sample(400, seed=1)


@pytest.fixture(scope="module")
def fits(data):
    return [SoftmaxGaussianMoE(k, n_init=1, random_state=0).fit(*data) for k in (1, 2, 3)]


@pytest.fixture(scope="module")
def plane_fit():
    G = MixingMeasure([0.3, 0], [[1, 0], [0, 0]], [[1.5, 1], [-1.5, 2]], [1, -1], [0.4, 0.3])
    return SoftmaxGaussianMoE(2, n_init=1, random_state=0).fit(*G.sample(400, seed=1))


@pytest.fixture(scope="module")
def csv_file(data, tmp_path_factory):
    path = tmp_path_factory.mktemp("pictures") / "data.csv"
    path.write_text(
        "x,y\n"
        + "".join(f"{x!r},{v!r}\n" for x, v in zip(data[0][:, 0].tolist(), data[1].tolist(), strict=True))
    )
    return path


def test_the_picture_holds_the_rows_the_lines_and_the_gate(fits, data):
    X, y = data
    fit = fits[1]
    top, bottom = fit.plot(coverage=0.8).axes
    owner = fit.responsibilities(X, y).argmax(axis=1)
    for i, dots in enumerate(top.collections[j] for j in (1, 3)):
        np.testing.assert_allclose(dots.get_offsets(), np.column_stack([X[:, 0], y])[owner == i])
        assert matplotlib.colors.to_hex(dots.get_facecolor()[0]) == CELL_COLOURS[i].lower()
    grid, mean = top.lines[-1].get_data()
    np.testing.assert_allclose(mean, fit.predict(grid[:, None]))
    np.testing.assert_allclose(
        np.array([line.get_ydata() for line in bottom.lines]).T, fit.predict_gate(grid[:, None])
    )
    for i, band in enumerate(top.collections[j] for j in (0, 2)):
        G = fit.mixing_measure_
        corners = band.get_paths()[0].vertices
        away = np.abs(corners[:, 1] - (G.a[i, 0] * corners[:, 0] + G.b[i])) / np.sqrt(G.sigma[i])
        assert away.max() == pytest.approx(norm.ppf(0.9), rel=1e-6)


def test_a_partial_picture_moves_rows_along_their_planes(plane_fit):
    X, y = plane_fit.training_
    top, bottom = plane_fit.plot("x2").axes
    middle = np.median(X[:, 0])
    owner = plane_fit.responsibilities(X, y).argmax(axis=1)
    moved = y - plane_fit.mixing_measure_.a[owner, 0] * (X[:, 0] - middle)
    np.testing.assert_allclose(
        top.collections[1].get_offsets(), np.column_stack([X[:, 1], moved])[owner == 0], atol=1e-9
    )
    grid = top.lines[-1].get_xdata()
    held = np.column_stack([np.full(grid.size, middle), grid])
    np.testing.assert_allclose(bottom.lines[0].get_ydata(), plane_fit.predict_gate(held)[:, 0])
    assert len(plane_fit.plot().axes) == 4
    assert "medians" in plane_fit.plot().axes[0].get_ylabel()
    loaded = SoftmaxGaussianMoE.from_json(plane_fit.to_json()).plot()
    assert loaded.axes[0].get_ylabel() == "y, others at the centre of the fit"


def test_a_fit_without_its_data_is_drawn_too_and_bad_arguments_are_refused(fits, plane_fit):
    again = SoftmaxGaussianMoE.from_json(fits[1].to_json())
    assert len(again.plot().axes[0].lines) == 3
    for bad in ({"column": "z"}, {"column": 2}, {"coverage": 1.5}, {"coverage": True}):
        with pytest.raises(InputError):
            plane_fit.plot(**bad)


def test_the_elbow_shows_the_criteria_and_their_least(fits):
    found = compare_fits(fits[::-1])
    assert found.k == 2
    left, right = found.plot().axes
    by_name = {"ICL": left.lines[0], "BIC": left.lines[4]}
    for name, line in by_name.items():
        np.testing.assert_allclose(
            line.get_data(), [[1, 2, 3], [getattr(fit, name.lower())() for fit in fits]]
        )
    gains = [bar.get_height() for bar in right.patches]
    np.testing.assert_allclose(gains, np.diff([fit.log_likelihood_ for fit in fits]))
    np.testing.assert_allclose(right.lines[0].get_ydata(), [2.5 * np.log(400)] * 2)


def test_the_summary_says_shares_intervals_and_warnings(fits, data):
    fit = fits[1]
    text = str(fit.summary())
    shares = fit.responsibilities(*data).mean(axis=0)
    for i in range(2):
        assert f"expert {i} holds {100 * shares[i]:.1f} % of the rows" in text
    value, error = fit.mixing_measure_.a[0, 0], fit.standard_errors_.a[0, 0]
    assert f"{value - 1.96 * error:.3g}"[:4] in text
    assert "over-specified" in str(fits[2].summary())
    assert "looks like one with" in str(fits[2].summary())
    assert "<table>" in fit.summary()._repr_html_()


class Loads(HTMLParser):
    """Collects what a page would load."""

    def __init__(self):
        super().__init__()
        self.sources, self.text = [], []

    def handle_starttag(self, tag, attrs):
        self.sources += [value for name, value in attrs if name in ("src", "href", "data", "srcset")]
        assert tag not in ("script", "link", "iframe", "object")

    def handle_data(self, text):
        self.text.append(text)


def test_the_command_draws_and_reports(run, csv_file, tmp_path):
    picture, report, saved = tmp_path / "fit.svg", tmp_path / "fit.html", tmp_path / "fits.json"
    arguments = ("fit", csv_file, "--x", "x", "--y", "y", *FAST)
    code, out, err = run(*arguments, "--k", "1:3", "--plot", picture, "--report", report, "--save", saved)
    assert (code, err) == (0, "")
    assert ET.parse(picture).getroot().tag.endswith("svg")
    last = out.splitlines()[-1]
    assert last.startswith("- recommended: k = 2: BIC and ICL agree on k = 2; k = 3 gains")
    assert "n^(-1/8)" in last
    assert "256 times the rows" in last
    page = Loads()
    page.feed(report.read_text())
    assert len(page.sources) == 2
    assert all(source.startswith("data:image/svg+xml;base64,") for source in page.sources)
    assert not re.search(r"url\(|@import", report.read_text())
    text = " ".join(page.text)
    assert "Recommended: k = 2" in text
    assert "of the rows" in text
    code, out, _ = run("fit", "--load", saved, "--plot", tmp_path / "again.png")
    assert (code, out.splitlines()[-1]) == (0, last)
    assert (tmp_path / "again.png").read_bytes().startswith(b"\x89PNG")
    one = tmp_path / "one.png"
    assert run(*arguments, "--k", "2", "--plot", one)[0] == 0
    assert one.read_bytes() != (tmp_path / "again.png").read_bytes()
    code, out, err = run("predict", saved, csv_file)
    assert (code, err) == (0, "polysolv: the fit with k = 2, as recommended (--k takes another)\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--plot", "fit.pdf"),
        ("--plot", "nowhere/fit.svg"),
        ("--report", "fit.txt"),
        ("--report", "no/fit.html"),
    ],
)
def test_names_that_cannot_be_written_are_refused_before_the_work(run, csv_file, monkeypatch, arguments):
    monkeypatch.setattr(SoftmaxGaussianMoE, "fit", lambda *_: pytest.fail("it fitted"))
    code, out, err = run("fit", csv_file, "--x", "x", "--y", "y", "--k", 2, *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert arguments[0] in err


def test_pictures_are_the_same_bytes_each_time(fits):
    assert rendered(fits[1].plot(), "svg") == rendered(fits[1].plot(), "svg")
