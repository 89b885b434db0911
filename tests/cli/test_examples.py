"""The example on every help page is a real one: its commands are run and must print what it shows."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from polysolv.cli import cli

COMMANDS = cli.list_commands(click.Context(cli))


def _example(arguments, capsys):
    """Return (command, output) pairs of the example on a help page."""
    with pytest.raises(SystemExit) as caught:
        cli.main([*arguments, "-h"], prog_name="polysolv")
    assert caught.value.code == 0
    page = capsys.readouterr().out
    lines = page.split("\nExample:\n")[1].splitlines()
    assert all(line.startswith("  ") or not line for line in lines)
    pairs = []
    for line in (line[2:] for line in lines):
        if line.startswith("$ "):
            pairs.append((line[2:], []))
        else:
            pairs[-1][1].append(line)
    return pairs


def _pattern(lines):
    """Return the regular expression that an output must match: … is any text, alone any lines."""
    parts = [
        r"(?:.*\n)*?" if line == "…" else "[^\n]*".join(map(re.escape, line.split("…"))) + r"[ ]*\n"
        for line in lines
    ]
    return "".join(parts)


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_the_example_of_a_help_page_prints_what_it_shows(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    pairs = _example([name] if name else [], capsys)
    assert any(command.startswith(f"polysolv {name}") for command, _ in pairs)
    for command, shown in pairs:
        words = shlex.split(command)
        if words[0] == "cat":
            Path(words[1]).write_text("\n".join(shown) + "\n")
            continue
        assert words[0] == "polysolv"
        with pytest.raises(SystemExit) as caught:
            cli.main(words[1:], prog_name="polysolv")
        assert caught.value.code == 0
        out = capsys.readouterr().out
        assert re.fullmatch(_pattern(shown), out), f"{command}\nshown:\n{chr(10).join(shown)}\nreal:\n{out}"


def test_an_example_shows_some_output():
    from polysolv.cli.options import example

    for name in ["polysolv", *COMMANDS]:
        lines = [line for line in example(name).splitlines() if not line.startswith("$")]
        assert sum(line != "…" for line in lines) >= 1


def test_the_pattern_is_strict():
    assert re.fullmatch(_pattern(["a…", "…", "z"]), "abc\n1\n2\nz\n")
    assert not re.fullmatch(_pattern(["a…", "z"]), "abc\n1\nz\n")
    assert not re.fullmatch(_pattern(["a", "z"]), "a\nz\nmore\n")
    assert not re.fullmatch(_pattern(["1.5"]), "1x5\n")
