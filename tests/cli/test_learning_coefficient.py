"""``polysolv learning-coefficient`` and ``polysolv probe --volume``: what they print, save and refuse."""

import json

import pytest


def test_json_has_the_keys_and_rationals_are_texts(run):
    code, out, _ = run(
        "learning-coefficient", "--m", 3, "--family", "location-scale-gaussian", "--format", "json"
    )
    data = json.loads(out)
    assert code == 0
    assert {
        k: data[k] for k in ("m", "gate", "value", "lower", "upper", "multiplicity", "status", "dimension")
    } == {
        **{"m": 3, "gate": "exact", "value": "7/8", "lower": "7/8", "upper": "7/8", "multiplicity": 1},
        **{"status": "proved", "dimension": 0},
    }


def test_a_family_of_ones_own_and_its_certificate(run, tmp_path):
    family, saved = tmp_path / "mine.toml", tmp_path / "cell.json"
    family.write_text('name = "mine"\nlog_symbol = "p*y + q*y^3"\nparameters = ["p", "q"]\n')
    code, out, _ = run("learning-coefficient", "--m", 2, "--family-file", family, "--certificate", saved)
    assert code == 0
    assert "bounds" in out or "proved" in out
    code, out, _ = run("verify", saved)
    assert (code, out.splitlines()[0]) == (0, "VERIFIED")


def test_the_table(run, tmp_path):
    code, out, _ = run("learning-coefficient", "--k", "2:3", "--format", "csv")
    assert code == 0
    assert "3,2,5,5,5,1,proved" in out.splitlines()
    assert not any(line.startswith("1,") for line in out.splitlines())
    code, _, _ = run("learning-coefficient", "--k", "1:3", "-o", tmp_path / "table.txt")
    assert "optimal cell sizes" in (tmp_path / "table.txt").read_text()


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (["learning-coefficient", "--m", "0"], "--m"),
        (["learning-coefficient", "--k", "3:2"], "--k"),
        (["learning-coefficient", "--k", "2", "--m", "2"], "--m"),
        (["learning-coefficient", "--k", "2", "--no-theorems"], "--no-theorems"),
        (["learning-coefficient", "--gate", "open"], "--gate"),
        (["learning-coefficient", "--weights", "many"], "weights"),
        (["learning-coefficient", "--k", "1:2", "--levels", "x=0,1"], "family"),
        (["probe", "--m", "2"], "--parameter"),
        (["probe", "--volume", "--parameter", "b"], "--parameter"),
        (["probe", "--parameter", "b", "--gate", "kernel"], "--gate"),
        (["probe", "--volume", "--family", "gaussian-gated"], "family"),
    ],
)
def test_bad_input_is_one_line(run, arguments, field):
    code, out, err = run(*arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"polysolv: {field}:")


def test_the_volume_probe_prints_what_is_finished(run):
    code, out, err = run("probe", "--volume", "--m", 3, "--timeout", "0.3", "--cells", 500)
    assert code == 3
    assert "proved: 7/8" in out
    assert "time is up" in err
