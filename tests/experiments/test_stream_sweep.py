"""Sweeps over streams: the fits of stored rows, in constant memory, the same bytes however they are made."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from polysolv import InputError, SoftmaxGaussianMoE, sweep
from polysolv.experiments.design import Design, make_design
from polysolv.experiments.presets import preset
from polysolv.experiments.single_fit import run_fit
from polysolv.experiments.truths import standard_truth
from polysolv.moe.engines.devices import DeviceError
from polysolv.moe.stream_fit import StreamData

SIZES = [300, 1000, 3000]
FILES = ("aggregates.csv", "slopes.json")
OPTIONS = ["--k-true", "2", "--k", "3", "--sizes", "300,1000,3000", "--replicates", "8", "--cells", "2,1"]


def files(folder):
    return [(folder / name).read_bytes() for name in FILES]


def command(folder, *more):
    return [sys.executable, "-m", "polysolv", "crosscheck", *OPTIONS, "--stream", "-o", str(folder), *more]


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reference") / "out"
    result = sweep(standard_truth(2), 3, SIZES, 8, jobs=1, out=folder, cells=(2, 1), stream=True)
    return folder, result


@pytest.mark.slow
def test_every_number_of_jobs_gives_the_same_bytes(reference, tmp_path):
    other = sweep(standard_truth(2), 3, SIZES, 8, jobs=2, out=tmp_path / "two", cells=(2, 1), stream=True)
    assert files(tmp_path / "two") == files(reference[0])
    assert all(row["status"] == "stationary" for row in other.rows)


@pytest.mark.slow
def test_a_kill_in_the_middle_and_resume_give_the_same_bytes(reference, tmp_path):
    out = tmp_path / "killed"
    process = subprocess.Popen(command(out, "--jobs", "1"), stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not (out / "fits.jsonl").is_file() or (out / "fits.jsonl").read_bytes().count(b"\n") < 5:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.002)
    process.send_signal(signal.SIGSTOP)  # it holds the folder
    refused = subprocess.run(command(out, "--resume"), capture_output=True, text=True, check=False)
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "no other sweep is using" in refused.stderr
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (out / "slopes.json").exists()
    alone = [sys.executable, "-m", "polysolv", "crosscheck", "--resume", "-o", str(out), "--jobs", "1"]
    finished = subprocess.run(alone, capture_output=True, check=True)
    assert finished.stderr == b""
    assert files(out) == files(reference[0])


@pytest.mark.slow
@pytest.mark.parametrize("device", ["cpu", "auto"])
def test_two_local_workers_of_a_scheduler_give_the_same_bytes(reference, tmp_path, device):
    pytest.importorskip("distributed")
    code = f"""
from distributed import Client, LocalCluster
from polysolv import sweep
from polysolv.experiments.truths import standard_truth
if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        sweep(standard_truth(2), 3, {SIZES}, 8, out={str(tmp_path / "dask")!r}, cells=(2, 1), stream=True,
              device={device!r}, scheduler=cluster.scheduler_address)
"""
    (tmp_path / "run.py").write_text(code)
    done = subprocess.run(
        [sys.executable, tmp_path / "run.py"], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    session = json.loads((tmp_path / "dask" / "environment.json").read_text())[0]
    assert (session["processes"], session.get("device", "cpu")) == ("dask", device)
    if device == "cpu":
        assert files(tmp_path / "dask") == files(reference[0])


@pytest.mark.slow
def test_workers_without_the_device_end_the_sweep_in_one_line(tmp_path):
    pytest.importorskip("distributed")
    code = f"""
from distributed import Client, LocalCluster
from polysolv import InputError, sweep
from polysolv.experiments.truths import standard_truth
from polysolv.moe.engines.devices import cuda_trouble
if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        try:
            sweep(standard_truth(2), 3, {SIZES}, 2, stream=True, device="cuda", scheduler=cluster.scheduler_address)
            print("" if not cuda_trouble() else "finished without a device")
        except InputError as error:
            print(error.field if cuda_trouble() else "refused a device")
"""
    (tmp_path / "run.py").write_text(code)
    done = subprocess.run(
        [sys.executable, tmp_path / "run.py"], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.stdout in ("device\n", "\n"), done.stderr


@pytest.mark.slow
def test_fits_of_a_stream_are_those_of_its_stored_rows():
    truth, n = standard_truth(2), 4000
    design = make_design(truth, 2, [n, 2 * n], 1)
    data = StreamData(truth.rows(3, 1), n)
    (fit,) = data.fits([truth], design.bounds, 1e-8, 1000, "auto", None)
    stored = SoftmaxGaussianMoE(2, init=truth, bounds=design.bounds).fit(data.X, data.y)
    assert fit.log_likelihood_ == pytest.approx(stored.log_likelihood_, abs=1e-7)
    assert np.allclose(fit.mixing_measure_.b, stored.mixing_measure_.b, atol=1e-5)
    assert (fit.status_, fit.at_bound_, fit.spurious_) == ("stationary", stored.at_bound_, ())
    assert data.log_likelihood(truth) == pytest.approx(truth.log_likelihood(data.X, data.y), abs=1e-7)


@pytest.mark.slow
def test_more_rows_than_are_stored_take_few_passes():
    result = sweep(standard_truth(2), 3, [1000, 2_500_000], 1, jobs=1, cells=(2, 1), stream=True)
    row = result.rows[-1]
    assert (row["status"], row["passes"][-1][0]) == ("stationary", 2_500_000)
    assert row["passes"][-1][1] <= 15
    assert row["log_likelihood"] > row["truth_log_likelihood"]


@pytest.mark.slow
@pytest.mark.parametrize("law", ["normal:0:1", "linspace:-1:1"])
def test_other_laws_and_random_starts(law):
    result = sweep(
        standard_truth(2), 2, [400, 800], 2, jobs=1, covariates=law, random_starts=2, stream=True, bounds=None
    )
    for row in result.rows:
        assert [name for name, *_ in row["starts"]] == ["near 0", "random"]
        assert row["status"] == "stationary"


@pytest.mark.slow
def test_memory_does_not_grow_with_the_rows():
    code = """
import sys
from polysolv import sweep
from polysolv.experiments.truths import standard_truth
sweep(standard_truth(2), 2, [500, int(sys.argv[1])], 1, jobs=1, stream=True)
# Not ru_maxrss, which a child takes over from its parent.
status = open("/proc/self/status").read()
print(int(status.split("VmHWM:")[1].split()[0]) / 1024)
"""
    few, many = (
        float(subprocess.run([sys.executable, "-c", code, n], capture_output=True, check=True).stdout)
        for n in ("1000", "5000000")
    )
    # Stored, five million rows take some 500 MB.
    assert many - few < 60


def test_a_design_with_a_stream_is_read_back():
    settings = preset("billion-k3").settings
    design = make_design(**settings)
    assert Design.from_json(design.to_json(), "settings") == design
    assert design.sizes == tuple(10**power for power in range(3, 10))
    assert [design.count(i) for i in range(7)] == [40] * 6 + [20]
    assert len(design.jobs) == 260
    assert make_design(**preset("billion-k5").settings).count(6) == 8
    plain = make_design(standard_truth(2), 3, [100, 200])
    assert not {"stream", "fewer"} & set(plain.to_data())
    assert plain.digest() != make_design(standard_truth(2), 3, [100, 200], stream=True).digest()


def test_sizes_with_fewer_replicates():
    result = sweep(standard_truth(1), 1, [50, 100, 200], 4, jobs=1, fewer=(200, 2))
    assert result.complete
    assert [entry["fits"] for entry in result.counts().values()] == [4, 4, 2]


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"stream": 1}, "stream"),
        ({"stream": True, "k": 9}, "k"),
        ({"stream": True, "options": {"method": "em"}}, "method"),
        ({"stream": True, "truth": standard_truth(9), "k": 9}, "k"),
        ({"device": "gpu"}, "device"),
        ({"fewer": (5,)}, "fewer"),
        ({"fewer": (5, 0)}, "fewer"),
        ({"sizes": [100, 10**9], "bounds": None, "k": 50}, "sizes"),
    ],
)
def test_bad_arguments_name_the_field(arguments, field, monkeypatch, tmp_path):
    monkeypatch.setattr("polysolv.experiments.run.available_memory", lambda: 2**30)
    given = {"truth": standard_truth(2), "k": 3, "sizes": [100, 200], "replicates": 2, "jobs": 1, **arguments}
    with pytest.raises(InputError) as caught:
        sweep(**given, out=tmp_path / "out")
    assert caught.value.field.startswith(field)
    assert not (tmp_path / "out").exists()


def test_a_missing_device_is_no_failed_fit(monkeypatch, run, tmp_path):
    monkeypatch.setattr("polysolv.moe.engines.devices.cuda_trouble", lambda: "cpu, or a GPU")
    design = make_design(standard_truth(2), 3, SIZES, stream=True)
    with pytest.raises(DeviceError):
        run_fit(design, 0, 0, "cuda")
    code, out, err = run("crosscheck", *OPTIONS, "--device", "cuda", "-o", tmp_path / "out")
    assert (code, out) == (2, "")
    assert err == "polysolv: device: 'cuda' is not allowed; allowed: cpu, or a GPU\n"
    assert not os.path.exists(tmp_path / "out")
