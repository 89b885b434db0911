"""`polysolv doctor`: what it finds, and that its self-test fails when something is wrong."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib.metadata import requires, version

import pytest

import polysolv
from polysolv.cli import diagnosis as doctor


def test_a_sound_installation_is_healthy(run):
    code, out, err = run("doctor", "--format", "json")
    data = json.loads(out)
    assert (code, err) == (0, "")
    assert data["schema"] == "polysolv/doctor/1"
    assert data["healthy"] is True
    assert data["versions"]["polysolv"] == polysolv.__version__
    assert data["versions"]["numpy"] == version("numpy")
    assert [check["passed"] for check in data["self_test"]] == [True] * 5
    assert data["seconds"] == pytest.approx(sum(check["seconds"] for check in data["self_test"]))
    assert {one["name"] for one in data["optional"]} >= {"msolve", "singular", "z3-solver", "dask", "pyarrow"}
    assert [one["kind"] for one in data["devices"]][:2] == ["cpu", "cuda"]
    assert all(not one["trouble"] or "install" in one["trouble"] for one in data["devices"])
    for one in data["optional"]:
        assert one["found"] or "install" in one["advice"]


def test_every_dependency_is_listed():
    needed = {line.split(">")[0].strip() for line in requires("polysolv") if "extra" not in line}
    assert needed == set(doctor.PACKAGES)
    # What a user of the tool may want: not what tests and docs are made with.
    wanted = [
        line for line in requires("polysolv") if re.search("extra == .(dask|formula|gpu|parquet|smt)", line)
    ]
    extras = {re.split(r"[>\[]", line)[0].strip() for line in wanted}
    assert extras == set(doctor._OPTIONAL)


def test_the_text_ends_with_the_verdict(run):
    code, out, _ = run("doctor")
    assert code == 0
    assert out.splitlines()[-1].startswith("all 5 checks passed in ")
    assert f"polysolv       {polysolv.__version__}" in out


def test_a_fitter_that_does_nothing_is_noticed(run, monkeypatch):
    from polysolv.moe import MixingMeasure, SoftmaxGaussianMoE

    def lazy(self, X, y):
        self.mixing_measure_ = MixingMeasure(beta0=[0], beta1=[[0]], a=[[0]], b=[0], sigma=[1])
        self.converged_, self.status_, self.log_likelihood_ = True, "stationary", 0.0
        return self

    monkeypatch.setattr(SoftmaxGaussianMoE, "fit", lazy)
    code, out, _ = run("doctor")
    assert code == 1
    assert "2 of 5 checks FAILED: this installation cannot be trusted" in out


def test_a_kernel_that_accepts_everything_is_noticed(run, monkeypatch):
    import polysolv.verify

    result = polysolv.verify.verify({})
    result.exit_code = 0
    monkeypatch.setattr(polysolv.verify, "verify", lambda data: result)
    code, out, _ = run("doctor")
    assert code == 1
    assert "the kernel accepted a certificate with a wrong node" in out


def test_a_kernel_that_refuses_everything_is_noticed(run, monkeypatch):
    import polysolv.verify

    result = polysolv.verify.verify({})
    result.exit_code = 1
    monkeypatch.setattr(polysolv.verify, "verify", lambda data: result)
    code, out, _ = run("doctor", "--format", "json")
    assert code == 1
    assert [check["passed"] for check in json.loads(out)["self_test"]] == [False, True, True, True, True]


@pytest.mark.parametrize("name", ["msolve", "singular"])
def test_engines_absent_broken_and_their_versions(monkeypatch, tmp_path, name):
    variable = f"POLYSOLV_{name.upper()}"
    monkeypatch.setenv(variable, str(tmp_path / "nothing"))
    absent = doctor._engine(name)
    assert (absent.version, absent.path) == (None, None)
    assert absent.advice.startswith("install it with")
    fake = tmp_path / "fake"
    fake.write_text("#!/bin/sh\necho engine version 9.8.7\n")
    fake.chmod(0o755)
    monkeypatch.setenv(variable, str(fake))
    broken = doctor._engine(name)
    assert (broken.version, broken.path) == ("9.8.7", str(fake))
    assert "fails on two tiny known systems" in broken.advice


def test_without_numpy_it_still_reports(tmp_path):
    (tmp_path / "numpy.py").write_text("raise ImportError('no numpy here')\n")
    done = subprocess.run(
        [sys.executable, "-m", "polysolv", "doctor", "--format", "json"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    failed = [check for check in json.loads(done.stdout)["self_test"] if not check["passed"]]
    assert failed
    assert all("no numpy here" in check["detail"] for check in failed)
