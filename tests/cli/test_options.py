"""Options that several commands share are one option: same spelling, help, range, and error line."""

from __future__ import annotations

import re
import time
from pathlib import Path

import click
import pytest

from polysolv.cli import cli
from polysolv.cli.options import Name

SHARED = (
    "--format",
    "--output",
    "--seed",
    "--jobs",
    "--timeout",
    "--no-progress",
    "--family",
    "--dim",
    "--cite",
)
ROOT = Path(__file__).parents[2]
# The names that mean a folder or more than one file there.
ELSEWHERE = {("crosscheck", "--output"), ("report", "--output")}
LONG = ("decide", "order", "solve", "fit", "crosscheck", "probe")
RANDOM = (*LONG, "simulate")
BAD = {
    "--seed": ("-1", "an integer from 0 to 4294967295"),
    "--jobs": ("0", "an integer from 1 to 256, or -1 for all cores"),
    "--timeout": ("-2", "a number of seconds above 0 and at most 1e+07"),
    "--format": ("jsn", "(did you mean json?)"),
}


def _commands():
    context = click.Context(cli)
    return {name: cli.get_command(context, name) for name in cli.list_commands(context)}


def _options(command):
    return {
        name: p for p in command.params if isinstance(p, click.Option) for name in p.opts if name[:2] == "--"
    }


@pytest.mark.parametrize("name", SHARED)
def test_an_option_of_one_name_has_one_definition(name):
    found = {
        (tuple(option.opts), option.help, _kind(command, option), option.is_flag)
        for command, value in _commands().items()
        if (command, name) not in ELSEWHERE and (option := _options(value).get(name)) is not None
    }
    assert len(found) == 1, found


def _kind(command, option):
    if (command, option.opts[0]) == ("system", "--format"):
        # Its names are those of programs, in any spelling; without them it is a choice like the others.
        return Name, None, None
    return type(option.type), getattr(option.type, "low", None), getattr(option.type, "high", None)


@pytest.mark.parametrize("command", LONG)
def test_commands_that_work_long_can_be_limited_and_silenced(command):
    assert {"--timeout", "--jobs", "--no-progress"} <= set(_options(_commands()[command]))


@pytest.mark.parametrize("command", ["rate", "table", "plan", "explain", "certify"])
def test_commands_that_may_prove_for_long_can_be_stopped(command, capsys, monkeypatch):
    import polysolv.families.catalogue

    monkeypatch.setattr(polysolv.families.catalogue, "resolve", lambda *_: time.sleep(60))
    for module in ("rates.report", "rates.planning", "rates.prover.explanation", "decisions.certification"):
        monkeypatch.setattr(f"polysolv.{module}.resolve", lambda *_: time.sleep(60))
    needed = {"plan": ["--target-error", "0.1", "--n", "9"], "certify": ["--m", "3"]}.get(command, [])
    with pytest.raises(SystemExit) as caught:
        cli.main([command, *needed, "--timeout", "0.2"], prog_name="polysolv")
    captured = capsys.readouterr()
    assert (caught.value.code, captured.out) == (3, "")
    assert captured.err == "polysolv: time is up after 0.2 s; nothing is finished\n"


@pytest.mark.parametrize("command", RANDOM)
def test_commands_that_draw_at_random_take_a_seed(command):
    assert "--seed" in _options(_commands()[command])


def test_every_command_writes_to_a_file_if_asked():
    without = {
        name
        for name, command in _commands().items()
        if "-o" not in {o for p in command.params for o in p.opts}
    }
    assert without == {"verify"}


@pytest.mark.parametrize("name", BAD)
def test_the_error_line_is_the_same_everywhere(name, capsys):
    value, allowed = BAD[name]
    lines = set()
    for command, found in _commands().items():
        choices = getattr(getattr(_options(found).get(name), "type", None), "known", ["json"])
        if name not in _options(found) or "json" not in choices or command == "system":
            continue
        with pytest.raises(SystemExit) as caught:
            cli.main([command, name, value], prog_name="polysolv")
        assert caught.value.code == 2
        line = capsys.readouterr().err
        assert line.count("\n") == 1
        assert allowed in line
        lines.add(line if name != "--format" else line.split(" is not allowed")[0])
    assert len(lines) == 1, lines


def test_help_names_the_page_on_families_of_your_own(run):
    with click.Context(cli) as context:
        commands = {name: cli.get_command(context, name) for name in cli.list_commands(context)}
    takers = [name for name, c in commands.items() if any(p.name == "family_file" for p in c.params)]
    assert len(takers) >= 10
    for name in ["", "families", *takers]:
        _, out, _ = run(*name.split(), "-h")
        (page,) = set(re.findall(r"docs/own-\S+?\.md", re.sub(r"-\n\s+", "-", out)))
        assert (ROOT / page).is_file()
