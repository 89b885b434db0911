"""What a release promises: the API, the JSON schemas, versions, the wheel, and that CONTRIBUTING.md is true."""

from __future__ import annotations

import json
import os
import re
import runpy
import shutil
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import pytest

import polysolv
from polysolv.cli import cli
from polysolv.families.citation import bibtex

ROOT = Path(__file__).parents[1]
DATA = Path(__file__).parent / "data"


def test_the_api_is_that_of_the_snapshot():
    found = runpy.run_path(str(DATA / "make_api.py"))["api"]()
    kept = json.loads((DATA / "api.json").read_text(encoding="utf-8"))
    assert found == kept, "the API has changed; if that is meant, run python tests/data/make_api.py"
    assert set(kept) == set(polysolv.__all__)
    assert kept["rate"].startswith("(k_excess: int = 2, family: str | Family = 'softmax-gaussian'")


def test_type_checkers_see_the_public_names():
    """A lazy name is an object of no type to a type checker, unless it is imported for type checkers."""
    text = (ROOT / "polysolv" / "__init__.py").read_text()
    imported = {
        name: module if module != "polysolv" else f"polysolv.{name}"
        for module, name, again in re.findall(
            r"^    from ([\w.]+) import (\w+) as (\w+)$", text, re.MULTILINE
        )
        if name == again
    }
    assert imported == polysolv._PUBLIC


def _schemas_of_the_page():
    rows = re.findall(
        r"^\| `(polysolv/[a-z-]+/\d+)` \|[^|]*\|[^|]*\| ([a-z0-9_, ]+)",
        (ROOT / "docs" / "schemas.md").read_text(),
        re.MULTILINE,
    )
    return {tag: keys.strip().rstrip(",").split(", ") for tag, keys in rows}


def test_every_schema_of_the_code_is_on_the_page():
    files = [path for path in (ROOT / "polysolv").rglob("*") if path.suffix in (".py", ".json")]
    tags = {tag for path in files for tag in re.findall(r"polysolv/[a-z-]+/\d+", path.read_text())}
    assert len(tags) >= 17
    assert tags == set(_schemas_of_the_page())


@pytest.mark.parametrize(
    "arguments",
    [
        ("rate", "--k-excess", "1"),
        ("table", "--max-k-excess", "1"),
        ("plan", "--target-error", "0.1", "--n", "100"),
        ("families",),
        ("explain",),
        ("system", "--m", "2", "--degree", "2"),
        ("decide", "--m", "2", "--degree", "3"),
        ("order", "--m", "2"),
        ("order", "--m", "2", "--method", "positivity"),
        ("certify", "--m", "2"),
    ],
)
def test_the_keys_of_the_page_are_written(arguments, capsys):
    formats = () if arguments[0] == "certify" else ("--format", "json")
    with pytest.raises(SystemExit):
        cli.main([*arguments, *formats], prog_name="polysolv")
    data = json.loads(capsys.readouterr().out)
    data = data[0] if isinstance(data, list) else data
    assert set(_schemas_of_the_page()[data["schema"]]) - {"allocations"} <= set(data)


def _pyproject():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_the_citation_file_names_this_version():
    text = (ROOT / "CITATION.cff").read_text()
    fields = dict(re.findall(r"^([a-z-]+): *\"?(.*?)\"?$", text, re.MULTILINE))
    assert fields["cff-version"] == "1.2.0"
    assert fields["version"] == polysolv.__version__
    assert f"title = {{{fields['title']}}}" in bibtex()
    assert fields["license"] == _pyproject()["license"]
    assert {"message", "type", "authors"} <= set(fields)


def test_the_oldest_versions_are_the_lower_bounds():
    project = _pyproject()
    extras = project["optional-dependencies"]
    bounds = dict(
        line.split(">=")
        for line in (
            *project["dependencies"],
            *(b for n in ("dask", "formula", "parquet", "smt") for b in extras[n]),
        )
    )
    oldest = {}
    for line in (ROOT / ".ci" / "oldest.txt").read_text().splitlines():
        if "==" in line and not line.startswith("#"):
            name, version = line.split(";")[0].strip().split("==")
            oldest.setdefault(name, []).append(version)
    assert set(oldest) == set(bounds)
    for name, bound in bounds.items():
        # The first entry of a package is for the oldest Python, where the lower bound itself installs.
        assert oldest[name][0].startswith(bound), name
    named = {f"Programming Language :: Python :: 3.{minor}" for minor in (11, 12, 13)}
    assert named <= set(project["classifiers"])


def _blocks(text):
    """Return (language, path or "", body) of each fenced block; a first line `# path` names a file."""
    for language, body in re.findall(r"^```(\w+)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        first = re.match(r"# ([\w./]+)\n", body)
        yield language, first[1] if first else "", body[first.end() :] if first else body


def test_the_worked_example_of_contributing_works(tmp_path):
    """Do to a copy of the package what the page says, and see what the page shows."""
    page = (ROOT / "CONTRIBUTING.md").read_text()
    example = list(_blocks(page.split("## Worked example")[1]))
    shutil.copytree(ROOT / "polysolv", tmp_path / "polysolv", ignore=shutil.ignore_patterns("__pycache__"))
    (new, table, test) = [(path, body) for language, path, body in example if language == "python"]
    (tmp_path / new[0]).write_text(new[1])
    registry = tmp_path / table[0]
    before, after = registry.read_text().split("FORMATS = {\n")
    registry.write_text(before + "FORMATS = {\n" + after.replace("}\n", table[1] + "}\n", 1))
    (tmp_path / "test_maxima.py").write_text(test[1])
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}

    def run(*command):
        return subprocess.run(
            [sys.executable, "-m", *command],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    (console,) = (body for language, _, body in example if language == "console")
    command, shown = console.split("\n", 1)
    assert command.startswith("$ polysolv ")
    assert run(*command[2:].split()).stdout == shown
    assert "did you mean maxima?" in run("polysolv", "system", "--format", "maximo").stderr
    done = run("pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), "test_maxima.py")
    assert "1 passed" in done.stdout, done.stdout + done.stderr


def test_contributing_names_what_there_is():
    page = (ROOT / "CONTRIBUTING.md").read_text()
    folders = re.findall(r"^\| `(\w+)/` \|", page, re.MULTILINE)
    packages = {path.parent.name for path in (ROOT / "polysolv").glob("*/__init__.py")}
    assert set(folders) == packages
    for name in re.findall(r"`((?:families|decisions|systems|cli|tests|docs|\.ci)/[\w./]+)`", page):
        assert (ROOT / "polysolv" / name).exists() or (ROOT / name).exists(), name


@pytest.mark.slow
def test_the_wheel_works_alone_in_an_empty_environment(tmp_path):
    """Build as a release is built; install the wheel and nothing else by hand; run the self-test."""
    copy = tmp_path / "tree"
    shutil.copytree(
        ROOT,
        copy,
        ignore=shutil.ignore_patterns(".git", ".venv*", "*.egg-info", ".*_cache", "__pycache__", "site"),
    )
    subprocess.run(
        [sys.executable, "-m", "build", "--outdir", tmp_path / "dist", copy], check=True, timeout=600
    )
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    assert wheel.name == f"polysolv-{polysolv.__version__}-py3-none-any.whl"
    assert (tmp_path / "dist" / f"polysolv-{polysolv.__version__}.tar.gz").is_file()
    home = tmp_path / "empty"
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", wheel], check=True, timeout=900)
    inside = {
        line.split(",")[0]
        for path in home.rglob("polysolv-*.dist-info/RECORD")
        for line in path.read_text().splitlines()
    }
    assert {"polysolv/py.typed", "polysolv/cli/examples/rate.txt"} <= inside
    assert "polysolv/certificates/certificate-1.schema.json" in inside
    assert not any(name.startswith(("tests", "docs", "benchmarks")) for name in inside)
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    def run(*command):
        return subprocess.run(
            command, cwd=tmp_path, env=clean, capture_output=True, text=True, timeout=300, check=False
        )

    done = run(home / "bin" / "polysolv", "doctor")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "all 5 checks passed" in done.stdout
    assert run(home / "bin" / "polysolv", "rate", "-h").stdout.count("n^(-1/12)") >= 2
    typed = tmp_path / "typed.py"
    typed.write_text(
        "from polysolv import rate\nx: int = rate(2).cell(3).size\ny: str = rate(2).cell(3).size\n"
    )
    checked = run(sys.executable, "-m", "mypy", "--python-executable", python, typed)
    assert "Found 1 error" in checked.stdout, checked.stdout
    assert "typed.py:3" in checked.stdout
