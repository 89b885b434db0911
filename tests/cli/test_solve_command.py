from __future__ import annotations

import inspect
import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from polysolv import SolveResult
from polysolv.cli import cli

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


def test_certify_and_real() -> None:
    code, out, _ = run_solve("-", "--certify", "--real", text="x^2 + 1\ny^3 - 8\n")
    assert code == 0
    assert "no finite solutions" in out
    assert "certified 6 (pairwise distinct 6; real 0, non-real 6)" in out
    code, out, _ = run_solve("-", "--certify", "--format", "json", text="x^2 - 2\n")
    assert json.loads(out)["certification"]["counts"]["certified"] == 2


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
        (("-", "--start", "poly"), CIRCLE, "polyhedral"),
        (("-", "--seed", "-1"), CIRCLE, "--seed"),
        (("-", "--tol", "5"), CIRCLE, "tol"),
        (("-", "--jobs", "0"), CIRCLE, "--jobs"),
        (("-", "--timeout", "0"), CIRCLE, "timeout"),
        (("-", "--max-paths", "2"), CIRCLE, "max_paths"),
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


def test_a_time_limit_prints_what_was_finished() -> None:
    equations = "\n".join(
        f"x{i}^3 + {i + 2}*x{(i + 1) % 6}*x{i} + x{(i + 2) % 6} - {i + 1}" for i in range(6)
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
