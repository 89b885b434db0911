"""The whole process of a command: what is written is out, and everything registered for the end is done."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from polysolv.certificates import order_certificate

PROGRAM = """
import atexit, sys, weakref
from concurrent.futures import ThreadPoolExecutor

class Kept: pass
kept = Kept()
weakref.finalize(kept, print, "finalized")
atexit.register(print, "exit handler")
executor = ThreadPoolExecutor(1)  # its idle thread ends when the interpreter says so
executor.submit(print, "from a thread")
from polysolv.__main__ import main
main()
"""


def process(*arguments, program=PROGRAM, **options):
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **options)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["rate", "--k-excess", "1"], 0), (["nonsense"], 2), (["solve", "no such file"], 2)],
)
def test_nothing_is_lost_at_the_end(arguments, code):
    done = process(*arguments)
    assert done.returncode == code
    assert set(done.stdout.splitlines()) >= {"from a thread", "exit handler", "finalized"}
    alone = process(*arguments, program="from polysolv.__main__ import main; main()")
    assert alone.returncode == code
    assert alone.stderr == done.stderr
    assert set(alone.stdout.splitlines()) <= set(done.stdout.splitlines())
    assert bool(alone.stdout) == (code == 0)


def test_long_output_is_whole():
    done = process("table", "--format", "json", program="from polysolv.__main__ import main; main()")
    assert done.returncode == 0
    assert done.stdout.rstrip().endswith(("]", "}"))


def test_an_error_of_the_program_is_shown():
    program = (
        "import polysolv.cli\npolysolv.cli.main = lambda: 1 / 0\nfrom polysolv.__main__ import main\nmain()"
    )
    done = process(program=program)
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device without room")
@pytest.mark.parametrize(
    "command", [["rate", "--k-excess", "1"], ["verify", "CERTIFICATE"]], ids=lambda c: c[0]
)
def test_output_that_finds_no_room_is_one_line(tmp_path, command):
    order_certificate("location-gaussian", 1).write(tmp_path / "certificate.json")
    command = [str(tmp_path / "certificate.json") if word == "CERTIFICATE" else word for word in command]
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "polysolv", *command],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
        )
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "standard output" in done.stderr
