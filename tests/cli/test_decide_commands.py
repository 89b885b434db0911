"""`polysolv decide` and `polysolv order`: outputs, exit codes, files, bad input."""

from __future__ import annotations

import json

import pytest

from polysolv import build_system
from polysolv.decisions import ladder, strategy
from polysolv.decisions.verdict import NUMERIC, REAL_POSITIVE, SOLVABLE, UNSOLVABLE, Verdict
from polysolv.verify import verify


def test_decide_prints_json_with_the_keys_of_the_interface(run, tmp_path):
    target = tmp_path / "certificate.json"
    code, out, err = run(
        "decide",
        "--m",
        2,
        "--degree",
        4,
        "--method",
        "positivity",
        "--format",
        "json",
        "--certificate",
        target,
    )
    assert (code, err) == (0, "")
    data = json.loads(out)
    keys = {"schema", "status", "field", "evidence", "method", "seconds", "witness", "certificate_digest"}
    assert keys <= set(data)
    assert (data["status"], data["evidence"]) == (UNSOLVABLE, "PROVED")
    written = json.loads(target.read_text())
    assert written["digest"] == data["certificate_digest"]
    assert verify(written).accepted


def test_decide_by_all_methods_is_a_table(run):
    code, out, err = run(
        "decide", "--m", 2, "--degree", 3, "--method", "all", "--timeout", 30, "--engine", "sympy"
    )
    assert (code, err) == (0, "")
    assert [
        line.split()[0] for line in out.splitlines()[2 : 2 + len(strategy.methods())]
    ] == strategy.methods()
    assert "SOLVABLE over REAL_POSITIVE (PROVED)" in out


def test_decide_reads_a_system(run, tmp_path):
    path = tmp_path / "system.json"
    path.write_text(build_system("location-gaussian", 3, 1).to_json())
    code, out, _ = run("decide", path)
    assert code == 0
    assert out.startswith("SOLVABLE")
    own = json.loads(path.read_text())
    own |= {"family": None, "log_symbol": None, "dimension": None, "m": None, "degree": None}
    own.pop("digest")
    import hashlib

    own["digest"] = hashlib.sha256(
        json.dumps(own, sort_keys=True, separators=(",", ":")).encode()
    ).hexdigest()
    path.write_text(json.dumps(own))
    code, out, _ = run("decide", path, "--method", "positivity")
    assert code == 0
    assert out.startswith("SOLVABLE")


def test_undecided_has_exit_code_three(run):
    code, out, _ = run("decide", "--m", 3, "--degree", 5, "--method", "positivity")
    assert code == 3
    assert out.startswith("UNDECIDED")


def test_a_contradiction_has_exit_code_four(run, monkeypatch):
    verdicts = [
        Verdict(SOLVABLE, REAL_POSITIVE, NUMERIC, "search"),
        Verdict(UNSOLVABLE, REAL_POSITIVE, NUMERIC, "smt"),
    ]
    monkeypatch.setattr(strategy, "decide_all", lambda *arguments, **options: verdicts)
    monkeypatch.setattr(ladder, "decide_all", lambda *arguments, **options: verdicts)
    code, out, _ = run("decide", "--method", "all")
    assert code == 4
    assert "contradiction" in out
    code, out, _ = run("order", "--m", 2, "--method", "all")
    assert code == 4
    assert "contradiction" in out


def test_order_by_theorem(run):
    code, out, err = run("order", "--m", 3)
    assert (code, err) == (0, "")
    assert out.startswith("order(3) = 6 for softmax-gaussian (PROVED)")
    data = json.loads(run("order", "--m", 3, "--format", "json")[1])
    assert (data["schema"], data["order"], data["theorem"]["order"]) == ("polysolv/order/1", 6, 6)


def test_order_climbs_the_ladder(run):
    code, out, err = run("order", "--m", 2, "--method", "positivity", "--format", "json")
    assert (code, err) == (0, "")
    data = json.loads(out)
    assert [step["degree"] for step in data["ladder"]] == [1, 2, 3, 4]
    assert [step["verdicts"][0]["status"] for step in data["ladder"]] == [SOLVABLE] * 3 + [UNSOLVABLE]
    assert data["order"] == data["theorem"]["order"] == 4
    assert "order(2) = 4 by positivity" in run("order", "--m", 2, "--method", "positivity")[1]


def test_a_ladder_that_stays_undecided_ends(run):
    code, out, _ = run("order", "--m", 3, "--method", "positivity")
    assert code == 3
    assert "undecided by positivity: 3 <= order(3)" in out


def test_order_by_all_methods_names_each(run):
    code, out, _ = run(
        "order",
        "--m",
        3,
        "--family",
        "location-gaussian",
        "--method",
        "all",
        "--timeout",
        30,
        "--engine",
        "sympy",
    )
    assert code == 0
    for name in strategy.methods():
        assert name in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["decide", "--timeout", "0"], "--timeout"),
        (["decide", "--timeout", "soon"], "--timeout"),
        (["decide", "--method", "groebnr"], "did you mean groebner?"),
        (["decide", "--engine", "mslve"], "did you mean msolve?"),
        (["decide", "--m", "0"], "--m"),
        (["decide", "nowhere.json"], "nowhere.json"),
        (["decide", "nowhere.json", "--m", "3"], "leave them out"),
        (["decide", "nowhere.json", "--family", "softmax-gaussian"], "leave them out"),
        (["system", "nowhere.json", "--family", "gamma"], "leave them out"),
        (["decide", "nowhere.json", "--positive", "x,x"], "--positive"),
        (["decide", "nowhere.json", "--nontrivial", ""], "--nontrivial"),
        (["convert", "nowhere.json", "--to", "foo"], "--to"),
        (["order", "--m", "0"], "--m"),
        (["order", "--m", "60", "--method", "all"], "m: 60"),
        (["order", "--method", "search", "--jobs", "0"], "--jobs"),
        (["decide", "--degree", "1", "--certificate", "/nowhere/at/all.json"], "--certificate"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_two(run, arguments, words):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert words in err


def test_the_time_limit_holds_while_a_system_is_read(run, tmp_path):
    path = tmp_path / "large.txt"
    path.write_text(" + ".join(f"{k}*x^{k}*y^{k % 7}*z" for k in range(1, 60_000)))
    code, out, err = run("decide", path, "--timeout", "0.01")
    assert (code, out) == (3, "")
    assert err == "polysolv: time is up after 0.01 s; nothing is finished\n"


def test_bad_systems_are_refused(run, tmp_path):
    path = tmp_path / "bad.json"
    good = build_system("location-gaussian", 2, 1).to_json()
    for text in (good.replace('"1"', "1.0"), good[:50], good.replace('"mu_1": 1', '"nu_1": 1')):
        path.write_text(text)
        code, out, err = run("decide", path)
        assert (code, out) == (2, "")
        assert len(err.splitlines()) == 1
