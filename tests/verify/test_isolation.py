"""The kernel is small, stands alone, and has a branch for nothing that is not tested."""

from __future__ import annotations

import ast
import errno
import io
import json
import os
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import polysolv.verify
from polysolv.verify.__main__ import main

FOLDER = Path(polysolv.verify.__file__).parent
ROOT = Path(__file__).parents[2]
ALLOWED = {"json", "fractions", "hashlib", "sys"}


def run(*arguments, cwd=None, data=None, **environment):
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=cwd,
        input=data,
        capture_output=True,
        env={**os.environ, **environment},
        check=False,
    )


@pytest.fixture
def files(corpus, reseal, tmp_path):
    """A file that is verified, one that is rejected, one that is malformed."""
    (tmp_path / "good.json").write_text(json.dumps(corpus["order m=3"]))
    wrong = reseal(corpus["point"])
    wrong["payload"]["values"]["mu_1"] = "2"
    (tmp_path / "wrong.json").write_text(json.dumps(reseal(wrong)))
    (tmp_path / "bad.json").write_text('{"schema": 1.0}')
    return tmp_path


def test_at_most_two_thousand_lines():
    assert sum(len(path.read_text().splitlines()) for path in FOLDER.rglob("*.py")) <= 2000


def test_imports_are_those_allowed():
    for path in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                assert {name.name for name in node.names} <= ALLOWED, path
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 1 or (node.level == 0 and node.module in ALLOWED), path


def test_nothing_else_is_loaded():
    program = (
        "import sys; before = set(sys.modules); import polysolv.verify;"
        "print(sorted(m for m in set(sys.modules) - before if m.split('.')[0] not in sys.stdlib_module_names))"
    )
    result = run("-c", program)
    assert result.returncode == 0, result.stderr
    loaded = ast.literal_eval(result.stdout.decode())
    assert {name.split(".")[0] for name in loaded} == {"polysolv"}
    assert all(name == "polysolv" or name.startswith("polysolv.verify") for name in loaded)


def test_verifying_loads_nothing_more(files):
    program = (
        "import sys; from polysolv.verify import verify; import json;"
        "assert verify(json.load(open(sys.argv[1]))).accepted;"
        "print([m for m in sys.modules if m.split('.')[0] in "
        "('sympy', 'numpy', 'mpmath', 'flint', 'scipy', 'click', 'rich')"
        " or (m.startswith('polysolv.') and not m.startswith('polysolv.verify'))])"
    )
    result = run("-c", program, files / "good.json")
    assert result.stdout.decode().strip() == "[]", result.stderr


EXPECTED = [("good.json", 0, b"VERIFIED"), ("wrong.json", 1, b"REJECTED: equations: "), ("bad.json", 2, b"")]


@pytest.mark.parametrize(("name", "code", "start"), EXPECTED)
@pytest.mark.parametrize("how", ["module", "command", "copy", "stdin", "command stdin"])
def test_every_way_to_run_it(files, tmp_path, name, code, start, how):
    path, data, cwd = files / name, None, None
    if how == "copy":
        cwd = tmp_path / "elsewhere"
        shutil.copytree(FOLDER, cwd / "verify")
    if "stdin" in how:
        path, data = "-", (files / name).read_bytes()
    if how == "copy":
        # -S: without site-packages, so that nothing of polysolv can be found.
        result = run("-S", "-m", "verify", path, cwd=cwd)
    elif "command" in how:
        result = run("-m", "polysolv", "verify", path, data=data)
    else:
        result = run("-m", "polysolv.verify", path, data=data)
    assert result.returncode == code, result.stderr
    assert result.stdout.startswith(start)
    if code == 2:
        assert result.stdout == b""
        assert result.stderr.count(b"\n") == 1
        assert b"the number 1.0 is not an integer" in result.stderr
    else:
        assert result.stderr == b""


def test_a_terminal_without_dashes(files):
    result = run("-m", "polysolv.verify", files / "good.json", PYTHONIOENCODING="ascii")
    assert (result.returncode, result.stderr) == (0, b"")
    assert b"relies on: Kalai?Moitra?Valiant 2010 Prop. 7" in result.stdout


@pytest.mark.parametrize(
    "arguments", [[], ["a", "b"], ["no-such-file.json"], ["--help"], ["."], ["\0"]], ids=str
)
def test_bad_arguments(arguments, capsys):
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1


def test_main_in_this_process(files, capsys, monkeypatch):
    assert [main([str(files / name)]) for name, _, _ in EXPECTED] == [0, 1, 2]
    standard_input = io.TextIOWrapper(io.BytesIO((files / "good.json").read_bytes()))
    monkeypatch.setattr(sys, "stdin", standard_input)
    assert main(["-"]) == 0
    capsys.readouterr()
    monkeypatch.setattr(sys, "argv", ["verify", str(files / "wrong.json")])
    monkeypatch.delitem(sys.modules, "polysolv.verify.__main__")
    with pytest.raises(SystemExit) as stopped:
        runpy.run_module("polysolv.verify", run_name="__main__")
    assert stopped.value.code == 1
    assert "claimed: location-scale-gaussian" in capsys.readouterr().out


@pytest.mark.parametrize(("error", "codes"), [(errno.EPIPE, [0, 1]), (errno.ENOSPC, [2, 2])])
def test_standard_output_that_cannot_be_written(files, capsys, monkeypatch, error, codes):
    """A reader that has gone changes no exit code; a full device is one line."""

    class Unwritable(io.StringIO):
        encoding = "utf-8"

        def write(self, text):
            raise OSError(error, os.strerror(error))

    for name, code in zip(("good.json", "wrong.json"), codes, strict=True):
        with monkeypatch.context() as patched:
            patched.setattr(sys, "__stdout__", sys.__stdout__)
            patched.setattr(sys, "stdout", Unwritable())
            assert main([str(files / name)]) == code
        assert capsys.readouterr().err.count("\n") == (error == errno.ENOSPC)


@pytest.mark.slow
def test_every_branch_of_the_kernel_is_taken(tmp_path):
    """Runs the quick tests of the kernel under branch coverage."""
    environment = {"COVERAGE_FILE": str(tmp_path / "coverage"), "PYTHONDONTWRITEBYTECODE": "1"}
    tests = [
        Path(__file__).with_name(f"test_{name}.py")
        for name in ("kernel", "traps", "arc", "region", "contact", "second_order", "isolation")
    ]
    result = run(
        *("-m", "coverage", "run", "--branch", f"--include={FOLDER}/*", "-m", "pytest", "-q", "-x"),
        *("-p", "no:cacheprovider", "-p", "no:xdist", "-k", "not every_branch and not every_way"),
        *tests,
        cwd=ROOT,
        **environment,
    )
    assert result.returncode == 0, result.stdout.decode()[-3000:]
    report = ("-m", "coverage", "report", "--show-missing", "--fail-under=100")
    result = run(*report, cwd=ROOT, **environment)
    assert result.returncode == 0, result.stdout.decode()
