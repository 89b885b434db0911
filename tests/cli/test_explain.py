"""``polysolv explain`` and ``--family-file``."""

from __future__ import annotations

import json

import pytest

from polysolv import Family, build_system, rate

FILE = """
name = "quadratic-means"
log_symbol = "b*y + a*x*y + q*x^2*y + s*y^2/2"
parameters = ["b", "a", "q", "s"]
covariates = ["x"]
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "family.toml"
    path.write_text(FILE)
    return path


def test_rate_by_file_prints_like_any_other(run, file):
    code, out, err = run("rate", "--family-file", file, "--k-excess", 1)
    assert (code, err) == (0, "")
    assert out == rate(1, Family.from_file(str(file))).to_text() + "\n"
    assert "n^(-1/8)" in out
    _, out, _ = run("rate", "--family-file", file, "--k-excess", 2, "--format", "json")
    cells = json.loads(out)["cells"]
    slope = next(p for p in cells[2]["parameters"] if p["name"] == "a")
    assert slope["published"] is None
    assert slope["refined"] == {"exponent": "8/3", "rate": "3/16"}
    _, out, _ = run("rate", "--family-file", file, "--k-excess", 3, "--format", "json")
    slope = next(p for p in json.loads(out)["cells"][3]["parameters"] if p["name"] == "a")
    assert slope["refined"] is None
    assert slope["bounds"] == {"lower": "3", "upper": "16/5"}
    assert "between 3 and 16/5" in slope["reason"]


def test_other_commands_take_the_file_too(run, file):
    code, out, err = run("system", "--family-file", file, "--m", 2, "--degree", 3)
    assert (code, err) == (0, "")
    assert out.rstrip() == str(build_system(Family.from_file(str(file)), 2, 3)).rstrip()
    code, out, err = run("table", "--family-file", file, "--max-k-excess", 1, "--format", "csv")
    assert (code, err) == (0, "")
    assert "q,,,2,1/4,16" in out


def test_an_order_that_no_theorem_settles_is_null(run, tmp_path):
    path = tmp_path / "cubic.json"
    path.write_text(
        json.dumps({"name": "cubic", "log_symbol": "b*y + s*y^2 + k*y^3", "parameters": ["b", "s", "k"]})
    )
    code, out, _ = run("rate", "--family-file", path, "--k-excess", 1, "--format", "json")
    assert code == 0
    cell = json.loads(out)["cells"][1]
    assert cell["order"] is None
    assert cell["evidence"] is None
    assert [p["published"] for p in cell["parameters"]] == [None] * 3


def test_explain_prints_the_proof(run, file):
    code, out, err = run("explain", "--family-file", file, "--parameter", "a", "--m", 2)
    assert (code, err) == (0, "")
    assert "PROVED: exponent 2, rate n^(-1/4)" in out
    assert "x^2*y^2" in out
    code, out, _ = run("explain", "--family", "softmax-polynomial-2-1", "--m", 3, "--format", "json")
    assert {e["name"]: e["upper"] for e in json.loads(out)} == {
        "g_1": "6",
        "g_2": "3",
        "b": "6",
        "a_1": "3",
        "sigma": "3",
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ("explain", "--m", 0),
        ("explain", "--m", 401),
        ("explain", "--parameter", "zeta"),
        ("explain", "--family", "nobody"),
        ("explain", "--family-file", "/nowhere/f.toml"),
        ("rate", "--family-file", "{file}", "--family", "softmax-gaussian"),
        ("rate", "--family-file", "{file}", "--dim", 3),
        ("system", "--family", "gaussian-gated", "--m", 2),
    ],
)
def test_bad_input_is_one_line_and_exit_2(run, file, arguments):
    code, out, err = run(*[str(a).format(file=file) for a in arguments])
    assert (code, out) == (2, "")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "log_symbol",
    ["1 + b*y", "0.5*b*y", "zeta*y", "b/y", "exp(b)*y", "(" * 10_000 + "b" + ")" * 10_000 + "*y", "0"],
)
def test_bad_log_symbols_in_a_file(run, tmp_path, log_symbol):
    path = tmp_path / "f.toml"
    path.write_text(f'name = "f"\nlog_symbol = "{log_symbol}"\nparameters = ["b"]\n')
    code, out, err = run("rate", "--family-file", path)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert "log_symbol" in err or "parameters" in err


@pytest.mark.parametrize("log_symbol", ["b*y", "b*y + s*x*y", "b*x + s*y"])
def test_a_family_file_without_interaction_has_exponents_2(run, tmp_path, log_symbol):
    path = tmp_path / "f.toml"
    names = [n for n in ("b", "s") if n in log_symbol]
    path.write_text(
        f'name = "lonely"\nlog_symbol = "{log_symbol}"\nparameters = {json.dumps(names)}\ncovariates = ["x"]\n'
    )
    for command in ("rate", "table"):
        code, out, err = run(command, "--family-file", path, "--k-excess", "1", "--format", "json")
        assert (code, err) == (0, "")
        cell = json.loads(out)["cells" if command == "rate" else "rows"][1]
        assert [p["refined"]["exponent"] for p in cell["parameters"]] == ["2"] * len(names)
    code, out, err = run("explain", "--family-file", path, "--format", "json")
    assert (code, err) == (0, "")
    assert {(one["lower"], one["upper"]) for one in json.loads(out)} == {("2", "2")}
