"""Machine code that is kept: made once, loaded without numba, refused when damaged."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from polysolv.homotopy.compiled.object_file import put_in_memory

MODULE = """
from numba import carray

ARGUMENTS = ("int64", "float64*")


def entry(count, values):
    if count == 0:
        return
    row = carray(values, (count,))
    for i in range(count):
        row[i] = FACTOR * row[i] * row[i]
"""
PROGRAM = """
import sys
import numpy as np
from polysolv.homotopy.compiled.native import Source, compiled
values = np.array([1.0, 2.0, 3.0])
compiled(Source("squares", ("{path}",), 1, 1))(3, values.ctypes.data)
print(values.tolist(), "numba" in sys.modules)
assert sys.platform != "linux" or ("llvmlite" in sys.modules) == ("numba" in sys.modules)
"""


@pytest.fixture
def run(tmp_path: Path):  # type: ignore[no-untyped-def]
    """Write the module with a factor, call its function in a new process, and return what it prints."""

    def call(factor: int) -> str:
        path = tmp_path / "squares.py"
        path.write_text(MODULE.replace("FACTOR", str(factor)))
        environment = {
            **os.environ,
            "POLYSOLV_CACHE_DIR": str(tmp_path / "cache"),
            "PYTHONPATH": str(tmp_path),
        }
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM.format(path=path)],
            capture_output=True,
            text=True,
            timeout=300,
            env=environment,
        )
        assert done.stderr == ""
        return done.stdout.strip()

    return call


def test_machine_code_is_made_once_and_loaded_without_numba(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert run(1) == "[1.0, 4.0, 9.0] True"
    (kept,) = (tmp_path / "cache").iterdir()
    assert run(1) == "[1.0, 4.0, 9.0] False"
    # A damaged file is not run but made again.
    whole = kept.read_bytes()
    kept.write_bytes(whole[:-40] + b"x" * 40)
    assert run(1) == "[1.0, 4.0, 9.0] True"
    assert len(kept.read_bytes()) == len(whole)


@pytest.mark.slow
def test_other_sources_and_damaged_files_are_not_mistaken(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert run(1) == "[1.0, 4.0, 9.0] True"
    (kept,) = (tmp_path / "cache").iterdir()
    assert run(2) == "[2.0, 8.0, 18.0] True"
    assert len(list((tmp_path / "cache").iterdir())) == 2
    assert run(1) == "[1.0, 4.0, 9.0] False"
    whole = kept.read_bytes()
    for broken in (whole[:-1], whole[:-40] + b"x" * 40, b"", whole[:30]):
        kept.write_bytes(broken)
        assert run(1) == "[1.0, 4.0, 9.0] True"
        assert len(kept.read_bytes()) == len(whole)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere LLVM loads object files")
@pytest.mark.parametrize("content", [b"", b"\x7fELF", b"x" * 200, Path(sys.executable).read_bytes()[:4000]])
def test_what_is_no_object_file_of_ours_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="object file"):
        put_in_memory(content, "entry", lambda _: None)
