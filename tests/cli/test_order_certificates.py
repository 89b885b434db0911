"""`polysolv order --certificates DIR`: the file and digest behind each number, accepted by the kernel."""

from __future__ import annotations

import json

import pytest

from polysolv.cli import cli
from polysolv.verify import verify


def _run(capsys, *arguments):
    with pytest.raises(SystemExit) as caught:
        cli.main(["order", *map(str, arguments)], prog_name="polysolv")
    return caught.value.code, capsys.readouterr()


def _check(entry):
    with open(entry["file"], "rb") as stream:
        text = stream.read()
    assert verify(text).accepted
    assert json.loads(text)["digest"] == entry["digest"]


def test_the_theorems_certificate_is_saved(capsys, tmp_path):
    folder = tmp_path / "certificates"
    code, said = _run(capsys, "--m", 3, "--certificates", folder, "--format", "json")
    assert code == 0
    _check(json.loads(said.out)["certificate"])
    _, said = _run(capsys, "--m", 3, "--certificates", folder)
    assert "sha256" in said.out


def test_every_proved_rung_is_saved(capsys, tmp_path):
    arguments = ["--m", 2, "--method", "positivity", "--no-progress", "--format", "json"]
    code, said = _run(capsys, *arguments, "--certificates", tmp_path / "rungs")
    data = json.loads(said.out)
    proved = sum(v["evidence"] == "PROVED" for rung in data["ladder"] for v in rung["verdicts"])
    assert len(data["certificates"]) == proved + 1
    assert code in (0, 3)
    for entry in data["certificates"]:
        _check(entry)


def test_a_folder_that_cannot_be_made_is_one_line(capsys, tmp_path):
    code, said = _run(capsys, "--certificates", tmp_path / "no" / "such")
    assert (code, said.out, said.err.count("\n")) == (2, "", 1)
