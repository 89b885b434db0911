"""``polysolv fit`` and ``polysolv simulate``."""

import csv
import io
import json
import subprocess
import sys

import numpy as np
import pytest

from polysolv.moe import MixingMeasure, SoftmaxGaussianMoE

TRUTH = MixingMeasure([0.3, 0], [[1], [0]], [[1.5], [-1.5]], [1, -1], [0.4, 0.3])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("fit")
    (place / "truth.json").write_text(TRUTH.to_json())
    X, y = TRUTH.sample(800, seed=1)
    rows = "".join(f"{x!r},{v!r},red\n" for x, v in zip(X[:, 0].tolist(), y.tolist(), strict=True))
    (place / "data.csv").write_text("x,y,colour\n" + rows)
    return place


FAST = ("--n-init", "1")


def test_simulate_writes_the_sample_of_the_seed(run, folder):
    out = folder / "simulated.csv"
    assert run("simulate", "--truth", folder / "truth.json", "--n", 50, "--seed", 3, "-o", out) == (
        0,
        "",
        "",
    )
    rows = list(csv.reader(io.StringIO(out.read_text())))
    X, y = TRUTH.sample(50, seed=3)
    assert rows[0] == ["x", "y"]
    np.testing.assert_array_equal(np.array(rows[1:], dtype=float), np.column_stack([X, y]))
    code, printed, _ = run("simulate", "--truth", folder / "truth.json", "--n", 3, "--x", "linspace:0:1")
    assert code == 0
    assert [line.split(",")[0] for line in printed.splitlines()] == ["x", "0.0", "0.5", "1.0"]


def test_fit_prints_everything_and_reloads(run, folder):
    saved = folder / "fit.json"
    arguments = ("fit", folder / "data.csv", "--x", "x", "--y", "y", "--k", 3, *FAST, "--save", saved)
    code, out, err = run(*arguments)
    assert (code, err) == (0, "")
    for words in (
        "log-likelihood",
        "max|score|/n",
        "information eigenvalues",
        "atoms that look like one",
        "n^(-1/",
    ):
        assert words in out
    assert "over-specified" in out
    assert run("fit", "--load", saved) == (0, out, "")
    code, as_json, _ = run("fit", "--load", saved, "--format", "json")
    assert as_json == saved.read_text()
    fit = SoftmaxGaussianMoE.from_json(as_json)
    assert fit.mixing_measure_.k == 3
    assert fit.gradient_norm_ <= 1e-8
    code, as_csv, _ = run("fit", "--load", saved, "--format", "csv")
    assert len(as_csv.splitlines()) == 16
    assert "| --- |" in run("fit", "--load", saved, "--format", "markdown")[1]


def test_fit_reads_standard_input(folder):
    command = [
        sys.executable,
        "-m",
        "polysolv",
        "fit",
        "-",
        "--x",
        "x",
        "--y",
        "y",
        "--k",
        "2",
        *FAST,
        "--format",
        "json",
    ]
    done = subprocess.run(
        command, input=(folder / "data.csv").read_bytes(), capture_output=True, timeout=60, check=True
    )
    assert done.stderr == b""
    assert json.loads(done.stdout)["schema"] == "polysolv/fit/1"


def test_a_range_of_k_is_compared(run, folder):
    saved = folder / "range.json"
    arguments = ("--x", "x", "--y", "y", "--k", "1:3", *FAST, "--save", saved)
    code, out, err = run("fit", folder / "data.csv", *arguments)
    assert (code, err) == (0, "")
    assert "least BIC at k = 2" in out
    assert "ICL" in out
    assert "n^(-1/8)" in out
    assert run("fit", "--load", saved)[1] == out
    table = list(csv.DictReader(io.StringIO(run("fit", "--load", saved, "--format", "csv")[1])))
    assert [row["k"] for row in table] == ["1", "2", "3"]
    assert json.loads(saved.read_text())["schema"] == "polysolv/fit-range/1"


def test_a_range_that_is_interrupted_keeps_its_finished_fits(run, folder, monkeypatch):
    saved = folder / "interrupted.json"
    from polysolv.moe import search

    whole = search.optimise
    starts = []

    def interrupted(problem, *rest):
        starts.append(problem.k)
        if starts.count(3) == 3:
            raise KeyboardInterrupt
        return whole(problem, *rest)

    monkeypatch.setattr(search, "optimise", interrupted)
    arguments = ("--x", "x", "--y", "y", "--k", "1:4", "--n-init", 6, "--save", saved)
    code, out, err = run("fit", folder / "data.csv", *arguments)
    assert (code, err.strip()) == (130, "polysolv: interrupted")
    # The fits of k = 1, 2 are whole; of k = 3 two starts are.
    fits = json.loads(saved.read_text())["fits"]
    assert [fit["settings"]["n_experts"] for fit in fits] == [1, 2, 3]
    assert len(fits[2]["starts"]) == 2
    assert "least BIC at k = 2" in out
    assert "k = 3: stopped early: this is the best of the 2 starts that were finished" in out


def test_bounds_and_a_start_from_a_file(run, folder):
    code, out, _ = run(
        "fit", folder / "data.csv", "--x", "x", "--y", "y", "--k", 2, "--init", folder / "truth.json",
        "--bound", "sigma=0.35:", "--bound", "beta0=-3:3", "--format", "json",
    )  # fmt: skip
    data = json.loads(out)
    assert code == 0
    assert min(data["mixing_measure"]["sigma"]) == 0.35
    assert data["settings"]["bounds"] == {"sigma": [0.35, None], "beta0": [-3.0, 3.0]}
    assert len(data["starts"]) == 1


def test_lines_with_missing_values_are_left_out_or_refused(run, folder):
    path = folder / "missing.csv"
    path.write_text((folder / "data.csv").read_text() + "NA,1.0,blue\n")
    code, out, err = run("fit", path, "--x", "x", "--y", "y", "--k", 1, "--missing", "error")
    assert (code, out) == (2, "")
    assert "column 'x', line 802" in err
    code, out, err = run("fit", path, "--x", "x", "--y", "y", "--k", 1)
    assert code == 0
    assert err == "polysolv: 1 line with a missing value left out (--missing error refuses them)\n"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--x", "x", "--y", "y", "--k", "0"), "--k"),
        (("--x", "x", "--y", "y", "--k", "3:1"), "--k"),
        (("--x", "x", "--y", "y", "--k", "two"), "--k"),
        (("--x", "x", "--y", "y", "--k", "-1"), "--k"),
        (("--x", "x", "--y", "y", "--k", "1:2:3"), "--k"),
        (("--x", "x", "--y", "y", "--k", "500"), "--k"),
        (("--x", "x", "--y", "y"), "--k"),
        (("--y", "y", "--k", "2"), "--x"),
        (("--x", "x", "--k", "2"), "--y"),
        (("--x", "xx", "--y", "y", "--k", "2"), "did you mean x?"),
        (("--x", "x,x", "--y", "y", "--k", "2"), "--x"),
        (("--x", "x", "--y", "x", "--k", "2"), "--x"),
        (("--x", "colour", "--y", "y", "--k", "2"), "column 'colour', line 2: 'red'"),
        (("--x", "x", "--y", "y", "--k", "2", "--tol", "-1"), "tol"),
        (("--x", "x", "--y", "y", "--k", "2", "--min-variance", "0"), "min_variance"),
        (("--x", "x", "--y", "y", "--k", "2", "--bound", "sigma"), "--bound"),
        (("--x", "x", "--y", "y", "--k", "2", "--bound", "gamma=0:1"), "bounds"),
        (("--x", "x", "--y", "y", "--k", "2", "--bound", "a=2:1"), "bounds"),
        (("--x", "x", "--y", "y", "--k", "2", "--init", "nowhere.json"), "--init"),
        (("--x", "x", "--y", "y", "--k", "2", "--n-init", "0"), "--n-init"),
        (("--x", "x", "--y", "y", "--k", "2", "--seed", "-1"), "--seed"),
        (("--x", "x", "--y", "y", "--k", "2", "--method", "bfgs"), "--method"),
        (("--x", "x", "--y", "y", "--k", "2", "--format", "yaml"), "--format"),
        (("--load", "f.json"), "--load"),
    ],
)
def test_bad_options_end_with_one_line_and_code_2(run, folder, arguments, named):
    target = folder / "never.json"
    save = () if "--load" in arguments else ("--save", target)
    code, out, err = run("fit", folder / "data.csv", *arguments, *save)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert named in err
    assert not target.exists()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x,y\n",
        "x,z\n1,2\n2,3\n",
        "x,y\n1,a\n2,3\n",
        "x,y\n1,\n2,3\n",
        "x,y\n1,nan\n2,3\n",
        "x,y\n1,inf\n2,3\n",
        "x,y\n" + "".join(f"1,{i}\n" for i in range(30)),
        "x,y\n" + "".join(f"{i},1\n" for i in range(30)),
        "x,y\n1,2\n2,3\n3,5\n",
    ],
)
def test_bad_data_end_with_one_line_and_nothing_written(run, tmp_path, text):
    path, target = tmp_path / "bad.csv", tmp_path / "out.txt"
    path.write_text(text)
    code, out, err = run("fit", path, "--x", "x", "--y", "y", "--k", 2, "-o", target)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert "Traceback" not in err
    assert not target.exists()


@pytest.mark.parametrize(
    "spoil",
    [{"sigma": [0.4, -0.3]}, {"sigma": [0.4, 0]}, {"b": [1]}, {"extra": 1}, {"schema": "x"}, {"a": "text"}],
)
def test_a_bad_truth_ends_with_one_line_and_nothing_written(run, tmp_path, spoil):
    path, target = tmp_path / "truth.json", tmp_path / "data.csv"
    path.write_text(json.dumps({**TRUTH.to_dict(), **spoil}))
    code, out, err = run("simulate", "--truth", path, "--n", 10, "-o", target)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert next(iter(spoil)) in err
    assert not target.exists()


def test_other_bad_input_to_simulate(run, folder, tmp_path):
    truth = folder / "truth.json"
    for arguments in (
        ("--truth", truth, "--n", 0),
        ("--truth", truth, "--n", 2.5),
        ("--truth", tmp_path / "no.json", "--n", 5),
        ("--truth", truth, "--n", 5, "--x", "cauchy:0:1"),
        ("--truth", truth, "--n", 5, "--seed", -1),
        ("--truth", truth, "--n", 5, "-o", tmp_path / "no" / "data.csv"),
    ):
        code, out, err = run("simulate", *arguments)
        assert (code, out) == (2, "")
        assert err.count("\n") == 1


def test_columns_that_cannot_be_fitted_are_refused_by_name(run, tmp_path):
    path = tmp_path / "data.csv"
    rows = [f"{2**53},{i % 3 - 1}e300,{1700000000000000000 + 200 * (i % 3)},{i % 4}" for i in range(12)]
    path.write_text("id,far,time,y\n" + "\n".join([rows[0].replace("992,", "993,"), *rows[1:]]) + "\n")
    for x, said in (
        ("id", "column 'id': 9007199254740992.0 is not allowed; allowed: a column that is not constant in double"),
        ("far", "column 'far': standard deviation: inf"),
        ("time", "column 'time': 1.7e+18 is not allowed; allowed: a column that varies by more than"),
    ):  # fmt: skip
        for named in (("--x", x, "--y", "y"), ("--formula", f"y ~ {x}")):
            code, out, err = run("fit", path, *named, "--k", 1)
            assert (code, out, err.count("\n")) == (2, "", 1)
            assert said in err
    code, _, err = run("fit", path, "--x", "y", "--y", "far", "--k", 1)
    assert "column 'far': standard deviation" in err
    path.write_text("g,y\n" + "".join(f"{i % 102},{i % 7}\n" for i in range(400)))
    code, _, err = run("fit", path, "--formula", "y ~ C(g)", "--k", 1)
    assert (code, "--formula: '101 columns of covariates' is not allowed; allowed: at most 100" in err) == (
        2,
        True,
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--k", 2), "--k: '2'"), (("--k", "1:3"), "--k: '1:3'"), (("--x", "x"), "--x: 'x'"), (("--seed", 0), "--seed: 0"),
        (("--n-init", 10), "--n-init: 10"), (("--bound", "a=0:1"), "--bound: 'a=0:1'"), (("--jobs", 2), "--jobs: 2"),
        (("--weights", "w"), "--weights: 'w'"), (("--save", "s.json"), "--save: 's.json'"), (("--lr-test",), "--lr-test"),
        (("data.csv",), "DATA.csv: 'data.csv'"), (("--missing", "drop"), "--missing: 'drop'"),
    ],
)  # fmt: skip
def test_what_has_no_effect_beside_a_loaded_fit_is_refused(run, given, said):
    code, out, err = run("fit", "--load", "fit.json", *given)
    assert (code, out) == (2, "")
    assert err.startswith(f"polysolv: {said}")
    assert err.endswith("allowed: nothing together with --load\n")


def test_the_help_page_states_the_policy(run):
    code, out, _ = run("fit", "-h")
    assert code == 0
    for words in ("missing value", "categorical", "column names", "--missing", "--load"):
        assert words in out


@pytest.mark.slow
def test_fits_of_several_k_are_the_same_at_once(run, folder):
    arguments = [
        "fit",
        folder / "data.csv",
        "--x",
        "x",
        "--y",
        "y",
        "--k",
        "1:3",
        "--n-init",
        2,
        "--format",
        "json",
    ]
    one, two = run(*arguments), run(*arguments, "--jobs", 2)
    assert one[0] == two[0] == 0
    assert one[1] == two[1]


def test_a_timeout_shows_the_finished_fits_and_ends_with_3(run, folder, monkeypatch):
    import time

    from polysolv.moe import SoftmaxGaussianMoE

    fit = SoftmaxGaussianMoE.fit
    monkeypatch.setattr(
        SoftmaxGaussianMoE,
        "fit",
        lambda self, X, y, sample_weight: fit(self, X, y) if self.n_experts == 1 else time.sleep(60),
    )
    saved = folder / "range.json"
    code, out, err = run(
        *("fit", folder / "data.csv", "--x", "x", "--y", "y", "--k", "1:3", "--timeout", 3, "--save", saved)
    )
    assert code == 3
    assert "k = 1 expert" in out
    assert err == "polysolv: time is up; 1 of 3 fits are finished\n"
    assert json.loads(saved.read_text())["schema"] == "polysolv/fit/1"


def test_a_timeout_counts_reading_and_keeps_finished_starts(run, folder, monkeypatch):
    import time

    from polysolv.moe import csv_data, search

    code, out, err = 0, "", ""
    whole = search.optimise
    starts = []

    def slow(problem, *rest):
        starts.append(problem.k)
        if len(starts) == 3:
            time.sleep(60)
        return whole(problem, *rest)

    monkeypatch.setattr(search, "optimise", slow)
    arguments = ("fit", folder / "data.csv", "--x", "x", "--y", "y", "--k", "2", "--n-init", 5)
    code, out, err = run(*arguments, "--timeout", 5)
    assert code == 3
    assert "stopped early: this is the best of the 2 starts that were finished" in out
    assert err == "polysolv: time is up; 0 of 1 fits are finished, 1 more with some of its starts\n"
    monkeypatch.setattr(csv_data, "read_csv", lambda *_: time.sleep(60))
    code, out, err = run(*arguments, "--timeout", 0.5)
    assert (code, out, err) == (3, "", "polysolv: time is up; 0 of 1 fits are finished\n")


def test_a_hard_gate_and_a_spurious_end_are_said_in_words(run, tmp_path):
    rng = np.random.default_rng(0)
    x = np.concatenate([rng.uniform(-2, -1, 50), rng.uniform(1, 2, 50)])
    y = np.where(x < 0, x, 2 * x - 3) + 0.1 * rng.normal(size=100)
    path = tmp_path / "gap.csv"
    path.write_text("x,y\n" + "".join(f"{a!r},{b!r}\n" for a, b in zip(x.tolist(), y.tolist(), strict=True)))
    code, out, _ = run("fit", path, "--x", "x", "--y", "y", "--k", 2, "--n-init", 2)
    assert code == 0
    assert "the gate is a hard split" in out
    assert out.count("withheld") >= 4
    assert "relative eigenvalue" not in out
    code, out, _ = run("fit", path, "--x", "x", "--y", "y", "--k", 2, "--n-init", 2, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert {row["estimate"] for row in rows if row["parameter"] in ("beta0", "beta1")} == {""}
    assert all(row["standard_error"] for row in rows if row["parameter"] in ("a", "b", "sigma"))
    path.write_text("x,y\n" + "".join(f"{a!r},{2 * a if a < 0 else a!r}\n" for a in x.tolist()))
    code, out, _ = run("fit", path, "--x", "x", "--y", "y", "--k", "1:2", "--n-init", 2)
    assert code == 0
    assert "not compared, as they end in spurious atoms: k = 2" in out
    assert "least BIC at k = 1" in out


def test_relations_among_the_columns_are_printed_and_saved(run, folder):
    dummy = (np.arange(400) % 2).astype(float)
    X, y = TRUTH.sample(400, x=dummy[:, None], seed=1)
    path, saved = folder / "dummy.csv", folder / "dummy.json"
    # Long texts: as floats the two levels are 0.1 and 0.3, as text only the first is one level.
    ends = ["0.1" if x else f"0.3{'0' * 20}{i % 50 + 1}" for i, x in enumerate(X[:, 0])]
    rows = zip(X[:, 0].astype(int), ends, y.tolist(), strict=True)
    path.write_text("smoker,dose,y\n" + "".join(f"{x},{end},{v!r}\n" for x, end, v in rows))
    code, out, err = run("fit", path, "--x", "smoker", "--y", "y", "--k", 2, *FAST, "--save", saved)
    assert (code, err) == (0, "")
    assert "the covariates satisfy smoker^2 - smoker = 0" in out
    assert "modulo the relations among the covariates" in out
    relations = json.loads(saved.read_text())["relations"]
    assert [entry["relation"] for entry in relations["found"]] == ["smoker^2 - smoker"]
    assert (relations["degree"], relations["wanted"], relations["note"]) == (4, 4, "")
    assert run("fit", "--load", saved)[1] == out
    code, out, _ = run("fit", path, "--x", "dose", "--y", "y", "--k", 2, *FAST, "--format", "json")
    (found,) = json.loads(out)["relations"]["found"]
    assert code == 0
    assert found == {
        "relation": "dose^2 - 2/5*dose + 3/100 (approximate)",
        "symbolic": "x^2 - 2/5*x + 3/100",
        "approximate": True,
    }


def test_the_comparison_as_csv_is_numbers_for_other_programs(run, folder):
    arguments = ("fit", folder / "data.csv", "--x", "x", "--y", "y", "--k", "1:2", *FAST)
    code, out, _ = run(*arguments, "--format", "csv")
    assert code == 0
    rows = list(csv.DictReader(io.StringIO(out)))
    fits = json.loads(run(*arguments, "--format", "json")[1])["fits"]
    assert [float(row["BIC"]) for row in rows] == [fit["bic"] for fit in fits]
    assert [float(row["log-likelihood"]) for row in rows] == [fit["log_likelihood"] for fit in fits]
    assert [row["sBIC"] for row in rows] == ["", ""]  # the gate is not bounded
    assert [row["least"] for row in rows] == ["", "BIC ICL"]
    assert not any("*" in value or value == "-" for row in rows for value in row.values())
