"""What a terminal of 60 columns shows: nothing wider, no word broken; and readers that leave early."""

from __future__ import annotations

import functools
import operator
import os
import re
import subprocess
import sys

import pytest

from polysolv.display.grid import Grid
from polysolv.display.layout import broken

COMMANDS = [
    ("rate", "--k-excess", "2", "--k-true", "4"),
    ("rate", "--levels", "x=0,1"),
    ("table", "--columns", "published,pointwise,minimax,uniform,growth"),
    ("families",),
    ("learning-coefficient", "--k", "1:4"),
    ("plan", "--target-error", "0.1", "--n", "10000"),
    ("explain", "--parameter", "b", "--m", "2"),
    ("order", "--m", "3"),
]
BORDERS = "│┃┏┓┗┛━─┡┩└┘┬┴┼├┤╇┳╈"


def _at(columns, run, monkeypatch, *arguments):
    monkeypatch.delenv("LINES", raising=False)
    if columns is None:
        monkeypatch.delenv("COLUMNS", raising=False)
    else:
        monkeypatch.setenv("COLUMNS", str(columns))
    code, out, err = run(*arguments)
    assert (code, err) == (0, "")
    return out


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda words: " ".join(words[:3]))
def test_sixty_columns(run, monkeypatch, arguments):
    wide = _at(None, run, monkeypatch, *arguments)
    narrow = _at(60, run, monkeypatch, *arguments)
    assert max(map(len, narrow.splitlines())) <= 60
    words = {word for word in wide.split() if set(word) != {"-"}}
    assert words <= set(narrow.split())
    assert _at(None, run, monkeypatch, *arguments) == wide


def test_a_size_that_readline_exports_is_not_asked_for(run, monkeypatch):
    wide = _at(None, run, monkeypatch, "table")
    assert max(map(len, wide.splitlines())) > 80
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "24")
    assert run("table")[1] == wide


def test_a_file_and_other_forms_are_as_wide_as_ever(run, monkeypatch, tmp_path):
    wide = _at(None, run, monkeypatch, "table")
    assert _at(60, run, monkeypatch, "table", "-o", tmp_path / "table.txt") == ""
    assert (tmp_path / "table.txt").read_text() == wide
    for style in ("csv", "json", "markdown", "latex"):
        assert (
            len({_at(columns, run, monkeypatch, "table", "--format", style) for columns in (None, 60)}) == 1
        )


def test_solutions_are_split_between_columns(run, monkeypatch, tmp_path):
    (tmp_path / "s.txt").write_text("x^2 - 2\ny^2 - 3*x\nz^2 - y\nu - x*z")
    wide = _at(None, run, monkeypatch, "solve", tmp_path / "s.txt")
    narrow = _at(60, run, monkeypatch, "solve", tmp_path / "s.txt")
    assert max(map(len, narrow.splitlines())) <= 60 < max(map(len, wide.splitlines()))
    assert set(wide.split()) <= set(narrow.split())


def test_a_real_terminal_of_sixty_columns(on_terminal):
    _, shown = on_terminal(60, "rate", "--k-excess", "1")
    lines = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown).replace("\r", "").split("\n")
    assert max(map(len, lines)) <= 60
    words = set(re.sub(f"[{BORDERS}]", " ", "\n".join(lines)).split())
    assert {"parameter", "published", "pointwise", "minimax", "uniform", "n^(-1/16)", "identifiable"} <= words


def test_fitted_tables_hold_every_cell_under_its_keys():
    rows = [[str(i), f"p{i}", "one two three", "x" * 9, "y" * (5 + i)] for i in range(3)]
    grid = Grid("t", ["m", "parameter", "a long header", "b", "c"], rows, (0, 1))
    for width in range(26, 80):
        parts = grid.fitted(width, 2)
        assert all(part.headers[:2] == ["m", "parameter"] for part in parts)
        seen = [[" ".join(c.split()) for c in part.headers[2:]] for part in parts]
        assert functools.reduce(operator.iadd, seen, []) == grid.headers[2:]
        for i, row in enumerate(rows):
            assert (
                functools.reduce(
                    operator.iadd, ([" ".join(c.split()) for c in part.rows[i][2:]] for part in parts), []
                )
                == row[2:]
            )
        assert max(map(len, grid.to_text(width - 2).splitlines())) <= width - 2
    assert broken("P(y = 1) = 1/(1 + exp(-a - b))", 12) == ["P(y = 1) =", "1/(1 +", "exp(-a - b))"]


def test_a_reader_that_leaves_is_no_error(tmp_path):
    """As in ``polysolv verify … | head -1``; the exit code still says whether the certificate holds."""
    path = tmp_path / "order.json"
    make = [sys.executable, "-m", "polysolv", "certify", "--m", "2", "-o", str(path)]
    subprocess.run(make, check=True, capture_output=True)
    for module in ("polysolv.verify", "polysolv"):
        command = [sys.executable, "-m", module, *(["verify"] if module == "polysolv" else []), str(path)]
        read, write = os.pipe()
        os.close(read)
        done = subprocess.run(
            command, stdout=write, stderr=subprocess.PIPE, text=True, timeout=60, check=False
        )
        os.close(write)
        assert done.stderr == ""
        assert done.returncode == 0
