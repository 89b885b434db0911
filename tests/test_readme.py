"""README's two commands, run as written on a copy of the tree; and its output is real."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MARK = "POLYSOLV_INSIDE_README_TEST"


def _blocks(language):
    return re.findall(
        rf"^```{language}\n(.*?)^```", (ROOT / "README.md").read_text(), re.DOTALL | re.MULTILINE
    )


def test_the_output_shown_is_what_the_command_prints():
    from polysolv import rate

    assert _blocks("text")[0].strip() == rate(2).to_text().strip()


def test_the_first_screen_is_what_is_printed(run, monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    (block,) = _blocks("console")
    command, *shown = block.splitlines()
    assert shown.pop() == "..."
    code, out, _ = run(*command.removeprefix("$ polysolv ").split())
    assert code == 0
    assert out.splitlines()[: len(shown)] == shown


def test_the_examples_in_python_run_as_written():
    code = "\n".join(_blocks("python"))
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == re.search(r"\.round\(2\)\)  # (.*)", code)[1]
    assert "n^(-1/12)" in done.stdout
    scores = [float(line.split()[1]) for line in lines[-2:]]
    assert scores[0] < scores[1]


def test_commands_are_self_contained():
    first, second = _blocks("bash")[:2]
    environments = [re.search(r"-m venv (\S+)", block)[1] for block in (first, second)]
    assert len(set(environments)) == 2
    for block in (first, second):
        assert "git clone" not in block
        assert not re.search(r"^\s*[$>#]", block, re.MULTILINE)
    assert "polysolv rate --k-excess 2" in first


@pytest.mark.slow
@pytest.mark.skipif(MARK in os.environ, reason="this is the run that the test itself started")
@pytest.mark.parametrize("number", [0, 1])
def test_the_commands_run_as_written(number, tmp_path):
    copy = tmp_path / "clone"
    shutil.copytree(
        ROOT, copy, ignore=shutil.ignore_patterns(".git", ".venv*", "*.egg-info", ".*_cache", "__pycache__")
    )
    done = subprocess.run(
        ["bash", "-e", "-c", _blocks("bash")[number]],
        cwd=copy,
        env={**os.environ, MARK: "1"},
        capture_output=True,
        text=True,
        timeout=1500,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert ("n^(-1/12)" if number == 0 else " passed") in done.stdout
