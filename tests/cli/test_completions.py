"""Shell completion: bash really completes; the other scripts call the tool the way their shells need."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from polysolv import families
from polysolv.cli import cli

WORDS = [
    (["ra"], {"rate"}),
    (["rate", "--fam"], {"--family", "--family-file"}),
    (["rate", "--format", ""], {"table", "json", "csv", "latex", "markdown"}),
    (["system", "--format", "s"], {"singular", "sympy"}),
    (["table", "--family", "location"], {n for n in families.names() if n.startswith("location")}),
    (["decide", "--method", "gr"], {"groebner"}),
    (["completions", ""], {"bash", "zsh", "fish"}),
    (["--ci"], {"--cite"}),
]


@pytest.fixture
def script(capsys):
    def call(shell):
        with pytest.raises(SystemExit) as caught:
            cli.main(["completions", shell], prog_name="polysolv")
        assert caught.value.code == 0
        return capsys.readouterr().out

    return call


def _program_folder(tmp_path):
    """A folder for PATH whose `polysolv` is this package."""
    program = tmp_path / "polysolv"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m polysolv "$@"\n')
    program.chmod(0o755)
    return {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash")
def test_bash_completes(tmp_path, script):
    (tmp_path / "complete.bash").write_text(script("bash"))
    lines = ["source complete.bash", "complete -p polysolv >&2"]
    for words, _ in WORDS:
        # What readline does: fill COMP_WORDS and COMP_CWORD, call the function, read COMPREPLY.
        quoted = " ".join(f"'{word}'" for word in ["polysolv", *words])
        lines += [f"COMP_WORDS=({quoted}); COMP_CWORD={len(words)}; COMPREPLY=()"]
        lines += ["_polysolv_completion polysolv", 'echo "${COMPREPLY[*]}"']
    done = subprocess.run(
        ["bash", "--norc", "-c", "\n".join(lines)],
        cwd=tmp_path,
        env=_program_folder(tmp_path),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert "complete -o nosort -F _polysolv_completion polysolv" in done.stderr
    assert [set(line.split()) for line in done.stdout.splitlines()] == [expected for _, expected in WORDS]


def test_zsh_and_fish_scripts_ask_the_tool(script):
    zsh, fish = script("zsh"), script("fish")
    assert zsh.startswith("#compdef polysolv")
    assert "_POLYSOLV_COMPLETE=zsh_complete polysolv" in zsh
    assert "_POLYSOLV_COMPLETE=fish_complete" in fish
    assert "complete --no-files --command polysolv" in fish


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_the_tool_answers_zsh_and_fish(tmp_path, shell):
    variables = {"_POLYSOLV_COMPLETE": f"{shell}_complete", "COMP_WORDS": "polysolv fam", "COMP_CWORD": "1"}
    if shell == "fish":
        variables["COMP_CWORD"] = "fam"
    done = subprocess.run(
        ["polysolv"],
        env={**_program_folder(tmp_path), **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "families" in done.stdout
    assert "explain" not in done.stdout


@pytest.mark.parametrize("flag", ["--cite", "--help", "--version"])
def test_a_flag_that_prints_is_silent_while_a_shell_completes(flag, monkeypatch, capsys):
    monkeypatch.setenv("_POLYSOLV_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", f"polysolv {flag} fam")
    monkeypatch.setenv("COMP_CWORD", "2")
    with pytest.raises(SystemExit):
        cli.main([], prog_name="polysolv")
    assert capsys.readouterr().out == "plain,families\n"


def test_the_script_goes_to_a_file_too(tmp_path, script):
    path = Path(tmp_path, "polysolv.fish")
    with pytest.raises(SystemExit):
        cli.main(["completions", "fish", "-o", str(path)], prog_name="polysolv")
    assert path.read_text() == script("fish")


def test_an_unknown_shell_is_one_line(capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(["completions", "powershell"], prog_name="polysolv")
    assert caught.value.code == 2
    assert "bash, zsh, fish" in capsys.readouterr().err
