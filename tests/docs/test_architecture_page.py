"""The page of the architecture: the drawing is what the imports say, names exist, and the trips happen as told."""

from __future__ import annotations

import ast
import importlib.util
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

pytest.importorskip("grimp", reason='needs pip install ".[test]"')
ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "polysolv"
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
SVG = "{http://www.w3.org/2000/svg}"
TRUTH = """{"schema": "polysolv/mixing-measure/1", "beta0": [0.3, 0], "beta1": [[1], [0]],
"a": [[1.5], [-1.5]], "b": [1, -1], "sigma": [0.3, 0.2]}"""


@pytest.fixture(scope="module")
def program():
    path = ROOT / "docs" / "programs" / "architecture.py"
    spec = importlib.util.spec_from_file_location("architecture_of_the_docs", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def drawn(program):
    """The drawing that the program makes now, checked against the one on the page."""
    text = program.drawing(program.rows(), program.imports())
    assert text == program.DRAWING.read_text(encoding="utf-8"), "run python docs/programs/architecture.py"
    return ElementTree.fromstring(text)


def test_the_arrows_of_the_drawing_say_what_is_imported(drawn, program):
    arrows = {
        tuple(path.get("id").split("-")) for path in drawn.iter(f"{SVG}path") if path.get("id") is not None
    }
    stations = {name for row in program.rows() for name in row}
    assert {name for arrow in arrows for name in arrow} <= stations
    imports = program.imports()
    for station in stations:
        assert program.reached(station, arrows) == program.reached(station, imports)
    for arrow in arrows:
        assert arrow in imports
        assert arrow[1] not in program.reached(arrow[0], arrows - {arrow})


def test_every_arrow_points_down(program):
    row = {name: number for number, names in enumerate(program.rows()) for name in names}
    assert all(row[one] < row[other] for one, other in program.imports())


def test_the_drawing_can_be_read_by_all(drawn, program):
    title, description = (drawn.find(f"{SVG}{name}") for name in ("title", "desc"))
    assert drawn.get("role") == "img"
    assert drawn.get("aria-labelledby").split() == [title.get("id"), description.get("id")]
    texts = [text.text for text in drawn.iter(f"{SVG}text")]
    for row in program.rows():
        for name in row:
            assert name in texts
            assert program.HOLDS[name] in texts
    # No zoom on a phone, and nothing outside.
    width, height = float(drawn.get("width")), float(drawn.get("height"))
    assert width < 390
    assert all(float(text.get("font-size")) >= 12 for text in drawn.iter(f"{SVG}text"))
    for path in drawn.iter(f"{SVG}path"):
        numbers = [float(number) for number in re.findall(r"[\d.]+", path.get("d"))]
        assert all(0 <= number <= max(width, height) for number in numbers)
        assert all(3 <= float(x) <= width - 3 for x in re.findall(r"[MH]([\d.]+)", path.get("d")[1:]))


def test_arrows_that_follow_from_others_are_left_out(program):
    pairs = {("a", "b"), ("b", "c"), ("c", "d"), ("a", "c"), ("a", "d"), ("b", "e"), ("a", "e")}
    assert program.reduced(pairs) == {("a", "b"), ("b", "c"), ("c", "d"), ("b", "e")}


def defined_in(files):
    """Return the names of the classes and functions of some files."""
    nodes = [node for path in files for node in ast.parse(path.read_text(encoding="utf-8")).body]
    return {node.name for node in nodes if isinstance(node, (ast.ClassDef, ast.FunctionDef))}


def test_every_station_has_its_paragraph(program):
    sections = dict(re.findall(r"^### (\w+)\n\n(.*?)(?=^##)", PAGE, re.DOTALL | re.MULTILINE))
    stations = [name for row in reversed(program.rows()) for name in row]
    assert sorted(sections) == sorted(stations)
    row = {name: number for number, names in enumerate(program.rows()) for name in names}
    assert [row[name] for name in sections] == sorted(row.values(), reverse=True)
    for name, text in sections.items():
        files = (PACKAGE / name).rglob("*.py") if name != "root" else PACKAGE.glob("*.py")
        mentioned = set(re.findall(r"`([A-Za-z]\w+)`", text))
        assert mentioned <= defined_in(files), name


@pytest.mark.parametrize("name", ["docs/architecture.md", "CONTRIBUTING.md"])
def test_files_and_modules_that_are_mentioned_exist(name):
    text = (ROOT / name).read_text(encoding="utf-8").split("\n## Worked example")[0]
    paths = set(re.findall(r"`([\w.]+/[\w./]*)`", text))
    modules = set(re.findall(r"`polysolv((?:\.\w+)+)`", text))
    assert len(paths) > 10
    for path in paths:
        assert (PACKAGE / path).exists() or (ROOT / path).exists(), path
    for module in modules:
        *folders, last = module[1:].split(".")
        folder = PACKAGE.joinpath(*folders)
        known = (folder / last).is_dir() or (folder / f"{last}.py").is_file()
        defined = defined_in(folder.rglob("*.py") if folder.is_dir() else [folder.with_suffix(".py")])
        assert known or last in defined or last == "__all__", module


def steps_of(heading):
    """Return the command of a trip, and (file, function) of each function that the page names with its file."""
    section = PAGE.split(f"\n## The trip of one value: {heading}\n")[1].split("\n## ")[0]
    command = re.search(r"```sh\npolysolv (.*)\n```", section)[1]
    steps = re.findall(r"`([\w.]+)`\s+\(`([\w/]+\.py)`\)", section)
    return command.split(), [(str(PACKAGE / file), function) for function, file in steps]


def calls_of(action, wanted):
    """Return those of the wanted functions that an action calls, in order."""
    calls = []

    def look(frame, event, argument):
        if event == "call":
            key = (frame.f_code.co_filename, frame.f_code.co_qualname)
            if key in wanted and (not calls or calls[-1] != key):
                calls.append(key)

    before = sys.getprofile()
    sys.setprofile(look)
    try:
        action()
    finally:
        sys.setprofile(before)
    return calls


def forget():
    """Empty what functions of polysolv remember: other tests of this process have asked the same."""
    for name in [name for name in sys.modules if name.startswith("polysolv.")]:
        for value in vars(sys.modules[name]).values():
            if hasattr(value, "cache_clear"):
                value.cache_clear()


@pytest.mark.parametrize(("heading", "least"), [("`k_excess`", 20), ("a row of data", 18)])
def test_a_trip_happens_as_told(heading, least, run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    command, steps = steps_of(heading)
    assert len(steps) >= least
    if "data.csv" in command:
        (tmp_path / "truth.json").write_text(TRUTH)
        run("simulate", "--truth", "truth.json", "--n", 200, "--seed", 1, "-o", "data.csv")
        command += ["--n-init", "2"]
    forget()
    calls = calls_of(lambda: run(*command), set(steps))
    assert [step for step in steps if step not in calls] == []
    rest = iter(calls)
    assert [step for step in steps if step not in rest] == [], "in another order"
