"""The tours are walked: every console block of docs/tours/*.md and of docs/own-families.md runs, and prints what it shows.

A block holds commands after `$ ` (a line that ends in a backslash goes on; a here-document is part of its command), and
after each what it prints, standard error included. All commands of a page run one after the other in one empty folder.
A line `...` stands for any number of lines, `...` within a line for any text; `$SOURCE` is the root of the repository.
Numbers with a decimal point may differ by one in a thousand; all else must be equal, but for the width of gaps. A
command must end with exit code 0; one that is to fail says `|| echo "exit code $?"`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [*sorted((ROOT / "docs" / "tours").glob("*.md")), ROOT / "docs" / "own-families.md"]
PAGES = [path for path in PAGES if path.name != "index.md" and path.exists()]
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_HERE = re.compile(r"<<-?\s*(['\"]?)(\w+)\1")
_DECIMAL = re.compile(r"\d+\.\d+(?:e[-+]\d+)?")


def steps_of(text: str) -> list[tuple[str, list[str]]]:
    """Return the commands of a page, each with the lines that it is said to print."""
    steps: list[tuple[str, list[str]]] = []
    for block in _BLOCK.findall(text):
        lines = iter(block.splitlines())
        for line in lines:
            if not line.startswith("$ "):
                assert steps, f"a block begins with output: {line}"
                steps[-1][1].append(line)
                continue
            command = line[2:]
            while command.endswith("\\"):
                command += "\n" + next(lines)
            if here := _HERE.search(command):
                for inner in lines:
                    command += "\n" + inner
                    if inner == here[2]:
                        break
            steps.append((command, []))
    return steps


def line_is(shown: str, printed: str) -> bool:
    """Return whether a printed line is the one shown."""
    pattern, decimals = "", []
    for part in re.split(r"(\.\.\.|\d+\.\d+(?:e[-+]\d+)?|\s+)", shown.rstrip()):
        if part == "...":
            pattern += ".*"
        elif _DECIMAL.fullmatch(part):
            pattern += rf"({_DECIMAL.pattern})"
            decimals.append(float(part))
        elif part.isspace():
            pattern += r"\s+"
        else:
            pattern += re.escape(part)
    found = re.fullmatch(pattern, printed.rstrip())
    return bool(found) and [float(text) for text in found.groups()] == pytest.approx(decimals, rel=1e-3)


def is_printed(shown: list[str], printed: list[str]) -> bool:
    """Return whether the printed lines are the ones shown."""
    fixed = shown.index("...") if "..." in shown else len(shown)
    if len(printed) < fixed or not all(map(line_is, shown[:fixed], printed)):
        return False
    if fixed == len(shown):
        return len(printed) == fixed
    rest = shown[fixed + 1 :]
    return any(is_printed(rest, printed[start:]) for start in range(fixed, len(printed) + 1))


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        (["a 1.5", "b"], ["a   1.5001", "b"], True),
        (["a 1.5", "b"], ["a 1.6", "b"], False),
        (["n^(-1/12)"], ["n^(-1/8)"], False),
        (["...", "b"], ["a", "a", "b"], True),
        (["...", "b"], ["a", "a", "b", "c"], False),
        (["a", "...", "c", "..."], ["a", "c"], True),
        (["a", "...", "c"], ["a", "b"], False),
        (["took ... s"], ["took 3.1 s"], True),
        ([], ["a"], False),
        (["a"], [], False),
        (["..."], [], True),
    ],
)
def test_shown_and_printed_lines_are_compared(shown, printed, same):
    assert is_printed(shown, printed) is same


def test_commands_and_their_output_are_read():
    text = "```console\n$ cat > f <<'EOF'\n$ no\nEOF\n$ a \\\n  b\n1\n\n2\n```\n\n```sh\n$ x\n```\n"
    assert steps_of(text) == [("cat > f <<'EOF'\n$ no\nEOF", []), ("a \\\n  b", ["1", "", "2"])]


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=[path.stem for path in PAGES])
def test_a_page_prints_what_it_shows(page, tmp_path):
    path = str(Path(sys.executable).parent) + os.pathsep + os.environ["PATH"]
    environment = {**os.environ, "PATH": path, "NO_COLOR": "1", "SOURCE": str(ROOT)}
    environment.pop("COLUMNS", None)
    steps = steps_of(page.read_text(encoding="utf-8"))
    assert len(steps) > 3
    for command, shown in steps:
        done = subprocess.run(
            ["bash", "-e", "-c", command], cwd=tmp_path, env=environment, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=600, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"$ {command}\n{done.stdout}"
        assert is_printed(shown, done.stdout.rstrip().splitlines()), f"$ {command}\n{done.stdout}"
