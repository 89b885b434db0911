"""Sweeps: slopes, and the same bytes whatever the number of jobs, a kill or a cluster."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from polysolv import InputError, MixingMeasure, slopes, sweep
from polysolv.experiments.design import Design, make_design
from polysolv.experiments.single_fit import normalised
from polysolv.experiments.sizes import parse_sizes
from polysolv.experiments.store import Store, read_rows
from polysolv.experiments.sweep_result import SweepResult
from polysolv.experiments.truths import standard_truth

SIZES = [300, 1000, 3000]
FILES = ("aggregates.csv", "slopes.json")
OPTIONS = ["--k-true", "2", "--k", "3", "--sizes", "300,1000,3000", "--replicates", "8", "--cells", "2,1"]


def _files(folder):
    return [(folder / name).read_bytes() for name in FILES]


def _command(folder, *more):
    return [sys.executable, "-m", "polysolv", "crosscheck", *OPTIONS, "-o", str(folder), *more]


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reference") / "out"
    result = sweep(standard_truth(2), 3, SIZES, 8, jobs=1, out=folder, cells=(2, 1))
    return folder, result


def test_slopes_of_an_exact_fit_have_one_half_in_their_interval():
    table = slopes(sweep(standard_truth(2), 2, [300, 1500, 7500], 30, seed=3, jobs=1), confidence=0.99)
    for row in table.rows:
        assert row.low <= -0.5 <= row.high, row
        assert row.low <= row.slope <= row.high
        assert row.inside == "both"


def test_two_jobs_give_the_same_bytes(reference, tmp_path):
    folder, result = reference
    other = sweep(standard_truth(2), 3, SIZES, 8, jobs=2, out=tmp_path / "two", cells=(2, 1))
    assert _files(tmp_path / "two") == _files(folder)
    assert [row["log_likelihood"] for row in other.rows] == [row["log_likelihood"] for row in result.rows]


def test_a_kill_in_the_middle_and_resume_give_the_same_bytes(reference, tmp_path):
    folder, _ = reference
    out = tmp_path / "killed"
    process = subprocess.Popen(_command(out, "--jobs", "1"), stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not (out / "fits.jsonl").is_file() or (out / "fits.jsonl").read_bytes().count(b"\n") < 5:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()
    done = (out / "fits.jsonl").read_bytes().count(b"\n")
    assert 5 <= done < 24
    assert not (out / "slopes.json").exists()
    finished = subprocess.run(_command(out, "--jobs", "1", "--resume"), capture_output=True, check=True)
    assert b"unexpected cells" in finished.stdout
    assert finished.stderr == b""
    assert _files(out) == _files(folder)
    lines = (out / "fits.jsonl").read_text().splitlines()
    assert (
        len({(json.loads(line)["index"], json.loads(line)["replicate"]) for line in lines})
        == len(lines)
        == 24
    )


@pytest.mark.slow
def test_dask_gives_the_same_bytes(reference, tmp_path):
    code = f"""
from distributed import Client, LocalCluster
from polysolv import sweep
from polysolv.experiments.truths import standard_truth
if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        out = {str(tmp_path / "dask")!r}
        sweep(standard_truth(2), 3, {SIZES}, 8, out=out, cells=(2, 1), scheduler=cluster.scheduler_address)
"""
    (tmp_path / "run.py").write_text(code)
    pytest.importorskip("distributed")
    done = subprocess.run(
        [sys.executable, tmp_path / "run.py"], capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr
    assert _files(tmp_path / "dask") == _files(reference[0])
    assert json.loads((tmp_path / "dask" / "environment.json").read_text())[0]["processes"] == "dask"


@pytest.mark.parametrize("damage", ["truncate", "garbage", "binary", "middle", "foreign", "types"])
def test_damaged_lines_cost_only_their_fits(reference, tmp_path, damage):
    folder, _ = reference
    out = tmp_path / damage
    out.mkdir()
    (out / "settings.json").write_bytes((folder / "settings.json").read_bytes())
    lines = (folder / "fits.jsonl").read_bytes().splitlines(keepends=True)
    if damage == "truncate":
        lines[-1] = lines[-1][:100]
    elif damage == "garbage":
        lines[-1] = b"\n{}\n[]\nnull\n"
    elif damage == "binary":
        lines[-1] = b"\xff\x00\xfe"
    elif damage == "middle":
        lines[7] = b"\x00" * 50 + b"\n"
    else:
        change = {"n": 77} if damage == "foreign" else {"errors": [5]}
        lines[-1] = json.dumps({**json.loads(lines[-1]), **change}).encode() + b"\n"
    (out / "fits.jsonl").write_bytes(b"".join(lines))
    design = Design.from_json((out / "settings.json").read_text(), "settings")
    rows, damaged = read_rows(out, design)
    assert len(rows) == 23
    assert damaged >= 1
    again = sweep(standard_truth(2), 3, SIZES, 8, jobs=1, out=out, cells=(2, 1), resume=True)
    assert again.complete
    assert _files(out) == _files(folder)


@pytest.mark.parametrize("prepare", ["missing", "empty"])
def test_resume_on_a_missing_or_empty_folder_starts_afresh(tmp_path, prepare):
    out = tmp_path / "out"
    if prepare == "empty":
        out.mkdir()
    result = sweep(standard_truth(1), 1, [50, 100], 2, jobs=1, out=out, resume=True)
    assert result.complete
    assert (out / "slopes.json").is_file()


def test_a_second_process_is_refused_and_kill_9_frees_the_folder(tmp_path):
    out = tmp_path / "out"
    design = make_design(standard_truth(2), 3, SIZES, 8, cells=(2, 1))
    code = f"""
import sys, time
from polysolv.experiments.design import Design
from polysolv.experiments.store import Store
store = Store({str(out)!r}, Design.from_json(sys.stdin.read(), "stdin"))
print("held", flush=True)
time.sleep(120)
"""
    holder = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    holder.stdin.write(design.to_json())
    holder.stdin.close()
    assert holder.stdout.readline() == "held\n"
    refused = subprocess.run(_command(out, "--resume"), capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert "no other sweep is using" in refused.stderr
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    holder.stdout.close()
    with Store(out, design, resume=True) as store:
        assert store.rows == {}


def test_a_full_disk_loses_at_most_the_unfinished_fit(reference, tmp_path):
    folder, result = reference
    out = tmp_path / "out"
    limit = 20_000
    code = f"""
import resource, runpy, sys
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
sys.argv = ["polysolv", *{_command(out, "--jobs", "1")[3:]!r}]
runpy.run_module("polysolv", run_name="__main__")
"""
    full = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert full.returncode == 2
    assert full.stderr.count("\n") == 1
    assert "--resume goes on" in full.stderr
    data = (out / "fits.jsonl").read_bytes()
    assert 0 < len(data) <= limit
    assert data.endswith(b"\n")
    longest = max(len(json.dumps(row)) for row in result.rows)
    assert len(data) > limit - longest - 100
    sweep(standard_truth(2), 3, SIZES, 8, jobs=1, out=out, cells=(2, 1), resume=True)
    assert _files(out) == _files(folder)


def test_aggregates_say_nothing_of_where_and_when(reference):
    folder, result = reference
    text = b"".join(_files(folder)).decode()
    for word in (str(folder), os.uname().nodename, "seconds", "jobs", "version"):
        assert word not in text
    medians = np.median([row["losses"]["D1"] for row in result.rows if row["n"] == 1000])
    line = next(line for line in text.splitlines() if line.startswith("1000,loss,,D1"))
    assert float(line.split(",")[5]) == medians


def test_a_row_depends_on_nothing_but_seed_and_numbers(reference):
    wide = sweep(standard_truth(2), 3, [300, 999], 2, jobs=1, cells=(2, 1))
    first = next(row for row in reference[1].rows if (row["index"], row["replicate"]) == (0, 1))
    assert wide.rows[1]["measure"] == first["measure"]
    child = np.random.SeedSequence(0).spawn(3)[0].spawn(8)[1].spawn(2)[0]
    X, y = standard_truth(2).sample(300, None, np.random.default_rng(child))
    G = MixingMeasure.from_dict(first["measure"])
    assert G.log_likelihood(X, y) == pytest.approx(first["log_likelihood"], abs=1e-7)


def test_stationary_points_and_counts(reference):
    rows = reference[1].rows
    assert all(row["gradient_norm"] <= 1e-8 for row in rows if row["converged"])
    counts = reference[1].counts()
    assert sum(entry["fits"] for entry in counts.values()) == 24
    unexpected = sum([len(cell) for cell in row["cells"]] != [2, 1] for row in rows)
    assert sum(entry["unexpected_cells"] for entry in counts.values()) == unexpected
    assert sum(entry["at_bound"] for entry in counts.values()) == sum(bool(row["at_bound"]) for row in rows)


def test_fits_that_do_not_converge_are_counted():
    result = sweep(standard_truth(2), 3, [300], 4, {"max_iter": 2}, jobs=1)
    assert result.counts()[300]["not_converged"] == 4
    assert len(result.rows) == 4


def test_failed_fits_are_counted_and_keep_their_reason():
    flat = MixingMeasure([0.0], [[0.0]], [[0.0]], [1e30], [1e-30])
    result = sweep(flat, 1, [20, 40], 2, jobs=1, bounds=None)
    assert [entry["failed"] for entry in result.counts().values()] == [2, 2]
    assert "constant" in result.rows[0]["error"]
    assert slopes(result).row("loss", "D1").slope is None


def test_random_starts_compete_with_those_near_the_truth():
    result = sweep(standard_truth(2), 2, [400], 3, jobs=1, near_starts=2, random_starts=2)
    for row in result.rows:
        assert [name for name, *_ in row["starts"]] == ["near 0", "near 1", "random"]
        assert row["log_likelihood"] == max(value for _, value, _ in row["starts"])


def test_a_timeout_keeps_what_is_finished(tmp_path):
    out = tmp_path / "out"
    started = time.monotonic()
    result = sweep(standard_truth(2), 3, [200, 300_000], 20, jobs=1, out=out, timeout=1.5)
    assert time.monotonic() - started < 30
    assert not result.complete
    assert not (out / "slopes.json").exists()
    assert SweepResult.read(out).rows == result.rows


def test_the_gate_is_compared_after_translation():
    truth = standard_truth(2)
    moved = normalised(truth.translate(3.0, [-2.0]), truth)
    for name in ("beta0", "beta1"):
        assert np.allclose(getattr(moved, name), getattr(truth, name), atol=1e-12)


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"k": 1}, "k"),
        ({"sizes": [100, 100]}, "sizes"),
        ({"sizes": [5, 100]}, "sizes"),
        ({"sizes": "100"}, "sizes"),
        ({"replicates": 0}, "replicates"),
        ({"seed": -1}, "seed"),
        ({"jobs": 0}, "jobs"),
        ({"cells": (1, 1)}, "cells"),
        ({"cells": (3, 0)}, "cells"),
        ({"near_starts": 0}, "random_starts"),
        ({"spread": -1.0}, "spread"),
        ({"path": "hermite"}, "path"),
        ({"path": "gauss-hermite", "path_scale": 9.0}, "path_scale"),
        ({"bounds": "nowhere"}, "bounds"),
        ({"bounds": {"beta2": (0, 1)}}, "bounds"),
        ({"options": {"n_init": 3}}, "options"),
        ({"options": {"tol": 0}}, "tol"),
        ({"covariates": "cauchy:0:1"}, "covariates"),
        ({"timeout": -1}, "timeout"),
        ({"truth": "G"}, "truth"),
    ],
)
def test_bad_arguments_name_the_field(arguments, field, tmp_path):
    given = {"truth": standard_truth(2), "k": 3, "sizes": [100, 200], "replicates": 2, "jobs": 1, **arguments}
    with pytest.raises(InputError) as caught:
        sweep(**given, out=tmp_path / "out")
    assert caught.value.field.startswith(field)


@pytest.mark.parametrize(
    "text",
    ["", "1e3:1e6", "1e3:1e6:1", "1e6:1e3:3", "a,b", "10.5", "2,1", "1:4:9", "1e3:1e6:x", "nan", "inf:3:2"],
)
def test_bad_sizes(text):
    with pytest.raises(InputError):
        parse_sizes(text)


def test_sizes_are_log_spaced():
    sizes = parse_sizes("1e3:1e6:7")
    assert sizes == (1000, 3162, 10000, 31623, 100000, 316228, 1000000)
    assert parse_sizes("1000,10000") == (1000, 10000)
