"""``--density``, ``--support`` and ``--true-atom`` of rate, table, explain and probe."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from polysolv.cli import cli
from polysolv.cli.main import main

CAUCHY = "s/(pi*(s^2 + (y - m)^2))"


def call(*arguments):
    result = CliRunner().invoke(cli, list(arguments), catch_exceptions=False, standalone_mode=True)
    return result.exit_code, result.output


def test_the_rates_of_a_density_as_text():
    code, out = call("rate", "--density", CAUCHY, "--k-excess", "2", "--format", "json")
    assert code == 0
    cells = json.loads(out)["cells"]
    found = {(c["size"], p["name"]): p["refined"]["exponent"] for c in cells for p in c["parameters"]}
    assert found == {(m, name): str(m) for m in (1, 2, 3) for name in ("s", "m")}


def test_certificates_of_a_density_are_saved_and_verified(tmp_path):
    code, out = call("rate", "--density", CAUCHY, "--k-excess", "2", "--certificates", str(tmp_path / "c"))
    assert code == 0
    assert "certificate for from-density, cells of 3: both exponents are 3" in " ".join(out.split())
    files = sorted((tmp_path / "c").iterdir())
    assert len(files) == 2
    for file in files:
        code, out = call("verify", str(file))
        assert code == 0
        assert out.startswith("accepted, given u = ")


def test_a_family_file_with_a_density(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(f'name = "mine"\ndensity = "{CAUCHY}"\ntruths = [{{m = 0, s = "1/2"}}]\n')
    code, out = call("explain", "--family-file", str(path), "--m", "3", "--parameter", "m")
    assert code == 0
    assert "PROVED given the relations: exponent 3" in out
    assert "truth s = 1/2, m = 0" in out
    code, out = call("probe", "--family-file", str(path), "--parameter", "m", "--splits", "0.01,0.02")
    assert code == 0
    assert "exponent proved: 2" in out


def test_a_family_whose_exponents_are_all_two_prints_its_table():
    code, out = call("table", "--family", "inverse-gaussian", "--max-k-excess", "2")
    assert code == 0
    assert out.count("n^(-1/4)") == 4


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("rate", "--density", "exp(-abs(y - m)/b)/(2*b)"), "where m - y = 0 this one has none"),
        (("rate", "--density", CAUCHY, "--family", "gamma"), "leave --family"),
        (
            ("rate", "--density", "exp(-y^2/(2*s^2))/sqrt(2*pi*s^2)"),
            "s > 0 is meant, write s for abs(s) or sqrt(s^2)",
        ),
        (("rate", "--support", "0:oo"), "nothing without --density"),
        (("rate", "--true-atom", "a=1"), "give --density, or --family"),
        (("rate", "--family", "gamma", "--true-atom", "shape=1"), "a rational number for each parameter"),
        (("rate", "--density", CAUCHY, "--true-atom", "s=0.5,m=0"), "NAME=VALUE"),
        (("rate", "--density", CAUCHY, "--true-atom", "s=-1,m=0"), "negative"),
        (("system", "--family", "gamma", "--m", "2", "--degree", "2"), "with a log-symbol"),
        (("decide", "--family", "gamma", "--m", "2", "--degree", "2"), "with a log-symbol"),
        (("certify", "--family", "von-mises", "--m", "2"), "with a log-symbol"),
        (("probe", "--density", CAUCHY), "a parameter of the density"),
        (("probe", "--density", CAUCHY, "--parameter", "q"), "s, m"),
        (("probe", "--volume", "--density", CAUCHY), "together with --volume"),
        (("probe", "--parameter", "a", "--dim", "2"), "without --volume or --family"),
    ],
)
def test_bad_options_get_one_line_and_code_2(arguments, hint, capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["polysolv", *arguments])
    with pytest.raises(SystemExit) as stopped:
        main()
    said = capsys.readouterr().err
    assert stopped.value.code == 2
    assert hint in said
    assert "Traceback" not in said
