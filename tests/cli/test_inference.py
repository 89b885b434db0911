"""``polysolv fit --intervals``, ``--bootstrap``, ``--lr-test``, ``--resume``."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest

from polysolv.moe import MixingMeasure

TRUTH = MixingMeasure([0.3, 0], [[1], [0]], [[1.5], [-1.5]], [1, -1], [0.4, 0.3])
FAST = ("--x", "x", "--y", "y", "--k", 2, "--n-init", 1)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    path = tmp_path_factory.mktemp("inference") / "data.csv"
    X, y = TRUTH.sample(200, seed=1)
    path.write_text(
        "x,y\n" + "".join(f"{x!r},{v!r}\n" for x, v in zip(X[:, 0].tolist(), y.tolist(), strict=True))
    )
    return path


@pytest.mark.parametrize(
    "test", [(), pytest.param(("--lr-test",), marks=pytest.mark.slow)], ids=["intervals", "test"]
)
def test_what_is_asked_is_printed_saved_and_loaded(run, data, tmp_path, test):
    saved, page, draws = tmp_path / "fit.json", tmp_path / "fit.html", tmp_path / "draws.jsonl"
    asked = ("--intervals", "profile,wald,bootstrap", "--level", 0.8, "--bootstrap", 9, "--resume", draws)
    code, out, err = run("fit", data, *FAST, *asked, *test, "--save", saved, "--report", page)
    assert (code, err) == (0, "")
    title = "80 % interval (profile)  80 % interval (wald)  80 % interval (bootstrap)"
    assert title in out
    assert "parametric bootstrap: 9 draws, seed 0" in out
    assert ("likelihood-ratio test of k = 2 against k = 3" in out) == bool(test)
    assert "80 % interval (bootstrap)" in page.read_text()
    assert run("fit", "--load", saved) == (0, out, "")
    held = json.loads(saved.read_text())
    assert [entry["method"] for entry in held["intervals"]] == ["profile", "wald", "bootstrap"]
    assert len(held["bootstrap"]["vectors"]) == 9
    assert all(found["p_value"] >= 0.1 for found in held["lr_tests"])
    assert len(held["covariance"]) == 10
    lines = len(draws.read_text().splitlines())
    code, again, _ = run("fit", data, *FAST, *asked)
    assert again.splitlines() == [line for line in out.splitlines() if "likelihood-ratio" not in line]
    assert len(draws.read_text().splitlines()) == lines == 1 + 9 + (9 if test else 0)
    code, out, _ = run("fit", "--load", saved, "--intervals", "bootstrap", "--level", 0.5)
    assert code == 0
    assert "50 % interval (bootstrap)" in out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--intervals", "wakd"), "--intervals: 'wakd' is not allowed"),
        (("--level", "0.9"), "--level: 0.9 is not allowed; allowed: nothing without --intervals"),
        (("--intervals", "wald", "--level", "95"), "--level: 95.0 is not allowed; allowed: a number above 0"),
        (("--bootstrap", "9"), "--bootstrap: 9 is not allowed; allowed: at least 39 for --level 0.95"),
        (("--bootstrap", "0"), "--bootstrap: 0 is not allowed"),
        (("--resume", "f"), "--resume: 'f' is not allowed; allowed: nothing without"),
        (("--bootstrap-kind", "cases"), "--bootstrap-kind: 'cases' is not allowed"),
        (("--bootstrap", "40", "--bootstrap-kind", "case"), "did you mean cases"),
        (("--k", "1:2", "--intervals", "wald"), "--k: '1:2' is not allowed; allowed: one number of experts"),
        (("--bootstrap", "40", "--resume", "no/where"), "--resume: 'no/where' is not allowed"),
        (("--load", "f", "--lr-test"), "--load"),
    ],
)
def test_what_is_not_allowed_is_one_line(run, data, options, words):
    code, out, err = run("fit", data, *FAST, *options)
    assert (code, out) == (2, "")
    assert words in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "head", ["x,y\n1,2\n", '{"schema": "polysolv/draws/1", "data": "0"}\n'], ids=["table", "other data"]
)
def test_a_file_that_cannot_keep_the_draws_is_refused_before_the_search(
    run, data, tmp_path, monkeypatch, head
):
    monkeypatch.setattr("polysolv.moe.SoftmaxGaussianMoE.fit", lambda *_, **__: pytest.fail("searched"))
    draws, written = tmp_path / "draws.jsonl", [tmp_path / name for name in ("o.txt", "s.json", "r.html")]
    draws.write_text(head)
    places = zip(("-o", "--save", "--report"), written, strict=True)
    options = [part for place in places for part in place]
    code, out, err = run("fit", data, *FAST, "--intervals", "bootstrap", "--resume", draws, *options)
    assert (code, out) == (2, "")
    assert err.startswith("polysolv: --resume: ")
    assert not any(path.exists() for path in written)
    assert draws.read_text() == head


def test_a_spurious_end_has_no_bootstrap_and_shows_its_fit(run, tmp_path):
    path = tmp_path / "line.csv"
    path.write_text("x,y\n" + "".join(f"{i},{2 * i + 1}\n" for i in range(30)))
    code, out, err = run("fit", path, "--x", "x", "--y", "y", "--k", 1, "--bootstrap", 39)
    assert code == 2
    assert "spurious end" in out
    assert err.splitlines()[-1].startswith("polysolv: --bootstrap: 'a spurious end (atoms 0)' is not allowed")


@pytest.mark.slow
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_an_ended_bootstrap_keeps_its_draws_and_goes_on(run, data, tmp_path, end):
    draws = tmp_path / "draws.jsonl"
    asked = ("--bootstrap", "100000", "--resume", str(draws))
    command = [sys.executable, "-m", "polysolv", "fit", str(data), *map(str, FAST), *asked]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while not draws.exists() or len(draws.read_bytes().splitlines()) < 50:
        assert process.poll() is None
        time.sleep(0.05)
    os.kill(process.pid, end)
    out, err = process.communicate(timeout=60)
    kept = draws.read_bytes().splitlines(keepends=True)
    assert len(kept) >= 50
    if end == signal.SIGINT:
        assert process.returncode == 130
        assert "95 % interval (bootstrap)" in out
        said = re.search(r"stopped early: (\d+) of 100000 are finished", " ".join(out.split()))
        # The last one may have been written and not yet counted.
        assert int(said[1]) in (len(kept) - 2, len(kept) - 1)
        assert err.splitlines()[-1] == "polysolv: interrupted"
    code, out, _ = run("fit", data, *FAST, "--bootstrap", 60, "--resume", draws)
    assert code == 0
    assert run("fit", data, *FAST, "--bootstrap", 60)[1] == out
    code, out, err = run("fit", data, *FAST, "--bootstrap", 100000, "--resume", draws, "--timeout", 3)
    assert code == 3
    assert "of 100000 draws of the bootstrap are finished" in err
