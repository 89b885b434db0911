"""`polysolv --cite`: valid BibTeX, the right papers, and no slow import."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

import polysolv
from polysolv import families
from polysolv.families.citation import bibtex


def _parse(text):
    """Read BibTeX by its grammar: @kind{key, name = {balanced braces}, ...}; return key -> fields."""
    entries, position = {}, 0
    while match := re.compile(r"\s*@(\w+)\{([^\s,{}]+),").match(text, position):
        kind, key, position = match[1], match[2], match.end()
        fields = {"kind": kind}
        while field := re.compile(r"\s*(\w+)\s*=\s*\{").match(text, position):
            start = position = field.end()
            depth = 1
            while depth:
                depth += {"{": 1, "}": -1}.get(text[position], 0)
                position += 1
            assert field[1] not in fields
            fields[field[1]] = text[start : position - 1]
            position = re.compile(r"\s*,?").match(text, position).end()
        position = re.compile(r"\s*\}").match(text, position).end()
        assert key not in entries
        entries[key] = fields
    assert not text[position:].strip()
    return entries


def test_the_tool_and_the_paper_behind_it(run):
    code, out, err = run("--cite")
    assert (code, err) == (0, "")
    entries = _parse(out)
    assert list(entries)[:2] == ["polysolv", "nguyen2023"]
    assert entries["polysolv"]["version"] == polysolv.__version__
    assert entries["nguyen2023"]["eprint"] == "2305.03288"
    assert out == bibtex() + "\n"


@pytest.mark.parametrize("name", families.names())
def test_every_reference_has_an_entry_that_says_the_same_as_the_citation(name):
    family = families.get(name)
    entries = _parse(bibtex(family))
    assert list(entries) == ["polysolv", *(reference.key for reference in family.references)]
    for reference in family.references:
        fields = entries[reference.key]
        assert fields["kind"] in ("article", "inproceedings")
        assert {"author", "title", "year"} < set(fields)
        assert fields["title"].replace("{", "").replace("}", "") in reference.citation
        assert fields["year"] in reference.citation
        assert fields.get("eprint", "") in reference.citation
        assert fields.get("volume", "") in reference.citation
        for author in fields["author"].split(" and "):
            assert author.split(",")[0] in reference.citation


def test_a_command_cites_the_papers_behind_its_family(run, tmp_path):
    assert list(_parse(run("rate", "--family", "location-gaussian", "--cite")[1])) == ["polysolv", "chen1995"]
    path = tmp_path / "cite.bib"
    assert run("table", "--cite", "-o", str(path)) == (0, "", "")
    assert "nguyen2023" in _parse(path.read_text())
    mine = tmp_path / "mine.toml"
    mine.write_text('name = "mine"\nlog_symbol = "u*y + v*y^2"\nparameters = ["u", "v"]\n')
    assert list(_parse(run("rate", "--family-file", str(mine), "--cite")[1])) == ["polysolv"]


def test_citing_loads_nothing_heavy():
    code = (
        "import sys\nfrom polysolv.cli import cli\n"
        "try:\n    cli.main(['--cite'])\nexcept SystemExit: pass\n"
        "print([m for m in ('numpy', 'scipy', 'sympy', 'rich', 'mpmath') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == "[]"
