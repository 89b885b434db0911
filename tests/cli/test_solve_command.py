from __future__ import annotations

import inspect
import json
import os
import pty
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from polysolv import SolveResult, homotopy
from polysolv.cli import cli
from polysolv.homotopy.engine import Engine

CIRCLE = "2\n x^2 + y^2 - 5;\n x*y - 2;\n"


# Before click 8.2 the streams are kept apart on request only.
_APART = {"mix_stderr": False} if "mix_stderr" in inspect.signature(CliRunner).parameters else {}
_RUNNER = CliRunner(**_APART)


def run_solve(*arguments: str, text: str | None = None) -> tuple[int, str, str]:
    result = _RUNNER.invoke(cli, ["solve", *arguments], input=text)
    return result.exit_code, result.stdout, result.stderr


def test_table_and_counts() -> None:
    code, out, err = run_solve("-", text=CIRCLE)
    assert (code, err) == (0, "")
    assert "4 solutions (4 real, 0 singular), 0 paths at infinity, 0 failed" in out
    assert out.splitlines()[0].split() == ["x", "y", "kind"]


def test_json_has_counts_and_paths() -> None:
    code, out, _ = run_solve("-", "--format", "json", "--seed", "3", text=CIRCLE)
    data = json.loads(out)
    assert code == 0
    assert data["counts"] == {"solutions": 4, "real": 4, "singular": 0, "at_infinity": 0, "failed": 0}
    assert len(data["paths"]) == 4
    assert SolveResult.from_json(out).seed == 3


# Text, number of solutions, number of real ones; counted by hand.
COUNTED = {
    "phcpack": ("2\n x**2 + 1;\n y^3\n - 8.0E+00;\n\nTITLE : two circles\n", 6, 0),
    "phcpack n m": ("2 2\n (x - 1)*(x + 1);\n (y - x)*(y + 3*x);\n\nTHE SOLUTIONS :\n2 2\n=====\n", 4, 4),
    "bertini": (
        "CONFIG\nTrackType: 0;\nEND;\nINPUT\nvariable_group x, y;\nfunction f, g;\nconstant r;\nr = 5;\n"
        "f = x^2 + y^2 - r^2;\ng = x - 3;\nEND;\n",
        2,
        2,
    ),
    "bertini conic and line": ("hom_variable_group x,y,z;\nfunction f,g;\nf=x^2-y*z;\ng=x-y;\nEND;\n", 2, 2),
    "bertini two lines": (
        "hom_variable_group x,y;\nhom_variable_group u,v;\nfunction f,g;\nf=x*u-y*v;\ng=x*v-4*y*u;\nEND;\n",
        2,
        2,
    ),
    "julia": (
        "using HomotopyContinuation\n@var x y; # two\nF = System([x^2+2y, y^2-2])\nresult = solve(F)\n",
        4,
        2,
    ),
    "julia array": (
        "@polyvar x[1:3] t\nF = [x[1]^2 - 1, x[2]^2 - 2x[1]^2,\n x[3]^2 + 3]\nS = [1, 2]\n",
        8,
        0,
    ),
    "json": ('{"unknowns": ["y", "x"], "equations": ["x^3 = 1", "y - x"]}', 3, 1),
    "json list": ('["x^2 = y", "y^2 = x"]', 4, 2),
    "plain": ("x^2 = y\ny^2 = x\n", 4, 2),
}


@pytest.mark.parametrize("name", COUNTED)
def test_counts_that_are_known_by_hand(name: str) -> None:
    text, solutions, real = COUNTED[name]
    code, out, _ = run_solve("-", "--format", "json", text=text)
    assert code == 0
    counts = json.loads(out)["counts"]
    assert counts == {"solutions": solutions, "real": real, "singular": 0, "at_infinity": 0, "failed": 0}
    code, again, _ = run_solve("-", "--format", "json", text=out)
    assert json.loads(again)["counts"] == counts


def test_certify_and_real() -> None:
    code, out, _ = run_solve("-", "--certify", "--real", text="x^2 + 1\ny^3 - 8\n")
    assert code == 0
    assert "no real solutions" in out
    assert "certified 6 (pairwise distinct 6; real 0, non-real 6)" in out
    code, out, _ = run_solve("-", "--certify", "--format", "json", text="x^2 - 2\n")
    assert json.loads(out)["certification"]["counts"]["certified"] == 2


@pytest.mark.parametrize("style", ["table", "json"])
def test_an_interrupt_while_certifying_leaves_the_solutions(
    monkeypatch: pytest.MonkeyPatch, style: str
) -> None:
    def interrupted(_: SolveResult) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(homotopy, "certify_solutions", interrupted)
    code, out, err = run_solve("-", "--certify", "--format", style, text=CIRCLE)
    assert (code, err) == (3, "")
    assert "nothing is certified" in out
    if style == "json":
        data = json.loads(out)
        assert (data["counts"]["solutions"], data["certification"]) == (4, None)
    else:
        assert "4 solutions" in out


def test_certifying_ends_with_the_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(homotopy, "certify_solutions", lambda _: time.sleep(60))
    code, out, _ = run_solve("-", "--certify", "--timeout", "5", text=CIRCLE)
    assert code == 3
    assert "4 solutions" in out
    assert "nothing is certified" in out


def test_an_interrupt_while_start_paths_are_chosen_leaves_all_untracked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Engine, "search", lambda self, _: self.halt())
    text = "x*y - 1; x^2 + y - 3"
    for start in ("auto", "polyhedral"):
        code, out, err = run_solve("-", "--start", start, text=text)
        assert (code, err) == (3, "")
        assert "4 failed; 4 paths" in out
        assert "4 paths were left untracked" in out
    # With more paths than allowed there is nothing to leave.
    code, _, err = run_solve("-", "--max-paths", "3", text=text)
    assert (code, err.strip()) == (130, "polysolv: interrupted")
    code, _, err = run_solve("-", "--max-paths", "3", "--timeout", "1e-9", text=text)
    assert (code, err) == (3, "polysolv: time is up after 1e-09 s; nothing is finished\n")


def test_where_to_write_is_checked_before_the_work(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(homotopy, "solve", lambda *_, **__: pytest.fail("worked"))
    for target in (tmp_path, tmp_path / "no" / "x"):
        code, _, err = run_solve("-", "-o", str(target), text=CIRCLE)
        assert code == 2
        assert "--output" in err


def test_numbers_of_any_size_are_shown_without_noise() -> None:
    _, out, _ = run_solve("-", text="x^2 + 1e-40\ny^2 - 1e-30\nz^2 + 1")
    for line in out.splitlines()[1:9]:
        _, x, y, z, kind = line.split()
        assert x.lstrip("0") in {"+1e-20i", "-1e-20i"}
        assert y.lstrip("-") == "1e-15"
        assert z in {"0+1i", "0-1i"}
        assert kind == "complex"


def test_output_file_whatever_its_name(tmp_path: Path) -> None:
    source = tmp_path / "system.json"  # the name lies
    source.write_text(CIRCLE)
    target = tmp_path / "out.txt"
    code, out, _ = run_solve(str(source), "-o", str(target))
    assert (code, out) == (0, "")
    assert "4 solutions" in target.read_text()


@pytest.mark.parametrize(
    ("arguments", "text", "word"),
    [
        (("nowhere.phc",), None, "FILE"),
        (("-",), "2\nx;\n", "polynomials"),
        (("/",), None, "FILE"),
        (("-",), "", "empty"),
        (("-",), "\0\1\2", "equation 1"),
        (("-",), "(" * 100_000, "nesting"),
        (("-", "--start", "poly"), CIRCLE, "polyhedral"),
        (("-", "--seed", "-1"), CIRCLE, "--seed"),
        (("-", "--tol", "5"), CIRCLE, "--tol"),
        (("-", "--jobs", "0"), CIRCLE, "--jobs"),
        (("-", "--timeout", "0"), CIRCLE, "timeout"),
        (("-", "--max-paths", "2"), CIRCLE, "--max-paths"),
        (("-", "-o", "no/such/folder/x"), CIRCLE, "--output"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    arguments: tuple[str, ...], text: str | None, word: str
) -> None:
    code, out, err = run_solve(*arguments, text=text)
    assert (code, out) == (2, "")
    assert word in err
    assert len(err.strip().splitlines()) == 1


def test_a_closed_standard_input_is_one_line() -> None:
    command = f"exec {shlex.quote(sys.executable)} -m polysolv solve - <&-"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("polysolv: FILE: '-' is not allowed")
    assert done.stderr.count("\n") == 1


def test_a_time_limit_prints_what_was_finished() -> None:
    equations = "\n".join(
        f"x{i}^4 + {i + 2}*x{(i + 1) % 7}^3*x{i} + x{(i + 2) % 7} - {i + 1}" for i in range(7)
    )
    code, out, _ = run_solve("-", "--start", "total-degree", "--timeout", "0.000001", text=equations)
    assert code == 3
    assert "left untracked" in out


@pytest.mark.slow
def test_ctrl_c_gives_what_was_finished(tmp_path: Path) -> None:
    source = tmp_path / "big.txt"
    source.write_text(
        "\n".join(f"x{i}^4 + {i + 2}*x{(i + 1) % 8}^3*x{i} + x{(i + 2) % 8} - {i + 1}" for i in range(8))
    )
    command = [
        sys.executable,
        "-m",
        "polysolv",
        "solve",
        str(source),
        "--start",
        "total-degree",
        "--format",
        "json",
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(8)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    data = json.loads(out)
    assert process.returncode == 3
    assert data["statistics"]["interrupted"] > 0
    assert data["statistics"]["interrupted"] < data["statistics"]["paths"]


def test_progress_is_shown_on_a_terminal_only() -> None:
    command = [sys.executable, "-m", "polysolv", "solve", "-"]
    for extra, shown in (((), True), (("--no-progress",), False)):
        master, slave = pty.openpty()
        process = subprocess.Popen(
            [*command, *extra], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=slave
        )
        out, _ = process.communicate(CIRCLE.encode(), timeout=200)
        os.close(slave)
        try:
            said = os.read(master, 10_000)
        except OSError:  # nothing was written
            said = b""
        os.close(master)
        assert b"4 solutions" in out
        assert (b"paths 4/4" in said) is shown
