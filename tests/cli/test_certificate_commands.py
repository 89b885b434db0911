"""`polysolv certify`, `polysolv verify` and `--certificates`."""

from __future__ import annotations

import csv
import io
import json
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest import mock

import pytest

from polysolv.cli import cli
from polysolv.verify import verify


def call(*arguments, data=""):
    """Run the command line in this process; return (exit code, stdout, stderr)."""
    given = data if isinstance(data, bytes) else data.encode()
    stdin, out, err = (io.TextIOWrapper(io.BytesIO(start), encoding="utf-8") for start in (given, b"", b""))
    streams = (redirect_stdout(out), redirect_stderr(err), mock.patch("sys.stdin", stdin))
    with streams[0], streams[1], streams[2], pytest.raises(SystemExit) as caught:
        cli.main(list(arguments), prog_name="polysolv")
    for stream in (out, err):
        stream.seek(0)
    return caught.value.code, out.read(), err.read()


def test_certify_prints_a_certificate():
    code, out, err = call("certify", "--m", "3")
    assert (code, err) == (0, "")
    certificate = json.loads(out)
    assert certificate["schema"] == "polysolv/certificate/1"
    assert certificate["statement"]["degree"] == 6
    assert verify(certificate).accepted


def test_certify_writes_a_certificate(tmp_path):
    path = tmp_path / "c.json"
    code, out, _ = call("certify", "--m", "2", "--family", "location-gaussian", "-o", str(path))
    assert code == 0
    assert json.loads(path.read_text())["digest"] in out
    assert call("verify", str(path))[1].startswith("VERIFIED\nproved: location-gaussian, d = 0, m = 2")


def test_one_side():
    certificate = json.loads(call("certify", "--m", "3", "--degree", "5", "--dim", "2")[1])
    assert (certificate["kind"], certificate["statement"]["d"]) == ("quadrature", 2)
    certificate = json.loads(call("certify", "--m", "3", "--degree", "9")[1])
    assert certificate["kind"] == "zero-crossing"


def test_all_kinds(tmp_path):
    certificate = json.loads(call("certify", "--m", "2", "--all-kinds")[1])
    assert [side["kind"] for side in certificate["payload"]["unsolvable"]] == [
        "zero-crossing",
        "identity",
        "identity",
    ]
    lines = call("certify", "--m", "2", "--degree", "4", "--all-kinds")[1].splitlines()
    assert [json.loads(line)["kind"] for line in lines] == ["zero-crossing", "identity", "identity"]
    code, out, _ = call("certify", "--m", "2", "--degree", "4", "--all-kinds", "-o", str(tmp_path / "c.json"))
    assert code == 0
    assert len(out.splitlines()) == 3
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == ["c.2.json", "c.3.json", "c.json"]
    for name in files:
        assert call("verify", str(tmp_path / name))[0] == 0


def test_verify_says_no(tmp_path):
    certificate = json.loads(call("certify", "--m", "2")[1])
    certificate["statement"]["degree"] = 5
    code, out, err = call("verify", "-", data=json.dumps(certificate))
    assert (code, err) == (1, "")
    assert out.startswith("REJECTED: digest: ")
    code, out, err = call("verify", "-", data="{")
    assert (code, out) == (2, "")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (["certify"], "--m"),
        (["certify", "--m", "0"], "--m"),
        (["certify", "--m", "two"], "--m"),
        (["certify", "--m", "2", "--degree", "0"], "--degree"),
        (["certify", "--m", "2", "--family", "softmax"], "--family"),
        (["certify", "--m", "2", "--dim", "2", "--family", "location-gaussian"], "d"),
        (["certify", "--m", "2", "-o", "/no/such/folder/c.json"], "--output"),
        (["rate", "--certificates", "/no/such/folder"], "certificates"),
        (["verify", "/no/such/file"], "/no/such/file"),
        (["verify"], "CERTIFICATE"),
    ],
)
def test_bad_input(arguments, field):
    code, out, err = call(*arguments)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert field in err


def test_rate_reports_file_and_digest(tmp_path):
    code, out, _ = call(
        "rate", "--k-excess", "2", "--format", "json", "--certificates", str(tmp_path / "proofs")
    )
    assert code == 0
    for cell in json.loads(out)["cells"]:
        saved = cell["certificate"]
        certificate = json.loads(Path(saved["file"]).read_text())
        assert certificate["digest"] == saved["digest"]
        assert certificate["statement"]["degree"] == cell["order"]
        assert verify(certificate).accepted
        assert cell["evidence"] == "PROVED"


@pytest.mark.parametrize("command", ["rate", "table"])
def test_tables_name_file_and_digest(tmp_path, command):
    text = call(command, "--certificates", str(tmp_path))[1]
    rows = list(
        csv.DictReader(io.StringIO(call(command, "--format", "csv", "--certificates", str(tmp_path))[1]))
    )
    assert rows
    for row in rows:
        assert verify(Path(row["certificate"]).read_bytes()).accepted
        assert row["certificate"] in text
        assert row["sha256"] in text
    plain = call(command, "--format", "csv")[1]
    assert "certificate" not in plain


def test_nothing_is_proved_that_the_kernel_does_not_accept(tmp_path, monkeypatch):
    from polysolv.certificates import Certificate
    from polysolv.verify import Result

    def refuse(self):
        result = Result()
        result.exit_code = 1
        return result

    monkeypatch.setattr(Certificate, "verify", refuse)
    data = json.loads(call("rate", "--format", "json", "--certificates", str(tmp_path))[1])
    assert [cell["evidence"] for cell in data["cells"]] == [None, None, None]
    assert not any("certificate" in cell for cell in data["cells"])
    assert not list(tmp_path.iterdir())
