"""Runs in chunks: the same results on a cluster and from a folder, which keeps what is finished through a kill."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import classic_systems as classic
import pytest

from polysolv import SolveResult, solve
from polysolv.errors import InputError
from polysolv.homotopy import chunks
from polysolv.homotopy.engine import Engine


@pytest.fixture
def small(monkeypatch):
    """Keep runs of more than 20 paths, 8 in a chunk."""
    monkeypatch.setattr(chunks, "KEPT_BEYOND", 20)
    monkeypatch.setattr(chunks, "_KEPT_CHUNK", 8)


def _paths(result: SolveResult) -> list[object]:
    return [replace(path) for path in result]


def _tracked_here(monkeypatch) -> list[int]:
    """Count the paths that this process tracks from now on."""
    counted: list[int] = []
    track = Engine.track

    def counting(self, task, *rest):
        counted.append(len(task.points))
        return track(self, task, *rest)

    monkeypatch.setattr(Engine, "track", counting)
    return counted


@pytest.mark.parametrize("start", ["total-degree", "polyhedral"])
def test_kept_chunks_give_the_same_result(small, tmp_path, monkeypatch, start):
    system = classic.cyclic(5)
    plain = solve(system, start=start)
    folder = tmp_path / "kept"
    assert _paths(solve(system, start=start, resume=folder)) == _paths(plain)
    files = sorted(folder.iterdir())
    assert files
    assert all(file.suffix == ".paths" for file in files)
    written = {file: file.stat().st_mtime_ns for file in files}
    tracked = _tracked_here(monkeypatch)
    assert _paths(solve(system, start=start, resume=str(folder))) == _paths(plain)
    assert all(count <= chunks.KEPT_BEYOND for count in tracked)  # only runs that are never kept
    assert {file: file.stat().st_mtime_ns for file in sorted(folder.iterdir())} == written
    # Damaged and lost chunks are tracked anew.
    content = files[0].read_bytes()
    files[0].write_bytes(content[:-20] + bytes(20))
    files[1].unlink()
    assert _paths(solve(system, start=start, resume=folder)) == _paths(plain)
    assert files[0].read_bytes() == content
    assert files[1].is_file()


def test_chunks_of_another_run_are_not_taken(small, tmp_path):
    solve(classic.cyclic(5), resume=tmp_path)
    before = set(tmp_path.iterdir())
    other = solve(classic.cyclic(5), seed=1, resume=tmp_path)
    assert _paths(other) == _paths(solve(classic.cyclic(5), seed=1))
    assert len(set(tmp_path.iterdir()) - before) >= len(before) // 2


def test_small_runs_are_not_kept_and_unfinished_chunks_neither(small, tmp_path, monkeypatch):
    solve(["x^2 - 2", "y^2 - x"], resume=tmp_path / "a")
    assert list((tmp_path / "a").iterdir()) == []
    calls = []

    def progress(*_: object) -> None:
        calls.append(1)
        if len(calls) == 6:
            signal.raise_signal(signal.SIGINT)

    part = solve(classic.cyclic(5), start="total-degree", resume=tmp_path / "b", progress=progress)
    assert not part.is_complete
    kept = len(list((tmp_path / "b").iterdir()))
    assert 0 < kept < 15
    whole = solve(classic.cyclic(5), start="total-degree", resume=tmp_path / "b")
    assert _paths(whole) == _paths(solve(classic.cyclic(5), start="total-degree"))


def test_a_folder_that_cannot_be_made_is_bad_input(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="resume: .*a folder that can be made and written"):
        solve(["x - 1"], resume=tmp_path / "file")


def test_a_scheduler_that_is_no_address_is_bad_input():
    pytest.importorskip("distributed")
    with pytest.raises(InputError, match="scheduler: "):
        solve(["x - 1"], scheduler="nonsense://here")


@pytest.mark.slow
def test_a_cluster_gives_the_same_result(tmp_path: Path):
    pytest.importorskip("distributed")
    (tmp_path / "run.py").write_text(
        f"""
import sys
sys.path.insert(0, {str(Path(classic.__file__).parent)!r})
import classic_systems as classic
from distributed import LocalCluster
from polysolv import solve
if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        for start in ("total-degree", "polyhedral"):
            here = solve(classic.cyclic(5), start=start)
            there = solve(classic.cyclic(5), start=start, scheduler=cluster.scheduler_address)
            assert [repr(path) for path in here] == [repr(path) for path in there]
            assert there.nsolutions == 70
        late = solve(classic.cyclic(7), scheduler=cluster.scheduler_address, timeout=0.2)
        assert not late.is_complete
    print("same")
"""
    )
    done = subprocess.run(
        [sys.executable, tmp_path / "run.py"], capture_output=True, text=True, timeout=240, check=False
    )
    assert done.stdout == "same\n", done.stderr


@pytest.mark.slow
def test_a_kill_loses_at_most_the_chunks_under_way(tmp_path: Path, monkeypatch):
    n = 14
    equations = [f"x{i}^2 + x{(i + 1) % n}/7 - {i + 2}" for i in range(n)]
    (tmp_path / "system").write_text("\n".join(equations))
    kept = tmp_path / "kept"
    command = [sys.executable, "-m", "polysolv", "solve", str(tmp_path / "system"), "--resume", str(kept)]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while len(list(kept.glob("*.paths"))) < 4 and running.poll() is None:
        time.sleep(0.01)
    running.kill()
    running.wait()
    finished = len(list(kept.glob("*.paths")))
    assert 4 <= finished < 17
    tracked = _tracked_here(monkeypatch)
    result = solve(equations, resume=kept)
    assert result.nsolutions == 2**n
    assert sum(tracked) <= 2 * 2**n - 1000 * finished  # tracked once, polished once
    assert _paths(result) == _paths(solve(equations))
