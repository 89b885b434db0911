"""The command line: exit codes, what goes to stdout and what to stderr, formats, files."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from fractions import Fraction

import pytest

from polysolv import PolynomialSystem, __version__, build_system, families, plan, rate, rate_table


def _process(*arguments, **keywords):
    command = [sys.executable, "-m", "polysolv", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **keywords)


def test_rate_prints_plain_text_in_a_pipe():
    done = _process("rate", "--k-excess", "2")
    assert done.returncode == 0
    assert done.stderr == ""
    assert done.stdout == rate(2).to_text() + "\n"
    assert "\x1b" not in done.stdout
    assert "n^(-1/12)" in done.stdout


@pytest.mark.parametrize(
    ("style", "method"),
    [
        ("table", "to_text"),
        ("json", "to_json"),
        ("csv", "to_csv"),
        ("latex", "to_latex"),
        ("markdown", "to_markdown"),
    ],
)
def test_every_format_of_rate_and_table(run, style, method):
    code, out, err = run("rate", "--k-excess", 1, "--k-true", 2, "--format", style)
    assert (code, err) == (0, "")
    assert out.rstrip("\n") == getattr(rate(1, k_true=2), method)().rstrip("\n")
    code, out, err = run("table", "--max-k-excess", 2, "--format", style)
    assert (code, err) == (0, "")
    assert out.rstrip("\n") == getattr(rate_table(2), method)().rstrip("\n")


def test_json_of_rate(run):
    _, out, _ = run("rate", "--format", "json", "--dim", 2)
    data = json.loads(out)
    assert data["schema"] == "polysolv/rate/1"
    assert data["dimension"] == 2


def test_csv_of_families(run):
    code, out, _ = run("families", "--format", "csv")
    assert code == 0
    assert [row["name"] for row in csv.DictReader(io.StringIO(out))] == families.names()


@pytest.mark.parametrize("style", ["table", "markdown", "latex"])
def test_families_are_listed(run, style):
    code, out, err = run("families", "--format", style)
    assert (code, err) == (0, "")
    assert all(name in out for name in families.names())


def test_families_as_json(run):
    _, out, _ = run("families", "--format", "json")
    data = json.loads(out)
    assert [family["name"] for family in data["families"]] == families.names()
    assert "∂²u/∂beta1∂b = ∂u/∂a" in data["families"][0]["interaction"]


@pytest.mark.parametrize("style", ["text", "latex", "json", "singular", "sympy", "msolve"])
def test_system_formats(run, style):
    code, out, err = run("system", "--m", 3, "--degree", 5, "--format", style)
    assert (code, err) == (0, "")
    assert out == build_system("softmax-gaussian", 3, 5).export(style)


def test_a_saved_system_is_read_back(run, tmp_path):
    path = tmp_path / "system.json"
    code, out, _ = run("system", "--m", 2, "--degree", 3, "--format", "json", "-o", path)
    assert (code, out) == (0, "")
    assert PolynomialSystem.from_json(path.read_text()) == build_system("softmax-gaussian", 2, 3)
    code, out, _ = run("system", path, "--format", "Singular")
    assert (code, out) == (0, build_system("softmax-gaussian", 2, 3).export("singular"))


def test_a_saved_system_is_read_from_stdin():
    text = build_system("location-gaussian", 2, 2).to_json()
    done = _process("system", "-", "--format", "phcpack", input=text)
    assert done.stdout == build_system("location-gaussian", 2, 2).export("phcpack")


BAD = [
    (("rate", "--k-excess", "-1"), "--k-excess: -1"),
    (("rate", "--k-excess", "two"), "--k-excess: 'two'"),
    (("rate", "--k-excess", "1.5"), "--k-excess: '1.5'"),
    (("rate", "--k-excess", "9" * 30), "--k-excess: 999"),
    (("rate", "--k-excess", "9" * 5000), "--k-excess: '999"),
    (("rate", "--k-true", "0"), "--k-true: 0"),
    (("rate", "--k-excess", "150", "--k-true", "100"), "k_true: 100"),
    (("rate", "--family", "softmax-gausian"), "did you mean softmax-gaussian?"),
    (("rate", "--dim", "0"), "--dim: 0"),
    (("rate", "--family", "location-gaussian", "--dim", "2"), "d: 2"),
    (("rate", "--format", "jsn"), "did you mean json?"),
    (("rate", "--k-exces", "2"), "--k-exces"),
    (("table", "--max-k-excess", "-2"), "--max-k-excess: -2"),
    (("system", "--degree", "0"), "--degree: 0"),
    (("system", "--m", "0"), "--m: 0"),
    (("system", "--dim", "0"), "--dim: 0"),
    (("system", "--degree", "400"), "3000000 terms"),
    (("system", "--format", "singulr"), "did you mean singular?"),
    (("system", "nowhere.json"), "FILE: 'nowhere.json'"),
    (("plan", "--target-error", "0", "--n", "9"), "--target-error: '0'"),
    (("plan", "--target-error", "1e999999999", "--n", "9"), "--target-error: '1e999999999'"),
    (("plan", "--target-error", "0.1", "--n", "0"), "--n: 0"),
    (("plan", "--target-error", "0.1", "--n", "9", "--m", "401"), "--m: 401"),
    (("plan", "--target-error", "0.1", "--n", "9", "--error", "0.1"), "below the error you have, 0.1"),
    (("plan", "--target-error", "0.1", "--n", "9", "--parameter", "B"), "parameter: 'B'"),
    (("rates",), "did you mean rate?"),
    (("rate", "-o", "no/such/folder/x.txt"), "'no/such/folder/x.txt'"),
    (("rate", "-o", "."), "a file, not a folder"),
    (("rate", "extra"), "extra"),
]


@pytest.mark.parametrize(("arguments", "said"), BAD)
def test_bad_input_is_one_line_on_stderr_and_exit_2(run, tmp_path, monkeypatch, arguments, said):
    monkeypatch.chdir(tmp_path)
    code, out, err = run(*arguments)
    assert code == 2
    assert out == ""
    assert err.startswith("polysolv: ")
    assert err.count("\n") == 1
    assert said in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda t: t[:-40],
        lambda t: t.replace('"1/2"', "0.5", 1),
        lambda t: t.replace('"schema"', '"surprise": 1, "schema"', 1),
        lambda t: t.replace('"digest": "', '"digest": "0', 1),
    ],
)
def test_a_spoilt_system_file_writes_nothing(run, tmp_path, spoil):
    source, target = tmp_path / "system.json", tmp_path / "out.txt"
    source.write_text(spoil(build_system("location-scale-gaussian", 2, 3).to_json()))
    code, out, err = run("system", source, "-o", target)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert not target.exists()


def test_a_saved_system_takes_no_size(run, tmp_path):
    path = tmp_path / "system.json"
    path.write_text(build_system("location-gaussian", 2, 2).to_json())
    code, _, err = run("system", path, "--m", 3)
    assert (code, err.count("\n")) == (2, 1)


def test_an_existing_file_is_kept_when_the_command_fails(run, tmp_path):
    path = tmp_path / "table.txt"
    path.write_text("precious")
    assert run("rate", "--k-excess", "-1", "-o", path)[0] == 2
    assert path.read_text() == "precious"
    assert run("rate", "-o", path)[0] == 0
    assert path.read_text() == rate(2).to_text() + "\n"
    assert [p.name for p in tmp_path.iterdir()] == ["table.txt"]


def test_version(run):
    assert run("--version")[1] == f"polysolv, version {__version__}\n"


@pytest.mark.parametrize("arguments", [[], ["-h"], ["rate", "-h"], ["table", "--help"], ["system", "-h"]])
def test_help(run, arguments):
    code, out, err = run(*arguments)
    assert (code, err) == (0, "")
    assert "Usage: polysolv" in out


def test_a_closed_pipe_is_no_error():
    command = [sys.executable, "-m", "polysolv", "rate", "--k-excess", "200"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    process.wait(timeout=60)


def test_a_terminal_gets_a_rich_table(on_terminal):
    """On a pseudo-terminal the table has rich's borders."""
    code, shown = on_terminal(120, "rate", "--k-excess", "1")
    assert code == 0
    assert "┃" in shown
    assert "n^(-1/8)" in shown


@pytest.mark.parametrize(
    ("style", "method"),
    [
        ("table", "to_text"),
        ("json", "to_json"),
        ("csv", "to_csv"),
        ("latex", "to_latex"),
        ("markdown", "to_markdown"),
    ],
)
def test_plan_prints_the_plan(run, style, method):
    made = plan(Fraction(1, 10), 10_000, "b", 2)
    code, out, err = run(
        *("plan", "--target-error", "0.1", "--parameter", "b", "--m", 2, "--n", 10000, "--format", style)
    )
    assert (code, err) == (0, "")
    assert out.rstrip("\n") == getattr(made, method)().rstrip("\n")
