"""What tests of several folders share."""

import os
import subprocess
import sys

import pytest
from hypothesis import settings

from polysolv import solve
from polysolv.cli import cli

# Python's readline, which pytest loads, exports the terminal's size to child processes past `os.environ`.
for _name in ("COLUMNS", "LINES"):
    os.environ.pop(_name, None)
    os.unsetenv(_name)

# Files with tests that track paths, fewer than a worker gets at the start; the others come late enough.
_FIRST = (
    "test_solve_command",
    "test_decide",
    "test_examples",
    "test_options",
    "test_certify_",
    "test_starts",
)


# The same examples in every run, so that a change is judged by what it changes. New ones are looked for with
# `pytest --hypothesis-profile=random`.
settings.register_profile("fixed", derandomize=True)
settings.register_profile("random", derandomize=False, print_blob=True)
settings.load_profile("fixed")


def pytest_collection_modifyitems(items):
    """Begin with tests that track paths: one worker compiles the tracker while the other goes on."""
    items.sort(key=lambda item: not item.path.name.startswith(_FIRST))


@pytest.fixture
def run(capsys, path_tracker):
    """Run the command line in this process; return (exit code, stdout, stderr)."""

    def call(*arguments):
        with pytest.raises(SystemExit) as caught:
            cli.main([str(a) for a in arguments], prog_name="polysolv")
        captured = capsys.readouterr()
        return caught.value.code, captured.out, captured.err

    return call


@pytest.fixture
def on_terminal():
    """Run the command line as a process on a pseudo-terminal; return (exit code, what it shows)."""
    pty = pytest.importorskip("pty")

    def call(columns, *arguments):
        parent, child = pty.openpty()
        command = [sys.executable, "-m", "polysolv", *arguments]
        environment = {**os.environ, "COLUMNS": str(columns), "TERM": "xterm"}
        with subprocess.Popen(command, stdout=child, stderr=child, stdin=child, env=environment) as process:
            os.close(child)
            shown = b""
            while True:
                try:
                    block = os.read(parent, 65536)
                except OSError:
                    break
                if not block:
                    break
                shown += block
        os.close(parent)
        return process.returncode, shown.decode()

    return call


@pytest.fixture(scope="session")
def path_tracker():
    """Have the path tracker compiled: on a new machine that takes longer than the time limits of some tests."""
    assert solve(["x*y - 1", "x - y^2"], start="polyhedral").nsolutions == 3
