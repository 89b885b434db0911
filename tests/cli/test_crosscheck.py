"""`polysolv crosscheck`, `report` and `probe` as a user types them."""

from __future__ import annotations

import base64
import io
import json
import re
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from html.parser import HTMLParser

import pytest

from polysolv.cli.main import cli

OPTIONS = ["--k-true", "2", "--k", "2", "--sizes", "200:800:3", "--replicates", "4", "--jobs", "1"]


@dataclass
class _Done:
    returncode: int
    stdout: str
    stderr: str


def _run(*arguments):
    """Run the command in this process: a new one would spend most of its time on imports."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = cli.main([*map(str, arguments)], prog_name="polysolv", standalone_mode=False)
    return _Done(code, out.getvalue(), err.getvalue())


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    base = tmp_path_factory.mktemp("sweeps")
    fixed = _run("crosscheck", *OPTIONS, "-o", base / "fixed")
    assert fixed.returncode == 0, fixed.stderr
    moving = _run(
        "crosscheck", "--k-true", 2, "--k", 3, "--sizes", "300,900", "--replicates", 4, "--jobs", 1,
        "--truth-path", "gauss-hermite", "-o", base / "moving",
    )  # fmt: skip
    assert moving.returncode == 0, moving.stderr
    return base, fixed.stdout, moving.stdout


class _Loads(HTMLParser):
    """Collects whatever an HTML page would load."""

    def __init__(self):
        super().__init__()
        self.tags, self.sources = set(), []

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.sources += [
            value for name, value in attributes if name in ("src", "href", "srcset", "data", "poster")
        ]


def test_prints_slopes_beside_predictions(folders):
    _, fixed, moving = folders
    assert re.search(r"b, m = 1\s+-0\.\d+\s+\[-\d\.\d+, -?\d\.\d+\]\s+-1/2\s+-1/2", fixed)
    assert re.search(r"beta1, m = 2\s.*-1/8\s+-1/4", moving)
    assert "tests the lower bound" in moving


def test_the_page_loads_nothing_and_its_images_decode(folders, tmp_path):
    base, *_ = folders
    page = tmp_path / "report.html"
    assert _run("report", base / "fixed", base / "moving", "-o", page).returncode == 0
    text = page.read_text()
    found = _Loads()
    found.feed(text)
    assert not found.tags & {"script", "link", "iframe", "object", "embed", "base"}
    assert len(found.sources) == 2 + 3
    assert all(source.startswith("data:image/png;base64,") for source in found.sources)
    assert not re.search(r"https?://|@import|url\(", text)
    from matplotlib.image import imread

    for source in found.sources:
        picture = imread(io.BytesIO(base64.b64decode(source.split(",", 1)[1], validate=True)), format="png")
        assert min(picture.shape[:2]) > 300
        assert picture.std() > 0.05
    for word in (
        "side by side",
        "upper bound",
        "lower bound",
        "SHA-256",
        "numpy",
        "unexpected cells",
        "spawned",
    ):
        assert word in text


def test_exports(folders, tmp_path):
    base, *_ = folders
    done = _run("report", base / "fixed", "--svg", tmp_path / "s", "--png", tmp_path / "p", "--csv", "-")
    assert done.returncode == 0, done.stderr
    assert sorted(p.name for p in (tmp_path / "s").iterdir()) == ["fixed-errors-m1.svg", "fixed-losses.svg"]
    from xml.etree import ElementTree

    assert ElementTree.parse(tmp_path / "s" / "fixed-losses.svg").getroot().tag.endswith("svg")
    assert (tmp_path / "p" / "fixed-losses.png").read_bytes().startswith(b"\x89PNG")
    assert done.stdout.splitlines()[0].startswith("sweep,quantity,cell_size,parameter,statistic,slope")


def test_resume_alone_takes_the_settings_of_the_folder(folders):
    base, fixed, _ = folders
    again = _run("crosscheck", "--resume", "-o", base / "fixed")
    assert again.returncode == 0
    assert again.stdout == fixed


def test_json_is_that_of_the_folder(folders):
    base, *_ = folders
    printed = json.loads(_run("crosscheck", "--resume", "-o", base / "fixed", "--format", "json").stdout)
    assert printed == json.loads((base / "fixed" / "slopes.json").read_text())
    assert printed["schema"] == "polysolv/slopes/1"


def test_a_timeout_is_told_and_ends_with_3(tmp_path):
    options = ["--k-true", 2, "--k", 3, "--sizes", "200,300000", "--jobs", 1, "--timeout", 2]
    done = _run("crosscheck", *options, "-o", tmp_path / "out")
    assert done.returncode == 3
    assert "--resume goes on" in done.stderr
    assert done.stdout == ""
    page = tmp_path / "partial.html"
    if (tmp_path / "out" / "fits.jsonl").stat().st_size:
        assert _run("report", tmp_path / "out", "-o", page).returncode == 0
        assert "Not finished" in page.read_text()


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (["crosscheck"], "-o"),
        (["crosscheck", "-o", "OUT"], "--k-true"),
        (["crosscheck", "--k-true", "2", "-o", "OUT"], "--sizes"),
        (["crosscheck", "--k-true", "2", "--sizes", "100,200", "-o", "OUT"], "--k"),
        (["crosscheck", *OPTIONS, "--sizes", "1e3:x:2", "-o", "OUT"], "--sizes"),
        (["crosscheck", *OPTIONS, "--cells", "2,x", "-o", "OUT"], "--cells"),
        (["crosscheck", *OPTIONS, "--k", "1", "-o", "OUT"], "k"),
        (["crosscheck", *OPTIONS, "--jobs", "0", "-o", "OUT"], "--jobs"),
        (["crosscheck", *OPTIONS, "--bound", "none", "--bound", "b=0:1", "-o", "OUT"], "--bound"),
        (["crosscheck", *OPTIONS, "--bound", "b=x", "-o", "OUT"], "--bound"),
        (["crosscheck", *OPTIONS, "--truth-path", "spiral", "-o", "OUT"], "--truth-path"),
        (["crosscheck", *OPTIONS, "--truth", "missing.json", "-o", "OUT"], "--truth"),
        (["crosscheck", *OPTIONS, "--timeout", "0", "-o", "OUT"], "--timeout"),
        (["crosscheck", *OPTIONS, "-o", "/dev/null/x"], "out"),
        (["crosscheck", "--preset", "nguyen", "-o", "OUT"], "--preset"),
        (["crosscheck", "--preset", "nguyen2023-k2", "--k-true", "3", "-o", "OUT"], "--k-true"),
        (["report", "-o", "x.html"], "FOLDER"),
        (["report", "OUT", "-o", "x.html"], "FOLDER"),
        (["report", "OUT"], "-o"),
        (["probe"], ""),
        (["probe", "--parameter", "beta1", "--m", "7"], "--m"),
        (["probe", "--parameter", "b", "--splits", "0.1,x"], "--splits"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(arguments, field, tmp_path):
    out = tmp_path / "out"
    done = _run(*[out if argument == "OUT" else argument for argument in arguments])
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith(f"polysolv: {field}")
    assert not out.exists()


def test_a_folder_with_a_sweep_is_not_overwritten(folders):
    base, *_ = folders
    before = (base / "fixed" / "slopes.json").read_bytes()
    done = _run("crosscheck", *OPTIONS, "-o", base / "fixed")
    assert done.returncode == 2
    assert "--resume" in done.stderr
    other = _run("crosscheck", *OPTIONS, "--seed", 5, "--resume", "-o", base / "fixed")
    assert other.returncode == 2
    assert other.stderr.startswith("polysolv: seed: 5")
    assert (base / "fixed" / "slopes.json").read_bytes() == before


def test_a_scheduler_that_does_not_answer(tmp_path):
    done = _run("crosscheck", *OPTIONS, "--scheduler", "nonsense://x", "-o", tmp_path / "out")
    assert done.returncode == 2
    assert "polysolv: scheduler: 'nonsense://x' is not allowed" in done.stderr


def test_probe_prints_the_slope():
    done = _run("probe", "--parameter", "a", "--m", 2, "--splits", "0.1,0.2", "--format", "json")
    data = json.loads(done.stdout)
    assert data["schema"] == "polysolv/probe/1"
    assert data["slope"] == pytest.approx(2, abs=0.1)
    assert (data["published"], data["refined"]) == ("2", "2")


def test_a_probe_that_runs_out_of_time_says_so():
    done = _run("probe", "--parameter", "b", "--m", 3, "--timeout", 3)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == (
        "polysolv: time is up; a slope needs all splits: give --timeout more, or fewer --splits\n"
    )
