"""The benchmark programs begin: what they take from polysolv and from the tests is where they look for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks"
PROGRAMS = [
    path.name for path in sorted(FOLDER.glob("*.py")) if "__main__" in path.read_text(encoding="utf-8")
]
LOAD = """
import os, runpy, sys
for name in sys.argv[1:]:
    runpy.run_path(os.path.abspath(name), run_name="loaded")
    print(name)
"""


def test_every_benchmark_loads():
    done = subprocess.run(
        [sys.executable, "-c", LOAD, *PROGRAMS],
        cwd=FOLDER,
        env={"PYTHONPATH": str(FOLDER), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.stdout.split(), done.stderr) == (PROGRAMS, "")


@pytest.mark.parametrize("program", ["startup.py", "expansion.py"])
def test_a_benchmark_says_what_it_is_asked(program):
    done = subprocess.run(
        [sys.executable, program, "--help"],
        cwd=FOLDER,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert "--repeats" in done.stdout
