"""The commands that README and the page of slips show run as written, and print what the pages say."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SLIPS = (ROOT / "docs" / "slips.md").read_text(encoding="utf-8")
PAIRS = re.findall(
    r"^## ([^\n]+)\n(?:(?!^## ).)*?```sh\n(.*?)```\n\n```text\n(.*?)```", SLIPS, re.DOTALL | re.MULTILINE
)


def run(script, folder):
    """Run a script of a page with this environment's Python and polysolv."""
    path = str(Path(sys.executable).parent) + os.pathsep + os.environ["PATH"]
    done = subprocess.run(
        ["bash", "-e", "-c", script], cwd=folder, env={**os.environ, "PATH": path}, capture_output=True,
        text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert done.stderr == ""
    return done.stdout


def as_pattern(shown):
    parts = re.split(r"^\.\.\.\n", shown, flags=re.MULTILINE)
    return "(?:.*\n)*".join(re.escape(part) for part in parts)


def test_every_entry_of_the_page_of_slips_has_a_command():
    assert len(PAIRS) == SLIPS.count("\n## ")


@pytest.mark.parametrize(("script", "shown"), [pair[1:] for pair in PAIRS], ids=[pair[0] for pair in PAIRS])
def test_the_command_shows_the_slip(script, shown):
    assert re.fullmatch(as_pattern(shown), run(script, ROOT))


@pytest.mark.slow
def test_the_ten_minutes_of_the_readme(tmp_path):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = readme.split("\n## Ten minutes\n")[1].split("\n## ")[0]
    blocks = re.findall(r"^```sh\n(.*?)^```", section, re.DOTALL | re.MULTILINE)
    printed = run("".join(blocks), tmp_path)
    assert printed.count("n^(-1/12)") >= 2
    assert "VERIFIED\nproved: softmax-gaussian, d = 1, m = 3: the order is 6" in printed
    assert "atoms that look like one" in printed
    assert "log-log slopes against n, medians over replicates" in printed
    assert (tmp_path / "system.sing").read_text().count("\nring R = 0,(w_1,") == 1
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.count("data:image/png;base64,") == 3
    assert 'name="viewport"' in page


def test_the_python_lines_of_the_readme_print_its_table(capsys):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", readme, re.DOTALL | re.MULTILINE)
    (block,) = [block for block in blocks if "print(rate(" in block]
    exec(block, {})
    assert capsys.readouterr().out.strip() in readme
