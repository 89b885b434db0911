"""LLVM code that is shipped: of these sources, refused when damaged, used without numba, equal to compiled code."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import classic_systems as classic
import numpy as np
import pytest

from polysolv.homotopy.compiled import shipped
from polysolv.homotopy.engine import KERNEL
from polysolv.homotopy.starts.polyhedral import SEARCH

SHIPPED = sys.platform == "linux" and platform.machine() == "x86_64"
only_where_shipped = pytest.mark.skipif(not SHIPPED, reason="nothing is shipped for this machine")


@pytest.mark.parametrize("source", [KERNEL, SEARCH], ids=["kernel", "search"])
def test_it_was_made_from_these_sources(source):
    digest = shipped.place_of(source).read_bytes().split(b"\n", 2)[1].decode()
    assert digest == shipped.sources_digest(source), "run .ci/llvm-code, which makes it anew"


@only_where_shipped
def test_other_sources_and_damaged_files_are_refused(tmp_path, monkeypatch):
    whole = shipped.shipped_code(KERNEL)
    assert whole is not None
    assert whole.startswith(b"BC\xc0\xde")
    assert shipped.shipped_code(KERNEL._replace(pointers=KERNEL.pointers + 1)) is None
    for name in (*KERNEL.files, "kernel.llvm"):
        shutil.copy(Path(shipped.__file__).parent / name, tmp_path)
    monkeypatch.setattr(shipped, "_FOLDER", tmp_path)
    assert shipped.shipped_code(KERNEL) == whole
    content = (tmp_path / "kernel.llvm").read_bytes()
    for broken in (content[:-1], content[:500], b"", b"other" + content, content[:-9] + b"x" + content[-8:]):
        (tmp_path / "kernel.llvm").write_bytes(broken)
        assert shipped.shipped_code(KERNEL) is None
    (tmp_path / "kernel.llvm").write_bytes(content)
    (tmp_path / "codes.py").write_text("RUNNING = 0\n")
    assert shipped.shipped_code(KERNEL) is None
    (tmp_path / "codes.py").unlink()
    assert shipped.shipped_code(KERNEL) is None


def _solve(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = (
        "import sys\nfrom polysolv.cli.main import cli\n"
        "code = cli.main(sys.argv[1:], prog_name='polysolv', standalone_mode=False)\n"
        "print('numba' in sys.modules, code)"
    )
    return subprocess.run(
        [sys.executable, "-c", program, "solve", "-", *arguments],
        input="x^2 + y^2 - 5\nx*y - 2\n",
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "POLYSOLV_CACHE_DIR": str(folder)},
    )


@only_where_shipped
def test_a_first_solve_takes_no_numba_and_says_one_line_what_it_does(tmp_path):
    first = _solve(tmp_path / "a")
    assert "4 solutions (4 real, 0 singular)" in first.stdout
    assert first.stdout.endswith("False 0\n")
    (line,) = first.stderr.splitlines()
    assert line.startswith("polysolv: making the path tracker's machine code")
    assert len(list((tmp_path / "a").iterdir())) == 1
    assert _solve(tmp_path / "a").stderr == ""
    assert _solve(tmp_path / "b", "--no-progress").stderr == ""
    # Where nothing can be kept every process makes it.
    (tmp_path / "file").write_text("")
    again = _solve(tmp_path / "file" / "folder")
    assert again.stdout == first.stdout
    assert again.stderr == first.stderr


COMPARED = """
import json, sys
import classic_systems as classic
from polysolv import solve
if sys.argv[1] == "compiled":
    from polysolv.homotopy.compiled import shipped
    shipped.shipped_code = lambda source: None
found = {}
for name, n in (("cyclic", 5), ("katsura", 5), ("noon", 4), ("eco", 6), ("chandra", 5)):
    paths = solve(getattr(classic, name)(n))
    found[name] = [
        [path.return_code, path.multiplicity, path.real, [[z.real, z.imag] for z in path.solution or ()]]
        for path in paths
    ]
json.dump([found, "numba" in sys.modules], sys.stdout)
"""


@only_where_shipped
@pytest.mark.slow
def test_results_equal_those_of_freshly_compiled_code(tmp_path):
    found = {}
    for how in ("shipped", "compiled"):
        done = subprocess.run(
            [sys.executable, "-c", COMPARED, how],
            capture_output=True,
            text=True,
            check=True,
            timeout=600,
            env={
                **os.environ,
                "POLYSOLV_CACHE_DIR": str(tmp_path / how),
                "PYTHONPATH": str(Path(classic.__file__).parent),
            },
        )
        found[how], with_numba = json.loads(done.stdout)
        assert with_numba == (how == "compiled")
    for name, paths in found["shipped"].items():
        others = found["compiled"][name]
        assert [path[:3] for path in paths] == [path[:3] for path in others]
        for path, other in zip(paths, others, strict=True):
            assert np.allclose(path[3], other[3], rtol=1e-10, atol=1e-12), name
